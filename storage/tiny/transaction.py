"""A transaction over the tables in memory: it reads its own writes and asks for them all at once."""

from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from policy.record import Record, Ref
from storage.codec import build, checked, decode, encode, kept, moment
from storage.references import reference
from storage.rows import AuditEntry, DeadLetter, Outgoing, Seen, Shown
from storage.tiny.commit import Drop, Put, Settled, Wishes
from storage.tiny.finding import Query
from storage.tiny.state import State, record_id

R = TypeVar("R", bound=Record)
_NEW = 1 << 62
"""Stands in for the order of creation of a record that has none yet: it is newer than all that have."""


class TinyTransaction:
    """`storage.contract.Transaction` over what is durable now."""

    def __init__(self, state: State, school: str) -> None:
        self.school = school
        self.wishes = Wishes(school)
        self._state = state
        self._records: dict[str, Record] = {}
        self._kinds: set[str] = set()
        self._open = True

    @property
    def hides(self) -> bool:
        """As the contract says."""
        return self.wishes.hidden

    def end(self) -> Wishes:
        """Take no more wishes, and give those there are."""
        self._open = False
        return self.wishes

    async def new_id(self, kind: type[Record]) -> str:
        """As the contract says. Raises ValueError for a kind without a prefix: it names its records itself, and
        Keyless for a hidden one where there is no key.
        """
        if self._state.veil.meet(kind):
            return self._new_reference()
        if not kind.PREFIX:
            raise ValueError(f"{kind.__name__} has no prefix for short ids")
        counter = f"{self.school}/{kind.PREFIX}"
        self._asked.numbers.add(counter)
        return f"{kind.PREFIX}-{self._state.next_number(counter)}"

    async def get(self, kind: type[R], id: str) -> R | None:
        """As the contract says. Raises Keyless for what is sealed where there is no key."""
        self._state.veil.meet(kind)
        row = record_id(self.school, kind.KIND, id)
        if row in self._asked.records:
            own = self._records.get(row)
            return own if isinstance(own, kind) else None
        doc = self._state.records.rows.get(row)
        return decode(kind, doc, self._state.vault) if doc else None

    async def find(
        self,
        kind: type[R],
        *,
        state: str | None = None,
        owner: str | None = None,
        key: str | None = None,
        due_before: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
        oldest: bool = False,
    ) -> list[R]:
        """As the contract says. Raises Conflict when the record `after` names has been deleted, and Keyless for what
        is sealed where there is no key.
        """
        self._state.veil.meet(kind)
        due = moment(due_before) if due_before else None
        query = Query(self.school, kind.KIND, state, owner, key, due, oldest)
        if kind.KIND not in self._kinds:
            behind = query.after(self._state, after) if after else None
            vault, fitting = self._state.vault, islice(query.candidates(self._state, behind), limit)
            return [decode(kind, doc, vault) for _, doc in fitting]
        mine = self._own(kind)
        own_after = record_id(self.school, kind.KIND, after) if after else ""
        written = self._asked.records
        behind = None
        if after:
            behind = query.position(mine[own_after]) if own_after in mine else query.after(self._state, after)
        stored = ((row, doc) for row, doc in query.candidates(self._state, behind) if row not in written)
        page = list(islice(stored, limit))
        page += [
            (row, doc)
            for row, doc in mine.items()
            if query.fits(doc) and (behind is None or query.position(doc) > behind)
        ]
        page.sort(key=lambda entry: query.position(entry[1]))
        vault = self._state.vault
        found = [self._records[row] if row in mine else decode(kind, doc, vault) for row, doc in page[:limit]]
        return [record for record in found if isinstance(record, kind)]

    def put(self, record: Record) -> None:
        """As the contract says. Raises ValueError or TypeError for what cannot be kept, or not in this school, and
        Keyless for what is to be sealed where there is no key.
        """
        if record.school != self.school:
            raise ValueError(f"{record.id} belongs to {record.school}, this transaction to {self.school}")
        if self._state.veil.meet(type(record)):
            self._asked.hidden = True
        row = record_id(self.school, record.KIND, record.id)
        self._asked.records[row] = Put(encode(record, record.rev + 1, self._state.vault), record.rev)
        self._records[row] = record
        self._kinds.add(record.KIND)

    def delete(self, kind: type[Record], id: str, rev: int) -> None:
        """As the contract says."""
        if self._state.veil.meet(kind):
            self._asked.hidden = True
        row = record_id(self.school, kind.KIND, id)
        self._asked.records[row] = Drop(rev)
        self._records.pop(row, None)
        self._kinds.add(kind.KIND)

    def forget_person(self, id: str) -> None:
        """As the contract says."""
        self._asked.people.append(id)

    async def seen(self, key: str) -> Seen | None:
        """As the contract says."""
        if key in self._asked.seen:
            return self._asked.seen[key][0]
        doc = self._state.seen.rows.get(f"{self.school}/{key}")
        return build(Seen, doc["row"]) if doc else None

    def mark_seen(self, seen: Seen) -> None:
        """As the contract says."""
        self._touch(seen.record)
        self._asked.seen[seen.key] = kept(seen)

    def audit(self, entry: AuditEntry) -> None:
        """As the contract says."""
        self._touch(entry.record)
        self._asked.entries.append(kept(entry))

    def queue(self, row: Outgoing) -> None:
        """As the contract says."""
        self._touch(row.record)
        self._asked.queued.append(kept(row))

    async def shown(self, record: Ref) -> list[Shown]:
        """As the contract says."""
        row = record_id(self.school, record.kind, record.id)
        docs = self._state.shown.rows
        ids = [place[-1] for place in self._state.shown.indexes["record"].bucket((row,))]
        known = {shown.key: shown for shown in (build(Shown, docs[id]["row"]) for id in ids)}
        for key, own in self._asked.shown.items():
            if own is not None and own.record == record:
                known[key] = own
            else:
                known.pop(key, None)
        return list(known.values())

    def show(self, shown: Shown) -> None:
        """As the contract says."""
        self._touch(shown.record)
        self._asked.shown[shown.key] = checked(shown)

    def unshow(self, key: str) -> None:
        """As the contract says."""
        self._asked.shown[key] = None

    def done(self, row: Outgoing) -> None:
        """As the contract says; nothing happens when the row is no longer there."""
        self._touch(row.record)
        self._asked.settled.append(Settled(row.id))

    def retry(self, row: Outgoing, not_before: datetime, *, doubtful: bool = False) -> None:
        """As the contract says; a row once doubtful stays so. Nothing happens when it is no longer there."""
        self._touch(row.record)
        self._asked.settled.append(
            Settled(row.id, again=checked(replace(row, not_before=not_before, doubtful=doubtful)))
        )

    def bury(self, row: Outgoing, reason: str, at: datetime) -> None:
        """As the contract says; nothing happens when the row is no longer there."""
        self._touch(row.record)
        self._asked.settled.append(Settled(row.id, letter=checked(DeadLetter(row, reason, at))))

    async def dead_letters(self, limit: int, *, hidden: bool = False) -> list[DeadLetter]:
        """As the contract says."""
        return self._state.dead_letters(self.school, limit, hidden=hidden)

    def _touch(self, name: Ref | None) -> None:
        """Take note that a row will name the record. Raises Keyless when it is hidden and there is no key."""
        if self._state.veil.covers(name):
            self._asked.hidden = True

    def _new_reference(self) -> str:
        """One that no hidden record of the school has, of whatever kind."""
        while True:
            id = reference()
            rows = [record_id(self.school, kind, id) for kind in self._state.veil.kinds]
            if not any(row in self._state.records.rows or row in self._asked.records for row in rows):
                return id

    @property
    def _asked(self) -> Wishes:
        if not self._open:
            raise RuntimeError("this transaction has ended")
        return self.wishes

    def _own(self, kind: type[Record]) -> dict[str, dict[str, object]]:
        """This transaction's own writes of the kind, as they would be stored."""
        own = {}
        for order, (row, wish) in enumerate(self._asked.records.items()):
            if isinstance(wish, Put) and wish.envelope["kind"] == kind.KIND:
                stored = self._state.records.rows.get(row)
                own[row] = wish.envelope | {"n": stored["n"] if stored else _NEW + order}
        return own
