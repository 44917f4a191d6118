"""Comments on every chat: logged, with their owner at once, answered in words that may be used, reminded of."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Program
from policy.comment import Comment, State
from tests.fakes.school import HEAD, MONDAY, OWNER, TEACHER
from tests.scenarios.chats import CHATS
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, quiet, serving, ticks

pytestmark = pytest.mark.parametrize("on", CHATS)


async def comment_of(program: Program, id: str = "C-1") -> Comment:
    """A comment as it stands."""
    async with program.dispatch.store.transaction("harbour") as tx:
        found = await tx.get(Comment, id)
        assert found is not None
        return found


async def log(school: School, name: str, text: str, **more: str) -> str:
    """Somebody logs a comment; what the receipt says."""
    form = await school.command(name, "/logcomment")
    errors = await school.send(name, form, {"Text": text, "Account": "Harbour page"} | more)
    assert not errors, errors
    return str(form.shown_text())


async def test_from_the_log_to_an_answer_that_was_read_first(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=HandClock()) as program:
            said = await log(school, TEACHER, "When does term begin?", **{"Who wrote it": "A parent"})
            assert "C-1 is logged" in said
            assert "It is with Olu" in said
            card = await school.card(OWNER, "C-1: comment on Harbour page", "A parent", button="Answered")
            assert "Social media policy, Monitoring" in card.shown_text()
            form = await school.form(OWNER, card, "Answered")
            assert await school.send(OWNER, form, {"Text": "Term begins on the 6th."}) == {}
            waiting = await school.card(HEAD, "In reply to C-1", "When does term begin?", button="Approve")
            await school.press(HEAD, waiting, "Approve")
            ready = await school.card(OWNER, "P-1 is approved: ready for", "In reply to C-1", button="Mark as posted")
            form = await school.form(OWNER, ready, "Mark as posted")
            assert await school.send(OWNER, form, {"Link": "https://example.org/reply"}) == {}
            done = await school.card(OWNER, "C-1", "Answered by Olu", "Term begins on the 6th.")
            assert done.buttons() == []
            await quiet(program)
            kept = await comment_of(program)
            assert kept.status is State.ANSWERED
            assert kept.next_due is None


async def test_nobody_moves_and_it_climbs(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", clock=clock) as program:
            await log(school, TEACHER, "Nobody answers me")
            await school.card(OWNER, "C-1", button="Acknowledge")
            clock.move_to(MONDAY + timedelta(hours=23, minutes=10))
            await ticks(program)
            await school.card(OWNER, "Still open: C-1", "minutes left", button="Acknowledge")
            assert school.inboxes(HEAD) == [0]
            clock.move_to(MONDAY + timedelta(hours=24, minutes=1))
            await ticks(program)
            await school.card(HEAD, "Comments are overdue", "1 comment is overdue")
            await quiet(program)
            assert school.inboxes(HEAD) == [1]


async def test_the_chat_is_down_for_three_hours_while_reminders_are_due(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", clock=clock) as program:
            for number in range(3):
                await log(school, TEACHER, f"Question {number}")
            await school.card(OWNER, "Question 2", button="Not for us")
            await quiet(program)
            before = len(school.inbox(OWNER))
            chat.down()
            clock.move_to(MONDAY + timedelta(hours=23))
            for _ in range(6):
                clock.move_on(minutes=30)
                await ticks(program, 1)
            chat.up()
            clock.move_on(minutes=30)
            await school.until(lambda: len(school.inbox(OWNER)) > before)
            await quiet(program)
            late = school.inbox(OWNER)[before:]
            assert [message.shown_text().partition("\n")[0] for message in late] == ["Comments are waiting"]
            assert "3 open comments to be dealt with, all of these late" in late[0].shown_text()


async def test_a_message_about_several_moves_on_with_them(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", clock=clock) as program:
            for number in range(3):
                await log(school, TEACHER, f"Question {number}")
                await school.card(OWNER, f"Question {number}", button="Not for us")
            clock.move_to(MONDAY + timedelta(hours=23))
            await ticks(program)
            await school.card(OWNER, "Comments are waiting", "3 open comments")
            await quiet(program)
            messages = len(school.inbox(OWNER))
            for id, then in (("C-1", "2 open comments"), ("C-3", "Still open: C-2"), ("C-2", "All dealt with")):
                card = await school.card(OWNER, f"{id}: comment on", button="Not for us")
                form = await school.form(OWNER, card, "Not for us")
                assert await school.send(OWNER, form, {"The reason": "An advertisement"}) == {}
                await school.card(OWNER, then)
            await quiet(program)
            assert len(school.inbox(OWNER)) == messages
            [over] = [each for each in school.inbox(OWNER) if "All dealt with" in each.shown_text()]
            assert over.buttons() == []


async def test_whoever_logs_what_is_there_already_is_asked_first(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, words = School(chat), "Why is the school gate locked at half past eight?"
        async with serving(chat, tmp_path / "data", clock=HandClock()) as program:
            await log(school, TEACHER, words)
            form = await school.command(OWNER, "/logcomment")
            answers = {"Text": words, "Account": "Harbour page"}
            errors = await school.send(OWNER, form, answers)
            assert "C-1 has the same words and is open" in " ".join((*errors.values(), form.shown_text()))
            assert await school.send(OWNER, form, answers) == {}
            assert (await comment_of(program, "C-2")).text == words


async def test_moderated_with_the_reason_that_readers_were_given(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=HandClock()) as program:
            await log(school, TEACHER, "You are all useless", Kind="Offensive or hurtful")
            card = await school.card(OWNER, "C-1: offensive comment", "kept here as evidence", button="Moderate")
            form = await school.form(OWNER, card, "Moderate")
            errors = await school.send(OWNER, form, {"What was done": "It was hidden"})
            assert any("say below why they are told nothing" in said for said in errors.values()), errors
            answers = {"What was done": "It was hidden", "What readers were told": "Abusive"}
            assert await school.send(OWNER, form, answers) == {}
            await school.card(
                OWNER, "C-1", "Moderated, by Olu", "It was hidden", "Abuse is not allowed", "You are all useless"
            )
            assert (await comment_of(program)).status is State.MODERATED


async def test_a_reason_that_seems_to_name_somebody_is_asked_about_and_can_be_sent_again(
    tmp_path: Path, on: str
) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=HandClock()) as program:
            await log(school, TEACHER, "You are all useless", Kind="Offensive or hurtful")
            card = await school.card(OWNER, "C-1: offensive comment", button="Moderate")
            form = await school.form(OWNER, card, "Moderate")
            told = "We hid what was said of Poole Harbourside."
            answers = {
                "What was done": "It was hidden",
                "What readers were told": "My own words, below",
                "Text": told,
            }
            errors = await school.send(OWNER, form, answers)
            assert "seems to name somebody: Poole Harbourside" in " ".join((*errors.values(), form.shown_text()))
            assert (await comment_of(program)).status is State.OPEN
            assert await school.send(OWNER, form, answers) == {}
            await school.card(OWNER, "C-1", "Moderated, by Olu", told)


async def test_what_is_typed_after_a_restart_finds_it_again(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=HandClock()):
            await log(school, TEACHER, "Kept over a restart")
            await school.card(OWNER, "C-1", button="Snooze")
        async with serving(chat, tmp_path / "data", clock=HandClock()) as program:
            assert "Kept over a restart" in await chat.say(OWNER, "comments")
            card = await school.card(OWNER, "C-1", button="Not for us")
            form = await school.form(OWNER, card, "Not for us")
            assert await school.send(OWNER, form, {"The reason": "An advertisement"}) == {}
            await school.card(OWNER, "C-1", "Closed as not for us, by Olu.")
            assert "No comment waits" in await chat.say(OWNER, "comments")
            assert (await comment_of(program)).status is State.NOT_FOR_US
