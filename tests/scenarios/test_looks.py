"""Looking at the accounts on every chat: signed off, reminded of, and silence told from nobody having looked."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import Program
from policy.look import AccountWatch
from policy.school import School as Settings
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, HEAD, OWNER, PAGE, SHORT, TEACHER, harbour
from tests.scenarios.chats import CHATS
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, audited, quiet, serving, settled, ticks

pytestmark = pytest.mark.parametrize("on", CHATS)

REMINDER = "Please look at this account"

AFTERNOON = datetime(2027, 3, 2, 16, 0, tzinfo=UTC)
"""An hour before the end of the Tuesday by which somebody must look again after Monday."""

CLOSING = datetime(2027, 3, 2, 17, 0, tzinfo=UTC)
WEDNESDAY, THURSDAY, FRIDAY = (datetime(2027, 3, day, 8, 0, tzinfo=UTC) for day in (3, 4, 5))
"""The working mornings after."""


def watched(*, short: int = 0) -> Settings:
    """The school, whose owner looks at the page each working day, and at X every so many of them; 0: at no time."""
    return replace(
        harbour(),
        accounts=(replace(PAGE, check_every=1), replace(SHORT, check_every=short, owners=PAGE.owners)),
    )


async def watch_of(program: Program, account: str = "page") -> AccountWatch:
    """The watch on an account as it stands."""
    async with program.dispatch.store.transaction("harbour") as tx:
        found = await tx.get(AccountWatch, account)
        assert found is not None
        return found


async def test_signed_off_by_name_and_nobody_is_reminded_until_the_next_is_due(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=watched(), clock=clock) as program:
            clock.move_to(AFTERNOON.replace(hour=15))
            said = await chat.say(OWNER, "/checked Harbour page")
            assert "Harbour page: looked at" in said
            assert "the next look is due on Wednesday 3 March" in said
            assert "Social media policy, Monitoring" in said
            row = (await audited(program))[-1].entry
            assert (row.verb, str(row.record)) == ("checked", "watch/page")
            clock.move_to(AFTERNOON.replace(day=3, hour=15, minute=59))
            await settled(program)
            assert school.inboxes(OWNER, HEAD) == [0, 0]
            clock.move_to(AFTERNOON.replace(day=3))
            card = await school.card(OWNER, REMINDER, "Last looked at Tue 2 March 2027, 15:00, by Olu: nothing new.")
            assert card.buttons() == ["Checked"]
            await settled(program)
            assert school.inboxes(OWNER, HEAD) == [1, 0]


async def test_what_was_found_is_typed_into_the_form(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=watched(short=1), clock=clock) as program:
            form = await school.command(OWNER, "/checked")
            answers = {"Account": "Harbour on X", "Text": "Two new followers"}
            assert await school.send(OWNER, form, answers) == {}
            assert "Harbour on X: looked at" in form.shown_text()
            clock.move_to(WEDNESDAY)
            card = await school.card(OWNER, "Nobody has looked since", "by Olu: Two new followers.")
            assert card.shown_text().count("Last looked at") == 1
            assert (await watch_of(program)).looks == ()


async def test_nobody_looks_and_it_climbs_on_the_second_late_morning(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=watched(), clock=clock) as program:
            sent = list[list[int]]()
            for moment in (
                AFTERNOON.replace(hour=15, minute=59),
                AFTERNOON,
                CLOSING,
                WEDNESDAY.replace(hour=7, minute=59),
                WEDNESDAY,
                THURSDAY.replace(hour=7, minute=59),
                THURSDAY,
                FRIDAY,
            ):
                clock.move_to(moment)
                await settled(program)
                sent.append(school.inboxes(OWNER, HEAD))
            assert sent == [[0, 0], [1, 0], [1, 0], [1, 0], [2, 0], [2, 0], [3, 1], [4, 2]]
            assert school.inboxes(DEPUTY, TEACHER, COLLEAGUE, ADMIN) == [0, 0, 0, 0]
            assert set(school.titles(OWNER) + school.titles(HEAD)) == {REMINDER}
            await school.card(HEAD, "1 account to look at", "Harbour page", "No comments and nobody looking")

            late = await school.card(OWNER, "Nobody has looked since Mon 1 March 2027, 09:00", button="Checked")
            assert "Harbour page: looked at" in await school.told(OWNER, late, "Checked")
            row = (await audited(program))[-1].entry
            assert (row.verb, str(row.record)) == ("look.sign", "watch/page")
            clock.move_to(AFTERNOON.replace(day=8, hour=15, minute=59))
            await settled(program)
            assert school.inboxes(OWNER, HEAD) == [4, 2], "over the weekend nobody need look"
            clock.move_to(AFTERNOON.replace(day=8))
            await settled(program)
            assert school.inboxes(OWNER, HEAD) == [5, 2]
            clock.move_to(WEDNESDAY.replace(day=9))
            await settled(program)
            assert school.inboxes(OWNER, HEAD) == [6, 2], "the climb begins anew"


async def test_no_comments_is_told_from_nobody_looked(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=watched(short=5), clock=clock) as program:
            clock.move_to(CLOSING)
            await ticks(program)
            for name in (OWNER, HEAD):
                home = await chat.say(name, "/exeat")
                assert "Harbour page\nNobody has looked since Mon 1 March 2027, 09:00" in home
                assert "Harbour on X" not in home
            assert "Nobody has looked" not in await chat.say(TEACHER, "/exeat")
            for name, line in ((OWNER, "/comments"), (HEAD, "/comments"), (OWNER, "/comments Harbour page")):
                listed = await chat.say(name, line)
                assert "No comment" in listed
                assert "There may be more: nobody has looked at this account in time." in listed
                assert "Harbour page\nNobody has looked since Mon 1 March 2027, 09:00" in listed
            assert "There may be more" not in await chat.say(OWNER, "/comments Harbour on X")
            await chat.say(OWNER, "/checked page")
            for name in (OWNER, HEAD):
                assert "Harbour page" not in await chat.say(name, "/exeat")
            listed = await chat.say(OWNER, "/comments")
            assert "No comment waits" in listed
            assert "There may be more" not in listed
            await quiet(program)
            assert school.inboxes(HEAD) == [0]


async def test_a_comment_that_its_owner_logs_is_a_look_and_a_teachers_is_none(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=watched(), clock=clock) as program:
            for name, looks in ((TEACHER, []), (OWNER, ["a comment"])):
                form = await school.command(name, "/logcomment")
                assert await school.send(name, form, {"Text": f"Seen by {name}", "Account": "Harbour page"}) == {}
                assert [look.note for look in (await watch_of(program)).looks] == looks


async def test_who_looks_after_no_account_is_told_what_to_do(tmp_path: Path, on: str) -> None:
    async with (
        CHATS[on]() as chat,
        serving(chat, tmp_path / "data", school=watched(), clock=HandClock()) as program,
    ):
        refused = await chat.say(TEACHER, "/checked page")
        assert "You look after none of these accounts." in refused
        assert "please type /logcomment" in refused
        assert (await watch_of(program)).looks == ()


async def test_two_accounts_make_one_message_and_each_has_its_button(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=watched(short=1), clock=clock) as program:
            clock.move_to(AFTERNOON)
            card = await school.card(
                OWNER,
                "Please look at these accounts",
                "2 accounts to look at",
                "Harbour page",
                "Harbour on X",
                button="Checked",
            )
            assert card.buttons() == ["Checked", "Checked"]
            await settled(program)
            assert school.inboxes(OWNER) == [1]
            await chat.say(OWNER, "/checked page")
            clock.move_to(WEDNESDAY)
            await school.card(OWNER, "1 account to look at", "Harbour on X")
            await settled(program)
            assert "Harbour page" not in school.inbox(OWNER)[1].shown_text()


async def test_the_chat_is_down_for_three_hours_when_somebody_is_to_be_reminded(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=watched(), clock=clock) as program:
            chat.down()
            clock.move_to(WEDNESDAY)
            for _ in range(6):
                clock.move_on(minutes=30)
                await ticks(program, 1)
            assert school.inboxes(OWNER) == [0]
            chat.up()
            clock.move_on(minutes=30)
            await school.card(OWNER, REMINDER, "1 account to look at", button="Checked")
            await settled(program)
            assert school.inboxes(OWNER, HEAD) == [1, 0]


async def test_exeat_itself_is_down_for_days_and_reminds_once(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=watched(), clock=clock) as program:
            await chat.say(OWNER, "/checked page")
        clock.move_to(THURSDAY)
        async with serving(chat, tmp_path / "data", school=watched(), clock=clock) as program:
            await school.card(OWNER, "Last looked at Mon 1 March 2027, 09:00, by Olu")
            await settled(program)
            assert school.inboxes(OWNER, HEAD) == [1, 0]
            clock.move_to(FRIDAY)
            await school.card(HEAD, "Last looked at Mon 1 March 2027, 09:00, by Olu")
            await settled(program)
            assert school.inboxes(OWNER, HEAD) == [2, 1]
