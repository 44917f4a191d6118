"""What the admins are told when messages fail, reminders are late or a key ends; and the card of what is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from cards.model import Card, Element, Facts, Notice, Text, Tone
from cards.wording import counted, day, moment

LONGEST_LIST = 10
"""How many undelivered messages one card names."""


class Why(StrEnum):
    """Why a message did not arrive, whatever word a platform has for it."""

    NO_ACCOUNT = "no_account"
    GONE = "gone"
    NOT_INSTALLED = "not_installed"
    BLOCKED = "blocked"
    SWITCHED_OFF = "switched_off"
    NO_MAIL = "no_mail"
    NO_ADDRESS = "no_address"
    MAIL_REFUSED = "mail_refused"
    GIVEN_UP_MAIL = "given_up_mail"
    GIVEN_UP = "given_up"
    FAULT = "fault"


REASONS: Mapping[str, tuple[str, str]] = {
    Why.NO_ACCOUNT: (
        "they have no account that Exeat can reach",
        "Check that they are still at the school and have a full account in the chat.",
    ),
    Why.GONE: (
        "the chat no longer knows their account",
        "If they have left, take them out of exeat.toml; if not, ask whoever runs the chat.",
    ),
    Why.NOT_INSTALLED: (
        "they do not have Exeat in Teams, or no longer",
        "Ask them to open Exeat in Teams once. The set-up policy in docs/teams.md adds it for everybody.",
    ),
    Why.BLOCKED: (
        "they have blocked or removed Exeat",
        "Ask them to add Exeat in the chat again, and to write a word to it there.",
    ),
    Why.SWITCHED_OFF: (
        "whoever runs Teams has switched Exeat off for them",
        "Ask whoever runs Teams to allow Exeat for all staff, under Teams apps in the Teams admin centre.",
    ),
    Why.NO_MAIL: (
        "it was to go by e-mail, and no mail server is set up",
        "Set EXEAT_SMTP_URL and EXEAT_MAIL_FROM on the server. Until then, tell them yourself.",
    ),
    Why.NO_ADDRESS: (
        "it was to go by e-mail, and Exeat knows no address of theirs",
        "Name them by their e-mail address in exeat.toml. Until then, tell them yourself.",
    ),
    Why.MAIL_REFUSED: (
        "the mail server refuses their address or the message",
        "Check their address in exeat.toml and in the chat, and run exeat doctor --mail with it on the server.",
    ),
    Why.GIVEN_UP_MAIL: (
        "the mail server did not take it for more than a day",
        "Run exeat doctor on the server. Then tell them yourself what they may have missed.",
    ),
    Why.GIVEN_UP: (
        "the chat did not take it for more than a day",
        "See whether the chat works. Then tell them yourself what they may have missed.",
    ),
    Why.FAULT: (
        "something went wrong inside Exeat",
        "Look for “fault” in Exeat's log and pass it on to whoever looks after Exeat.",
    ),
}
"""What each means in words (to follow "because"), and what to do."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One message that did not arrive: for whom, why, and when it was given up (UTC).

    `code` is a `Why`, with the platform's own word after a colon, or that word alone where it means none of them.
    """

    name: str
    code: str
    at: datetime


def dead_card(letters: Sequence[Undelivered], more: bool, zone: ZoneInfo) -> Card:
    """The messages that could not be delivered, newest first. `more`: there were others before them."""
    count = f"{'More than ' if more else ''}{counted(len(letters), 'message', 'messages')}"
    said = f"{count} could not be delivered."
    rows = tuple((letter.name, f"{moment(letter.at, zone)}, because {_why(letter.code)[0]}") for letter in letters)
    advice = dict.fromkeys(_why(letter.code)[1] for letter in letters)
    body: tuple[Element, ...] = (Text(said), Facts(rows), *(Notice(each, tone=Tone.WARNING) for each in advice))
    last = Text("Whatever waited for them still stands in Exeat: they can type /posts to see it.", Tone.QUIET)
    return Card("Messages not delivered", said, (*body, last))


def trial_card(school: str) -> Card:
    """What `exeat doctor` sends to see whether e-mail arrives."""
    said = f"This is a test. Exeat can send e-mail for {school}, for when the chat does not work."
    return Card("A test from Exeat", said, (Text(said), Text("There is nothing you need to do.", Tone.QUIET)))


def late_card() -> Card:
    """Something that was due has not been done."""
    said = "Something that was due in Exeat has not been done, so a reminder may be missing."
    then = (
        "Run exeat doctor on the server; it names what is late. Until that is mended, ask the people who decide "
        "to type /posts."
    )
    return Card("A reminder may be missing", said, (Text(said), Notice(then, tone=Tone.WARNING)))


def hidden_card() -> Card:
    """Something sealed that was due has not been done. Which it is, nobody is told here."""
    said = "Something that Exeat keeps sealed was due and has not been done. Nothing here says what it is."
    people = (
        "Today, ask the headteacher, the safeguarding lead (DSL), each deputy and the chair of governors to type "
        "/concerns and to open what waits for them. Ask each of them alike."
    )
    server = (
        "Then look for “trouble” in Exeat's log and pass those lines on to whoever looks after Exeat. You are told "
        "again tomorrow if it lasts."
    )
    body = (Text(said), Notice(people, tone=Tone.WARNING), Notice(server, tone=Tone.WARNING))
    return Card("Something that was due is not done", said, body)


def stuck_card() -> Card:
    """A chat does not take messages."""
    said = "Some of Exeat's messages have not been going out for some minutes."
    then = "They are kept and go out once they can. Run exeat doctor on the server; it names what cannot be reached."
    return Card("Messages are waiting", said, (Text(said), Notice(then, tone=Tone.WARNING)))


def secret_card(ends: date, today: date) -> Card:
    """The key by which Exeat signs in to Teams ends, or has ended, on a local date."""
    left = (ends - today).days
    on = day(ends)
    if left > 0:
        title = "A key of Exeat's is about to end"
        said = (
            f"The client secret with which Exeat signs in to Teams ends on {on}, in {counted(left, 'day', 'days')}."
        )
        why = "From then on Teams takes nothing from Exeat, and nobody there is told of anything."
    else:
        title = "A key of Exeat's has ended"
        when = "ends today" if left == 0 else f"ended on {on}"
        said = f"The client secret with which Exeat signs in to Teams {when}."
        why = "Without a new one Teams takes nothing from Exeat, and nobody there is told of anything."
    then = (
        "Make a new client secret in the Entra admin centre, put it into TEAMS_APP_PASSWORD and its last day into "
        "TEAMS_SECRET_EXPIRES on the server, restart Exeat and run exeat doctor. docs/teams.md has the steps."
    )
    return Card(title, said, (Text(said), Text(why), Notice(then, tone=Tone.WARNING)))


def renewed_card(ends: date) -> Card:
    """What a warning about a key becomes once there is a new one."""
    said = f"Exeat has a new client secret for Teams, which ends on {day(ends)}. There is nothing you need to do."
    return Card("A key of Exeat's was renewed", said, (Text(said, Tone.QUIET),))


def no_longer_card() -> Card:
    """What takes the place of a card whose reader may no longer see what it showed."""
    said = "What stood here is no longer here for you. There is nothing you need to do."
    return Card("No longer here", said, (Text(said, Tone.QUIET),))


def _why(code: str) -> tuple[str, str]:
    short = code.casefold().partition(":")[0]
    return REASONS.get(short) or (
        f"the chat refused it and said only “{short[:60]}”",
        "Run exeat doctor on the server; if it finds nothing, pass the word in quotation marks to its maintainers.",
    )
