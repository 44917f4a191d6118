"""Until when records are kept: counted from when they ended, and never while they are open."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.away import Away, absence_kept
from policy.calendar import Calendar
from policy.comment import Kind as CommentKind
from policy.comment import Said, acknowledge, answer, log, propose
from policy.comment.kept import comment_kept
from policy.content import Content
from policy.incident import Breach, Incident, Outcome, Report
from policy.incident import State as IncidentState
from policy.incident.chronology import Act, Entry
from policy.incident.kept import incident_kept
from policy.incident.task import Task
from policy.post import OPEN, Decision, Post, State, Verdict, noted
from policy.post.kept import post_kept
from policy.retention import Kept, Retention, duration, months_after
from policy.template import State as WordingState
from policy.template import Template, Use
from policy.template import noted as wording_noted
from policy.template.kept import wording_kept

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = Retention(Calendar())


def post(status: State, **more: Any) -> Post:
    return replace(Post("P-1", "harbour", "ann", "00", Content("Hello", "page"), NOW), status=status, **more)


def incident(**more: Any) -> Incident:
    outcome = Outcome("Dealt with.", False, "", "helen", NOW + DAY)
    closed = Incident("I-1", "harbour", Report("It"), "ann", NOW, "helen", "headteacher", ("helen",))
    fields: dict[str, Any] = {"status": IncidentState.CLOSED, "outcome": outcome} | more
    return replace(closed, **fields)


def local(kept: Kept) -> datetime:
    assert kept.until is not None
    return kept.until.astimezone(LONDON).replace(tzinfo=None)


@pytest.mark.parametrize("status", sorted(OPEN - {State.DRAFT}))
def test_what_is_open_is_kept_however_old(status: State) -> None:
    kept = post_kept(post(status, waiting_since=NOW), (), HERE)
    assert kept.until is None
    assert not kept.is_over(NOW + 36_500 * DAY)
    assert "open" in kept.why


@pytest.mark.parametrize(
    ("status", "more", "ended"),
    [
        (State.POSTED, {"posted_at": NOW + 9 * DAY}, NOW + 9 * DAY),
        (State.REJECTED, {"over_at": NOW + 2 * DAY}, NOW + 2 * DAY),
        (State.WITHDRAWN, {"over_at": NOW + 400 * DAY}, NOW + 400 * DAY),
        (State.EXPIRED, {"content": Content("Hello", "page", planned=NOW + 5 * DAY)}, NOW + 5 * DAY),
        (
            State.EXPIRED,
            {"decisions": (Decision(Verdict.APPROVE, "helen", "headteacher", 1, "", NOW + DAY),)},
            NOW + 15 * DAY,
        ),
        (State.DRAFT, {"kept_at": NOW + 3 * DAY}, NOW + 3 * DAY),
        (State.DRAFT, {}, NOW),
    ],
)
def test_the_time_of_a_post_counts_from_its_end_and_not_from_when_it_was_made(
    status: State, more: dict[str, Any], ended: datetime
) -> None:
    kept = post_kept(post(status, **more), (), HERE)
    last = ended.astimezone(LONDON).date()
    assert local(kept) == datetime(last.year + 3, last.month, last.day) + DAY
    assert kept.until is not None
    assert not kept.is_over(kept.until - timedelta(microseconds=1))
    assert kept.is_over(kept.until)
    assert "posts are kept for 3 years" in kept.why


def test_a_post_that_is_over_knows_since_when_and_forgets_it_when_it_is_taken_up_again() -> None:
    over = noted(post(State.EXPIRED), NOW)
    assert noted(over, NOW + DAY).over_at == NOW
    assert noted(replace(over, status=State.WAITING), NOW + DAY).over_at is None
    assert noted(post(State.POSTED, over_at=NOW), NOW).over_at is None


def test_a_comment_that_was_answered_or_only_acknowledged_has_ended_then() -> None:
    calendar = Calendar()
    fresh = log("C-1", "harbour", "page", CommentKind.QUESTION, "A parent", "When?", "", NOW, "ann", NOW, calendar)
    assert comment_kept(fresh, (), HERE).until is None
    seen = acknowledge(fresh, Said("Thank you", "", "ann", NOW + DAY, "free"))
    assert local(comment_kept(seen, (), HERE)) == datetime(2030, 3, 3)
    waits = propose(seen, "P-1", closes=True)
    assert comment_kept(waits, (), HERE).until is None, "words for it still wait"
    done = answer(seen, Said("On Monday", "", "ann", NOW + 5 * DAY, "free"))
    assert local(comment_kept(done, (), HERE)) == datetime(2030, 3, 7)


def test_an_incident_is_kept_from_the_last_thing_added_to_it() -> None:
    assert local(incident_kept(incident(), (), HERE)) == datetime(2033, 3, 3)
    note = Entry("N-1", "harbour", "I-1", 1, NOW + 100 * DAY, "ann", Act.NOTE, "More")
    done = Task("T-1", "harbour", "I-1", "ann", "Ring", "helen", NOW, done_at=NOW + 200 * DAY)
    assert local(incident_kept(incident(), (note,), HERE)) == datetime(2033, 6, 10)
    assert local(incident_kept(incident(), (note, done), HERE)) == datetime(2033, 9, 18)


def test_an_incident_with_an_open_task_is_open() -> None:
    task = Task("T-1", "harbour", "I-1", "ann", "Ring", "helen", NOW)
    assert incident_kept(incident(), (task,), HERE).until is None
    assert incident_kept(incident(status=IncidentState.ASSESSED), (), HERE).until is None


@pytest.mark.parametrize(("incidents", "breaches", "year"), [(72, 72, 2033), (12, 120, 2037), (120, 12, 2037)])
def test_a_row_of_the_breach_log_is_kept_for_the_longer_of_two_rules(
    incidents: int, breaches: int, year: int
) -> None:
    here = replace(HERE, months={"incidents": incidents, "breaches": breaches})
    assert local(incident_kept(incident(breach=Breach(NOW)), (), here)).year == year
    assert local(incident_kept(incident(), (), here)).year == 2027 + incidents // 12


def test_a_wording_in_use_is_open_and_one_taken_back_is_not() -> None:
    wording = Template("T-1", "harbour", "ann", "00", "Hi", "Hello", "", Use.ANSWERS, NOW, NOW)
    assert wording_kept(replace(wording, status=WordingState.APPROVED), (), HERE).until is None
    retired = wording_noted(replace(wording, status=WordingState.RETIRED), NOW + 700 * DAY)
    assert local(wording_kept(retired, (), HERE)).year == 2032
    unknown = wording_kept(replace(retired, over_at=None), (), HERE)
    assert unknown.until is None
    assert "Nobody knows" in unknown.why


def test_an_absence_ends_with_its_last_day() -> None:
    away = Away("A-1", "harbour", "ann", "", date(2027, 7, 1), date(2027, 7, 31), NOW, None, "over")
    assert local(absence_kept(away, (), HERE)) == datetime(2030, 8, 1)
    assert absence_kept(replace(away, state="begun"), (), HERE).until is None
    assert local(absence_kept(replace(away, state="cancelled"), (), HERE)) == datetime(2030, 8, 1)


def test_a_leap_day_and_a_short_month_give_the_last_day_of_the_month() -> None:
    assert months_after(date(2028, 2, 29), 36) == date(2031, 2, 28)
    assert months_after(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_after(date(2027, 11, 30), 2) == date(2028, 1, 30)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 1200))
def test_months_on_is_never_early_and_less_than_a_month_late(day: date, months: int) -> None:
    on = months_after(day, months)
    assert (on.year * 12 + on.month) - (day.year * 12 + day.month) == months
    assert on.day <= day.day


@pytest.mark.parametrize(
    ("months", "words"), [(36, "3 years"), (12, "1 year"), (18, "18 months"), (1, "1 month"), (6, "6 months")]
)
def test_how_long_in_words(months: int, words: str) -> None:
    assert duration(months) == words


def test_the_shortest_of_the_rules_that_may_apply() -> None:
    assert replace(HERE, months={"incidents": 24, "breaches": 72}).shortest(("incidents", "breaches")) == 24
