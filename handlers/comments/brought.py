"""What a program or a file says of a comment, read field by field: whatever is wrong is said of its field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.fields import is_link
from policy.calendar import as_utc
from policy.comment import Kind, Said, external_key
from policy.people import EXEAT
from policy.refused import Unusable
from policy.school import School
from policy.text import clean, shorten

FIELDS = ("account", "id", "kind", "writer", "text", "link", "received", "replied", "deleted")
"""The fields of a comment that is brought."""

REPLY_FIELDS = ("at", "text", "where")
"""The fields of what the school replied."""

LONGEST_ID, LONGEST_TEXT, LONGEST_LINK, LONGEST_WRITER = 300, 20_000, 1_000, 200
"""How many characters a field may have; a writer's name is shortened, and the rest is refused."""

LARGEST_NUMBER = 2**53
"""Above it, tools that reckon in floating point have changed an id that was sent as a number."""

AHEAD = timedelta(minutes=5)
"""So much a platform's clock may be ahead of ours: what happened then counts as happening now."""

REPORTED = "reported"
"""The right on which words stand that a program says the school has used."""

BRITISH = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})[ ,]+([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2})?)")
"""Day/month/year hour:minute, with seconds or without."""

SHORTENED = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+[0-9]+")
"""A number as a spreadsheet writes one that is too long for it, and so the same for many ids."""

TIMES = "Write the day and the time, such as 2027-03-02T14:30:00Z or 02/03/2027 14:30."


@dataclass(frozen=True, slots=True)
class Arrived:
    """What was said of one comment. `account` is the account's slug, `id` the platform's own. Of one that is known
    already, `text` and `received` (UTC) may be left out. `gone`: whoever wrote it has taken it down.
    """

    account: str
    id: str
    kind: Kind
    writer: str
    text: str
    link: str
    received: datetime | None
    replied: Said | None
    gone: bool

    @property
    def key(self) -> str:
        """What it is found by."""
        return external_key(self.account, self.id)


@dataclass(slots=True)
class Reading:
    """The fields of one thing as they were given, and what is wrong with them so far."""

    given: Mapping[str, Any]
    school: School
    now: datetime
    errors: dict[str, str] = field(default_factory=dict)
    within: str = ""

    def text(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """Clean text, of at most so many characters; "" for none."""
        value = self.given.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            return self.wrong(name, "Please send it as text, in quotation marks.")
        found = clean(value).strip()
        if len(found) > longest:
            return self.wrong(name, f"It has {len(found):,} characters, and {longest:,} are the most.")
        return found

    def id(self) -> str:
        """The platform's own id, also where it was sent as a number."""
        value = self.given.get("id")
        if not isinstance(value, int) or isinstance(value, bool):
            said = self.text("id", LONGEST_ID)
            if SHORTENED.fullmatch(said):
                return self.wrong("id", "A spreadsheet has shortened this number. Give the column the format Text.")
            return said
        if abs(value) >= LARGEST_NUMBER:
            return self.wrong("id", "A number so large is not kept exactly by every tool. Please send it as text.")
        return str(value)

    def account(self) -> str:
        """The slug of the account that is named, by its slug or its name."""
        said = self.text("account").casefold()
        found = next((each.id for each in self.school.accounts if said in (each.id, each.name.casefold())), "")
        if not found:
            slugs = ", ".join(each.id for each in self.school.accounts)
            self.wrong("account", f"Please name one of the school's accounts: {slugs}.")
        return found

    def kind(self) -> Kind:
        """The kind that is named; a comment where none is."""
        said = self.text("kind").casefold()
        if not said:
            return Kind.COMMENT
        if said not in frozenset(Kind):
            self.wrong("kind", f"Please leave it out, or write one of: {', '.join(Kind)}.")
            return Kind.COMMENT
        return Kind(said)

    def link(self) -> str:
        """A whole web address, or ""."""
        found = self.text("link", LONGEST_LINK)
        if found and not is_link(found):
            return self.wrong("link", "Please give the whole address, beginning with https://, or leave it out.")
        return found

    def moment(self, name: str) -> datetime | None:
        """A moment (UTC) that has come; None where none is given. Without a zone it is the school's time."""
        if not (said := self.text(name)):
            return None
        try:
            at = when(said, self.school.zone)
        except ValueError:
            self.wrong(name, f"That is not a time. {TIMES}")
            return None
        if at > self.now + AHEAD:
            self.wrong(name, "That time has not come yet.")
            return None
        return min(at, self.now)

    def yes(self, name: str) -> bool:
        """Whether it is so, said as true or false."""
        value = self.given.get(name)
        said = value.strip().casefold() if isinstance(value, str) else value
        if isinstance(said, bool):
            return said
        if said not in (None, "", "true", "false"):
            self.wrong(name, "Please send true or false, or leave it out.")
        return bool(said == "true")

    def only(self, names: tuple[str, ...]) -> None:
        """Every field is one of those there are."""
        for name in self.given:
            if name not in names:
                self.wrong(clean(name)[:40], f"There is no such field. Those there are: {', '.join(names)}.")

    def wrong(self, name: str, why: str) -> str:
        """Note what is wrong with a field, and take it as empty."""
        self.errors.setdefault(f"{self.within}{name}", why)
        return ""

    def replied(self) -> Said | None:
        """What the school replied; None when nothing is said of it."""
        value = self.given.get("replied")
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.wrong("replied", 'Please send {"at": the time}, with "text" and "where" if they are known.')
            return None
        part = Reading(value, self.school, self.now, self.errors, within="replied.")
        part.only(REPLY_FIELDS)
        at, words, where = part.moment("at"), part.text("text"), part.text("where", LONGEST_LINK)
        if at is None:
            part.wrong("at", f"Please say when the school replied. {TIMES}")
            return None
        return Said(words, where, EXEAT.id, at, REPORTED)


def read(given: Mapping[str, Any], school: School, now: datetime) -> Arrived:
    """One comment as it was given. Raises Unusable with everything that is wrong with it."""
    reading = Reading(given, school, now)
    reading.only(FIELDS)
    id, replied, gone = reading.id(), reading.replied(), reading.yes("deleted")
    arrived = Arrived(
        account=reading.account(),
        id=id,
        kind=reading.kind(),
        writer=reading.text("writer"),
        text=reading.text("text"),
        link=reading.link(),
        received=reading.moment("received"),
        replied=replied,
        gone=gone,
    )
    if not id:
        reading.wrong("id", "Please send the id by which the platform knows it, so that it is not logged twice.")
    if replied is None and not gone:
        reading.errors |= missing(arrived, reading.errors)
    if arrived.received is not None and replied is not None and replied.at < arrived.received:
        reading.wrong("replied.at", "That is before it was received.")
    if reading.errors:
        raise Unusable(reading.errors)
    return arrived


def missing(arrived: Arrived, errors: Mapping[str, str]) -> dict[str, str]:
    """What a comment cannot be logged without, unless it is named as wrong already."""
    found = {}
    if not arrived.text and "text" not in errors:
        found["text"] = "Please send what they wrote, word for word."
    if arrived.received is None and "received" not in errors:
        found["received"] = f"Please say when it was received. {TIMES}"
    return found


def when(said: str, zone: ZoneInfo) -> datetime:
    """The moment (UTC) that is written in ISO 8601 or as day/month/year hour:minute.

    Without an offset it is in the zone, and the first passing of a time that comes twice. Raises ValueError for
    anything else, also for a date without a time of day.
    """
    if british := BRITISH.fullmatch(said):
        day, month, year, hour, rest = british.groups()
        said = f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}{rest}"
    at = datetime.fromisoformat(said)
    if ":" not in said and "T" not in said:
        raise ValueError("a date without a time of day")
    try:
        return as_utc(at if at.tzinfo is not None else at.replace(tzinfo=zone))
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error


def writer(name: str) -> str:
    """The writer's name on one line, shortened to what is kept of one."""
    return shorten(" ".join(name.split()), LONGEST_WRITER)[0]
