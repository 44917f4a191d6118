"""Crashes: whatever was acknowledged is there afterwards, and nothing is half there."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.audit import verify
from storage.codec import Doc
from storage.tiny import open_tiny
from storage.tiny.journal import load
from storage.vault import Vault
from tests.fakes.disks import Step, TracingDisk
from tests.storage.contract import SCHOOL, put
from tests.storage.contract_sealed import KEY
from tests.storage.crash_child import WORKERS
from tests.storage.note import Note
from tests.storage.power import SECTOR, Image
from tests.storage.whisper import Whisper

ROOT = Path(__file__).parents[2]
KILLS, AT_MOST = int(os.environ.get("EXEAT_KILLS", "50")), 50
"""How often it is killed altogether, and in one folder: all that is in a folder is looked through after each."""


class TestKilled:
    """A process killed by SIGKILL at random moments while it commits, again and again in one folder."""

    @pytest.mark.parametrize("kills", [min(AT_MOST, KILLS - done) for done in range(0, KILLS, AT_MOST)])
    async def test_every_acknowledged_commit_is_there_and_none_is_half_there(
        self, tmp_path: Path, kills: int
    ) -> None:
        folder, chance = tmp_path / "data", random.Random()
        acknowledged = [0] * WORKERS
        with _victim(folder) as victim:
            for _ in range(kills):
                for worker, count in _kill_one(victim, chance):
                    acknowledged[worker] = max(acknowledged[worker], count)
                await _examine(folder, acknowledged)
            await _examine_chain(folder)
        assert sum(acknowledged) >= kills
        assert list(folder.glob("snapshot-*.jsonl"))


@contextmanager
def _victim(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.storage.crash_child", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    try:
        yield process
    finally:
        process.communicate()


def _kill_one(victim: subprocess.Popen[str], chance: random.Random) -> Iterator[tuple[int, int]]:
    """Let a child commit for a random while, kill it, and give what it acknowledged: worker and count."""
    assert victim.stdin is not None
    assert victim.stdout is not None
    victim.stdin.write("go\n")
    pid, left = 0, chance.randrange(1, 20)
    for line in victim.stdout:
        what, first, second = line.split()
        match what:
            case "pid":
                pid = int(first)
            case "ack":
                left -= 1
                yield int(first), int(second)
            case _:
                return
        if left <= 0 and pid:
            time.sleep(chance.random() / 500)
            os.kill(pid, signal.SIGKILL)
            left = sys.maxsize


async def _examine(folder: Path, acknowledged: list[int]) -> None:
    store = await open_tiny(folder, kinds=(Whisper,), vault=Vault([KEY]))
    rows = store.copy()
    async with store.transaction(SCHOOL) as tx:
        heard = await tx.find(Whisper, limit=100_000)
    chain = [audited async for audited in store.audit_rows(SCHOOL, hidden=True)]
    await store.close()
    expected: set[str] = set()
    for worker, least in enumerate(acknowledged):
        tally = rows["records"].get(f"{SCHOOL}/note/tally{worker}")
        count = tally["rev"] if tally else 0
        assert count >= least
        expected |= {f"{worker}-{number}" for number in range(1, count + 1)}
    prefix = f"{SCHOOL}/note/"
    notes = {id.removeprefix(prefix) for id in rows["records"]}
    assert {name.removeprefix("left") for name in notes if name.startswith("left")} == expected
    assert {name.removeprefix("right") for name in notes if name.startswith("right")} == expected
    assert {doc["row"]["person"] for doc in rows["outbox"].values()} == expected
    assert {doc["row"]["key"] for doc in rows["seen"].values()} == expected
    assert sorted(doc["entry"]["person"] for doc in rows["audit"].values()) == sorted(expected)
    assert {whisper.id for whisper in heard} == expected
    assert [audited.seq for audited in chain] == list(range(1, len(expected) + 1))
    assert {audited.entry.record.id for audited in chain if audited.entry.record} == expected


async def _examine_chain(folder: Path) -> None:
    store = await open_tiny(folder, vault=Vault([KEY]))
    for hidden in (False, True):
        assert verify([row async for row in store.audit_rows(SCHOOL, hidden)]).sound
    await store.close()


async def _check_trace(steps: list[Step], folder: Path) -> int:
    """Lose power after every step, in every way, and look for what was acknowledged; how many ways there were."""
    image, acknowledged, ways, before = Image(), set[str](), 0, dict[str, bytes]()
    folder.mkdir()
    found = load(folder).rows.get("records", {})
    for step in steps:
        image.take(step)
        if step.what == "ack":
            acknowledged.add(step.name)
        for survivors in image.survivors():
            if survivors != before:
                _lay_out(folder, before, survivors)
                found = load(folder).rows.get("records", {})
                before, ways = survivors, ways + 1
                if ways % 200 == 0:
                    await _check_start(folder.with_name(f"start-{ways}"), survivors, found)
            assert acknowledged <= {id.rsplit("/", 1)[1] for id in found}
    return ways


async def _check_start(folder: Path, files: dict[str, bytes], found: dict[str, Doc]) -> None:
    """A start in such a folder keeps what is there, mends what has to be mended once, and can go on."""
    folder.mkdir()
    _lay_out(folder, {}, files)
    first = await open_tiny(folder)
    assert first.copy()["records"] == found
    await put(first, Note("after"))
    await first.close()
    second = await open_tiny(folder)
    assert second.notices == []
    assert second.copy()["records"].keys() == found.keys() | {f"{SCHOOL}/note/after"}
    await second.close()


def _lay_out(folder: Path, before: dict[str, bytes], files: dict[str, bytes]) -> None:
    for name in before.keys() - files.keys():
        (folder / name).unlink()
    for name, data in files.items():
        was = before.get(name, b"")
        if not data.startswith(was):
            (folder / name).unlink()
            was = b""
        with (folder / name).open("ab") as file:
            file.write(data[len(was) :])


async def _trace(folder: Path, disk: TracingDisk) -> list[Step]:
    """Commits over two starts and some snapshots, each noted when it was acknowledged."""
    for start in range(2):
        store = await open_tiny(folder, disk=disk, snapshot_bytes=2500, room_bytes=2 * SECTOR)
        for number in range(4):
            id = f"N-{start}-{number}"
            await put(store, Note(id, text="boats " * (number % 3 * 75)))
            disk.ack(id)
        await store.close()
    return disk.steps


class TestLossOfPower:
    """A trace of all writes and syncs, cut at every byte that was not synced, its sectors kept in any order."""

    async def test_every_acknowledged_commit_is_there(self, tmp_path: Path) -> None:
        steps = await _trace(tmp_path / "data", TracingDisk())
        assert {"create", "write", "sync", "rename", "remove", "sync_folder", "ack"} <= {step.what for step in steps}
        assert {step.size for step in steps if step.what == "truncate"}
        assert await _check_trace(steps, tmp_path / "image") > 3000

    async def test_a_line_that_a_killed_process_wrote_but_did_not_sync_spoils_none_after_it(
        self, tmp_path: Path
    ) -> None:
        disk = TracingDisk()
        for number in range(3):
            store = await open_tiny(tmp_path / "data", disk=disk, room_bytes=4 * SECTOR)
            disk.honest = number != 1
            await put(store, Note(f"N-{number}", text="boats " * 30))
            if disk.honest:
                disk.ack(f"N-{number}")
            disk.honest = True
            await store.close()
        assert await _check_trace(disk.steps, tmp_path / "image") > 1000

    async def test_the_check_would_notice_if_nothing_were_synced(self, tmp_path: Path) -> None:
        steps = await _trace(tmp_path / "data", TracingDisk(honest=False))
        with pytest.raises(AssertionError):
            await _check_trace(steps, tmp_path / "image")

    async def test_the_check_would_notice_if_only_the_contents_were_not_synced(self, tmp_path: Path) -> None:
        steps = [step for step in await _trace(tmp_path / "data", TracingDisk()) if step.what != "sync"]
        with pytest.raises(AssertionError):
            await _check_trace(steps, tmp_path / "image")


class TestTornLine:
    """The last line, cut anywhere: dropped, kept aside and reported; the rest is there."""

    async def test_it_is_kept_aside_and_reported(self, tmp_path: Path) -> None:
        folder = tmp_path / "data"
        store = await open_tiny(folder)
        await put(store, Note("N-1"))
        whole = _journal(folder).read_bytes().rstrip(b"\0")
        await put(store, Note("N-2"))
        await store.close()
        both = _journal(folder).read_bytes()
        for cut in (len(whole) + 1, (len(whole) + len(both)) // 2, len(both) - 1):
            _journal(folder).write_bytes(both[:cut])
            store = await open_tiny(folder)
            assert len(store.notices) == 1
            assert f"journal-000000000001.jsonl.torn-{len(whole)}" in store.notices[0]
            assert [id.rsplit("/", 1)[1] for id in store.copy()["records"]] == ["N-1"]
            await store.close()
            (kept,) = folder.glob("*.torn-*")
            assert kept.read_bytes() == both[len(whole) : cut]
            kept.unlink()
            assert _journal(folder).read_bytes() == whole

    async def test_any_of_its_sectors_may_be_missing(self, tmp_path: Path) -> None:
        folder = tmp_path / "data"
        store = await open_tiny(folder)
        await put(store, Note("N-1"))
        await put(store, Note("N-2", text="boats " * 300))
        both = _journal(folder).read_bytes()
        await store.close()
        start, end = both.index(b"\n") + 1, len(both.rstrip(b"\0"))
        assert end < len(both)
        for at in range(start - start % SECTOR, end, SECTOR):
            lost = slice(max(at, start), min(at + SECTOR, end))
            spoilt = both[: lost.start] + bytes(lost.stop - lost.start) + both[lost.stop :]
            _journal(folder).write_bytes(spoilt)
            store = await open_tiny(folder)
            assert "was not finished" in store.notices[0]
            assert [id.rsplit("/", 1)[1] for id in store.copy()["records"]] == ["N-1"]
            await store.close()
            (kept,) = folder.glob("*.torn-*")
            assert kept.read_bytes() == spoilt[start:].rstrip(b"\0")
            kept.unlink()
            assert _journal(folder).read_bytes() == both[:start]

    async def test_room_for_more_is_no_line(self, tmp_path: Path) -> None:
        folder = tmp_path / "data"
        store = await open_tiny(folder)
        await put(store, Note("N-1"))
        left = _journal(folder).read_bytes()
        await store.close()
        assert left.endswith(b"\0" * SECTOR)
        _journal(folder).write_bytes(left)
        for number in range(2, 4):
            store = await open_tiny(folder)
            assert store.notices == []
            await put(store, Note(f"N-{number}"))
            await store.close()
        assert len(_journal(folder).read_bytes().splitlines()) == 3
        assert b"\0" not in _journal(folder).read_bytes()

    async def test_what_is_committed_afterwards_follows_on(self, tmp_path: Path) -> None:
        folder = tmp_path / "data"
        for number in range(3):
            store = await open_tiny(folder)
            await put(store, Note(f"N-{number}"))
            await store.close()
            with _journal(folder).open("ab") as file:
                file.write(b'0123456789abcdef {"n":')
        store = await open_tiny(folder)
        assert len(store.copy()["records"]) == 3
        await store.close()
        assert len(list(folder.glob("*.torn-*"))) == 3


def _journal(folder: Path) -> Path:
    (path,) = folder.glob("journal-*.jsonl")
    return path
