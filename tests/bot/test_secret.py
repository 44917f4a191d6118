"""The end of the client secret of Teams: the admins are warned in time, once each time, and told of a new one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.watch import Watch
from cards.text import plain
from policy.people import Standing
from tests.fakes.school import ADMIN, HEAD, TEACHER, known
from tests.fakes.surface import Fault
from tests.fakes.world import World, open_world

ENDS = date(2027, 6, 3)
SOON, GONE, RENEWED = "A key of Exeat's is about to end", "A key of Exeat's has ended", "A key of Exeat's was renewed"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await open_world(tmp_path / "data", (HEAD, TEACHER, ADMIN))
    yield world
    await world.close()


async def warn(world: World, left: int, *, ends: date | None = ENDS, hour: int = 9) -> list[str]:
    """What the admin has been told once the watch of a process just started has looked, so many days before."""
    day = (ends or ENDS) - timedelta(days=left)
    now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    world.pass_time(max(now - world.now, timedelta()))
    world.now = now
    watch = Watch(world.dispatch, world.relay, Clock(world.dispatch, seconds=30), secret_ends=ends)
    for _ in range(3):
        await watch.warn()
    await world.relay.drain()
    return world.surface.titles(ADMIN)


async def test_the_admins_are_warned_at_each_of_the_days_and_nobody_else_is(world: World) -> None:
    for left in range(90, -5, -1):
        await warn(world, left)
    assert world.surface.titles(ADMIN) == [GONE] * 4, "each says how things stand now"
    assert world.surface.titles(HEAD) == world.surface.titles(TEACHER) == []


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (60, "ends on Sun 4 April 2027, in 60 days"),
        (1, "in 1 day."),
        (0, "signs in to Teams ends today"),
        (-2, "ended on Wed 3 February 2027"),
    ],
)
async def test_the_card_says_when_and_what_to_do(world: World, left: int, said: str) -> None:
    ends = date(2027, 4, 4) if left > 1 else date(2027, 2, 3)
    await warn(world, left, ends=ends)
    (message,) = world.surface.messages(ADMIN)
    assert said in message.card.summary
    assert "TEAMS_APP_PASSWORD" in plain(message.card)


async def test_a_restart_warns_of_nothing_again(world: World) -> None:
    assert await warn(world, 30) == [SOON]
    await world.restart()
    assert await warn(world, 29) == [SOON]
    assert await warn(world, 7) == [SOON, SOON]


async def test_two_that_look_at_the_same_moment_warn_once(world: World) -> None:
    watch = Watch(world.dispatch, world.relay, Clock(world.dispatch, seconds=30), secret_ends=world.now.date())
    await asyncio.gather(watch.warn(), watch.warn())
    await world.relay.drain()
    assert world.surface.titles(ADMIN) == [GONE]


async def test_nobody_is_woken_at_night(world: World) -> None:
    assert await warn(world, 30, hour=3) == []
    assert await warn(world, 30, hour=22) == []
    assert await warn(world, 30, hour=12) == [SOON]


async def test_a_holiday_is_no_reason_to_wait(world: World) -> None:
    christmas = date(2027, 12, 25)
    assert await warn(world, 0, ends=christmas) == [GONE]


async def test_it_waits_until_there_is_an_admin_to_tell(tmp_path: Path) -> None:
    world = await open_world(tmp_path / "other", (HEAD,))
    assert await warn(world, 30) == []
    await world.dispatch.met(known(ADMIN))
    assert await warn(world, 28) == [SOON]
    await world.close()


async def test_a_renewed_secret_stills_the_warning_and_is_warned_of_in_its_own_time(world: World) -> None:
    assert await warn(world, 7) == [SOON]
    later = ENDS + timedelta(days=365)
    assert await warn(world, 300, ends=later) == [RENEWED]
    assert await warn(world, 60, ends=later) == [SOON, SOON]


async def test_a_warning_that_waited_until_there_was_a_new_secret_is_not_sent(world: World) -> None:
    world.surface.next("post", Fault.BROKEN)
    assert await warn(world, 0) == []
    assert await warn(world, 300, ends=ENDS + timedelta(days=365)) == []
    await world.settle()
    assert world.surface.titles(ADMIN) == []


async def test_somebody_who_is_no_longer_an_admin_here_is_told_nothing(world: World) -> None:
    await world.dispatch.met(known(ADMIN, Standing.DEACTIVATED))
    assert await warn(world, 7) == []
    assert world.surface.calls == []


async def test_it_stands_where_somebody_outside_looks(world: World) -> None:
    def checks(ends: date | None) -> Watch:
        return Watch(world.dispatch, world.relay, Clock(world.dispatch, seconds=30), secret_ends=ends)

    async def well(ends: date | None) -> bool | None:
        found = [check.well for check in (await checks(ends).look()).checks if check.name == "secret"]
        return found[0] if found else None

    today = world.now.date()
    assert await well(None) is None
    assert await well(today + timedelta(days=8)) is True
    assert await well(today + timedelta(days=7)) is False
    assert (await checks(today).look()).checks[-3].vital is False
