"""Which records a `find` means, in which order, without looking at those it does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from storage.codec import Doc
from storage.contract import Conflict
from storage.tiny.state import State, record_id

Position = tuple[Any, ...]

SORTED_SOONER = 16
"""What so many times fewer records have than are due is sorted, rather than looked for among those that are."""

LAST = "\U0010ffff"
"""Comes behind every row."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for. `due_before` is text of `storage.codec.moment`; None stands for "any"."""

    school: str
    kind: str
    state: str | None = None
    owner: str | None = None
    key: str | None = None
    due_before: str | None = None
    oldest: bool = False

    def fits(self, doc: Doc) -> bool:
        """Whether the envelope is one of those meant."""
        return (
            (self.state is None or doc["state"] == self.state)
            and (self.owner is None or doc["owner"] == self.owner)
            and (self.key is None or self.key in doc["keys"])
            and (self.due_before is None or (doc["next_due"] is not None and doc["next_due"] <= self.due_before))
        )

    def position(self, doc: Doc) -> Position:
        """Where the envelope stands in the answer: a smaller one comes earlier."""
        if self.due_before is not None:
            return (doc["next_due"] or "", doc["n"])
        return (doc["n"],) if self.oldest else (-doc["n"],)

    def after(self, state: State, id: str) -> Position:
        """The position of the last record of the page before. Raises Conflict if it has been deleted since."""
        doc = state.records.rows.get(record_id(self.school, self.kind, id))
        if doc is None:
            raise Conflict(f"{self.kind} {id}, where the last page ended, is no longer there")
        return self.position(doc)

    def candidates(self, state: State, after: Position | None) -> Iterator[tuple[str, Doc]]:
        """The stored records that fit, with their rows, in order, behind the position given."""
        rows, fits = state.records.rows, self.fits
        for place in self._places(state, after):
            doc = rows[place[-1]]
            if fits(doc):
                yield place[-1], doc

    def _places(self, state: State, after: Position | None) -> Iterator[tuple[Any, ...]]:
        rows, indexes, of_kind = state.records.rows, state.records.indexes, (self.school, self.kind)
        buckets = [
            indexes[name].bucket((*of_kind, value))
            for name, value in (("state", self.state), ("owner", self.owner), ("key", self.key))
            if value is not None
        ]
        if self.due_before is not None:
            bucket = indexes["due"].bucket(of_kind)
            start, end_of = None if after is None else (*after, LAST), (self.due_before, float("inf"))
            few = min(buckets, key=len) if buckets else bucket
            if len(few) * SORTED_SOONER < len(bucket):
                docs = ((rows[place[-1]], place[-1]) for place in few)
                due = ((doc["next_due"], doc["n"], row) for doc, row in docs if doc["next_due"] is not None)
                return iter(sorted(place for place in due if (start is None or place > start) and place < end_of))
            return bucket.irange(start, end_of) if bucket else iter(())
        smallest = min(buckets, key=len) if buckets else indexes["kind"].bucket(of_kind)
        found: Iterator[tuple[Any, ...]] = iter(())
        if smallest and self.oldest:
            found = smallest.irange(None if after is None else (after[0], LAST), None)
        elif smallest:
            found = smallest.irange(None, (-after[0], ""), reverse=True) if after else reversed(smallest)
        return found
