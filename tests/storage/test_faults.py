"""The TinyDB store when the disk fails, when bytes have changed, and while the disk is busy."""

import asyncio
import errno
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.contract import Damaged, Unavailable
from storage.rows import AuditEntry, Seen
from storage.tiny import TinyStore, open_tiny
from storage.tiny.journal import load
from tests.fakes.disks import FailingDisk, GatedDisk
from tests.storage.contract import NOW, SCHOOL, claim, find, get, message, put, queue, row
from tests.storage.note import Note


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[TinyStore]:
    store = await open_tiny(folder)
    yield store
    await store.close()


class TestTheDiskFails:
    """A refused write or sync: said at once, never asked again, nothing acknowledged is lost."""

    @pytest.mark.parametrize("failing", ["write", "sync"])
    async def test_the_batch_and_all_behind_it_fail(self, folder: Path, failing: str) -> None:
        disk = FailingDisk(errno.EIO)
        store = await open_tiny(folder, disk=disk)
        await put(store, Note("N-0"))
        disk.failing = {failing}
        disk.calls.clear()
        outcomes = await asyncio.gather(*(put(store, Note(f"N-{n}")) for n in range(1, 5)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Unavailable] * 4
        disk.failing = set()
        with pytest.raises(Unavailable, match="Input/output error"):
            await put(store, Note("N-9"))
        with pytest.raises(Unavailable):
            await store.check()
        with pytest.raises(Unavailable):
            await claim(store)
        assert disk.calls.get(failing) == 1
        assert await find(store) == ["N-0"]
        assert len(store.notices) == 1
        await store.close()
        again = await open_tiny(folder)
        assert await find(again) == ["N-0"]
        assert again.notices == []
        await again.close()

    async def test_what_could_not_be_cut_back_is_a_torn_line(self, folder: Path) -> None:
        disk = FailingDisk()
        store = await open_tiny(folder, disk=disk)
        await put(store, Note("N-0"))
        disk.failing = {"write", "truncate"}
        with pytest.raises(Unavailable, match="No space left"):
            await put(store, Note("N-1"))
        await store.close()
        again = await open_tiny(folder)
        assert await find(again) == ["N-0"]
        assert len(again.notices) == 1
        await again.close()

    async def test_a_full_disk(self, folder: Path) -> None:
        store = await open_tiny(folder, room_bytes=4096)
        await put(store, Note("N-0"))
        with _file_size_limit((folder / "journal-000000000001.jsonl").stat().st_size + 100):
            await put(store, Note("N-1"))
            with pytest.raises(Unavailable, match="File too large"):
                await put(store, Note("N-2", text="boats " * 1000))
            with pytest.raises(Unavailable):
                await put(store, Note("N-3"))
        await store.close()
        again = await open_tiny(folder)
        assert await find(again) == ["N-1", "N-0"]
        assert again.notices == []
        await put(again, Note("N-2"))
        await again.close()

    async def test_no_room_to_grow_into_refuses_though_the_line_itself_would_fit(self, folder: Path) -> None:
        store = await open_tiny(folder, room_bytes=4096)
        with _file_size_limit(4000), pytest.raises(Unavailable, match="File too large"):
            await put(store, Note("N-0"))
        await store.close()
        assert (folder / "journal-000000000001.jsonl").read_bytes() == b""
        again = await open_tiny(folder)
        assert await find(again) == again.notices == []
        await again.close()

    async def test_a_snapshot_that_cannot_be_made_stops_nothing(self, folder: Path) -> None:
        disk = FailingDisk(failing={"write"}, only="snapshot")
        store = await open_tiny(folder, disk=disk, snapshot_bytes=1000)
        for number in range(10):
            await put(store, Note(f"N-{number}"))
        await store.close()
        assert "No snapshot could be made (No space left on device)" in store.notices[0]
        assert not list(folder.glob("snapshot*"))
        again = await open_tiny(folder)
        assert len(await find(again)) == 10
        await again.close()

    async def test_a_segment_that_cannot_be_opened_stops_nothing(self, folder: Path) -> None:
        disk = FailingDisk()
        store = await open_tiny(folder, disk=disk, snapshot_bytes=1000)
        disk.failing = {"edit"}
        for number in range(10):
            await put(store, Note(f"N-{number}"))
        disk.failing = set()
        await put(store, Note("N-10"))
        await store.close()
        again = await open_tiny(folder)
        assert len(await find(again)) == 11
        await again.close()


class TestDamage:
    """A byte that is not what was written, anywhere but in an unfinished last line: named, and nothing is changed."""

    async def test_every_byte_of_the_journal_counts(self, folder: Path) -> None:
        store = await open_tiny(folder)
        for number in range(3):
            await put(store, Note(f"N-{number}"))
        await store.close()
        path = folder / "journal-000000000001.jsonl"
        whole = path.read_bytes()
        for place in range(len(whole) - 1):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            line = whole[:place].count(b"\n") + 1
            with pytest.raises(Damaged, match=rf"journal-000000000001\.jsonl, line {line}:"):
                load(folder)

    async def test_a_complete_line_that_is_not_what_was_written_is_never_taken_for_unfinished(
        self, folder: Path
    ) -> None:
        store = await open_tiny(folder)
        for number in range(2):
            await put(store, Note(f"N-{number}"))
        path = folder / "journal-000000000001.jsonl"
        whole = path.read_bytes()
        await store.close()
        first, last, room = whole.splitlines(keepends=True)
        for spoilt, line in (
            (first + last.replace(b"open", b"shut") + room, 2),
            (first + last + b"more\n" + room, 3),
            (first.replace(b"open", b"\0\0\0\0") + last + room, 1),
            (first + b"\0" * 512 + last + b"more" + room, 2),
        ):
            path.write_bytes(spoilt)
            with pytest.raises(Damaged, match=f"line {line}: its checksum"):
                await open_tiny(folder)
            assert path.read_bytes() == spoilt

    async def test_opening_it_says_so_and_changes_nothing(self, folder: Path) -> None:
        store = await open_tiny(folder)
        await put(store, Note("N-0"))
        await store.close()
        path = folder / "journal-000000000001.jsonl"
        path.write_bytes(path.read_bytes().replace(b"open", b"shut"))
        before = path.read_bytes()
        for _ in range(2):
            with pytest.raises(Damaged, match="line 1"):
                await open_tiny(folder)
        assert path.read_bytes() == before

    async def test_a_line_that_is_missing(self, folder: Path) -> None:
        store = await open_tiny(folder)
        for number in range(3):
            await put(store, Note(f"N-{number}"))
        await store.close()
        path = folder / "journal-000000000001.jsonl"
        first, _, third = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(first + third)
        with pytest.raises(Damaged, match="line 2: commit 2 should stand there"):
            await open_tiny(folder)

    async def test_a_snapshot_is_whole_or_damaged(self, folder: Path) -> None:
        await _with_snapshot(folder)
        (path,) = folder.glob("snapshot-*.jsonl")
        whole = path.read_bytes()
        for place in range(0, len(whole), 7):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(Damaged, match=r"snapshot-\d+\.jsonl, line \d+:"):
                load(folder)
            path.write_bytes(whole[:place])
            with pytest.raises(Damaged, match=r"snapshot-\d+\.jsonl, line \d+:"):
                load(folder)

    async def test_a_segment_that_is_missing(self, folder: Path) -> None:
        await _with_snapshot(folder)
        for path in folder.glob("journal-*.jsonl"):
            path.unlink()
        with pytest.raises(Damaged, match=r"journal-\d+\.jsonl is missing"):
            await open_tiny(folder)


class TestDurability:
    """Nobody reads what is not durable, and those who wait for the disk go out together."""

    async def test_nobody_reads_what_is_not_durable(self, folder: Path) -> None:
        disk = GatedDisk()
        store = await open_tiny(folder, disk=disk)
        disk.shut()
        commit = asyncio.create_task(put(store, Note("N-1")))
        await asyncio.to_thread(disk.waiting.wait, 10)
        assert await get(store, "N-1") is None
        assert await find(store) == []
        assert not commit.done()
        disk.open()
        await commit
        assert await find(store) == ["N-1"]
        await store.close()

    async def test_those_who_wait_go_out_together(self, folder: Path) -> None:
        disk = GatedDisk()
        store = await open_tiny(folder, disk=disk)
        disk.shut()
        first = asyncio.create_task(put(store, Note("N-0")))
        await asyncio.to_thread(disk.waiting.wait, 10)
        rest = [asyncio.create_task(put(store, Note(f"N-{n}"))) for n in range(1, 50)]
        before = disk.syncs
        disk.open()
        await asyncio.gather(first, *rest)
        assert disk.syncs == before + 2
        await store.close()
        assert len((folder / "journal-000000000001.jsonl").read_bytes().splitlines()) == 2

    async def test_a_commit_nobody_waits_for_any_more_is_not_begun(self, folder: Path) -> None:
        disk = GatedDisk()
        store = await open_tiny(folder, disk=disk)
        disk.shut()
        first = asyncio.create_task(put(store, Note("N-0")))
        await asyncio.to_thread(disk.waiting.wait, 10)
        gone, kept = asyncio.create_task(put(store, Note("N-1"))), asyncio.create_task(put(store, Note("N-2")))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
        disk.open()
        await asyncio.gather(first, kept)
        assert await find(store) == ["N-2", "N-0"]
        await store.close()

    async def test_a_digest_is_not_handed_out_before_it_can_show_what_relies_on_it(self, folder: Path) -> None:
        disk = GatedDisk()
        store = await open_tiny(folder, disk=disk)
        await queue(store, row(view="digest"))
        disk.shut()

        async def something_to_tell() -> None:
            async with store.transaction(SCHOOL) as tx:
                tx.put(Note("N-1"))
                tx.queue(row(view="digest"))

        commit = asyncio.create_task(something_to_tell())
        await asyncio.to_thread(disk.waiting.wait, 10)
        assert await claim(store) == []
        disk.open()
        await commit
        assert [each.view for each in await claim(store)] == ["digest"]
        await store.close()

    async def test_closing_finishes_what_was_begun(self, folder: Path) -> None:
        store = await open_tiny(folder)
        commits = [asyncio.create_task(put(store, Note(f"N-{n}"))) for n in range(20)]
        await asyncio.sleep(0)
        await store.close()
        await asyncio.gather(*commits)
        again = await open_tiny(folder)
        assert len(await find(again)) == 20
        await again.close()

    async def test_snapshots_replace_what_is_before_them(self, folder: Path) -> None:
        await _with_snapshot(folder)
        assert len(list(folder.glob("snapshot-*.jsonl"))) == 1
        assert len(list(folder.glob("journal-*.jsonl"))) == 1
        store = await open_tiny(folder)
        assert await find(store) == [f"N-{n}" for n in reversed(range(20))]
        await store.close()

    async def test_what_a_handler_cannot_keep_fails_alone(self, store: TinyStore) -> None:
        with pytest.raises(ValueError, match="time zone"):
            await put(store, Note("N-1", next_due=NOW.replace(tzinfo=None)))
        with pytest.raises(ValueError, match="text: string_type"):
            await put(store, Note("N-1", text=7))  # type: ignore[arg-type]
        await put(store, Note("N-1"))

    async def test_a_row_that_could_not_be_read_back_is_not_taken(self, store: TinyStore) -> None:
        async with store.transaction(SCHOOL) as tx:
            with pytest.raises(ValueError, match="view: string_type"):
                tx.queue(row(view=7))  # type: ignore[arg-type]
            with pytest.raises(ValueError, match="time zone"):
                tx.audit(AuditEntry(NOW.replace(tzinfo=None), "ann", "wrote"))
            with pytest.raises(TypeError, match="cannot hold object"):
                tx.mark_seen(Seen("Ev1", None, object(), NOW))  # type: ignore[arg-type]
            with pytest.raises(ValueError, match="rev: int_type"):
                tx.show(message(rev="1"))  # type: ignore[arg-type]
            tx.put(Note("N-1"))
        counted = await store.count(SCHOOL)
        assert (counted.outbox, counted.audit, counted.shown) == (0, 0, 0)
        assert await find(store) == ["N-1"]


async def _with_snapshot(folder: Path) -> None:
    store = await open_tiny(folder, snapshot_bytes=6000)
    for number in range(20):
        await put(store, Note(f"N-{number}"))
    await store.close()


@contextmanager
def _file_size_limit(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
