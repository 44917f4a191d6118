"""One play-through of the sandbox: a store in a folder of its own, the handlers, and a clock to move on."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.sandbox.courier import Courier
from bot.sandbox.harbour import PLAYERS, SCHOOL
from bot.sandbox.movable import Backwards, MovableClock
from bot.sandbox.surface import News, SandboxSurface, Watchers
from handlers.dispatch import Dispatch
from handlers.registry import Registry
from storage.tiny import TinyStore, open_tiny

FURTHEST = timedelta(days=366)
"""How far the clock may be moved in one go."""

MOST_STEPS = 5_000
"""How many due moments one move may pass before it is given up as going round in circles."""


class TooFar(ValueError):
    """The moment asked for is further off than the sandbox can step through."""


@dataclass(slots=True)
class World:
    """Everything that starts again at a reset. Made by `World.open`."""

    registry: Registry
    clock: MovableClock
    watchers: Watchers
    surface: SandboxSurface
    store: TinyStore
    dispatch: Dispatch
    courier: Courier
    folder: "tempfile.TemporaryDirectory[str]"
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def open(
        cls, registry: Registry, real: Callable[[], datetime], watchers: Watchers, start: datetime | None = None
    ) -> "World":
        """A fresh world in a private temporary folder. `start` is its first moment, or else it is now."""
        folder = tempfile.TemporaryDirectory(prefix="exeat-sandbox-")
        clock = MovableClock(real, start)
        surface = SandboxSurface(PLAYERS, clock, watchers)
        store = await open_tiny(Path(folder.name))
        dispatch = Dispatch(store, SCHOOL, registry, surface.look_up, clock)
        for known in await surface.everybody():
            await dispatch.met(known)
        courier = Courier(store, dispatch, surface, clock)
        return cls(registry, clock, watchers, surface, store, dispatch, courier, folder)

    async def close(self) -> None:
        """Let go of the store and forget everything."""
        await self.store.close()
        self.folder.cleanup()

    async def step(self) -> None:
        """Do what has fallen due, and deliver everything that waits to be."""
        async with self._turn:
            await self._step()

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
                self._set(due)
                await self._step()
            else:
                raise RuntimeError(f"something still falls due after {MOST_STEPS} steps")
            self._set(moment)
            await self._step()

    async def _step(self) -> None:
        try:
            await self.dispatch.due()
        finally:
            await self.courier.drain()

    def _set(self, moment: datetime) -> None:
        self.clock.move_to(max(moment, self.clock()))
        self.watchers.tell(News("clock"))

    async def _next_due(self, before: datetime) -> datetime | None:
        """The earliest moment, up to the one given, at which some record falls due."""
        async with self.store.transaction(SCHOOL.id) as tx:
            found = [
                await tx.find(due.record, due_before=before, limit=1) for due in self.dispatch.registry.dues.values()
            ]
        return min((record.next_due for page in found for record in page if record.next_due), default=None)
