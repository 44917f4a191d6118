"""The climb of a concern, in a school that is open, closed, away or struck dumb, and the LADO's one working day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policy.calendar import Calendar
from policy.concern import (
    Acknowledgement,
    Climb,
    Concern,
    Contacted,
    Ending,
    Lado,
    Outcome,
    Report,
    State,
    acknowledge,
    add_reader,
    answer_lado,
    call,
    close,
    looked_at,
    refer,
    remove_reader,
)
from policy.concern.about import About, Risk
from policy.concern.due import (
    Ladder,
    Reach,
    Step,
    climb,
    lado_due,
    next_day_begins,
    not_reached,
    press,
    put_back,
    reminded,
    schedule,
)
from policy.refused import Unusable, WrongState
from policy.school import Concerns
from storage.codec import upgrade

CALENDAR = Calendar()
MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LADDER: Ladder = ((Reach("dsl"),), (Reach("one"), Reach("two")), (Reach("head"),))


def concern(raised: datetime = MONDAY, **more: object) -> Concern:
    """A concern as it is raised, before anybody is told."""
    first = Concern(
        "7F3K-9QPM", "harbour", "tom", raised, About.COLLEAGUE, Risk.NO, Concerns.RECORD, Report(what="x"), ("cara",)
    )
    return replace(first, **more)  # type: ignore[arg-type]


def test_a_concern_of_before_has_the_name_that_was_typed_among_its_names() -> None:
    assert upgrade(Concern, {"named": "Dina"}, 1) == {"named": ["Dina"]}
    assert upgrade(Concern, {"named": ""}, 1) == {"named": []}


def due(found: Concern) -> datetime:
    assert found.next_due is not None
    return found.next_due


def steps(found: Concern, ladder: Ladder, now: datetime, most: int = 12) -> list[tuple[datetime, Step]]:
    """What a climb does that nobody stops, each at the moment at which it falls due."""
    taken = list[tuple[datetime, Step]]()
    for _ in range(most):
        found, step = climb(found, ladder, now, CALENDAR)
        taken.append((now, step))
        now = due(found)
    return taken


def test_the_whole_climb_in_staffed_hours() -> None:
    taken = steps(concern(), LADDER, MONDAY, 6)
    everybody = ("dsl", "one", "two", "head")
    assert [step for _, step in taken] == [
        Step(alert=("dsl",)),
        Step(alert=("one", "two")),
        Step(alert=("head",)),
        Step(mail=everybody),
        Step(unseen=True),
        Step(alert=("dsl",)),
    ]
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(taken)]
    assert gaps[:4] == [15 * MINUTE] * 4
    assert taken[5][0] == datetime(2027, 3, 2, 8, 0, tzinfo=UTC)


def test_outside_staffed_hours_it_waits_twice_as_long() -> None:
    evening = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)
    found, _ = climb(concern(evening), LADDER, evening, CALENDAR)
    assert due(found) == evening + 30 * MINUTE
    found, _ = climb(concern(), LADDER, evening - MINUTE, CALENDAR)
    assert due(found) == evening - MINUTE + 15 * MINUTE


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2027-03-01 07:59", "2027-03-01 08:00"),
        ("2027-03-01 08:00", "2027-03-02 08:00"),
        ("2027-03-05 23:00", "2027-03-06 08:00"),
        ("2027-12-24 20:00", "2027-12-25 08:00"),
        ("2027-03-27 12:00", "2027-03-28 07:00"),
        ("2027-10-30 12:00", "2027-10-31 08:00"),
    ],
)
def test_it_begins_again_each_morning_also_at_weekends_on_holidays_and_closures(now: str, morning: str) -> None:
    closed = Calendar(closures=((date(2027, 3, 1), date(2027, 3, 7)),))
    for calendar in (CALENDAR, closed):
        at = datetime.fromisoformat(now).replace(tzinfo=UTC)
        assert next_day_begins(at, calendar) == datetime.fromisoformat(morning).replace(tzinfo=UTC)


def test_whoever_is_away_is_passed_over() -> None:
    ladder: Ladder = ((Reach("dsl", here=False),), (Reach("one", here=False), Reach("two")), (Reach("head"),))
    taken = [step for _, step in steps(concern(), ladder, MONDAY, 3)]
    assert taken == [Step(alert=("two",)), Step(alert=("head",)), Step(mail=("dsl", "one", "two", "head"))]


def test_when_all_are_away_all_are_told() -> None:
    ladder: Ladder = ((Reach("dsl", here=False),), (Reach("head", here=False),))
    assert steps(concern(), ladder, MONDAY, 1)[0][1] == Step(alert=("dsl", "head"))


def test_whom_no_test_alert_has_reached_is_not_told_alone() -> None:
    ladder: Ladder = ((Reach("dsl", proven=False),), (Reach("one", proven=False), Reach("two")), (Reach("head"),))
    assert steps(concern(), ladder, MONDAY, 1)[0][1] == Step(alert=("dsl", "one", "two"))


def test_whom_no_test_alert_has_reached_is_not_told_alone_when_the_others_are_away() -> None:
    away, unproven = Reach("dsl", here=False), Reach("one", proven=False)
    for ladder in (((away,), (unproven,)), ((unproven,), (away,)), ((unproven, away),)):
        assert {*steps(concern(), ladder, MONDAY, 1)[0][1].alert} == {"dsl", "one"}
    assert steps(concern(), ((away,), (Reach("one"),)), MONDAY, 1)[0][1] == Step(alert=("one",))


def test_somebody_who_comes_back_while_it_climbs_is_told_next() -> None:
    away: Ladder = ((Reach("dsl", here=False),), (Reach("head"),))
    found, step = climb(concern(), away, MONDAY, CALENDAR)
    assert step == Step(alert=("head",))
    back: Ladder = ((Reach("dsl"),), (Reach("head"),))
    assert climb(found, back, due(found), CALENDAR)[1] == Step(alert=("dsl",))


def test_when_nobody_is_left_whoever_raised_it_hears_so_at_once() -> None:
    found, step = climb(concern(), (), MONDAY, CALENDAR)
    assert step == Step(unseen=True)
    assert found.climb is Climb.UNSEEN
    assert due(found) == datetime(2027, 3, 2, 8, 0, tzinfo=UTC)


def test_an_outage_of_days_is_one_late_alert() -> None:
    found, _ = climb(concern(), LADDER, MONDAY, CALENDAR)
    late = MONDAY + timedelta(days=3)
    found, step = climb(found, LADDER, late, CALENDAR)
    assert step == Step(alert=("one", "two"))
    assert due(found) == late + 15 * MINUTE


def test_acknowledging_ends_the_climb_and_names_who_manages_it() -> None:
    found, _ = climb(concern(), LADDER, MONDAY, CALENDAR)
    taken = schedule(acknowledge(found, "dsl", ("dsl", "dsl-of-old"), MONDAY), CALENDAR)
    assert taken.status is State.ACKNOWLEDGED
    assert due(taken) == datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    assert taken.manager == "dsl"
    assert acknowledge(taken, "dsl-of-old", ("dsl", "dsl-of-old"), MONDAY) is taken
    both = acknowledge(taken, "head", ("head",), MONDAY + MINUTE)
    assert [each.by for each in both.acknowledged] == ["dsl", "head"]
    assert both.manager == "dsl"


def test_the_case_stays_with_whom_the_route_gave_it_to_once_they_have_been_told() -> None:
    told = concern(manager="head", told=("head", "dsl"))
    assert acknowledge(told, "dsl", ("dsl",), MONDAY).manager == "head"
    assert acknowledge(concern(manager="head", told=("dsl",)), "dsl", ("dsl",), MONDAY).manager == "dsl"


IDS = ("dsl", "one", "two", "head", "chair")

_ladders = st.permutations(IDS).flatmap(
    lambda ids: st.lists(st.booleans(), min_size=5, max_size=5).map(lambda cuts: _cut(ids, cuts))
)


def _cut(ids: list[str], cuts: list[bool]) -> list[list[str]]:
    rungs: list[list[str]] = [[]]
    for id, cut in zip(ids, cuts, strict=True):
        if cut and rungs[-1]:
            rungs.append([])
        rungs[-1].append(id)
    return rungs


@given(
    rungs=_ladders,
    states=st.lists(st.dictionaries(st.sampled_from(IDS), st.tuples(st.booleans(), st.booleans())), min_size=1),
    waits=st.lists(st.integers(0, 60 * 24 * 4), min_size=1, max_size=30),
    start=st.datetimes(datetime(2027, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
)
def test_a_live_concern_that_nobody_has_acknowledged_always_has_a_next_step(
    rungs: list[list[str]],
    states: list[dict[str, tuple[bool, bool]]],
    waits: list[int],
    start: datetime,
) -> None:
    """Whoever comes and goes, and however late the ticks are: one step a tick, to nobody who is on no rung."""
    found, now = concern(start), start
    for number, wait in enumerate(waits):
        state = states[number % len(states)]
        ladder = [[Reach(id, *state.get(id, (True, True))) for id in rung] for rung in rungs]
        found, step = climb(found, ladder, now, CALENDAR)
        assert found.status is State.SENT
        assert due(found) > now
        assert (bool(step.alert), bool(step.mail), step.unseen).count(True) == 1
        assert {*step.alert, *step.mail, *found.told, *found.readers} <= set(IDS)
        assert len(set(step.alert)) == len(step.alert)
        now = due(found) + wait * MINUTE


@given(rungs=_ladders, start=st.datetimes(datetime(2027, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))
def test_everybody_has_been_told_before_whoever_raised_it_hears_that_nobody_answers(
    rungs: list[list[str]], start: datetime
) -> None:
    taken = [step for _, step in steps(concern(start), [[Reach(id) for id in rung] for rung in rungs], start, 20)]
    first = next(number for number, step in enumerate(taken) if step.unseen)
    assert {id for step in taken[:first] for id in step.alert} == set(IDS)
    assert {id for step in taken[:first] for id in step.mail} == set(IDS)


def at_risk(raised: datetime = MONDAY, **more: object) -> Concern:
    """A concern in which a child may be at risk, and which somebody has taken up."""
    found = concern(
        raised, risk=Risk.UNSURE, status=State.ACKNOWLEDGED, told=("dsl",), readers=("dsl",), manager="dsl"
    )
    return schedule(
        replace(found, acknowledged=(Acknowledgement("dsl", raised),), **more),  # type: ignore[arg-type]
        CALENDAR,
    )


def test_the_lado_clock_is_one_working_day() -> None:
    assert lado_due(at_risk(), CALENDAR) == datetime(2027, 3, 2, 17, 0, tzinfo=UTC)
    friday = datetime(2027, 3, 26, 16, 0, tzinfo=UTC)
    assert lado_due(at_risk(friday), CALENDAR) == datetime(2027, 3, 30, 16, 0, tzinfo=UTC)


def test_whoever_manages_it_is_reminded_of_the_lado_until_it_is_answered() -> None:
    found, said = at_risk(), list[str]()
    for _ in range(4):
        now = due(found)
        found, pressed = press(found, now, CALENDAR)
        assert pressed
        said.append(f"{now:%a %H:%M}")
    assert said == ["Tue 08:00", "Tue 16:00", "Wed 08:00", "Thu 08:00"]
    late = MONDAY + timedelta(days=3, hours=1)
    answered = schedule(answer_lado(found, Lado(Contacted.YES, "dsl", late, MONDAY)), CALENDAR)
    assert press(answered, due(answered), CALENDAR)[1] is False


def test_each_morning_it_is_seen_that_somebody_is_left_to_act_on_it() -> None:
    closed = Calendar(closures=((MONDAY.date(), (MONDAY + timedelta(days=20)).date()),))
    for risk in Risk:
        found, mornings = schedule(replace(at_risk(), risk=risk), closed), list[str]()
        for _ in range(6):
            mornings.append(f"{due(found):%a %H:%M}")
            found, said = press(found, due(found), closed)
            assert not said
        assert mornings == ["Tue 08:00", "Wed 08:00", "Thu 08:00", "Fri 08:00", "Sat 08:00", "Sun 08:00"]


def test_one_that_calls_for_somebody_climbs_until_somebody_looks() -> None:
    found, step = climb(call(at_risk()), LADDER, MONDAY, CALENDAR)
    assert step == Step(alert=("dsl",))
    assert due(found) == MONDAY + 15 * MINUTE
    assert acknowledge(found, "dsl", ("dsl",), MONDAY) == looked_at(found)
    assert due(schedule(looked_at(found), CALENDAR)) == due(at_risk())


def test_whoever_no_e_mail_can_be_sent_to_is_told_in_the_chat_or_the_step_is_left_out() -> None:
    unmailed = ((Reach("dsl", mailed=False),), (Reach("one", here=False, mailed=False), Reach("two")))
    assert [step for _, step in steps(concern(), unmailed, MONDAY, 4)] == [
        Step(alert=("dsl",)),
        Step(alert=("two",)),
        Step(alert=("one",), mail=("two",)),
        Step(unseen=True),
    ]
    none = ((Reach("dsl", mailed=False),), (Reach("one", mailed=False),))
    taken = [step for _, step in steps(concern(), none, MONDAY, 3)]
    assert taken == [Step(alert=("dsl",)), Step(alert=("one",)), Step(unseen=True)]


def test_what_cannot_be_delivered_makes_the_next_step_due_and_no_more_than_that() -> None:
    first, _ = climb(concern(), LADDER, MONDAY, CALENDAR)
    assert due(not_reached(first, "dsl", CALENDAR, mail=False)) == MONDAY
    assert not_reached(first, "dsl", CALENDAR, mail=True) is first
    assert not_reached(first, "head", CALENDAR, mail=False) is first
    second, _ = climb(not_reached(first, "dsl", CALENDAR, mail=False), LADDER, MONDAY + MINUTE, CALENDAR)
    assert due(second) == MONDAY + 16 * MINUTE
    missed = not_reached(second, "one", CALENDAR, mail=False)
    assert due(missed) == MONDAY + MINUTE
    assert not_reached(missed, "two", CALENDAR, mail=False) is missed
    taken = acknowledge(missed, "two", ("two",), MONDAY)
    assert not_reached(taken, "two", CALENDAR, mail=False) is taken


def test_a_reminder_that_reaches_nobody_begins_a_climb_past_those_it_was_for() -> None:
    found = reminded(at_risk(climb=Climb.MAILED), ("dsl", "head"))
    assert not_reached(found, "dsl", CALENDAR, mail=True) is found
    one = not_reached(found, "dsl", CALENDAR, mail=False)
    assert not one.climbs
    both = not_reached(one, "head", CALENDAR, mail=False)
    assert due(both) <= MONDAY
    assert climb(both, LADDER, MONDAY + HOUR, CALENDAR)[1] == Step(alert=("one", "two"))
    seen = acknowledge(found, "one", ("one",), MONDAY)
    assert not_reached(seen, "dsl", CALENDAR, mail=False) is seen


def test_e_mails_hurry_nothing_until_all_of_them_are_lost() -> None:
    found = concern()
    for minutes in (0, 15, 30, 45):
        found, step = climb(found, LADDER, MONDAY + minutes * MINUTE, CALENDAR)
    for person in ("dsl", "one", "two"):
        found = not_reached(found, person, CALENDAR, mail=True)
        assert due(found) == MONDAY + 60 * MINUTE
    found = not_reached(found, "head", CALENDAR, mail=True)
    assert due(found) == MONDAY + 45 * MINUTE
    found, step = climb(found, LADDER, MONDAY + 46 * MINUTE, CALENDAR)
    assert step == Step(unseen=True)
    assert due(found) == datetime(2027, 3, 2, 8, 0, tzinfo=UTC)


def test_a_reminder_of_the_lado_comes_in_staffed_hours() -> None:
    night = datetime(2027, 3, 2, 22, 0, tzinfo=UTC)
    found, said = press(at_risk(), night, CALENDAR)
    assert not said
    assert due(found) == datetime(2027, 3, 3, 8, 0, tzinfo=UTC)


def test_not_yet_is_no_answer() -> None:
    found = schedule(answer_lado(at_risk(), Lado(Contacted.NOT_YET, "dsl", MONDAY)), CALENDAR)
    assert found.next_due is not None
    with pytest.raises(WrongState, match="LADO"):
        close(found, Outcome(Ending.ACTED, "dsl", MONDAY))


@pytest.mark.parametrize("when", [None, MONDAY + HOUR])
def test_when_the_lado_was_contacted_must_be_said_and_have_come(when: datetime | None) -> None:
    with pytest.raises(Unusable):
        answer_lado(at_risk(), Lado(Contacted.YES, "dsl", MONDAY, when))


def test_nothing_is_settled_before_somebody_has_taken_it_up_or_after_it_is_closed() -> None:
    ended = close(at_risk(risk=Risk.NO), Outcome(Ending.LOW_LEVEL, "dsl", MONDAY))
    assert schedule(ended, CALENDAR).next_due is None
    for found in (concern(), ended):
        with pytest.raises(WrongState):
            close(found, Outcome(Ending.ACTED, "dsl", MONDAY))
        with pytest.raises(WrongState):
            refer(found, "Police")
        with pytest.raises(WrongState):
            add_reader(found, "head")
        with pytest.raises(WrongState):
            answer_lado(found, Lado(Contacted.NOT_NEEDED, "dsl", MONDAY))
    with pytest.raises(WrongState):
        acknowledge(ended, "dsl", ("dsl",), MONDAY)


def test_whom_an_alert_has_reached_stays_also_where_another_account_of_theirs_was_added() -> None:
    found = concern(told=("dsl",), readers=("dsl", "dsl elsewhere", "olu"))
    with pytest.raises(WrongState, match="added by name"):
        remove_reader(found, ("dsl", "dsl elsewhere"))
    assert remove_reader(found, ("olu",)).readers == ("dsl", "dsl elsewhere")


@example(23 * 60 - 10, 5, False)
@given(st.integers(0, 14 * 24 * 60), st.integers(0, 600), st.booleans())
def test_a_start_changes_nothing_of_when_a_concern_falls_due_while_the_clock_is_right(
    raised: int, later: int, taken_up: bool
) -> None:
    """Above all it takes nobody's time to see an alert that was sent shortly before the school opened."""
    then = MONDAY + raised * MINUTE
    found, _ = climb(concern(then), LADDER, then, CALENDAR)
    if taken_up:
        found = schedule(acknowledge(found, "dsl", ("dsl",), then), CALENDAR)
    assert put_back(found, then + later * MINUTE, CALENDAR) == found
