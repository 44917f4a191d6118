"""Exeat on Teams is added, removed and blocked, it moves, and its token ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.app import Program
from policy.post import State
from tests.fakes.school import ADMIN, DEPUTY, HEAD, MONDAY, OWNER, TEACHER, harbour
from tests.fakes.slack_desk import PEOPLE
from tests.fakes.teams import FakeTeams, Fault
from tests.scenarios.on_teams import OnTeams, teams
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, post_of, quiet, serving, settled, ticks
from tests.scenarios.stage import SECRET

STRANGERS = ("guest", "blocked", "eve")


async def test_installed_by_policy_it_greets_the_staff_once_and_nobody_else(tmp_path: Path) -> None:
    async with teams(having=()) as chat, serving(chat, tmp_path / "data") as program:
        fake = chat.teams
        for name in (*PEOPLE, *STRANGERS):
            await fake.install(name)
        for name in PEOPLE:
            await fake.until(lambda of=name: fake.inbox(of))  # type: ignore[misc]
        for name in (*PEOPLE, *STRANGERS):
            await fake.deliver(fake.activity(name, "installationUpdate", action="add-upgrade"))
            await fake.install(name)
        await settled(program)
        for name in PEOPLE:
            [greeting] = fake.inbox(name)
            assert "Exeat helps Harbour Primary" in greeting.shown_text()
            assert "/draftpost" in greeting.shown_text()
        assert [fake.inbox(name) for name in STRANGERS] == [[], [], []]


async def test_somebody_greeted_can_begin_at_once(tmp_path: Path) -> None:
    async with teams(having=(HEAD,)) as chat, serving(chat, tmp_path / "data"):
        await chat.teams.install(TEACHER)
        greeting = (await chat.teams.until(lambda: chat.teams.inbox(TEACHER)))[0]
        form = await School(chat).form(TEACHER, greeting, "Post")
        assert not await School(chat).send(TEACHER, form, {"Text": "My first", "Account": "Harbour page"})
        await School(chat).card(HEAD, "My first", button="Approve")


async def remove(chat: OnTeams, name: str) -> None:
    """Somebody removes Exeat."""
    await chat.teams.uninstall(name)


async def block(chat: OnTeams, name: str) -> None:
    """Somebody blocks Exeat, of which Exeat is not told."""
    chat.teams.block(name)


GONE: dict[str, tuple[Any, str, str]] = {
    "removed": (remove, "they do not have Exeat in Teams, or no longer", "Ask them to open Exeat in Teams once."),
    "blocked": (block, "they have blocked or removed Exeat", "Ask them to add Exeat in the chat again"),
}


@pytest.mark.parametrize("how", GONE)
@pytest.mark.parametrize("restarted", [False, True], ids=["", "restarted"])
async def test_who_is_gone_is_told_to_an_admin_and_hears_again_after_coming_back(
    tmp_path: Path, how: str, restarted: bool
) -> None:
    go, why, then = GONE[how]
    async with teams() as chat:
        fake, school, folder = chat.teams, School(chat), tmp_path / "data"
        async with serving(chat, folder) as program:
            await go(chat, HEAD)
            before = len(fake.inbox(HEAD))
            await school.draft(TEACHER, f"About the {SECRET}")
            letter = await school.card(ADMIN, "1 message could not be delivered", "Helen", why, then)
            assert SECRET not in letter.shown_text()
            assert "P-1" not in letter.shown_text()
            assert len(fake.inbox(HEAD)) == before
            await quiet(program)
            assert (await program.dispatch.store.count("harbour")).dead == 1
            calls = len(fake.calls)
            receipt = await school.draft(TEACHER, "Another")
            assert "Nobody can decide on it just now" in receipt.shown_text()
            await school.card(ADMIN, "2 messages could not be delivered")
            asked = [call for call in fake.calls[calls:] if fake.conversation(HEAD) in call.path]
            assert asked == [], "nothing is tried where it is known to be refused"
            await quiet(program)
            if not restarted:
                await comes_back(chat, program)
                return
        async with serving(chat, folder) as program:
            await comes_back(chat, program)


async def comes_back(chat: OnTeams, program: Program) -> None:
    """She adds Exeat again: it says what waits, and later messages arrive."""
    fake, school = chat.teams, School(chat)
    before = len(fake.inbox(HEAD))
    fake.users[HEAD].blocked = False
    await fake.install(HEAD)
    greeting = (await fake.until(lambda: fake.inbox(HEAD)[before:]))[0]
    assert SECRET in greeting.shown_text(), "what waited for her stands in the greeting"
    assert "Another" in greeting.shown_text()
    await school.card(HEAD, "Another", button="Approve")
    await school.draft(TEACHER, "A third")
    card = await school.card(HEAD, "A third", button="Approve")
    await school.press(HEAD, card, "Approve")
    await school.card(TEACHER, "P-3 is approved: ready for")
    await quiet(program)
    assert (await program.dispatch.store.count("harbour")).dead == 2


async def test_somebody_who_unblocks_it_and_writes_a_word_hears_again(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data"):
        fake, school = chat.teams, School(chat)
        fake.block(HEAD)
        await school.draft(TEACHER, "First")
        await school.card(ADMIN, "could not be delivered")
        fake.unblock(HEAD)
        assert "First" in await chat.say(HEAD, "posts")
        await school.draft(TEACHER, "Second")
        await school.card(HEAD, "Second", button="Approve")


async def test_a_card_whose_reader_removes_exeat_troubles_nobody(tmp_path: Path) -> None:
    evening = HandClock(MONDAY.replace(hour=20))  # when the admins are not told whom Exeat cannot reach
    async with teams() as chat, serving(chat, tmp_path / "data", clock=evening) as program:
        school = School(chat)
        await school.draft(TEACHER, "First")
        await school.card(HEAD, "First", button="Approve")
        await chat.teams.uninstall(HEAD)
        await school.press(TEACHER, await school.card(TEACHER, "First", button="Withdraw"), "Withdraw")
        await school.card(TEACHER, "Withdrawn by its author.")
        await quiet(program)
        assert (await program.dispatch.store.count("harbour")).dead == 0
        assert school.inboxes(ADMIN) == [0]


async def test_without_a_headteacher_who_has_it_the_author_and_the_admins_are_told(tmp_path: Path) -> None:
    clock = HandClock(MONDAY)
    alone = harbour(deputies=())
    async with (
        teams(having=(TEACHER, ADMIN)) as chat,
        serving(chat, tmp_path / "data", school=alone, clock=clock) as program,
    ):
        fake, school = chat.teams, School(chat)
        form = await school.draft(TEACHER, "The fair is on Friday")
        assert "Nobody can decide on it just now. Please tell the school office." in form.shown_text()
        told = await school.card(ADMIN, "People Exeat cannot reach", "helen@harbour.example", "The headteacher")
        assert "ask them to add Exeat in the chat and write it a word" in told.shown_text()
        await ticks(program, 4)
        assert len(school.inbox(ADMIN)) == 1, "once a day"
        assert "helen@harbour.example" in await chat.say(ADMIN, "exeat")

        await fake.install(HEAD)
        await fake.until(lambda: [each for each in fake.inbox(HEAD) if "Exeat helps" in each.shown_text()])
        greeting = next(each for each in fake.inbox(HEAD) if "Exeat helps" in each.shown_text())
        assert "The fair is on Friday" in greeting.shown_text()
        await school.press(HEAD, await school.card(HEAD, "Waiting for your decision", button="Approve"), "Approve")
        await school.card(TEACHER, "is approved: ready for")
        assert "helen@harbour.example" not in await chat.say(ADMIN, "exeat")


async def test_a_headteacher_who_installs_it_later_is_reminded_like_anybody(tmp_path: Path) -> None:
    clock = HandClock(MONDAY)
    alone = harbour(deputies=())
    async with (
        teams(having=(TEACHER, ADMIN)) as chat,
        serving(chat, tmp_path / "data", school=alone, clock=clock) as program,
    ):
        school = School(chat)
        await school.draft(TEACHER, "The fair is on Friday")
        await settled(program)
        await chat.teams.install(HEAD)
        clock.move_on(hours=4)
        nag = await school.card(HEAD, "P-1 from Tom has waited", button="Approve")
        await school.press(HEAD, nag, "Approve")
        await school.card(TEACHER, "is approved: ready for")


async def test_deputies_decide_until_the_headteacher_has_it(tmp_path: Path) -> None:
    async with teams(having=(TEACHER, ADMIN, DEPUTY)) as chat, serving(chat, tmp_path / "data"):
        school = School(chat)
        form = await school.draft(TEACHER, "The fair is on Friday")
        assert "It is with Dev" in form.shown_text()
        await chat.teams.install(HEAD)
        await chat.teams.until(lambda: chat.teams.inbox(HEAD))
        form = await school.draft(TEACHER, "The fair is on Saturday")
        assert "It is with Helen" in form.shown_text()
        await school.card(HEAD, "on Saturday", button="Approve")


@asynccontextmanager
async def moved(fake: FakeTeams) -> AsyncIterator[tuple[str, list[str]]]:
    """Teams at another address: where it is, and the paths that it was asked for there."""
    asked: list[str] = []
    async with aiohttp.ClientSession() as session:

        async def pass_on(request: web.Request) -> web.Response:
            asked.append(request.path)
            headers = {
                name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers
            }
            async with session.request(
                request.method, f"{fake.host}{request.raw_path}", data=await request.read(), headers=headers
            ) as answer:
                return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)

        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", pass_on)
        runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/uk/", asked
        finally:
            await runner.cleanup()


async def test_a_service_address_that_has_changed_is_learnt(tmp_path: Path) -> None:
    async with teams() as chat, moved(chat.teams) as (url, asked):
        fake, school, folder = chat.teams, School(chat), tmp_path / "data"
        async with serving(chat, folder) as program:
            await school.draft(TEACHER, "First")
            card = await school.card(HEAD, "First", button="Approve")
            await quiet(program)
            assert asked == []
            assert (await fake.deliver(fake.activity(HEAD, text="posts", serviceUrl=url))).status == 200
            await fake.until(lambda: asked)
            before = len(asked)
            await school.edit(TEACHER, await school.card(TEACHER, "First", button="Edit"), "Second")
            await school.card(HEAD, "Second", button="Approve")
            await school.until(lambda: "Second" in card.shown_text() or not card.buttons())
            await quiet(program)
            assert len(asked) > before
            assert all(fake.conversation(HEAD) in path for path in asked), "the others are where they were"
        before = len(asked)
        async with serving(chat, folder) as program:
            await school.draft(TEACHER, "Third")
            await school.card(HEAD, "Third", button="Approve")
            await quiet(program)
            assert any(path.endswith("/activities") for path in asked[before:])


async def test_a_token_that_has_ended_is_fetched_again_and_nothing_is_lost(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        fake, school = chat.teams, School(chat)
        form = await school.command(TEACHER, "/draftpost")
        fake.expire_tokens()
        assert not await school.send(TEACHER, form, {"Text": "First", "Account": "Harbour page"})
        card = await school.card(HEAD, "First", button="Approve")
        fake.expire_tokens()
        fake.faults.next("send", Fault.UNAUTHORIZED)
        await school.press(HEAD, card, "Approve")
        for name in (TEACHER, OWNER):
            await school.card(name, "is approved: ready for")
        await quiet(program)
        assert school.inboxes(HEAD, TEACHER, OWNER) == [1, 2, 1]
        assert chat.repeats == 0
        assert (await program.dispatch.store.count("harbour")).dead == 0


async def test_while_the_login_refuses_exeat_everything_is_kept_and_comes_once(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        fake, school = chat.teams, School(chat)
        form = await school.command(TEACHER, "/draftpost")
        fake.login_rejects = True
        fake.expire_tokens()
        fetches = fake.token_fetches
        assert not await school.send(TEACHER, form, {"Text": "First", "Account": "Harbour page"})
        assert "P-1 is on its way" in form.shown_text(), "what travels in the answer needs no token"
        await fake.until(lambda: fake.token_fetches > fetches)
        assert (await post_of(program)).status is State.WAITING
        assert school.inboxes(HEAD) == [0]
        fake.login_rejects = False
        card = await school.card(HEAD, "First", button="Approve")
        await school.press(HEAD, card, "Approve")
        await school.card(TEACHER, "is approved: ready for")
        await quiet(program)
        assert chat.repeats == 0
        assert (await program.dispatch.store.count("harbour")).dead == 0
