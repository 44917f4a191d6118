"""People who have Teams and Slack: one person on either, written to where they were last seen."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.app import Program
from policy.post import State
from tests.fakes.school import ADMIN, DEPUTY, HEAD, TEACHER
from tests.fakes.slack_desk import user
from tests.scenarios.mixed import linked
from tests.scenarios.on_slack import OnSlack, slack
from tests.scenarios.on_teams import OnTeams, teams
from tests.scenarios.school import School
from tests.scenarios.serving import post_of, quiet, serving
from tests.scenarios.teams_stage import data_of


class Both:
    """Slack and Teams in one deployment; everybody has an account on either."""

    def __init__(self, slack: OnSlack, teams: OnTeams) -> None:
        self.slack, self.teams = slack, teams

    def environment(self) -> Mapping[str, Any]:
        return {**self.slack.environment(), **self.teams.environment()}

    async def connect(self, program: Program) -> None:
        await self.slack.connect(program)
        await self.teams.connect(program)
        await quiet(program)


@asynccontextmanager
async def both() -> AsyncIterator[tuple[Any, School, School]]:
    """The deployment, and everybody as they are on Slack and on Teams."""
    async with slack() as on_slack, teams() as on_teams:
        yield Both(on_slack, on_teams), School(on_slack), School(on_teams)


async def test_nobody_approves_on_teams_what_they_wrote_on_slack(tmp_path: Path) -> None:
    async with both() as (chat, slack, teams), serving(chat, tmp_path / "data") as program:
        chat.teams.teams.users[HEAD].email = "Helen@Harbour.Example"
        await linked(program)
        await teams.chat.meet(DEPUTY)
        await slack.draft(HEAD, "By the head")
        card = await teams.card(DEPUTY, "By the head", button="Approve")
        fake = chat.teams.teams
        value = {"action": {"verb": "post.approve", "data": data_of(card, "Approve")}}
        answer = await fake.deliver(fake.invoke(HEAD, "adaptiveCard/action", value))
        assert "You cannot decide on your own post" in answer.body
        asked = await fake.command(HEAD, "posts")
        await fake.until(lambda: any("Your posts" in each.shown_text() for each in asked.messages))
        assert (await post_of(program)).decisions == ()
        await teams.press(DEPUTY, card, "Approve")
        await teams.card(HEAD, "is approved: ready for")


async def test_nobody_approves_on_slack_what_they_wrote_on_teams(tmp_path: Path) -> None:
    async with both() as (chat, slack, teams), serving(chat, tmp_path / "data") as program:
        fake = chat.slack.slack
        for name in (DEPUTY, HEAD):
            await chat.slack.meet(name)
        await teams.draft(HEAD, "By the head")
        card = await slack.card(DEPUTY, "By the head", button="Approve")
        before = len(fake.inbox(user(HEAD)))
        await fake.press(user(HEAD), card, "Approve")
        told = (await fake.until(lambda: fake.inbox(user(HEAD))[before:]))[0]
        assert "You cannot decide on your own post" in told.shown_text()
        assert (await post_of(program)).decisions == ()
        await slack.press(DEPUTY, card, "Approve")
        await quiet(program)
        assert (await post_of(program)).status is State.APPROVED


async def test_a_post_written_before_both_accounts_were_known_is_theirs_on_either(tmp_path: Path) -> None:
    async with slack() as on_slack, teams(having=(DEPUTY,)) as on_teams:
        chat: Any = Both(on_slack, on_teams)
        async with serving(chat, tmp_path / "data") as program:
            await on_teams.meet(DEPUTY)
            await School(on_slack).draft(HEAD, "By the head")
            fake = on_teams.teams
            card = await School(on_teams).card(DEPUTY, "By the head", button="Approve")
            await fake.install(HEAD)
            await fake.until(lambda: fake.inbox(HEAD))
            value = {"action": {"verb": "post.approve", "data": data_of(card, "Approve")}}
            answer = await fake.deliver(fake.invoke(HEAD, "adaptiveCard/action", value))
            assert "You cannot decide on your own post" in answer.body
            assert (await post_of(program)).decisions == ()


@pytest.mark.parametrize("restarted", [False, True], ids=["", "restarted"])
async def test_messages_go_to_the_platform_that_was_last_used(tmp_path: Path, restarted: bool) -> None:
    async with both() as (chat, slack, teams):
        folder = tmp_path / "data"
        async with serving(chat, folder) as program:
            await chat.slack.meet(HEAD)
            await teams.draft(TEACHER, "First")
            await slack.card(HEAD, "First", button="Approve")
            await quiet(program)
            assert (slack.inboxes(HEAD), teams.inboxes(HEAD)) == ([1], [0])
            await chat.teams.say(HEAD, "posts")
            if not restarted:
                await the_next_comes_on_teams(slack, teams, program)
                return
        async with serving(chat, folder) as program:
            await the_next_comes_on_teams(slack, teams, program)


async def the_next_comes_on_teams(slack: School, teams: School, program: Program) -> None:
    """She used Teams last: the next card comes there, and what stands on Slack is kept right."""
    await teams.draft(TEACHER, "Second")
    second = await teams.card(HEAD, "Second", button="Approve")
    first = await slack.card(HEAD, "First", button="Approve")
    await slack.press(HEAD, first, "Approve")
    await teams.card(TEACHER, "P-1 is approved: ready for")
    await teams.press(HEAD, second, "Approve")
    await teams.card(TEACHER, "P-2 is approved: ready for")
    await slack.until(lambda: not first.buttons())
    await teams.until(lambda: not second.buttons())
    await quiet(program)
    assert (slack.inboxes(HEAD), teams.inboxes(HEAD)) == ([1], [1])


async def test_what_teams_does_not_take_goes_to_slack(tmp_path: Path) -> None:
    async with both() as (chat, slack, teams), serving(chat, tmp_path / "data") as program:
        await chat.teams.say(HEAD, "posts")
        chat.teams.teams.block(HEAD)
        await teams.draft(TEACHER, "First")
        card = await slack.card(HEAD, "First", button="Approve")
        await slack.press(HEAD, card, "Approve")
        await teams.card(TEACHER, "is approved: ready for")
        await quiet(program)
        assert (await program.dispatch.store.count("harbour")).dead == 0
        assert (slack.inboxes(ADMIN), teams.inboxes(ADMIN)) == ([0], [0])
