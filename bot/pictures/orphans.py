"""Removing pictures that no record names any more."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta

from handlers.registry import Registry
from policy.picture import Picture
from policy.record import Record, is_sealed
from storage.blobs import Blobs
from storage.contract import Conflict, Store

OLD = timedelta(hours=24)
"""How long a picture may lie there before the record that names it is committed."""

PAGE = 50


class Orphans:
    """Sweeps a school's pictures, reading its records a page at a time; sealed ones never have any."""

    def __init__(self, store: Store, school: str, registry: Registry, blobs: Blobs) -> None:
        self._store, self._school, self._blobs = store, school, blobs
        self._kinds = [kind for kind in registry.kinds.values() if not is_sealed(kind)]

    async def sweep(self, now: datetime, lying: timedelta = OLD) -> int:
        """Remove what no record names and has been `lying` there at `now` (the real time) for so long; how many.

        A record that is deleted meanwhile ends the sweep: the next one will do.
        """
        if not await asyncio.to_thread(self._blobs.names):
            return 0
        keep: set[str] = set()
        try:
            for kind in self._kinds:
                await self._read(kind, keep)
        except Conflict:
            return 0
        return await self._blobs.sweep(keep, now - lying)

    async def _read(self, kind: type[Record], keep: set[str]) -> None:
        after: str | None = None
        while True:
            async with self._store.transaction(self._school) as tx:
                page = await tx.find(kind, after=after, limit=PAGE)
            keep.update(sha for record in page for sha in named(record))
            if len(page) < PAGE:
                return
            after = page[-1].id
            await asyncio.sleep(0)


def named(part: object) -> Iterator[str]:
    """Every picture that a record names, in this version or an earlier one."""
    if isinstance(part, Picture):
        if part.sha256:
            yield part.sha256
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from named(getattr(part, field.name))
    elif isinstance(part, Iterable) and not isinstance(part, str | bytes):
        for each in part:
            yield from named(each)
