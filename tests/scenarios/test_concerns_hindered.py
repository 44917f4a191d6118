"""Concerns when something is in their way: the chat is down, or whoever is to be told first is away."""

from pathlib import Path

import pytest

from policy.concern import State
from tests.fakes.mailbox import mailbox
from tests.fakes.safeguarding import SECRET
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, TEACHER, email
from tests.fakes.world import until
from tests.scenarios.chats import CHATS
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, quiet, serving, ticks
from tests.scenarios.test_away import be_away
from tests.scenarios.test_concerns import (
    ABOUT,
    CHAIR,
    DSL,
    RISK,
    SECOND_DSL,
    fresh,
    gone_live,
    kept,
    tell,
    with_a_dsl,
)

pytestmark = pytest.mark.parametrize("on", ["slack", "teams"])


async def test_while_the_chat_is_down_an_e_mail_without_a_word_comes_and_opening_it_later_ends_the_climb(
    tmp_path: Path, on: str
) -> None:
    async with CHATS[on]() as chat, mailbox() as box:
        school, clock = School(chat), HandClock()
        mails = {"exeat_smtp_url": box.url, "exeat_mail_from": "exeat@harbour.example"}
        async with serving(chat, tmp_path / "data", school=with_a_dsl(), clock=clock, more=mails) as program:
            before = await gone_live(program, school, clock)
            box.letters.clear()  # of test alerts to those who were not in the chat yet
            form = await school.command(TEACHER, "/concern")
            assert await school.send(TEACHER, form, {ABOUT: "A colleague", RISK: "No"}) == {}
            assert await school.send(TEACHER, form, {"Who it is": COLLEAGUE}) == {}
            failed = chat.failed
            chat.down()
            assert await school.send(TEACHER, form, {"What happened": SECRET}) == {}
            (concern,) = await kept(program)
            await school.until(lambda: chat.failed > failed)
            assert box.letters == []
            clock.move_on(minutes=6)
            await until(lambda: bool(box.letters))
            (letter,) = box.letters
            assert letter.to == (email(DSL),)
            assert f"Exeat needs opening: {concern.id}." in letter.text
            for word in (SECRET, "zebra", "Cara", "Tom", "concern", "safeguarding"):
                assert word not in str(letter.message)
            assert fresh(school, before, DSL) == [0]

            chat.up()
            clock.move_on(minutes=5)
            alert = await school.card(DSL, f"Exeat needs opening: {concern.id}.", button="Acknowledge")
            await quiet(program)
            await chat.tidy(TEACHER)
            window = await school.form(DSL, alert, "Open")
            for words in (SECRET, "Delivered", "Olu, by e-mail", "Olu, in the chat"):
                assert words in window.shown_text()
            await chat.tidy(DSL)
            await school.press(DSL, alert, "Acknowledge")
            await school.card(TEACHER, f"{concern.id}: sent, seen.")
            clock.move_on(minutes=60)
            await ticks(program)
            await quiet(program)
            assert fresh(school, before, SECOND_DSL, HEAD, CHAIR, COLLEAGUE, ADMIN) == [0] * 5
            assert len(box.letters) == 1
            assert (await kept(program))[0].status is State.ACKNOWLEDGED


async def test_whoever_is_away_is_passed_over_and_their_delegate_hears_nothing(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", school=with_a_dsl(), clock=clock) as program:
            await gone_live(program, school, clock)
            await be_away(school, DSL, ADMIN)
            await quiet(program)
            people = (DSL, ADMIN, SECOND_DSL, HEAD, CHAIR)
            before = dict(zip(people, school.inboxes(*people), strict=True))
            await tell(school, "A colleague", person=COLLEAGUE)
            (concern,) = await kept(program)
            alert = await school.card(SECOND_DSL, f"Exeat needs opening: {concern.id}.", button="Acknowledge")
            await quiet(program)
            assert fresh(school, before, *people) == [0, 0, 1, 0, 0]
            clock.move_on(minutes=20)
            await ticks(program)
            await school.card(HEAD, f"Exeat needs opening: {concern.id}.")
            await school.press(SECOND_DSL, alert, "Acknowledge")
            await school.card(TEACHER, f"{concern.id}: sent, seen.")
            clock.move_on(minutes=60)
            await ticks(program)
            await quiet(program)
            assert fresh(school, before, *people) == [0, 0, 1, 1, 0]
