"""Changing the key: whatever is sealed, sealed under the first key of the ring, and nothing left under another."""

from collections.abc import Callable

from storage.tiny import TinyStore

AT_A_TIME = 50
"""How many rows one commit seals anew."""


async def rotate(
    store: TinyStore, progress: Callable[[int, int], None] = lambda done, total: None, at_a_time: int = AT_A_TIME
) -> int:
    """Seal everything under the first key, and write no other copy of it on; how many rows there were to seal.

    It may be interrupted at any moment: each row is then under one of the keys, and all of them together open
    everything. `progress` is told how many rows are done, of how many. The store must be used by nobody else. Raises
    WrongKey when no key opens something, and Unavailable when the disk refuses; run again, it goes on.
    """
    rows = store.under_old_keys()
    progress(0, len(rows))
    for start in range(0, len(rows), at_a_time):
        await store.reseal(rows[start : start + at_a_time])
        progress(min(start + at_a_time, len(rows)), len(rows))
    await store.purge()
    return len(rows)
