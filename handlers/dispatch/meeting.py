"""Who asks: accounts are looked up once, met, linked to the people they belong to, and admitted or not."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import replace
from datetime import datetime

from handlers.dispatch.turns import Named, Turns
from handlers.people import as_one, beside, link_up
from handlers.registry import Registry
from handlers.request import Request
from policy.joined import part_of
from policy.people import Identity, Known, Person, Standing, admit, is_staff
from policy.refused import NotAdmitted
from policy.school import School
from storage.contract import Store, Transaction

LookUp = Callable[[Identity], Awaitable[Known | None]]
"""Asks a platform about an account; None when it knows none or cannot say."""


class Meeting(Turns):
    """Knows those who ask. `look_up` is asked, outside a transaction, for somebody who is not kept, and for those who
    are kept with their address.
    """

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

    async def met(self, known: Known, *, now: bool = False) -> NotAdmitted | None:
        """Keep what a platform says of an account; `now`: it was just asked. One not kept before, and not admitted,
        is not kept: gives why.
        """
        try:
            async with self._linking:  # of two accounts of one human being met at once, neither would see the other
                heard = await self._asked_after(known, now)
                await self._rerun(lambda tx: self._link_all(tx, heard))
        except NotAdmitted as refused:
            return refused
        return None

    async def _asked_after(self, known: Known, now: bool) -> Sequence[tuple[Known, Set[Identity]]]:
        """An account that is met and, as they are today, those that are kept with its address, and with theirs: it
        may have been given away, which nobody has said yet. Each with those accounts that have its address no longer.
        """
        if not now and await self._beside(known):  # what was said of it may be of before as well
            known = await self._look_up(known.identity) or known
        today, heard = dict[Identity, Known | None]({known.identity: known}), list[tuple[Known, Set[Identity]]]()
        waiting = [known]
        for each in waiting:
            gone = set[Identity]()
            for other in await self._beside(each):
                if other not in today:
                    today[other] = found = await self._look_up(other)
                    waiting += [found] if found is not None else []
                if not _has_still(today[other], other, each):
                    gone.add(other)
            heard.append((each, gone))
        return heard

    async def _beside(self, known: Known) -> list[Identity]:
        async with self.store.transaction(self.school.id) as tx:
            return await beside(tx, known)

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
        """Whether an account is kept. One without an address, and not on the staff, is asked after again:
        it may be one that could not be found when its address was given away.
        """
        async with self.store.transaction(self.school.id) as tx:
            found = await tx.find(Person, key=f"identity:{identity}", limit=1)
        return any(
            is_staff(each, self.school.roster) or any(one.email for one in each.accounts if one.identity == identity)
            for each in found
        )

    async def _meet(self, identity: Identity) -> NotAdmitted | None:
        """Make sure that somebody has been met, by one look-up at the most; why they are not kept if not admitted."""
        if await self._is_met(identity):
            return None
        known = await self._look_up(identity)
        return await self.met(known, now=True) if known is not None else None

    async def _link_all(self, tx: Transaction, heard: Sequence[tuple[Known, Set[Identity]]]) -> None:
        linked = [await link_up(tx, self.school, known, gone) for known, gone in heard]
        for id in dict.fromkeys(person.id for person, changed in linked if changed):
            if (person := await as_one(tx, id)) is not None:
                await self._comes(tx, person)

    async def _comes(self, tx: Transaction, person: Person) -> None:
        turn = self._own_turn(tx, "comes", person)
        for handler in self.registry.comers:
            await handler(turn, person)

    async def _admitted(self, tx: Transaction, request: Request) -> Person:
        found = await tx.find(Person, key=f"identity:{request.identity}", limit=1)
        if not found:
            raise NotAdmitted(
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


def _has_still(today: Known | None, other: Identity, known: Known) -> bool:
    """Whether another account has the address of one that is met, by what is heard of it today. A chat has an address
    once, so that one of which it says nothing has lost it; of another chat's the address may well be theirs.
    """
    if today is None:
        return (other.platform, other.tenant) != (known.identity.platform, known.identity.tenant)
    return (today.email, today.standing) == (known.email, Standing.MEMBER)
