"""One play-through of the sandbox: a store in a folder of its own, the handlers, the relay, a clock to move on."""

import asyncio
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.pictures import PictureFetching, Pictures
from bot.relay import Relay
from bot.sandbox.harbour import PLAYERS, SCHOOL
from bot.sandbox.letters import Letters
from bot.sandbox.movable import Backwards, MovableClock
from bot.sandbox.rehearsed import rehearse
from bot.sandbox.surface import News, SandboxSurface, Watchers
from bot.surface import INSTALLED
from handlers.dispatch import Dispatch, Trouble, where
from handlers.registry import Registry
from policy.record import Record
from storage.blobs import Blobs
from storage.tiny import TinyStore, open_tiny
from storage.vault import Vault, new_key

TICK = 1.0
"""Seconds between two looks at what has fallen due."""

FURTHEST = timedelta(days=366)
"""How far the clock may be moved in one go."""

MOST_STEPS = 5_000
"""How many due moments one move may pass before it is given up as going round in circles."""


log = structlog.get_logger("exeat.sandbox")


class TooFar(ValueError):
    """The moment asked for is further off than the sandbox can step through."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a world keeps on the disk: its records and its pictures, in a folder that goes with it."""

    folder: "tempfile.TemporaryDirectory[str]"
    store: TinyStore
    blobs: Blobs

    @classmethod
    async def fresh(cls, kinds: Iterable[type[Record]]) -> "Kept":
        """Empty, in a private temporary folder, sealed under a key of its own that nobody else has."""
        folder = tempfile.TemporaryDirectory(prefix="exeat-sandbox-")
        store = await open_tiny(Path(folder.name) / "store", kinds=kinds, vault=Vault([new_key()]))
        return cls(folder, store, Blobs(Path(folder.name) / "blobs"))

    async def forget(self) -> None:
        """Let go of everything and remove it."""
        await self.store.close()
        self.folder.cleanup()


class World:
    """Everything that starts again at a reset. Made by `World.open`; it lives by itself until it is closed."""

    def __init__(self, registry: Registry, clock: MovableClock, watchers: Watchers, kept: Kept) -> None:
        self.clock, self._watchers, self.kept = clock, watchers, kept
        self.surface = SandboxSurface(PLAYERS, clock, watchers)
        self.dispatch = Dispatch(kept.store, SCHOOL, registry, self.surface.look_up, clock, installed=INSTALLED)
        fetching = PictureFetching(self.dispatch, [self.surface], Pictures(), kept.blobs)
        self.relay = Relay(self.dispatch, [self.surface], fetching, mailer=Letters(self.surface))
        self._turn = asyncio.Lock()
        self._lives: list[asyncio.Task[None]] = []

    @classmethod
    async def open(
        cls, registry: Registry, real: Callable[[], datetime], watchers: Watchers, start: datetime | None = None
    ) -> "World":
        """A fresh world in which everybody has been met. `start` is its first moment, or else it is now."""
        world = cls(registry, MovableClock(real, start), watchers, await Kept.fresh(registry.kinds.values()))
        for known in await world.surface.everybody():
            await world.dispatch.met(known)
        await rehearse(world.kept.store, SCHOOL, world.clock())
        await world.dispatch.begin()
        world._lives = [asyncio.create_task(world.relay.run()), asyncio.create_task(world._tick())]
        for life in world._lives:
            life.add_done_callback(_ended)
        return world

    async def close(self) -> None:
        """Stop living, and forget everything."""
        await self.relay.stop(grace=1)
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)
        await self.kept.forget()

    async def move_to(self, moment: datetime) -> None:
        """Move the clock on to the moment (aware), stopping at everything that falls due on the way.

        Raises Backwards for a moment that has passed, TooFar for one more than a year away, and Trouble
        when something that fell due could not be done.
        """
        async with self._turn:
            if moment < self.clock():
                raise Backwards
            if moment > self.clock() + FURTHEST:
                raise TooFar
            for _ in range(MOST_STEPS):
                due = await self._next_due(moment)
                if due is None:
                    break
                await self._step(due)
            else:
                raise RuntimeError(f"something still falls due after {MOST_STEPS} steps")
            await self._step(moment)

    async def _step(self, moment: datetime) -> None:
        """Make it that moment; do what has fallen due, and deliver everything before going on."""
        self.clock.reach(moment)
        self._watchers.tell(News("clock"))
        if failed := (await self.dispatch.due()).failed:
            raise Trouble(str(failed[0]))
        await self.relay.drain()

    async def _next_due(self, before: datetime) -> datetime | None:
        """The earliest moment, up to the one given, at which some record falls due."""
        async with self.kept.store.transaction(SCHOOL.id) as tx:
            found = [await tx.find(due.record, due_before=before, limit=1) for due in self.dispatch.dues()]
        return min((record.next_due for page in found for record in page if record.next_due), default=None)

    async def _tick(self) -> None:
        """Do what falls due as time goes by. Trouble is in the log by then, and is met again at the next tick."""
        shown = ""
        while True:
            async with self._turn:
                with suppress(Trouble):
                    await self.dispatch.due()
            if (minute := f"{self.clock():%H:%M}") != shown:
                shown = minute
                self._watchers.tell(News("clock"))
            await asyncio.sleep(TICK)


def _ended(life: "asyncio.Task[None]") -> None:
    """Say in the log when something that should go on until it is stopped has stopped by itself."""
    if not life.cancelled() and (error := life.exception()) is not None:
        log.error("stopped", kind=type(error).__name__, where=where(error))
