"""A whole school at work without a network: store, handlers, relay and fake surfaces, under a clock moved by hand."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.relay import Fetching, Relay
from bot.surface import INSTALLED
from handlers.dispatch import Dispatch
from handlers.everything import everything
from handlers.registry import Registry
from policy.people import Identity, Known
from policy.record import Record, Ref
from policy.school import School
from storage.rows import Outgoing, Shown
from storage.tiny import TinyStore, open_tiny
from storage.tiny.disk import Disk
from storage.vault import Vault, new_key
from tests.fakes.school import MONDAY, harbour, identity, known
from tests.fakes.surface import FakeMailer, FakeSurface

R = TypeVar("R", bound=Record)

VAULT = Vault([new_key()])
"""What every world's confidential records are sealed with."""

AGE = timedelta(minutes=11)
"""Longer than any back-off of the relay's own."""


@dataclass(slots=True)
class NoFiles:
    """A `bot.relay.Fetching` that keeps what it was asked for and raises what it is told to."""

    asked: list[tuple[Ref, int, str]] = field(default_factory=list)
    given_up: list[tuple[Ref, int]] = field(default_factory=list)
    error: Exception | None = None

    async def fetch(self, record: Ref, version: int, by: str) -> None:
        self.asked.append((record, version, by))
        if self.error:
            raise self.error

    async def give_up(self, record: Ref, version: int) -> None:
        self.given_up.append((record, version))


@dataclass(slots=True)
class World:
    """One school. `steady` seconds pass only when `pass_time` says so."""

    folder: Path
    school: School
    registry: Registry
    surfaces: list[FakeSurface]
    store: TinyStore
    dispatch: Dispatch
    relay: Relay
    fetching: Fetching
    now: datetime
    steady: float = 0.0
    mailer: FakeMailer | None = None

    @property
    def surface(self) -> FakeSurface:
        """The first surface."""
        return self.surfaces[0]

    def pass_time(self, by: timedelta) -> None:
        """Let time pass on every clock."""
        self.now += by
        self.steady += by.total_seconds()

    async def queue(self, view: str, to: str, record: Record | None = None, **more: object) -> None:
        """Have a view sent to somebody, by their name in the sandbox or by their id."""
        name = Ref(record.KIND, record.id) if record else None
        version = record.version if record else None
        row = {"record": name, "version": version, "created": self.now, "not_before": self.now, **more}
        person = to if ":" in to else str(identity(to))
        async with self.store.transaction(self.school.id) as tx:
            tx.queue(Outgoing(self.school.id, view, person, **row))  # type: ignore[arg-type]

    async def put(self, *records: R) -> R:
        """Keep records as the next revision of what is stored; the last one as it then stands."""
        async with self.store.transaction(self.school.id) as tx:
            for record in records:
                tx.put(record)
        return await self.get(records[-1])

    async def get(self, record: R) -> R:
        """A record as it stands."""
        async with self.store.transaction(self.school.id) as tx:
            found = await tx.get(type(record), record.id)
        assert found is not None
        return found

    async def shown(self, record: Record) -> list[Shown]:
        """The messages that are known to show a record."""
        async with self.store.transaction(self.school.id) as tx:
            return await tx.shown(Ref(record.KIND, record.id))

    async def settle(self) -> None:
        """Let the relay work, and time pass, until nothing is left in the outbox."""
        for _ in range(500):
            await self.relay.drain()
            count = await self.store.count(self.school.id)
            if not count.outbox and count.oldest_hidden is None:
                return
            self.pass_time(AGE)
        raise AssertionError("the outbox does not get empty")

    async def restart(self) -> None:
        """The process ends here and another one takes over the folder."""
        await self.relay.stop(grace=0)
        await self.store.close()
        self.store = await open_tiny(self.folder, kinds=self.registry.kinds.values(), vault=VAULT)
        self.connect()

    def connect(self) -> None:
        """A dispatch and a relay over the store."""
        self.dispatch = Dispatch(
            self.store, self.school, self.registry, self._look_up, lambda: self.now, installed=INSTALLED
        )
        self.relay = Relay(
            self.dispatch,
            self.surfaces,
            self.fetching,
            mailer=self.mailer,
            chance=lambda: 0.0,
            steady=lambda: self.steady,
        )

    async def close(self) -> None:
        """Let go of everything."""
        await self.relay.stop(grace=0)
        await self.store.close()

    async def _look_up(self, who: Identity) -> Known | None:
        return None


async def open_world(
    folder: Path,
    people: Iterable[str],
    *,
    registry: Registry | None = None,
    surfaces: Iterable[str] = ("sandbox",),
    fetching: Fetching | None = None,
    disk: Disk | None = None,
    mailer: FakeMailer | None = None,
) -> World:
    """A world over a new store in the folder; the people are met on every surface."""
    school, registry = harbour(), registry or everything()
    store = await open_tiny(folder, kinds=registry.kinds.values(), disk=disk, vault=VAULT)
    made = [FakeSurface(name) for name in surfaces]
    fetching = fetching or NoFiles()
    dispatch: Dispatch = Dispatch(store, school, registry, _nobody, lambda: MONDAY, installed=INSTALLED)
    relay = Relay(dispatch, made, fetching)
    world = World(folder, school, registry, made, store, dispatch, relay, fetching, MONDAY, mailer=mailer)
    world.connect()
    for name in people:
        for surface in made:
            await world.dispatch.met(known(name, platform=surface.name))
    return world


async def _nobody(who: Identity) -> Known | None:
    return None


async def until(true: Callable[[], bool]) -> None:
    """Wait until something has come true; the test's own time-out is the limit."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110  there is nothing to set an event
            await asyncio.sleep(0.001)
