"""A thread of its own for work that waits for the disk, handed over and answered with little ado."""

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
_Job = tuple[Callable[[], Any], Callable[[Any, BaseException | None], None], asyncio.AbstractEventLoop]


class Hand:
    """Does what it is given, one thing after another, until it is let go."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def give(self, job: Callable[[], object], then: Callable[[BaseException | None], None]) -> None:
        """Have the job done; `then` is called on the running loop with what it raised, if it did."""
        self._jobs.put((job, lambda _, error: then(error), asyncio.get_running_loop()))

    async def do(self, job: Callable[[], T]) -> T:
        """What the job returns; raises what it raises. It is done to its end even if nobody waits for it any more."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._jobs.put((job, lambda result, error: _answer(answer, result, error), loop))
        return await answer

    def let_go(self) -> None:
        """Wait until all that was given is done, and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (given := self._jobs.get()) is not None:
            job, then, loop = given
            result, error = None, None
            try:
                result = job()
            except BaseException as raised:
                error = raised
            if not loop.is_closed():
                loop.call_soon_threadsafe(then, result, error)
            del given, job, then, result, error


def _answer(answer: "asyncio.Future[Any]", result: object, error: BaseException | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
