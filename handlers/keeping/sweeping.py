"""Deleting what has been kept long enough: once a day, a page at a time, so that no tick takes long."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from handlers.dispatch import Dispatch
from handlers.entries import Retained
from handlers.keeping.judging import Judged, Page, judge, page_after, readable, told_of
from handlers.keeping.removing import remove
from handlers.registry import Registry
from handlers.turn import Scene, Turn
from policy.record import Record, is_hidden
from policy.retention import duration
from storage.contract import Conflict

VERB = "retention"


@dataclass(slots=True)
class Tally:
    """What was found of a kind: how many records go or went, when the oldest of them was made, how many are held,
    and how many are old enough and still open.
    """

    each: Retained
    gone: int = 0
    oldest: datetime | None = None
    held: int = 0
    open: int = 0

    def count(self, judged: Judged) -> None:
        """Count a record that goes or went."""
        self.gone += 1
        made = judged.kept.made
        self.oldest = made if self.oldest is None else min(self.oldest, made)


async def survey(scene: Scene, registry: Registry) -> list[Tally]:
    """What would go now, by kind, without those that are hidden; nothing is changed."""
    found = list[Tally]()
    for each in told_of(readable(registry, sealing=scene.sealing)):
        tally, after, last = Tally(each), None, False
        while not last:
            page = await page_after(scene, each, after)
            for judged in page.judged:
                if judged.may_go(scene):
                    tally.count(judged)
                _count_kept(scene, tally, judged)
            last = page.last
            after = page.judged[-1].record.id if page.judged else None
        found.append(tally)
    return found


def _count_kept(scene: Scene, tally: Tally, judged: Judged) -> None:
    tally.held += judged.held
    tally.open += judged.kept.until is None and _was_made_long_ago(scene, tally.each, judged)


def _was_made_long_ago(scene: Scene, each: Retained, judged: Judged) -> bool:
    return scene.school.retention.until(judged.kept.made, *each.sorts)[0] <= scene.now


@dataclass(slots=True)
class Pass:
    """How far the reading of a day has come: the kinds that are still to be read, and the last record that stayed."""

    day: date
    left: list[Retained]
    after: str | None = None
    tallies: list[Tally] = field(default_factory=list)


class Sweep:
    """Deletes what has been kept long enough. It begins anew on each of the school's days, and after a start, when it
    purges in any case: whatever deleted something before may not have come to that.
    """

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._pass: Pass | None = None
        self._unpurged = True

    @property
    def is_over(self) -> bool:
        """Whether all has been read that is read on this day, and what was deleted is gone from the disk."""
        return self._pass is not None and not self._pass.left and not self._unpurged

    @property
    def tallies(self) -> Sequence[Tally]:
        """What the reading of this day has come to so far, without what is hidden."""
        return [tally for tally in self._pass.tallies if not is_hidden(tally.each.record)] if self._pass else ()

    async def step(self) -> bool:
        """Read one page, and delete what is to go; whether everything has been read today.

        At the end what was deleted is taken from the disk. A kind that cannot be read is left out for the day. Raises
        what went wrong.
        """
        today = self._dispatch.school.calendar.today(self._dispatch.clock())
        if self._pass is None or self._pass.day != today:
            store = self._dispatch.store
            self._pass = Pass(today, readable(self._dispatch.registry, sealing=store.sealing))
        if not self._pass.left:
            return True
        try:
            await self._page(self._pass)
        except Conflict:
            self._again(self._pass)
        except Exception:
            self._next_kind(self._pass)
            raise
        if self._pass.left:
            return False
        await self.purge()
        return True

    async def purge(self) -> None:
        """Take from the disk what has been deleted since the last time. Raises Unavailable when that fails."""
        if self._unpurged:
            await self._dispatch.store.purge()
            self._unpurged = False

    async def _page(self, now: Pass) -> None:
        each = now.left[0]
        if not now.tallies or now.tallies[-1].each is not each:
            now.tallies.append(Tally(each))
        tally = now.tallies[-1]
        scene, page = await self._dispatch.own(VERB, lambda turn: _read(turn, each, now.after))
        for judged in page.judged:
            if judged.may_go(scene) and await self._remove(each, judged.record):
                tally.count(judged)
            else:
                _count_kept(scene, tally, judged)
                now.after = judged.record.id
        if page.last:
            self._next_kind(now)

    def _again(self, now: Pass) -> None:
        """The record at which the last page ended has gone: the kind is read from its oldest record again."""
        now.after = None
        now.tallies[-1].held = now.tallies[-1].open = 0

    def _next_kind(self, now: Pass) -> None:
        del now.left[0]
        now.after = None

    async def _remove(self, each: Retained, found: Record) -> bool:
        """Delete it, if it is still to go when it is looked at again."""

        async def work(turn: Turn) -> bool:
            record = await turn.tx.get(each.record, found.id)
            if record is None or not (await judge(turn, each, record)).may_go(turn):
                return False
            await remove(turn, each, record, by_rule(turn, each))
            return True

        removed = await self._dispatch.own(VERB, work)
        self._unpurged = self._unpurged or removed
        return removed


async def _read(turn: Turn, each: Retained, after: str | None) -> tuple[Scene, Page]:
    return turn, await page_after(turn, each, after)


def by_rule(scene: Scene, each: Retained) -> str:
    """The rules of a kind in a few words, for the audit."""
    months = scene.school.retention.months
    return ", ".join(f"{sort} {duration(months[sort])}" for sort in each.sorts) or "a time of its own"
