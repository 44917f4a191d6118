"""What became of the rows that were carried, in numbers that anybody may see."""

from collections import Counter
from collections.abc import Mapping

from policy.record import Record, is_hidden
from storage.rows import Outgoing


class Tally(Counter[str]):
    """Counts what became of rows, but of none that names a hidden record; `kinds` are those that there are."""

    def __init__(self, kinds: Mapping[str, type[Record]] | None = None) -> None:
        super().__init__()
        self._kinds = kinds or {}

    def note(self, row: Outgoing, what: str) -> None:
        """This became of the row."""
        kind = self._kinds.get(row.record.kind) if row.record else None
        if kind is None or not is_hidden(kind):
            self[what] += 1
