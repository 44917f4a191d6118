"""What a transaction asks for, and what it comes to when its turn to be written has come."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from policy.record import Ref
from storage.audit import link
from storage.codec import Doc, build, moment, plain, text
from storage.contract import Conflict
from storage.rows import AuditEntry, DeadLetter, Errand, Outgoing, Seen, Shown
from storage.tiny.state import Batch, State, is_marked, record_id
from storage.tiny.table import Changes
from storage.tiny.veil import AUDIT, NUMBERS, SEALED, Row

SEALED_PART = {"records": "body", SEALED: "sealed"}
"""What of a row is sealed, in the tables that have such."""


@dataclass(frozen=True, slots=True)
class Put:
    """An envelope to keep, if the stored revision is the one given (0: none is stored)."""

    envelope: Doc
    over: int


@dataclass(frozen=True, slots=True)
class Drop:
    """A record to forget, if the stored revision is the one given."""

    over: int


@dataclass(slots=True)
class Wishes:
    """All that one transaction asks for, in one school; each row beside what is kept of it."""

    school: str
    records: dict[str, Put | Drop] = field(default_factory=dict)
    seen: dict[str, tuple[Seen, Doc]] = field(default_factory=dict)
    entries: list[tuple[AuditEntry, Doc]] = field(default_factory=list)
    shown: dict[str, Shown | None] = field(default_factory=dict)
    settled: list["Settled"] = field(default_factory=list)
    queued: list[tuple[Outgoing, Doc]] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    people: list[str] = field(default_factory=list)
    """Whoever is to get nothing any more."""
    forgotten: list[str] = field(default_factory=list)
    """Rows of seen-keys to drop, whatever their school."""
    resealed: list[Row] = field(default_factory=list)
    """Records, and rows of what is sealed whole, to be sealed under the first key; as they are otherwise."""
    hidden: bool = False
    """It touches what is hidden, so rows of it that name no record are hidden as well."""

    def __bool__(self) -> bool:
        asked = (self.records, self.seen, self.entries, self.shown, self.settled, self.queued, self.people)
        return any(asked) or bool(self.forgotten or self.resealed)

    @property
    def at(self) -> str | None:
        """The moment that the transaction itself speaks of, for rows that the store adds."""
        moments = [entry.at for entry, _ in self.entries] + [seen.at for seen, _ in self.seen.values()]
        moments += [row.created for row, _ in self.queued if row.created]
        return moment(max(moments)) if moments else None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an outbox row: gone, dead (`letter`), or to be tried again (`again`)."""

    id: int
    again: Outgoing | None = None
    letter: DeadLetter | None = None


class Pending:
    """The batch being put together: what earlier commits in it have written, laid over what is durable."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._changes = {name: Changes(table.rows) for name, table in state.tables.items()}
        self._unique: dict[str, bool] = {}
        self._shown_of: dict[str, list[str]] = defaultdict(list)
        self._chains: dict[tuple[str, bool], Doc] = {}
        self._hidden: set[Row] = set()
        self.leans_on: set[str] = set()
        """Waiting outbox rows that stand for others which therefore were not queued."""

    def batch(self) -> tuple[Batch, Batch]:
        """What is to be written: as it is to stand in memory, and on the disk."""
        batch = {name: changes.written for name, changes in self._changes.items() if changes.written}
        return self._state.veil.cover(batch, self._hidden, self._state.tables)

    def perform(self, wishes: Wishes) -> None:
        """Take the transaction into the batch. Raises Conflict, before anything is changed, when it came too late."""
        self._check(wishes)
        for id, wish in wishes.records.items():
            self._record(id, wish)
        for person in wishes.people:
            self._drop_messages("person", (wishes.school, person))
        for id in wishes.forgotten:
            self._changes["seen"].written[id] = None
        for table, id in wishes.resealed:
            self._reseal(table, id)
        for seen, doc in wishes.seen.values():
            hidden = self._hides(seen.record, wishes)
            self._write("seen", f"{wishes.school}/{seen.key}", {"school": wishes.school, "row": doc}, hidden)
        for key, shown in wishes.shown.items():
            self._show(f"{wishes.school}/{key}", shown, wishes)
        for settled in wishes.settled:
            self._settle(wishes.school, settled)
        for row in self._redraws(wishes):
            self._queue(wishes, row, plain(row))
        for row, doc in wishes.queued:
            self._queue(wishes, row, doc)
        for entry, doc in wishes.entries:
            self._audit(wishes.school, doc, self._hides(entry.record, wishes))
        for what in (*wishes.numbers, "", NUMBERS):
            self._number(what)

    def _hides(self, record: Ref | None, wishes: Wishes) -> bool:
        """Whether a row that names that record, or none, is hidden."""
        return wishes.hidden if record is None else record.kind in self._state.veil.kinds

    def _write(self, table: str, id: str, doc: Doc, hidden: bool) -> None:
        if hidden:
            doc = doc | {"hidden": True}
            self._hidden.add((table, id))
        self._changes[table][id] = doc

    def _check(self, wishes: Wishes) -> None:
        records, seen = self._changes["records"], self._changes["seen"]
        for id, wish in wishes.records.items():
            stored = records.peek(id)
            if (stored["rev"] if stored else 0) != wish.over:
                raise Conflict(f"{id} was changed by somebody else in the meantime")
        for key in wishes.seen:
            if f"{wishes.school}/{key}" in seen:
                raise Conflict(f"{key} was received already")

    def _record(self, id: str, wish: Put | Drop) -> None:
        records = self._changes["records"]
        stored = records.peek(id)
        if isinstance(wish, Put):
            hidden = wish.envelope["kind"] in self._state.veil.kinds
            n = stored["n"] if stored else self._state.next_place(hidden=hidden)
            self._write("records", id, wish.envelope | {"n": n}, hidden)
        elif stored:
            del records[id]
            self._drop_messages("record", (id,))

    def _drop_messages(self, index: str, key: tuple[str, ...]) -> None:
        """Take out what waits to be sent or fetched, and what could not be; a redraw stays: it forgets a message."""
        for id, doc in self._filed("outbox", index, key):
            if doc["row"]["task"] != Errand.REDRAW:
                del self._changes["outbox"][id]
                self._unique[doc["unique"]] = False
        for id, _ in self._filed("dead", index, key):
            del self._changes["dead"][id]

    def _filed(self, table: str, index: str, key: tuple[str, ...]) -> list[tuple[str, Doc]]:
        """The rows under a key of an index, with what earlier commits of this batch have written."""
        changes, filed = self._changes[table], self._state.tables[table].indexes[index]
        ids = [place[-1] for place in filed.bucket(key)] + list(changes.written)
        found = ((id, changes.peek(id)) for id in dict.fromkeys(ids))
        return [(id, doc) for id, doc in found if doc and any(each == key for each, _ in filed.places(id, doc))]

    def _reseal(self, table: str, id: str) -> None:
        """The row as it is, under the first key. Raises WrongKey when no key opens it."""
        stored, vault = self._changes[table].peek(id), self._state.vault
        if stored is not None and vault is not None:
            part = SEALED_PART[table]
            self._changes[table][id] = stored | {part: vault.renew(id, stored[part])}

    def _show(self, id: str, shown: Shown | None, wishes: Wishes) -> None:
        changes = self._changes["shown"]
        stored = changes.peek(id)
        if shown is not None:
            record = _row_of(shown.school, shown.record)
            hidden = self._hides(shown.record, wishes)
            n = stored["n"] if stored else self._state.next_place(hidden=hidden)
            doc = {"n": n, "school": shown.school, "record": record, "row": plain(shown)}
            self._write("shown", id, doc, hidden)
            self._shown_of[record].append(id)
        elif stored:
            del changes[id]

    def _settle(self, school: str, settled: Settled) -> None:
        outbox, id = self._changes["outbox"], str(settled.id)
        stored = outbox.peek(id)
        if stored is None or stored["school"] != school:
            return
        if settled.again is not None:
            stands = stored["row"]
            doubtful = stands["doubtful"] or settled.again.doubtful
            later = {"attempts": stands["attempts"] + 1, "not_before": plain(settled.again.not_before)}
            self._write("outbox", id, stored | {"row": stands | later | {"doubtful": doubtful}}, is_marked(stored))
            return
        del outbox[id]
        self._unique[stored["unique"]] = False
        if settled.letter is not None:
            hidden = is_marked(stored)
            n = self._state.next_place(hidden=hidden)
            self._write("dead", str(n), {"n": n, "school": school, "row": plain(settled.letter)}, hidden)

    def _redraws(self, wishes: Wishes) -> Iterable[Outgoing]:
        """Every message that shows less than the record is now, or one that is gone, among those this transaction
        touches; and all that are shown to somebody who is to be forgotten.
        """
        shown = self._changes["shown"]
        ids = {f"{wishes.school}/{key}": None for key, kept in wishes.shown.items() if kept}
        for record in wishes.records:
            durable = self._state.shown.indexes["record"].bucket((record,))
            ids |= dict.fromkeys(place[-1] for place in durable) | dict.fromkeys(self._shown_of.get(record, ()))
        for id in ids:
            doc = shown.peek(id)
            record_doc = self._changes["records"].peek(doc["record"]) if doc else None
            if doc and doc["record"] and (record_doc is None or doc["row"]["rev"] < record_doc["rev"]):
                yield _redraw(build(Shown, doc["row"]))
        for person in wishes.people:
            for _, doc in self._filed("shown", "person", (wishes.school, person)):
                yield _redraw(build(Shown, doc["row"]))

    def _queue(self, wishes: Wishes, row: Outgoing, doc: Doc) -> None:
        unique = text((wishes.school, *row.unique))
        if self._is_waiting(unique, may_be_drawn=row.task is Errand.SEND and row.version is None):
            return
        hidden = self._hides(row.record, wishes)
        n = self._state.next_place(hidden=hidden)
        doc = doc | {"id": n, "created": doc["created"] or wishes.at}
        stored = {"n": n, "school": wishes.school, "queue": row.queue, "unique": unique, "row": doc}
        self._write("outbox", str(n), stored, hidden)
        self._unique[unique] = True

    def _is_waiting(self, unique: str, *, may_be_drawn: bool) -> bool:
        """Whether such a row waits; one that is handed out and `may_be_drawn` already does not count."""
        if unique in self._unique:
            return self._unique[unique]
        ids = (place[-1] for place in self._state.outbox.indexes["unique"].bucket((unique,)))
        waiting = {id for id in ids if not (may_be_drawn and self._state.heads.is_handed_out(id))}
        self.leans_on |= waiting
        return bool(waiting)

    def _audit(self, school: str, entry: Doc, hidden: bool) -> None:
        last = self._chains.get((school, hidden)) or self._state.last_audit(school, hidden=hidden)
        self._chains[school, hidden] = row = link(last, school, entry)
        if hidden:
            self._changes[AUDIT][f"{school}/{row['seq']}"] = row
            self._hidden.add((AUDIT, f"{school}/{row['seq']}"))
            return
        self._changes["audit"][f"{school}/{row['seq']}"] = row
        self._changes["numbers"][f"{school}/audit"] = {"last": row["seq"]}

    def _number(self, what: str) -> None:
        last = self._state.counters.get(what, 0)
        stored = self._changes["numbers"].peek(what)
        if last != (stored["last"] if stored else 0):
            self._write("numbers", what, {"last": last}, what == NUMBERS)


def _redraw(shown: Shown) -> Outgoing:
    return Outgoing(
        shown.school, shown.view, shown.person, record=shown.record, task=Errand.REDRAW, message=shown.key
    )


def _row_of(school: str, record: Ref | None) -> str:
    return record_id(school, record.kind, record.id) if record else ""
