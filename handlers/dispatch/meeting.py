"""Who asks: accounts are looked up once, met, linked to the people they belong to, and admitted or not."""

import asyncio
from collections.abc import Awaitable, Callable, Set
from dataclasses import replace
from datetime import datetime

from handlers.dispatch.turns import Named, Turns
from handlers.people import as_one, beside, link_up
from handlers.registry import Registry
from handlers.request import Request
from policy.joined import part_of
from policy.people import Identity, Known, Person, Standing, admit
from policy.refused import NotAdmitted
from policy.school import School
from storage.contract import Store, Transaction


class Unmet(NotAdmitted):
    """Nothing is known of this account yet."""


LookUp = Callable[[Identity], Awaitable[Known | None]]
"""Asks a platform about an account; None when it knows none or cannot say."""


class Meeting(Turns):
    """Knows those who ask. `look_up` is asked for somebody who is not kept, once a request, outside a transaction."""

    def __init__(
        self,
        store: Store,
        school: School,
        registry: Registry,
        look_up: LookUp,
        clock: Callable[[], datetime],
        *,
        installed: Set[str],
        served: Set[str] | None = None,
    ) -> None:
        super().__init__(store, school, registry, clock, served, installed)
        self._look_up = look_up
        self._linking = asyncio.Lock()

    async def met(self, known: Known) -> NotAdmitted | None:
        """Keep what a platform says of an account. One not kept before, and not admitted, is not kept: gives why."""
        try:
            async with self._linking:  # of two accounts of one human being met at once, neither would see the other
                gone = await self._asked_after(known)
                await self._rerun(lambda tx: self._link(tx, known, gone))
        except NotAdmitted as refused:
            return refused
        return None

    async def _asked_after(self, known: Known) -> Set[Identity]:
        """The accounts in the same chat that are kept with the address of one that is met, and have it no longer: it
        was given away, which nobody has said yet. Each is looked up, and kept as it is today.
        """
        async with self.store.transaction(self.school.id) as tx:
            found = await beside(tx, known)
        gone = set[Identity]()
        for each in found:
            if (today := await self._look_up(each)) is None:
                gone.add(each)
            elif (today.email, today.standing) != (known.email, Standing.MEMBER):
                await self._rerun(lambda tx, today=today: self._link(tx, today))  # type: ignore[misc]
        return gone

    async def recipient(self, view: str, person: str) -> Person | None:
        """Whom a view is to be sent to, with the accounts that it may be sent to."""
        async with self.store.transaction(self.school.id) as tx:
            return await self._recipient(tx, view, person)

    async def _recipient(self, tx: Transaction, view: str, person: str) -> Person | None:
        found = await as_one(tx, person)
        return part_of(found, person) if found is not None and view in self.registry.sure else found

    async def _named(self, request: Request) -> Named:
        """Those whom the request names and who are not kept. What a quiet one looks up is not kept either."""
        if not self._is_quiet(request):
            return Named({who for who in request.people if await self._meet(who) is not None})
        strangers = dict[Identity, Known]()
        for who in request.named:
            if not await self._is_met(who) and (known := await self._look_up(who)) is not None:
                strangers[who] = known
        return Named(strangers=strangers)

    def _is_quiet(self, request: Request) -> bool:
        spec = self.registry.specs.get(request.verb)
        return spec is not None and spec.quiet

    async def _is_met(self, identity: Identity) -> bool:
        async with self.store.transaction(self.school.id) as tx:
            return bool(await tx.find(Person, key=f"identity:{identity}", limit=1))

    async def _meet(self, identity: Identity) -> NotAdmitted | None:
        """Make sure that somebody has been met, by one look-up at the most; why they are not kept if not admitted."""
        if await self._is_met(identity):
            return None
        known = await self._look_up(identity)
        return await self.met(known) if known is not None else None

    async def _link(self, tx: Transaction, known: Known, gone: Set[Identity] = frozenset()) -> None:
        person, changed = await link_up(tx, self.school, known, gone)
        if changed:
            await self._comes(tx, person)

    async def _comes(self, tx: Transaction, person: Person) -> None:
        turn = self._own_turn(tx, "comes", person)
        for handler in self.registry.comers:
            await handler(turn, person)

    async def _admitted(self, tx: Transaction, request: Request) -> Person:
        found = await tx.find(Person, key=f"identity:{request.identity}", limit=1)
        if not found:
            raise Unmet(
                "Exeat could not find out who you are.",
                "Your account could not be looked up just now, so nothing was done.",
                "Please try again in a minute; if it goes on, tell the school office.",
            )
        person = found[0]
        admit(person, request.identity, self.school.roster)
        return person

    async def _note_use(self, tx: Transaction, person: Person, request: Request) -> None:
        """Keep which of their accounts somebody with several last used; beside what is hidden it would tell who was
        there, so then it is left for the next time.
        """
        untold = request.unasked or tx.hides or self._is_quiet(request)
        if len(person.accounts) > 1 and person.uses != str(request.identity) and not untold:
            kept = await tx.get(Person, person.id) or person
            tx.put(replace(kept, uses=str(request.identity)))
