"""Who may read many concerns finds each, what waits first; and who may have one written out."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from cards.text import plain
from handlers.concerns.exporting import note_export
from handlers.concerns.reading import LONGEST_LIST
from handlers.request import Say
from handlers.turn import Turn
from policy.concern import Concern
from policy.people import Standing
from policy.refused import NotFound
from tests.fakes.desk import Desk, said
from tests.fakes.safeguarding import DSL, SECOND_DSL, do, now, raised, safe_desk
from tests.fakes.school import TEACHER, email, known


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = await safe_desk(tmp_path / "data")
    yield desk
    await desk.store.close()


async def closed(desk: Desk, times: int = 1) -> list[Concern]:
    """So many that are closed, a minute apart, oldest first."""
    found = []
    for _ in range(times):
        desk.now += timedelta(minutes=1)
        one = await raised(desk)
        await do(desk, DSL, "concern.acknowledge", one)
        await do(desk, DSL, "concern.close.send", one, ending="acted", why="x", told="y")
        found.append(await now(desk, one))
    return found


async def test_what_waits_comes_first_and_what_is_open_next_however_much_is_closed(desk: Desk) -> None:
    taken = await raised(desk)
    await do(desk, DSL, "concern.acknowledge", taken)
    waiting = await raised(desk)
    await closed(desk, LONGEST_LIST)
    lines = said(await desk.ask(DSL, "concerns")).splitlines()
    found = [line for line in lines if ": " in line]
    assert found[0].startswith(f"- {waiting.id}: something waits")
    assert found[1].startswith(f"- {taken.id}: acknowledged")


async def test_what_was_added_to_an_old_one_that_is_closed_is_found_on_the_home_page(desk: Desk) -> None:
    (old,) = await closed(desk)
    await closed(desk, LONGEST_LIST + 1)
    await do(desk, TEACHER, "concern.note.send", old, text="It happened again.")
    assert f"{old.id}: something waits" in said(await desk.ask(DSL, "home"))
    assert f"{old.id}: something waits" in said(await desk.ask(DSL, "concerns"))
    await do(desk, DSL, "concern.open", old)
    assert old.id not in said(await desk.ask(DSL, "home"))


async def test_more_leads_to_each_and_to_nothing_for_anybody_else(desk: Desk) -> None:
    every = {each.id for each in await closed(desk, LONGEST_LIST + 1)}
    found, reply = list[str](), await desk.ask(DSL, "concerns")
    while isinstance(reply, Say):
        found += [each for each in every if each in plain(reply.card)]
        if not reply.card.buttons:
            break
        (button,) = reply.card.buttons
        assert button.label == "More"
        reply = await desk.ask(DSL, button.verb, payload=dict(button.payload))
    assert sorted(found) == sorted(every)
    nothing = said(await desk.ask(SECOND_DSL, "concerns"))
    for skip in ("0", "10", "-1", "9" * 9):
        assert said(await desk.ask(SECOND_DSL, "concerns.more", payload={"skip": skip})) == nothing


async def test_a_home_page_says_when_more_waits_than_it_shows(desk: Desk) -> None:
    for _ in range(LONGEST_LIST):
        await raised(desk)
    assert "There are more" not in said(await desk.ask(DSL, "home"))
    await raised(desk)
    assert "There are more. Type /concerns" in said(await desk.ask(DSL, "home"))


@pytest.mark.parametrize("how", ["left", "turned away"])
async def test_nothing_is_written_out_for_a_reader_who_is_no_longer_on_the_staff(desk: Desk, how: str) -> None:
    found = await raised(desk)

    async def written(turn: Turn) -> None:
        await note_export(turn, found.id, email(DSL))

    await desk.dispatch.own("export.concern", written)
    if how == "left":
        await desk.dispatch.met(known(DSL, Standing.DEACTIVATED))
    else:
        desk.settle(blocked=(email(DSL),))
    with pytest.raises(NotFound):
        await desk.dispatch.own("export.concern", written)
