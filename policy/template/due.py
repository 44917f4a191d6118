"""When whoever decides is reminded of a wording that waits."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from policy.calendar import Calendar
from policy.deadlines import first_nag
from policy.template.record import State, Template


class Rung(StrEnum):
    """A step of the ladder: what is due to be said to whoever decides."""

    FIRST = "first"
    """After four staffed hours."""
    MORNING = "morning"
    """Each working morning after that: one digest."""


def schedule(template: Template, calendar: Calendar) -> Template:
    """The wording with `next_due` at the next moment (UTC) at which somebody is to be reminded of it."""
    if template.status is not State.PROPOSED:
        return replace(template, next_due=None)
    if template.nagged is None:
        return replace(template, next_due=first_nag(template.waiting_since, calendar))
    return replace(template, next_due=calendar.next_working_morning(template.nagged))


def fall_due(template: Template, now: datetime, calendar: Calendar) -> tuple[Template, Rung | None]:
    """What has fallen due by now, with the wording moved on so that it is said once; in staffed hours only."""
    due = schedule(template, calendar)
    if due.next_due is None or due.next_due > now:
        return due, None
    if not calendar.is_staffed(now):
        return replace(template, next_due=calendar.next_staffed_start(now)), None
    rung = Rung.FIRST if template.nagged is None else Rung.MORNING
    return schedule(replace(template, nagged=now), calendar), rung
