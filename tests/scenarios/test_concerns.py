"""Concerns on every chat: raised in a window, told of without a word, climbing, opened, taken up; or rung about."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Program
from bot.sandbox.rehearsed import rehearse
from handlers.safeguarding.roles import SETTLING
from policy.concern import Concern, State
from policy.people import Role
from policy.school import School as Harbour
from tests.fakes.mailbox import mailbox
from tests.fakes.safeguarding import SECRET, safe_harbour
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, MONDAY, OWNER, TEACHER, email
from tests.fakes.world import until
from tests.scenarios.chats import CHATS
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, quiet, serving, settled, ticks

pytestmark = pytest.mark.parametrize("on", CHATS)

DSL, SECOND_DSL, CHAIR = OWNER, DEPUTY, DEPUTY_TWO

EVERYBODY = (TEACHER, COLLEAGUE, HEAD, DSL, SECOND_DSL, CHAIR, ADMIN)

ABOUT, RISK = "Who is it about?", "Could a child have been harmed, or be at risk?"


def with_a_dsl() -> Harbour:
    """Harbour as it takes concerns, among the people who are on every chat."""
    holders = {Role.HEADTEACHER: (HEAD,), Role.DSL: (DSL,), Role.DEPUTY_DSL: (SECOND_DSL,), Role.CHAIR: (CHAIR,)}
    return safe_harbour(holders={**holders, Role.ADMIN: (ADMIN,)})


async def gone_live(program: Program, school: School, clock: HandClock) -> dict[str, int]:
    """The school has gone live, everybody has been told of the roles, and nothing waits: how many messages everybody
    has by then.
    """
    await settled(program)
    clock.move_to(MONDAY + SETTLING)
    await settled(program)
    await rehearse(program.dispatch.store, program.dispatch.school, program.dispatch.clock())
    await settled(program)
    return dict(zip(EVERYBODY, school.inboxes(*EVERYBODY), strict=True))


def fresh(school: School, before: dict[str, int], *names: str) -> list[int]:
    """How many messages each has had since."""
    return [had - before[name] for name, had in zip(names, school.inboxes(*names), strict=True)]


async def kept(program: Program) -> list[Concern]:
    """Every concern that is kept."""
    async with program.dispatch.store.transaction("harbour") as tx:
        return await tx.find(Concern, limit=10)


async def tell(school: School, about: str, risk: str = "No", *, person: str = "") -> str:
    """Somebody goes through the forms, as far as they lead; what they are told at the end."""
    form = await school.command(TEACHER, "/reportabuse")
    assert "999" in form.shown_text()
    assert await school.send(TEACHER, form, {ABOUT: about, RISK: risk}) == {}
    if person:
        assert await school.send(TEACHER, form, {"Who it is": person}) == {}
    if "What happened" in " ".join(form.fields()):
        assert await school.send(TEACHER, form, {"What happened": SECRET}) == {}
    said = str(form.shown_text())
    await school.chat.tidy(TEACHER)
    return said


def in_chats(school: School) -> str:
    """All that anybody was sent or told in a chat."""
    found = [message.shown_text() for name in EVERYBODY for message in school.inbox(name)]
    return "\n".join([*found, *(said for name in EVERYBODY for said in school.chat.whispers(name))])


async def test_the_whole_climb_until_somebody_takes_it_up(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=with_a_dsl(), clock=clock) as program:
            before = await gone_live(program, school, clock)
            said = await tell(school, "A colleague", person=COLLEAGUE)
            assert "Sent. Not seen yet." in said
            assert "01632 960003" in said
            (concern,) = await kept(program)
            for number, name in enumerate((DSL, SECOND_DSL, HEAD, CHAIR)):
                if number:
                    await quiet(program)
                    clock.move_to(MONDAY + timedelta(minutes=20 * number))
                    await ticks(program)
                alert = await school.card(name, f"Exeat needs opening: {concern.id}.", button="Acknowledge")
                assert alert.buttons() == ["Open", "Acknowledge"]
                later = (DSL, SECOND_DSL, HEAD, CHAIR)[number + 1 :]
                assert fresh(school, before, *later) == [0] * len(later)
            for minutes in (80, 100):
                await quiet(program)
                clock.move_to(MONDAY + timedelta(minutes=minutes))
                await ticks(program)
            unseen = await school.card(TEACHER, f"{concern.id}: not seen yet", "01632 960001", button="Open")
            window = await school.form(TEACHER, unseen, "Open")
            assert "Nobody has seen it." in window.shown_text()
            assert SECRET not in window.shown_text()
            await chat.tidy(TEACHER)
            alert = await school.card(SECOND_DSL, "Exeat needs opening", button="Acknowledge")
            window = await school.form(SECOND_DSL, alert, "Open")
            assert SECRET in window.shown_text()
            assert "Cara" in window.shown_text()
            await chat.tidy(SECOND_DSL)
            await school.press(SECOND_DSL, alert, "Acknowledge")
            for name in (DSL, SECOND_DSL, HEAD, CHAIR):
                await school.card(name, f"{concern.id}: acknowledged.", button="Open")
            await school.card(TEACHER, f"{concern.id}: sent, seen.")
            assert fresh(school, before, COLLEAGUE) == [0]
            said = in_chats(school)
            for word in (SECRET, "zebra", "Cara", "colleague"):
                assert word not in said
            assert f"{concern.id}: acknowledged" in await chat.say(HEAD, "/concerns")
            for name in (COLLEAGUE, TEACHER, ADMIN):
                assert concern.id not in await chat.say(name, "/concerns")
            (after,) = await kept(program)
            assert after.status is State.ACKNOWLEDGED


async def test_what_nobody_takes_up_goes_to_their_mailboxes_and_begins_again_in_the_morning(
    tmp_path: Path, on: str
) -> None:
    async with CHATS[on]() as chat, mailbox() as box:
        school, clock = School(chat), HandClock()
        mails = {"exeat_smtp_url": box.url, "exeat_mail_from": "exeat@harbour.example"}
        async with serving(chat, tmp_path / "data", school=with_a_dsl(), clock=clock, more=mails) as program:
            await gone_live(program, school, clock)
            box.letters.clear()  # of test alerts to those who were not in the chat yet
            await tell(school, "A colleague", person=COLLEAGUE)
            (concern,) = await kept(program)
            for minutes in (20, 40, 60, 80):
                await quiet(program)
                clock.move_to(MONDAY + timedelta(minutes=minutes))
                await ticks(program)
            ladder = (DSL, SECOND_DSL, HEAD, CHAIR)
            await until(lambda: all(box.to(email(name)) for name in ladder))
            assert len(box.letters) == len(ladder)
            for letter in box.letters:
                assert letter.subject == "Exeat"
                assert f"Exeat needs opening: {concern.id}." in letter.text
                for word in (SECRET, "zebra", "Cara", "Tom", "concern", "safeguarding"):
                    assert word not in str(letter.message)
            await quiet(program)
            clock.move_to(MONDAY + timedelta(minutes=100))
            await ticks(program)
            await school.card(TEACHER, f"{concern.id}: not seen yet", "01632 960003")
            await quiet(program)
            had = school.inboxes(*ladder)
            clock.move_to(MONDAY + timedelta(hours=22, minutes=59))
            await ticks(program)
            assert school.inboxes(*ladder) == had
            clock.move_to(MONDAY + timedelta(hours=23))
            await ticks(program)
            await school.until(lambda: len(school.inbox(DSL)) == had[0] + 1)
            await quiet(program)
            assert school.inboxes(*ladder) == [had[0] + 1, *had[1:]]


async def test_what_is_about_the_dsl_never_reaches_them(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=with_a_dsl(), clock=clock) as program:
            before = await gone_live(program, school, clock)
            said = await tell(school, "The safeguarding lead (DSL)", "Not sure")
            assert "01632 960001" not in said
            (concern,) = await kept(program)
            alert = await school.card(HEAD, f"Exeat needs opening: {concern.id}.", button="Acknowledge")
            await quiet(program)
            clock.move_to(MONDAY + timedelta(minutes=20))
            await ticks(program)
            await school.card(CHAIR, f"Exeat needs opening: {concern.id}.")
            window = await school.form(HEAD, alert, "Open")
            assert SECRET in window.shown_text()
            await chat.tidy(HEAD)
            await school.press(HEAD, alert, "Acknowledge")
            await school.card(TEACHER, f"{concern.id}: sent, seen.")
            assert fresh(school, before, DSL, SECOND_DSL, ADMIN, COLLEAGUE) == [0, 0, 0, 0]
            for line in ("/concerns", "/exeat"):
                assert concern.id not in await chat.say(DSL, line)


async def test_what_can_be_told_to_nobody_is_rung_about(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=with_a_dsl(), clock=clock) as program:
            before = await gone_live(program, school, clock)
            said = await tell(school, "The chair of governors", "Yes")
            assert "Please ring the LADO now." in said
            assert "01632 960003" in said
            said = await tell(school, "A colleague", "Yes", person=ADMIN)
            assert "Exeat has told nobody." in said
            assert await kept(program) == []
            assert fresh(school, before, *EVERYBODY) == [0] * len(EVERYBODY)


async def test_what_is_typed_after_the_command_is_not_taken(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=with_a_dsl(), clock=clock) as program:
            before = await gone_live(program, school, clock)
            said = await chat.say(TEACHER, f"/concern {SECRET}")
            assert "Please delete what you wrote after the command." in said
            assert "zebra" not in said
            assert await kept(program) == []
            assert fresh(school, before, *EVERYBODY) == [0] * len(EVERYBODY)
