"""When somebody is reminded of an incident, and the breach clock against an oracle that knows no zones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar import Calendar
from policy.deadlines import breach_due
from policy.incident import Assessment, Breach, Decision, Incident, Press, Report, Severity, State, Verdict
from policy.incident.due import Nag, began, fall_due, hours_left, in_time, schedule

CALENDAR = Calendar()
MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def incident(reported: datetime = MONDAY, **more: object) -> Incident:
    """An incident as it was reported."""
    first = Incident("I-1", "harbour", Report("Words."), "tom", reported, "helen", "headteacher", ("helen",))
    return began(replace(first, **more), reported, CALENDAR)  # type: ignore[arg-type]


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A wall-clock time in London as a UTC moment, by the rule and without a zone's data."""
    wall = datetime(year, month, day, hour, minute, tzinfo=UTC)
    return wall - HOUR if summer(wall - HOUR) else wall


def summer(at: datetime) -> bool:
    """Whether British Summer Time holds: from the last Sunday of March at 01:00 UTC to that of October."""
    return last_sunday(at.year, 3) <= at < last_sunday(at.year, 10)


def last_sunday(year: int, month: int) -> datetime:
    """01:00 UTC on the last Sunday of a month of 31 days."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def on_the_wall(at: datetime) -> str:
    """What London's clocks show at a UTC moment, by the rule."""
    return f"{at + HOUR:%a %d %b %H:%M} BST" if summer(at) else f"{at:%a %d %b %H:%M} GMT"


@pytest.mark.parametrize(
    ("aware", "ends"),
    [
        (local(2027, 3, 26, 14), "Mon 29 Mar 15:00 BST"),
        (local(2027, 10, 29, 14), "Mon 01 Nov 13:00 GMT"),
        (local(2027, 3, 27, 0, 59), "Tue 30 Mar 01:59 BST"),
        (local(2027, 3, 28, 3), "Wed 31 Mar 03:00 BST"),
        (local(2027, 3, 28, 0, 30), "Wed 31 Mar 01:30 BST"),
        (local(2026, 10, 23, 17), "Mon 26 Oct 16:00 GMT"),
        (local(2026, 12, 24, 16, 30), "Sun 27 Dec 16:30 GMT"),
        (local(2027, 6, 4, 23, 59), "Mon 07 Jun 23:59 BST"),
        (local(2028, 2, 27, 12), "Wed 01 Mar 12:00 GMT"),
    ],
)
def test_the_breach_clock_runs_for_72_elapsed_hours(aware: datetime, ends: str) -> None:
    at = breach_due(aware).at
    assert on_the_wall(at) == ends
    assert f"{CALENDAR.local(at):%a %d %b %H:%M %Z}" == ends


@given(st.datetimes(datetime(2026, 1, 1), datetime(2046, 1, 1), timezones=st.just(UTC)))
def test_the_breach_clock_agrees_with_the_rule_on_any_day(aware: datetime) -> None:
    at = breach_due(CALENDAR.local(aware)).at
    assert int(at.timestamp()) - int(aware.timestamp()) == 72 * 3600
    assert f"{CALENDAR.local(at):%a %d %b %H:%M %Z}" == on_the_wall(at)


def told(given: Incident, until: datetime, *, every: timedelta = timedelta(minutes=5)) -> list[tuple[datetime, Nag]]:
    """What is said between its report and that moment, by a clock that ticks so often."""
    said, at, now = list[tuple[datetime, Nag]](), given.reported_at, given
    while at <= until:
        if now.next_due is not None and now.next_due <= at:
            now, nag = fall_due(now, at, CALENDAR)
            said += [(at, nag)] if nag else []
            assert now.next_due is None or now.next_due > at
        at += every
    return said


def test_whoever_leads_is_reminded_after_four_staffed_hours_and_then_each_working_morning() -> None:
    said = told(incident(), MONDAY + timedelta(days=8))
    days = [2, 3, 4, 5, 8, 9]
    mornings = [datetime(2027, 3, day, 8, tzinfo=UTC) for day in days]
    assert said == [(MONDAY + 4 * HOUR, Nag(assess=True)), *((at, Nag(assess=True)) for at in mornings)]


def test_what_comes_late_on_friday_waits_for_the_hours_of_monday() -> None:
    friday = datetime(2027, 3, 5, 16, 0, tzinfo=UTC)
    assert told(incident(friday), friday + timedelta(days=4))[0] == (
        datetime(2027, 3, 8, 11, tzinfo=UTC),
        Nag(assess=True),
    )


def test_once_assessed_nobody_is_reminded_to() -> None:
    assert schedule(replace(incident(), status=State.ASSESSED), CALENDAR).next_due is None


def test_what_is_assessed_and_not_closed_is_asked_about_once_a_week_on_a_working_morning() -> None:
    assessed = Assessment(Severity.MINOR, "Words.", (), "helen", datetime(2027, 3, 25, 15, tzinfo=UTC))
    given = incident(assessed.at, status=State.ASSESSED, assessment=assessed)
    mornings = [datetime(2027, 4, day, 7, tzinfo=UTC) for day in (1, 8, 15)]
    assert told(given, datetime(2027, 4, 15, 12, tzinfo=UTC)) == [(at, Nag(open=True)) for at in mornings]
    closed = replace(given, status=State.CLOSED)
    assert schedule(closed, CALENDAR).next_due is None


@pytest.mark.parametrize(
    "aware",
    [
        local(2027, 3, 5, 3),
        local(2027, 3, 5, 9),
        local(2027, 3, 5, 22),
        local(2027, 3, 26, 14),
        local(2027, 10, 29, 14),
    ],
)
def test_the_breach_clock_speaks_at_24_48_66_and_72_hours_at_any_hour(aware: datetime) -> None:
    given = incident(aware, status=State.ASSESSED, breach=Breach(aware))
    said = told(given, aware + timedelta(hours=73))
    assert [(at - aware) // HOUR for at, nag in said if nag.breach] == [24, 48, 66, 72]


def test_after_72_hours_the_clock_speaks_each_working_morning() -> None:
    aware = datetime(2027, 3, 5, 10, tzinfo=UTC)
    said = told(incident(aware, status=State.ASSESSED, breach=Breach(aware)), aware + timedelta(days=6))
    assert [at for at, nag in said if nag.breach][4:] == [
        datetime(2027, 3, 9, 8, tzinfo=UTC),
        datetime(2027, 3, 10, 8, tzinfo=UTC),
        datetime(2027, 3, 11, 8, tzinfo=UTC),
    ]


def test_what_was_known_long_before_it_was_reported_is_not_said_over_again() -> None:
    given = incident(MONDAY, breach=Breach(MONDAY - 30 * HOUR))
    assert given.told == ("breach:24",)
    assert [at for at, nag in told(given, MONDAY + 46 * HOUR) if nag.breach] == [
        MONDAY + 18 * HOUR,
        MONDAY + 36 * HOUR,
        MONDAY + 42 * HOUR,
    ]


def test_what_was_known_for_longer_than_72_hours_is_said_at_once() -> None:
    given = incident(MONDAY, breach=Breach(MONDAY - 100 * HOUR))
    assert told(given, MONDAY + HOUR) == [(MONDAY, Nag(breach=True))]


@pytest.mark.parametrize("verdict", [Verdict.REPORTED, Verdict.NOT_REPORTABLE])
def test_the_clock_stops_with_the_decision(verdict: Verdict) -> None:
    decision = Decision(verdict, "Because.", "helen", MONDAY)
    given = incident(breach=Breach(MONDAY, decision), status=State.ASSESSED)
    assert given.next_due is None
    assert hours_left(given, MONDAY) is None


def test_the_clock_goes_on_while_a_reportable_breach_is_not_reported() -> None:
    decision = Decision(Verdict.REPORTABLE, "Because.", "helen", MONDAY)
    given = incident(breach=Breach(MONDAY, decision), status=State.ASSESSED)
    assert given.next_due == MONDAY + 24 * HOUR
    assert hours_left(given, MONDAY + 30 * HOUR) == 42 * HOUR


def test_an_outage_over_the_weekend_ends_in_one_reminder_of_each_sort() -> None:
    friday = datetime(2027, 3, 5, 10, tzinfo=UTC)
    given = incident(friday, breach=Breach(friday))
    moved, nag = fall_due(given, datetime(2027, 3, 8, 9, tzinfo=UTC), CALENDAR)
    assert nag == Nag(assess=True, breach=True)
    assert moved.told == ("breach:24", "breach:48", "breach:66")
    assert moved.next_due == friday + 72 * HOUR


def test_a_reminder_that_fell_due_at_night_waits_while_the_breach_clock_does_not() -> None:
    given = incident(breach=Breach(MONDAY))
    night = MONDAY + timedelta(hours=24 + 12)
    moved, nag = fall_due(given, night, CALENDAR)
    assert nag == Nag(breach=True)
    assert moved.next_due == datetime(2027, 3, 3, 8, tzinfo=UTC)


def test_whoever_leads_hears_one_staffed_hour_before_the_press_does() -> None:
    by = MONDAY + 6 * HOUR
    said = told(incident(press=Press("The Gazette", deadline=by)), MONDAY + 7 * HOUR)
    assert said == [(MONDAY + 4 * HOUR, Nag(assess=True)), (by - HOUR, Nag(press=True))]


def test_a_deadline_of_the_press_at_a_weekend_is_heard_of_on_friday() -> None:
    given = incident(press=Press("The Gazette", deadline=datetime(2027, 3, 6, 12, tzinfo=UTC)))
    assert (datetime(2027, 3, 5, 16, tzinfo=UTC), Nag(press=True)) in told(given, MONDAY + timedelta(days=6))


def test_what_had_to_be_done_in_72_hours_was_done_in_them_or_not() -> None:
    def after(hours: int, verdict: Verdict | None = None) -> bool | None:
        at = MONDAY + hours * HOUR
        return in_time(Breach(MONDAY, Decision(verdict, "Why", "helen", at) if verdict else None), at)

    for verdict in (None, Verdict.REPORTABLE):
        assert (after(72, verdict), after(73, verdict)) == (None, False)
    for verdict in (Verdict.REPORTED, Verdict.NOT_REPORTABLE):
        assert (after(72, verdict), after(73, verdict)) == (True, False)
