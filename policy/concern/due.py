"""How a concern climbs until somebody sees to it, and when whoever manages it is reminded of the LADO or looked for.

Somebody who is away is passed over, and is told all the same when nobody else is left. What fell due while nothing
was running is done once, late: the next step is counted from then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policy.calendar import Calendar
from policy.concern.record import Climb, Concern

STAFFED, UNSTAFFED = timedelta(minutes=15), timedelta(minutes=30)
"""How long an alert waits before the next step: one sent in staffed hours, and one sent outside them."""

MORNINGS = 3
"""How often what was added to a closed concern climbs to the end and begins again."""

BEFORE_LADO = timedelta(hours=1)
"""How much staffed time is left of the LADO's one working day when whoever manages a case is reminded again."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Somebody on a rung, by id. `here`: they are not away, and can be written to. `proven`: a test alert of this
    term has reached them; whoever's has not is never told alone. `mailed`: e-mail can be sent to them.
    """

    id: str
    here: bool = True
    proven: bool = True
    mailed: bool = True


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
    """The next step of a concern that climbs: the first, when it has just been raised, or calls for somebody.

    Once all who are here have been told in the chat, everybody is told by e-mail; in the chat whoever no e-mail can
    be sent to and has not been told. Where that is nobody, the next step is taken at once.
    """
    if concern.climb is Climb.UNSEEN:
        concern = replace(concern, climb=Climb.CHAT, climbed=())
    if concern.climb is Climb.CHAT and (alert := next_told(ladder, concern.climbed)):
        moved = replace(tell(concern, alert), climbed=(*concern.climbed, *alert))
        return _stepped(moved, alert, now, calendar), Step(alert=alert)
    everybody = {each.id: each.mailed for rung in ladder for each in rung}
    mail = tuple(id for id, mailed in everybody.items() if mailed)
    rest = tuple(id for id, mailed in everybody.items() if not mailed and id not in concern.climbed)
    if concern.climb is Climb.CHAT and (mail or rest):
        moved = replace(tell(concern, (*mail, *rest)), climb=Climb.MAILED)
        return _stepped(moved, (*mail, *rest), now, calendar), Step(alert=rest, mail=mail)
    ended = replace(concern, climb=Climb.UNSEEN, mornings=concern.mornings + 1)
    return _stepped(ended, (), now, calendar), Step(unseen=True)


def begin_again(concern: Concern) -> Concern:
    """One that climbs and tells everybody afresh from its next step on."""
    return replace(concern, climb=Climb.CHAT, climbed=())


def rest(concern: Concern, calendar: Calendar) -> Concern:
    """One that nobody has seen, and of which nobody is left to hear that; what is closed then climbs no more."""
    return schedule(replace(concern, mornings=MORNINGS), calendar)


def not_reached(concern: Concern, person: str, calendar: Calendar, *, mail: bool) -> Concern:
    """What was sent to somebody cannot be delivered. The next step is due at once when that was the last step, by
    the same way: in the chat as soon as it misses anybody, and after the e-mails when all of them are lost. A
    reminder that reaches nobody begins a climb, past those it was for.
    """
    if person not in concern.latest or (mail and (concern.climb is Climb.CHAT or not concern.climbs)):
        return concern
    rest = tuple(each for each in concern.latest if each != person)
    failed = not rest or (concern.climbs and concern.climb is Climb.CHAT)
    moved = replace(concern, latest=() if failed else rest, failed=failed)
    if failed and not concern.climbs:
        moved = replace(moved, calls=True, climb=Climb.CHAT)
    return schedule(moved, calendar)


def reminded(concern: Concern, people: tuple[str, ...]) -> Concern:
    """They are reminded of it now; `not_reached` says if that misses all of them."""
    return replace(concern, latest=people, climbed=people)


def schedule(concern: Concern, calendar: Calendar) -> Concern:
    """The concern with `next_due` at the next moment (UTC) at which it wants something."""
    return replace(concern, next_due=_next_due(concern, calendar))


def press(concern: Concern, now: datetime, calendar: Calendar) -> tuple[Concern, bool]:
    """Whoever manages it is reminded of the LADO, if it is time and anybody is at work; whether they are now. Each
    morning, in the holidays too, it is seen that somebody is left to act on it.
    """
    due = _lado_moment(concern, calendar) if concern.asks_lado else None
    said = due is not None and due <= now and calendar.is_staffed(now)
    moved = schedule(replace(concern, looked=now, pressed=now if said else concern.pressed), calendar)
    if moved.next_due is not None and moved.next_due <= now:
        moved = replace(moved, next_due=calendar.next_staffed_start(now))
    return _no_later(moved, next_day_begins(now, calendar)), said


def put_back(concern: Concern, now: datetime, calendar: Calendar) -> Concern:
    """One whose moments may be yet to come, for the machine's clock went ahead and was put right: it waits for
    nothing as if they had been right.
    """
    stepped, looked, pressed = (at and min(at, now) for at in (concern.stepped, concern.looked, concern.pressed))
    moved = replace(concern, stepped=stepped, looked=looked, pressed=pressed)
    latest = max(next_day_begins(now, calendar), now + UNSTAFFED)
    if moved == concern and (concern.next_due is None or concern.next_due <= latest):
        return concern
    return _no_later(schedule(moved, calendar), latest)


def lado_due(concern: Concern, calendar: Calendar) -> datetime:
    """By when the LADO is to have been contacted (UTC): the end of the next working day."""
    hours = calendar.hours(calendar.next_working_day(calendar.today(concern.raised_at)))
    assert hours is not None
    return hours[1]


def next_day_begins(now: datetime, calendar: Calendar) -> datetime:
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


def tell(concern: Concern, people: Sequence[str]) -> Concern:
    """The ladder has reached them: they may read it and act on it."""
    return replace(
        concern,
        told=tuple(dict.fromkeys((*concern.told, *people))),
        readers=tuple(dict.fromkeys((*concern.readers, *people))),
    )


def _stepped(concern: Concern, latest: tuple[str, ...], now: datetime, calendar: Calendar) -> Concern:
    return schedule(replace(concern, stepped=now, latest=latest, failed=False), calendar)


def _no_later(concern: Concern, latest: datetime) -> Concern:
    """Nothing waits longer than until that moment (UTC)."""
    return replace(concern, next_due=concern.next_due and min(concern.next_due, latest))


def _next_due(concern: Concern, calendar: Calendar) -> datetime | None:
    if concern.climbs:
        at = concern.stepped or concern.raised_at
        if concern.climb is Climb.UNSEEN:
            if not concern.live and concern.mornings >= MORNINGS:
                return None
            return next_day_begins(at, calendar)
        return at if concern.failed else at + (STAFFED if calendar.is_staffed(at) else UNSTAFFED)
    if not concern.live:
        return None
    seen = [concern.looked or concern.raised_at, *(each.at for each in concern.acknowledged)]
    morning = next_day_begins(max(seen), calendar)
    return min(morning, _lado_moment(concern, calendar)) if concern.asks_lado else morning


def _lado_moment(concern: Concern, calendar: Calendar) -> datetime:
    """The next reminder: on the next working morning, an hour before the day is over, then each working morning."""
    first = calendar.next_working_morning(concern.raised_at)
    last = calendar.take_staffed(lado_due(concern, calendar), BEFORE_LADO)
    if concern.pressed is None:
        return first
    return last if concern.pressed < last else calendar.next_working_morning(concern.pressed)
