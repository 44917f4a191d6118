"""A store that counts what is read of it, so that two ways through a handler can be compared."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from storage.contract import Store, Transaction

READS = frozenset({"get", "find", "seen", "shown", "dead_letters", "new_id"})
"""What a transaction is asked that the store has to look up."""


class Counting:
    """A transaction that notes each read: what was asked, of which kind, by what it was looked for."""

    def __init__(self, tx: Transaction, reads: list[tuple[str, ...]]) -> None:
        self._tx, self._reads = tx, reads

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._tx, name)
        if name not in READS:
            return asked

        def read(*about: Any, **how: Any) -> Any:
            kind = getattr(about[0], "KIND", "") if about else ""
            self._reads.append((name, kind, *sorted(how)))
            return asked(*about, **how)

        return read


class CountingStore:
    """A store like the one given. `reads` lists what has been read since it was last emptied, in order.

    Put it in the place of a dispatch's or a desk's store: `desk.dispatch.store = CountingStore(desk.store)`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads: list[tuple[str, ...]] = []

    @property
    def tally(self) -> Counter[str]:
        """How often each kind of read was made."""
        return Counter(name for name, *_ in self.reads)

    def transaction(self, school: str) -> AbstractAsyncContextManager[Transaction]:
        """As the store's, counted."""
        return self._counted(school)

    @asynccontextmanager
    async def _counted(self, school: str) -> AsyncIterator[Transaction]:
        async with self._store.transaction(school) as tx:
            yield Counting(tx, self.reads)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
