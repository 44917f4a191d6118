"""Safeguarding roles on every chat: pinned, tested once a term, changed only when another holder confirms it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Program
from handlers.safeguarding.pins import pinned
from handlers.safeguarding.readiness import is_live
from handlers.turn import Scene
from policy.people import EXEAT, Role
from tests.fakes.golive import CHAIR, DEPUTY_DSL, DSL, HOLDERS, guarded
from tests.fakes.mailbox import mailbox
from tests.fakes.school import ADMIN, HEAD, MONDAY, OWNER, TEACHER, email
from tests.fakes.world import until
from tests.scenarios.chats import CHATS
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, quiet, serving

pytestmark = pytest.mark.parametrize("on", CHATS)

ROLE, TEST = "Safeguarding role: Designated Safeguarding Lead", "TEST: an alert from Exeat"


async def scene_says(program: Program) -> tuple[bool, list[str]]:
    """Whether concerns are taken, and who is the DSL for them."""
    dispatch = program.dispatch
    async with dispatch.store.transaction("harbour") as tx:
        scene = Scene(tx, dispatch.school, dispatch.clock(), EXEAT, sealing=True)
        return await is_live(scene), [person.name for person in await pinned(scene, Role.DSL)]


EARLY, MORNING = MONDAY.replace(hour=6), MONDAY.replace(hour=8)
"""Before anybody is there, when everybody first opens Exeat; and when the test alerts go out."""


async def acknowledge(school: School, *people: str) -> None:
    """They press Acknowledge on their test alerts, and see that it was taken."""
    for name in people:
        await school.press(name, await school.card(name, TEST, button="Acknowledge"), "Acknowledge")
        await school.card(name, "Acknowledged on")


async def everybody_comes(school: School, clock: HandClock) -> None:
    """They open Exeat in the chat that they use, before the day begins."""
    for name in (*HOLDERS, ADMIN, TEACHER):
        await school.chat.meet(name)
    clock.move_to(MORNING)


async def test_test_alerts_open_concerns_and_are_asked_for_again_until_answered(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat, mailbox() as box:
        school, clock = School(chat), HandClock(EARLY)
        mails = {"exeat_smtp_url": box.url, "exeat_mail_from": "exeat@harbour.example"}
        async with serving(chat, tmp_path / "data", school=guarded(), clock=clock, more=mails) as program:
            await everybody_comes(school, clock)
            await acknowledge(school, HEAD, DSL, DEPUTY_DSL)
            await school.card(CHAIR, TEST, button="Acknowledge")
            assert await scene_says(program) == (False, ["Dora"])
            assert "3 of 4 acknowledged" in await chat.say(HEAD, "/testalert")
            assert "not yours to send" in await chat.say(TEACHER, "/testalert")
            await quiet(program)
            before, mailed = len(school.inbox(CHAIR)), len(box.to(email(CHAIR)))
            clock.move_to(MONDAY + timedelta(days=1))
            await school.until(lambda: len(school.inbox(CHAIR)) > before)
            await until(lambda: len(box.to(email(CHAIR))) > mailed)
            assert {letter.subject for letter in box.letters} == {TEST}
            assert {address for letter in box.letters for address in letter.to} == {email(CHAIR)}
            await school.card(ADMIN, "Test alerts, spring term 2027: 3 of 4 acknowledged", "Cara")
            await acknowledge(school, CHAIR)
            for name in (*HOLDERS, ADMIN):
                await school.card(name, "Safeguarding concerns can now be raised in Exeat.")
            assert (await scene_says(program))[0]
            assert not any("TEST" in title for name in (TEACHER, OWNER) for title in school.titles(name))


async def test_a_new_dsl_counts_once_another_holder_has_confirmed_it(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock(EARLY)
        async with serving(chat, tmp_path / "data", school=guarded(), clock=clock) as program:
            await everybody_comes(school, clock)
            await acknowledge(school, *HOLDERS)
            await quiet(program)
        later = HandClock(MONDAY + timedelta(hours=1))
        async with serving(chat, tmp_path / "data", school=guarded(dsl=TEACHER), clock=later) as program:
            for name in (DSL, TEACHER, ADMIN):
                card = await school.card(name, ROLE, "nothing changes until it is confirmed")
                assert card.buttons() == []
            assert await scene_says(program) == (True, ["Dora"])
            await school.press(HEAD, await school.card(HEAD, ROLE, button="Confirm"), "Confirm")
            for name in (*HOLDERS, TEACHER, ADMIN):
                await school.card(name, ROLE, "Confirmed by Helen. This now holds for concerns.")
            assert await scene_says(program) == (True, ["Tom"])
            await acknowledge(school, TEACHER)
            await quiet(program)


async def test_a_change_that_is_not_right_changes_nothing_and_all_are_told(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock(EARLY)
        async with serving(chat, tmp_path / "data", school=guarded(), clock=clock) as program:
            await everybody_comes(school, clock)
            await acknowledge(school, *HOLDERS)
            await quiet(program)
        async with serving(chat, tmp_path / "data", school=guarded(dsl=ADMIN), clock=HandClock()) as program:
            await school.press(CHAIR, await school.card(CHAIR, ROLE, button="Not right"), "Not right")
            for name in (*HOLDERS, ADMIN):
                await school.card(name, ROLE, "Cara says that the change is not right.")
            assert await scene_says(program) == (True, ["Dora"])
            await quiet(program)
        async with serving(chat, tmp_path / "data", school=guarded(), clock=HandClock()) as program:
            for name in (*HOLDERS, ADMIN):
                await school.card(name, ROLE, "exeat.toml is as it was.")
            assert await scene_says(program) == (True, ["Dora"])
