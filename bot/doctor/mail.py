"""The mail server under examination: does it answer, is it private, does it take the password, and a test message."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.doctor.finding import Finding, fine, fix, note
from bot.mail import mailer_of
from bot.settings import Environment
from bot.surface import Ambiguous, Permanent, Transient
from cards.letters import trial_card
from policy.school import School

PATIENCE = 5.0
"""Seconds that the server has for each step."""

WRONG: Mapping[str, tuple[str, str]] = {
    "mail_unreachable": (
        "does not answer",
        "Check EXEAT_SMTP_URL, and whether a firewall keeps this machine from that port.",
    ),
    "mail_not_private": (
        "offers no connection that is encrypted and proves its name",
        "Check the name in EXEAT_SMTP_URL and the server's certificate. A server that is encrypted from the "
        "beginning, mostly at port 465, is written smtps://.",
    ),
    "mail_login": (
        "does not take the user and password",
        "Check both in EXEAT_SMTP_URL with whoever runs the server.",
    ),
    "mail_sender": (
        "does not let Exeat send from its address",
        "Have whoever runs the server allow EXEAT_MAIL_FROM for that user.",
    ),
    "no_address": ("cannot be given that address", "Check how it is written."),
    "mail_refused": ("refuses that address, or the message", "Check the address, and ask whoever runs the server."),
    "mail_busy": (
        "does not take the message now",
        "Try again in a few minutes; if it stays so, ask whoever runs it.",
    ),
}
"""What stands in the way, by its code, to follow the server's name; and what to do."""


async def look_at_mail(
    environment: Environment, school: School, clock: Callable[[], datetime], to: str = ""
) -> list[Finding]:
    """Whether the mail server, if one is named, would take a message; with an address, whether it takes one to it."""
    mailer = mailer_of(environment.exeat_smtp_url, environment.exeat_mail_from, school.name, patience=PATIENCE)
    if mailer is None:
        unset = "No mail server is named, so nothing goes by e-mail when the chat fails."
        return [(fix if to else note)("E-mail", unset, "Set EXEAT_SMTP_URL and EXEAT_MAIL_FROM (docs/running.md).")]
    name, now = f"The mail server {mailer.server.host}", clock()
    try:
        await mailer.check()
        if to:
            await mailer.send([to], trial_card(school.name), f"test-{now:%Y%m%d%H%M%S%f}", now)
    except (Transient, Permanent) as error:
        code, _, number = error.code.partition(":")
        what, todo = WRONG[code]
        return [fix("E-mail", f"{name} {what}{f' ({number})' if number else ''}.", todo)]
    except Ambiguous:
        return [fix("E-mail", f"{name} broke off over the message.", "See whether it came, and try again.")]
    answers = [fine("E-mail", f"{name} answers, and would take a message.")]
    took = fine("E-mail", f"It has taken a test message to {to}; see that it arrives, and not among the junk.")
    return [*answers, took] if to else answers
