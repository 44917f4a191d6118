"""Being away: from which day to which, and who acts meanwhile."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from policy.calendar import Calendar
from policy.people import Person, same_person
from policy.record import Plain, Record
from policy.refused import Unusable, WrongState
from policy.retention import Kept, Retention, once_ended, while_open

OPEN_KEY = "open"
"""The key by which the absences that are not over yet are found."""


@dataclass(frozen=True, slots=True)
class Away(Plain):
    """A person's absence: the days (local dates, both included) and who acts for them, if anybody.

    `state` is planned, then begun, then over; or cancelled.
    """

    id: str
    school: str
    person: str
    delegate: str
    first: date
    last: date
    made_at: datetime
    next_due: datetime | None = field()
    state: str = "planned"
    rev: int = 0

    KIND: ClassVar[str] = "away"
    PREFIX: ClassVar[str] = "A"

    @property
    def owner(self) -> str:
        return self.person

    @property
    def open(self) -> bool:
        """Whether it is neither over nor called off."""
        return self.state in ("planned", "begun")

    @property
    def keys(self) -> tuple[str, ...]:
        acting = (f"delegate:{self.delegate}",) if self.delegate else ()
        return (OPEN_KEY, *acting) if self.open else ()

    def covers(self, day: date) -> bool:
        """Whether the person is away on the local date."""
        return self.open and self.first <= day <= self.last

    def cancelled(self) -> "Away":
        """The absence called off: the person is back. Raises WrongState when it is over or called off already."""
        if not self.open:
            raise WrongState(
                f"{self.id} is {self.state} already.",
                "There is nothing left to call off.",
                "Type /away to see what is planned.",
            )
        return replace(self, state="cancelled", next_due=None)


def plan_away(
    id: str, person: Person, delegate: Person | None, first: date, last: date, now: datetime, calendar: Calendar
) -> Away:
    """A new absence. Raises Unusable for dates in the past or the wrong way round, or for naming oneself."""
    errors: dict[str, str] = {}
    if last < first:
        errors["last"] = "The last day is before the first. Please check the two dates."
    elif last < calendar.today(now):
        errors["last"] = "Those days have passed. Please give days from today on."
    elif (last - first).days > 366:
        errors["last"] = "That is longer than a year. Please give at most a year at a time."
    if delegate is not None and same_person(person, delegate):
        errors["delegate"] = "Please name somebody else: nobody stands in for themselves."
    if errors:
        raise Unusable(errors)
    acting = delegate.id if delegate else ""
    return pass_time(Away(id, person.school, person.id, acting, first, last, now, None), now, calendar)


def pass_time(away: Away, now: datetime, calendar: Calendar) -> Away:
    """The absence as it stands at the moment.

    The right to act goes by the local days (`covers`); what waits changes hands, and people hear of it, at the
    first staffed moment of them, and again at the first one after.
    """
    if not away.open:
        return replace(away, next_due=None)
    days = calendar.at(away.first, time.min), calendar.at(away.last + timedelta(days=1), time.min)
    begins, ends = (calendar.next_staffed_start(midnight) for midnight in days)
    if now >= ends:
        return replace(away, state="over", next_due=None)
    return replace(away, state="begun", next_due=ends) if now >= begins else replace(away, next_due=begins)


def away_on(day: date, absences: Iterable[Away]) -> Away | None:
    """The absence that covers the local date: the one named last, when several do."""
    return max((away for away in absences if away.covers(day)), key=lambda away: away.made_at, default=None)


def absence_kept(away: Away, parts: Sequence[Record], retention: Retention) -> Kept:
    """An absence: from its last day, also when it was called off."""
    if away.open:
        return while_open(away.made_at)
    return once_ended(away.made_at, retention.calendar.at(away.last, time.max), retention, "absences")
