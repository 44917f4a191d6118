"""When a reply is due, to the minute, with its reason; and when a post's reminders come."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.calendar import Calendar, NeverOpen
from policy.clauses import cite
from policy.deadlines import before_slot, first_nag, reply_due

LONDON = ZoneInfo("Europe/London")
PLAIN = Calendar()
RELAXED = Calendar(treat_as_weekend=True)
CHRISTMAS = ((date(2026, 12, 21), date(2027, 1, 1)),)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2027-03-23T09:15", "2027-03-24T09:15"),
        ("2027-03-19T14:00", "2027-03-20T14:00"),
        ("2027-03-19T23:59", "2027-03-20T23:59"),
        ("2027-10-29T23:59", "2027-10-30T23:59"),
        ("2027-03-26T14:00", "2027-03-27T14:00"),
        ("2027-03-29T09:00", "2027-03-30T09:00"),
    ],
)
def test_on_a_weekday_a_reply_is_due_24_hours_later(received: str, due: str) -> None:
    deadline = reply_due(at(received), PLAIN)
    assert deadline.at == at(due)
    assert deadline.target is None
    assert "24 hours later" in deadline.reason


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2027-03-27T10:00", "2027-03-30"),
        ("2027-03-28T23:59", "2027-03-30"),
        ("2027-03-20T00:00", "2027-03-22"),
        ("2027-10-30T12:00", "2027-11-01"),
        ("2027-10-31T01:30", "2027-11-01"),
        ("2026-12-26T09:00", "2026-12-29"),
    ],
)
def test_at_a_weekend_a_reply_is_due_on_the_next_working_day(received: str, due: str) -> None:
    deadline = reply_due(at(received), PLAIN)
    assert deadline.at == at(f"{due}T23:59")
    assert deadline.target == at(f"{due}T17:00")
    assert "next working day" in deadline.reason


def test_the_hour_that_comes_twice_on_a_sunday_is_a_sunday_both_times() -> None:
    once, again = at("2027-10-31T01:30"), at("2027-10-31T01:30").replace(fold=1)
    assert once.astimezone(UTC) != again.astimezone(UTC)
    assert reply_due(once, PLAIN).at == reply_due(again, PLAIN).at == at("2027-11-01T23:59")


def test_a_day_begins_and_ends_by_the_schools_clocks() -> None:
    summer_friday_night = datetime(2027, 6, 4, 22, 59, tzinfo=UTC)
    assert reply_due(summer_friday_night, PLAIN).at == summer_friday_night + timedelta(hours=24)
    just_saturday = datetime(2027, 6, 4, 23, 0, tzinfo=UTC)
    assert reply_due(just_saturday, PLAIN).at == at("2027-06-07T23:59")


def test_24_hours_stay_24_hours_where_the_clocks_change_on_a_weekday() -> None:
    cairo = Calendar(zone=ZoneInfo("Africa/Cairo"))
    received = datetime(2027, 4, 29, 12, tzinfo=cairo.zone)
    deadline = reply_due(received, cairo)
    assert deadline.at - received.astimezone(UTC) == timedelta(hours=24)
    assert cairo.local(deadline.at).hour == 13
    assert "the clocks change" in deadline.reason


@pytest.mark.parametrize(
    ("received", "calendar", "reason"),
    [
        (
            "2027-03-27T10:00",
            PLAIN,
            "Received on a Saturday, so it is due on the next working day, Tuesday 30 March"
            " (Monday is a bank holiday).",
        ),
        ("2027-03-20T10:00", PLAIN, "Received on a Saturday, so it is due on the next working day, Monday 22 March."),
        (
            "2026-12-26T10:00",
            PLAIN,
            "Received on a Saturday, so it is due on the next working day, Tuesday 29 December"
            " (Monday is a bank holiday).",
        ),
        (
            "2027-12-25T10:00",
            PLAIN,
            "Received on a Saturday, so it is due on the next working day, Wednesday 29 December"
            " (Monday and Tuesday are bank holidays).",
        ),
        (
            "2026-12-19T10:00",
            Calendar(closures=CHRISTMAS),
            "Received on a Saturday, so it is due on the next working day, Monday 4 January"
            " (the 10 weekdays before it are bank holidays or closure days).",
        ),
        (
            "2027-03-23T09:15",
            PLAIN,
            "Received on Tuesday 23 March at 09:15, so it is due 24 hours later, on Wednesday 24 March at 09:15.",
        ),
        (
            "2027-03-29T09:00",
            PLAIN,
            "Received on Monday 29 March at 09:00, a bank holiday (Easter Monday). The policy makes an exception for"
            " weekends only, so it is due 24 hours later, on Tuesday 30 March at 09:00.",
        ),
        (
            "2027-03-29T09:00",
            RELAXED,
            "Received on Monday 29 March, a bank holiday (Easter Monday), which this school treats like a weekend,"
            " so it is due on the next working day, Tuesday 30 March.",
        ),
    ],
)
def test_the_reason_is_a_sentence_that_a_person_understands(received: str, calendar: Calendar, reason: str) -> None:
    assert reply_due(at(received), calendar).reason == reason


@pytest.mark.parametrize("received", ["2027-03-26T14:00", "2027-03-29T09:00"])
def test_a_school_may_treat_bank_holidays_as_a_weekend(received: str) -> None:
    deadline = reply_due(at(received), RELAXED)
    assert (deadline.at, deadline.target) == (at("2027-03-30T23:59"), at("2027-03-30T17:00"))


def test_a_school_may_treat_closures_as_a_weekend() -> None:
    relaxed = Calendar(closures=CHRISTMAS, treat_as_weekend=True)
    assert reply_due(at("2026-12-22T10:00"), relaxed).at == at("2027-01-04T23:59")
    strict = Calendar(closures=CHRISTMAS)
    assert reply_due(at("2026-12-22T10:00"), strict).at == at("2026-12-23T10:00")


@settings(deadline=None)
@given(moments, st.booleans())
def test_a_deadline_always_stands_on_its_clause_and_never_comes_early(received: datetime, relaxed: bool) -> None:
    calendar = RELAXED if relaxed else PLAIN
    deadline = reply_due(received, calendar)
    local = received.astimezone(LONDON)
    assert "24 hours" in cite(deadline.clause)
    assert deadline.at.tzinfo is UTC
    if local.weekday() < 5 and not (relaxed and calendar.why_not_working(local.date())):
        assert deadline.at - received == timedelta(hours=24)
    else:
        due = deadline.at.astimezone(LONDON)
        assert (due.hour, due.minute) == (23, 59)
        assert calendar.is_working(due.date())
        between = (local.date() + timedelta(n) for n in range(1, (due.date() - local.date()).days))
        assert not any(calendar.is_working(day) for day in between)
        assert deadline.target is not None
        assert received < deadline.target < deadline.at


def test_a_moment_without_a_zone_is_refused() -> None:
    for ask in (reply_due, first_nag, before_slot):
        with pytest.raises(ValueError, match="zone"):
            ask(datetime(2027, 3, 30, 13), PLAIN)


def test_a_calendar_that_never_opens_is_an_error_with_a_reason() -> None:
    never = Calendar(closures=((date(2000, 1, 1), date(2099, 12, 31)),))
    with pytest.raises(NeverOpen, match="closures"):
        reply_due(at("2027-03-27T10:00"), never)


@pytest.mark.parametrize(
    ("submitted", "nag"),
    [
        ("2027-03-23T09:00", "2027-03-23T13:00"),
        ("2027-03-23T15:00", "2027-03-24T10:00"),
        ("2027-03-25T15:00", "2027-03-30T10:00"),
        ("2027-03-27T10:00", "2027-03-30T12:00"),
    ],
)
def test_the_first_nag_comes_after_four_staffed_hours(submitted: str, nag: str) -> None:
    assert first_nag(at(submitted), PLAIN) == at(nag)


@pytest.mark.parametrize(
    ("planned", "nag"),
    [
        ("2027-03-23T10:00", "2027-03-23T09:00"),
        ("2027-03-23T09:00", "2027-03-23T08:00"),
        ("2027-03-23T08:30", "2027-03-22T17:00"),
        ("2027-03-23T17:30", "2027-03-23T16:30"),
        ("2027-03-23T19:00", "2027-03-23T17:00"),
        ("2027-03-29T12:00", "2027-03-25T17:00"),
        ("2027-10-31T01:30", "2027-10-29T17:00"),
    ],
)
def test_the_nag_before_a_slot_leaves_an_hour_and_comes_while_staff_are_there(planned: str, nag: str) -> None:
    assert before_slot(at(planned), PLAIN) == at(nag)


@settings(deadline=None)
@given(moments)
def test_the_nag_before_a_slot_is_the_same_whatever_zone_the_slot_is_given_in(planned: datetime) -> None:
    nag = before_slot(planned, PLAIN)
    assert nag == before_slot(planned.astimezone(LONDON), PLAIN)
    assert nag <= planned - timedelta(hours=1)
    assert PLAIN.is_staffed(nag - timedelta(minutes=1)) or PLAIN.is_staffed(nag)
