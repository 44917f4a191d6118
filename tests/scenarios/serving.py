"""The whole program, serving Harbour Primary on a chat that is stood in for: nothing of ours is."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import Program, build
from bot.clock import utc_now
from bot.settings import Environment, Settings
from policy.post import Post
from policy.school import School
from storage.rows import AuditRow
from storage.vault import new_key
from tests.fakes.school import MONDAY, harbour
from tests.scenarios.chat import Chat

KEY = new_key()


class HandClock:
    """The school's clock, going at its usual pace and moved on by hand."""

    def __init__(self, start: datetime = MONDAY) -> None:
        self.move_to(start)

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    def move_to(self, moment: datetime) -> None:
        """Make it that moment now."""
        self._start, self._began = moment, time.monotonic()

    def move_on(self, **length: float) -> None:
        """So much time goes by."""
        self._start += timedelta(**length)


def settings(
    chat: Chat, folder: Path, school: School | None = None, more: Mapping[str, Any] | None = None
) -> Settings:
    """What an administrator would have set; `more` is set in the environment as well."""
    environment = Environment.model_validate(
        {
            "exeat_data": folder,
            "exeat_port": 0,
            "exeat_tick_seconds": 0.2,
            "exeat_key": KEY,
            **chat.environment(),
            **(more or {}),
        }
    )
    return Settings(school or harbour(), environment)


@asynccontextmanager
async def serving(
    chat: Chat,
    folder: Path,
    *,
    school: School | None = None,
    clock: Callable[[], datetime] = utc_now,
    killed: bool = False,
    more: Mapping[str, Any] | None = None,
) -> AsyncIterator[Program]:
    """The program, running, with the stand-in talking to it; `more` is as for `settings`.

    `killed`: it is not given time to end.
    """
    program = await build(settings(chat, folder, school, more), clock=clock)
    stop, started = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(program.run(stop, started.set))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        await chat.connect(program)
        await met(program)
        yield program
    finally:
        waiting.cancel()
        stop.set()
        if killed:
            task.cancel()
            await asyncio.wait([task])
        else:
            await task


async def met(program: Program) -> None:
    """Until every platform has said who is there, so that roles have holders."""
    async with asyncio.timeout(60):
        while program.unmet:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.01)


async def quiet(program: Program, within: float = 60.0, *, left: int = 0) -> None:
    """Until there is nothing left to send, of what is hidden either, or only as much as is said."""
    store, school = program.dispatch.store, program.settings.school.id
    async with asyncio.timeout(within):
        while (count := await store.count(school)).outbox > left or count.oldest_hidden:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.02)


async def ticks(program: Program, times: int = 2) -> None:
    """Until the clock has ticked so often since now."""
    wanted = program.works.clock.tally["ticks"] + times
    async with asyncio.timeout(20):
        while program.works.clock.tally["ticks"] < wanted:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.02)


async def settled(program: Program) -> None:
    """Until what is due has been done and everything has been sent."""
    await ticks(program)
    await quiet(program)


async def tidied(program: Program) -> None:
    """Until the day's deleting is over, after which the disk changes only when something is kept."""
    async with asyncio.timeout(60):
        while not program.works.retention.is_over:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.02)


async def post_of(program: Program, id: str = "P-1") -> Post:
    """A post as it is kept."""
    async with program.dispatch.store.transaction(program.settings.school.id) as tx:
        found = await tx.get(Post, id)
    assert found is not None, id
    return found


async def audited(program: Program) -> list[AuditRow]:
    """The school's chain."""
    return [row async for row in program.dispatch.store.audit_rows(program.settings.school.id)]


def kept(folder: Path) -> dict[Path, bytes]:
    """Everything on the disk."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
