"""Work after an acknowledgement: finished at the end when it can be, given up when it takes too long."""

import asyncio

from structlog.testing import capture_logs

from bot.background import Background


async def test_what_is_under_way_is_waited_for_and_what_it_starts_too() -> None:
    after, done = Background(), list[str]()

    async def second() -> None:
        await asyncio.sleep(0)
        done.append("second")

    async def first() -> None:
        await asyncio.sleep(0)
        after.start(second())
        done.append("first")

    after.start(first())
    with capture_logs() as logs:
        await after.finish()
    assert done == ["first", "second"]
    assert logs == []


async def test_what_takes_too_long_is_given_up_and_counted() -> None:
    after, ended = Background(), list[str]()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("endless")

    for _ in range(3):
        after.start(endless())
    with capture_logs() as logs:
        async with asyncio.timeout(20):
            await after.finish(0.01)
    assert ended == ["endless"] * 3
    assert [(log["event"], log["answers"]) for log in logs] == [("answers lost", 3)]
