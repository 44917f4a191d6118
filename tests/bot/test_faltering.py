"""A concern whose own clock fails: people are told to do what Exeat does not, and once a day."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from cards.text import plain
from handlers.entries import Due
from handlers.turn import Turn
from policy.concern import Concern
from policy.people import Standing
from policy.record import ref
from tests.fakes.desk import Desk
from tests.fakes.safeguarding import CHAIR, DSL, OUTSIDER, SECOND_DSL, SECRET, THIRD_DSL, do, now, raised, safe_desk
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, TEACHER, known

FALTERED, HIDDEN = "concern.faltered", "watch.hidden"


async def fails(turn: Turn, concern: Concern) -> None:
    """A climb that cannot be worked out."""
    raise ZeroDivisionError


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = await safe_desk(tmp_path / "data")
    desk.dispatch.registry.dues[Concern.KIND] = Due(Concern, fails)
    yield desk
    await desk.store.close()


async def ticks(desk: Desk, clock: Clock, times: int) -> list[tuple[str, str]]:
    """What is sent about it while the clock ticks so often."""
    for _ in range(times):
        desk.now += timedelta(seconds=30)
        await clock.tick()
    return sorted(each for each in await desk.sent() if each[0] in (FALTERED, HIDDEN))


def clock_of(desk: Desk) -> Clock:
    """A clock, as after a start."""
    return Clock(desk.dispatch, seconds=30, steady=lambda: 0.0, real=lambda: desk.now)


async def due(desk: Desk, **answers: str) -> Concern:
    """A concern whose next step is due."""
    found = await raised(desk, **answers)
    desk.now += timedelta(minutes=15)
    await desk.outbox()
    return found


async def test_one_that_climbs_goes_to_everybody_of_its_way_at_once_and_whoever_raised_it_is_to_ring(
    desk: Desk,
) -> None:
    found, clock = await due(desk), clock_of(desk)
    assert await ticks(desk, clock, 1) == []
    told = sorted((FALTERED, who) for who in (DSL, SECOND_DSL, THIRD_DSL, HEAD, CHAIR, TEACHER))
    assert await ticks(desk, clock, 1) == [*told, (HIDDEN, ADMIN)]
    assert await ticks(desk, clock, 80) == []
    for who in (SECOND_DSL, CHAIR):
        drawn = await desk.dispatch.draw(FALTERED, ref(found), f"sandbox:demo:{who}", first=True)
        assert drawn is not None
        assert f"Exeat needs opening: {found.id}" in plain(drawn.card)
        assert [button.label for button in drawn.card.buttons] == ["Open", "Acknowledge"]
    rings = await desk.see(TEACHER, FALTERED, ref(found))
    assert rings is not None
    assert "ring now" in plain(rings.card)
    assert "01632 960003" in plain(rings.card)
    await do(desk, CHAIR, "concern.acknowledge", found)
    for who, said in ((TEACHER, "sent, seen"), (DSL, "acknowledged")):
        drawn = await desk.see(who, FALTERED, ref(found))
        assert drawn is not None
        assert said in plain(drawn.card)


async def test_whoever_it_is_about_is_told_nothing_and_an_admin_nothing_of_what_it_is(desk: Desk) -> None:
    found, clock = await due(desk, about="head", risk="yes"), clock_of(desk)
    assert await ticks(desk, clock, 3) == [(FALTERED, CHAIR), (FALTERED, TEACHER), (HIDDEN, ADMIN)]
    for who in (HEAD, COLLEAGUE, ADMIN):
        assert await desk.see(who, FALTERED, ref(found)) is None
        assert (await desk.see(who, HIDDEN, None) is None) is (who != ADMIN)
    drawn = await desk.see(ADMIN, HIDDEN, None)
    assert drawn is not None
    assert not {found.id, SECRET, "Helen", "Grace"} & set(plain(drawn.card).split())


async def test_it_is_told_again_each_day_and_not_at_each_start(desk: Desk) -> None:
    await due(desk)
    assert await ticks(desk, clock_of(desk), 3)
    assert await ticks(desk, clock_of(desk), 3) == []
    desk.now += timedelta(hours=26)
    assert (HIDDEN, ADMIN) in await ticks(desk, clock_of(desk), 3)


async def test_of_two_that_fail_the_admins_hear_once(desk: Desk) -> None:
    await due(desk, person=OUTSIDER)
    await due(desk)
    told = await ticks(desk, clock_of(desk), 3)
    assert told.count((FALTERED, DSL)) == 2
    assert told.count((HIDDEN, ADMIN)) == 1


async def test_where_nobody_else_can_be_told_either_admins_hear_and_no_number_shows_it(desk: Desk) -> None:
    await due(desk)
    desk.dispatch.registry.falterers[Concern.KIND] = fails
    clock = clock_of(desk)
    assert await ticks(desk, clock, 3) == [(HIDDEN, ADMIN)]
    assert set(clock.tally) == {"due", "forgotten", "ticks"}
    assert clock.tally["ticks"] == 3


async def test_one_that_was_taken_up_is_told_to_those_alone_whom_it_had_reached(desk: Desk) -> None:
    found = await raised(desk)
    await do(desk, DSL, "concern.acknowledge", found)
    desk.now += timedelta(days=1)
    await desk.outbox()
    assert await ticks(desk, clock_of(desk), 3) == [(FALTERED, DSL), (HIDDEN, ADMIN)]
    assert (await now(desk, found)).told == ("sandbox:demo:dina",)
    await desk.dispatch.met(known(DSL, Standing.DEACTIVATED))
    desk.now += timedelta(hours=26)
    told = await ticks(desk, clock_of(desk), 3)
    assert [who for view, who in told if view == FALTERED] == sorted([SECOND_DSL, THIRD_DSL, HEAD, CHAIR])
