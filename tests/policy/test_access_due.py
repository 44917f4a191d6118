"""By when somebody who asks for what is kept about them must have it, against dates worked out another way."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar import Calendar
from policy.clauses import cite
from policy.deadlines import access_due
from tests.policy.oracle import bank_holidays

PLAIN = Calendar()

days = st.dates(date(2024, 1, 1), date(2040, 11, 30))


def due(received: str, calendar: Calendar = PLAIN) -> str:
    """The local date by the end of which it is due."""
    local = calendar.local(access_due(date.fromisoformat(received), calendar).at)
    assert (local.hour, local.minute) == (23, 59)
    return local.date().isoformat()


@pytest.mark.parametrize(
    ("received", "by"),
    [
        ("2026-11-23", "2026-12-23"),
        ("2027-01-29", "2027-03-01"),
        ("2027-01-31", "2027-03-01"),
        ("2028-01-31", "2028-02-29"),
        ("2028-01-29", "2028-02-29"),
        ("2028-01-30", "2028-02-29"),
        ("2028-02-29", "2028-03-29"),
        ("2027-03-31", "2027-04-30"),
        ("2027-08-31", "2027-09-30"),
        ("2026-12-31", "2027-02-01"),
        ("2027-02-26", "2027-03-30"),
        ("2026-11-25", "2026-12-29"),
        ("2026-12-01", "2027-01-04"),
        ("2027-11-25", "2027-12-29"),
        ("2027-12-03", "2028-01-04"),
        ("2027-02-27", "2027-03-30"),
        ("2027-09-30", "2027-11-01"),
    ],
)
def test_a_month_and_then_to_the_next_day_that_is_no_weekend_and_no_bank_holiday(received: str, by: str) -> None:
    assert due(received) == by


def test_it_is_due_at_the_end_of_the_day_by_the_schools_clock_in_summer_and_in_winter() -> None:
    assert access_due(date(2027, 6, 1), PLAIN).at.isoformat() == "2027-07-01T22:59:00+00:00"
    assert access_due(date(2027, 1, 4), PLAIN).at.isoformat() == "2027-02-04T23:59:00+00:00"


def test_the_schools_own_closures_do_not_put_it_off() -> None:
    closed = Calendar(closures=((date(2026, 12, 21), date(2027, 1, 1)),))
    assert due("2026-11-23", closed) == "2026-12-23"


@pytest.mark.parametrize(
    ("received", "reason"),
    [
        (
            "2026-11-23",
            "Received on Monday 23 November 2026, so it is due within a month: by Wednesday 23 December 2026.",
        ),
        (
            "2027-01-31",
            "Received on Sunday 31 January 2027, so it is due within a month, and February has no 31st; "
            "28 February is a Sunday: by Monday 1 March 2027.",
        ),
        (
            "2027-02-26",
            "Received on Friday 26 February 2027, so it is due within a month; "
            "26 March is a bank holiday (Good Friday): by Tuesday 30 March 2027.",
        ),
    ],
)
def test_the_reason_says_what_moved_it(received: str, reason: str) -> None:
    found = access_due(date.fromisoformat(received), PLAIN)
    assert found.reason == reason
    assert "data protection" in cite(found.clause)


def a_month_on(day: date) -> date:
    """The same day of the next month, or its last one, found by walking there."""
    found = day + timedelta(1)
    while found.day != day.day:
        if (found + timedelta(1)).month not in (day.month, found.month) and found.month != day.month:
            return found
        found += timedelta(1)
    return found


@given(days)
def test_it_agrees_with_somebody_who_walks_through_the_days(received: date) -> None:
    walked = a_month_on(received)
    while walked.weekday() > 4 or walked in bank_holidays(walked.year):
        walked += timedelta(1)
    assert due(received.isoformat()) == walked.isoformat()
