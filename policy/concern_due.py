"""How a concern climbs until somebody acknowledges it, and when whoever manages it is reminded of the LADO.

Somebody who is away is passed over, and is told all the same when nobody else is left. What fell due while nothing
was running is done once, late: the next step is counted from then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policy.calendar import Calendar
from policy.concern import Climb, Concern, State

STAFFED, UNSTAFFED = timedelta(minutes=15), timedelta(minutes=30)
"""How long an alert waits before the next step: one sent in staffed hours, and one sent outside them."""

BEFORE_LADO = timedelta(hours=1)
"""How much staffed time is left of the LADO's one working day when whoever manages a case is reminded again."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Somebody on a rung, by id. `here`: they are not away, and can be written to. `proven`: a test alert of this
    term has reached them; whoever's has not is never told alone.
    """

    id: str
    here: bool = True
    proven: bool = True


Ladder = Sequence[Sequence[Reach]]
"""The rungs, lowest first."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a climb does now: who is alerted in the chat, who by e-mail, and whether whoever raised it hears that
    nobody has seen it.
    """

    alert: tuple[str, ...] = ()
    mail: tuple[str, ...] = ()
    unseen: bool = False


def climb(concern: Concern, ladder: Ladder, now: datetime, calendar: Calendar) -> tuple[Concern, Step]:
    """The next step of a concern that nobody has acknowledged: the first, when it has just been raised."""
    if concern.climb is Climb.UNSEEN:
        concern = replace(concern, climb=Climb.CHAT, climbed=())
    everybody = tuple(dict.fromkeys(each.id for rung in ladder for each in rung))
    if concern.climb is Climb.CHAT and (alert := next_told(ladder, concern.climbed)):
        moved = replace(_tell(concern, alert), climbed=(*concern.climbed, *alert))
        return _stepped(moved, now, calendar), Step(alert=alert)
    if concern.climb is Climb.CHAT and everybody:
        moved = replace(_tell(concern, everybody), climb=Climb.MAILED)
        return _stepped(moved, now, calendar), Step(mail=everybody)
    return _stepped(replace(concern, climb=Climb.UNSEEN), now, calendar), Step(unseen=True)


def schedule(concern: Concern, calendar: Calendar) -> Concern:
    """The concern with `next_due` at the next moment (UTC) at which it wants something."""
    return replace(concern, next_due=_next_due(concern, calendar))


def press(concern: Concern, now: datetime, calendar: Calendar) -> tuple[Concern, bool]:
    """Whoever manages it is reminded of the LADO, if it is time and anybody is at work; whether they are now."""
    due = _lado_moment(concern, calendar) if concern.asks_lado else None
    said = due is not None and due <= now and calendar.is_staffed(now)
    moved = schedule(replace(concern, pressed=now) if said else concern, calendar)
    if moved.next_due is not None and moved.next_due <= now:
        moved = replace(moved, next_due=calendar.next_staffed_start(now))
    return moved, said


def lado_due(concern: Concern, calendar: Calendar) -> datetime:
    """By when the LADO is to have been contacted (UTC): the end of the next working day."""
    hours = calendar.hours(calendar.next_working_day(calendar.today(concern.raised_at)))
    assert hours is not None
    return hours[1]


def next_morning(now: datetime, calendar: Calendar) -> datetime:
    """When the next day begins at school by the clock (UTC), whether or not anybody is there."""
    today = calendar.today(now)
    mornings = (calendar.at(today + timedelta(days=ahead), calendar.opens) for ahead in range(3))
    return next(morning for morning in mornings if morning > now)


def next_told(ladder: Ladder, climbed: Iterable[str] = ()) -> tuple[str, ...]:
    """Who is alerted next: the first rung on which somebody is here and not told yet, and with whoever is not proven
    the next rung as well, and after the last those who are away; everybody, when nobody is here.
    """
    told = set(climbed)
    if not any(each.here for rung in ladder for each in rung):
        return tuple(dict.fromkeys(each.id for rung in ladder for each in rung if each.id not in told))
    found = list[str]()
    for rung in ladder:
        fresh = [each for each in rung if each.here and each.id not in told]
        found += [each.id for each in fresh]
        if any(each.proven for each in fresh):
            return tuple(dict.fromkeys(found))
    away = [each.id for rung in ladder for each in rung if not each.here and each.id not in told]
    return tuple(dict.fromkeys([*found, *away] if found else []))


def _tell(concern: Concern, people: Sequence[str]) -> Concern:
    return replace(
        concern,
        told=tuple(dict.fromkeys((*concern.told, *people))),
        readers=tuple(dict.fromkeys((*concern.readers, *people))),
    )


def _stepped(concern: Concern, now: datetime, calendar: Calendar) -> Concern:
    return schedule(replace(concern, stepped=now), calendar)


def _next_due(concern: Concern, calendar: Calendar) -> datetime | None:
    match concern.status:
        case State.SENT if concern.climb is Climb.UNSEEN:
            return next_morning(concern.stepped or concern.raised_at, calendar)
        case State.SENT:
            at = concern.stepped or concern.raised_at
            return at + (STAFFED if calendar.is_staffed(at) else UNSTAFFED)
        case State.ACKNOWLEDGED if concern.asks_lado:
            return _lado_moment(concern, calendar)
        case State.ACKNOWLEDGED | State.CLOSED:
            return None


def _lado_moment(concern: Concern, calendar: Calendar) -> datetime:
    """The next reminder: on the next working morning, an hour before the day is over, then each working morning."""
    first = calendar.next_working_morning(concern.raised_at)
    last = calendar.take_staffed(lado_due(concern, calendar), BEFORE_LADO)
    if concern.pressed is None:
        return first
    return last if concern.pressed < last else calendar.next_working_morning(concern.pressed)
