"""A chat platform in memory, with faults to order: what the relay and the handlers are tested on."""

import asyncio
import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import count

from bot.surface import Ambiguous, Gone, Permanent, Posted, Transient
from cards.letters import Why
from cards.model import Card, FileRef
from policy.people import Identity, Known, Person


class Fault(StrEnum):
    """What a call may meet. `LOST` never arrives, `ACCEPTED` arrives although the answer is lost."""

    BUSY = "busy"
    BROKEN = "broken"
    LOST = "lost"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    GONE = "gone"


AMBIGUOUS_OR_WORSE = (Fault.BUSY, Fault.BROKEN, Fault.LOST, Fault.ACCEPTED)
"""Everything that passes."""


@dataclass(frozen=True, slots=True)
class Message:
    """A card in somebody's conversation; `row` is the mark it was posted with."""

    id: str
    card: Card
    row: str
    drawn: int = 1


@dataclass(slots=True)
class FakeSurface:
    """`bot.surface.Surface` in memory. `finds=False` is a platform without a look-up.

    `next` orders faults for the next calls of a method; `every` lets one call in so many fail, drawn from a
    seed. `gate`, when set, holds every post before it arrives and `after` once it has, each until it is opened;
    `posting` counts those held. `blocked` are those who take nothing from Exeat.
    """

    name: str = "sandbox"
    outage: str = ""
    finds: bool = True
    wait: float | None = None
    talks: dict[str, dict[str, Message]] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    files: dict[str, tuple[Identity, bytes]] = field(default_factory=dict)
    known: dict[Identity, Known] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    given: list[Mapping[str, str]] = field(default_factory=list)
    gate: asyncio.Event | None = None
    after: asyncio.Event | None = None
    posting: int = 0
    most_posting: int = 0
    _next: dict[str, deque[Fault]] = field(default_factory=dict)
    _every: int = 0
    _kinds: Sequence[Fault] = AMBIGUOUS_OR_WORSE
    _chance: random.Random = field(default_factory=random.Random)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def next(self, method: str, *faults: Fault) -> None:
        """What the next calls of a method meet, after those ordered before."""
        self._next.setdefault(method, deque()).extend(faults)

    def every(self, n: int, kinds: Sequence[Fault] = AMBIGUOUS_OR_WORSE, *, seed: int) -> None:
        """On average one call in `n` fails; 0 ends it."""
        self._every, self._kinds, self._chance = n, kinds, random.Random(seed)

    def messages(self, who: Identity | str) -> list[Message]:
        """Somebody's conversation, oldest first."""
        return list(self.talks.get(who if isinstance(who, str) else who.id, {}).values())

    def titles(self, who: Identity | str) -> list[str]:
        """The titles of the cards in somebody's conversation, oldest first."""
        return [message.card.title for message in self.messages(who)]

    def delete(self, who: str, id: str) -> None:
        """Take a message away behind everybody's back."""
        del self.talks[who][id]

    async def post(self, to: Identity, card: Card, row: str, files: Mapping[str, str]) -> Posted:
        """As the protocol says."""
        fault = self._meets("post")
        self.given.append(dict(files))
        await self._hold(self.gate)
        self._fail_before(fault)
        if to.id in self.blocked:
            raise Permanent("user_blocked")
        message = Message(f"m{next(self._numbers)}", card, row)
        self.talks.setdefault(to.id, {})[message.id] = message
        await self._hold(self.after)
        self._fail_after(fault)
        return Posted(to.id, message.id)

    async def find(self, to: Identity, row: str) -> Posted | None:
        """As the protocol says."""
        fault = self._meets("find")
        self._fail_before(fault)
        self._fail_after(fault)
        found = (message for message in self.messages(to) if message.row == row)
        return next((Posted(to.id, message.id) for message in found if self.finds), None)

    async def redraw(self, at: Posted, card: Card) -> Posted:
        """As the protocol says."""
        fault = self._meets("redraw")
        self._fail_before(fault)
        message = self.talks.get(at.conversation, {}).get(at.message)
        if message is None:
            raise Gone
        self.talks[at.conversation][at.message] = replace(message, card=card, drawn=message.drawn + 1)
        self._fail_after(fault)
        return at

    async def download(self, file: FileRef, by: Person, longest: int) -> bytes:
        """As the protocol says."""
        fault = self._meets("download")
        self._fail_before(fault)
        self._fail_after(fault)
        owner, data = self.files.get(file.id, (None, b""))
        if owner is None or by.account(owner) is None:
            raise Permanent("file_not_found")
        if len(data) > longest:
            raise Permanent("file_too_large")
        return data

    async def look_up(self, identity: Identity) -> Known | None:
        """As the protocol says."""
        return self.known.get(identity)

    async def everybody(self) -> Sequence[Known]:
        """As the protocol says."""
        return list(self.known.values())

    async def _hold(self, gate: asyncio.Event | None) -> None:
        if gate is None:
            return
        self.posting += 1
        self.most_posting = max(self.posting, self.most_posting)
        try:
            await gate.wait()
        finally:
            self.posting -= 1

    def _meets(self, method: str) -> Fault | None:
        self.calls.append(method)
        if ordered := self._next.get(method):
            return ordered.popleft()
        unlucky = self._every and self._chance.randrange(self._every) == 0
        return self._chance.choice(self._kinds) if unlucky else None

    def _fail_before(self, fault: Fault | None) -> None:
        match fault:
            case Fault.BUSY:
                raise Transient("ratelimited", self.wait)
            case Fault.BROKEN:
                raise Transient("http_500")
            case Fault.LOST:
                raise Ambiguous
            case Fault.REFUSED:
                raise Permanent("channel_not_found", Why.GONE)
            case Fault.GONE:
                raise Gone
            case Fault.ACCEPTED | None:
                return

    def _fail_after(self, fault: Fault | None) -> None:
        if fault is Fault.ACCEPTED:
            raise Ambiguous


@dataclass(frozen=True, slots=True)
class Mailed:
    """A card that was mailed, and to which addresses."""

    to: tuple[str, ...]
    card: Card
    mark: str


@dataclass(slots=True)
class FakeMailer:
    """`bot.surface.Mailer` in memory; `next` orders errors for the next messages. After an Ambiguous one the message
    has arrived all the same.
    """

    mailed: list[Mailed] = field(default_factory=list)
    next: deque[Exception] = field(default_factory=deque)

    async def send(self, to: Sequence[str], card: Card, mark: str, at: datetime) -> None:
        """As the protocol says."""
        error = self.next.popleft() if self.next else None
        if error is None or isinstance(error, Ambiguous):
            self.mailed.append(Mailed(tuple(to), card, mark))
        if error is not None:
            raise error

    @property
    def titles(self) -> list[str]:
        """What was mailed, oldest first."""
        return [letter.card.title for letter in self.mailed]
