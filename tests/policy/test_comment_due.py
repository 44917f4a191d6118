"""The ladder of reminders: when each rung comes, to whom, and that nothing is said twice or at a bad hour."""

import heapq
import random
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.calendar import Calendar
from policy.comment import Comment, Kind, Said, State, acknowledge, answer, log, not_for_us, snooze
from policy.comment.due import BEFORE, CLOSING, Nag, Rung, fall_due, may_wait, schedule, snoozes
from storage.codec import decode, encode
from tests.policy.oracle import Hours, full_hour, ladder

LONDON = ZoneInfo("Europe/London")
PLAIN = Calendar()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CLOSURES = ((date(2027, 2, 15), date(2027, 2, 19)), (date(2027, 4, 5), date(2027, 4, 9)))

Told = tuple[str, str, bool]
"""When (local), which rungs with "+" between them, "*" before them if for the eager alone; and to the head?"""


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def logged(received: str, when: str = "", kind: Kind = Kind.COMMENT, calendar: Calendar = PLAIN) -> Comment:
    """A comment received then, and logged then or at once."""
    first = at(received, calendar.zone)
    now = at(when, calendar.zone) if when else first
    return log("C-1", "harbour", "page", kind, "A parent", "Words", "", first, "tom", now, calendar)


def said(now: datetime) -> Said:
    return Said("Thank you", "under it", "olu", now, "free")


def passing(
    comment: Comment,
    until: str,
    calendar: Calendar = PLAIN,
    *,
    rungs: tuple[Rung, ...] = BEFORE,
    eager: bool = False,
    down: tuple[str, str] | None = None,
) -> Iterator[tuple[datetime, Comment, Nag]]:
    """Each reminder until then, the clock ticking whenever something is due, but not from `down` on until its end."""
    comment = schedule(comment, calendar, rungs, eager=eager)
    now, end = comment.logged_at, at(until, calendar.zone)
    for _ in range(10_000):
        if down and at(down[0]) <= now < at(down[1]):
            now = at(down[1])
        if now > end:
            return
        comment, nag = fall_due(comment, now, calendar, rungs, eager=eager)
        if nag:
            yield now, comment, nag
        assert comment.next_due is not None
        assert comment.next_due > now
        now = comment.next_due
    raise AssertionError("it never ends")


def story(comment: Comment, until: str, calendar: Calendar = PLAIN, **more: object) -> list[Told]:
    """The reminders until then as a table."""
    return [
        (
            f"{calendar.local(now):%a %H:%M}",
            ("*" if nag.eager else "") + "+".join(nag.rungs),
            nag.head,
        )
        for now, _, nag in passing(comment, until, calendar, **more)  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize(
    ("received", "when", "told"),
    [
        (
            "2027-03-02T09:15",
            "",
            [
                ("Tue 09:15", "logged", False),
                ("Tue 17:00", "last", False),
                ("Wed 08:00", "half", False),
                ("Wed 08:15", "hour", False),
                ("Wed 09:15", "overdue", True),
                ("Wed 10:00", "again", False),
            ],
        ),
        (
            "2027-03-02T23:00",
            "",
            [
                ("Wed 08:00", "logged", False),
                ("Wed 11:00", "half", False),
                ("Wed 16:00", "hour", False),
                ("Wed 17:00", "last", False),
                ("Thu 08:00", "overdue", True),
                ("Thu 09:00", "again", False),
            ],
        ),
        (
            "2027-03-05T10:00",
            "",
            [
                ("Fri 10:00", "logged", False),
                ("Fri 16:00", "hour", False),
                ("Fri 17:00", "half+last", False),
                ("Mon 08:00", "overdue", True),
                ("Mon 09:00", "again", False),
            ],
        ),
        ("2027-03-05T18:00", "", [("Fri 18:00", "logged", False), ("Mon 08:00", "overdue", True)]),
        ("2027-03-05T17:00", "", [("Fri 17:00", "logged", False), ("Mon 08:00", "overdue", True)]),
        (
            "2027-03-06T11:00",
            "",
            [
                ("Mon 08:00", "logged+half", False),
                ("Mon 16:00", "hour", False),
                ("Mon 17:00", "last", False),
                ("Tue 08:00", "overdue", True),
            ],
        ),
        ("2027-03-01T10:00", "2027-03-02T09:00", [("Tue 09:00", "logged", False), ("Tue 10:00", "overdue", True)]),
        ("2027-03-01T10:00", "2027-03-02T09:30", [("Tue 09:30", "logged", False), ("Tue 10:00", "overdue", True)]),
        ("2027-03-01T10:00", "2027-03-02T14:20", [("Tue 14:20", "logged+overdue", True)]),
        ("2027-03-01T10:00", "2027-03-02T22:00", [("Wed 08:00", "logged+overdue", True)]),
        ("2027-03-04T10:00", "2027-03-06T12:00", [("Mon 08:00", "logged+overdue", True)]),
        (
            "2027-03-01T17:00",
            "",
            [("Tue 08:00", "logged+half", False), ("Tue 16:00", "hour", False), ("Wed 08:00", "overdue", True)],
        ),
    ],
)
def test_the_rungs_of_a_comment_that_nobody_answers(received: str, when: str, told: list[Told]) -> None:
    comment = logged(received, when)
    assert story(comment, "2027-03-12T23:00")[: len(told)] == told


def test_overdue_it_is_each_staffed_hour_for_owners_and_each_working_morning_for_the_head() -> None:
    told = story(logged("2027-03-24T15:00"), "2027-03-31T09:30")[4:]
    assert told[:3] == [("Thu 15:00", "overdue", True), ("Thu 16:00", "again", False), ("Tue 08:00", "again", True)]
    assert [when for when, _, _ in told[2:11]] == [f"Tue {hour:02}:00" for hour in range(8, 17)]
    assert [when for when, _, head in told if head] == ["Thu 15:00", "Tue 08:00", "Wed 08:00"]


@pytest.mark.parametrize(
    ("received", "when", "told"),
    [
        (
            "2027-03-02T21:00",
            "",
            [
                ("Tue 21:00", "*logged", False),
                ("Wed 08:00", "logged", False),
                ("Wed 09:00", "half", False),
                ("Wed 16:00", "hour", False),
                ("Wed 17:00", "last", False),
                ("Wed 21:00", "*overdue", False),
                ("Thu 08:00", "overdue", True),
            ],
        ),
        (
            "2027-03-02T14:00",
            "",
            [
                ("Tue 14:00", "logged", False),
                ("Tue 17:00", "last", False),
                ("Wed 02:00", "*half", False),
                ("Wed 08:00", "half", False),
                ("Wed 13:00", "hour", False),
                ("Wed 14:00", "overdue", True),
            ],
        ),
        (
            "2027-03-05T18:00",
            "",
            [
                ("Fri 18:00", "logged", False),
                ("Sat 06:00", "*half", False),
                ("Sat 18:00", "*overdue", False),
                ("Mon 08:00", "overdue", True),
            ],
        ),
        ("2027-03-04T10:00", "2027-03-06T12:00", [("Sat 12:00", "*logged+overdue", False)]),
    ],
)
def test_those_who_hear_at_any_hour_hear_of_each_rung_when_it_falls(
    received: str, when: str, told: list[Told]
) -> None:
    assert story(logged(received, when), "2027-03-12T23:00", eager=True)[: len(told)] == told


def test_what_the_eager_have_heard_by_night_is_for_the_others_in_the_morning() -> None:
    nags = {
        (PLAIN.local(now).hour, nag.eager): nag.heard
        for now, _, nag in passing(logged("2027-03-02T14:00"), "2027-03-03T13:30", eager=True)
    }
    assert nags == {(14, False): False, (17, False): False, (2, True): False, (8, False): True, (13, False): False}


def test_where_something_is_new_to_the_eager_too_they_hear_of_it_with_the_others() -> None:
    comment, down = logged("2027-03-02T14:00"), ("2027-03-03T03:00", "2027-03-03T13:20")
    *_, night, (now, _, nag) = passing(comment, "2027-03-03T13:30", eager=True, down=down)
    assert (night[2].rungs, night[2].eager) == ((Rung.HALF,), True)
    assert (now, nag.rungs, nag.eager, nag.heard) == (at(down[1]), (Rung.HALF, Rung.HOUR), False, False)


def test_what_was_for_the_eager_alone_is_said_once_when_it_comes_late_with_the_rest() -> None:
    comment, down = logged("2027-03-05T18:00"), ("2027-03-05T18:00", "2027-03-06T07:00")
    assert story(comment, "2027-03-06T19:00", eager=True, down=down) == [
        ("Sat 07:00", "logged+half", False),
        ("Sat 18:00", "*overdue", False),
    ]


def test_by_night_the_eager_hear_late_what_the_others_wait_for() -> None:
    told = story(
        logged("2027-03-02T14:00"), "2027-03-03T08:30", eager=True, down=("2027-03-02T15:00", "2027-03-02T19:00")
    )
    assert told == [
        ("Tue 14:00", "logged", False),
        ("Tue 19:00", "*last", False),
        ("Wed 02:00", "*half", False),
        ("Wed 08:00", "half+last", False),
    ]


@pytest.mark.parametrize(
    ("received", "down", "told"),
    [
        ("2027-03-02T09:15", ("2027-03-02T16:00", "2027-03-03T08:20"), [("Wed 08:20", "half+last+hour", False)]),
        ("2027-03-02T09:15", ("2027-03-02T16:00", "2027-03-02T17:04"), [("Tue 17:04", "last", False)]),
        ("2027-03-02T09:15", ("2027-03-02T16:00", "2027-03-02T17:05"), [("Wed 08:00", "half+last", False)]),
        (
            "2027-03-02T09:15",
            ("2027-03-02T16:00", "2027-03-04T03:00"),
            [("Thu 08:00", "half+last+hour+overdue", True)],
        ),
        ("2027-03-05T10:00", ("2027-03-05T12:00", "2027-03-05T18:30"), [("Fri 18:30", "half+last+hour", False)]),
        (
            "2027-03-05T10:00",
            ("2027-03-05T12:00", "2027-03-06T10:00"),
            [("Mon 08:00", "half+last+hour+overdue", True)],
        ),
        ("2027-03-02T17:02", ("2027-03-03T16:30", "2027-03-03T17:03"), [("Thu 08:00", "last+overdue", True)]),
        ("2027-03-02T15:30", ("2027-03-03T15:00", "2027-03-03T17:02"), [("Wed 17:02", "overdue", True)]),
        ("2027-03-02T09:15", ("2027-03-03T11:30", "2027-03-05T14:20"), [("Fri 14:20", "again", True)]),
    ],
)
def test_after_an_outage_there_is_one_late_reminder(received: str, down: tuple[str, str], told: list[Told]) -> None:
    comment = logged(received)
    after = [
        (now, nag) for now, _, nag in passing(comment, "2027-03-12T23:00", down=down) if now >= at(down[1])
    ]  # fmt: skip
    assert [(f"{PLAIN.local(now):%a %H:%M}", "+".join(nag.rungs), nag.head) for now, nag in after[:1]] == told
    assert after[1][0] - after[0][0] >= 10 * MINUTE


def test_a_complaint_is_the_headteachers_when_logged_and_again_when_overdue_on_the_same_day() -> None:
    late = logged("2027-03-01T10:00", "2027-03-02T08:10", Kind.COMPLAINT)
    assert story(late, "2027-03-03T09:00")[:3] == [
        ("Tue 08:10", "logged", True),
        ("Tue 09:00", "hour", False),
        ("Tue 10:00", "overdue", True),
    ]
    assert [head for _, _, head in story(late, "2027-03-03T09:00")].count(True) == 3
    by_night = story(logged("2027-03-02T21:00", "", Kind.COMPLAINT), "2027-03-03T08:30", eager=True)
    assert by_night == [("Tue 21:00", "*logged", False), ("Wed 08:00", "logged", True)]


@pytest.mark.parametrize(
    ("received", "when", "due", "told"),
    [
        (
            "2027-03-02T10:00",
            "",
            "2027-03-02T11:00",
            [("Tue 10:00", "logged", False), ("Tue 10:30", "half", False), ("Tue 11:00", "overdue", True)],
        ),
        (
            "2027-03-02T16:00",
            "",
            "2027-03-02T17:00",
            [("Tue 16:00", "logged", False), ("Tue 16:30", "half", False), ("Wed 08:00", "overdue", True)],
        ),
        (
            "2027-03-02T16:30",
            "",
            "2027-03-03T08:30",
            [
                ("Tue 16:30", "logged", False),
                ("Tue 17:00", "last", False),
                ("Wed 08:00", "half", False),
                ("Wed 08:30", "overdue", True),
            ],
        ),
        (
            "2027-03-06T10:00",
            "",
            "2027-03-08T09:00",
            [("Mon 08:00", "logged+half+hour", False), ("Mon 09:00", "overdue", True)],
        ),
        (
            "2027-03-05T18:00",
            "",
            "2027-03-06T18:00",
            [("Fri 18:00", "logged", False), ("Mon 08:00", "overdue", True)],
        ),
    ],
)
def test_an_offensive_one_is_due_in_a_staffed_hour(received: str, when: str, due: str, told: list[Told]) -> None:
    comment = logged(received, when, Kind.OFFENSIVE)
    assert comment.due == at(due)
    assert story(comment, "2027-03-12T23:00")[: len(told)] == told


def test_an_acknowledged_comment_leaves_the_ladder_and_is_asked_after_five_working_mornings() -> None:
    comment = acknowledge(logged("2027-03-02T09:15"), said(at("2027-03-22T09:30")))
    assert story(replace(comment, logged_at=at("2027-03-22T09:30")), "2027-04-12T12:00") == [
        ("Wed 08:00", "acknowledged", False),
        ("Wed 08:00", "acknowledged", False),
    ]
    done = answer(comment, said(at("2027-03-23T09:30")))
    assert schedule(done, PLAIN, eager=True).next_due is None
    assert fall_due(done, at("2027-05-01T09:00"), PLAIN)[1] is None


def test_snoozed_it_is_quiet_until_then_and_all_that_was_due_comes_in_one() -> None:
    comment, nag = fall_due(logged("2027-03-02T08:30"), at("2027-03-02T08:30"), PLAIN)
    assert nag is not None
    snoozed = snooze(comment, at("2027-03-03T08:00"), at("2027-03-02T08:40"))
    assert story(snoozed, "2027-03-03T08:40") == [
        ("Wed 08:00", "half+last+hour", False),
        ("Wed 08:30", "overdue", True),
    ]


def test_a_snooze_to_a_bad_hour_ends_with_the_staffed_hours_before_or_after_it() -> None:
    friday, _ = fall_due(logged("2027-03-05T09:00"), at("2027-03-05T09:00"), PLAIN)
    by_night = snooze(friday, at("2027-03-06T03:00"), at("2027-03-05T09:10"))
    assert story(by_night, "2027-03-07T12:00") == [("Fri 17:00", "half+last+hour", False)]
    tuesday, _ = fall_due(logged("2027-03-02T13:00"), at("2027-03-02T13:00"), PLAIN)
    by_night = snooze(tuesday, at("2027-03-03T03:00"), at("2027-03-02T13:10"))
    assert story(by_night, "2027-03-03T11:00") == [("Wed 08:00", "half+last", False)]


@pytest.mark.parametrize(
    ("received", "now", "offered"),
    [
        ("2027-03-02T13:00", "2027-03-02T13:10", ["Tue 14:10", "Tue 16:00", "Wed 08:00"]),
        ("2027-03-02T13:00", "2027-03-02T16:30", ["Wed 08:00", "Wed 08:30"]),
        ("2027-03-02T13:00", "2027-03-02T16:00", ["Tue 17:00", "Wed 08:00"]),
        ("2027-03-05T13:00", "2027-03-05T18:00", []),
        ("2027-03-02T13:00", "2027-03-03T12:00", []),
        ("2027-03-02T13:00", "2027-03-03T11:59", ["Wed 12:59"]),
        ("2027-03-06T13:00", "2027-03-06T14:00", ["Mon 08:00", "Mon 09:00"]),
    ],
)
def test_a_snooze_is_offered_to_a_staffed_time_before_the_deadline(
    received: str, now: str, offered: list[str]
) -> None:
    assert [f"{PLAIN.local(each):%a %H:%M}" for each in snoozes(logged(received), at(now), PLAIN)] == offered


def test_where_the_day_is_shorter_than_an_hour_no_snooze_ends_before_it_opens() -> None:
    short = Calendar(opens=datetime(2027, 1, 1, 8).time(), closes=datetime(2027, 1, 1, 8, 30).time())
    offered = snoozes(logged("2027-03-02T06:00"), at("2027-03-02T06:10"), short)
    assert [f"{short.local(each):%a %H:%M}" for each in offered] == ["Tue 08:00"]


def test_a_school_may_leave_out_rungs() -> None:
    told = story(logged("2027-03-02T09:15"), "2027-03-03T09:30", rungs=(Rung.HOUR,))
    assert [rung for _, rung, _ in told] == ["logged", "hour", "overdue"]
    told = story(logged("2027-03-02T09:15"), "2027-03-03T09:30", rungs=(), eager=True)
    assert [rung for _, rung, _ in told] == ["logged", "overdue"]


def test_half_the_time_is_half_of_what_passes_where_the_clocks_change_in_the_week() -> None:
    cairo = Calendar(zone=ZoneInfo("Africa/Cairo"))
    comment = logged("2027-04-29T12:00", calendar=cairo)
    told = story(comment, "2027-05-03T08:30", cairo, eager=True)
    assert told == [
        ("Thu 12:00", "logged", False),
        ("Thu 17:00", "last", False),
        ("Fri 01:00", "*half", False),
        ("Fri 08:00", "half", False),
        ("Fri 12:00", "hour", False),
        ("Fri 13:00", "overdue", True),
        ("Fri 14:00", "again", False),
        ("Fri 15:00", "again", False),
        ("Fri 16:00", "again", False),
    ]


def test_over_easter_and_the_change_of_the_clocks() -> None:
    assert story(logged("2027-03-27T10:00"), "2027-03-31T08:30") == [
        ("Tue 08:00", "logged+half", False),
        ("Tue 16:00", "hour", False),
        ("Tue 17:00", "last", False),
        ("Wed 08:00", "overdue", True),
    ]
    assert story(logged("2027-03-25T16:30"), "2027-03-30T08:30") == [
        ("Thu 16:30", "logged", False),
        ("Thu 17:00", "half+last", False),
        ("Tue 08:00", "overdue", True),
    ]


moments = st.integers(0, 90 * 24 * 60).map(lambda n: datetime(2027, 2, 1, tzinfo=UTC) + n * MINUTE)
gaps = st.sampled_from([timedelta(), timedelta(), MINUTE, 4 * MINUTE, HOUR, 7 * HOUR, DAY, 9 * DAY])
steps = st.lists(st.tuples(gaps, st.sampled_from(["", "", "", "snooze", "acknowledge", "toggle"])), max_size=25)


@settings(max_examples=300)
@given(moments, gaps, st.sampled_from(Kind), st.sets(st.sampled_from(BEFORE)), st.booleans(), steps)
def test_called_when_it_asks_to_be_the_clock_always_moves_on(
    first: datetime, later: timedelta, kind: Kind, rungs: set[Rung], eager: bool, steps: list[tuple[timedelta, str]]
) -> None:
    calendar, now = Calendar(closures=CLOSURES), first + later
    comment = log("C-1", "harbour", "page", kind, "", "Words", "", first, "tom", now, calendar)
    heard: Counter[str] = Counter()
    for gap, step in steps:
        comment, nag = fall_due(comment, now, calendar, rungs, eager=eager)
        assert comment.next_due is not None
        assert comment.next_due > now
        again, none = fall_due(comment, now, calendar, rungs, eager=eager)
        assert none is None
        assert again.told == comment.told
        for rung in nag.rungs if nag and not nag.eager else ():
            heard[rung] += rung not in (Rung.AGAIN, Rung.ACKNOWLEDGED)
        assert all(times == 1 for times in heard.values() if times)
        if comment.status is State.OPEN and now < comment.due and step == "snooze":
            comment = snooze(comment, now + (comment.due - now) / 3, now)
        elif comment.status is State.OPEN and step == "acknowledge" and kind is not Kind.OFFENSIVE:
            comment = acknowledge(comment, said(now))
        elif step == "toggle":
            eager = not eager
        comment = schedule(comment, calendar, rungs, eager=eager)
        assert comment.next_due is not None
        now = max(comment.next_due, now) + gap


FIRST, LAST = date(2027, 1, 1), date(2027, 6, 30)
COMMENTS = 3_000
SHUT = frozenset(first + n * DAY for first, last in CLOSURES for n in range((last - first).days + 1))


@dataclass
class Life:
    """A comment of the half-year: what it is now, what becomes of it and when, and each reminder with its second."""

    comment: Comment
    eager: bool
    plan: list[tuple[int, str]]
    nags: list[tuple[int, Nag]] = field(default_factory=list)
    snoozed: tuple[int, int] | None = None
    acknowledged: int | None = None
    closed: int | None = None


@dataclass
class HalfYear:
    """A busy school from January to June: the clock ticks, stops for hours or days, and records are read again."""

    seed: int
    calendar: Calendar = field(default_factory=lambda: Calendar(closures=CLOSURES))
    lives: dict[str, Life] = field(default_factory=dict)
    ticks: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        """Everything from the first tick to the last."""
        dice = random.Random(self.seed)
        self.ticks = self._ticks(dice)
        arrivals = sorted(dice.choice(self.ticks[:-6_000]) for _ in range(COMMENTS))
        heap: list[tuple[int, str]] = []
        todo: list[tuple[int, str, str]] = []
        arrived = 0
        for tick in self.ticks:
            now = datetime.fromtimestamp(tick, UTC)
            if dice.random() < 0.001:
                self._restart()
            while heap and heap[0][0] <= tick:
                self._due(heapq.heappop(heap)[1], tick, heap)
            while arrived < len(arrivals) and arrivals[arrived] <= tick:
                arrived += 1
                life = self._arrive(dice, f"C-{arrived}", now)
                for when, what in life.plan:
                    heapq.heappush(todo, (tick + when, life.comment.id, what))
                self._due(life.comment.id, tick, heap, fresh=True)
            while todo and todo[0][0] <= tick:
                _, id, what = heapq.heappop(todo)
                self._step(dice, id, what, tick, heap)

    def _ticks(self, dice: random.Random) -> list[int]:
        start, end = (int(at(f"{day}T00:00").timestamp()) for day in (FIRST, LAST))
        ticks, tick, down = [], start, 0
        while tick < end:
            every = dice.choice([1, 2, 3, 4])
            for _ in range(dice.randint(50, 300)):
                ticks.append(tick)
                tick += every * 60
            if dice.random() < 0.12:
                tick += dice.choice([1, 3, 3, 9, 30, 60]) * 3_600 + dice.randrange(3_600) // 60 * 60
                down += 1
        self.counts |= Counter({"ticks": len(ticks), "outages": down})
        return ticks

    def _arrive(self, dice: random.Random, id: str, now: datetime) -> Life:
        kind = dice.choices(list(Kind), [60, 20, 8, 7, 5])[0]
        ago = dice.choice([0, 0, dice.randrange(120), dice.randrange(26 * 60), dice.randrange(5 * 24 * 60)])
        plan = []
        for what, chance, longest in (
            ("snooze", 0.2, 20),
            ("acknowledge", 0.5, 40),
            ("close", 1.0, dice.choice([90, 90, 90, 700])),
        ):
            if dice.random() < chance:
                plan.append((int(dice.random() ** 2 * longest * 3_600), what))
        comment = log(
            id, "harbour", "page", kind, "", "Words", "", now - ago * MINUTE, "tom", now, self.calendar
        )  # fmt: skip
        self.lives[id] = life = Life(comment, dice.random() < 0.15, plan)
        self.counts["comments"] += 1
        return life

    def _due(self, id: str, tick: int, heap: list[tuple[int, str]], *, fresh: bool = False) -> None:
        life, now = self.lives[id], datetime.fromtimestamp(tick, UTC)
        due = life.comment.next_due
        if not fresh and (due is None or due > now):
            return
        life.comment, nag = fall_due(life.comment, now, self.calendar, eager=life.eager)
        self.counts["run"] += 1
        if nag:
            life.nags.append((tick, nag))
            self.counts["to the eager" if nag.eager else "to the owners"] += 1
            self.counts["to the head"] += nag.head
            self.counts.update(f"rung {rung}" for rung in nag.rungs)
        assert life.comment.next_due is not None
        assert life.comment.next_due > now
        self._push(life, heap)

    def _step(self, dice: random.Random, id: str, what: str, tick: int, heap: list[tuple[int, str]]) -> None:
        life, now = self.lives[id], datetime.fromtimestamp(tick, UTC)
        comment = life.comment
        if not comment.live:
            return
        if what == "close":
            done = dice.random() < 0.8
            life.comment = answer(comment, said(now)) if done else not_for_us(comment, "spam", "olu", now)
            life.closed = tick
        elif comment.status is State.OPEN and what == "acknowledge" and comment.kind is not Kind.OFFENSIVE:
            life.comment = acknowledge(comment, said(now))
            life.acknowledged = tick
        elif comment.status is State.OPEN and (offered := snoozes(comment, now, self.calendar)):
            until = dice.choice(offered)
            life.comment = snooze(comment, until, now)
            life.snoozed = (tick, int(until.timestamp()))
        else:
            return
        self.counts[what] += 1
        life.comment = schedule(life.comment, self.calendar, eager=life.eager)
        self._push(life, heap)

    def _push(self, life: Life, heap: list[tuple[int, str]]) -> None:
        if life.comment.next_due is not None:
            heapq.heappush(
                heap, (-(-int(life.comment.next_due.timestamp() * 1_000_000) // 1_000_000), life.comment.id)
            )

    def _restart(self) -> None:
        self.counts["restarts"] += 1
        for life in self.lives.values():
            if life.comment.live:
                again = decode(Comment, encode(life.comment, life.comment.rev))
                assert again == life.comment
                life.comment = again


@dataclass
class Judge:
    """What should have been said of each comment, worked out from the minutes alone."""

    hours: Hours
    ticks: list[int]

    def owners(self, life: Life) -> dict[int, tuple[set[str], bool]]:
        """When everybody should have been told, of which rungs, and whether the headteacher too."""
        comment = life.comment
        received, logged, due = (
            int(each.timestamp()) for each in (comment.received_at, comment.logged_at, comment.due)
        )
        rungs = dict(ladder(self.hours, received, logged, due))
        overdue = self.first(rungs.pop("overdue"), late=True)
        del rungs["again"]
        expected: dict[int, tuple[set[str], bool]] = {}
        stop = min(each for each in (life.acknowledged, life.closed, self.ticks[-1]) if each is not None)
        for rung, moment in rungs.items():
            when = self.before(moment, due, overdue)
            if life.snoozed and when > life.snoozed[0]:
                when = self.before(max(moment, life.snoozed[1]), due, overdue)
            if when <= stop:
                told, head = expected.get(when, (set(), False))
                head |= rung == "logged" and comment.kind is Kind.COMPLAINT
                expected[when] = (told | {rung}, head)
        if overdue <= stop:
            expected[overdue] = (expected.get(overdue, (set(), False))[0] | {"overdue"}, True)
            day, when = self.day(overdue), overdue
            while (when := self.first(full_hour(self.hours, when), late=True)) <= stop:
                expected[when] = ({"again"}, self.day(when) != day)
                day = self.day(when)
        if life.acknowledged is not None:
            when = life.acknowledged
            end = life.closed if life.closed is not None else self.ticks[-1]
            while True:
                for _ in range(5):
                    when = self.hours.morning(when)
                when = self.first(when, late=True)
                if when > end:
                    break
                expected[when] = ({"acknowledged"}, False)
        return expected

    def before(self, moment: int, due: int, overdue: int) -> int:
        """The tick at which a rung before the deadline is said, or that at which the comment is called overdue."""
        when = self.first(moment, due=due)
        return when if when < due else overdue

    def first(self, moment: int, *, due: int = 0, late: bool = False) -> int:
        """The first tick from that moment on at which something may be said; after the last tick, no tick."""
        for n in range(bisect_left(self.ticks, moment), len(self.ticks)):
            tick = self.ticks[n]
            if self.calm(tick) or (not late and (tick >= due or not self.hours.any_left(tick, due))):
                return tick
        return self.ticks[-1] + 1

    def calm(self, tick: int) -> bool:
        """Whether it is staffed, or was until just now."""
        return self.hours.staffed(tick) or self.hours.staffed(tick - int(CLOSING.total_seconds()))

    def day(self, tick: int) -> date:
        """The local date."""
        return datetime.fromtimestamp(tick, LONDON).date()


@pytest.fixture(scope="module")
def hours() -> Hours:
    return Hours(date(2026, 12, 1), date(2027, 9, 30), LONDON, 8, 17, SHUT)


@pytest.mark.parametrize("seed", [1, 2])
def test_half_a_year_of_a_busy_school(seed: int, hours: Hours, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.process_time()
    year = HalfYear(seed)
    year.run()
    spent = time.process_time() - began
    judge = Judge(hours, year.ticks)
    for life in year.lives.values():
        everybody = {tick: (set(nag.rungs), nag.head) for tick, nag in life.nags if not nag.eager}
        expected = judge.owners(life)
        if life.eager:
            assert everybody.keys() == expected.keys(), life
            assert all(
                everybody[tick][0] >= told and everybody[tick][1] is head for tick, (told, head) in expected.items()
            )
        else:
            assert everybody == expected, life
        once: Counter[tuple[str, bool]] = Counter()
        at_once = 0
        for tick, nag in life.nags:
            assert life.eager or not nag.eager
            assert not (nag.eager and nag.head)
            once.update((rung, nag.eager) for rung in nag.rungs if rung not in (Rung.AGAIN, Rung.ACKNOWLEDGED))
            if not nag.eager and not judge.calm(tick):
                at_once += 1
                due = int(life.comment.due.timestamp())
                assert tick < due
                assert not hours.any_left(tick, due)
        assert max(once.values(), default=0) <= 1
        assert at_once <= 1
        year.counts["at once"] += at_once
        night = life.eager and not judge.calm(int(life.comment.logged_at.timestamp()))
        if night:
            assert life.nags[0][0] == int(life.comment.logged_at.timestamp())
            assert Rung.LOGGED in life.nags[0][1].rungs
        year.counts["eager by night"] += night
    for some in ("restarts", "outages", "at once", "to the eager", "snooze", "eager by night", "rung acknowledged"):
        assert year.counts[some] > 20, some
    assert spent < 20
    with capsys.disabled():
        told = ", ".join(f"{what} {many}" for what, many in sorted(year.counts.items()))
        sys.stdout.write(f"\nhalf a year, seed {seed}: {told}; {spent:.1f} s\n")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2027-03-02 10:00", "2027-03-02 10:30"),
        ("2027-03-02 10:29", "2027-03-02 10:30"),
        ("2027-03-02 16:50", "2027-03-02 17:00"),
        ("2027-03-02 17:02", ""),
        ("2027-03-02 22:10", "2027-03-02 22:30"),
        ("2027-03-03 08:45", ""),
    ],
)
def test_one_that_was_logged_waits_for_the_next_message_while_there_is_time(now: str, until: str) -> None:
    comment = logged("2027-03-02 09:00")
    said = may_wait(comment, Nag((Rung.LOGGED,), head=False), at(now), PLAIN)
    assert said == (at(until) if until else None)
    assert may_wait(comment, Nag((Rung.HALF,), head=False), at(now), PLAIN) is None
