"""The clock: what has fallen due is done, what is old is forgotten, and somebody outside hears that all is well."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from handlers.dispatch import Dispatch, where
from handlers.letters import tell_of_hidden
from policy.record import Ref, is_hidden

SEEN_KEPT = timedelta(hours=25)
"""How long the keys of requests are kept: a sender may come again for a day."""

HOUR, DAY = 3_600.0, 86_400.0

AT_A_TIME, MOST_PASSES = 500, 40
"""How many records of a kind are done in one pass, and how many passes one tick makes."""

LONGEST_WAIT = 64
"""After how many ticks at most a record that could not be done is tried again."""

log = structlog.get_logger("exeat.clock")

Chore = Callable[[], Awaitable[object]]


def utc_now() -> datetime:
    """The real time, aware UTC: the one place that asks the machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Broken:
    """A record whose handler failed: how often in a row, and at which tick it is tried again."""

    times: int
    again: int


class Clock:
    """The ticking of one school; the first tick that can does what is to be done after a start, and so does the first
    after the machine's clock was put back.

    `tally` counts what was done and what failed, but for what is hidden; `broken` names the records whose handlers
    fail; `begun`: what is to be done after a start has been; `ticked` is when (monotonic seconds) the last whole tick
    was done, and `done_by` the moment (UTC) it looked at, None before the first.

    `sweep` removes orphaned pictures, once a day; `retain` does a little, each tick, of deleting what has been kept
    long enough; `beat` is told after every good tick. `real` gives the real
    time, by which old keys are forgotten, whatever time the school is at.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        *,
        seconds: float,
        sweep: Chore | None = None,
        beat: Chore | None = None,
        retain: Chore | None = None,
        steady: Callable[[], float] = time.monotonic,
        real: Callable[[], datetime] = utc_now,
    ) -> None:
        self.seconds = seconds
        self.tally: Counter[str] = Counter()
        self.broken: dict[Ref, Broken] = {}
        self.ticked: float | None = None
        self.done_by: datetime | None = None
        self._dispatch, self._sweep, self._beat, self._retain = dispatch, sweep, beat, retain
        self._steady, self._real = steady, real
        self._ticks, self.begun = 0, False
        self._next = {"forget": steady(), "sweep": steady() + HOUR}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Tick until `stop`. A tick that fails is counted and logged, and the next one comes all the same."""
        while not self._stopping.is_set():
            await self.tick()
            try:
                async with asyncio.timeout(self.seconds):
                    await self._stopping.wait()
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """Let the tick under way be the last."""
        self._stopping.set()

    async def tick(self) -> None:
        """One tick: what is due, then what is old, then the heartbeat."""
        self._ticks += 1
        now = self._dispatch.clock()
        put_back = self.done_by is not None and now < self.done_by
        self.begun = (self.begun and not put_back) or await self._do("begin", self._dispatch.begin)
        whole = await self._do("due", self._due)
        if self._is_time("forget", HOUR):
            await self._do("forget", self._forget)
        if self._sweep is not None and self._is_time("sweep", DAY):
            await self._do("sweep", self._sweep)
        if self._retain is not None:
            await self._do("retain", self._retain)
        if whole:
            self.ticked, self.done_by = self._steady(), now
            self.tally["ticks"] += 1
        if whole and self._beat is not None:
            await self._do("heartbeat", self._beat)

    async def _due(self) -> None:
        """Do everything that is due, until nothing is. What failed lately is left for a later tick.

        Raises Unavailable while nothing can be kept, also when nothing is due: whoever listens outside is to know.
        """
        await self._dispatch.store.check()
        skip = {name for name, broken in self.broken.items() if broken.again > self._ticks}
        retried = self.broken.keys() - skip
        failed: set[Ref] = set()
        for _ in range(MOST_PASSES):
            ran = await self._dispatch.due(AT_A_TIME, skip | failed)
            self.tally["due"] += ran.ran - ran.hidden
            failed.update(ran.failed)
            if not ran and not ran.failed:
                break
        else:
            self.tally["unfinished"] += 1
            log.error("still due", passes=MOST_PASSES)
        for name in retried - failed:
            del self.broken[name]
        for name in failed:
            self._note(name)
        await self._tell_of_hidden([name for name in failed if self.broken[name].times > 1])

    def _note(self, name: Ref) -> None:
        if not self._is_hidden(name):
            self.tally["broken"] += 1
        times = self.broken[name].times + 1 if name in self.broken else 1
        self.broken[name] = Broken(times, self._ticks + min(LONGEST_WAIT, 2 ** (times - 1)))

    async def _tell_of_hidden(self, failed: Iterable[Ref]) -> None:
        """The watch tells the admins of what is late, but of nothing hidden: of that they hear only that there is
        something, and its kind's handler has those told who may know.
        """
        hidden = [name for name in failed if self._is_hidden(name)]
        if hidden:
            await self._do("falters", partial(self._dispatch.own, "falters", tell_of_hidden), counted=False)
        for name in hidden:
            await self._do("falters", partial(self._dispatch.falters, name), counted=False)

    def _is_hidden(self, name: Ref) -> bool:
        return is_hidden(self._dispatch.registry.kinds[name.kind])

    async def _forget(self) -> None:
        self.tally["forgotten"] += await self._dispatch.store.forget_seen(self._real() - SEEN_KEPT)

    def _is_time(self, what: str, every: float) -> bool:
        if self._steady() < self._next[what]:
            return False
        self._next[what] = self._steady() + every
        return True

    async def _do(self, what: str, chore: Chore, *, counted: bool = True) -> bool:
        """Do a part of the tick; whether it went well. What went wrong is logged, never what it said, and counted,
        unless that would show anybody that there is something hidden.
        """
        try:
            await chore()
        except Exception as error:
            if counted:
                self.tally[f"{what} failed"] += 1
            log.error("failed", what=what, kind=type(error).__name__, where=where(error))
            return False
        return True
