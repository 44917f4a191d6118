"""Terms: England's own when the school names none, the school's when it does, from their first staffed moment."""

from datetime import UTC, date, datetime

import pytest

from policy.calendar import Calendar
from policy.term import term_began, term_begins, term_name

YEAR = (
    (date(2026, 9, 2), date(2026, 12, 18)),
    (date(2027, 1, 5), date(2027, 3, 25)),
    (date(2027, 4, 12), date(2027, 7, 21)),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "began", "name"),
    [
        ("2026-09-01T06:59", "2026-04-07T07:00", "summer term 2026"),
        ("2026-09-01T07:00", "2026-09-01T07:00", "autumn term 2026"),
        ("2026-12-31T23:59", "2026-09-01T07:00", "autumn term 2026"),
        ("2027-01-01T12:00", "2026-09-01T07:00", "autumn term 2026"),
        ("2027-01-04T08:00", "2027-01-04T08:00", "spring term 2027"),
        ("2027-03-30T06:00", "2027-01-04T08:00", "spring term 2027"),
        ("2027-03-30T07:00", "2027-03-30T07:00", "summer term 2027"),
        ("2027-08-15T12:00", "2027-03-30T07:00", "summer term 2027"),
    ],
)
def test_englands_terms_begin_at_their_first_staffed_moment(now: str, began: str, name: str) -> None:
    assert term_began(at(now), Calendar()) == at(began)
    assert term_name(at(now), Calendar()) == name


def test_a_closure_at_the_beginning_puts_the_term_off() -> None:
    calendar = Calendar(closures=((date(2026, 8, 31), date(2026, 9, 3)),))
    assert term_begins(at("2026-08-20T09:00"), calendar) == at("2026-09-04T07:00")


@pytest.mark.parametrize(
    ("now", "began", "name"),
    [
        ("2026-06-01T12:00", "2026-04-07T07:00", "summer term 2026"),
        ("2026-09-01T12:00", "2026-04-07T07:00", "summer term 2026"),
        ("2026-09-02T07:00", "2026-09-02T07:00", "autumn term 2026"),
        ("2027-01-04T12:00", "2026-09-02T07:00", "autumn term 2026"),
        ("2027-01-05T08:00", "2027-01-05T08:00", "spring term 2027"),
        ("2027-03-30T12:00", "2027-01-05T08:00", "spring term 2027"),
        ("2027-04-12T07:00", "2027-04-12T07:00", "summer term 2027"),
        ("2027-09-10T12:00", "2027-09-01T07:00", "autumn term 2027"),
    ],
)
def test_the_schools_own_terms_hold_as_long_as_it_names_any(now: str, began: str, name: str) -> None:
    calendar = Calendar(terms=YEAR)
    assert term_began(at(now), calendar) == at(began)
    assert term_name(at(now), calendar) == name


def test_the_next_term_is_the_one_after_this() -> None:
    assert term_begins(at("2027-03-01T09:00"), Calendar()) == at("2027-03-30T07:00")
    assert term_begins(at("2027-03-01T09:00"), Calendar(terms=YEAR)) == at("2027-04-12T07:00")
    assert term_begins(at("2027-10-01T09:00"), Calendar(terms=YEAR)) == at("2028-01-04T08:00")


def test_an_early_easter_begins_a_summer_term_in_march() -> None:
    assert term_name(at("2035-03-28T12:00"), Calendar()) == "summer term 2035"
