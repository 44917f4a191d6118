"""E-mail: what a message looks like, that its way is private, and what becomes of it in trouble."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.mail import MailServer, SmtpMailer, postal
from bot.mail.server import Privacy
from bot.surface import Ambiguous, Permanent, Transient
from cards.model import Button, Card, Quote, Text
from tests.fakes.certificate import HERE, own_certificate
from tests.fakes.mailbox import (
    ACCEPT_THEN_DROP,
    BUSY,
    DROP,
    FULL,
    PASSWORD,
    UNKNOWN,
    USER,
    Mailbox,
    Trouble,
    mailbox,
)

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
CARD = Card("Please open Exeat", "Now", (Text("Exeat needs opening."),), (Button("Open", "x"),))
HELEN, SENDER = "helen@harbour.example", "exeat@harbour.example"


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as box:
        yield box


def mailer(box: Mailbox, **more: object) -> SmtpMailer:
    return SmtpMailer(MailServer.of(box.url), SENDER, "Harbour Primary", **more)  # type: ignore[arg-type]


async def mailed(box: Mailbox, card: Card = CARD, *to: str) -> None:
    await mailer(box).send(to or (HELEN,), card, "7-20270301", NOON)


async def test_a_card_becomes_plain_words_with_a_name_of_its_own(box: Mailbox) -> None:
    await mailed(box)
    await mailed(box)
    one, other = box.to(HELEN)
    assert one.subject == "Please open Exeat"
    assert one.message.get_content_type() == "text/plain"
    assert "Exeat needs opening." in one.text
    assert "Sent by Exeat for Harbour Primary." in one.text
    assert str(one.message["From"]) == f"Exeat <{SENDER}>"
    assert one.message["Message-ID"] == other.message["Message-ID"] == "<exeat.7-20270301@harbour.example>"
    assert one.message["Auto-Submitted"] == "auto-generated"
    assert one.message["Reply-To"] is None
    assert one.message["Date"].datetime == NOON


async def test_a_title_with_headers_in_it_stays_a_title(box: Mailbox) -> None:
    words = "A\r\nBcc: eve@elsewhere.example\r\n\r\nB"
    await mailed(box, Card(words, words, (Quote(f"{words}\n.\nQUIT"),)))
    [letter] = box.letters
    assert letter.to == (HELEN,)
    assert letter.message["Bcc"] is None
    assert letter.subject == "A Bcc: eve@elsewhere.example B"
    assert "> .\n> QUIT" in letter.text


async def test_words_of_any_language_and_length_arrive_as_they_are(box: Mailbox) -> None:
    words = "Ysgol Gŵyl Dewi – “naïve” 学校 " * 60
    await mailed(box, Card("Gŵyl Dewi", words, (Text(words.strip()),)))
    [letter] = box.letters
    assert letter.subject == "Gŵyl Dewi"
    assert words.strip() in letter.text


@pytest.mark.parametrize(
    "address",
    [
        "",
        "helen",
        "a b@c.example",
        "a@b.example\r\nRCPT TO:<eve@x.example>",
        "a@b.example>",
        "a,b@c.example",
        "é@c.example",
    ],
)
async def test_what_is_no_address_is_never_written_to(box: Mailbox, address: str) -> None:
    assert postal(address) is None
    with pytest.raises(Permanent, match="no_address"):
        await mailed(box, CARD, address)
    assert box.commands == []
    await mailed(box, CARD, address, HELEN)
    assert box.letters[0].to == (HELEN,)


@pytest.mark.parametrize(
    ("step", "trouble", "raised", "code"),
    [
        ("EHLO", DROP, Transient, "mail_unreachable"),
        ("MAIL", DROP, Transient, "mail_sender"),
        ("MAIL", Trouble("553 Not yours"), Transient, "mail_sender:553"),
        ("RCPT", DROP, Transient, "mail_unreachable"),
        ("RCPT", BUSY, Transient, "mail_busy:451"),
        ("RCPT", UNKNOWN, Permanent, "mail_refused:550"),
        ("RCPT", Trouble("421 Closing"), Transient, "mail_busy:421"),
        ("DATA", FULL, Transient, "mail_busy:452"),
        ("DATA", Trouble("554 Looks like junk"), Permanent, "mail_refused:554"),
        ("DATA", DROP, Ambiguous, ""),
        ("DATA", ACCEPT_THEN_DROP, Ambiguous, ""),
    ],
)
async def test_what_became_of_a_message(
    box: Mailbox, step: str, trouble: Trouble, raised: type[Exception], code: str
) -> None:
    box.faults.next(step, trouble)
    with pytest.raises(raised) as caught:
        await mailed(box)
    assert getattr(caught.value, "code", "") == code
    assert len(box.letters) == trouble.acts
    await mailed(box)
    assert len(box.letters) == trouble.acts + 1


async def test_one_address_of_somebody_is_enough(box: Mailbox) -> None:
    box.faults.next("RCPT", UNKNOWN)
    await mailed(box, CARD, "old@harbour.example", HELEN)
    assert [letter.to for letter in box.letters] == [(HELEN,)]


async def test_while_one_address_may_yet_be_taken_none_is_given_up(box: Mailbox) -> None:
    for trouble in (UNKNOWN, BUSY):
        box.faults.next("RCPT", trouble)
    with pytest.raises(Transient):
        await mailed(box, CARD, "old@harbour.example", HELEN)


async def test_a_server_that_is_not_there(box: Mailbox) -> None:
    await box.close()
    with pytest.raises(Transient, match="mail_unreachable"):
        await mailed(box)


async def test_a_server_that_takes_its_time_is_not_waited_for_for_ever(box: Mailbox) -> None:
    gate = asyncio.Event()
    slow = mailer(box, patience=0.2)
    for step, raised in (("RCPT", Transient), ("DATA", Ambiguous)):
        box.faults.next(step, Trouble(gate=gate))
        with pytest.raises(raised):
            await slow.send([HELEN], CARD, "1", NOON)
    gate.set()


def behind(box: Mailbox, privacy: Privacy, password: str = "") -> MailServer:
    """The mailbox, as if it were not on this machine."""
    return MailServer(HERE, box.port, privacy, USER if password else "", password)


async def test_a_server_elsewhere_must_be_private_and_who_it_says(tmp_path: Path) -> None:
    shows, trust = own_certificate(tmp_path)
    async with mailbox(tls=shows, asks=True) as box:
        server = behind(box, Privacy.UPGRADED, PASSWORD)
        with pytest.raises(Transient, match="mail_not_private"):
            await SmtpMailer(server, SENDER, "").send([HELEN], CARD, "1", NOON)
        assert "AUTH" not in box.commands
        await SmtpMailer(server, SENDER, "", trust=trust).send([HELEN], CARD, "1", NOON)
        assert [letter.private for letter in box.letters] == [True]
        with pytest.raises(Transient, match="mail_login:535"):
            await SmtpMailer(behind(box, Privacy.UPGRADED, "wrong"), SENDER, "", trust=trust).check()


async def test_a_certificate_for_another_name_is_not_believed(tmp_path: Path) -> None:
    shows, trust = own_certificate(tmp_path, "127.0.0.9")
    async with mailbox(tls=shows) as box, mailbox(wrapped=shows) as wrapped:
        for server in (behind(box, Privacy.UPGRADED), behind(wrapped, Privacy.ALWAYS)):
            with pytest.raises(Transient, match="mail_not_private"):
                await SmtpMailer(server, SENDER, "", trust=trust).check()


async def test_a_server_elsewhere_without_privacy_gets_no_password(box: Mailbox) -> None:
    with pytest.raises(Transient, match="mail_not_private"):
        await SmtpMailer(behind(box, Privacy.UPGRADED, PASSWORD), SENDER, "").send([HELEN], CARD, "1", NOON)
    assert box.commands == ["EHLO"]


async def test_private_from_the_beginning(tmp_path: Path) -> None:
    shows, trust = own_certificate(tmp_path)
    async with mailbox(wrapped=shows) as box:
        await SmtpMailer(behind(box, Privacy.ALWAYS), SENDER, "", trust=trust).send([HELEN], CARD, "1", NOON)
        assert len(box.letters) == 1


async def test_this_machines_own_server_may_show_any_certificate(tmp_path: Path) -> None:
    shows, _ = own_certificate(tmp_path, "127.0.0.9")
    async with mailbox(tls=shows) as box:
        await mailed(box)
        assert [letter.private for letter in box.letters] == [True]


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("smtp://mail.school.example", MailServer("mail.school.example", 587, Privacy.UPGRADED)),
        ("smtp://localhost:25", MailServer("localhost", 25, Privacy.OFFERED)),
        ("smtp://[::1]:25", MailServer("::1", 25, Privacy.OFFERED)),
        (
            "smtps://a%40b:p%3A%2Fw@mail.school.example",
            MailServer("mail.school.example", 465, Privacy.ALWAYS, "a@b", "p:/w"),
        ),
    ],
)
def test_how_a_server_is_named(url: str, meant: MailServer) -> None:
    assert MailServer.of(url) == meant


@pytest.mark.parametrize(
    "url",
    ["mail.school.example", "http://mail.school.example", "smtp://", "smtp://a:p/w@mail.example", "smtp://a@mail.example",
     "smtp://a:b#c@mail.example", "smtp://mail.example:port", "smtp://mail.example/inbox"],
)  # fmt: skip
def test_what_names_no_server(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        MailServer.of(url)


def test_the_password_is_not_printed() -> None:
    assert "hunter2" not in repr(MailServer.of("smtps://a:hunter2@mail.school.example"))
