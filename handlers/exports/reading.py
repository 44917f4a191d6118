"""Reading everything that may leave Exeat, kind by kind."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cards.export import Sheet
from cards.wording import day, moment
from handlers.entries import Exporter
from handlers.registry import Registry
from handlers.turn import Scene
from policy.record import Record, is_sealed
from storage.contract import Store
from storage.rows import Count

FIRST = ("people", "conversations", "absences", "looks", "posts", "wordings")
"""The chapters that come first; the others follow in the order of the workflows."""

PAGE = 200
"""How many records are read at a time."""

Progress = Callable[[int, int], None]
"""Told how many records have been read, and how many there are."""


@dataclass(frozen=True, slots=True)
class Laid:
    """The records of one kind, laid out, oldest first."""

    exporter: Exporter
    sheets: tuple[Sheet, ...]


def in_order(registry: Registry) -> list[Exporter]:
    """The kinds that leave Exeat, in the order of the chapters."""
    first = [registry.exporters[name] for name in FIRST if name in registry.exporters]
    return [*first, *(each for name, each in registry.exporters.items() if name not in FIRST)]


async def all_of(scene: Scene, kind: type[Record]) -> AsyncIterator[Record]:
    """Every record of the kind, newest first."""
    after: str | None = None
    while page := await scene.tx.find(kind, after=after, limit=PAGE):
        for record in page:
            yield record
        after = page[-1].id


async def lay_out(scene: Scene, exporters: Iterable[Exporter], count: Count, progress: Progress) -> list[Laid]:
    """All records that have a way out, by kind. Raises Keyless where one is sealed and there is no key."""
    chosen = list(exporters)
    kinds = {each.record.KIND for each in chosen}
    done, total = 0, sum(many for (kind, _), many in count.records.items() if kind in kinds)
    found = list[Laid]()
    for exporter in chosen:
        sheets = list[Sheet]()
        async for record in all_of(scene, exporter.record):
            sheet = await exporter.handler(scene, record)
            sheets += [sheet] if sheet is not None else []
            done += 1
            progress(done, total)
        found.append(Laid(exporter, tuple(reversed(sheets))))
    return found


async def unreadable(store: Store, school: str, registry: Registry) -> list[Exporter]:
    """The kinds with a way out of which there are sealed records and no key."""
    if store.sealing:
        return []
    kept = {kind for kind, _ in (await store.count(school)).records}
    return [each for each in in_order(registry) if is_sealed(each.record) and each.record.KIND in kept]


def in_words(at: datetime | date, zone: ZoneInfo) -> str:
    """A moment in the school's zone, or a local date."""
    return moment(at, zone) if isinstance(at, datetime) else day(at)
