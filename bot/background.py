"""Work that goes on after an acknowledgement, and the log of what went wrong in it."""

import asyncio
import secrets
from collections.abc import Coroutine
from typing import Any

import structlog

from handlers.dispatch import where

GRACE = 8.0
"""How many seconds the answers that are under way have at the end."""

CANCELLING = 1.0
"""How many seconds what is given up has to let go of what it holds."""

log = structlog.get_logger("exeat.chat")


class Background:
    """Starts work at once and keeps hold of it until it is done."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin; an error is logged under a number of its own."""
        task = asyncio.get_running_loop().create_task(self._reported(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, grace: float = GRACE) -> None:
        """Wait until all of it is done, or for `grace` seconds; what is not done by then is given up, counted and
        logged.
        """
        end = asyncio.get_running_loop().time() + grace
        while self._tasks and (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        if lost := set(self._tasks):
            log.warning("answers lost", answers=len(lost))
            for task in lost:
                task.cancel()
            await asyncio.wait(lost, timeout=CANCELLING)

    async def _reported(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            report("after", error)


def report(verb: str, error: Exception) -> str:
    """Log where an error came through, without its words; the number that finds it."""
    number = secrets.token_hex(4)
    log.error("trouble", error=number, verb=verb, kind=type(error).__name__, where=where(error))
    return number
