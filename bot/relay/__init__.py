"""The relay: carries the outbox to chat and e-mail, each queue in its order, until all has arrived or cannot."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

import structlog

from bot.relay.attempt import Attempts
from bot.relay.outcome import Fetching
from bot.relay.settle import DEAD_VIEW, Settling
from bot.relay.tally import Tally
from bot.surface import Mailer, Surface
from handlers.dispatch import Dispatch, where
from storage.contract import Unavailable
from storage.rows import Errand, Outgoing

__all__ = ["DEAD_VIEW", "Fetching", "Relay"]

LEASE = timedelta(minutes=10)
"""How long a claimed row is kept from everybody else: longer than any attempt takes."""

AT_ONCE = {"": 8, "alert": 4, "fetch": 2, "mail": 2, "mail alert": 4}
"""How many attempts of each sort are under way together: alerts never stand behind anything else."""

IDLE = 1.0
"""How many seconds a row that was put off may lie beyond its moment."""

log = structlog.get_logger("exeat.relay")


@dataclass(frozen=True, slots=True)
class Carrying:
    """A row that is being carried, and the task that does it; the last row of its queue that was begun.

    The store hands out the next row of a queue as soon as the one before is settled, when its task may still be
    about to end.
    """

    row: Outgoing
    task: asyncio.Task[None]


class Relay:
    """The relay of one school.

    What is unsettled when the process ends is claimed again by the next one, as doubtful, and looked for
    on its surface before it is sent afresh. `tally` counts what became of rows, but of none that is hidden. `mailer`:
    what mails, if the school has a mail server.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        surfaces: Iterable[Surface],
        fetching: Fetching,
        *,
        mailer: Mailer | None = None,
        chance: Callable[[], float] = random.random,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.mails = mailer is not None
        self.tally = Tally(dispatch.registry.kinds)
        self._store, self._school = dispatch.store, dispatch.school
        self._attempt = Attempts(dispatch, surfaces, fetching, self.tally, steady, mailer)
        self._settle = Settling(dispatch, fetching, self.tally, chance, steady, mails=self.mails)
        self._gates = {lane: asyncio.Semaphore(most) for lane, most in AT_ONCE.items()}
        self._under_way: dict[str, Carrying] = {}
        self._stopping = False

    @property
    def surfaces(self) -> tuple[str, ...]:
        """The names of the surfaces it carries to."""
        return tuple(self._attempt.surfaces)

    @property
    def failing(self) -> dict[str, float]:
        """Since when (monotonic seconds) whatever does not answer as it should has not: a surface, or `MAIL`."""
        return dict(self._attempt.failing)

    async def run(self) -> None:
        """Carry whatever comes, until `stop`. While the store can keep nothing, nothing is sent."""
        try:
            while not self._stopping:
                if await self._start() is None:
                    await asyncio.sleep(IDLE)
                else:
                    await self._store.wait(IDLE)
        except BaseException:
            await self._cancel()
            raise

    async def drain(self) -> None:
        """Carry everything that can go now; what has been put off to a later moment stays."""
        while await self._start() or self._under_way:
            if tasks := self._tasks:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self, grace: float = 10) -> None:
        """Take nothing new and finish what is under way; after `grace` seconds leave the rest to the next start."""
        self._stopping = True
        if tasks := self._tasks:
            await asyncio.wait(tasks, timeout=grace)
        await self._cancel()

    async def _start(self) -> int | None:
        """Begin on every row that may go now. How many there were; None when the store can keep nothing."""
        try:
            claimed = await self._store.claim(self._school.id, self._settle.now, LEASE, 100)
        except Unavailable as error:
            log.error("nothing can be kept", why=str(error))
            return None
        fresh = [row for row in claimed if not self._has(row)]
        for row in fresh:
            task = asyncio.create_task(self._carry(row), name=f"relay row {row.id}")
            self._under_way[row.queue] = Carrying(row, task)
        return len(fresh)

    def _has(self, row: Outgoing) -> bool:
        """Whether this very attempt is under way still: its lease ran out before it was done."""
        under_way = self._under_way.get(row.queue)
        return under_way is not None and (under_way.row.id, under_way.row.attempts) == (row.id, row.attempts)

    async def _carry(self, row: Outgoing) -> None:
        try:
            async with self._gates[_sort(row)]:
                outcome = await self._attempt(row)
            await self._settle(row, outcome)
        except Exception as error:
            self.tally.note(row, "unsettled")
            log.error("unsettled", row=row.id, kind=type(error).__name__, where=where(error))
        finally:
            if self._has(row):
                del self._under_way[row.queue]

    @property
    def _tasks(self) -> list[asyncio.Task[None]]:
        return [carrying.task for carrying in self._under_way.values()]

    async def _cancel(self) -> None:
        tasks = self._tasks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _sort(row: Outgoing) -> str:
    """Among which of `AT_ONCE` the row counts."""
    match row.task:
        case Errand.FETCH:
            return "fetch"
        case Errand.MAIL:
            return f"mail {row.lane}".strip()
        case Errand.SEND | Errand.REDRAW:
            return row.lane
        case _:
            assert_never(row.task)
