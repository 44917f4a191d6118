"""Which records have been kept long enough: read oldest first, and no further than any could be old enough."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import TypeVar

from handlers.entries import Retained
from handlers.registry import Registry
from handlers.turn import Scene
from policy.hold import Hold
from policy.record import Record, is_hidden, is_sealed, ref
from policy.retention import Kept, months_after

R = TypeVar("R", bound=Record)

PAGE = 50
"""How many records are read at a time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A record, until when it is kept, and whether it is held."""

    record: Record
    kept: Kept
    held: bool

    def may_go(self, scene: Scene) -> bool:
        """Whether it is to be deleted now."""
        return self.kept.is_over(scene.now) and not self.held


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of a kind, oldest first. `last`: no later one can have been kept long enough."""

    judged: tuple[Judged, ...]
    last: bool


def readable(registry: Registry, *, sealing: bool) -> list[Retained]:
    """The kinds that are deleted by time here: where there is no key, none that are sealed."""
    return [each for each in registry.retained.values() if sealing or not is_sealed(each.record)]


def told_of(kinds: Iterable[Retained]) -> list[Retained]:
    """Those of the kinds of which it may be said that there are records: none that are hidden."""
    return [each for each in kinds if not is_hidden(each.record)]


async def page_after(scene: Scene, each: Retained, after: str | None) -> Page:
    """The next records of a kind behind the id given, None for the oldest. Raises Conflict when that one has gone.

    They are in the order in which they were made, so the reading ends with a page on which none is old enough: what
    it costs depends on how much is old, and not on how much is kept.
    """
    found = await scene.tx.find(each.record, after=after, limit=PAGE, oldest=True)
    judged = tuple([await judge(scene, each, record) for record in found])
    return Page(judged, len(found) < PAGE or not any(is_old(scene, each, one.kept) for one in judged))


async def judge(scene: Scene, each: Retained, record: Record) -> Judged:
    """Until when a record is kept. Its parts are looked at only where it would otherwise go."""
    kept = each.kept(record, (), scene.school.retention)
    if each.parts and kept.is_over(scene.now):
        kept = each.kept(record, await parts_of(scene, each, record), scene.school.retention)
    held = kept.is_over(scene.now) and await _stays(scene, each, record)
    return Judged(record, kept, held)


async def _stays(scene: Scene, each: Retained, record: Record) -> bool:
    if each.waits is not None and await each.waits(scene):
        return True
    return await scene.tx.get(Hold, str(ref(record))) is not None


def is_old(scene: Scene, each: Retained, kept: Kept) -> bool:
    """Whether it was made so long ago that it might have been kept long enough."""
    calendar, retention = scene.school.calendar, scene.school.retention
    return months_after(calendar.today(kept.made), retention.shortest(each.sorts)) < calendar.today(scene.now)


async def parts_of(scene: Scene, each: Retained, record: Record) -> list[Record]:
    """All records that belong to it."""
    return [part for kind in each.parts async for part in with_key(scene, kind, f"{record.KIND}:{record.id}")]


async def with_key(scene: Scene, kind: type[R], key: str) -> AsyncIterator[R]:
    """Every record of the kind that the key finds, newest first."""
    after: str | None = None
    while page := await scene.tx.find(kind, key=key, after=after, limit=PAGE):
        for record in page:
            yield record
        after = page[-1].id
