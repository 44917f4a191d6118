"""Where each person is reached on Teams: read from memory, and kept by the store for staff alone."""

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

MOST_NOTES = 1000
"""How many addresses are remembered at once of people who are not known to be staff, or not yet."""


class Addresses:
    """The addresses of one school. `clock` gives aware UTC. `load` them before anything else.

    `moment` counts how often anybody was heard from: a point in time that `close` can be told of.
    """

    def __init__(self, store: Store, school: str, clock: Callable[[], datetime]) -> None:
        self._store, self._school, self._clock = store, school, clock
        self._by_id: dict[str, Address] = {}
        self._by_conversation: dict[str, str] = {}
        self._notes: dict[str, Address] = {}
        self._heard: dict[str, int] = {}
        self.moment = 0
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
        return self._notes.get(str(identity)) or self._by_id.get(str(identity))

    def noted(self, identity: Identity) -> Address | None:
        """What was noted of somebody and is not kept."""
        return self._notes.get(str(identity))

    def at(self, conversation: str) -> Address | None:
        """Whose own conversation it is."""
        return self._by_id.get(self._by_conversation.get(conversation, ""))

    def all(self) -> tuple[Address, ...]:
        """Everybody's that is kept."""
        return tuple(self._by_id.values())

    def note(self, address: Address) -> None:
        """Know where somebody is reached who has just been heard from, in memory alone."""
        self.moment += 1
        self._heard[address.id] = self.moment
        self._notes.pop(address.id, None)
        had = self._by_id.get(address.id)
        noted = replace(address, open=True, rev=had.rev if had else 0)
        if _differ(had, noted) or address.id in self._under_way:
            self._notes[address.id] = noted
            if len(self._notes) > MOST_NOTES:
                self._forget(next(iter(self._notes)))

    async def learn(self, address: Address) -> None:
        """Keep where somebody is reached now, if that is new. Raises Unavailable when it cannot be kept."""
        await self._keep(address.id, lambda had: replace(address, open=True, rev=had.rev if had else 0))
        if (noted := self._notes.get(address.id)) and not _differ(self._by_id.get(address.id), noted):
            del self._notes[address.id]

    async def close(self, identity: Identity, since: int | None = None) -> None:
        """Note that somebody can no longer be written to, unless they were heard from after the moment `since`.

        Raises Unavailable when it cannot be kept.
        """
        id = str(identity)

        def closed(had: Address | None) -> Address | None:
            back = since is not None and self._heard.get(id, 0) > since
            return had if back or had is None else replace(had, open=False)

        if since is None or self._heard.get(id, 0) <= since:
            self._forget(id)
        await self._keep(id, closed)

    def _forget(self, id: str) -> None:
        self._notes.pop(id, None)
        if id not in self._by_id:
            self._heard.pop(id, None)

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
