"""E-mail on every chat: while the chat is down an alert comes to the mailbox, and then to the chat as well."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Program
from policy.people import Person
from policy.record import Ref
from storage.rows import Outgoing
from tests.fakes.mailbox import ACCEPT_THEN_DROP, BUSY, Mailbox, mailbox
from tests.fakes.school import ADMIN, HEAD, TEACHER, email
from tests.fakes.world import until
from tests.scenarios.chats import CHATS
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, post_of, quiet, serving

pytestmark = pytest.mark.parametrize("on", ["slack", "teams", "slack to teams"])


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as box:
        yield box


def mails(box: Mailbox) -> dict[str, str]:
    """What an administrator sets to have the mailbox used."""
    return {"exeat_smtp_url": box.url, "exeat_mail_from": "exeat@harbour.example"}


async def alert(program: Program, clock: HandClock, name: str) -> None:
    """Something that is about somebody's safety: here, that the post is to be looked at."""
    async with program.dispatch.store.transaction("harbour") as tx:
        (person,) = await tx.find(Person, key=email(name))
        tx.queue(
            Outgoing(
                "harbour", "post", person.id, Ref("post", "P-1"), 1, lane="alert", created=clock(), not_before=clock()
            )
        )


async def test_an_alert_comes_by_e_mail_while_the_chat_is_down_and_in_the_chat_later(
    tmp_path: Path, on: str, box: Mailbox
) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", clock=clock, more=mails(box)) as program:
            await school.draft(TEACHER, "We won the race")
            await school.card(HEAD, "We won the race", button="Approve")
            await quiet(program)
            before = len(school.inbox(HEAD))
            chat.down()
            box.faults.next("RCPT", BUSY)
            await alert(program, clock, HEAD)
            await school.until(lambda: chat.failed > 0)
            assert box.letters == []
            clock.move_on(minutes=6)
            await until(lambda: bool(box.to(email(HEAD))))
            [letter] = box.to(email(HEAD))
            assert letter.subject.startswith("P-1")
            assert letter.message["Auto-Submitted"] == "auto-generated"
            assert len(school.inbox(HEAD)) == before
            clock.move_on(minutes=30)
            chat.up()
            clock.move_on(minutes=30)
            await school.until(lambda: len(school.inbox(HEAD)) > before)
            await quiet(program)
            assert len(box.to(email(HEAD))) == 1
            assert (await post_of(program)).state == "waiting"


async def test_a_mail_that_may_have_come_comes_again_under_the_same_name(
    tmp_path: Path, on: str, box: Mailbox
) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", clock=clock, more=mails(box)) as program:
            await school.draft(TEACHER, "We won the race")
            await quiet(program)
            chat.down()
            box.faults.next("DATA", ACCEPT_THEN_DROP)
            await alert(program, clock, HEAD)
            await school.until(lambda: chat.failed > 0)
            clock.move_on(minutes=6)
            await until(lambda: len(box.to(email(HEAD))) > 1)
            assert len({letter.message["Message-ID"] for letter in box.letters}) == 1
            chat.up()


async def test_admins_are_told_by_e_mail_that_the_chat_is_silent(tmp_path: Path, on: str, box: Mailbox) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", more=mails(box)) as program:
            await school.draft(TEACHER, "We won the race")
            await quiet(program)
            for surface in program.chats:
                surface.surface.outage = "token_revoked"
            await until(lambda: bool(box.to(email(ADMIN))))
            assert [letter.subject for letter in box.to(email(ADMIN))] == ["Messages are waiting"]
            await quiet(program)
