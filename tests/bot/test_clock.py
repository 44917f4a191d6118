"""The clock: what is due is done, whatever else fails; what is old is forgotten; and somebody hears of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import AT_A_TIME, MOST_PASSES, Clock, utc_now
from bot.heartbeat import heartbeat
from handlers.registry import Registry
from handlers.turn import Turn
from policy.away import Away
from storage.contract import Unavailable
from storage.rows import Seen
from tests.fakes.disks import FailingDisk
from tests.fakes.school import MONDAY
from tests.fakes.world import World, open_world, until
from tests.storage.note import Note


@dataclass
class Diary:
    """What the handlers of due notes do: those named `bad` fail, those named `endless` stay due."""

    done: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    registry: Registry = field(default_factory=Registry)

    def __post_init__(self) -> None:
        @self.registry.due(Note)
        async def due(turn: Turn, note: Note) -> None:
            self.tried.append(note.id)
            if note.id in self.bad:
                raise ZeroDivisionError("a fault")
            self.done.append(note.id)
            turn.save(note.but(next_due=note.next_due if note.text == "endless" else None))

        @self.registry.due(Away)
        async def away(turn: Turn, record: Away) -> None:
            self.done.append(record.id)


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
async def world(tmp_path: Path, diary: Diary) -> AsyncIterator[World]:
    world = await open_world(tmp_path / "data", (), registry=diary.registry)
    yield world
    await world.close()


def clock_of(world: World, **more: object) -> Clock:
    """A clock that ticks by hand."""
    return Clock(world.dispatch, seconds=30, steady=lambda: world.steady, real=lambda: world.now, **more)  # type: ignore[arg-type]


def notes(*ids: str, due: datetime = MONDAY, text: str = "") -> list[Note]:
    """Notes that fall due."""
    return [Note(id, next_due=due, text=text) for id in ids]


def test_the_real_time_is_aware_utc() -> None:
    assert utc_now().utcoffset() == timedelta()


async def test_everything_due_is_done_earliest_first_and_nothing_else(world: World, diary: Diary) -> None:
    soon, late = MONDAY + timedelta(seconds=1), MONDAY - timedelta(hours=3)
    await world.put(*notes("a"), *notes("b", due=late), *notes("c", due=soon))
    clock = clock_of(world)
    await clock.tick()
    assert diary.done == ["b", "a"]
    world.pass_time(timedelta(seconds=1))
    await clock.tick()
    assert diary.done == ["b", "a", "c"]


async def test_more_than_one_page_of_due_records_is_done_in_one_tick(world: World, diary: Diary) -> None:
    await world.put(*notes(*(f"n{n}" for n in range(AT_A_TIME + 5))))
    await clock_of(world).tick()
    assert len(diary.done) == AT_A_TIME + 5


async def test_a_record_that_fails_keeps_no_other_waiting(world: World, diary: Diary) -> None:
    diary.bad = {"a", "c"}
    await world.put(*notes("a", "b", "c", "d"))
    clock = clock_of(world)
    await clock.tick()
    assert sorted(diary.done) == ["b", "d"]
    assert {name.id for name in clock.broken} == diary.bad
    assert clock.tally["broken"] == 2
    assert clock.ticked == world.steady


async def test_a_page_of_broken_records_does_not_hide_those_behind_it(world: World, diary: Diary) -> None:
    diary.bad = {f"bad{n}" for n in range(AT_A_TIME)}
    await world.put(*notes(*diary.bad, due=MONDAY - timedelta(days=1)), *notes("good"))
    await clock_of(world).tick()
    assert diary.done == ["good"]


async def test_a_broken_record_is_tried_ever_less_often_and_forgotten_once_it_works(
    world: World, diary: Diary
) -> None:
    diary.bad = {"a"}
    await world.put(*notes("a"))
    clock = clock_of(world)
    tried = []
    for _ in range(16):
        before = len(diary.tried)
        await clock.tick()
        tried.append(len(diary.tried) > before)
    assert [at for at, was in enumerate(tried) if was] == [0, 1, 3, 7, 15]
    diary.bad = set()
    for _ in range(16):
        await clock.tick()
    assert diary.done == ["a"]
    assert clock.broken == {}


async def test_a_record_that_stays_due_does_not_stop_the_clock(world: World, diary: Diary) -> None:
    await world.put(*notes("a", text="endless"))
    clock = clock_of(world)
    await clock.tick()
    assert len(diary.done) == MOST_PASSES
    assert clock.tally["unfinished"] == 1


async def test_a_clock_that_was_put_back_does_again_what_is_done_after_a_start(world: World, diary: Diary) -> None:
    begun: list[datetime] = []

    @diary.registry.begins
    async def begins(turn: Turn) -> None:
        begun.append(turn.now)

    clock = clock_of(world)
    for minutes in (0, 1, -60, 1, 1):
        world.now += timedelta(minutes=minutes)
        await clock.tick()
    assert begun == [MONDAY, MONDAY - timedelta(minutes=59)]


async def test_a_tick_that_fails_is_counted_and_the_next_one_comes(tmp_path: Path, diary: Diary) -> None:
    disk = FailingDisk()
    world = await open_world(tmp_path, (), registry=diary.registry, disk=disk)
    await world.put(*notes("a"))
    disk.failing.add("sync")
    clock = clock_of(world)
    for _ in range(2):
        await clock.tick()
    assert clock.tally["due failed"] == 2
    assert clock.ticked is None
    await world.close()


async def test_old_keys_are_forgotten_hourly_and_only_after_a_day(world: World) -> None:
    async with world.store.transaction("harbour") as tx:
        tx.mark_seen(Seen("old", None, "d", MONDAY))
    clock = clock_of(world)
    for hours in range(1, 30):
        world.pass_time(timedelta(hours=1))
        await clock.tick()
        async with world.store.transaction("harbour") as tx:
            assert (await tx.seen("old") is not None) == (hours <= 25)
    assert clock.tally["forgotten"] == 1


async def test_orphans_are_swept_once_a_day(world: World) -> None:
    swept: list[datetime] = []

    async def sweep() -> None:
        swept.append(world.now)

    clock = clock_of(world, sweep=sweep)
    for _ in range(49):
        await clock.tick()
        world.pass_time(timedelta(hours=1))
    assert len(swept) == 2


async def test_a_little_is_retained_each_tick_and_what_fails_there_holds_up_nothing_else(world: World) -> None:
    steps, beats = list[datetime](), list[datetime]()

    async def retain() -> None:
        steps.append(world.now)
        if len(steps) == 2:
            raise ZeroDivisionError

    async def beat() -> None:
        beats.append(world.now)

    clock = clock_of(world, retain=retain, beat=beat)
    for _ in range(3):
        await clock.tick()
    assert (len(steps), len(beats)) == (3, 3)
    assert clock.tally["retain failed"] == 1


async def test_the_heartbeat_is_heard_after_good_ticks_only(tmp_path: Path, diary: Diary) -> None:
    heard: list[str] = []

    async def listen(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/beat", listen)
    disk = FailingDisk()
    world = await open_world(tmp_path, (), registry=diary.registry, disk=disk)
    async with TestServer(app) as server:
        clock = clock_of(world, beat=heartbeat(str(server.make_url("/beat"))))
        await clock.tick()
        assert heard == ["/beat"]
        await world.put(*notes("a"))
        disk.failing.add("sync")
        await clock.tick()
        assert heard == ["/beat"]
    await world.close()


async def test_the_heartbeat_is_not_heard_while_nothing_can_be_kept_though_nothing_is_due(
    tmp_path: Path, diary: Diary
) -> None:
    disk, beats = FailingDisk(), list[datetime]()
    world = await open_world(tmp_path, (), registry=diary.registry, disk=disk)

    async def beat() -> None:
        beats.append(world.now)

    clock = clock_of(world, beat=beat)
    await clock.tick()
    disk.failing.add("sync")
    with pytest.raises(Unavailable):
        await world.put(Note("later"))
    await clock.tick()
    assert len(beats) == clock.tally["ticks"] == 1
    await world.close()


@pytest.mark.parametrize("status", [500, 404])
async def test_a_heartbeat_that_is_not_answered_is_counted_and_the_clock_goes_on(world: World, status: int) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/beat", refuse)
    async with TestServer(app) as server:
        clock = clock_of(world, beat=heartbeat(str(server.make_url("/beat"))))
        await clock.tick()
    await clock.tick()
    assert clock.tally["heartbeat failed"] == 2
    assert clock.tally["ticks"] == 2


async def test_the_clock_runs_until_it_is_stopped(world: World, diary: Diary) -> None:
    clock = Clock(world.dispatch, seconds=0.01)
    running = asyncio.create_task(clock.run())
    await world.put(*notes("a"))
    await until(lambda: diary.done == ["a"])
    await clock.stop()
    await running
    assert clock.tally["ticks"] >= 1
