"""When somebody is reminded of a comment, and who: in staffed hours, and never twice for one thing."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from policy.calendar import Calendar
from policy.comment import Comment, Kind, State

CLOSING = timedelta(minutes=5)
"""A reminder for the end of staffed hours may come so much after it."""

APART = timedelta(minutes=30)
"""Reminders to one person come in one message for as long as this."""

AT_ONCE = 3
"""How often in that time what a program brings to an account is told of as it comes; after that, by the clock."""

URGENT = (Kind.COMPLAINT, Kind.OFFENSIVE)
"""The kinds that what is ordinary does not keep waiting."""

REMINDED = 5
"""After how many working mornings somebody is reminded of a comment that was only acknowledged."""


class Rung(StrEnum):
    """A step of the ladder: what is due to be said."""

    LOGGED = "logged"
    """It was logged: to the owners, and of a complaint to the headteacher."""
    HALF = "half"
    """Half of the time has gone."""
    LAST = "last"
    """The end of the last staffed time before the deadline."""
    HOUR = "hour"
    """One staffed hour is left."""
    OVERDUE = "overdue"
    """The deadline has passed: to the owners and the headteacher."""
    AGAIN = "again"
    """It is still overdue: to the owners each staffed hour, to the headteacher each working morning."""
    ACKNOWLEDGED = "acknowledged"
    """It was acknowledged a while ago and has no answer yet."""


BEFORE = (Rung.HALF, Rung.LAST, Rung.HOUR)
"""The rungs between logging and deadline, each of which a school may leave out."""

EARLY = "!"
"""Follows a rung in `told` that was for those alone who want to hear outside staffed hours as well."""


@dataclass(frozen=True, slots=True)
class Nag:
    """What is due to be said: which rungs, and to whom. `eager`: only to those who opted in to any hour; `heard`:
    those have been told of all of it already, so it is for the others.
    """

    rungs: tuple[Rung, ...]
    head: bool
    eager: bool = False
    heard: bool = False


def schedule(
    comment: Comment, calendar: Calendar, rungs: Collection[Rung] = BEFORE, *, eager: bool = False
) -> Comment:
    """The comment with `next_due` at the next moment (UTC) at which something is to be said about it.

    `rungs` are those of `BEFORE` that the school uses; `eager`: somebody wants to hear at any hour.
    """
    return replace(comment, next_due=min(_moments(comment, calendar, rungs, eager).values(), default=None))


def fall_due(
    comment: Comment, now: datetime, calendar: Calendar, rungs: Collection[Rung] = BEFORE, *, eager: bool = False
) -> tuple[Comment, Nag | None]:
    """What has fallen due by now, with the comment moved on so that each rung is said once.

    What fell due while nothing was running is said once, late. Outside staffed hours it waits for the next, unless
    they begin only after the deadline, when it is said at once; and those who are eager hear of it at any hour.
    """
    passed = [name for name, at in _moments(comment, calendar, rungs, eager).items() if at <= now]
    early = [name for name in passed if name.endswith(EARLY)]
    calm = [name for name in passed if not name.endswith(EARLY)]
    if not passed:
        return schedule(comment, calendar, rungs, eager=eager), None
    if not calm or not _is_time(comment, calm, now, calendar):
        moved = replace(comment, told=_with(comment.told, early))
        opens = [calendar.next_staffed_start(now)] if calm else []
        later = [at for at in _moments(moved, calendar, rungs, eager).values() if at > now]
        nag = Nag(_named(early), head=False, eager=True) if early else None
        return replace(moved, next_due=min([*opens, *later], default=None)), nag
    overdue = comment.overdue(now)
    alone = (name for name in early if name.rstrip(EARLY) not in calm)
    head = (Rung.LOGGED in calm and comment.kind is Kind.COMPLAINT) or (
        overdue and (Rung.OVERDUE in calm or _not_today(comment.head_told, now, calendar))
    )
    moved = replace(
        comment,
        told=_with(comment.told, [Rung.LOGGED, *BEFORE, Rung.OVERDUE] if overdue else [*calm, *alone]),
        nagged=now,
        head_told=now if head else comment.head_told,
    )
    heard = not overdue and all(name + EARLY in comment.told for name in calm)
    return schedule(moved, calendar, rungs, eager=eager), Nag(_named(passed), head, heard=heard)


def may_wait(comment: Comment, nag: Nag, now: datetime, calendar: Calendar) -> datetime | None:
    """Until when (UTC) a new one may go unmentioned, where others were mentioned a moment ago; None: it may not.

    So it is in the next message, at the latest at the end of staffed hours, and always before it is due.
    """
    staffed = calendar.is_staffed(now)
    if nag.rungs != (Rung.LOGGED,) or (not staffed and calendar.is_staffed(now - CLOSING)):
        return None
    until = datetime.fromtimestamp((together(now) + 1) * APART.total_seconds(), UTC)
    if staffed and not calendar.is_staffed(until):
        until = calendar.last_staffed_end(until)
    return until if now < until < comment.due else None


def together(now: datetime) -> int:
    """The number of the `APART` in which the moment lies: what falls due in one comes in one message."""
    return int(now.timestamp() // APART.total_seconds())


def snoozes(comment: Comment, now: datetime, calendar: Calendar) -> tuple[datetime, ...]:
    """The moments (UTC) until which a comment may be left alone: in an hour, an hour before closing, next morning.

    Each lies in staffed time or at its end, and before the deadline.
    """
    hours = calendar.hours(calendar.today(now))
    closing = (hours[1] - timedelta(hours=1),) if hours else ()
    choices = (calendar.add_staffed(now, timedelta(hours=1)), *closing, calendar.next_working_morning(now))
    fitting = (at for at in sorted(choices) if now < at < comment.due and calendar.last_staffed(at) == at)
    return tuple(dict.fromkeys(fitting))


def _is_time(comment: Comment, calm: Collection[str], now: datetime, calendar: Calendar) -> bool:
    """Whether something may be said now: in staffed hours, or because none are left before the deadline.

    What becomes late outside staffed hours waits for the next, even where they have only just ended.
    """
    if calendar.is_staffed(now):
        return True
    closing = calendar.is_staffed(now - CLOSING)
    if comment.overdue(now):
        return closing and (Rung.OVERDUE in calm or Rung.OVERDUE in comment.told)
    return closing or (comment.status is State.OPEN and comment.due <= calendar.next_staffed_start(now))


def _not_today(told: datetime | None, now: datetime, calendar: Calendar) -> bool:
    return told is None or calendar.today(told) < calendar.today(now)


def _moments(comment: Comment, calendar: Calendar, rungs: Collection[Rung], eager: bool) -> dict[str, datetime]:
    """Each thing still to be said, and when (UTC)."""
    match comment.status:
        case State.OPEN:
            moments = _before(comment, calendar, rungs, eager)
        case State.ACKNOWLEDGED:
            moments = {Rung.ACKNOWLEDGED.value: _remind(comment, calendar)}
        case _:
            return {}
    return moments


def _before(comment: Comment, calendar: Calendar, rungs: Collection[Rung], eager: bool) -> dict[str, datetime]:
    logged, due, told = comment.logged_at, comment.due, comment.told
    moments: dict[str, datetime] = {}
    early: dict[str, datetime] = {}
    if Rung.LOGGED not in told:
        opens = calendar.next_staffed_start(logged)
        moments[Rung.LOGGED] = logged if logged < due <= opens else opens
        early[Rung.LOGGED + EARLY] = logged
    for rung, at in _ladder(comment, calendar).items():
        if rung not in rungs or rung in told or not logged < at < due:
            continue
        early[rung + EARLY] = at
        moved = _moved(at, due, calendar)
        if moved > logged:
            moments[rung] = moved
    if comment.snoozed_until is not None:
        until = _moved(comment.snoozed_until, due, calendar)
        moments = {name: max(at, until) for name, at in moments.items()}
        early = {name: max(at, comment.snoozed_until) for name, at in early.items()}
    if Rung.OVERDUE not in told:
        late = max(due, logged)
        moments[Rung.OVERDUE] = calendar.next_staffed_start(late)
        early[Rung.OVERDUE + EARLY] = late
    elif comment.nagged is not None:
        moments[Rung.AGAIN] = calendar.next_staffed_hour(comment.nagged)
    if eager:
        moments |= {name: at for name, at in early.items() if name not in told}
    return moments


def _ladder(comment: Comment, calendar: Calendar) -> dict[Rung, datetime]:
    """The rungs before the deadline, wherever they fall."""
    due = comment.due
    return {
        Rung.HALF: comment.received_at + (due - comment.received_at) / 2,
        Rung.LAST: calendar.last_staffed_end(due),
        Rung.HOUR: calendar.take_staffed(due, timedelta(hours=1)),
    }


def _moved(at: datetime, due: datetime, calendar: Calendar) -> datetime:
    """A moment put into staffed time: the next beginning of it, or its last end if that is past the deadline."""
    if calendar.last_staffed(at) == at:
        return at
    opens = calendar.next_staffed_start(at)
    return opens if opens < due else calendar.last_staffed_end(due)


def _remind(comment: Comment, calendar: Calendar) -> datetime:
    at = comment.nagged or (comment.acknowledged.at if comment.acknowledged else comment.logged_at)
    for _ in range(REMINDED):
        at = calendar.next_working_morning(at)
    return at


def _named(names: Collection[str]) -> tuple[Rung, ...]:
    return tuple(dict.fromkeys(Rung(name.rstrip(EARLY)) for name in names))


def _with(told: tuple[str, ...], names: Collection[str]) -> tuple[str, ...]:
    kept = [name for name in names if name.rstrip(EARLY) not in (Rung.AGAIN, Rung.ACKNOWLEDGED)]
    return tuple(dict.fromkeys((*told, *(str(name) for name in kept))))
