"""The school's terms, for what is done once in each: when one begins, and what it is called."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache

from policy.calendar import Calendar


def term_began(now: datetime, calendar: Calendar) -> datetime:
    """When the term that `now` falls into, or follows, began: the first staffed moment of it, in UTC.

    The holidays belong to the term before them.
    """
    return max(at for at in _beginnings(now, calendar) if at <= now)


def term_begins(now: datetime, calendar: Calendar) -> datetime:
    """When the next term begins: the first staffed moment of it after `now`, in UTC."""
    return min(at for at in _beginnings(now, calendar) if at > now)


def term_name(now: datetime, calendar: Calendar) -> str:
    """What the term of `now` is called: "spring term 2027"."""
    first = calendar.today(term_began(now, calendar))
    if first.month >= 8:
        return f"autumn term {first.year}"
    summer = min(_after_easter(first.year), date(first.year, 4, 1))
    return f"{'summer' if first >= summer else 'spring'} term {first.year}"


def _beginnings(now: datetime, calendar: Calendar) -> Iterator[datetime]:
    """The first staffed moments of the terms of the years around."""
    for year in range(calendar.today(now).year - 1, calendar.today(now).year + 2):
        for first in _first_days(year, calendar):
            yield calendar.next_staffed_start(calendar.at(first, time.min))


def _first_days(year: int, calendar: Calendar) -> Iterator[date]:
    """The first days of the year's terms: the school's own, and England's for as long as it names none."""
    named = calendar.terms
    yield from (first for first, _ in named if first.year == year)
    for first in (date(year, 1, 1), _after_easter(year), date(year, 9, 1)):
        if not named or first > named[-1][1] or first < _terms_before(named[0][0]):
            yield first


def _terms_before(first: date) -> date:
    """From which day on England's terms are not taken: some weeks before the school's own first one."""
    return first - timedelta(weeks=8)


@cache
def _after_easter(year: int) -> date:
    """The day after Easter Monday."""
    days = (date(year, 3, 22) + timedelta(number) for number in range(40))
    return next(day for day in days if Calendar().bank_holiday(day) == "Easter Monday") + timedelta(1)
