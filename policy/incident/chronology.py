"""The chronology of an incident: what happened when and who wrote it down. It is only ever added to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from policy.record import Plain
from policy.refused import Unusable


class Act(StrEnum):
    """What an entry is about."""

    REPORTED = "reported"
    NOTE = "note"
    CORRECTION = "correction"
    ASSESSED = "assessed"
    REFERRED = "referred"
    TASK = "task"
    DONE = "done"
    READER = "reader"
    LEAD = "lead"
    BREACH = "breach"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The act as the chronology names it."""
        return _LABELS[self]


_LABELS = {
    Act.REPORTED: "Reported",
    Act.NOTE: "Note",
    Act.CORRECTION: "Correction",
    Act.ASSESSED: "Assessed",
    Act.REFERRED: "Referred",
    Act.TASK: "Task given",
    Act.DONE: "Task done",
    Act.READER: "May read it",
    Act.LEAD: "Leads",
    Act.BREACH: "Personal data",
    Act.CLOSED: "Closed",
}


@dataclass(frozen=True, slots=True)
class Entry(Plain):
    """One entry, never changed once it is kept. `number` counts from 1 within its incident; `at` is aware UTC.

    `by` is a person's id, or Exeat's. `corrects` is the number of the entry that it puts right, 0 for none.
    """

    id: str
    school: str
    incident: str
    number: int
    at: datetime
    by: str
    act: Act
    text: str
    corrects: int = 0
    rev: int = 0

    KIND: ClassVar[str] = "entry"
    PREFIX: ClassVar[str] = "N"
    SEALED: ClassVar[bool] = True

    @property
    def state(self) -> str:
        return "kept"

    @property
    def owner(self) -> str:
        return self.by

    @property
    def keys(self) -> tuple[str, ...]:
        return (entries_key(self.incident), f"{entries_key(self.incident)}:{self.number}")


def entries_key(incident: str) -> str:
    """The key by which the entries of an incident are found, newest first."""
    return f"incident:{incident}"


def corrected(said: str, entries: int) -> int:
    """The number of the entry that a note puts right; 0 when nothing was said. Raises Unusable for no such entry."""
    if not said:
        return 0
    if not said.isdecimal() or len(said) > 6 or not 1 <= int(said) <= entries:
        raise Unusable({"corrects": f"There is no entry of that number. The entries go from 1 to {entries}."})
    return int(said)
