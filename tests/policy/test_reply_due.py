"""The comment clock, to the minute: from when a comment was received to when it must be answered."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.calendar import Calendar
from policy.deadlines import reply_due
from tests.policy import oracle

LONDON = ZoneInfo("Europe/London")
HALF_TERM, CHRISTMAS = (date(2026, 10, 26), date(2026, 10, 30)), (date(2026, 12, 21), date(2027, 1, 1))
INSET = (date(2027, 1, 4), date(2027, 1, 4))
CLOSURES = (HALF_TERM, CHRISTMAS, INSET)
SHUT = frozenset(first + timedelta(n) for first, last in CLOSURES for n in range((last - first).days + 1))

WEEKS = [
    ("2027-02-15T00:00", "2027-02-16T00:00"),
    ("2027-02-16T08:15", "2027-02-17T08:15"),
    ("2027-02-17T12:30", "2027-02-18T12:30"),
    ("2027-02-18T17:00", "2027-02-19T17:00"),
    ("2027-02-19T23:59", "2027-02-20T23:59"),
    ("2027-02-20T00:00", "2027-02-22T23:59"),
    ("2027-02-21T23:59", "2027-02-22T23:59"),
    ("2028-02-28T18:20", "2028-02-29T18:20"),
    ("2028-02-29T18:20", "2028-03-01T18:20"),
    ("2026-12-31T23:30", "2027-01-01T23:30"),
    ("2027-12-31T07:00", "2028-01-01T07:00"),
]
"""The days of a week and the ends of months and years: received, and due where bank holidays are no weekend."""

CLOCK_CHANGES = [
    ("2026-03-27T23:59", "2026-03-28T23:59"),
    ("2026-03-28T23:30", "2026-03-30T23:59"),
    ("2026-03-29T00:30", "2026-03-30T23:59"),
    ("2026-03-29T03:30", "2026-03-30T23:59"),
    ("2026-03-30T00:00", "2026-03-31T00:00"),
    ("2026-10-23T23:59", "2026-10-24T23:59"),
    ("2026-10-24T23:30", "2026-10-26T23:59"),
    ("2026-10-25T00:30", "2026-10-26T23:59"),
    ("2026-10-25T01:30", "2026-10-26T23:59"),
    ("2026-10-26T00:00", "2026-10-27T00:00"),
    ("2027-03-26T23:59", "2027-03-27T23:59"),
    ("2027-03-27T23:30", "2027-03-30T23:59"),
    ("2027-03-28T00:30", "2027-03-30T23:59"),
    ("2027-03-28T03:30", "2027-03-30T23:59"),
    ("2027-03-29T00:00", "2027-03-30T00:00"),
    ("2027-10-29T23:59", "2027-10-30T23:59"),
    ("2027-10-30T23:30", "2027-11-01T23:59"),
    ("2027-10-31T00:30", "2027-11-01T23:59"),
    ("2027-10-31T01:30", "2027-11-01T23:59"),
    ("2027-11-01T00:00", "2027-11-02T00:00"),
    ("2028-03-24T23:59", "2028-03-25T23:59"),
    ("2028-03-25T23:30", "2028-03-27T23:59"),
    ("2028-03-26T00:30", "2028-03-27T23:59"),
    ("2028-03-26T03:30", "2028-03-27T23:59"),
    ("2028-03-27T00:00", "2028-03-28T00:00"),
    ("2028-10-27T23:59", "2028-10-28T23:59"),
    ("2028-10-28T23:30", "2028-10-30T23:59"),
    ("2028-10-29T00:30", "2028-10-30T23:59"),
    ("2028-10-29T01:30", "2028-10-30T23:59"),
    ("2028-10-30T00:00", "2028-10-31T00:00"),
]
"""From the Friday before to the Monday after each change of the clocks."""

EVES = [
    ("2026-04-02T14:10", "2026-04-03T14:10"),
    ("2026-04-04T14:10", "2026-04-07T23:59"),
    ("2026-05-03T14:10", "2026-05-05T23:59"),
    ("2026-12-26T14:10", "2026-12-29T23:59"),
    ("2027-03-25T14:10", "2027-03-26T14:10"),
    ("2027-03-28T14:10", "2027-03-30T23:59"),
    ("2027-12-25T14:10", "2027-12-29T23:59"),
    ("2028-01-01T14:10", "2028-01-04T23:59"),
    ("2028-04-15T14:10", "2028-04-18T23:59"),
    ("2028-12-24T14:10", "2028-12-27T23:59"),
]
"""Just before bank holidays, and at the weekends that they make longer."""

HOLIDAYS = [
    ("2026-01-01T10:00", "2026-01-02T10:00", "2026-01-02T23:59"),
    ("2026-04-03T23:59", "2026-04-04T23:59", "2026-04-07T23:59"),
    ("2026-04-06T00:00", "2026-04-07T00:00", "2026-04-07T23:59"),
    ("2026-05-04T16:45", "2026-05-05T16:45", "2026-05-05T23:59"),
    ("2026-05-25T10:00", "2026-05-26T10:00", "2026-05-26T23:59"),
    ("2026-08-31T23:59", "2026-09-01T23:59", "2026-09-01T23:59"),
    ("2026-12-25T00:00", "2026-12-26T00:00", "2026-12-29T23:59"),
    ("2026-12-28T16:45", "2026-12-29T16:45", "2026-12-29T23:59"),
    ("2027-01-01T10:00", "2027-01-02T10:00", "2027-01-04T23:59"),
    ("2027-03-26T23:59", "2027-03-27T23:59", "2027-03-30T23:59"),
    ("2027-03-29T00:00", "2027-03-30T00:00", "2027-03-30T23:59"),
    ("2027-05-03T16:45", "2027-05-04T16:45", "2027-05-04T23:59"),
    ("2027-05-31T10:00", "2027-06-01T10:00", "2027-06-01T23:59"),
    ("2027-08-30T23:59", "2027-08-31T23:59", "2027-08-31T23:59"),
    ("2027-12-27T00:00", "2027-12-28T00:00", "2027-12-29T23:59"),
    ("2027-12-28T16:45", "2027-12-29T16:45", "2027-12-29T23:59"),
    ("2028-01-03T10:00", "2028-01-04T10:00", "2028-01-04T23:59"),
    ("2028-04-14T23:59", "2028-04-15T23:59", "2028-04-18T23:59"),
    ("2028-04-17T00:00", "2028-04-18T00:00", "2028-04-18T23:59"),
    ("2028-05-01T16:45", "2028-05-02T16:45", "2028-05-02T23:59"),
    ("2028-05-29T10:00", "2028-05-30T10:00", "2028-05-30T23:59"),
    ("2028-08-28T23:59", "2028-08-29T23:59", "2028-08-29T23:59"),
    ("2028-12-25T00:00", "2028-12-26T00:00", "2028-12-27T23:59"),
    ("2028-12-26T16:45", "2028-12-27T16:45", "2028-12-27T23:59"),
]
"""On every bank holiday: received, due literally, and due where the school treats it like a weekend."""

CLOSED = [
    ("2026-10-23T09:05", "2026-10-24T09:05", "2026-10-24T09:05"),
    ("2026-10-24T09:05", "2026-11-02T23:59", "2026-11-02T23:59"),
    ("2026-10-26T09:05", "2026-10-27T09:05", "2026-11-02T23:59"),
    ("2026-10-30T09:05", "2026-10-31T09:05", "2026-11-02T23:59"),
    ("2026-11-01T09:05", "2026-11-02T23:59", "2026-11-02T23:59"),
    ("2026-12-21T09:05", "2026-12-22T09:05", "2027-01-05T23:59"),
    ("2026-12-25T09:05", "2026-12-26T09:05", "2027-01-05T23:59"),
    ("2026-12-28T09:05", "2026-12-29T09:05", "2027-01-05T23:59"),
    ("2026-12-31T09:05", "2027-01-01T09:05", "2027-01-05T23:59"),
    ("2027-01-01T09:05", "2027-01-02T09:05", "2027-01-05T23:59"),
    ("2027-01-02T09:05", "2027-01-05T23:59", "2027-01-05T23:59"),
    ("2027-01-04T09:05", "2027-01-05T09:05", "2027-01-05T23:59"),
]
"""Around and on closure days: received, due literally, and due where the school treats them like a weekend."""

ABROAD = [
    ("2027-04-29T12:00", "Africa/Cairo", "2027-04-30T13:00"),
    ("2027-10-28T12:00", "Africa/Cairo", "2027-10-29T11:00"),
    ("2027-03-25T12:00", "Asia/Jerusalem", "2027-03-26T13:00"),
    ("2027-03-26T01:30", "Asia/Jerusalem", "2027-03-27T02:30"),
]
"""Where the clocks change on a weekday: received, the zone, and due, in that zone's time."""

TABLE = [
    *((received, (), False, due) for received, due in WEEKS + CLOCK_CHANGES + EVES),
    *((received, (), False, due) for received, due, _ in HOLIDAYS),
    *((received, (), True, due) for received, _, due in HOLIDAYS),
    *((received, CLOSURES, False, due) for received, due, _ in CLOSED),
    *((received, CLOSURES, True, due) for received, _, due in CLOSED),
]

YEARS = [Calendar(), Calendar(treat_as_weekend=True), Calendar(closures=CLOSURES, treat_as_weekend=True)]

moments = st.datetimes(datetime(2026, 1, 1), datetime(2046, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))
nights = st.builds(
    lambda day, seconds: (
        datetime.combine(day, datetime.min.time(), LONDON).astimezone(UTC) + timedelta(seconds=seconds)
    ),
    st.dates(date(2026, 1, 1), date(2046, 12, 31)),
    st.integers(-3_700, 3_700),
)
any_time = st.one_of(moments, nights)


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(("received", "closures", "relaxed", "due"), TABLE)
def test_a_reply_is_due(received: str, closures: tuple[tuple[date, date], ...], relaxed: bool, due: str) -> None:
    calendar = Calendar(closures=closures, treat_as_weekend=relaxed)
    found = reply_due(at(received), calendar).at
    assert f"{found.astimezone(LONDON):%Y-%m-%dT%H:%M}" == due
    assert found == at(due)
    assert found.timestamp() == oracle.reply_due(at(received), LONDON, SHUT if closures else (), relaxed=relaxed)


@pytest.mark.parametrize(("received", "zone", "due"), ABROAD)
def test_a_day_is_24_hours_long_also_where_the_clocks_change_in_the_week(received: str, zone: str, due: str) -> None:
    there = ZoneInfo(zone)
    found = reply_due(at(received, there), Calendar(zone=there)).at
    assert found == at(due, there)
    assert found.timestamp() == at(received, there).timestamp() + oracle.DAY
    assert found.timestamp() == oracle.reply_due(at(received, there), there)


def test_the_table_is_as_long_and_as_wide_as_it_should_be() -> None:
    assert len(TABLE) >= 60
    for relaxed in (False, True):
        days = {date.fromisoformat(received[:10]) for received, _, each, _ in TABLE if each is relaxed}
        assert days >= oracle.BANK_HOLIDAYS
    assert {at(received).weekday() for received, _ in WEEKS} == set(range(7))


@pytest.mark.parametrize("year", range(2026, 2047))
def test_the_bank_holidays_are_those_that_the_rules_give(year: int) -> None:
    calendar, first = Calendar(), date(year, 1, 1)
    days = [day for n in range(366) if (day := first + timedelta(n)).year == year and day.weekday() < 5]
    assert {day for day in days if calendar.bank_holiday(day)} == oracle.bank_holidays(year)


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_the_rules_give_the_bank_holidays_that_are_known(year: int) -> None:
    assert oracle.bank_holidays(year) == {day for day in oracle.BANK_HOLIDAYS if day.year == year}


@settings(max_examples=400)
@given(any_time, st.sampled_from(YEARS))
def test_for_twenty_years_it_is_due_when_counting_the_minutes_says(received: datetime, calendar: Calendar) -> None:
    due = reply_due(received, calendar).at
    closed = SHUT if calendar.closures else ()
    expected = oracle.reply_due(received, LONDON, closed, relaxed=calendar.treat_as_weekend)
    assert received < due
    assert int(due.timestamp()) == expected


@settings(max_examples=400)
@given(any_time, st.sampled_from(YEARS))
def test_a_comment_of_a_working_day_has_exactly_24_hours(received: datetime, calendar: Calendar) -> None:
    if oracle.working(received.astimezone(LONDON).date(), SHUT if calendar.closures else ()):
        assert reply_due(received, calendar).at - received == timedelta(hours=24)
    else:
        assert reply_due(received, calendar).at > received


@settings(max_examples=400)
@given(any_time, st.one_of(st.timedeltas(timedelta(), timedelta(days=6)), st.just(timedelta(microseconds=1))))
def test_received_later_it_is_never_due_earlier_by_the_same_rule(received: datetime, later: timedelta) -> None:
    for calendar in YEARS:
        first, second = reply_due(received, calendar), reply_due(received + later, calendar)
        if calendar.treat_as_weekend or (first.target is None) is (second.target is None):
            assert first.at <= second.at


def test_by_the_letter_the_night_before_a_bank_holiday_is_longer_than_its_morning() -> None:
    """The one place where later is earlier: a weekend runs past the holiday, and the holiday itself does not."""
    sunday, monday = at("2027-05-02T23:59"), at("2027-05-03T00:00")
    assert reply_due(sunday, Calendar()).at == at("2027-05-04T23:59")
    assert reply_due(monday, Calendar()).at == at("2027-05-04T00:00")
