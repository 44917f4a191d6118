"""A task that somebody is given because of an incident: all that they get to see of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from policy.calendar import Calendar
from policy.record import Plain
from policy.refused import WrongState


@dataclass(frozen=True, slots=True)
class Task(Plain):
    """What somebody (`to`) is asked to do, by whom and when (aware UTC). `note` is what they said when it was done.

    `nagged` is when they were last reminded.
    """

    id: str
    school: str
    incident: str
    to: str
    text: str
    by: str
    at: datetime
    note: str = ""
    done_at: datetime | None = None
    nagged: datetime | None = None
    next_due: datetime | None = None
    rev: int = 0

    KIND: ClassVar[str] = "task"
    PREFIX: ClassVar[str] = "TASK"
    SEALED: ClassVar[bool] = True

    @property
    def state(self) -> str:
        return "open" if self.done_at is None else "done"

    @property
    def owner(self) -> str:
        return self.to

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"incident:{self.incident}",)

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.done_at is None


def schedule(task: Task, calendar: Calendar) -> Task:
    """The task with `next_due` at its next reminder (UTC): each working morning until it is done."""
    return replace(task, next_due=calendar.next_working_morning(task.nagged or task.at) if task.open else None)


def remind(task: Task, now: datetime, calendar: Calendar) -> tuple[Task, bool]:
    """The task moved on, and whether its holder is to be reminded now: in staffed hours, once for each morning."""
    if not task.open or task.next_due is None or now < task.next_due:
        return schedule(task, calendar), False
    if not calendar.is_staffed(now):
        return replace(task, next_due=calendar.next_staffed_start(now)), False
    return schedule(replace(task, nagged=now), calendar), True


def finish(task: Task, note: str, now: datetime) -> Task:
    """It is done. Raises WrongState when it was already."""
    if not task.open:
        raise WrongState(
            f"{task.id} is done already, so nothing was changed.",
            "Whoever leads on it has been shown that.",
            "If something is missing, please tell them.",
        )
    return replace(task, note=note, done_at=now, next_due=None)
