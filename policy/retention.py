"""How long records are kept: from when each kind's time counts, and until when a record may not be deleted.

The time counts from when a record ended, never from when it was made. What is still open is kept, however old.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from policy.calendar import Calendar, day_in_words

CLAUSE = "data-protection"

LONGEST = 100 * 12
"""In months: as long as a school may choose."""

CONCERNS = "concerns"
"""The sort of which nothing is said to anybody but those who may read them: not how many there are, or go."""

RULES: Mapping[str, int] = {
    "posts": 3 * 12,
    "comments": 3 * 12,
    "incidents": 6 * 12,
    "breaches": 6 * 12,
    "wordings": 3 * 12,
    "absences": 3 * 12,
    CONCERNS: 50 * 12,
}
"""How many months each sort of record is kept where the school does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How many months each sort of record is kept at this school, and the calendar by which that counts."""

    calendar: Calendar
    months: Mapping[str, int] = field(default_factory=lambda: dict(RULES))

    def until(self, ended: datetime, *sorts: str) -> "tuple[datetime, str]":
        """The first moment (UTC) at which a record that ended then may go, and why then: the longest of the sorts
        counts, and the last day belongs to it.
        """
        sort = max(sorts, key=lambda name: self.months[name])
        on = self.calendar.today(ended)
        last = months_after(on, self.months[sort])
        why = f"It ended on {_in_words(on)}; {sort} are kept for {duration(self.months[sort])} from then."
        return self.calendar.at(last + timedelta(days=1), time.min), why

    def shortest(self, sorts: Iterable[str]) -> int:
        """The shortest time, in months, of those sorts; none at all where no rule applies."""
        return min((self.months[name] for name in sorts), default=0)


@dataclass(frozen=True, slots=True)
class Kept:
    """Until when (UTC) a record is kept, and why until then. `until` is None for one that is still open.

    `made` is when it came to be (UTC): it cannot have ended before. `held`: somebody has said, in the record itself,
    that it must stay.
    """

    made: datetime
    until: datetime | None
    why: str
    clause: str = CLAUSE
    held: bool = False

    def is_over(self, now: datetime) -> bool:
        """Whether it may go at that moment."""
        return self.until is not None and self.until <= now


def months_after(day: date, months: int) -> date:
    """The same day so many months on, or that month's last day where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def duration(months: int) -> str:
    """So many months in words: "3 years", "18 months"."""
    years, rest = divmod(months, 12)
    number, unit = (months, "month") if rest or not years else (years, "year")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def while_open(made: datetime) -> Kept:
    """What is still open is kept."""
    return Kept(made, None, "It is still open, and what is open is kept.")


def once_ended(made: datetime, ended: datetime, retention: Retention, *sorts: str) -> Kept:
    """What has ended is kept by the longest of those sorts."""
    until, why = retention.until(max(made, ended), *sorts)
    return Kept(made, until, why)


def _in_words(day: date) -> str:
    return f"{day_in_words(day)} {day.year}"
