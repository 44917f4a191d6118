"""Concerns after a machine's clock that was ahead is put right: nothing waits for a time that it made up."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.desk import Desk
from tests.fakes.safeguarding import DSL, raised, safe_desk
from tests.handlers.test_concern_reaching import DAY, DEPUTIES, leaves, taken_up, tick, told


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = await safe_desk(tmp_path / "data")
    yield desk
    await desk.store.close()


@pytest.mark.parametrize("ahead", [timedelta(hours=1), 2 * DAY], ids=["an hour", "two days"])
async def test_a_clock_that_was_ahead_and_is_put_right_keeps_nobody_waiting(desk: Desk, ahead: timedelta) -> None:
    right = desk.now
    desk.now += ahead
    await raised(desk)
    await desk.outbox()
    desk.now = right
    await desk.dispatch.begin()
    await tick(desk, minutes=15)
    assert await told(desk) == sorted(DEPUTIES)


async def test_a_clock_that_was_ahead_when_it_was_taken_up_keeps_nobody_from_seeing_that_nobody_is_left(
    desk: Desk,
) -> None:
    right = desk.now
    desk.now += 4 * DAY
    await taken_up(desk)
    desk.now = right
    await desk.dispatch.begin()
    await tick(desk, hours=24)
    assert await told(desk) == []
    await leaves(desk, DSL)
    await tick(desk, hours=24)
    assert await told(desk) == sorted(DEPUTIES)
