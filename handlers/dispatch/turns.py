"""How work gets its turn: one transaction, done afresh when another commit came first, and by whom it is done."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from handlers.registry import Registry
from handlers.request import Request
from handlers.turn import Turn
from policy.people import EXEAT, Identity, Known, Person
from policy.record import Record, ref
from policy.school import School
from storage.contract import Conflict, Store, Transaction

T = TypeVar("T")

TRIES = 5
"""How often a handler is run afresh when another commit came first."""


@dataclass(frozen=True, slots=True)
class Named:
    """Those whom a request names and who are not kept: not admitted, or only looked up."""

    turned_away: Set[Identity] = frozenset()
    strangers: Mapping[Identity, Known] = field(default_factory=dict)


class Turns:
    """Gives every piece of work its turn. `clock` gives aware UTC; the rest is as `Dispatch` has it."""

    def __init__(
        self,
        store: Store,
        school: School,
        registry: Registry,
        clock: Callable[[], datetime],
        served: Set[str] | None,
        installed: Set[str],
    ) -> None:
        self.store, self.school, self.registry, self.clock = store, school, registry, clock
        self.served, self.installed = served, installed
        self._afresh = asyncio.Lock()

    async def own(self, verb: str, work: Callable[[Turn], Awaitable[T]]) -> T:
        """What comes of work of Exeat's own, in one commit; it is done afresh whenever another commit came first.

        Raises what the work raises, and Unavailable when nothing can be kept.
        """
        return await self._rerun(lambda tx: work(self._own_turn(tx, verb)))

    def _own_turn(self, tx: Transaction, verb: str, record: Record | None = None) -> Turn:
        """A turn of Exeat's own: the clock's, the relay's, or for what a program brings."""
        name = ref(record) if record is not None else None
        request = Request("", EXEAT.accounts[0].identity, verb, self.clock(), record=name)
        return self._turn(tx, EXEAT, request)

    def _turn(self, tx: Transaction, by: Person, request: Request, named: Named | None = None) -> Turn:
        named = named or Named()
        return Turn(
            tx,
            self.school,
            self.clock(),
            by,
            request,
            secrets.token_bytes,
            turned_away=named.turned_away,
            strangers=named.strangers,
            served=self.served,
            installed=self.installed,
            sealing=self.store.sealing,
            by=str(request.identity),
        )

    async def _rerun(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run the work in a transaction, afresh whenever another commit came first. Whatever is run afresh waits for
        its turn: of many that want the same record at once only one would be done each time.
        """
        try:
            return await self._tried(work)
        except Conflict:
            async with self._afresh:
                for _ in range(TRIES - 2):
                    with suppress(Conflict):
                        return await self._tried(work)
                return await self._tried(work)

    async def _tried(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        async with self.store.transaction(self.school.id) as tx:
            return await work(tx)
