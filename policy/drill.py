"""Test alerts: each holder of a safeguarding role shows once a term that an alert reaches them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from policy.calendar import Calendar
from policy.record import Plain
from policy.term import term_began, term_begins


@dataclass(frozen=True, slots=True)
class Drill(Plain):
    """The test alerts to one person in one term: the last one `asked`, and `acknowledged` (UTC), which may be of a
    term before. `over`: another term has come.
    """

    id: str
    school: str
    person: str
    made_at: datetime
    asked: datetime | None = None
    acknowledged: datetime | None = None
    over: bool = False
    next_due: datetime | None = None
    rev: int = 0

    KIND: ClassVar[str] = "drill"
    PREFIX: ClassVar[str] = "TEST"

    @property
    def state(self) -> str:
        return "over" if self.over else "open" if self.seen is None else "acknowledged"

    @property
    def owner(self) -> str:
        return self.person

    @property
    def seen(self) -> datetime | None:
        """When the last one asked was acknowledged; None while it waits."""
        at = self.acknowledged
        return at if at is not None and self.asked is not None and at >= self.asked else None


@dataclass(frozen=True, slots=True)
class Opening(Plain):
    """Whether concerns are taken: from `since` (UTC), when every holder had acknowledged a test alert; None: not."""

    id: str
    school: str
    since: datetime | None = None
    rev: int = 0

    KIND: ClassVar[str] = "opening"

    @property
    def state(self) -> str:
        return "open" if self.since else "closed"


OPENING = "concerns"
"""The id of the one opening."""


def is_acknowledged(drill: Drill, now: datetime, calendar: Calendar) -> bool:
    """Whether a test alert was acknowledged in the term of `now`, which begins with its first staffed moment."""
    return drill.acknowledged is not None and drill.acknowledged >= term_began(now, calendar)


def is_asked(drill: Drill, now: datetime, calendar: Calendar) -> bool:
    """Whether one was sent in this term."""
    return drill.asked is not None and drill.asked >= term_began(now, calendar)


def schedule(drill: Drill, now: datetime, calendar: Calendar) -> Drill:
    """The drill with `next_due` at the next test alert (UTC).

    One that is acknowledged comes again with the next term; one that is not, each working morning; the first of a
    term at once, in staffed hours.
    """
    if is_acknowledged(drill, now, calendar):
        return replace(drill, next_due=term_begins(now, calendar))
    if drill.asked is not None and is_asked(drill, now, calendar):
        return replace(drill, next_due=calendar.next_working_morning(drill.asked))
    return replace(drill, next_due=calendar.next_staffed_start(now))


def put_off(drill: Drill, now: datetime, calendar: Calendar) -> Drill:
    """Somebody who is away today is asked on the next working morning, if they are back."""
    return replace(drill, next_due=calendar.next_working_morning(now))


def follow(drill: Drill, id: str, now: datetime) -> tuple[Drill, Drill]:
    """The drill of a term that is over, and the one of the term that has come."""
    new = replace(drill, id=id, made_at=now, asked=None, rev=0)
    return replace(drill, over=True, next_due=None), new


def ask(drill: Drill, now: datetime, calendar: Calendar) -> Drill:
    """One goes out now."""
    return schedule(replace(drill, asked=now), now, calendar)


def acknowledge(drill: Drill, now: datetime, calendar: Calendar) -> Drill:
    """It was seen. Pressing twice changes nothing, nor does pressing on one of a term that is over."""
    if drill.over or drill.seen is not None:
        return drill
    return schedule(replace(drill, acknowledged=now), now, calendar)


def rest(drill: Drill) -> Drill:
    """Nothing is sent until somebody asks for it: the person holds no role, or concerns are off."""
    return replace(drill, next_due=None)
