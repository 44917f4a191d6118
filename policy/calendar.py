"""When the school is at work: working days, staffed hours, and moving between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays

SATURDAY, SUNDAY = 5, 6
_FURTHEST = 800
"""How many days a search for a working day goes on before it gives up."""


class NeverOpen(ValueError):
    """The calendar has no working day for more than two years on end, so nothing can be timed by it."""


@cache
def _bank_holidays(year: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year).items())


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError when it has no zone, rather than guess one."""
    if moment.utcoffset() is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC)


def day_in_words(day: date) -> str:
    """The day as it is said to people: "Tuesday 30 March"."""
    return f"{day:%A} {day.day} {day:%B}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The school's working time: Monday to Friday, without England's bank holidays and the school's closures.

    `opens` and `closes` are wall-clock times in `zone`, so a staffed day keeps its hours when the clocks
    change. `closures` and `terms` are local dates, both ends included; without terms, England's are taken. Moments
    go in aware, in any zone, and come out in UTC; a moment without a zone raises ValueError. Where a calendar has
    no working day within reach, the searches raise NeverOpen.

    Staffed time is half open: the moment of opening belongs to it, the moment of closing does not.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))
    opens: time = time(8)
    closes: time = time(17)
    closures: tuple[tuple[date, date], ...] = ()
    treat_as_weekend: bool = False
    terms: tuple[tuple[date, date], ...] = ()

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("staffed hours are wall-clock times, without a zone of their own")
        if self.opens >= self.closes:
            raise ValueError("staffed hours must begin before they end")
        if any(last < first for first, last in self.closures):
            raise ValueError("a closure must not end before it begins")

    def local(self, moment: datetime) -> datetime:
        """The moment as the school's clocks show it. Raises ValueError when it has no zone."""
        return as_utc(moment).astimezone(self.zone)

    def today(self, now: datetime) -> date:
        """The local date at that moment."""
        return self.local(now).date()

    def at(self, day: date, clock: time) -> datetime:
        """The moment, in UTC, when the school's clocks show `clock` on that local date.

        A time that a clock change repeats means its first passing, unless `clock.fold` is 1.
        """
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def is_weekend(self, day: date) -> bool:
        """Whether the local date is a Saturday or a Sunday."""
        return day.weekday() >= SATURDAY

    def bank_holiday(self, day: date) -> str:
        """The name of England's bank holiday on that date, or "" when it is none."""
        return _bank_holidays(day.year).get(day, "")

    def is_closure(self, day: date) -> bool:
        """Whether the school has marked the local date as a closure or a day without pupils and staff."""
        return any(first <= day <= last for first, last in self.closures)

    def is_working(self, day: date) -> bool:
        """Whether staff work on the local date."""
        return not (self.is_weekend(day) or self.bank_holiday(day) or self.is_closure(day))

    def why_not_working(self, day: date) -> str:
        """What the day is instead of a working day, to follow "it is": "a Saturday", "a closure day", or "".

        A bank holiday is named: "a bank holiday (Easter Monday)".
        """
        if self.is_weekend(day):
            return f"a {day:%A}"
        if name := self.bank_holiday(day):
            return f"a bank holiday ({name})"
        return "a closure day" if self.is_closure(day) else ""

    def hours(self, day: date) -> tuple[datetime, datetime] | None:
        """When the local date's staffed time begins and ends, in UTC; None on a day that is not a working day.

        If a clock change falls inside, the day is longer or shorter in elapsed time, never by the clock.
        """
        return _hours(self, day)

    def is_staffed(self, moment: datetime) -> bool:
        """Whether the moment lies in staffed time."""
        hours = self.hours(self.today(moment))
        return hours is not None and hours[0] <= moment < hours[1]

    def next_staffed_start(self, moment: datetime) -> datetime:
        """The moment itself when it is staffed, otherwise when the next staffed time begins; in UTC."""
        return next(max(start, as_utc(moment)) for start, end in self._from(moment) if moment < end)

    def last_staffed_end(self, moment: datetime) -> datetime:
        """The latest end of staffed time at or before the moment, in UTC."""
        return next(end for _, end in self._back_from(moment) if end <= moment)

    def last_staffed(self, moment: datetime) -> datetime:
        """The moment itself when it is staffed or just closing, otherwise the last closing before it; in UTC."""
        return next(min(end, as_utc(moment)) for start, end in self._back_from(moment) if start <= moment)

    def add_staffed(self, start: datetime, span: timedelta) -> datetime:
        """The moment, in UTC, when `span` of staffed time has gone by since `start`.

        Outside staffed time the count begins when it next does. A span that is used up exactly at
        closing ends there, not on the next morning. Raises ValueError for a negative span.
        """
        if span < timedelta():
            raise ValueError("staffed time is only counted forwards")
        moment = as_utc(start)
        for opening, closing in self._from(moment):
            if moment >= closing:
                continue
            begun = max(opening, moment)
            if span <= closing - begun:
                return begun + span
            span -= closing - begun
        raise AssertionError("the staffed days ran out without saying so")

    def take_staffed(self, end: datetime, span: timedelta) -> datetime:
        """The latest moment, in UTC, from which `span` of staffed time goes by until `end`.

        Raises ValueError for a span that is not positive.
        """
        if span <= timedelta():
            raise ValueError("staffed time is only taken back")
        for opening, closing in self._back_from(end):
            over = min(closing, as_utc(end))
            if over <= opening:
                continue
            if span <= over - opening:
                return over - span
            span -= over - opening
        raise AssertionError("the staffed days ran out without saying so")

    def next_staffed_hour(self, moment: datetime) -> datetime:
        """The first moment after this one that is a whole number of hours after staffed time began; in UTC."""
        hour = timedelta(hours=1)
        for opening, closing in self._from(moment):
            at = opening if moment < opening else opening + ((as_utc(moment) - opening) // hour + 1) * hour
            if at < closing:
                return at
        raise AssertionError("the staffed days ran out without saying so")

    def next_working_morning(self, moment: datetime) -> datetime:
        """The first beginning of staffed time after the moment, never the moment itself; in UTC."""
        return next(start for start, _ in self._from(moment) if start > moment)

    def next_working_day(self, day: date) -> date:
        """The first working day after the local date."""
        for ahead in range(1, _FURTHEST):
            if self.is_working(day + timedelta(ahead)):
                return day + timedelta(ahead)
        raise _never_open(day)

    def _from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        return self._walk(self.today(moment), 1)

    def _back_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        return self._walk(self.today(moment), -1)

    def _walk(self, day: date, step: int) -> Iterator[tuple[datetime, datetime]]:
        """The staffed times from that day on, or back; it gives up only where none comes for a long while."""
        idle = 0
        while idle < _FURTHEST:
            hours = self.hours(day)
            idle = 0 if hours else idle + 1
            if hours:
                yield hours
            day += timedelta(step)
        raise _never_open(day)


@lru_cache(maxsize=4_096)
def _hours(calendar: Calendar, day: date) -> tuple[datetime, datetime] | None:
    """`Calendar.hours`, kept: a school asks for the same few days all day long."""
    if not calendar.is_working(day):
        return None
    start, end = calendar.at(day, calendar.opens), calendar.at(day, calendar.closes.replace(fold=1))
    return (start, end) if start < end else None


def _never_open(day: date) -> NeverOpen:
    return NeverOpen(f"no working day was found in the {_FURTHEST} days up to {day}: please check the closures")
