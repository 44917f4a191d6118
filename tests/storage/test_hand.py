"""The thread that waits for the disk: it answers, it finishes what it was given, and it ends."""

import asyncio
import threading
from pathlib import Path

import pytest

from storage.tiny import open_tiny
from storage.tiny.hand import Hand


async def test_it_gives_what_the_job_gives_or_raises() -> None:
    hand = Hand("hand")
    assert await hand.do(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await hand.do(lambda: 1 // 0)
    assert await hand.do(threading.current_thread) != threading.current_thread()
    hand.let_go()


async def test_a_job_is_done_in_its_turn_even_if_nobody_waits_any_more() -> None:
    hand, gate, done = Hand("hand"), threading.Event(), list[int]()
    first = asyncio.create_task(hand.do(lambda: gate.wait(10)))
    second = asyncio.create_task(hand.do(lambda: done.append(2)))
    third = asyncio.create_task(hand.do(lambda: done.append(3)))
    await asyncio.sleep(0)
    second.cancel()
    gate.set()
    await asyncio.wait([first, second, third])
    assert second.cancelled()
    assert done == [2, 3]
    hand.let_go()


async def test_a_closed_store_leaves_no_thread(tmp_path: Path) -> None:
    store = await open_tiny(tmp_path / "data")
    assert "journal" in {thread.name for thread in threading.enumerate()}
    await store.close()
    assert not {"journal", "snapshot"} & {thread.name for thread in threading.enumerate()}
