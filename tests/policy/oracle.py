"""The comment clock told a second time and another way: hand-written holidays, and stepping through the minutes.

It asks nothing of `policy`. Moments are whole seconds since 1970; days are local dates.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3_600, 86_400

_BY_HAND = {
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
}
BANK_HOLIDAYS = {date.fromisoformat(f"{year}-{day}") for year, days in _BY_HAND.items() for day in days.split()}
"""The weekdays of 2026 to 2028 that are bank holidays in England, copied by hand."""


def easter(year: int) -> date:
    """Easter Sunday in the western churches, by Gauss's rule as it was mended for 1900 to 2099."""
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    days = d + e - 7 if e == 6 and (d == 29 or (d == 28 and a > 10)) else d + e
    return date(year, 3, 22) + timedelta(days)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The weekdays of a year that are bank holidays in England by the standing rules, one-off days left out."""
    mondays = {month: [d for d in _days(year, month) if d.weekday() == 0] for month in (5, 8)}
    found = {easter(year) - timedelta(2), easter(year) + timedelta(1)}
    found |= {mondays[5][0], mondays[5][-1], mondays[8][-1]}
    for month, day in ((1, 1), (12, 25), (12, 26)):
        moved = date(year, month, day)
        while moved.weekday() > 4 or moved in found:
            moved += timedelta(1)
        found.add(moved)
    return frozenset(found)


def working(day: date, closures: Collection[date] = ()) -> bool:
    """Whether staff work on the local date."""
    return day.weekday() < 5 and day not in bank_holidays(day.year) and day not in closures


def reply_due(received: datetime, zone: ZoneInfo, closures: Collection[date] = (), *, relaxed: bool = False) -> int:
    """When a reply is due: a day's seconds later; or the minute before the first midnight after a working day."""
    second = int(received.timestamp())
    day = _day(second, zone)
    if day.weekday() < 5 and (working(day, closures) or not relaxed):
        return second + DAY
    minute = second - second % MINUTE
    while _day(minute, zone) == day or not working(_day(minute, zone), closures):
        minute += 15 * MINUTE
    day = _day(minute, zone)
    while _day(minute, zone) == day:
        minute += 15 * MINUTE
    while _day(minute, zone) != day:
        minute -= MINUTE
    return minute


class Hours:
    """A stretch of time, minute by minute: which minutes are staffed, and what lies before and after each.

    `opens` and `closes` are wall-clock hours. A question about a moment near the stretch's ends raises IndexError.
    """

    def __init__(
        self, first: date, last: date, zone: ZoneInfo, opens: int, closes: int, closures: Collection[date] = ()
    ) -> None:
        start = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
        self._zero = start // MINUTE
        minutes = ((last - first).days + 1) * DAY // MINUTE
        self._staffed = bytearray(minutes)
        for n in range(minutes):
            local = datetime.fromtimestamp(start + n * MINUTE, zone)
            self._staffed[n] = opens <= local.hour < closes and working(local.date(), closures)

    def staffed(self, second: int) -> bool:
        """Whether somebody is there at that second."""
        return bool(self._staffed[self._at(second)])

    def closing(self, second: int) -> bool:
        """Whether staffed time ends with that very second."""
        n = self._at(second)
        return second % MINUTE == 0 and bool(self._staffed[n - 1]) and not self._staffed[n]

    def opening(self, second: int) -> int:
        """The next beginning of staffed time at or after an unstaffed second; a staffed second itself."""
        return second if self.staffed(second) else self._second(self._staffed.index(1, self._at(second)))

    def morning(self, second: int) -> int:
        """The first beginning of staffed time after the second."""
        n = self._at(second)
        return self._second(self._staffed.index(b"\0\1", n) + 1)

    def ending(self, second: int) -> int:
        """The last end of staffed time at or before the second."""
        return self._second(self._staffed.rindex(b"\1\0", 0, self._at(second) + 1) + 1)

    def back(self, second: int, minutes: int) -> int:
        """The second so many staffed minutes before: each staffed minute that is stepped over counts."""
        while minutes:
            second -= MINUTE
            minutes -= self.staffed(second)
        return second

    def on(self, second: int, minutes: int) -> int:
        """The second so many staffed minutes later."""
        second = self.opening(second)
        while minutes:
            minutes -= self.staffed(second)
            second += MINUTE
        return second

    def any_left(self, second: int, until: int) -> bool:
        """Whether any staffed time lies between the two seconds."""
        return self._staffed.find(1, self._at(second), self._at(until - 1) + 1) >= 0

    def _at(self, second: int) -> int:
        n = second // MINUTE - self._zero
        if not 0 <= n < len(self._staffed):
            raise IndexError("outside the stretch")
        return n

    def _second(self, n: int) -> int:
        return (n + self._zero) * MINUTE


def ladder(hours: Hours, received: int, logged: int, due: int) -> Mapping[str, int]:
    """When everybody is told of a comment that nobody deals with, by the name of the rung; what is left out is not
    told of. The seconds are those at which it is said; `again` is the first of its kind.
    """
    half = received + (due - received) // 2
    told = {}
    if due <= logged or hours.any_left(logged, due):
        told["logged"] = hours.opening(logged)
    else:
        told["logged"] = logged
    for name, at in (("half", half), ("last", hours.ending(due)), ("hour", hours.back(due, 60))):
        moved = at
        if not hours.staffed(at) and not hours.closing(at):
            moved = hours.opening(at) if hours.any_left(at, due) else hours.ending(due)
        if logged < at < due and logged < moved:
            told[name] = moved
    told["overdue"] = hours.opening(max(due, logged))
    told["again"] = full_hour(hours, told["overdue"])
    return told


def full_hour(hours: Hours, second: int) -> int:
    """The first staffed second after this one that is a whole number of hours after staffed time began."""
    at = second - second % MINUTE + MINUTE
    since = hours.ending(at)
    while True:
        if hours.staffed(at) and (at - hours.opening(since)) % HOUR == 0:
            return at
        at += MINUTE
        if hours.closing(at):
            since = at


def _day(second: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(second, zone).date()


def _days(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    return [day for n in range(31) if (day := first + timedelta(n)).month == month]
