"""When somebody is reminded of a comment, and who: in staffed hours, and never twice for one thing."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from policy.calendar import Calendar
from policy.comment import Comment, Kind, State

CLOSING = timedelta(minutes=5)
"""A reminder for the end of staffed hours may come so much after it."""

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
    """What is due to be said: which rungs, and to whom. `eager`: only to those who opted in to any hour."""

    rungs: tuple[Rung, ...]
    head: bool
    eager: bool = False


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
    they begin only after the deadline, when it is said at once.
    """
    passed = [name for name, at in _moments(comment, calendar, rungs, eager).items() if at <= now]
    calm = [name for name in passed if not name.endswith(EARLY)]
    if not passed:
        return schedule(comment, calendar, rungs, eager=eager), None
    if calm and not _is_time(comment, now, calendar):
        opens = calendar.next_staffed_start(now)
        early = [name for name in passed if name.endswith(EARLY)]
        if not early:
            return replace(comment, next_due=opens), None
        moved = replace(comment, told=_with(comment.told, early))
        later = [at for at in _moments(moved, calendar, rungs, eager).values() if at > now]
        return replace(moved, next_due=min([opens, *later])), Nag(_named(early), head=False, eager=True)
    said, overdue = _named(passed), comment.overdue(now)
    head = bool(calm) and (
        (Rung.LOGGED in said and comment.kind is Kind.COMPLAINT)
        or (overdue and (comment.head_told is None or calendar.today(comment.head_told) < calendar.today(now)))
    )
    told = _with(comment.told, passed)
    if overdue and calm:
        told = _with(told, [Rung.LOGGED.value, *BEFORE, Rung.OVERDUE.value])
    moved = replace(
        comment,
        told=told,
        nagged=now if calm else comment.nagged,
        head_told=now if head else comment.head_told,
    )
    return schedule(moved, calendar, rungs, eager=eager), Nag(said, head, eager=not calm)


def snoozes(comment: Comment, now: datetime, calendar: Calendar) -> tuple[datetime, ...]:
    """The moments (UTC) until which a comment may be left alone: in an hour, at the end of the day, next morning."""
    hours = calendar.hours(calendar.today(now))
    closing = (hours[1] - timedelta(hours=1),) if hours else ()
    choices = (calendar.add_staffed(now, timedelta(hours=1)), *closing, calendar.next_working_morning(now))
    return tuple(dict.fromkeys(at for at in sorted(choices) if now < at < comment.due))


def _is_time(comment: Comment, now: datetime, calendar: Calendar) -> bool:
    """Whether something may be said now: in staffed hours, or because none are left before the deadline."""
    if calendar.is_staffed(now) or calendar.is_staffed(now - CLOSING):
        return True
    return comment.status is State.OPEN and now <= comment.due <= calendar.next_staffed_start(now)


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
    if Rung.LOGGED not in told:
        opens = calendar.next_staffed_start(logged)
        moments[Rung.LOGGED] = opens if opens < due else logged
    for rung, at in _ladder(comment, calendar).items():
        if rung not in rungs:
            continue
        moved = _moved(at, due, calendar)
        if rung not in told and moved > logged:
            moments[rung] = moved
        if eager and rung + EARLY not in told and logged < at < moved and rung not in told:
            moments[rung + EARLY] = at
    if comment.snoozed_until is not None:
        moments = {name: max(at, comment.snoozed_until) for name, at in moments.items()}
    late = max(due, logged)
    if Rung.OVERDUE not in told:
        moments[Rung.OVERDUE] = opens = calendar.next_staffed_start(late)
        if eager and late < opens and Rung.OVERDUE + EARLY not in told:
            moments[Rung.OVERDUE + EARLY] = late
    elif comment.nagged is not None:
        moments[Rung.AGAIN] = calendar.next_staffed_hour(comment.nagged)
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
