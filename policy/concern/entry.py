"""The log of a safeguarding concern: what was done and added, and every time that somebody read it. Only added to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from policy.record import Plain


class Act(StrEnum):
    """What an entry is about."""

    RAISED = "raised"
    TOLD = "told"
    MAILED = "mailed"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    UNSEEN = "unseen"
    ACKNOWLEDGED = "acknowledged"
    OPENED = "opened"
    NOTE = "note"
    ADDED = "added"
    READER = "reader"
    UNREADER = "unreader"
    HELD = "held"
    RELEASED = "released"
    REFERRED = "referred"
    LADO = "lado"
    CLOSED = "closed"
    EXPORTED = "exported"

    @property
    def label(self) -> str:
        """The act as the log names it."""
        return _LABELS[self]


_LABELS = {
    Act.RAISED: "Raised",
    Act.TOLD: "Alert on its way",
    Act.MAILED: "E-mail on its way",
    Act.DELIVERED: "Delivered",
    Act.UNDELIVERED: "Not delivered",
    Act.UNSEEN: "Not seen by anybody",
    Act.ACKNOWLEDGED: "Acknowledged",
    Act.OPENED: "Read",
    Act.NOTE: "Note",
    Act.ADDED: "Added by whoever raised it",
    Act.READER: "May read it",
    Act.UNREADER: "May not read it any more",
    Act.HELD: "Held, so that it is not deleted",
    Act.RELEASED: "No longer held",
    Act.REFERRED: "Referred",
    Act.LADO: "LADO",
    Act.CLOSED: "Closed",
    Act.EXPORTED: "Written to a file, on the server",
}


@dataclass(frozen=True, slots=True)
class ConcernEntry(Plain):
    """One entry, never changed once it is kept. `at` is aware UTC; `by` is a person's id, or Exeat's.

    `text` is what was written or decided, "" where the act says it all.
    """

    id: str
    school: str
    concern: str
    at: datetime
    by: str
    act: Act
    text: str = ""
    rev: int = 0

    KIND: ClassVar[str] = "concern_entry"
    HIDDEN: ClassVar[bool] = True

    @property
    def state(self) -> str:
        return "kept"

    @property
    def owner(self) -> str:
        return self.by

    @property
    def keys(self) -> tuple[str, ...]:
        return (entries_key(self.concern),)

    @property
    def place(self) -> tuple[datetime, int, str]:
        """Where it stands in the log: by its moment, and of one moment by what comes first."""
        return (self.at, tuple(Act).index(self.act), self.id)


def entries_key(concern: str) -> str:
    """The key by which the entries of a concern are found."""
    return f"concern:{concern}"
