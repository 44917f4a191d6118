"""The calendar: working days, staffed hours, and counting in them across weekends, holidays and clock changes."""

import pickle
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.calendar import Calendar, NeverOpen, as_utc, day_in_words

LONDON = ZoneInfo("Europe/London")
PLAIN = Calendar()
WITH_CLOSURES = Calendar(
    opens=time(8, 30),
    closes=time(15, 45),
    closures=((date(2027, 3, 22), date(2027, 3, 24)), (date(2027, 11, 1), date(2027, 11, 1))),
)
NIGHT_SHIFT = Calendar(opens=time(0, 30), closes=time(3))
CALENDARS = (PLAIN, WITH_CLOSURES, NIGHT_SHIFT)
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@cache
def staffed_minutes(calendar: Calendar) -> frozenset[int]:
    """An oracle that asks only the wall clock and the holidays package: the staffed minutes around the test days."""
    off = holidays.country_holidays("GB", subdiv="ENG", years=(2026, 2027))
    staffed = set()
    for first, days in ((date(2026, 12, 14), 32), (date(2027, 3, 12), 30), (date(2027, 10, 22), 24)):
        start = datetime.combine(first, time(), UTC)
        for moment in (start + n * MINUTE for n in range(days * 24 * 60)):
            local = moment.astimezone(LONDON)
            closed = any(begins <= local.date() <= ends for begins, ends in calendar.closures)
            working = local.weekday() < 5 and local.date() not in off and not closed
            if working and calendar.opens <= local.time() < calendar.closes:
                staffed.add(minute(moment))
    return frozenset(staffed)


def minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def moment_of(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


calendars = st.sampled_from(CALENDARS)
days = st.one_of(
    st.dates(date(2027, 3, 18), date(2027, 4, 2)),
    st.dates(date(2027, 10, 28), date(2027, 11, 4)),
    st.dates(date(2026, 12, 22), date(2027, 1, 6)),
)
edges = st.sampled_from([edge for calendar in CALENDARS for edge in (calendar.opens, calendar.closes)])
any_minute = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
moments = st.builds(
    lambda day, clock: datetime.combine(day, clock, LONDON).astimezone(UTC), days, st.one_of(edges, any_minute)
)


@settings(deadline=None)
@given(calendars, moments)
def test_staffed_is_what_the_wall_clock_says(calendar: Calendar, moment: datetime) -> None:
    assert calendar.is_staffed(moment) is (minute(moment) in staffed_minutes(calendar))


@settings(deadline=None)
@given(calendars, moments, st.integers(1, 600))
def test_adding_staffed_time_is_counting_staffed_minutes(calendar: Calendar, start: datetime, minutes: int) -> None:
    staffed, at, left = staffed_minutes(calendar), minute(start), minutes
    while left:
        left -= at in staffed
        at += 1
    assert calendar.add_staffed(start, minutes * MINUTE) == moment_of(at)


@settings(deadline=None)
@given(calendars, moments)
def test_the_next_staffed_start_is_the_first_staffed_minute(calendar: Calendar, moment: datetime) -> None:
    staffed, at = staffed_minutes(calendar), minute(moment)
    while at not in staffed:
        at += 1
    assert calendar.next_staffed_start(moment) == moment_of(at)
    assert calendar.add_staffed(moment, timedelta()) == moment_of(at)


@settings(deadline=None)
@given(calendars, moments)
def test_the_last_staffed_end_is_where_the_staffed_minutes_stop(calendar: Calendar, moment: datetime) -> None:
    staffed, at = staffed_minutes(calendar), minute(moment)
    while at in staffed or at - 1 not in staffed:
        at -= 1
    assert calendar.last_staffed_end(moment) == moment_of(at)
    assert calendar.last_staffed(moment) == (moment if minute(moment) in staffed else moment_of(at))


@settings(deadline=None)
@given(calendars, moments)
def test_the_next_working_morning_is_where_the_staffed_minutes_begin(calendar: Calendar, moment: datetime) -> None:
    staffed, at = staffed_minutes(calendar), minute(moment) + 1
    while at not in staffed or at - 1 in staffed:
        at += 1
    assert calendar.next_working_morning(moment) == moment_of(at)


@settings(deadline=None)
@given(
    calendars,
    moments,
    st.timedeltas(timedelta(), timedelta(hours=30)),
    st.timedeltas(timedelta(), timedelta(hours=30)),
)
def test_staffed_spans_add_up(calendar: Calendar, start: datetime, one: timedelta, two: timedelta) -> None:
    assert calendar.add_staffed(calendar.add_staffed(start, one), two) == calendar.add_staffed(start, one + two)


@settings(deadline=None)
@given(moments)
def test_answers_are_in_utc_whatever_zone_the_question_is_in(moment: datetime) -> None:
    elsewhere = moment.astimezone(ZoneInfo("Pacific/Auckland"))
    for ask in (PLAIN.next_staffed_start, PLAIN.last_staffed_end, PLAIN.last_staffed, PLAIN.next_working_morning):
        assert ask(elsewhere) == ask(moment)
        assert ask(elsewhere).tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2027, 3, 26), "a bank holiday (Good Friday)"),
        (date(2027, 3, 27), "a Saturday"),
        (date(2027, 3, 28), "a Sunday"),
        (date(2027, 3, 29), "a bank holiday (Easter Monday)"),
        (date(2027, 3, 30), ""),
        (date(2027, 8, 30), "a bank holiday (Late Summer Bank Holiday)"),
        (date(2027, 3, 23), "a closure day"),
        (date(2026, 12, 26), "a Saturday"),
    ],
)
def test_a_day_says_why_it_is_not_a_working_day(day: date, why: str) -> None:
    assert WITH_CLOSURES.why_not_working(day) == why
    assert WITH_CLOSURES.is_working(day) is (why == "")


def test_scottish_holidays_do_not_count() -> None:
    assert PLAIN.is_working(date(2026, 11, 30))
    assert PLAIN.is_working(date(2026, 8, 3))


def test_christmas_at_a_weekend_is_made_up_for() -> None:
    assert not PLAIN.is_working(date(2027, 12, 27))
    assert not PLAIN.is_working(date(2027, 12, 28))
    assert PLAIN.is_working(date(2027, 12, 29))


def test_hours_stay_the_same_by_the_clock_when_the_clocks_change() -> None:
    before, after = PLAIN.hours(date(2027, 3, 25)), PLAIN.hours(date(2027, 3, 30))
    assert before == (datetime(2027, 3, 25, 8, tzinfo=UTC), datetime(2027, 3, 25, 17, tzinfo=UTC))
    assert after == (datetime(2027, 3, 30, 7, tzinfo=UTC), datetime(2027, 3, 30, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2027-03-25T16:00", 4, "2027-03-30T11:00"),
        ("2027-10-29T16:00", 4, "2027-11-01T11:00"),
        ("2027-10-31T01:30", 4, "2027-11-01T12:00"),
        ("2027-03-30T13:00", 4, "2027-03-30T17:00"),
        ("2027-03-30T17:00", 1, "2027-03-31T09:00"),
        ("2027-03-30T06:00", 9, "2027-03-30T17:00"),
    ],
)
def test_staffed_hours_over_easter_and_the_clock_changes(start: str, hours: int, end: str) -> None:
    assert PLAIN.add_staffed(at(start), timedelta(hours=hours)) == at(end)


@pytest.mark.parametrize(
    ("after", "morning"),
    [
        ("2027-03-23T13:00", "2027-03-24T08:00"),
        ("2027-03-23T07:59", "2027-03-23T08:00"),
        ("2027-03-23T08:00", "2027-03-24T08:00"),
        ("2027-03-25T08:00", "2027-03-30T08:00"),
    ],
)
def test_the_next_working_morning_passes_over_easter(after: str, morning: str) -> None:
    assert PLAIN.next_working_morning(at(after)) == at(morning)


def test_staffed_time_is_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        PLAIN.add_staffed(at("2027-03-30T13:00"), -MINUTE)


def test_a_moment_without_a_zone_is_refused() -> None:
    searches = (PLAIN.next_staffed_start, PLAIN.last_staffed_end, PLAIN.next_working_morning)
    for ask in (as_utc, PLAIN.local, PLAIN.today, PLAIN.is_staffed, *searches):
        with pytest.raises(ValueError, match="zone"):
            ask(datetime(2027, 3, 30, 13))


def test_a_calendar_that_never_opens_says_so_instead_of_searching_on() -> None:
    never = Calendar(closures=((date(2000, 1, 1), date(2099, 12, 31)),))
    moment = at("2027-03-30T13:00")
    for ask in (never.next_staffed_start, never.last_staffed_end, never.last_staffed, never.next_working_morning):
        with pytest.raises(NeverOpen, match="closures"):
            ask(moment)
    with pytest.raises(NeverOpen):
        never.add_staffed(moment, MINUTE)
    with pytest.raises(NeverOpen):
        never.next_working_day(moment.date())


def test_a_closure_of_a_year_is_walked_past() -> None:
    long = Calendar(closures=((date(2027, 1, 1), date(2027, 12, 31)),))
    assert long.next_staffed_start(at("2027-03-30T13:00")) == at("2028-01-04T08:00")


def test_very_many_staffed_hours_are_counted_too() -> None:
    assert PLAIN.add_staffed(at("2027-01-04T08:00"), timedelta(hours=9 * 2000)) > at("2034-01-01T00:00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens": time(17), "closes": time(8)},
        {"opens": time(8), "closes": time(8)},
        {"opens": time(8, tzinfo=UTC)},
        {"closures": ((date(2027, 1, 2), date(2027, 1, 1)),)},
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"hours|closure|clock"):
        Calendar(**wrong)  # type: ignore[arg-type]


def test_a_calendar_is_a_plain_value() -> None:
    assert pickle.loads(pickle.dumps(WITH_CLOSURES)) == WITH_CLOSURES
    assert hash(Calendar()) == hash(PLAIN)


def test_days_are_said_as_people_say_them() -> None:
    assert day_in_words(date(2027, 3, 30)) == "Tuesday 30 March"
