"""Reminders on every chat, the clock moved on: given once, late rather than never; nothing is approved by time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from policy.post import State
from tests.fakes.school import HEAD, MONDAY, OWNER, TEACHER
from tests.scenarios.chats import CHATS
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, post_of, quiet, serving, settled, ticks

pytestmark = pytest.mark.parametrize("on", CHATS)

TUESDAY = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)


async def tried(school: School) -> None:
    """Until Exeat has tried in vain to tell somebody something."""
    before = school.chat.failed
    await school.until(lambda: school.chat.failed > before)


async def test_a_reminder_due_while_the_chat_is_down_comes_once_and_late(tmp_path: Path, on: str) -> None:
    clock = HandClock()
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=clock) as program:
            await school.draft(TEACHER, "The fair is on Friday")
            card = await school.card(HEAD, "P-1", button="Approve")
            clock.move_on(hours=3, minutes=59)
            await settled(program)
            assert len(school.inbox(HEAD)) == 1, "not before four staffed hours"

            chat.down()
            clock.move_on(minutes=1)
            await tried(school)
            for _ in range(3):
                clock.move_on(hours=1)
                await ticks(program)
            assert len(school.inbox(HEAD)) == 1
            chat.up()
            clock.move_on(minutes=30)
            nag = await school.card(HEAD, "P-1 from Tom has waited since Mon 1 March 2027, 09:00", button="Approve")
            await settled(program)
            assert school.titles(HEAD) == ["P-1: post for Harbour page", "Still waiting: P-1"]

            clock.move_to(TUESDAY - timedelta(minutes=1))
            await settled(program)
            assert len(school.inbox(HEAD)) == 2, "nothing at night"
            clock.move_to(TUESDAY)
            digest = await school.card(HEAD, "Good morning. 1 post waits for your decision", "The fair is on Friday")
            await settled(program)
            assert len(school.inbox(HEAD)) == 3
            assert "Waiting for your decision" in await school.told(HEAD, digest, "Open")

            await school.press(HEAD, nag, "Approve")
            await school.until(lambda: not card.buttons() and not nag.buttons())
            clock.move_on(days=1)
            await settled(program)
            assert len(school.inbox(HEAD)) == 3, "what is decided is not spoken of again"


async def test_an_outage_of_days_ends_with_one_reminder(tmp_path: Path, on: str) -> None:
    clock = HandClock()
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=clock) as program:
            await school.draft(TEACHER, "First")
            await school.draft(TEACHER, "Second")
            await school.card(HEAD, "P-2")
            await quiet(program)
            chat.down()
            clock.move_to(MONDAY + timedelta(hours=4))
            await tried(school)
            for day in range(3):
                clock.move_to(TUESDAY + timedelta(days=day))
                await ticks(program)
        clock.move_to(TUESDAY + timedelta(days=3))
        chat.up()
        async with serving(chat, tmp_path / "data", clock=clock) as program:
            await school.card(HEAD, "Good morning. 2 posts wait for your decision")
            await settled(program)
            cards = ["P-1: post for Harbour page", "P-2: post for Harbour page"]
            nags = ["Still waiting: P-1", "Still waiting: P-2"]
            assert sorted(school.titles(HEAD)) == sorted([*cards, *nags, "Posts waiting for you"])


async def test_the_planned_time_passes_while_the_chat_is_down(tmp_path: Path, on: str) -> None:
    clock = HandClock()
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=clock) as program:
            await school.draft(TEACHER, "The fair", When=TUESDAY + timedelta(hours=4))
            card = await school.card(HEAD, "P-1", "Tue 2 March 2027, 12:00", button="Approve")
            stale = card.latest
            await quiet(program)
            chat.down()
            clock.move_to(TUESDAY + timedelta(hours=4))
            await tried(school)
            assert (await post_of(program)).status is State.EXPIRED
            chat.up()
            clock.move_on(hours=3)
            over = await school.card(TEACHER, "P-1 did not go out", "Nobody decided before the time", button="Edit")
            await settled(program)
            assert school.titles(TEACHER).count("P-1 did not go out") == 1
            assert not card.buttons()
            assert "there is nothing to decide" in await school.told(HEAD, stale, "Approve")
            assert (await post_of(program)).decisions == ()

            form = await school.form(TEACHER, over, "Edit")
            late = await school.send(TEACHER, form, {})
            assert "That time has passed" in late["When"]
            assert not await school.send(TEACHER, form, {"When": TUESDAY + timedelta(days=2)})
            card = await school.card(HEAD, "Thu 4 March 2027", button="Approve")
            await school.press(HEAD, card, "Approve")
            await school.card(TEACHER, "P-1 is approved: ready for")


async def test_approved_and_not_put_up_for_a_fortnight_it_lapses(tmp_path: Path, on: str) -> None:
    clock = HandClock()
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=clock) as program:
            await school.draft(TEACHER, "Forgotten")
            await school.press(HEAD, await school.card(HEAD, "P-1", button="Approve"), "Approve")
            ready = await school.card(OWNER, "is approved: ready for", button="Mark as posted")
            stale = ready.latest
            clock.move_to(MONDAY + timedelta(days=14, minutes=-1))
            await settled(program)
            assert (await post_of(program)).status is State.APPROVED
            clock.move_to(MONDAY + timedelta(days=14))
            await school.card(TEACHER, "Approved but not posted in time", button="Edit")
            await school.card(OWNER, "Please do not post from an earlier card")
            await settled(program)
            assert (await post_of(program)).status is State.EXPIRED
            refused = await school.told(OWNER, stale, "Mark as posted")
            assert "There is nothing here for you" in refused
            assert len(school.inbox(HEAD)) == 1
