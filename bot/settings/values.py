"""The values an administrator writes in `exeat.toml`: people, times, dates, zones, slugs, addresses."""

import re
from datetime import date, time
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from bot.settings.fault import either, nearest
from policy.account import Platform, Replies
from policy.comment.due import Rung
from policy.retention import LONGEST
from policy.school import Concerns

EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+\.[^\s@<>\"',;:.]+")
SLACK_REF = re.compile(r"slack:[uw][a-z0-9]{2,20}")
TEAMS_REF = re.compile(r"teams:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

REMINDERS = {"half time": Rung.HALF, "going home": Rung.LAST, "an hour before": Rung.HOUR}
"""The reminders before a comment is due, as the file names them."""

LONGEST_CLOSURE = LONGEST_TERM = 120
"""In days; a longer one is taken for a slip in the year."""


def wrong(what: str, instead: str = "") -> PydanticCustomError:
    """A value that cannot be used: what is wrong with it and what to write instead."""
    return PydanticCustomError("exeat", "{what}", {"what": what, "instead": instead})


def quoted(value: object) -> str:
    """A value as it stands in the file, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f'"{text[:60]}{"…" if len(text) > 60 else ""}"' if isinstance(value, str | date | time) else text[:60]


def slug_of(name: str) -> str:
    """A slug made of a name: "St Mary's CE Primary" gives `st-marys-ce-primary`; "school" when nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’]", "", name.casefold())).strip("-") or "school"


def ref(value: Any) -> str:
    """Somebody, lower-case: an e-mail, `slack:u…` or `teams:<object id>`."""
    text = _words(value).casefold()
    if text.startswith("*@"):
        raise wrong(
            f"{quoted(text)} means everybody at a domain, and only staff may be a whole domain.",
            'Write one person: their e-mail, "slack:U…" or "teams:<object id>".',
        )
    if text.startswith("slack:") and not SLACK_REF.fullmatch(text):
        raise wrong(
            f"{quoted(value)} is not a Slack member id.",
            'Write "slack:" and the member ID from their Slack profile, such as "slack:U02AB3CD4".',
        )
    if text.startswith("teams:") and not TEAMS_REF.fullmatch(text):
        raise wrong(
            f"{quoted(value)} is not an Entra object id.",
            'Write "teams:" and the Object ID from their page in the Entra admin centre, such as '
            '"teams:6f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c".',
        )
    if not text.startswith(("slack:", "teams:")) and not EMAIL.fullmatch(text):
        raise wrong(
            f"{quoted(value)} does not name a person Exeat can find.",
            'Write their e-mail, "slack:U…" or "teams:<object id>".',
        )
    return text


def staff_ref(value: Any) -> str:
    """Somebody, or everybody at a domain: `*@school.example`."""
    text = _words(value).casefold()
    if text.startswith("*"):
        if not re.fullmatch(r"\*@[a-z0-9-]+(\.[a-z0-9-]+)+", text):
            raise wrong(f"{quoted(value)} is not a domain.", 'Write everybody at a domain as "*@school.example".')
        return text
    return ref(value)


def slug(value: Any) -> str:
    """A short fixed name of lower-case letters, digits and hyphens."""
    text = _words(value)
    if not SLUG.fullmatch(text) or len(text) > 40:
        raise wrong(
            f"{quoted(value)} cannot be an id: it is made of lower-case letters, digits and hyphens, at most 40.",
            f'Write, for example, id = "{slug_of(text)[:40].strip("-")}".',
        )
    return text


def words(value: Any) -> str:
    """Some text, which may not be blank."""
    text = _words(value)
    if not text:
        raise wrong("It is empty.", "Write something between the quotation marks, or take the line out.")
    return text


def zone(value: Any) -> ZoneInfo:
    """A time zone by its IANA name."""
    text = _words(value)
    known = available_timezones()
    if text not in known:
        meant = nearest(text, sorted(known)) or "Europe/London"
        raise wrong(f"{quoted(value)} is not a time zone.", f'Write, for example, timezone = "{meant}".')
    return ZoneInfo(text)


def hours(value: Any) -> tuple[time, time]:
    """Staffed hours, local: "08:00-17:00"."""
    example = 'Write the hours when the office is staffed as staffed = "08:00-17:00".'
    found = re.fullmatch(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)", _words(value))
    if not found:
        raise wrong(f"{quoted(value)} is not two times.", example)
    try:
        opens, closes = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    except ValueError:
        raise wrong(f"{quoted(value)} has a time that no clock shows.", example) from None
    if closes <= opens:
        raise wrong(f"{quoted(value)} ends before it begins.", example)
    return opens, closes


def day(value: Any) -> date:
    """A date, written "2026-12-21" or as TOML's own date."""
    if type(value) is date:
        return value
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", _words(value)):
            raise ValueError
        return date.fromisoformat(value.strip())
    except ValueError:
        raise wrong(
            f"{quoted(value)} is not a date.", 'Write the year, the month and the day, such as "2026-12-21".'
        ) from None


def closure(value: Any) -> tuple[date, date]:
    """A day "2026-12-21", or days "2026-12-21/2027-01-01" with both ends."""
    first, _, last = _words(value).partition("/") if not isinstance(value, date) else (value, "", "")
    span = _span(value, first, last or first)
    if (span[1] - span[0]).days > LONGEST_CLOSURE:
        raise wrong(
            f"{quoted(value)} is longer than {LONGEST_CLOSURE} days, which looks like a slip in the year.",
            "Check both years; if it is meant, write it as two closures.",
        )
    return span


def term(value: Any) -> tuple[date, date]:
    """A term "2026-09-02/2026-12-18", with its first and its last day."""
    first, slash, last = _words(value).partition("/")
    if not slash:
        raise wrong(
            f"{quoted(value)} is one day, and a term has a first and a last one.",
            'Write both, such as "2026-09-02/2026-12-18".',
        )
    span = _span(value, first, last)
    if (span[1] - span[0]).days > LONGEST_TERM:
        raise wrong(
            f"{quoted(value)} is longer than {LONGEST_TERM} days, which looks like a slip in the year.",
            "Check both years; a school year has three terms or six.",
        )
    return span


def _span(value: Any, first: Any, last: Any) -> tuple[date, date]:
    span = day(first), day(last)
    if span[1] < span[0]:
        raise wrong(f"{quoted(value)} ends before it begins.", f'Write the earlier day first: "{span[1]}/{span[0]}".')
    return span


def concerns(value: Any) -> Concerns:
    """Whether safeguarding concerns are taken."""
    text = _words(value).casefold()
    if text in [one.value for one in Concerns]:
        return Concerns(text)
    raise wrong(
        f"{quoted(value)} does not say whether safeguarding concerns are taken.",
        'Write "off"; "alert_only", and who should be told is told, with no words about it; or "record".',
    )


def platform(value: Any) -> Platform:
    """Where an account lives."""
    text = _words(value).casefold()
    names = [one.value for one in Platform]
    if text in names:
        return Platform(text)
    known = {"twitter": "x", "meta": "facebook", "insta": "instagram", "web": "website", "blog": "website"}
    near = nearest(text, [*names, *known])
    meant = known.get(near, near)
    guess = f'Did you mean "{meant}"? ' if meant else ""
    raise wrong(
        f"{quoted(value)} is not a platform Exeat knows.",
        f'{guess}Write {either(names)}; for "other", platform_name says which it is.',
    )


def replies(value: Any) -> Replies:
    """How an account's owners may answer comments."""
    text = _words(value).casefold()
    if text in [one.value for one in Replies]:
        return Replies(text)
    raise wrong(
        f"{quoted(value)} is not a way to answer comments.",
        'Write "approved", and every answer is read first or made of approved words; or "free", and owners use '
        "words of their own.",
    )


def reminder(value: Any) -> Rung:
    """When somebody is reminded of a comment before it is due."""
    text = " ".join(_words(value).casefold().split())
    if text in REMINDERS:
        return REMINDERS[text]
    raise wrong(f"{quoted(value)} is not a reminder Exeat knows.", f"Write {either(list(REMINDERS))}.")


def rhythm(value: Any) -> int:
    """How often somebody looks at an account: "1 working day", "3 working days" or "never", in working days."""
    text = " ".join(_words(value).casefold().split())
    if text == "never":
        return 0
    found = re.fullmatch(r"([1-9]|1\d|20) working days?", text)
    if not found:
        raise wrong(
            f"{quoted(value)} does not say how often somebody looks at it.",
            'Write "1 working day", "3 working days" (at most 20), or "never".',
        )
    return int(found[1])


def months(value: Any) -> int:
    """How long something is kept, in months: "3 years", "18 months"."""
    found = re.fullmatch(r"([1-9]\d{0,3}) (month|year)s?", " ".join(_words(value).casefold().split()))
    length = int(found[1]) * (12 if found[2] == "year" else 1) if found else 0
    if not 0 < length <= LONGEST:
        raise wrong(
            f"{quoted(value)} does not say how long they are kept.",
            'Write "3 years" or "18 months" (at most 100 years). To keep one record for longer, hold it.',
        )
    return length


def address(value: Any) -> str:
    """A web address."""
    text = _words(value)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in text:
        raise wrong(f"{quoted(value)} is not a web address.", 'Write it whole, such as "https://www.school.example".')
    return text


def yes_or_no(value: Any) -> bool:
    """true or false, without quotation marks."""
    if isinstance(value, bool):
        return value
    raise wrong(f"{quoted(value)} is neither true nor false.", "Write true or false, without quotation marks.")


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        raise wrong("It is a list, and only one belongs here.", "Write one, between quotation marks, without [ ].")
    raise wrong(f"{quoted(value)} is not text.", "Write it between quotation marks.")


Ref = Annotated[str, BeforeValidator(ref)]
StaffRef = Annotated[str, BeforeValidator(staff_ref)]
Slug = Annotated[str, BeforeValidator(slug)]
Words = Annotated[str, BeforeValidator(words)]
Zone = Annotated[ZoneInfo, BeforeValidator(zone)]
Hours = Annotated[tuple[time, time], BeforeValidator(hours)]
Day = Annotated[date, BeforeValidator(day)]
Closure = Annotated[tuple[date, date], BeforeValidator(closure)]
TermDates = Annotated[tuple[date, date], BeforeValidator(term)]
ConcernsMode = Annotated[Concerns, BeforeValidator(concerns)]
OnPlatform = Annotated[Platform, BeforeValidator(platform)]
Address = Annotated[str, BeforeValidator(address)]
Months = Annotated[int, BeforeValidator(months)]
Rhythm = Annotated[int, BeforeValidator(rhythm)]
HowToReply = Annotated[Replies, BeforeValidator(replies)]
Reminder = Annotated[Rung, BeforeValidator(reminder)]
YesOrNo = Annotated[bool, BeforeValidator(yes_or_no)]
