"""The TinyDB store: the contract, and what is its own: the lock, read-only use, TinyDB's table, snapshots."""

import asyncio
import errno
import os
import stat
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinydb import Query, TinyDB
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table

from policy.record import Upgrade
from storage.blobs import Blobs
from storage.contract import Store, Unavailable
from storage.tiny import TinyStore, open_tiny, read_tiny
from storage.tiny.table import Index, RowTable
from storage.vault import Vault
from tests.fakes.disks import FailingDisk, StuckDisk, TracingDisk
from tests.storage import contract, contract_history, contract_messages, contract_sealed
from tests.storage.contract import SCHOOL, Opener, claim, find, get, put, queue, row
from tests.storage.note import Note

ELSE = 4711
"""The number of somebody who is not root."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def opener(folder: Path) -> Opener:
    async def open_again() -> Store:
        return await open_tiny(folder)

    return open_again


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[TinyStore]:
    store = await open_tiny(folder)
    yield store
    await store.close()


@pytest.fixture
def sealing(folder: Path) -> contract_sealed.Sealing:
    async def open_with(vault: Vault | None) -> Store:
        return await open_tiny(folder, vault=vault)

    return open_with


class TestSealed(contract_sealed.Sealed):
    pass


class TestRecords(contract.Records):
    pass


class TestFinding(contract.Finding):
    pass


class TestOutbox(contract_messages.Outbox):
    pass


class TestForgetting(contract_messages.Forgetting):
    pass


class TestMessages(contract_messages.Messages):
    pass


class TestSeenKeys(contract_history.SeenKeys):
    pass


class TestAuditChain(contract_history.AuditChain):
    pass


class TestDoubt:
    """A row that may have been sent by a process that did not live to say so."""

    async def test_the_first_of_each_queue_is_doubtful_after_a_start(self, folder: Path, store: TinyStore) -> None:
        await queue(store, row("ann", "first"), row("ann", "second"), row("bob", "third"))
        await store.close()
        again = await open_tiny(folder)
        rows = await claim(again)
        assert [(claimed.view, claimed.doubtful) for claimed in rows] == [("first", True), ("third", True)]
        async with again.transaction(SCHOOL) as tx:
            tx.done(rows[0])
        (second,) = await claim(again)
        assert (second.view, second.doubtful) == ("second", False)
        await again.close()


@dataclass(frozen=True, slots=True)
class NoteToday(Note):
    """The note as a later Exeat has it: it is found by its text."""

    SCHEMA: ClassVar[int] = 2
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {1: lambda body: body | {"keys": [f"text:{body['text']}"]}}


class TestUpdates:
    """A later Exeat finds an older one's records by what they are found by today."""

    async def test_older_records_are_filed_anew(self, folder: Path) -> None:
        store = await open_tiny(folder)
        await put(store, Note("N-1", text="boats"), Note("N-2", text="ships"))
        await store.close()
        for _ in range(2):
            later = await open_tiny(folder, kinds=(NoteToday,))
            async with later.transaction(SCHOOL) as tx:
                (found,) = await tx.find(NoteToday, key="text:boats")
            assert (found.id, found.rev) == ("N-1", 1)
            await later.close()

    async def test_an_older_exeat_does_not_open_what_a_newer_one_wrote(self, folder: Path) -> None:
        later = await open_tiny(folder)
        await put(later, NoteToday("N-1"))
        await later.close()
        with pytest.raises(Unavailable, match="N-1 was written by a newer Exeat"):
            await open_tiny(folder, kinds=(Note,))


class TestTheFolder:
    """One process at a time, for the owner alone, and clear words when it cannot be used."""

    async def test_it_is_for_the_owner_alone(self, folder: Path, store: TinyStore) -> None:
        await put(store, Note("N-1"))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}

    async def test_what_root_writes_belongs_to_whoever_the_folder_does(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        owner = ELSE if os.geteuid() == 0 else os.geteuid()
        os.chown(folder, owner, -1)
        store = await open_tiny(folder)
        await put(store, Note("N-1"))
        await store.purge()
        await Blobs(folder / "blobs").put(b"a picture")
        await store.close()
        assert {path.name for path in folder.iterdir()} > {"lock", "blobs", "snapshot-000000000002.jsonl"}
        assert {path.stat().st_uid for path in folder.rglob("*")} == {owner}

    async def test_a_new_folder_would_survive_a_loss_of_power(self, tmp_path: Path) -> None:
        disk = TracingDisk()
        store = await open_tiny(tmp_path / "school" / "data", disk=disk)
        await store.close()
        synced = {step.name for step in disk.steps if step.what == "sync_folder"}
        assert synced == {tmp_path.name, "school", "data"}

    async def test_a_second_process_is_kept_out(self, folder: Path, store: TinyStore) -> None:
        script = (
            "import asyncio, sys, pathlib\n"
            "from storage.tiny import open_tiny\n"
            "asyncio.run(open_tiny(pathlib.Path(sys.argv[1])))\n"
        )
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, str(folder), stderr=asyncio.subprocess.PIPE
        )
        _, errors = await second.communicate()
        assert second.returncode == 1
        assert b"InUse: Another Exeat is using" in errors
        await put(store, Note("N-1"))

    async def test_it_can_be_opened_again_once_closed(self, folder: Path) -> None:
        for _ in range(2):
            store = await open_tiny(folder)
            await store.close()
            await store.close()
        with pytest.raises(Unavailable, match="closed"):
            await put(store, Note("N-1"))

    async def test_a_file_in_its_place(self, folder: Path) -> None:
        folder.write_text("a file")
        with pytest.raises(Unavailable, match="cannot keep its records in"):
            await open_tiny(folder)

    async def test_a_read_only_file_system(self, folder: Path) -> None:
        with pytest.raises(Unavailable, match="Read-only file system"):
            await open_tiny(folder, disk=FailingDisk(errno.EROFS, {"edit"}))
        await (await open_tiny(folder)).close()

    async def test_reading_beside_a_writer(self, folder: Path, store: TinyStore) -> None:
        await put(store, Note("N-1"))
        reader = await read_tiny(folder)
        assert await find(reader) == ["N-1"]
        with pytest.raises(Unavailable, match="read only"):
            await put(reader, Note("N-2"))
        with pytest.raises(Unavailable, match="read only"):
            await reader.check()
        await reader.close()
        await put(store, Note("N-2"))

    async def test_reading_beside_a_busy_writer(self, folder: Path) -> None:
        store = await open_tiny(folder, snapshot_bytes=2_000_000)
        kept = 0

        async def write() -> None:
            nonlocal kept
            while True:
                await put(store, Note("N-1", text="boats " * 4000, rev=kept))
                kept += 1

        writing = asyncio.create_task(write())
        for _ in range(100):
            least = kept
            reader = await read_tiny(folder)
            note = await get(reader, "N-1")
            assert (note.rev if note else 0) >= least
        writing.cancel()
        await asyncio.wait([writing])
        await store.close()

    async def test_reading_beside_a_writer_leaves_an_unfinished_line_alone(self, folder: Path) -> None:
        await (await open_tiny(folder)).close()
        journal = folder / "journal-000000000001.jsonl"
        journal.write_bytes(b"half a li")
        await (await read_tiny(folder)).close()
        assert journal.read_bytes() == b"half a li"

    async def test_there_is_nothing_to_read(self, folder: Path) -> None:
        with pytest.raises(Unavailable):
            await read_tiny(folder)


DOCS = st.fixed_dictionaries({"state": st.sampled_from("ab"), "n": st.integers(0, 9)})
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("upsert"), st.sampled_from("xyz"), DOCS),
        st.tuples(st.just("update"), st.sampled_from("ab"), st.integers(0, 9)),
        st.tuples(st.just("remove"), st.sampled_from("ab"), st.none()),
        st.tuples(st.just("truncate"), st.none(), st.none()),
    ),
    max_size=20,
)


class StockTable(Table):
    document_id_class = str  # type: ignore[assignment]


class TestTheTable:
    """Our table does what TinyDB's own does, and its indexes never fall behind."""

    @given(STEPS)
    @settings(max_examples=100, deadline=None)
    def test_it_does_what_stock_tinydb_does(self, steps: list[tuple[str, str, object]]) -> None:
        index = Index(lambda id, doc: [((doc["state"],), (doc["n"], id))])
        ours = RowTable(TinyDB(storage=MemoryStorage).storage, "rows", indexes={"state": index})
        stock = StockTable(TinyDB(storage=MemoryStorage).storage, "rows")
        for step in steps:
            results = [_play(table, step) for table in (ours, stock)]
            assert results[0] == results[1]
            assert {doc.doc_id: dict(doc) for doc in ours} == {doc.doc_id: dict(doc) for doc in stock}
            assert len(ours) == len(stock)
            rebuilt = Index(lambda id, doc: [((doc["state"],), (doc["n"], id))])
            rebuilt.fill(ours.rows)
            assert {key: list(bucket) for key, bucket in index.buckets.items()} == {
                key: list(bucket) for key, bucket in rebuilt.buckets.items()
            }


def _play(table: Table, step: tuple[str, str, object]) -> object:
    match step:
        case ("upsert", id, dict(doc)):
            return table.upsert(Document(doc, id))  # type: ignore[arg-type]
        case ("update", state, n):
            return sorted(table.update({"n": n}, Query().state == state))
        case ("remove", state, _):
            return sorted(table.remove(Query().state == state))
        case _:
            table.truncate()
            return None


class TestPurge:
    """What was deleted is nowhere on the disk once that was asked for."""

    async def test_nothing_of_what_was_deleted_is_left(self, folder: Path, store: TinyStore) -> None:
        await put(store, Note("N-1", text="zqsecret"), Note("N-2", text="kept"))
        (folder / "journal-000000000001.jsonl.torn-9").write_bytes(b"zqsecret")
        async with store.transaction(SCHOOL) as tx:
            tx.delete(Note, "N-1", 1)
        assert holding(folder, "zqsecret")
        await store.purge()
        assert not holding(folder, "zqsecret")
        assert holding(folder, "kept")
        await store.close()
        again = await open_tiny(folder)
        assert await find(again) == ["N-2"]
        await again.close()

    async def test_commits_go_on_beside_it_and_none_is_lost(self, folder: Path, store: TinyStore) -> None:
        async def write(number: int) -> None:
            await put(store, Note(f"N-{number}", text=f"zq{number}x"))
            async with store.transaction(SCHOOL) as tx:
                tx.delete(Note, f"N-{number}", 1)
            await store.purge()
            assert not holding(folder, f"zq{number}x")
            await put(store, Note(f"N-{number + 100}"))

        await asyncio.gather(*map(write, range(20)))
        await store.close()
        again = await open_tiny(folder)
        assert sorted(await find(again)) == sorted(f"N-{number + 100}" for number in range(20))
        await again.close()

    async def test_a_start_sums_up_what_no_run_before_it_came_to(self, folder: Path) -> None:
        store = await open_tiny(folder)
        await put(store, Note("N-1", text="boats " * 1000))
        await store.close()
        started = await open_tiny(folder, snapshot_bytes=1000)
        assert list(folder.glob("snapshot-*.jsonl")), "before anything was written"
        assert len(list(folder.glob("journal-*.jsonl"))) == 1
        await put(started, Note("N-2"))
        await started.close()
        again = await open_tiny(folder)
        assert await find(again) == ["N-2", "N-1"]
        await again.close()

    async def test_a_start_does_not_sum_up_what_is_little_beside_the_snapshot(self, folder: Path) -> None:
        store = await open_tiny(folder)
        await put(store, Note("N-1", text="boats " * 10_000))
        await store.purge()
        await put(store, Note("N-2", text="boats " * 1000))
        await store.close()
        before = {path.name for path in folder.iterdir()}
        await (await open_tiny(folder, snapshot_bytes=1000)).close()
        assert {path.name for path in folder.iterdir()} == before

    async def test_a_start_that_cannot_sum_up_goes_on_and_says_so(self, folder: Path) -> None:
        store = await open_tiny(folder)
        await put(store, Note("N-1", text="boats " * 1000))
        await store.close()
        disk = FailingDisk(only="snapshot")
        disk.failing = {"write"}
        started = await open_tiny(folder, disk=disk, snapshot_bytes=1000)
        assert [notice for notice in started.notices if notice.startswith("No snapshot could be made")]
        await put(started, Note("N-2"))
        await started.close()
        again = await open_tiny(folder)
        assert await find(again) == ["N-2", "N-1"]
        await again.close()

    async def test_what_is_deleted_while_a_snapshot_is_written_is_purged_by_the_next(self, folder: Path) -> None:
        disk = StuckDisk()
        store = await open_tiny(folder, disk=disk)
        await put(store, Note("N-1", text="the zebra"))
        first = asyncio.create_task(store.purge())
        await asyncio.to_thread(disk.stuck.wait, 30)
        async with store.transaction(SCHOOL) as tx:
            tx.delete(Note, "N-1", 1)
        second = asyncio.create_task(store.purge())
        await asyncio.sleep(0)
        disk.goes_on.set()
        async with asyncio.timeout(30):
            await asyncio.gather(first, second)
        assert not any(b"zebra" in path.read_bytes() for path in folder.iterdir())
        await store.close()

    async def test_a_start_that_is_called_off_lets_go_of_the_folder(self, folder: Path) -> None:
        store = await open_tiny(folder)
        await put(store, Note("N-1", text="boats " * 1000))
        await store.close()
        disk = StuckDisk()
        starting = asyncio.create_task(open_tiny(folder, disk=disk, snapshot_bytes=1000))
        await asyncio.to_thread(disk.stuck.wait, 30)
        starting.cancel()
        disk.goes_on.set()
        await asyncio.wait([starting])
        assert starting.cancelled()
        again = await open_tiny(folder)
        assert await find(again) == ["N-1"]
        await again.close()

    async def test_what_nobody_thought_of_leaves_nobody_waiting_for_a_snapshot(self, folder: Path) -> None:
        store = await open_tiny(folder)
        await put(store, Note("N-1", text="boats " * 1000))
        await store.close()
        async with asyncio.timeout(30):
            started = await open_tiny(folder, disk=StuckDisk(MemoryError()), snapshot_bytes=1000)
            with pytest.raises(Unavailable, match=r"No snapshot could be made \(MemoryError\)"):
                await started.purge()
            assert len(started.notices) == 1, "of what goes on, one notice is enough"
            assert not list(folder.glob("*.part"))
            await put(started, Note("N-2"))
            await started.close()

    async def test_a_disk_that_refuses_again_after_it_was_well_is_told_again(self, folder: Path) -> None:
        disk = FailingDisk(only="snapshot")
        store = await open_tiny(folder, disk=disk)
        for failing in ({"write"}, set[str](), {"write"}):
            disk.failing = failing
            with suppress(Unavailable):
                await store.purge()
        assert [notice.startswith("No snapshot could be made") for notice in store.notices] == [True, True]
        await store.close()

    async def test_a_disk_that_refuses_is_told_and_nothing_is_lost(self, folder: Path) -> None:
        disk = FailingDisk(only="snapshot")
        store = await open_tiny(folder, disk=disk)
        await put(store, Note("N-1"))
        disk.failing = {"write"}
        with pytest.raises(Unavailable, match="No snapshot"):
            await store.purge()
        disk.failing = set()
        await put(store, Note("N-2"))
        await store.purge()
        await store.close()
        again = await open_tiny(folder)
        assert await find(again) == ["N-2", "N-1"]
        await again.close()

    async def test_a_disk_that_refuses_the_journal_leaves_nobody_waiting(self, folder: Path) -> None:
        disk = FailingDisk()
        store = await open_tiny(folder, disk=disk)
        disk.failing = {"write"}
        writing = asyncio.create_task(put(store, Note("N-1")))
        await asyncio.sleep(0)
        purging = asyncio.create_task(store.purge())
        for task in (writing, purging):
            with pytest.raises(Unavailable, match="The disk refused"):
                await task
        await store.close()


def holding(folder: Path, words: str) -> list[str]:
    """The files of a folder in which the words stand."""
    return [path.name for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]
