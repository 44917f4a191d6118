"""What is sealed whole: rows of hidden kinds, and rows that name one, as they stand on the disk.

In memory, with a key, they are ordinary rows of the ordinary tables, marked `hidden`. On the disk there is one table
of them, `sealed`: a random name, a token in which table, id and row are, padded, and for a record `next_due`. Their
numbers, their audit chain and its end stand among them, so that what is in the clear has no gaps. Without a key they
are carried along as they are.

What is left to see: that something is sealed, how many rows of it, in steps of `BLOCK` how long each is, which of
them a line of the journal wrote or took out, and beside which others. A line holds the commits that came in while the
disk was busy, so rows in the clear may share it that have nothing to do with the sealed ones; and a commit that came
alone shows that its sealed rows belong together. Once a snapshot has taken the journal's place, nothing shows in what
order or company sealed rows were written.
"""

from collections.abc import Iterable, Mapping, Set
from secrets import token_urlsafe

import orjson

from policy.record import Record, Ref, is_hidden
from storage.codec import Doc
from storage.contract import Damaged
from storage.tiny.table import RowTable, Written
from storage.vault import Keyless, Vault, WrongKey

SEALED, AUDIT, NUMBERS = "sealed", "hidden_audit", "hidden"
"""The table on the disk; the second audit chain's in memory; the counter of hidden rows."""

FIRST = 1 << 52
"""Hidden rows are numbered from here on, and so never like any other."""

BLOCK = 2048
"""Sealed rows are padded to a multiple of so many bytes: most are of one length."""

Batch = Mapping[str, Written]
Row = tuple[str, str]
"""A table and the id of a row in it."""


class Veil:
    """Knows which rows are hidden, and by which names they stand on the disk.

    `kinds` may be any; hidden ones among them, and those met later, are remembered.
    """

    def __init__(self, vault: Vault | None, kinds: Iterable[type[Record]] = ()) -> None:
        self.vault = vault
        self.kinds = {kind.KIND for kind in kinds if is_hidden(kind)}
        self.names: dict[Row, str] = {}
        self._leaving: set[Row] = set()

    def meet(self, kind: type[Record]) -> bool:
        """Whether the kind is hidden. Raises Keyless when it is and there is no key: nobody knows what is there."""
        if not is_hidden(kind):
            return False
        self.kinds.add(kind.KIND)
        self._with_key(kind.KIND)
        return True

    def covers(self, name: Ref | None) -> bool:
        """Whether a row that names this record is hidden. Raises Keyless when it is and there is no key."""
        if name is None or name.kind not in self.kinds:
            return False
        self._with_key(name.kind)
        return True

    def lift(self, rows: dict[str, dict[str, Doc]]) -> None:
        """Open what is sealed into the tables it belongs to, if there is a key. Raises WrongKey or Damaged."""
        self.names = {}
        if self.vault is None:
            return
        for name, sealed in rows.get(SEALED, {}).items():
            table, id, doc = _opened(self.vault, name, sealed["sealed"])
            if table == "records":
                self.kinds.add(doc["kind"])
            self.names[table, id] = name
            rows.setdefault(table, {})[id] = doc

    def cover(self, batch: Batch, written: Set[Row], durable: Mapping[str, RowTable]) -> tuple[Batch, Batch]:
        """What a commit leaves in memory, with the sealed rows, and what goes to the disk, with nothing but those.

        `written` are the hidden rows that it wrote. One that was in the clear until now is taken out there.
        """
        hidden = set(written)
        if self.names:
            hidden |= {(table, id) for table, rows in batch.items() for id in rows if (table, id) in self.names}
        if not hidden:
            return batch, batch
        sealed = dict(batch.get(SEALED, {}))
        disk = {
            table: {id: doc for id, doc in rows.items() if (table, id) not in hidden} for table, rows in batch.items()
        }
        for table, id in hidden:
            doc, name = batch[table][id], self.names.get((table, id), "")
            if not name and id in durable[table].rows:
                disk[table][id] = None
            if doc is not None:
                name = name or self._name(table, id)
                sealed[name] = self._sealed(name, table, id, doc)
            elif name:
                sealed[name] = None
                del self.names[table, id]
                self._leaving.add((table, id))
        # by name, so that their order in the line says nothing of which is what
        disk[SEALED] = sealed = dict(sorted(sealed.items()))
        return {**batch, SEALED: sealed}, {table: rows for table, rows in disk.items() if rows}

    def settle(self, batch: Batch) -> None:
        """Take note that this is durable."""
        self._leaving = {(table, id) for table, id in self._leaving if batch.get(table, {}).get(id, ...) is not None}

    def take_out(self, rows: dict[str, dict[str, Doc]]) -> None:
        """Leave of all tables what may stand on a disk."""
        for table, id in (*self.names, *self._leaving):
            rows[table].pop(id, None)
        rows.pop(AUDIT, None)
        rows[SEALED] = dict(sorted(rows.get(SEALED, {}).items()))
        if not rows[SEALED]:
            del rows[SEALED]

    def _name(self, table: str, id: str) -> str:
        self.names[table, id] = name = token_urlsafe(12)
        return name

    def _sealed(self, name: str, table: str, id: str, doc: Doc) -> Doc:
        assert self.vault is not None
        content = orjson.dumps([table, id, doc])
        content += b" " * (-len(content) % BLOCK)
        sealed: Doc = {"sealed": self.vault.seal(name, content.decode(), timeless=True)}
        due = doc["next_due"] if table == "records" else None
        return sealed | {"next_due": due} if due else sealed

    def _with_key(self, kind: str) -> None:
        if self.vault is None:
            raise Keyless(kind)


def _opened(vault: Vault, name: str, token: str) -> tuple[str, str, Doc]:
    try:
        table, id, doc = orjson.loads(vault.unseal(name, token))
    except WrongKey:
        raise WrongKey("What is sealed whole in these records") from None
    except ValueError:
        raise Damaged(f"The sealed row {name} does not read as one. Restore it from the last backup.") from None
    return table, id, doc
