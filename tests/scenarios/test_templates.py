"""Wordings on every chat: proposed from the list, approved, used at once, changed and approved anew."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import Program
from policy.comment import Comment
from policy.template import State, Template
from tests.fakes.school import COLLEAGUE, HEAD, MONDAY, OWNER, TEACHER
from tests.fakes.slack_desk import user
from tests.scenarios.chat import Chat
from tests.scenarios.chats import CHATS
from tests.scenarios.mixed import Mixed
from tests.scenarios.on_slack import OnSlack
from tests.scenarios.on_teams import OnTeams
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, audited, quiet, serving, settled

pytestmark = pytest.mark.parametrize("on", CHATS)

WORDS = "Thank you for telling us. We are looking into it."


async def listed(chat: Chat, name: str) -> Any:
    """The answer to /templates, which can be pressed."""
    used = chat.of(name) if isinstance(chat, Mixed) else chat
    if isinstance(used, OnSlack):
        return (await used.slack.command(user(name), "/templates")).ephemeral
    assert isinstance(used, OnTeams)
    outcome = await used.teams.command(name, "/templates")
    return await used.until(lambda: next((each for each in outcome.messages if each.buttons()), None))


async def propose(school: School, name: str, **more: str) -> str:
    """Somebody proposes a wording from the list; what the receipt says."""
    form = await school.form(name, await listed(school.chat, name), "Propose a wording")
    answers = {"Name": "Seen", "Text": WORDS, "What it is for": "To acknowledge", "Account": "Harbour page"} | more
    errors = await school.send(name, form, answers)
    assert not errors, errors
    return str(form.shown_text())


async def template_of(program: Program, id: str = "T-1") -> Template:
    """A wording as it is kept."""
    async with program.dispatch.store.transaction("harbour") as tx:
        found = await tx.get(Template, id)
        assert found is not None
        return found


async def test_proposed_approved_and_used_at_once_until_it_is_changed(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=HandClock()) as program:
            assert "It is with Helen" in await propose(school, TEACHER)
            assert "No wording is approved yet" in await chat.say(OWNER, "/templates")
            card = await school.card(HEAD, "T-1: Seen", "Waiting for your decision", WORDS, button="Approve")
            await school.press(HEAD, card, "Approve")
            await school.card(TEACHER, "T-1: approved", "It may be used word for word")
            assert WORDS in await chat.say(OWNER, "/templates")

            form = await school.command(TEACHER, "/logcomment")
            assert await school.send(TEACHER, form, {"Text": "The gate is broken", "Account": "Harbour page"}) == {}
            comment = await school.card(OWNER, "C-1", "The gate is broken", button="Acknowledge")
            form = await school.form(OWNER, comment, "Acknowledge")
            assert WORDS in form.shown_text()
            assert await school.send(OWNER, form, {"Wording": "Seen", "Where": "Under it"}) == {}
            await school.card(OWNER, "C-1", WORDS)
            async with program.dispatch.store.transaction("harbour") as tx:
                kept = await tx.get(Comment, "C-1")
            assert kept is not None
            assert kept.acknowledged is not None
            assert (kept.acknowledged.words, kept.acknowledged.right) == (WORDS, "T-1")

            mine = await school.card(TEACHER, "T-1: Seen", button="Edit")
            await school.edit(TEACHER, mine, "We have read it.")
            await school.card(HEAD, "T-1: Seen", "The approval of version 1 no longer counts", button="Approve")
            assert "No wording is approved yet" in await chat.say(OWNER, "/templates")
            assert (await template_of(program)).status is State.PROPOSED


async def test_rejected_with_a_reason_and_sent_again(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=HandClock()) as program:
            await propose(school, TEACHER)
            card = await school.card(HEAD, "T-1: Seen", button="Reject")
            form = await school.form(HEAD, card, "Reject")
            assert await school.send(HEAD, form, {"The reason": "It is too curt."}) == {}
            told = await school.card(TEACHER, "T-1: rejected", "It is too curt.", button="Edit")
            await school.edit(TEACHER, told, "Thank you. We will write to you this week.")
            again = await school.card(HEAD, "T-1: Seen", "We will write to you this week", button="Approve")
            assert "Helen rejected version 1" in again.shown_text()
            await school.press(HEAD, again, "Approve")
            await school.card(TEACHER, "T-1: Seen", "Approved by Helen")
            await quiet(program)
            row = (await audited(program))[-1].entry
            assert (row.verb, str(row.record), row.version) == ("template.approve", "template/T-1", 2)


async def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=HandClock()) as program:
            await propose(school, TEACHER)
            form = await school.form(COLLEAGUE, await listed(chat, COLLEAGUE), "Propose a wording")
            answers = {"Name": "SEEN", "Text": "Other words", "What it is for": "To answer"}
            errors = await school.send(COLLEAGUE, form, answers)
            assert any("a wording of that name already: T-1" in said for said in errors.values()), errors
            assert await school.send(COLLEAGUE, form, {"Name": "Another"}) == {}
            kept = await template_of(program, "T-2")
            assert (kept.name, kept.text, kept.account) == ("Another", "Other words", "")


async def test_whoever_decides_is_reminded_in_staffed_hours(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", clock=clock) as program:
            await propose(school, TEACHER)
            await school.card(HEAD, "T-1: Seen", button="Approve")
            clock.move_to(MONDAY + timedelta(hours=4, minutes=1))
            await school.card(HEAD, "Still waiting: T-1", "nobody can answer a comment with these words at once")
            clock.move_to(MONDAY + timedelta(hours=12))
            await settled(program)
            assert school.inboxes(HEAD) == [2]
            clock.move_to(MONDAY + timedelta(days=1))
            digest = await school.card(HEAD, "Wordings waiting for you", "1 wording waits", button="Open")
            await settled(program)
            assert school.inboxes(HEAD) == [3]
            nag = await school.card(HEAD, "Still waiting: T-1", button="Approve")
            await school.press(HEAD, nag, "Approve")
            await school.card(TEACHER, "T-1: approved")
            await quiet(program)
            assert "Still waiting" not in nag.shown_text()
            assert digest.buttons() == ["Open"]
