"""When somebody is reminded of an incident: to assess it, of the breach clock, and before the press wants to hear."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policy.calendar import Calendar
from policy.deadlines import BREACH_HOURS, breach_due
from policy.incident.record import Breach, Incident, State

ASSESS_IN = timedelta(hours=4)
"""How much staffed time goes by before whoever leads is first reminded to assess it."""

BEFORE_PRESS = timedelta(hours=1)
"""How much staffed time is left before the press wants to hear when whoever leads is reminded."""

STILL_OPEN = timedelta(days=6, hours=12)
"""How long an incident may lie open, once it is assessed, before the morning on which whoever leads is reminded:
about a week, whatever the hour.
"""

ELAPSED = (24, 48, 66, BREACH_HOURS)
"""After how many hours of the breach clock somebody is reminded, at any hour of the day."""

ASSESS, PRESS, OPEN = "assess", "press", "open"


@dataclass(frozen=True, slots=True)
class Nag:
    """What is due to be said: that it is to be assessed, that the breach clock runs, that the press waits, that it
    is still open.
    """

    assess: bool = False
    breach: bool = False
    press: bool = False
    open: bool = False


def schedule(incident: Incident, calendar: Calendar) -> Incident:
    """The incident with `next_due` at the next moment (UTC) at which something is to be said about it."""
    return replace(incident, next_due=min(_moments(incident, calendar).values(), default=None))


def began(incident: Incident, now: datetime, calendar: Calendar) -> Incident:
    """The incident as it begins, or as its breach does: who is told of it now is not reminded of hours gone by."""
    gone = (_rung(hours) for hours in ELAPSED[:-1] if _passed(incident, hours, now))
    return schedule(replace(incident, told=tuple(dict.fromkeys((*incident.told, *gone)))), calendar)


def begun_over(incident: Incident, now: datetime, calendar: Calendar) -> Incident:
    """The incident once it was put right when the school became aware: its breach clock begins over."""
    left = tuple(each for each in incident.told if each in (ASSESS, PRESS))
    return began(replace(incident, told=left, pressed=None), now, calendar)


def fall_due(incident: Incident, now: datetime, calendar: Calendar) -> tuple[Incident, Nag | None]:
    """What has fallen due by now, with the incident moved on so that each thing is said once.

    What fell due while nothing was running is said once, late. The breach clock speaks at any hour, the rest in
    staffed hours.
    """
    passed = {name for name, at in _moments(incident, calendar).items() if at <= now}
    breach = {name for name in passed if name not in (ASSESS, PRESS, OPEN)}
    staffed = calendar.is_staffed(now)
    assess, press, is_open = (staffed and name in passed for name in (ASSESS, PRESS, OPEN))
    said = breach | ({PRESS} if press else set())
    moved = replace(
        incident,
        told=tuple(dict.fromkeys((*incident.told, *(each for each in sorted(said) if each != AGAIN)))),
        nagged=now if assess or is_open else incident.nagged,
        pressed=now if breach else incident.pressed,
    )
    moved = schedule(moved, calendar)
    if moved.next_due is not None and moved.next_due <= now:
        later = [at for at in _moments(moved, calendar).values() if at > now]
        moved = replace(moved, next_due=min([calendar.next_staffed_start(now), *later]))
    nag = Nag(assess, bool(breach), press, is_open)
    return moved, nag if nag != Nag() else None


AGAIN = "breach:again"


def _moments(incident: Incident, calendar: Calendar) -> dict[str, datetime]:
    """Each thing still to be said, and when (UTC)."""
    if not incident.live:
        return {}
    moments: dict[str, datetime] = {}
    if incident.status is State.REPORTED:
        nagged = incident.nagged
        first = calendar.add_staffed(incident.reported_at, ASSESS_IN)
        moments[ASSESS] = calendar.next_working_morning(nagged) if nagged else first
    elif incident.assessment is not None:
        before = max(incident.assessment.at, incident.nagged or incident.assessment.at)
        moments[OPEN] = calendar.next_working_morning(before + STILL_OPEN)
    press = incident.press
    if press is not None and press.deadline is not None and PRESS not in incident.told:
        at = calendar.take_staffed(press.deadline, BEFORE_PRESS)
        if at > incident.reported_at:
            moments[PRESS] = at
    return moments | _of_breach(incident, calendar)


def _of_breach(incident: Incident, calendar: Calendar) -> dict[str, datetime]:
    breach = incident.breach
    if breach is None or not breach.runs:
        return {}
    left = [hours for hours in ELAPSED if _rung(hours) not in incident.told]
    moments = {_rung(hours): breach.aware_at + timedelta(hours=hours) for hours in left}
    if not left and incident.pressed is not None:
        moments[AGAIN] = calendar.next_working_morning(incident.pressed)
    return moments


def _passed(incident: Incident, hours: int, now: datetime) -> bool:
    return incident.breach is not None and incident.breach.aware_at + timedelta(hours=hours) <= now


def _rung(hours: int) -> str:
    return f"breach:{hours}"


def in_time(breach: Breach, now: datetime) -> bool | None:
    """Whether what had to be done in the 72 hours was done in them; None while they still run."""
    by, decision = breach_due(breach.aware_at).at, breach.decision
    if decision is None or breach.runs:
        return None if now <= by else False
    return decision.at <= by


def hours_left(incident: Incident, now: datetime) -> timedelta | None:
    """How much of the breach clock is left, below zero when it is over; None where none runs."""
    if incident.breach is None or not incident.breach.runs:
        return None
    return breach_due(incident.breach.aware_at).at - now
