"""A record that nobody may know of: sealed whole, with every row that names it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from policy.record import Plain, Ref, ref
from storage.contract import Transaction
from storage.rows import AuditEntry, Outgoing, Seen, Shown
from tests.storage.contract import NOW, SCHOOL

WORDS = "the zebra spreadsheet of Mr Quibble"


@dataclass(frozen=True, slots=True)
class Whisper(Plain):
    """Something that somebody raised about somebody."""

    id: str
    school: str = SCHOOL
    text: str = WORDS
    state: str = "murmured"
    owner: str = "slack:T1:Uowner"
    next_due: datetime | None = None
    keys: tuple[str, ...] = ("about:Uaccused",)
    rev: int = 0
    version: int = 1

    KIND: ClassVar[str] = "whisper"
    HIDDEN: ClassVar[bool] = True

    def but(self, **changes: object) -> "Whisper":
        """The same with some things otherwise."""
        return replace(self, **changes)  # type: ignore[arg-type]


PLANTED = (
    *("zebra", "Quibble", "whisper", "murmured", "Uowner", "Uaccused", "Ureporter", "Ulead", "heard.alert"),
    *("Ddirect", "Evpress", "hasraised", "unreachablelead", "4503599627370"),
)
"""What must stand nowhere at rest: words, kinds, states, people, views, and where hidden rows are numbered from."""


def alert(record: Whisper, to: str = "Ulead", view: str = "heard.alert") -> Outgoing:
    """Somebody is to be told that there is something."""
    return Outgoing(SCHOOL, view, to, ref(record), record.version, lane="alert", created=NOW)


def shown(record: Whisper, rev: int = 1) -> Shown:
    """A message that shows the record."""
    return Shown(SCHOOL, "slack", "Ddirect", "17.001", "heard.alert", "Ulead", ref(record), rev)


def raise_it(tx: Transaction, id: str, **changes: object) -> Whisper:
    """A record with all that comes with it: who did it, who is told, where it shows, whose press it was."""
    record = Whisper(id).but(**changes)
    tx.put(record)
    tx.audit(AuditEntry(NOW, "Ureporter", "hasraised", ref(record), 1, record.state))
    tx.queue(alert(record))
    tx.show(shown(record))
    tx.mark_seen(Seen(f"Evpress-{id}", ref(record), "digest", NOW))
    return record


def name(id: str) -> Ref:
    """The record of that id."""
    return Ref(Whisper.KIND, id)
