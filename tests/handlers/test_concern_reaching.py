"""Concerns after somebody took them up: people leave or are away, and what is added still reaches somebody."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cards.text import plain
from handlers.request import Nothing
from policy.away import plan_away
from policy.calendar import Calendar
from policy.concern import Concern, State
from policy.concern.entry import Act
from policy.people import Person, Role, Standing
from policy.record import Ref, ref
from storage.rows import Errand
from tests.fakes.desk import Desk, said
from tests.fakes.golive import acknowledge
from tests.fakes.safeguarding import (
    CHAIR,
    DSL,
    HOLDERS,
    OUTSIDER,
    SECOND_DSL,
    SECRET,
    THIRD_DSL,
    do,
    log,
    now,
    raised,
    safe_desk,
)
from tests.fakes.school import COLLEAGUE, HEAD, MONDAY, TEACHER, email, identity, known

DAY = timedelta(days=1)

DEPUTIES = (SECOND_DSL, THIRD_DSL)

AGAIN = "It happened again today."


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = await safe_desk(tmp_path / "data")
    yield desk
    await desk.store.close()


async def told(desk: Desk) -> list[str]:
    """Who now is to be told in the chat that Exeat needs opening."""
    rows = [row for row in await desk.outbox() if row.view in ("concern", "concern.waits")]
    return sorted(row.person.rpartition(":")[2] for row in rows if row.task is Errand.SEND)


async def tick(desk: Desk, **length: float) -> None:
    """So much time goes by, and what has fallen due is done."""
    desk.now += timedelta(**length)
    assert not (await desk.dispatch.due()).failed


async def leaves(desk: Desk, *people: str) -> None:
    """They are no longer there."""
    for who in people:
        await desk.dispatch.met(known(who, Standing.DEACTIVATED))


async def away(desk: Desk, *people: str) -> None:
    """They are away from today on."""
    async with desk.store.transaction("harbour") as tx:
        for who in people:
            person = await tx.get(Person, str(identity(who)))
            assert person is not None
            tx.put(plan_away(f"A-{who}", person, None, MONDAY.date(), MONDAY.date() + 5 * DAY, MONDAY, Calendar()))


async def taken_up(desk: Desk, by: str = DSL, **answers: Any) -> Concern:
    """A concern that somebody has acknowledged, with nothing left to be sent."""
    found = await raised(desk, **answers)
    await do(desk, by, "concern.acknowledge", found)
    await desk.outbox()
    return await now(desk, found)


async def new_dsl(desk: Desk, who: str) -> None:
    """Somebody else is named as DSL, and the chair confirms it."""
    names = {**HOLDERS, Role.DSL: (who,)}
    desk.settle(roles=tuple((role, tuple(email(each) for each in people)) for role, people in names.items()))
    await desk.dispatch.begin()
    await desk.ask(CHAIR, "pin.confirm", Ref("pin", "dsl"), version=2)
    await acknowledge(desk, who)
    await desk.outbox()


async def test_what_is_added_after_whoever_took_it_up_has_left_reaches_their_successor(desk: Desk) -> None:
    found = await taken_up(desk)
    await leaves(desk, DSL)
    await new_dsl(desk, OUTSIDER)
    assert isinstance(await do(desk, TEACHER, "concern.note.send", found, text=AGAIN), Nothing)
    assert await told(desk) == [OUTSIDER]
    assert {entry.text for entry in await log(desk, found) if entry.act is Act.TOLD} == {"Dina", "Olu"}
    assert AGAIN in said(await do(desk, OUTSIDER, "concern.open", found))
    assert isinstance(await do(desk, OUTSIDER, "concern.reader.send", found, person=identity(SECOND_DSL)), Nothing)
    assert "nothing here for you" in said(await do(desk, COLLEAGUE, "concern.open", found))


async def test_a_case_that_nobody_can_reach_is_noticed_by_the_clock(desk: Desk) -> None:
    found = await taken_up(desk)
    await tick(desk, hours=24)
    assert await told(desk) == []
    await leaves(desk, DSL)
    await tick(desk, hours=24)
    assert await told(desk) == sorted(DEPUTIES)
    await tick(desk, minutes=31)
    assert await told(desk) == [HEAD]
    await do(desk, SECOND_DSL, "concern.open", found)
    await tick(desk, hours=72)
    assert await told(desk) == []


@pytest.mark.parametrize("go", [leaves, away])
async def test_reminders_of_the_lado_go_to_whoever_is_left(
    desk: Desk, go: Callable[[Desk, str, str], Awaitable[None]]
) -> None:
    await taken_up(desk, risk="yes")
    await go(desk, DSL, HEAD)
    desk.now = MONDAY.replace(day=2, hour=8)
    await tick(desk)
    assert await told(desk) == sorted(DEPUTIES)


async def test_the_log_of_a_quiet_case_does_not_grow(desk: Desk) -> None:
    found = await taken_up(desk)
    before = await log(desk, found)
    for _ in range(5):
        await tick(desk, hours=24)
    assert await log(desk, found) == before


@pytest.mark.parametrize("how", ["concern.open", "concern.acknowledge"])
async def test_what_is_added_climbs_until_somebody_opens_or_acknowledges_it(desk: Desk, how: str) -> None:
    found = await taken_up(desk)
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    assert await told(desk) == [DSL]
    for people in (DEPUTIES, (HEAD,)):
        await tick(desk, minutes=15)
        assert await told(desk) == sorted(people)
    drawn = await desk.see(HEAD, "concern.waits", ref(found))
    assert drawn is not None
    assert [each.label for each in drawn.card.buttons] == ["Open", "Acknowledge"]
    await do(desk, HEAD, how, found)
    await tick(desk, minutes=40)
    assert await told(desk) == []
    drawn = await desk.see(DSL, "concern.waits", ref(found))
    assert drawn is not None
    assert [each.label for each in drawn.card.buttons] == ["Open"]


async def test_whoever_added_what_nobody_opens_hears_whom_to_ring(desk: Desk) -> None:
    found = await taken_up(desk)
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    for _ in range(5):
        await desk.outbox()
        await tick(desk, minutes=15)
    assert ("concern.unseen", TEACHER) in await desk.sent()
    drawn = await desk.see(TEACHER, "concern.unseen", ref(found))
    assert drawn is not None
    assert "01632 960003" in plain(drawn.card)
    receipt = said(await do(desk, TEACHER, "concern.open", found))
    assert "not been opened" in receipt
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    assert await told(desk) == [DSL]
    await do(desk, DSL, "concern.open", found)
    assert "not been opened" not in said(await do(desk, TEACHER, "concern.open", found))


async def test_what_is_added_while_whoever_took_it_up_is_away_goes_to_others(desk: Desk) -> None:
    found = await taken_up(desk)
    await away(desk, DSL)
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    assert await told(desk) == sorted(DEPUTIES)


async def test_whoever_turns_out_to_be_whom_it_is_about_hears_nothing_of_what_is_added(desk: Desk) -> None:
    found = await taken_up(desk)
    async with desk.store.transaction("harbour") as tx:
        tx.put(replace(found, excluded=(*found.excluded, str(identity(DSL)))))
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    assert await told(desk) == sorted(DEPUTIES)


async def test_what_is_added_goes_first_to_whoever_took_it_up_then_to_the_others_who_had_heard(desk: Desk) -> None:
    found = await raised(desk)
    await tick(desk, minutes=15)
    await do(desk, SECOND_DSL, "concern.acknowledge", found)
    await desk.outbox()
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    for people in ((SECOND_DSL,), (DSL, THIRD_DSL), (HEAD,)):
        assert await told(desk) == sorted(people)
        await tick(desk, minutes=15)


async def test_two_things_added_one_after_the_other_are_one_climb(desk: Desk) -> None:
    found = await taken_up(desk)
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    await tick(desk, minutes=15)
    await desk.outbox()
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    assert await told(desk) == sorted((DSL, *DEPUTIES))
    await tick(desk, minutes=15)
    assert await told(desk) == [HEAD]


async def test_what_is_added_to_a_closed_concern_reaches_somebody(desk: Desk) -> None:
    found = await taken_up(desk)
    await do(desk, DSL, "concern.close.send", found, ending="acted", why="x", told="y")
    await leaves(desk, DSL)
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    assert await told(desk) == sorted(DEPUTIES)
    assert f"{found.id}: something waits" in said(await desk.ask(SECOND_DSL, "home"))
    assert isinstance(await do(desk, SECOND_DSL, "concern.acknowledge", found), Nothing)
    assert (await now(desk, found)).status is State.CLOSED
    await tick(desk, hours=24)
    assert await told(desk) == []


async def test_what_is_added_once_the_climb_has_come_to_an_end_begins_it_anew(desk: Desk) -> None:
    found = await raised(desk)
    for _ in range(6):
        await tick(desk, minutes=15)
    await desk.outbox()
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    assert await told(desk) == [DSL]


async def test_a_reader_who_cannot_act_on_it_does_not_end_the_climb(desk: Desk) -> None:
    found = await taken_up(desk)
    await do(desk, DSL, "concern.reader.send", found, person=identity(OUTSIDER))
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    await desk.outbox()
    assert AGAIN in said(await do(desk, OUTSIDER, "concern.open", found))
    await tick(desk, minutes=15)
    assert await told(desk) == sorted(DEPUTIES)


async def test_whoever_raised_it_is_told_once_that_it_was_seen(desk: Desk) -> None:
    found = await raised(desk, risk="yes")
    await desk.outbox()
    for who, sent in ((DSL, [("concern.reporter", TEACHER)]), (HEAD, []), (DSL, [])):
        await do(desk, who, "concern.acknowledge", found)
        assert [each for each in await desk.sent() if each[1] == TEACHER] == sent


async def test_the_receipt_keeps_saying_who_saw_it(desk: Desk) -> None:
    found = await taken_up(desk)
    await leaves(desk, DSL)
    await new_dsl(desk, OUTSIDER)
    assert "Seen by the safeguarding lead." in said(await do(desk, TEACHER, "concern.open", found))


async def test_a_send_that_is_delivered_again_is_answered_with_whom_to_ring(desk: Desk) -> None:
    payload = {"about": "colleague", "risk": "no"}
    first, second = [
        await desk.ask(TEACHER, "concern.new", key="once", fields={"what": SECRET}, payload=payload) for _ in range(2)
    ]
    assert "01632 960003" in said(second)
    assert said(second) == said(first)


@pytest.mark.parametrize("who", [TEACHER, OUTSIDER], ids=["whoever raised it", "another reader"])
async def test_what_a_reader_adds_who_does_not_act_on_it_is_put_before_those_who_do(desk: Desk, who: str) -> None:
    found = await taken_up(desk)
    await do(desk, DSL, "concern.reader.send", found, person=identity(who))
    await desk.outbox()
    assert isinstance(await do(desk, who, "concern.note.send", found, text=AGAIN), Nothing)
    assert await told(desk) == [DSL]
    assert (await log(desk, found))[-2].act is (Act.ADDED if who == TEACHER else Act.NOTE)


async def test_a_successor_hears_of_what_is_added_though_the_former_dsl_is_still_on_the_staff(desk: Desk) -> None:
    found = await taken_up(desk)
    await new_dsl(desk, OUTSIDER)
    assert isinstance(await do(desk, TEACHER, "concern.note.send", found, text=AGAIN), Nothing)
    assert OUTSIDER in await told(desk)
    assert AGAIN in said(await do(desk, OUTSIDER, "concern.open", found))


async def test_a_new_holder_is_told_of_live_cases_whose_manager_holds_no_role_any_more(desk: Desk) -> None:
    found = await taken_up(desk)
    await new_dsl(desk, OUTSIDER)
    await tick(desk, minutes=1)
    assert await told(desk) == sorted([DSL, OUTSIDER])
    assert "nothing here" not in said(await do(desk, OUTSIDER, "concern.open", found))
    for _ in range(3):
        await tick(desk, hours=24)
        assert await told(desk) == []


@pytest.mark.parametrize("steps", [4, 5], ids=["mailed", "unseen"])
async def test_a_new_holder_is_told_at_once_of_a_case_that_nobody_saw(desk: Desk, steps: int) -> None:
    await raised(desk)
    for _ in range(steps):
        await tick(desk, minutes=15)
    await new_dsl(desk, OUTSIDER)
    await tick(desk, minutes=1)
    assert await told(desk) == [OUTSIDER]
    await tick(desk, minutes=15)
    assert await told(desk) == sorted(DEPUTIES)


async def test_the_next_holder_is_told_of_what_nobody_saw_of_a_closed_one_though_others_are_still_there(
    desk: Desk,
) -> None:
    found = await taken_up(desk)
    await do(desk, DSL, "concern.close.send", found, ending="acted", why="x", told="y")
    await do(desk, TEACHER, "concern.note.send", found, text=AGAIN)
    for _ in range(30):
        await tick(desk, hours=4)
    assert (await now(desk, found)).next_due is None
    await new_dsl(desk, OUTSIDER)
    for minutes, people in ((1, (CHAIR, *DEPUTIES, HEAD)), (30, (DSL,)), (30, (OUTSIDER,))):
        await tick(desk, minutes=minutes)
        assert await told(desk) == sorted(people)


async def test_a_new_holder_is_told_of_no_case_that_is_hidden_from_them(desk: Desk) -> None:
    found = await taken_up(desk, person=OUTSIDER)
    await new_dsl(desk, OUTSIDER)
    for _ in range(4):
        await tick(desk, hours=12)
        assert OUTSIDER not in await told(desk)
    assert "nothing here" in said(await do(desk, OUTSIDER, "concern.open", found))


async def test_a_new_holder_hears_nothing_of_a_case_in_the_hands_of_another_holder(desk: Desk) -> None:
    await taken_up(desk, HEAD, risk="yes")
    await new_dsl(desk, OUTSIDER)
    await tick(desk, minutes=1)
    assert await told(desk) == []
