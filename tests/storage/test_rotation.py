"""Changing the key: interrupted anywhere nothing is lost, and done it leaves nothing under the old one."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from storage.audit import verify
from storage.contract import Unavailable
from storage.rotation import rotate
from storage.tiny import TinyStore, open_tiny
from storage.tiny.journal import load
from storage.vault import Vault, WrongKey, new_key
from tests.fakes.disks import FailingDisk
from tests.storage.contract import NOW, SCHOOL, put
from tests.storage.contract_hidden import raised
from tests.storage.contract_sealed import KEY, NEWER, Letter, write
from tests.storage.note import Note
from tests.storage.whisper import Whisper, raise_it

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("EXEAT_KILLS", "50"))
LETTERS = [Letter(f"L-{number}") for number in range(40)]
WHISPERS = 30


async def opened(folder: Path, *keys: str) -> TinyStore:
    return await open_tiny(folder, kinds=(Letter, Whisper, Note), vault=Vault(keys))


async def fill(folder: Path, key: str = KEY) -> None:
    """Sealed letters, and hidden records with all that comes with them."""
    store = await opened(folder, key)
    await write(store, *LETTERS)
    await put(store, Note("N-1"))
    async with store.transaction(SCHOOL) as tx:
        for _ in range(WHISPERS):
            raise_it(tx, await tx.new_id(Whisper), next_due=NOW)
    await store.close()


async def assert_readable(folder: Path, *keys: str) -> None:
    """Everything is there, and as it was."""
    store = await opened(folder, *keys)
    async with store.transaction(SCHOOL) as tx:
        letters = await tx.find(Letter, limit=100)
        assert {(each.id, each.text, each.rev) for each in letters} == {(each.id, each.text, 1) for each in LETTERS}
        assert {(each.text, each.rev) for each in await tx.find(Whisper, limit=100)} == {(Whisper("").text, 1)}
        assert len(await tx.find(Whisper, due_before=NOW, limit=100)) == WHISPERS
    chain = verify([row async for row in store.audit_rows(SCHOOL, hidden=True)])
    assert (chain.sound, chain.rows) == (True, WHISPERS)
    await store.close()


async def test_afterwards_the_new_key_alone_opens_everything_and_the_old_one_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await fill(folder)
    names = load(folder).rows["sealed"].keys()
    store = await opened(folder, NEWER, KEY)
    steps: list[tuple[int, int]] = []
    many = await rotate(store, lambda done, total: steps.append((done, total)))
    assert steps[0] == (0, many)
    assert steps[-1] == (many, many)
    assert len(steps) > 3
    await store.close()
    await assert_readable(folder, NEWER)
    assert load(folder).rows["sealed"].keys() == names
    old, files = Vault([KEY]), list(folder.glob("*.jsonl"))
    tokens = [doc["sealed"] for doc in load(folder).rows["sealed"].values()]
    tokens += [doc["body"] for doc in load(folder).rows["records"].values() if doc["kind"] == "letter"]
    assert len(tokens) == many
    assert not any(old.is_first(token) for token in tokens)
    assert len(files) == 2, "one snapshot and one segment: what was before them is gone"
    with pytest.raises(WrongKey):
        await opened(folder, KEY)


async def test_where_nothing_is_under_an_old_key_only_the_copies_go(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await fill(folder)
    store = await opened(folder, KEY)
    assert await rotate(store) == 0
    await store.close()
    await assert_readable(folder, KEY)


async def test_ended_before_the_copies_went_it_takes_them_when_it_is_run_again(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await fill(folder)
    store = await opened(folder, NEWER, KEY)
    rows = store.copy()
    old = [str(rows[table][id]["body" if table == "records" else "sealed"]) for table, id in store.under_old_keys()]
    await store.reseal(store.under_old_keys())
    assert await rotate(store) == 0
    await store.close()
    kept = b"".join(path.read_bytes() for path in folder.iterdir())
    assert [sealed for sealed in old if sealed.encode() in kept] == []
    assert old


async def test_what_nothing_opens_is_named_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    folder, third = tmp_path / "data", new_key()
    store = await opened(folder, third)
    await write(store, Letter("L-99"))
    await store.close()
    store = await opened(folder, NEWER, KEY)
    await write(store, Letter("L-1"))
    with pytest.raises(WrongKey, match="L-99"):
        await rotate(store)
    await store.close()
    store = await opened(folder, NEWER, third)
    await rotate(store)
    await store.close()


async def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    folder, disk = tmp_path / "data", FailingDisk(only="snapshot")
    await fill(folder)
    store = await open_tiny(folder, vault=Vault([NEWER, KEY]), disk=disk)
    disk.failing = {"write"}
    with pytest.raises(Unavailable, match="snapshot"):
        await rotate(store)
    disk.failing = set()
    assert await rotate(store) == 0
    await store.close()
    await assert_readable(folder, NEWER)


async def test_it_goes_on_with_what_comes_after_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await fill(folder)
    store = await opened(folder, NEWER, KEY)
    await rotate(store)
    record = await raised(store)
    await store.close()
    store = await opened(folder, NEWER)
    async with store.transaction(SCHOOL) as tx:
        assert await tx.get(Whisper, record.id) == record
    await store.close()


async def test_killed_at_any_moment_the_ring_opens_everything(tmp_path: Path) -> None:
    folder, chance, ring, killed, done = tmp_path / "data", random.Random(), [KEY], 0, 0
    await fill(folder)
    with _victim(folder) as victim:
        while killed < KILLS or not done:
            if len(ring) == 1:
                ring.insert(0, new_key())
            most = chance.randrange(1, 40) if killed < KILLS else 1000
            if _kill_one(victim, ring, most, chance):
                killed += 1
                await assert_readable(folder, *ring)
            else:
                done += 1
                del ring[1:]
                await assert_readable(folder, *ring)


@contextmanager
def _victim(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.storage.rotation_child", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    try:
        yield process
    finally:
        process.communicate()


def _kill_one(victim: subprocess.Popen[str], ring: list[str], steps: int, chance: random.Random) -> bool:
    """Have the key changed, and kill it after so many steps; whether it was killed before it was done."""
    assert victim.stdin is not None
    assert victim.stdout is not None
    victim.stdin.write(f"{','.join(ring)}\n")
    pid, shot = 0, False
    for line in victim.stdout:
        what, number = line.split()
        match what:
            case "pid":
                pid = int(number)
            case "step":
                steps -= 1
            case "done":
                return _until_the_end(victim)
            case _:
                return shot
        if steps <= 0 and pid and not shot:
            time.sleep(chance.random() / 300)
            shot = True
            with suppress(ProcessLookupError):  # it was quicker, and says so in a moment
                os.kill(pid, signal.SIGKILL)
    raise AssertionError("the victim has gone")


def _until_the_end(victim: subprocess.Popen[str]) -> bool:
    assert victim.stdout is not None
    while not victim.stdout.readline().startswith("end"):
        continue
    return False
