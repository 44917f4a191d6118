"""The doctor and the mail server: whether it would take a message, and whether it takes one."""

from collections.abc import AsyncIterator

import pytest

from bot.doctor import Finding, Verdict
from bot.doctor.mail import look_at_mail
from bot.settings import Environment
from tests.fakes.certificate import HERE
from tests.fakes.mailbox import ACCEPT_THEN_DROP, UNKNOWN, Mailbox, Trouble, mailbox
from tests.fakes.school import MONDAY, email, harbour

OFFICE = email("office")


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as box:
        yield box


async def found(url: str, to: str = "") -> list[Finding]:
    """What the doctor finds of the mail server at that address."""
    named = {"exeat_smtp_url": url, "exeat_mail_from": email("exeat")} if url else {}
    return await look_at_mail(Environment.model_validate(named), harbour(), lambda: MONDAY, to)


async def test_a_server_that_would_take_a_message_is_sent_none(box: Mailbox) -> None:
    (finding,) = await found(box.url)
    assert (finding.verdict, finding.found) == (
        Verdict.FINE,
        f"The mail server {HERE} answers, and would take a message.",
    )
    assert box.letters == []


async def test_a_test_message_says_that_it_is_one(box: Mailbox) -> None:
    *_, took = await found(box.url, OFFICE)
    assert took.verdict is Verdict.FINE
    [letter] = box.to(OFFICE)
    assert letter.subject == "A test from Exeat"
    assert "Harbour Primary" in letter.text


async def test_without_a_server_a_test_message_is_something_to_put_right() -> None:
    assert [finding.verdict for finding in await found("")] == [Verdict.NOTE]
    assert [finding.verdict for finding in await found("", OFFICE)] == [Verdict.FIX]


@pytest.mark.parametrize(
    ("step", "trouble", "said"),
    [
        ("EHLO", Trouble("421 Closing"), "does not answer (421)"),
        ("MAIL", Trouble("553 Not yours"), "does not let Exeat send from its address (553)"),
        ("RCPT", UNKNOWN, "refuses that address, or the message (550)"),
        ("DATA", Trouble("451 Later"), "does not take the message now (451)"),
        ("DATA", ACCEPT_THEN_DROP, "broke off over the message"),
    ],
)
async def test_what_stands_in_the_way_is_said(box: Mailbox, step: str, trouble: Trouble, said: str) -> None:
    box.faults.every(1, [trouble], only=[step])
    (finding,) = await found(box.url, OFFICE)
    assert finding.verdict is Verdict.FIX
    assert said in finding.found
    assert finding.todo


async def test_a_server_that_is_not_there_or_takes_no_password(box: Mailbox) -> None:
    (finding,) = await found(box.url.replace("//", "//exeat:hunter2@"))
    assert "does not take the user and password" in finding.found
    assert "hunter2" not in str(finding)
    (finding,) = await found(box.url, "no address")
    assert "cannot be given that address" in finding.found
    await box.close()
    (finding,) = await found(box.url)
    assert "does not answer" in finding.found
