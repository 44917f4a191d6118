"""Where each person is reached on Teams: kept by the store, read from memory."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from weakref import WeakValueDictionary

from policy.address import Address
from policy.people import Identity
from storage.contract import Conflict, Store, Unavailable

PAGE = 500
"""How many records are read at a time."""

TRIES = 5


class Addresses:
    """The addresses of one school. `clock` gives aware UTC. `load` them before anything else."""

    def __init__(self, store: Store, school: str, clock: Callable[[], datetime]) -> None:
        self._store, self._school, self._clock = store, school, clock
        self._by_id: dict[str, Address] = {}
        self._by_conversation: dict[str, str] = {}
        self._under_way: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def load(self) -> None:
        """Read all that is kept. Raises Unavailable when it cannot be read."""
        after = None
        while True:
            async with self._store.transaction(self._school) as tx:
                page = await tx.find(Address, after=after, limit=PAGE)
            for address in page:
                self._remember(address)
            if len(page) < PAGE:
                return
            after = page[-1].id

    def get(self, identity: Identity) -> Address | None:
        """Where somebody is reached, or was before they removed Exeat."""
        return self._by_id.get(str(identity))

    def at(self, conversation: str) -> Address | None:
        """Whose own conversation it is."""
        return self._by_id.get(self._by_conversation.get(conversation, ""))

    def all(self) -> tuple[Address, ...]:
        """Everybody's."""
        return tuple(self._by_id.values())

    async def learn(self, address: Address) -> None:
        """Keep where somebody is reached now, if that is new. Raises Unavailable when it cannot be kept."""
        await self._keep(address.id, lambda had: replace(address, open=True, rev=had.rev if had else 0))

    async def close(self, identity: Identity) -> None:
        """Note that somebody can no longer be written to. Raises Unavailable when it cannot be kept."""
        await self._keep(str(identity), lambda had: replace(had, open=False) if had else None)

    async def _keep(self, id: str, change: Callable[[Address | None], Address | None]) -> None:
        async with self._under_way.setdefault(id, asyncio.Lock()):
            if not _differ(self._by_id.get(id), change(self._by_id.get(id))):
                return
            for attempt in range(TRIES):
                try:
                    await self._commit(id, change)
                    return
                except Conflict as error:
                    if attempt == TRIES - 1:
                        raise Unavailable("Somebody else was always first.") from error

    async def _commit(self, id: str, change: Callable[[Address | None], Address | None]) -> None:
        async with self._store.transaction(self._school) as tx:
            had = await tx.get(Address, id)
            wanted = change(had)
            if wanted is not None and _differ(had, wanted):
                wanted = replace(wanted, at=self._clock())
                tx.put(wanted)
                had = replace(wanted, rev=wanted.rev + 1)
        if had is not None:
            self._remember(had)

    def _remember(self, address: Address) -> None:
        before = self._by_id.get(address.id)
        if before is not None and self._by_conversation.get(before.conversation) == address.id:
            del self._by_conversation[before.conversation]
        self._by_id[address.id] = address
        self._by_conversation[address.conversation] = address.id


def _differ(one: Address | None, other: Address | None) -> bool:
    """Whether they say something else, whenever it was learnt."""
    if one is None or other is None:
        return one is not other
    return one != replace(other, at=one.at, rev=one.rev)
