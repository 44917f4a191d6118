"""A comment's steps: which of them each state allows, what a refusal says, and by when something is due."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policy.calendar import Calendar
from policy.comment import (
    LIVE,
    OLDEST,
    WORDS,
    Act,
    Comment,
    Kind,
    Moderation,
    Said,
    State,
    acknowledge,
    answer,
    assign,
    deleted,
    due_for,
    external_key,
    log,
    moderate,
    moderation,
    not_for_us,
    propose,
    seems_to_name,
    snooze,
    unpropose,
)
from policy.deadlines import reply_due
from policy.refused import Unusable, WrongState
from tests.fakes.school import MONDAY

CALENDAR = Calendar()
HOUR = timedelta(hours=1)
LATER = MONDAY + HOUR
SAID = Said("Thank you for telling us.", "under it", "olu", LATER, "free")
DONE = Moderation(Act.HIDE, "We hid this because it was hurtful.", "", "olu", LATER)

Step = Callable[[Comment], Comment]

STEPS: dict[str, tuple[Step, State, tuple[State, ...]]] = {
    "acknowledge": (lambda comment: acknowledge(comment, SAID), State.ACKNOWLEDGED, (State.OPEN,)),
    "answer": (lambda comment: answer(comment, SAID), State.ANSWERED, LIVE),
    "not for us": (lambda comment: not_for_us(comment, "It is spam", "olu", LATER), State.NOT_FOR_US, LIVE),
    "deleted": (lambda comment: deleted(comment, "They took it down", "olu", LATER), State.DELETED, LIVE),
    "moderate": (lambda comment: moderate(comment, DONE), State.MODERATED, LIVE),
}
"""Each step that leads to another state: where it leads, and from where."""

STAYING: dict[str, tuple[Step, tuple[State, ...]]] = {
    "assign": (lambda comment: assign(comment, "tom"), LIVE),
    "snooze": (lambda comment: snooze(comment, LATER, MONDAY), (State.OPEN,)),
    "propose an answer": (lambda comment: propose(comment, "P-1", closes=True), LIVE),
    "propose an acknowledgement": (lambda comment: propose(comment, "P-1", closes=False), (State.OPEN,)),
}
"""Each step that leaves the state as it is, and where it may be taken."""


def new(
    kind: Kind = Kind.COMMENT, received: datetime = MONDAY, now: datetime = MONDAY, external: str = ""
) -> Comment:
    """A comment as it is first logged."""
    return log(
        "C-1", "harbour", "page", kind, "A parent", "Words", "", received, "tom", now, CALENDAR, external=external
    )


def in_state(state: State) -> Comment:
    """A comment that has come to the state by its own step, with something to clear away."""
    by_step = {to: step for step, to, _ in STEPS.values()}
    comment = replace(new(), told=("logged",), nagged=MONDAY, next_due=LATER)
    return (
        by_step[state](propose(comment, "P-9", closes=state is not State.ACKNOWLEDGED))
        if state in by_step
        else comment
    )


def test_words_that_wait_to_answer_it_still_wait_once_it_is_acknowledged() -> None:
    seen = acknowledge(propose(new(), "P-9", closes=True), SAID)
    assert (seen.reply, seen.closes) == ("P-9", True)
    assert acknowledge(propose(new(), "P-9", closes=False), SAID).reply == ""


def test_something_offensive_is_not_only_acknowledged() -> None:
    with pytest.raises(WrongState, match="not enough to say that it was seen"):
        acknowledge(new(Kind.OFFENSIVE), SAID)
    assert answer(new(Kind.OFFENSIVE), SAID).status is State.ANSWERED


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", [*STEPS, *STAYING])
def test_every_step_is_taken_where_it_may_be_and_refused_everywhere_else(name: str, state: State) -> None:
    comment = in_state(state)
    assert comment.status is state
    step, to, allowed = STEPS[name] if name in STEPS else (STAYING[name][0], state, STAYING[name][1])
    if state in allowed:
        assert step(comment).status is to
        return
    with pytest.raises(WrongState) as refused:
        step(comment)
    assert refused.value.what == f"C-1 is {WORDS[state]} already, so nothing was done."
    assert refused.value.why == "The first one to deal with it counts."
    assert refused.value.then == "Type /comments to see what is still open."


@pytest.mark.parametrize("name", ["answer", "not for us", "deleted", "moderate"])
@pytest.mark.parametrize("state", LIVE)
def test_what_is_closed_says_who_and_when_and_asks_for_nothing_more(name: str, state: State) -> None:
    comment = replace(in_state(state), reply="P-9", closes=True)
    closed = STEPS[name][0](comment)
    assert (closed.closed_by, closed.closed_at, closed.next_due) == ("olu", LATER, None)
    assert (closed.reply, closed.closes, closed.live) == ("", False, False)
    assert not closed.overdue(closed.due + HOUR)


def test_each_step_keeps_what_was_said_or_done() -> None:
    seen = acknowledge(new(), SAID)
    assert (seen.acknowledged, seen.answered, seen.responded_at, seen.live) == (SAID, None, LATER, True)
    assert (seen.told, seen.nagged) == ((), None)
    then = replace(SAID, at=LATER + HOUR)
    answered = answer(seen, then)
    assert (answered.acknowledged, answered.answered, answered.responded_at) == (SAID, then, LATER)
    assert answer(new(), SAID).responded_at == LATER
    assert moderate(new(), DONE).moderation == DONE
    assert not_for_us(new(), "It is spam", "olu", LATER).reason == "It is spam"
    assert deleted(new(), "They took it down", "olu", LATER).responded_at is None


def test_the_reminders_begin_anew_when_it_is_acknowledged() -> None:
    seen = in_state(State.ACKNOWLEDGED)
    assert (seen.told, seen.nagged) == ((), None)
    assert not seen.overdue(seen.due + HOUR)


@pytest.mark.parametrize(
    ("reason", "own", "exception"),
    [("A reason", "", ""), ("", "Own words", ""), ("", "", "A private message")],
)
def test_readers_were_told_one_thing_or_there_is_an_exception(reason: str, own: str, exception: str) -> None:
    done = moderation(Act.HIDE, reason, own, exception, "olu", LATER, means_own=bool(own))
    assert done == Moderation(Act.HIDE, reason or own, exception, "olu", LATER)


@pytest.mark.parametrize(
    ("act", "reason", "own", "exception", "means_own", "wrong"),
    [
        ("praise", "A reason", "", "", False, "act"),
        (Act.HIDE, "A reason", "Own words", "", False, "told"),
        (Act.HIDE, "A reason", "", "A private message", False, "exception"),
        (Act.HIDE, "", "Own words", "A private message", True, "exception"),
        (Act.HIDE, "", "", "", True, "told"),
        (Act.HIDE, "", "", "", False, "reason"),
    ],
)
def test_two_things_at_once_or_nothing_is_not_what_readers_were_told(
    act: str, reason: str, own: str, exception: str, means_own: bool, wrong: str
) -> None:
    with pytest.raises(Unusable) as unusable:
        moderation(act, reason, own, exception, "olu", LATER, means_own=means_own)
    assert list(unusable.value.errors) == [wrong]


def test_one_reply_at_a_time_waits_for_approval_and_may_be_taken_back() -> None:
    waiting = propose(new(), "P-7", closes=True)
    assert (waiting.reply, waiting.closes, waiting.status) == ("P-7", True, State.OPEN)
    assert waiting.due == new().due
    for closes in (True, False):
        with pytest.raises(WrongState) as refused:
            propose(waiting, "P-8", closes=closes)
        assert refused.value.what == "Words for C-1 are on their way already, as P-7."
        assert refused.value.why == "One reply at a time is put before the headteacher."
        assert refused.value.then == "Whoever wrote P-7 can edit or withdraw it: /posts shows it to them."
    assert unpropose(waiting) == new()
    assert propose(unpropose(waiting), "P-8", closes=False).reply == "P-8"
    assert unpropose(in_state(State.ANSWERED)) == in_state(State.ANSWERED)


def test_it_is_assigned_to_somebody_else_only() -> None:
    theirs = assign(new(), "tom")
    assert (theirs.assigned, theirs.owner) == ("tom", "tom")
    assert assign(theirs, "olu").assigned == "olu"
    with pytest.raises(WrongState) as refused:
        assign(theirs, "tom")
    assert str(refused.value) == "C-1 is theirs already. Nothing was changed."


@pytest.mark.parametrize(
    ("until", "why"),
    [
        (MONDAY, "That time has passed. Please choose a later one."),
        (MONDAY - HOUR, "That time has passed. Please choose a later one."),
        (
            MONDAY + 24 * HOUR,
            "That is past the time by which it must be answered. Please choose an earlier one.",
        ),
        (
            MONDAY + 25 * HOUR,
            "That is past the time by which it must be answered. Please choose an earlier one.",
        ),
    ],
)
def test_a_snooze_lies_ahead_and_before_the_deadline(until: datetime, why: str) -> None:
    with pytest.raises(Unusable) as refused:
        snooze(new(), until, MONDAY)
    assert refused.value.errors == {"until": why}
    last = MONDAY + 24 * HOUR - timedelta(seconds=1)
    assert snooze(new(), last, MONDAY).snoozed_until == last


def test_the_clock_starts_when_it_was_received() -> None:
    comment = new(received=MONDAY - 5 * HOUR)
    assert (comment.received_at, comment.logged_at) == (MONDAY - 5 * HOUR, MONDAY)
    assert comment.due == MONDAY + 19 * HOUR
    assert (comment.rule, comment.clause) == (reply_due(MONDAY - 5 * HOUR, CALENDAR).reason, "answer-in-24h")
    assert comment.month == "2027-03"
    assert not comment.overdue(comment.due - timedelta(seconds=1))
    assert comment.overdue(comment.due)


def test_its_month_is_that_of_the_schools_own_clocks() -> None:
    just_june = datetime(2027, 5, 31, 23, 30, tzinfo=UTC)
    assert new(received=just_june, now=just_june).month == "2027-06"


@pytest.mark.parametrize(
    ("received", "why"),
    [
        (MONDAY + timedelta(seconds=1), "That time has not come yet. Please say when it was received."),
        (MONDAY + timedelta(days=400), "That time has not come yet. Please say when it was received."),
        (MONDAY - OLDEST - timedelta(seconds=1), "That is more than a year ago. Please look at the year."),
        (MONDAY - timedelta(days=3_650), "That is more than a year ago. Please look at the year."),
    ],
)
def test_what_comes_from_the_future_or_from_long_ago_is_not_logged(received: datetime, why: str) -> None:
    with pytest.raises(Unusable) as refused:
        new(received=received)
    assert refused.value.errors == {"received": why}


@pytest.mark.parametrize("received", [MONDAY, MONDAY - OLDEST])
def test_what_comes_now_or_came_a_year_ago_is_logged(received: datetime) -> None:
    assert new(received=received).received_at == received


def test_a_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(ValueError, match="zone"):
        new(received=MONDAY.replace(tzinfo=None))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.OFFENSIVE])
@pytest.mark.parametrize("received", [MONDAY, MONDAY - 40 * HOUR])
def test_every_kind_is_answered_by_one_rule_whenever_it_is_logged(kind: Kind, received: datetime) -> None:
    assert due_for(kind, received, MONDAY, CALENDAR) == reply_due(received, CALENDAR)
    assert due_for(kind, received, MONDAY + 9 * HOUR, CALENDAR) == reply_due(received, CALENDAR)


@pytest.mark.parametrize(
    ("received", "logged", "due", "clause"),
    [
        (MONDAY, MONDAY, MONDAY + HOUR, "swift-and-kind"),
        (MONDAY, MONDAY + 7 * HOUR + HOUR / 2, MONDAY + 23 * HOUR + HOUR / 2, "swift-and-kind"),
        (MONDAY, MONDAY + 7 * HOUR, MONDAY + 8 * HOUR, "swift-and-kind"),
        (MONDAY, MONDAY + 23 * HOUR + HOUR / 2, MONDAY + 24 * HOUR, "answer-in-24h"),
        (MONDAY + 105 * HOUR, MONDAY + 105 * HOUR, MONDAY + 129 * HOUR, "answer-in-24h"),
        (MONDAY + 125 * HOUR, MONDAY + 126 * HOUR, MONDAY + 168 * HOUR, "swift-and-kind"),
    ],
)
def test_something_offensive_is_dealt_with_in_a_staffed_hour_or_by_the_reply_if_that_is_sooner(
    received: datetime, logged: datetime, due: datetime, clause: str
) -> None:
    comment = new(Kind.OFFENSIVE, received, logged)
    assert (comment.due, comment.clause) == (due, clause)


def test_it_is_found_by_its_account_its_month_who_logged_it_and_its_platforms_id() -> None:
    wanted = {"account:page", "month:page:2027-03", "logged:tom"}
    assert wanted <= set(new().keys)
    assert external_key("page", "9") not in new().keys
    assert {*wanted, external_key("page", "9")} <= set(new(external="9").keys)


@pytest.mark.parametrize(
    ("told", "writer", "named"),
    [
        ("We hid this because it was hurtful.", "A parent", ""),
        ("The parent was unkind.", "A parent", ""),
        ("We hid what Maria wrote.", "maria", "Maria"),
        ("Please stop there, Lopez", "Maria Lopez", "Lopez"),
        ("We hid it because of an insult.", "Jo", ""),
        ("It was unkind to Mrs Shah.", "A parent", "Mrs Shah"),
        ("It was about Mr. O’Brien’s class and Miss Lee.", "A parent", "Mr. O’Brien, Miss Lee"),
        ("We miss Autumn. Mr and Mrs are titles.", "A parent", ""),
    ],
)
def test_words_for_readers_that_seem_to_name_somebody_are_noticed(told: str, writer: str, named: str) -> None:
    assert seems_to_name(told, writer) == named


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_name_for_people(kind: Kind) -> None:
    assert kind.label[0].isupper()


def test_every_state_can_be_said() -> None:
    assert set(WORDS) == set(State)
