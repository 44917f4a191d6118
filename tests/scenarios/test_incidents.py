"""Incidents on every chat: reported, opened in a window, assessed, passed on in a task, clocked, closed."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import Program
from policy.incident import Incident, State, Verdict
from policy.people import Role
from policy.school import Contacts
from policy.school import School as Harbour
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, MONDAY, OWNER, TEACHER, email, harbour
from tests.scenarios.chats import CHATS
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, kept, quiet, serving, ticks

pytestmark = pytest.mark.parametrize("on", CHATS)

CHAIR, OFFICER = DEPUTY_TWO, ADMIN

SECRET = "Mr Quibble shared the zebra spreadsheet"

EVERYBODY = (HEAD, DEPUTY, TEACHER, COLLEAGUE, OWNER, CHAIR, OFFICER)


def with_governors() -> Harbour:
    """Harbour with a chair of governors and a data protection officer."""
    made = harbour(deputies=(DEPUTY,))
    roles = (*made.roster.roles, (Role.CHAIR, (email(CHAIR),)), (Role.DPO, (email(OFFICER),)))
    contacts = Contacts(dsl="01632 960001", chair_of_governors="01632 960002", agencies=("Police, 101",))
    return replace(made, roster=replace(made.roster, roles=roles), contacts=contacts)


async def incident_of(program: Program, id: str = "I-1") -> Incident:
    async with program.dispatch.store.transaction("harbour") as tx:
        found = await tx.get(Incident, id)
        assert found is not None
        return found


async def report(school: School, name: str = TEACHER, **more: Any) -> str:
    """Somebody reports an incident; what they are told."""
    form = await school.command(name, "/reportincident")
    errors = await school.send(name, form, {"What happened": SECRET} | more)
    assert not errors, errors
    return str(form.shown_text())


def everything_in_chats(school: School) -> str:
    """All that anybody was sent or told in a chat."""
    found = [message.shown_text() for name in EVERYBODY for message in school.inbox(name)]
    return "\n".join([*found, *(said for name in EVERYBODY for said in school.chat.whispers(name))])


async def elsewhere(program: Program, folder: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """All that is written where nobody reads a file: the log, the metrics, the disk."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{program.port}/metrics") as got:
        assert got.status == 200
        metrics = await got.text()
    assert "exeat_audit_rows" in metrics
    assert "Helen" not in metrics
    disk = b"".join(kept(folder).values()).decode("utf-8", "replace")
    return "".join((*capfd.readouterr(), metrics, disk))


async def test_from_the_report_to_the_end(tmp_path: Path, on: str, capfd: pytest.CaptureFixture[str]) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", school=with_governors(), clock=HandClock()) as program:
            assert "It is with Helen, headteacher." in await report(school)
            card = await school.card(HEAD, "I-1: an incident", "To be assessed", button="Open")
            window = await school.form(HEAD, card, "Open")
            assert SECRET in window.shown_text()
            assert "Chronology" in window.shown_text()
            await chat.tidy(HEAD)
            form = await school.form(HEAD, card, "Assess")
            answers = {"Why": "It went to parents.", "A colleague it needs": COLLEAGUE, "Their task": "Ask the host."}
            assert await school.send(HEAD, form, answers) == {}
            task = await school.card(COLLEAGUE, "TASK-1: a task for you", button="Open")
            window = await school.form(COLLEAGUE, task, "Open")
            assert "Ask the host." in window.shown_text()
            assert SECRET not in window.shown_text()
            await chat.tidy(COLLEAGUE)
            form = await school.form(COLLEAGUE, task, "Done")
            assert await school.send(COLLEAGUE, form, {"What you did": "They took it down."}) == {}
            await school.card(COLLEAGUE, "TASK-1: a task for you", "Done. Thank you.")
            card = await school.card(HEAD, "I-1: an incident", "Assessed by Helen: serious", button="Close")
            form = await school.form(HEAD, card, "Close")
            assert await school.send(HEAD, form, {"Outcome": "Action was taken."}) == {}
            closed = await school.card(HEAD, "I-1: an incident", "Closed by Helen.")
            assert closed.buttons() == ["Open", "Add note"]
            told = await school.card(TEACHER, "I-1: your report", "It is closed")
            assert "Action was taken." not in told.shown_text()
            await quiet(program)
            assert (await incident_of(program)).status is State.CLOSED
            said = everything_in_chats(school) + await elsewhere(program, tmp_path, capfd)
            for word in ("zebra", "It went to parents.", "Ask the host.", "They took it down.", "Action was taken."):
                assert word not in said


async def test_what_is_about_the_headteacher_goes_to_the_chair_alone(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", school=with_governors(), clock=HandClock()) as program:
            said = await report(school, **{"Is it about the headteacher?": "Yes"})
            assert "I-1 is reported" in said
            assert "It is with Dora, chair of governors." in said
            await school.card(CHAIR, "I-1: an incident", button="Assess")
            await quiet(program)
            assert school.inboxes(HEAD, DEPUTY, OFFICER, OWNER) == [0, 0, 0, 0]
            assert "I-1" not in await chat.say(HEAD, "/incidents")
            assert "I-1" not in await chat.say(HEAD, "/exeat")
            assert "I-1" in await chat.say(CHAIR, "/incidents")


async def test_the_breach_clock(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=with_governors(), clock=clock) as program:
            form = await school.command(TEACHER, "/reportincident")
            answers = {"What happened": SECRET, "Are personal data involved?": "Not sure"}
            errors = await school.send(TEACHER, form, answers)
            assert list(errors) == ["When the school first knew"] or "first knew" in str(errors)
            aware = {"When the school first knew": MONDAY - timedelta(hours=3)}
            assert await school.send(TEACHER, form, answers | aware) == {}
            assert "72 hours run until Thu 4 March 2027, 06:00" in form.shown_text()
            for name in (HEAD, OFFICER):
                card = await school.card(name, "I-1: an incident", "69 hours left", button="Data decision")
            clock.move_to(MONDAY + timedelta(hours=21))
            await ticks(program)
            for name in (HEAD, OFFICER):
                card = await school.card(
                    name, "I-1: personal data, 48 hours left of 72 hours", button="Data decision"
                )
            form = await school.form(OFFICER, card, "Data decision")
            decision = {"Decision": "Not reportable", "Because": "It stayed among staff."}
            assert await school.send(OFFICER, form, decision) == {}
            await school.card(HEAD, "I-1: an incident", "Not reportable; Ada")
            breach = (await incident_of(program)).breach
            assert breach is not None
            assert breach.decision is not None
            assert breach.decision.verdict is Verdict.NOT_REPORTABLE
            await quiet(program)
            assert "It stayed among staff." not in everything_in_chats(school)


async def test_a_journalist_and_a_picture(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", school=with_governors(), clock=HandClock()) as program:
            form = await school.command(TEACHER, "/journalist")
            assert "I cannot speak for the school" in form.shown_text()
            asked = {"Who is asking": "The Gazette", "What they want to know": "Is it true?"}
            assert await school.send(TEACHER, form, asked) == {}
            await school.card(HEAD, "I-1: an incident", "Contact by the press", button="Open")
            await chat.tidy(TEACHER)
            form = await school.command(TEACHER, "/compromisingpicture")
            question = "Could it be a nude or sexual picture of a child?"
            assert await school.send(TEACHER, form, {question: "Not sure"}) == {}
            assert "Ring the Designated Safeguarding Lead on 01632 960001 now." in form.shown_text()
            await chat.tidy(TEACHER)
            form = await school.command(TEACHER, "/compromisingpicture")
            await school.send(TEACHER, form, {question: "No"})
            assert "Delete it now" in form.shown_text()
            assert await school.send(TEACHER, form, {"Where it was taken": "The pool"}) == {}
            await school.card(HEAD, "I-2: an incident", "A picture taken by mistake", button="Open")
            await quiet(program)
            assert "The pool" not in everything_in_chats(school)
