"""When somebody is reminded of a post, and when its time is up: nothing is ever approved by time."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from policy.calendar import Calendar
from policy.deadlines import before_slot, first_nag
from policy.post.record import Post, State
from policy.post.steps import expire, lapses


class Rung(StrEnum):
    """A step of the ladder: what is due to be said."""

    FIRST = "first"
    """After four staffed hours: to whoever decides."""
    MORNING = "morning"
    """Each working morning after that: one digest to whoever decides."""
    SLOT = "slot"
    """Before the planned time: to whoever decides."""
    PASSED = "passed"
    """The planned time has come and nobody decided: to the author; the post expires."""
    TIME = "time"
    """The planned time of an approved post has come: to whoever puts it up."""
    LAPSED = "lapsed"
    """Approved and not put up within 14 days: to the author; the post expires."""


def schedule(post: Post, calendar: Calendar) -> Post:
    """The post with `next_due` at the next moment (UTC) at which something is to be said about it."""
    return replace(post, next_due=min(_moments(post, calendar).values(), default=None))


def fall_due(post: Post, now: datetime, calendar: Calendar) -> tuple[Post, tuple[Rung, ...]]:
    """What has fallen due by now, with the post moved on so that it is said once.

    Reminders are given in staffed hours only; one that fell due outside them, or while nothing was running,
    is given once, at the next staffed moment. What belongs to the planned time, and an ending, does not wait.
    """
    passed = tuple(rung for rung, at in _moments(post, calendar).items() if at <= now)
    for ending in (Rung.PASSED, Rung.LAPSED):
        if ending in passed:
            return schedule(expire(post), calendar), (ending,)
    held = tuple(rung for rung in passed if rung in (Rung.FIRST, Rung.MORNING))
    if held and held == passed and not calendar.is_staffed(now):
        opens, planned = calendar.next_staffed_start(now), post.content.planned
        return replace(post, next_due=min(opens, planned or opens)), ()
    if not passed:
        return schedule(post, calendar), ()
    told = (*post.told, *(rung for rung in passed if rung not in post.told))
    return schedule(replace(post, told=told, nagged=now), calendar), passed


def _moments(post: Post, calendar: Calendar) -> dict[Rung, datetime]:
    """Each thing still to be said, and when (UTC)."""
    planned = post.content.planned
    moments: dict[Rung, datetime] = {}
    if post.status is State.WAITING and post.waiting_since is not None:
        if Rung.FIRST not in post.told:
            moments[Rung.FIRST] = first_nag(post.waiting_since, calendar)
        elif post.nagged is not None:
            moments[Rung.MORNING] = calendar.next_working_morning(post.nagged)
        if planned is not None:
            moments[Rung.PASSED] = planned
            slot = before_slot(planned, calendar)
            if Rung.SLOT not in post.told and slot > post.waiting_since:
                moments[Rung.SLOT] = slot
    if post.status is State.APPROVED:
        lapse = lapses(post)
        if lapse is not None:
            moments[Rung.LAPSED] = lapse
        if planned is not None and Rung.TIME not in post.told:
            moments[Rung.TIME] = planned
    return moments
