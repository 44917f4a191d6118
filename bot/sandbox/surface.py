"""The sandbox as a surface: everybody's conversation with Exeat, kept in memory, and whoever watches them."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Literal

from bot.sandbox.harbour import Player
from bot.surface import Gone, Permanent, Posted
from cards.letters import Why
from cards.model import Card, FileRef
from policy.people import Identity, Known, Person

MOST_FILES = 200 << 20
"""How many bytes of uploads are kept; the oldest go first."""

MOST_NEWS = 1_000
"""How far behind a watcher may fall before it is dropped, to come back and read everything afresh."""


@dataclass(frozen=True, slots=True)
class Message:
    """A card in a conversation. `turn` counts how often it was drawn; `private` marks an answer to one press."""

    id: str
    card: Card
    at: datetime
    row: str = ""
    turn: int = 1
    private: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """Something changed: a message was posted or redrawn, one is gone, the clock moved, or all began again."""

    what: Literal["message", "gone", "clock", "reset"]
    who: str = ""
    message: Message | None = None


Watcher = asyncio.Queue[News | None]


class Watchers:
    """Whoever has the page open. One that falls too far behind gets None, and has to begin afresh."""

    def __init__(self) -> None:
        self._queues: set[Watcher] = set()

    @contextmanager
    def watching(self) -> Iterator[Watcher]:
        """A queue of what happens from now on."""
        queue = Watcher(MOST_NEWS)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def tell(self, news: News) -> None:
        """Pass the news to everybody who watches."""
        for queue in tuple(self._queues):
            if queue.full():
                self._end(queue)
            else:
                queue.put_nowait(news)

    def end(self) -> None:
        """Send everybody away: the page is closing."""
        for queue in tuple(self._queues):
            self._end(queue)

    def _end(self, queue: Watcher) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)


class SandboxSurface:
    """`bot.surface.Surface` for the players of the sandbox. Messages are stamped with the `clock`'s time."""

    name = "sandbox"
    outage = ""

    def __init__(self, players: Sequence[Player], clock: Callable[[], datetime], watchers: Watchers) -> None:
        self._players = {player.slug: player for player in players}
        self._clock, self._watchers = clock, watchers
        self._talks: dict[str, dict[str, Message]] = {slug: {} for slug in self._players}
        self._files: dict[str, tuple[Identity, bytes]] = {}
        self._numbers = count(1)

    def messages(self, slug: str) -> list[Message]:
        """The player's conversation, oldest first."""
        return list(self._talks[slug].values())

    def answer(self, slug: str, card: Card) -> None:
        """Say something to the player alone, outside the outbox."""
        self._keep(slug, Message(f"m{next(self._numbers)}", card, self._clock(), private=True))

    def mail(self, slug: str, card: Card) -> None:
        """Put a letter among the player's messages."""
        self._keep(slug, Message(f"m{next(self._numbers)}", card, self._clock()))

    def dismiss(self, slug: str, id: str) -> None:
        """Put away an answer that only the player could see."""
        message = self._talks[slug].get(id)
        if message is not None and message.private:
            del self._talks[slug][id]
            self._watchers.tell(News("gone", slug, message))

    def attach(self, by: Identity, name: str, content: bytes) -> FileRef:
        """Keep an upload until it is fetched. The same bytes from the same person are the same file."""
        id = hashlib.sha256(str(by).encode() + b"\0" + content).hexdigest()
        self._files.pop(id, None)
        self._files[id] = (by, content)
        while sum(len(kept) for _, kept in self._files.values()) > MOST_FILES:
            del self._files[next(iter(self._files))]
        return FileRef(self.name, id, name)

    async def post(self, to: Identity, card: Card, row: str, files: Mapping[str, str]) -> Posted:
        """As the protocol says. Raises Permanent for somebody who is not a player."""
        talk = self._talk(to)
        message = Message(f"m{next(self._numbers)}", card, self._clock(), row)
        self._keep(talk, message)
        return Posted(talk, message.id)

    async def find(self, to: Identity, row: str) -> Posted | None:
        """As the protocol says."""
        talk = self._talk(to)
        found = (message for message in self._talks[talk].values() if row and message.row == row)
        return next((Posted(talk, message.id) for message in found), None)

    async def redraw(self, at: Posted, card: Card) -> Posted:
        """As the protocol says. A card that is the same is left in peace."""
        message = self._talks.get(at.conversation, {}).get(at.message)
        if message is None:
            raise Gone
        if message.card != card:
            self._keep(at.conversation, replace(message, card=card, turn=message.turn + 1))
        return at

    async def download(self, file: FileRef, by: Person, longest: int) -> bytes:
        """As the protocol says; `longest` in bytes."""
        owner, content = self._files.get(file.id, (None, b""))
        if owner is None:
            raise Permanent("file_not_found")
        if by.account(owner) is None:
            raise Permanent("file_of_somebody_else")
        if len(content) > longest:
            raise Permanent("file_too_large")
        return content

    async def look_up(self, identity: Identity) -> Known | None:
        """As the protocol says."""
        player = self._players.get(identity.id)
        return player.known if player and player.identity == identity else None

    async def everybody(self) -> Sequence[Known]:
        """As the protocol says."""
        return [player.known for player in self._players.values()]

    def _talk(self, to: Identity) -> str:
        if to.platform != self.name or to.id not in self._talks:
            raise Permanent("nobody_of_that_name", Why.GONE)
        return to.id

    def _keep(self, slug: str, message: Message) -> None:
        self._talks[slug][message.id] = message
        self._watchers.tell(News("message", slug, message))
