"""A TinyDB table whose changes cost the same however many rows it holds, with indexes kept beside it."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from sortedcontainers import SortedList
from tinydb.storages import Storage
from tinydb.table import Table

from storage.codec import Doc

Place = tuple[Any, ...]
"""Where a row stands in its bucket: what it is ordered by, then its id."""
Entries = Callable[[str, Doc], Iterable[tuple[Hashable, Place]]]
"""The buckets a row is filed in, and its place in each."""
Written = Mapping[str, Doc | None]
"""What a commit leaves in a table: rows by id, None for those taken out."""


class Index:
    """Rows filed in buckets, each in order."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self.buckets: dict[Hashable, Any] = {}

    def add(self, id: str, doc: Doc) -> None:
        """File the row."""
        for key, place in self._entries(id, doc):
            bucket = self.buckets.get(key)
            if bucket is None:
                self.buckets[key] = SortedList((place,))
            else:
                bucket.add(place)

    def discard(self, id: str, doc: Doc) -> None:
        """Take the row out again, given as it was filed."""
        for key, place in self._entries(id, doc):
            bucket = self.buckets[key]
            bucket.remove(place)
            if not bucket:
                del self.buckets[key]

    def fill(self, rows: Mapping[str, Doc]) -> None:
        """File all the rows of a table at once: quicker than one by one."""
        lists: dict[Hashable, list[Place]] = {}
        for id, doc in rows.items():
            for key, place in self._entries(id, doc):
                lists.setdefault(key, []).append(place)
        self.buckets = {key: SortedList(places) for key, places in lists.items()}

    def places(self, id: str, doc: Doc) -> Iterable[tuple[Hashable, Place]]:
        """The buckets the row belongs in, and its place in each."""
        return self._entries(id, doc)

    def bucket(self, key: Hashable) -> Any:
        """The places in the bucket, in order: a SortedList, or nothing."""
        return self.buckets.get(key, ())

    def size(self, key: Hashable) -> int:
        """How many rows are in the bucket."""
        return len(self.buckets.get(key, ()))


class RowTable(Table):
    """A TinyDB table over a dict in memory. Rows have their names as ids and are replaced, never altered.

    Everything TinyDB can do with a table works here; what is asked often goes through the indexes instead.
    """

    document_id_class = str  # type: ignore[assignment]

    def __init__(
        self,
        storage: Storage,
        name: str,
        cache_size: int = 0,
        persist_empty: bool = False,
        *,
        indexes: Mapping[str, Index] | None = None,
    ) -> None:
        super().__init__(storage, name, cache_size, persist_empty)
        self.indexes = dict(indexes or {})
        self.fill({})

    def fill(self, rows: dict[str, Doc]) -> None:
        """Start with these rows."""
        self.rows = rows
        self._storage.write((self._storage.read() or {}) | {self.name: rows})
        for index in self.indexes.values():
            index.fill(rows)

    def apply(self, written: Written) -> None:
        """Leave the rows as a commit wrote them."""
        for id, doc in written.items():
            before = self.rows.pop(id, None) if doc is None else self.rows.get(id)
            for index in self.indexes.values():
                if before is not None:
                    index.discard(id, before)
                if doc is not None:
                    index.add(id, doc)
            if doc is not None:
                self.rows[id] = doc

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return self.rows  # type: ignore[return-value]

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        changes = Changes(self.rows)
        updater(changes)
        self.apply(changes.written)
        self.clear_cache()


class Changes(MutableMapping[str, Doc]):
    """What is about to change in a table, laid over its rows: they stay as they are until it is applied."""

    def __init__(self, rows: Mapping[str, Doc]) -> None:
        self._rows = rows
        self.written: dict[str, Doc | None] = {}

    def __getitem__(self, id: str) -> Doc:
        """The row, as a copy that may be altered: TinyDB's own `update` does."""
        doc = self.peek(id)
        if doc is None:
            raise KeyError(id)
        self.written[id] = fresh = dict(doc)
        return fresh

    def peek(self, id: str) -> Doc | None:
        """The row as it will be, to look at only."""
        return self.written[id] if id in self.written else self._rows.get(id)

    def __setitem__(self, id: str, doc: Doc) -> None:
        self.written[id] = doc

    def __delitem__(self, id: str) -> None:
        if self.peek(id) is None:
            raise KeyError(id)
        self.written[id] = None

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self.peek(id) is not None

    def __iter__(self) -> Iterator[str]:
        yield from [id for id in self._rows if self.written.get(id, ...) is not None]
        yield from [id for id, doc in self.written.items() if doc is not None and id not in self._rows]

    def __len__(self) -> int:
        return sum(1 for _ in self)
