"""Test alerts: one at the beginning of each term, again each working morning, until it is acknowledged."""

from dataclasses import replace
from datetime import timedelta

from policy.calendar import Calendar
from policy.drill import Drill, acknowledge, ask, follow, is_acknowledged, is_asked, put_off, rest, schedule
from tests.fakes.school import MONDAY

CALENDAR = Calendar()
NEW = Drill("TEST-1", "harbour", "dora", MONDAY)
TUESDAY = MONDAY.replace(day=2, hour=8)
SUMMER = MONDAY.replace(month=3, day=30, hour=7)


def test_the_first_is_due_at_once_in_staffed_hours() -> None:
    assert schedule(NEW, MONDAY, CALENDAR).next_due == MONDAY
    assert schedule(NEW, MONDAY.replace(hour=20), CALENDAR).next_due == TUESDAY


def test_it_comes_again_each_working_morning() -> None:
    drill = ask(NEW, MONDAY, CALENDAR)
    assert (drill.state, drill.next_due) == ("open", TUESDAY)
    assert ask(drill, TUESDAY, CALENDAR).next_due == TUESDAY + timedelta(days=1)


def test_once_acknowledged_it_rests_until_the_next_term() -> None:
    drill = acknowledge(ask(NEW, MONDAY, CALENDAR), MONDAY, CALENDAR)
    assert (drill.state, drill.next_due) == ("acknowledged", SUMMER)
    assert is_acknowledged(drill, SUMMER - timedelta(seconds=1), CALENDAR)
    assert not is_acknowledged(drill, SUMMER, CALENDAR)
    assert not is_asked(drill, SUMMER, CALENDAR)
    assert schedule(drill, SUMMER, CALENDAR).next_due == SUMMER


def test_the_next_term_has_a_test_alert_of_its_own() -> None:
    before = acknowledge(ask(NEW, MONDAY, CALENDAR), MONDAY, CALENDAR)
    old, new = follow(before, "TEST-2", SUMMER)
    assert (old.state, old.next_due) == ("over", None)
    assert (new.id, new.asked, new.acknowledged, new.rev) == ("TEST-2", None, MONDAY, 0)
    assert ask(new, SUMMER, CALENDAR).state == "open"


def test_one_that_is_over_cannot_be_acknowledged() -> None:
    old, _ = follow(ask(NEW, MONDAY, CALENDAR), "TEST-2", SUMMER)
    assert acknowledge(old, SUMMER, CALENDAR) == old


def test_pressing_twice_changes_nothing() -> None:
    drill = acknowledge(ask(NEW, MONDAY, CALENDAR), MONDAY, CALENDAR)
    assert acknowledge(drill, MONDAY + timedelta(hours=1), CALENDAR) == drill


def test_whoever_is_away_is_asked_on_the_next_working_morning() -> None:
    assert put_off(NEW, MONDAY, CALENDAR).next_due == TUESDAY
    assert put_off(NEW, MONDAY.replace(day=5), CALENDAR).next_due == TUESDAY.replace(day=8)


def test_resting_it_is_not_due() -> None:
    assert rest(replace(NEW, next_due=MONDAY)).next_due is None
