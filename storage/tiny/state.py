"""Everything a TinyDB store holds in memory: its tables, and by what their rows are found."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from tinydb import TinyDB
from tinydb.storages import MemoryStorage

from storage.codec import Doc, build
from storage.rows import DeadLetter
from storage.tiny.outbox import Heads
from storage.tiny.table import Index, Place, RowTable
from storage.tiny.veil import AUDIT, FIRST, NUMBERS, SEALED, Batch, Veil
from storage.vault import Vault

__all__ = ["Batch", "Database", "State", "is_marked", "record_id"]

Filed = Iterator[tuple[tuple[str | bool, ...], Place]]


def record_id(school: str, kind: str, id: str) -> str:
    """The row of a record. Raises ValueError for a school or kind that would be mistaken for another."""
    if "/" in school or "/" in kind:
        raise ValueError(f"a school or kind has no slash: {school!r}, {kind!r}")
    return f"{school}/{kind}/{id}"


class Database(TinyDB):
    """TinyDB with our tables."""

    table_class = RowTable


class State:
    """The tables. Rows are plain JSON objects and are replaced whole, so that a shallow copy is a snapshot.

    `records` envelopes of `storage.codec`, with `n`, the order of creation · `outbox` and `dead` rows of the
    relay · `shown` messages · `seen` keys · `audit` rows · `numbers` the last number given, by what for ·
    `hidden_audit` the second chain · `sealed` what stands on the disk for every row that is `hidden`.
    """

    def __init__(self, rows: Mapping[str, dict[str, Doc]] | None = None, veil: Veil | None = None) -> None:
        self.veil = veil or Veil(None)
        self.db = Database(storage=MemoryStorage)
        self.heads = Heads()
        self.records = self._table(
            "records", kind=_by_kind, state=_by_state, owner=_by_owner, key=_by_key, due=_by_due
        )
        self.outbox = self._table("outbox", unique=_by_unique, age=_by_age, record=_by_row_record, person=_by_person)
        self.outbox.indexes["heads"] = self.heads
        self.dead = self._table("dead", school=_by_school, record=_by_row_record, person=_by_person)
        self.shown = self._table("shown", record=_by_record, school=_by_school, person=_by_person)
        self.seen = self._table("seen", at=_by_moment)
        self.audit = self._table("audit")
        self.numbers = self._table("numbers")
        self.hidden_audit = self._table(AUDIT, school=_by_seq)
        self.sealed = self._table(SEALED)
        kept = (self.records, self.outbox, self.dead, self.shown, self.seen, self.audit, self.numbers)
        self.tables = {table.name: table for table in (*kept, self.hidden_audit, self.sealed)}
        for name, table in self.tables.items():
            table.fill(dict((rows or {}).get(name, {})))
        self.counters = {id: int(doc["last"]) for id, doc in self.numbers.rows.items()}

    def _table(self, name: str, **indexes: Any) -> RowTable:
        table = self.db.table(name, indexes={key: Index(entries) for key, entries in indexes.items()})
        assert isinstance(table, RowTable)
        return table

    @property
    def vault(self) -> Vault | None:
        """What seals and opens."""
        return self.veil.vault

    def next_place(self, *, hidden: bool = False) -> int:
        """The place of a new row in the order in which they were made; hidden ones have an order of their own."""
        return FIRST + self.next_number(NUMBERS) if hidden else self.next_number("")

    def next_number(self, what: str) -> int:
        """A number not given before, not even to a commit that failed."""
        self.counters[what] = number = self.counters.get(what, 0) + 1
        return number

    def dead_letters(self, school: str, limit: int, *, hidden: bool = False) -> list[DeadLetter]:
        """The school's undeliverable rows, newest first: those in the clear, or those that are hidden."""
        places = islice(reversed(self.dead.indexes["school"].bucket((school, hidden))), limit)
        return [build(DeadLetter, self.dead.rows[place[-1]]["row"]) for place in places]

    def last_audit(self, school: str, *, hidden: bool = False) -> Doc | None:
        """The end of the school's chain, or of its hidden one."""
        if hidden:
            places = self.hidden_audit.indexes["school"].bucket((school,))
            return self.hidden_audit.rows[places[-1][-1]] if places else None
        last = self.numbers.rows.get(f"{school}/audit")
        return self.audit.rows[f"{school}/{last['last']}"] if last else None

    def audit_chain(self, school: str, *, hidden: bool = False) -> Iterator[Doc]:
        """The school's chain, or its hidden one, as it stands at the first step."""
        if hidden:
            # those that are there: one that somebody has taken away is for the verifier to miss
            places = list(self.hidden_audit.indexes["school"].bucket((school,)))
            yield from (self.hidden_audit.rows[place[-1]] for place in places)
        elif last := self.last_audit(school):
            yield from (self.audit.rows[f"{school}/{seq}"] for seq in range(1, last["seq"] + 1))

    def apply(self, batch: Batch) -> None:
        """Leave every table as the commit wrote it."""
        for name, written in batch.items():
            self.tables[name].apply(written)
        self.veil.settle(batch)

    def copy(self) -> dict[str, dict[str, Doc]]:
        """The rows of every table as they may stand on a disk now; later commits do not change it."""
        rows = {name: dict(table.rows) for name, table in self.tables.items()}
        self.veil.take_out(rows)
        return rows


def is_marked(doc: Doc) -> bool:
    """Whether the row is hidden."""
    return "hidden" in doc


def _by_kind(id: str, doc: Doc) -> Filed:
    yield (doc["school"], doc["kind"]), (doc["n"], id)


def _by_state(id: str, doc: Doc) -> Filed:
    yield (doc["school"], doc["kind"], doc["state"]), (doc["n"], id)


def _by_owner(id: str, doc: Doc) -> Filed:
    yield (doc["school"], doc["kind"], doc["owner"]), (doc["n"], id)


def _by_key(id: str, doc: Doc) -> Filed:
    place = (doc["n"], id)
    for key in set(doc["keys"]):
        yield (doc["school"], doc["kind"], key), place


def _by_due(id: str, doc: Doc) -> Filed:
    if doc["next_due"] is not None:
        yield (doc["school"], doc["kind"]), (doc["next_due"], doc["n"], id)


def _by_unique(id: str, doc: Doc) -> Filed:
    yield (doc["unique"],), (doc["n"], id)


def _by_age(id: str, doc: Doc) -> Filed:
    yield (doc["school"], is_marked(doc)), (doc["row"]["created"] or "~", doc["n"], id)


def _by_school(id: str, doc: Doc) -> Filed:
    yield (doc["school"], is_marked(doc)), (doc["n"], id)


def _by_seq(id: str, doc: Doc) -> Filed:
    yield (doc["school"],), (doc["seq"], id)


def _by_record(id: str, doc: Doc) -> Filed:
    yield (doc["record"],), (doc["n"], id)


def _by_row_record(id: str, doc: Doc) -> Filed:
    if record := message_of(doc)["record"]:
        yield (record_id(doc["school"], record["kind"], record["id"]),), (doc["n"], id)


def _by_person(id: str, doc: Doc) -> Filed:
    yield (doc["school"], message_of(doc)["person"]), (doc["n"], id)


def message_of(doc: Doc) -> Doc:
    """What a row of the outbox, a dead letter or a shown message says of its message."""
    row: Doc = doc["row"]
    letter: Doc | None = row.get("row")
    return row if letter is None else letter


def _by_moment(id: str, doc: Doc) -> Filed:
    yield (), (doc["row"]["at"], id)
