"""Which rows of the outbox may go now: the first of each queue, found without looking at the others."""

from collections.abc import Mapping
from typing import Any

from sortedcontainers import SortedList

from storage.codec import Doc
from storage.tiny.table import Index

Queue = tuple[str, str]
"""A school and the name of one of its queues."""


class Heads(Index):
    """The queues of the outbox in the order of their rows, and the leases, which live in memory only.

    A row that stood first in its queue when the store was opened, or whose lease has run out, may have been
    sent by somebody who did not live to say so: it is handed out as doubtful.
    """

    def __init__(self) -> None:
        super().__init__(lambda id, doc: [((doc["school"], doc["queue"]), (doc["n"], id))])
        self._ready: dict[str, Any] = {}
        self._held: dict[str, Any] = {}
        self._where: dict[Queue, tuple[bool, tuple[Any, ...]]] = {}
        self._docs: dict[str, Doc] = {}
        self._handed_out: set[str] = set()
        self.leant_on: set[str] = set()
        """Rows that a commit on its way to the disk relies on: they wait until what they draw can show it."""

    def add(self, id: str, doc: Doc) -> None:
        """Put the row in its place in its queue; a lease on an earlier form of it has ended."""
        super().add(id, doc)
        self._docs[id] = doc
        queue = (doc["school"], doc["queue"])
        if self._first(queue) == id:
            self._place(queue)

    def discard(self, id: str, doc: Doc) -> None:
        """Take the row out; the next of its queue comes forward."""
        queue = (doc["school"], doc["queue"])
        was_first = self._first(queue) == id
        super().discard(id, doc)
        del self._docs[id]
        self._handed_out.discard(id)
        if was_first:
            self._place(queue)

    def fill(self, rows: Mapping[str, Doc]) -> None:
        """Take over the outbox as it was found on the disk."""
        self._docs = dict(rows)
        super().fill(rows)
        for doc in rows.values():
            queue = (doc["school"], doc["queue"])
            if queue not in self._where:
                self._place(queue)
                self._handed_out.add(self._first(queue))

    def claim(self, school: str, now: str, until: str, limit: int) -> list[tuple[Doc, bool]]:
        """The rows that may go at the moment `now`, alerts first, each with whether it is doubtful.

        They are not handed out again before `until`. Moments are text of `storage.codec.moment`.
        """
        ready, held = self._waiting(school, True), self._waiting(school, False)
        while held and held[0][0] <= now:
            self._move(held[0][-1], ready=True)
        taken = []
        for _, _, queue in list(ready[:limit]):
            id = self.buckets[queue][0][-1]
            if id in self.leant_on:
                continue
            taken.append((self._docs[id], id in self._handed_out))
            self._handed_out.add(id)
            self._move(queue, ready=False, until=until)
        return taken

    def is_handed_out(self, id: str) -> bool:
        """Whether somebody has the row in hand, or may have had it before the store was opened."""
        return id in self._handed_out

    def _first(self, queue: Queue) -> str:
        id: str = self.buckets[queue][0][-1]
        return id

    def _place(self, queue: Queue) -> None:
        if queue in self.buckets:
            not_before = self._docs[self._first(queue)]["row"]["not_before"]
            self._move(queue, ready=not_before is None, until=not_before or "")
        else:
            self._unplace(queue)

    def _move(self, queue: Queue, *, ready: bool, until: str = "") -> None:
        self._unplace(queue)
        n, id = self.buckets[queue][0]
        urgency = 0 if self._docs[id]["row"]["lane"] == "alert" else 1
        place = (urgency, n, queue) if ready else (until, urgency, n, queue)
        self._waiting(queue[0], ready).add(place)
        self._where[queue] = (ready, place)

    def _unplace(self, queue: Queue) -> None:
        if queue in self._where:
            ready, place = self._where.pop(queue)
            self._waiting(queue[0], ready).remove(place)

    def _waiting(self, school: str, ready: bool) -> Any:
        return (self._ready if ready else self._held).setdefault(school, SortedList())
