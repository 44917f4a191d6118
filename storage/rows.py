"""What a store keeps beside records: rows of the outbox, shown messages, seen-keys, the audit, dead letters."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from policy.record import Ref


class Errand(StrEnum):
    """What the relay is to do with an outbox row."""

    SEND = "send"
    REDRAW = "redraw"
    FETCH = "fetch"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row of the outbox: a view to be shown to a person, never the text of it.

    `record` is None for a card that is built when it is sent (a digest). `version` is the content the
    row speaks of; None for nags and redraws, of which one waiting is enough. `lane` is "alert" for
    safeguarding, else "". `message` names the shown message a redraw is for (`Shown.key`).
    Rows of one `queue` are handed out one at a time, in the order of their ids: those to one person, except that
    alerts wait for nothing but an earlier one about the same record.
    """

    school: str
    view: str
    person: str
    record: Ref | None = None
    version: int | None = None
    task: Errand = Errand.SEND
    lane: str = ""
    message: str = ""
    id: int = 0
    attempts: int = 0
    created: datetime | None = None
    not_before: datetime | None = None
    doubtful: bool = False
    """An earlier attempt may have arrived: look before posting again."""

    @property
    def queue(self) -> str:
        """What this row must keep its place in: a person's conversation, their mail, or a record's fetching."""
        place = f"{self.lane}:{self.person}:{self.record}" if self.lane else f":{self.person}"
        match self.task:
            case Errand.FETCH:
                return f"fetch:{self.record}"
            case Errand.MAIL:
                return f"mail:{place}"
            case Errand.SEND | Errand.REDRAW:
                return place
            case _:
                assert_never(self.task)

    @property
    def unique(self) -> tuple[str, str, Ref | None, int | None, str, str]:
        """Among waiting rows no two share this; queueing a second is silently one with the first."""
        return (self.task, self.view, self.record, self.version, self.person, self.message)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that shows a record to a person: the address by which it can be redrawn.

    `rev` is the record's revision it was drawn from. `files` pairs a picture's sha256 with the name the
    platform gave its upload, so that it need not be uploaded again.
    """

    school: str
    platform: str
    conversation: str
    message: str
    view: str
    person: str
    record: Ref | None = None
    rev: int = 0
    files: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return f"{self.platform}|{self.conversation}|{self.message}"


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that has had its effect: the sender's key, the record it touched, a digest of its fields."""

    key: str
    record: Ref | None
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done, for the audit: ids and salted fingerprints only, never content."""

    at: datetime
    person: str
    verb: str
    record: Ref | None = None
    version: int = 0
    state: str = ""
    fingerprint: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An audit entry in its place in the school's hash chain. `seq` counts from 1."""

    seq: int
    school: str
    entry: AuditEntry
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An outbox row that cannot be delivered, and the reason as a short code."""

    row: Outgoing
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """How much there is, for health and metrics."""

    records: dict[tuple[str, str], int] = field(default_factory=dict)
    """(kind, state) -> how many"""
    outbox: int = 0
    oldest_unsent: datetime | None = None
    dead: int = 0
    shown: int = 0
    audit: int = 0
    oldest_hidden: datetime | None = None
    """Since when the oldest unsent row has waited of those that are hidden, which nothing above counts: whether all
    is sent. It stands in no metric, on no page, and nobody is told of it."""
