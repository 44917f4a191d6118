"""The watch: troubles are told once, and health, readiness and metrics say how things stand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from bot.clock import Clock
from bot.metrics import watch_routes
from bot.surface import Transient
from bot.watch import LEAST_PATIENCE, QUIET, STUCK, Watch
from handlers.letters import REGISTRY as LETTERS
from handlers.registry import Registry, merge
from handlers.turn import Turn
from storage.contract import Unavailable
from storage.rows import Errand
from tests.fakes.disks import FailingDisk
from tests.fakes.school import ADMIN, HEAD, MONDAY, email
from tests.fakes.surface import FakeMailer, Fault
from tests.fakes.world import World, open_world
from tests.storage.note import Note
from tests.storage.whisper import Whisper

Server = TestClient[web.Request, web.Application]

MINUTE = timedelta(minutes=1)

due_notes = Registry()


@due_notes.due(Note)
async def fails(turn: Turn, note: Note) -> None:
    """A reminder that cannot be worked out, unless it says so."""
    if note.text != "good":
        raise ZeroDivisionError
    turn.save(note.but(next_due=None))


due_whispers = Registry()


@due_whispers.due(Whisper)
async def fails_too(turn: Turn, whisper: Whisper) -> None:
    """A reminder that cannot be worked out."""
    raise ZeroDivisionError


@dataclass
class Watched:
    """A world with a clock and a watch."""

    world: World
    clock: Clock
    watch: Watch

    async def round(self, by: timedelta = MINUTE, *, tick: bool = True) -> None:
        """Time passes, the clock ticks, the watch looks and tells, and what it says is delivered."""
        self.world.pass_time(by)
        if tick:
            await self.clock.tick()
        await self.watch.tell(await self.watch.look())
        await self.world.relay.drain()

    async def unwell(self) -> list[str]:
        """The checks that found something."""
        return [check.name for check in (await self.watch.look()).checks if not check.well]

    @property
    def told(self) -> list[str]:
        """What the admin has been told."""
        return self.world.surface.titles(ADMIN)


def watched(world: World) -> Watched:
    """A clock and a watch for a world."""
    clock = Clock(world.dispatch, seconds=30, steady=lambda: world.steady)
    watch = Watch(world.dispatch, world.relay, clock, surfaces=world.surfaces, steady=lambda: world.steady)
    return Watched(world, clock, watch)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Watched]:
    world = await open_world(tmp_path / "data", (HEAD, ADMIN), registry=merge([due_notes, LETTERS]))
    yield watched(world)
    await world.close()


async def test_all_is_well_and_nobody_is_told(here: Watched) -> None:
    await here.world.put(Note("a", text="good", next_due=MONDAY))
    for _ in range(5):
        await here.round()
    assert await here.unwell() == []
    assert here.told == []
    assert (await here.watch.look()).ready


async def test_a_reminder_that_fails_is_told_once_for_as_long_as_it_lasts(here: Watched) -> None:
    note = await here.world.put(Note("a", next_due=MONDAY))
    for _ in range(30):
        await here.round()
    assert await here.unwell() == ["reminders"]
    assert here.told == ["A reminder may be missing"]
    assert (await here.watch.look()).ready
    await here.world.put(note.but(next_due=None))
    await here.round(timedelta(seconds=QUIET + 1))
    await here.round()
    await here.world.put((await here.world.get(note)).but(next_due=MONDAY))
    for _ in range(10):
        await here.round()
    assert here.told == ["A reminder may be missing"] * 2


async def test_a_start_that_cannot_be_finished_is_told(here: Watched) -> None:
    @here.world.registry.begins
    async def begins(turn: Turn) -> None:
        raise ZeroDivisionError

    for _ in range(2):
        await here.round()
    assert here.told == []
    for _ in range(5):
        await here.round()
    assert await here.unwell() == ["reminders"]
    assert here.told == ["A reminder may be missing"]
    here.world.registry.beginnings.remove(begins)
    await here.round()
    assert await here.unwell() == []


async def test_a_machine_that_slept_is_given_the_chance_to_catch_up(here: Watched) -> None:
    await here.world.put(Note("a", text="good", next_due=MONDAY + timedelta(hours=1)))
    await here.round()
    here.world.now += timedelta(hours=9)
    await here.round(timedelta(seconds=1), tick=False)
    assert await here.unwell() == []
    await here.round()
    assert here.told == []


async def test_a_trouble_that_comes_and_goes_is_told_once(here: Watched) -> None:
    note = await here.world.put(Note("a", next_due=MONDAY))
    for n in range(10):
        await here.round(MINUTE * 4)
        note = await here.world.put(note.but(next_due=MONDAY if n % 2 else None))
    assert here.told == ["A reminder may be missing"]


async def test_a_clock_that_stands_still_is_told_and_exeat_is_not_ready(here: Watched) -> None:
    await here.round()
    for _ in range(5):
        await here.round(timedelta(seconds=LEAST_PATIENCE / 2), tick=False)
    assert "clock" in await here.unwell()
    assert not (await here.watch.look()).ready
    assert here.told == ["A reminder may be missing"]


async def test_a_chat_that_takes_nothing_is_told_when_it_can_be(here: Watched) -> None:
    here.world.surface.every(1, (Fault.BUSY,), seed=1)
    await here.world.queue("watch.late", ADMIN)
    for _ in range(4):
        await here.round()
    assert await here.unwell() == ["sandbox"]
    assert not (await here.watch.look()).ready
    here.world.surface.every(0, seed=1)
    await here.world.settle()
    assert here.told == ["A reminder may be missing", "Messages are waiting"]
    assert await here.unwell() == ["clock"]


async def test_a_chat_that_takes_nothing_is_told_by_e_mail(tmp_path: Path) -> None:
    mailer = FakeMailer()
    world = await open_world(tmp_path, (HEAD, ADMIN), registry=merge([due_notes, LETTERS]), mailer=mailer)
    here = watched(world)
    world.surface.every(1, (Fault.BUSY,), seed=1)
    await world.queue("watch.late", ADMIN)
    for _ in range(8):
        await here.round()
    assert here.told == []
    assert mailer.titles == ["Messages are waiting"]
    assert mailer.mailed[0].to == (email(ADMIN),)
    await world.close()


async def test_a_mail_server_that_takes_nothing_is_told_in_the_chat_alone(tmp_path: Path) -> None:
    mailer = FakeMailer()
    world = await open_world(tmp_path, (HEAD, ADMIN), registry=merge([due_notes, LETTERS]), mailer=mailer)
    here = watched(world)
    mailer.next.extend([Transient("mail_login:535")] * 20)
    await world.queue("watch.late", ADMIN, task=Errand.MAIL)
    for _ in range(5):
        await here.round()
    assert await here.unwell() == ["e-mail"]
    assert (await here.watch.look()).ready
    assert here.told == ["Messages are waiting"]
    mailer.next.clear()
    await world.settle()
    assert mailer.titles == ["A reminder may be missing"]
    await world.close()


async def test_a_platform_that_refuses_the_app_is_told_by_another_and_logged_once(tmp_path: Path) -> None:
    world = await open_world(tmp_path, (ADMIN,), registry=merge([due_notes, LETTERS]), surfaces=("sandbox", "teams"))
    here, refusing = watched(world), world.surfaces[1]
    refusing.outage = "invalid_client"
    refusing.every(1, (Fault.BUSY,), seed=1)
    with capture_logs() as logs:
        for _ in range(5):
            await here.round()
    health = await here.watch.look()
    assert [check.said for check in health.checks if not check.well] == [
        "Teams refuses Exeat itself (invalid_client); exeat doctor says what to do."
    ]
    assert not health.ready
    assert here.told == ["Messages are waiting"]
    assert [log["checks"] for log in logs if log["event"] == "trouble"] == [["teams"]]
    refusing.outage = ""
    assert await here.unwell() == []
    await world.close()


async def test_a_message_that_waits_too_long_is_a_trouble(here: Watched) -> None:
    await here.world.queue("watch.late", ADMIN, not_before=MONDAY + timedelta(days=1))
    here.world.pass_time(STUCK + MINUTE)
    await here.clock.tick()
    assert await here.unwell() == ["outbox"]


async def pages(here: Watched) -> list[str]:
    """What the pages of the watch say, but for how often the clock has ticked."""
    app = web.Application()
    app.add_routes(watch_routes(here.watch, here.world.relay, here.clock))
    async with TestClient(TestServer(app)) as client:
        texts = [await (await client.get(path)).text() for path in ("/readyz", "/metrics")]
    said = [part for text in texts for part in text.splitlines()]
    return [part for part in said if 'what="ticks"' not in part]


async def test_what_becomes_of_hidden_rows_is_in_no_metric(tmp_path: Path) -> None:
    world = await open_world(tmp_path / "data", (HEAD, ADMIN), registry=merge([due_notes, due_whispers, LETTERS]))
    here = watched(world)
    await here.clock.tick()
    before = await pages(here)
    record = await world.put(Whisper("K7Q4-9M2X"))
    for fault in (Fault.BUSY, Fault.REFUSED, None):
        if fault:
            world.surface.next("post", fault)
        await world.queue("watch.late", ADMIN, record, lane="alert")
        await world.settle()
    await here.clock.tick()
    assert here.told == ["A reminder may be missing"] * 2
    assert await pages(here) == before
    await world.close()


async def test_what_is_hidden_and_late_stands_on_no_page_and_admins_hear_only_that_it_fails(tmp_path: Path) -> None:
    world = await open_world(tmp_path / "data", (HEAD, ADMIN), registry=merge([due_notes, due_whispers, LETTERS]))
    here = watched(world)
    await here.clock.tick()
    before = await pages(here)
    record = await world.put(Whisper("K7Q4-9M2X", next_due=MONDAY))
    await world.queue("watch.late", HEAD, record, not_before=MONDAY + timedelta(days=1), lane="alert")
    world.pass_time(STUCK + MINUTE)
    await here.clock.tick()
    assert await here.unwell() == []
    assert (await here.watch.look()).ready
    assert await pages(here) == before
    with capture_logs() as logged:
        for _ in range(3):
            await here.round()
    assert here.told == ["Something that was due is not done"]
    assert [each for each in logged if each["event"] == "trouble" and "view" in each] == []
    await world.close()


async def test_records_that_cannot_be_kept_make_it_not_ready(tmp_path: Path) -> None:
    disk = FailingDisk()
    world = await open_world(tmp_path, (ADMIN,), registry=merge([due_notes, LETTERS]), disk=disk)
    here = watched(world)
    await here.round()
    disk.failing.add("sync")
    with pytest.raises(Unavailable):
        await world.put(Note("a"))
    assert await here.unwell() == ["records"]
    health = await here.watch.look()
    assert not health.ready
    assert ["No space left on device" in check.said for check in health.checks if not check.well] == [True]
    await world.close()


async def test_what_the_store_notices_while_it_serves_is_logged_once(tmp_path: Path) -> None:
    disk = FailingDisk(only="snapshot")
    world = await open_world(tmp_path, (ADMIN,), registry=merge([due_notes, LETTERS]), disk=disk)
    here = watched(world)
    disk.failing.add("write")
    with pytest.raises(Unavailable):
        await world.store.purge()
    with capture_logs() as logged:
        await here.round()
        await here.round()
    said = "No snapshot could be made (No space left on device). The journal goes on without it."
    assert [each["notice"] for each in logged if each["event"] == "records"] == [said]
    await world.close()


@pytest.fixture
async def server(here: Watched) -> AsyncIterator[Server]:
    app = web.Application()
    app.add_routes(watch_routes(here.watch, here.world.relay, here.clock))
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_ready_says_so_and_why_not(here: Watched, server: Server) -> None:
    await here.round()
    alive = await server.get("/healthz")
    ready = await server.get("/readyz")
    assert (alive.status, ready.status) == (200, 200)
    assert (await ready.json())["ready"] is True
    here.world.pass_time(timedelta(hours=1))
    ready = await server.get("/readyz")
    assert ready.status == 503
    body = await ready.json()
    [clock] = [check for check in body["checks"] if check["name"] == "clock"]
    assert clock == {"name": "clock", "well": False, "said": "The clock last ticked 3600 seconds ago."}
    assert (await server.get("/healthz")).status == 200


async def test_readiness_names_the_platform_that_refuses_the_app_and_why(here: Watched, server: Server) -> None:
    await here.round()
    here.world.surface.outage = "invalid_auth"
    ready = await server.get("/readyz")
    assert ready.status == 503
    [chat] = [check for check in (await ready.json())["checks"] if check["name"] == "sandbox"]
    said = "Sandbox refuses Exeat itself (invalid_auth); exeat doctor says what to do."
    assert chat == {"name": "sandbox", "well": False, "said": said}


async def test_metrics_are_counts_and_nobodys_names(here: Watched, server: Server) -> None:
    here.world.surface.next("post", Fault.REFUSED, Fault.BUSY)
    await here.world.queue("watch.late", ADMIN)
    await here.world.put(Note("secret-note", text="secret", next_due=MONDAY))
    for _ in range(3):
        await here.round()
    text = await (await server.get("/metrics")).text()
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found[("exeat_ready",)] == 1
    assert found[("exeat_dead_letters",)] == 1
    assert found[("exeat_broken_records",)] == 1
    assert found[("exeat_relay_total", "dead")] == 1
    assert found[("exeat_relay_total", "put_off")] == 1
    assert found[("exeat_check_well", "undelivered")] == 0
    assert found[("exeat_clock_total", "ticks")] == 3
    assert "secret" not in text
    assert ADMIN not in text
