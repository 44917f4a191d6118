"""What is hidden in a folder of the TinyDB store: its bytes, its snapshots, its backups and its cost."""

import asyncio
import gzip
import io
import json
import tarfile
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from storage.audit import verify
from storage.backup import backup, backup_folder, restore
from storage.codec import Doc
from storage.contract import Store
from storage.rows import AuditEntry
from storage.tiny import TinyStore, open_tiny, read_tiny
from storage.tiny.disk import Disk
from storage.tiny.journal import load, segment_name, snapshot_name, write_snapshot
from storage.tiny.lines import read
from storage.vault import Vault
from tests.fakes.disks import GatedDisk
from tests.storage import contract, contract_hidden, contract_messages
from tests.storage.contract import NOTE, NOW, SCHOOL, Opener, claim, put, queue, row
from tests.storage.contract_hidden import Veiling, heard, raised, who
from tests.storage.contract_sealed import KEY
from tests.storage.note import HiddenNote, Note
from tests.storage.whisper import PLANTED, Whisper, alert, name, raise_it, shown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def veiling(folder: Path) -> Veiling:
    async def open_with(vault: Vault | None) -> Store:
        return await open_tiny(folder, vault=vault, kinds=(Note, Whisper))

    return open_with


@pytest.fixture
def sealing(folder: Path) -> Veiling:
    async def open_with(vault: Vault | None) -> Store:
        return await open_tiny(folder, vault=vault)

    return open_with


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[TinyStore]:
    store = await opened(folder)
    yield store
    await store.close()


async def opened(folder: Path, **how: Any) -> TinyStore:
    return await open_tiny(folder, kinds=(Note, Whisper), vault=Vault([KEY]), **how)


class TestHidden(contract_hidden.Hidden):
    pass


class WithEveryNoteHidden:
    """A store that hides the notes of the other suites: all that they say of records and messages holds for it."""

    hides: ClassVar[bool] = True

    @pytest.fixture
    def opener(self, folder: Path) -> Opener:
        async def open_again() -> Store:
            return await open_tiny(folder, kinds=(HiddenNote,), vault=Vault([KEY]))

        return open_again


class TestHiddenRecords(WithEveryNoteHidden, contract.Records):
    pass


class TestHiddenFinding(WithEveryNoteHidden, contract.Finding):
    pass


class TestHiddenOutbox(WithEveryNoteHidden, contract_messages.Outbox):
    pass


class TestHiddenMessages(WithEveryNoteHidden, contract_messages.Messages):
    pass


async def live(store: TinyStore, rounds: int = 1) -> list[str]:
    """Everything that can happen to hidden records, with notes in between; the ids of the records."""
    ids = []
    for number in range(rounds):
        record = await raised(store, next_due=NOW)
        ids.append(record.id)
        await put(store, Note(f"N-{number}", text="what is open"))
        async with store.transaction(SCHOOL) as tx:
            tx.put(record.but(state="murmured", text=record.text * 40))
            tx.audit(AuditEntry(NOW, "Ulead", "hasraised", name(record.id)))
            tx.queue(alert(record, "Ulead", "heard.alert.again"))
        first, *_ = [each for each in await claim(store) if each.lane]
        async with store.transaction(SCHOOL) as tx:
            tx.bury(first, "unreachablelead", NOW)
    async with store.transaction(SCHOOL) as tx:
        tx.queue(row("ann", "note", record=NOTE))
        tx.audit(AuditEntry(NOW, "ann", "wrote", NOTE))
        tx.unshow(shown(record).key)
    return ids


def assert_unseen(data: bytes, ids: list[str]) -> None:
    """Nothing that was planted stands in the bytes."""
    assert b"what is open" in data
    for planted in (*PLANTED, *ids):
        assert planted.encode() not in data, planted


class TestAtRest:
    """What whoever holds the disk can see: that there is something, and when it is next due."""

    async def test_nothing_of_it_stands_in_the_journal(self, folder: Path, store: TinyStore) -> None:
        ids = await live(store, 3)
        assert_unseen(b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()), ids)

    async def test_nor_in_a_snapshot(self, folder: Path) -> None:
        store = await opened(folder, snapshot_bytes=20_000)
        ids = await live(store, 6)
        await store.close()
        (snapshot,) = folder.glob("snapshot-*.jsonl")
        assert_unseen(snapshot.read_bytes(), ids)
        assert_unseen(b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()), ids)
        store = await opened(folder)
        assert {await heard(store, id) is not None for id in ids} == {True}
        await store.close()

    async def test_nor_in_a_backup(self, tmp_path: Path, store: TinyStore) -> None:
        ids = await live(store, 2)
        manifest = await backup(store, tmp_path / "backup.tar.gz", NOW)
        unpacked = gzip.decompress((tmp_path / "backup.tar.gz").read_bytes())
        assert_unseen(unpacked, ids)
        with tarfile.open(fileobj=io.BytesIO(unpacked)) as tar:
            assert_unseen(b"what is open" + b"".join(tar.extractfile(each).read() for each in tar), ids)  # type: ignore[union-attr]
        assert sorted(manifest.rows) == ["audit", "dead", "numbers", "outbox", "records", "seen", "shown"]
        assert [chain.rows for chain in manifest.chains] == [1]

    async def test_a_row_is_a_name_a_token_and_what_is_due(self, folder: Path, store: TinyStore) -> None:
        await live(store)
        rows = load(folder).rows["sealed"]
        assert all(doc.keys() <= {"sealed", "next_due"} for doc in rows.values())
        assert [doc["next_due"] for doc in rows.values() if "next_due" in doc] == ["2027-01-04T09:00:00.000000+00:00"]
        assert all(urlsafe_b64decode(doc["sealed"])[1:9] == bytes(8) for doc in rows.values()), "no time of sealing"
        assert len({len(doc["sealed"]) for doc in rows.values()}) == 1, "whatever is in it"

    async def test_a_commit_leaves_nothing_in_the_clear(self, folder: Path, store: TinyStore) -> None:
        await raised(store)
        (taken,) = await claim(store)
        async with store.transaction(SCHOOL) as tx:
            tx.done(taken)
        (journal,) = folder.glob("journal-*.jsonl")
        assert [sorted(content["tables"]) for _, _, content in read(journal)] == [["sealed"], ["sealed"]]

    async def test_a_row_keeps_its_name(self, folder: Path, store: TinyStore) -> None:
        record = await raised(store, next_due=NOW)
        ((before, first),) = _records(folder)
        async with store.transaction(SCHOOL) as tx:
            tx.put(record.but(next_due=NOW + timedelta(days=1)))
        ((after, second),) = _records(folder)
        assert after == before
        assert first["sealed"] != second["sealed"]
        assert first["next_due"] < second["next_due"]

    async def test_what_is_gone_is_gone_from_the_disk(self, folder: Path, store: TinyStore) -> None:
        record = await raised(store)
        many = len(load(folder).rows["sealed"])
        async with store.transaction(SCHOOL) as tx:
            tx.delete(Whisper, record.id, 1)
            tx.unshow(shown(record).key)
        assert len(load(folder).rows["sealed"]) == many - 3, "the record, its message and the alert that waited"

    async def test_what_was_queued_before_the_kind_was_known_is_taken_out_of_the_clear(self, folder: Path) -> None:
        store = await open_tiny(folder, vault=Vault([KEY]))
        await queue(store, alert(Whisper("K7Q4-9M2X")))
        assert load(folder).rows["outbox"]
        await raised(store)
        (taken, *_) = await claim(store)
        async with store.transaction(SCHOOL) as tx:
            tx.done(taken)
        assert not load(folder).rows["outbox"]
        await store.close()


async def test_a_sealed_audit_row_that_somebody_took_away_is_missed(folder: Path) -> None:
    store = await opened(folder)
    for _ in range(3):
        await raised(store)
    assert len(await who(store, hidden=True)) == 3
    await store.close()
    found, vault = load(folder), Vault([KEY])
    rows = {name: json.loads(vault.unseal(name, doc["sealed"])) for name, doc in found.rows["sealed"].items()}
    (second,) = [name for name, (_, id, _) in rows.items() if id == f"{SCHOOL}/2"]
    del found.rows["sealed"][second]
    write_snapshot(Disk(), folder / snapshot_name(found.next), found.rows)
    (folder / segment_name(found.next)).touch()
    store = await opened(folder)
    verdict = verify([audited async for audited in store.audit_rows(SCHOOL, hidden=True)])
    assert (verdict.broken, verdict.why) == (2, "it is numbered 3 where 2 should stand")
    await store.close()


class TestWithoutTheKey:
    """Carried along unread: by the store, by its snapshots, by backups and by what is put back."""

    async def test_it_is_said(self, folder: Path) -> None:
        store = await opened(folder)
        await put(store, Note("N-1"))
        await store.close()
        store = await open_tiny(folder)
        assert store.notices == []
        assert not store.unread
        await store.close()
        store = await opened(folder)
        await raised(store)
        assert store.notices == []
        assert not store.unread
        await store.close()
        store = await open_tiny(folder)
        assert [("EXEAT_KEY" in notice, "unread" in notice) for notice in store.notices] == [(True, True)]
        assert store.unread
        await store.close()

    async def test_it_outlives_a_snapshot(self, folder: Path) -> None:
        store = await opened(folder)
        ids = await live(store, 2)
        await store.close()
        store = await open_tiny(folder, snapshot_bytes=10_000)
        for number in range(100):
            await put(store, Note(f"M-{number}", text="boats" * 20))
        await store.close()
        assert list(folder.glob("snapshot-*.jsonl"))
        store = await opened(folder)
        assert {await heard(store, id) is not None for id in ids} == {True}
        assert len(await who(store, hidden=True)) == 4
        await store.close()

    async def test_a_backup_is_made_and_put_back(self, tmp_path: Path, folder: Path) -> None:
        store = await opened(folder)
        ids = await live(store)
        await store.close()
        await backup_folder(folder, tmp_path / "backup.tar.gz", NOW)
        await restore(tmp_path / "backup.tar.gz", tmp_path / "elsewhere")
        store = await opened(tmp_path / "elsewhere")
        assert [(await heard(store, id)) is not None for id in ids] == [True]
        assert await who(store, hidden=True) == [(1, "Ureporter"), (2, "Ulead")]
        await store.close()

    async def test_a_reader_beside_a_server_sees_none_of_it(self, folder: Path, store: TinyStore) -> None:
        ids = await live(store)
        reader = await read_tiny(folder)
        assert reader.unread
        assert (await reader.count(SCHOOL)).oldest_hidden is None
        with_key = await read_tiny(folder, kinds=(Whisper,), vault=Vault([KEY]))
        assert await heard(with_key, ids[0]) is not None


async def test_a_copy_made_while_a_commit_is_on_its_way_holds_nothing_in_the_clear(folder: Path) -> None:
    disk = GatedDisk()
    store = await opened(folder, disk=disk)
    record = await raised(store)

    async def replaced() -> None:
        async with store.transaction(SCHOOL) as tx:
            tx.delete(Whisper, record.id, 1)
            tx.unshow(shown(record).key)
            raise_it(tx, await tx.new_id(Whisper))

    disk.shut()
    under_way = asyncio.create_task(replaced())
    await asyncio.to_thread(disk.waiting.wait, 30)
    copies = [store.copy()]
    disk.open()
    await under_way
    copies.append(store.copy())
    for copy in copies:
        assert {table for table, rows in copy.items() if rows} == {"sealed"}
    await store.close()


async def test_commits_that_share_a_line_are_each_kept_where_they_belong(folder: Path) -> None:
    disk = GatedDisk()
    store = await opened(folder, disk=disk)
    disk.shut()
    first = asyncio.create_task(put(store, Note("N-0")))
    await asyncio.to_thread(disk.waiting.wait, 30)
    second, third = asyncio.create_task(raised(store)), asyncio.create_task(put(store, Note("N-1")))
    await asyncio.sleep(0)
    disk.open()
    record = await second
    await asyncio.gather(first, third)
    (journal,) = folder.glob("journal-*.jsonl")
    tables = [content["tables"] for _, _, content in read(journal)]
    assert [sorted(each) for each in tables] == [["numbers", "records"], ["numbers", "records", "sealed"]]
    assert list(tables[1]["records"]) == [f"{SCHOOL}/note/N-1"]
    assert tables[1]["numbers"] == {"": {"last": 2}}
    await store.close()
    store = await opened(folder)
    assert await heard(store, record.id) == record
    await store.close()


def _records(folder: Path) -> list[tuple[str, Doc]]:
    """The sealed rows on the disk that fall due."""
    return [(name, doc) for name, doc in load(folder).rows["sealed"].items() if "next_due" in doc]
