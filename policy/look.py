"""Looking at an account: who looked when, and by when somebody must look again, so that silence means something."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from policy.calendar import Calendar, day_in_words
from policy.deadlines import Deadline
from policy.record import Plain

CLAUSE = "monitor-accounts"

MOST_KEPT = 40
"""How many of the latest looks are kept with an account."""

BEFORE_CLOSING = timedelta(hours=1)
"""How much staffed time is left on the last day when somebody is first reminded."""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at an account, at an aware UTC moment; `note` is what they found, "" for nothing new."""

    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountWatch(Plain):
    """The watch on an account, whose slug is its `id`. `since` is when it began, `looks` the latest looks, oldest
    first; `nagged` is the last reminder since then, and `mornings` how many working mornings have been reminded.
    """

    id: str
    school: str
    since: datetime
    looks: tuple[Look, ...] = ()
    nagged: datetime | None = None
    mornings: int = 0
    next_due: datetime | None = None
    rev: int = 0

    KIND: ClassVar[str] = "watch"

    @property
    def state(self) -> str:
        return "kept"

    @property
    def last(self) -> Look | None:
        """The latest look; None when nobody has looked since the watch began."""
        return self.looks[-1] if self.looks else None

    @property
    def start(self) -> datetime:
        """From when the next look is counted: the latest one, or when the watch began, if that was later."""
        return max(self.last.at, self.since) if self.last else self.since


def look_due(start: datetime, every: int, calendar: Calendar) -> Deadline:
    """By when somebody must look again: the end of staffed hours on the so-manieth working day after `start`'s day.

    `every` is in working days, at least 1. Clause `monitor-accounts`.
    """
    day = calendar.today(start)
    for _ in range(every):
        day = calendar.next_working_day(day)
    hours = calendar.hours(day)
    at = hours[1] if hours else calendar.at(day, calendar.closes)
    often = "each working day" if every == 1 else f"every {every} working days"
    return Deadline(at, f"Somebody looks {often}, so the next look is due on {day_in_words(day)}.", CLAUSE)


def ask_at(start: datetime, every: int, calendar: Calendar) -> datetime:
    """When somebody is first asked to look again (UTC): with an hour of staffed time left of the last day."""
    return calendar.take_staffed(look_due(start, every, calendar).at, BEFORE_CLOSING)


def watch(account: str, school: str, every: int, now: datetime, calendar: Calendar) -> AccountWatch:
    """A watch that begins now."""
    return schedule(AccountWatch(account, school, now), every, calendar)


def looked(kept: AccountWatch, look: Look, every: int, calendar: Calendar) -> AccountWatch:
    """Somebody has looked."""
    looks = (*kept.looks, look)[-MOST_KEPT:]
    return schedule(replace(kept, looks=looks, nagged=None, mornings=0), every, calendar)


def resume(kept: AccountWatch, every: int, now: datetime, calendar: Calendar) -> AccountWatch:
    """The watch at a start: it follows the rhythm as it now is, and begins anew if none was kept until now."""
    anew = every > 0 and kept.next_due is None
    return schedule(replace(kept, since=now) if anew else kept, every, calendar)


def schedule(kept: AccountWatch, every: int, calendar: Calendar) -> AccountWatch:
    """The watch with `next_due` at its next reminder (UTC); None where no watch is kept (`every` is 0).

    Reminders that came earlier than anybody is to be asked now, by another rhythm or calendar, count no more.
    """
    if every < 1:
        return replace(kept, nagged=None, mornings=0, next_due=None)
    first = ask_at(kept.start, every, calendar)
    if kept.nagged is None or kept.nagged < first:
        return replace(kept, nagged=None, mornings=0, next_due=first)
    return replace(kept, next_due=calendar.next_working_morning(kept.nagged))


def remind(kept: AccountWatch, every: int, now: datetime, calendar: Calendar) -> tuple[AccountWatch, bool]:
    """The watch moved on, and whether somebody is to be reminded now: in staffed hours only, and once for each time.

    First an hour before the end of the day by which somebody must look, then each working morning.
    """
    kept = schedule(kept, every, calendar)
    if kept.next_due is None or kept.next_due > now:
        return kept, False
    if not calendar.is_staffed(now):
        return replace(kept, next_due=calendar.next_staffed_start(now)), False
    late = is_late(kept, every, now, calendar)
    return schedule(replace(kept, nagged=now, mornings=kept.mornings + late), every, calendar), True


def is_asked(kept: AccountWatch, every: int, now: datetime, calendar: Calendar) -> bool:
    """Whether somebody is asked to look: it is late, or soon will be."""
    return every > 0 and now >= ask_at(kept.start, every, calendar)


def is_late(kept: AccountWatch, every: int, now: datetime, calendar: Calendar) -> bool:
    """Whether nobody has looked in time."""
    return every > 0 and now >= look_due(kept.start, every, calendar).at
