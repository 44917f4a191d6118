"""Backups: everything goes in but keys, comes back as it was, and a changed archive is noticed."""

import asyncio
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from policy.record import Ref
from storage.audit import verify
from storage.backup import Manifest, backup, backup_folder, restore
from storage.blobs import Blobs
from storage.contract import Damaged, Unavailable
from storage.rows import AuditEntry, Outgoing, Seen
from storage.tiny import InUse, open_tiny
from tests.storage.contract import NOW, SCHOOL, find, message, put
from tests.storage.note import Note


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A data folder with something of everything in it."""
    folder = tmp_path / "data"
    store = await open_tiny(folder)
    for number in range(5):
        async with store.transaction(SCHOOL) as tx:
            id = await tx.new_id(Note)
            tx.put(Note(id))
            tx.show(message(number, record=Ref("note", id)))
            tx.audit(AuditEntry(NOW, "ann", "wrote", Ref("note", id)))
            tx.queue(Outgoing(SCHOOL, "note", "ann", Ref("note", id)))
            tx.mark_seen(Seen(f"Ev{number}", Ref("note", id), "digest", NOW))
    await store.close()
    blobs = Blobs(folder / "blobs")
    for number in range(3):
        await blobs.put(b"picture %d" % number)
    (folder / "key").write_text("the secret key")
    return folder


async def test_it_comes_back_as_it_was(folder: Path, tmp_path: Path) -> None:
    archive, elsewhere = tmp_path / "backup.tar.gz", tmp_path / "elsewhere"
    made = await backup_folder(folder, archive, NOW)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert await restore(archive, elsewhere) == made
    before, after = await open_tiny(folder), await open_tiny(elsewhere)
    assert after.copy() == before.copy()
    async with after.transaction(SCHOOL) as tx:
        assert await tx.new_id(Note) == "N-6"
    assert verify([row async for row in after.audit_rows(SCHOOL)]).rows == 5
    await put(after, Note("N-6"))
    await before.close()
    await after.close()
    kept, restored = Blobs(folder / "blobs"), Blobs(elsewhere / "blobs")
    assert restored.names() == kept.names()
    assert [await restored.get(name) for name in restored.names()] == [await kept.get(name) for name in kept.names()]


async def test_no_key_and_no_stray_file_is_in_it(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    await backup_folder(folder, archive, NOW)
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert sorted(name.split("/")[0] for name in names) == ["blobs"] * 3 + [
        "manifest.json",
        "snapshot-000000000001.jsonl",
    ]


async def test_a_live_store_goes_on_meanwhile(folder: Path, tmp_path: Path) -> None:
    store = await open_tiny(folder)
    made, _ = await asyncio.gather(backup(store, tmp_path / "one.tar.gz", NOW), put(store, Note("late")))
    assert made.rows["records"] == 5
    assert (await backup(store, tmp_path / "two.tar.gz", NOW)).rows["records"] == 6
    await store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "one.tar.gz", "two.tar.gz"]


async def test_a_folder_in_use_is_not_backed_up_behind_its_back(folder: Path, tmp_path: Path) -> None:
    store = await open_tiny(folder)
    with pytest.raises(Unavailable, match="Another Exeat"):
        await backup_folder(folder, tmp_path / "backup.tar.gz", NOW)
    await store.close()


async def test_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="There is no folder"):
        await backup_folder(tmp_path / "nowhere", tmp_path / "backup.tar.gz", NOW)
    assert list(tmp_path.iterdir()) == []


async def test_a_target_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="could not be written"):
        await backup_folder(folder, tmp_path / "no" / "such" / "backup.tar.gz", NOW)


async def test_a_damaged_picture_is_left_out_and_named(folder: Path, tmp_path: Path) -> None:
    name = Blobs(folder / "blobs").names()[1]
    (folder / "blobs" / name).write_bytes(b"rot")
    made = await backup_folder(folder, tmp_path / "backup.tar.gz", NOW)
    assert made.left_out == (name,)
    await restore(tmp_path / "backup.tar.gz", tmp_path / "elsewhere")
    assert len(Blobs(tmp_path / "elsewhere" / "blobs").names()) == 2


async def test_only_an_empty_folder_is_restored_into(folder: Path, tmp_path: Path) -> None:
    archive, full, empty = tmp_path / "backup.tar.gz", tmp_path / "full", tmp_path / "empty"
    await backup_folder(folder, archive, NOW)
    full.mkdir()
    (full / "mine").write_text("mine")
    with pytest.raises(Unavailable, match="not empty"):
        await restore(archive, full)
    assert [path.name for path in full.iterdir()] == ["mine"]
    empty.mkdir()
    assert isinstance(await restore(archive, empty), Manifest)
    store = await open_tiny(empty)
    assert len(await find(store)) == 5
    await store.close()


async def test_nobody_serves_from_a_folder_that_is_being_restored_into(folder: Path, tmp_path: Path) -> None:
    archive, pipe, elsewhere = tmp_path / "backup.tar.gz", tmp_path / "pipe", tmp_path / "elsewhere"
    await backup_folder(folder, archive, NOW)
    os.mkfifo(pipe)
    restoring = asyncio.create_task(restore(pipe, elsewhere))
    with await asyncio.to_thread(pipe.open, "wb") as out:
        with pytest.raises(InUse):
            await open_tiny(elsewhere)
        await asyncio.to_thread(out.write, archive.read_bytes())
    await restoring
    store = await open_tiny(elsewhere)
    assert len(await find(store)) == 5
    await store.close()


Members = dict[str, bytes]


def _without(name: str) -> Callable[[Members], Members]:
    return lambda members: {key: data for key, data in members.items() if not key.startswith(name)}


def _rotten(name: str) -> Callable[[Members], Members]:
    return lambda members: {k: data[:-2] + b"~~" if k.startswith(name) else data for k, data in members.items()}


def _with(name: str) -> Callable[[Members], Members]:
    return lambda members: members | {name: b"more"}


def _shorter_chain(members: Members) -> Members:
    manifest = orjson.loads(members["manifest.json"])
    manifest["chains"][0]["rows"] += 1
    return members | {"manifest.json": orjson.dumps(manifest)}


@pytest.mark.parametrize(
    "change",
    [
        _without("manifest"),
        _without("snapshot"),
        _without("blobs"),
        _rotten("manifest"),
        _rotten("snapshot"),
        _rotten("blobs"),
        _with("../outside"),
        _with("/etc/outside"),
        _with("blobs/" + "0" * 64),
        _with("lock"),
        _shorter_chain,
    ],
)
@pytest.mark.parametrize("there", [True, False])
async def test_a_changed_archive_is_refused_and_leaves_nothing(
    folder: Path, tmp_path: Path, change: Callable[[Members], Members], there: bool
) -> None:
    archive, elsewhere = tmp_path / "backup.tar.gz", tmp_path / "elsewhere"
    await backup_folder(folder, archive, NOW)
    _rewrite(archive, change)
    if there:
        elsewhere.mkdir()
    with pytest.raises(Damaged):
        await restore(archive, elsewhere)
    assert elsewhere.exists() == there
    assert not there or list(elsewhere.iterdir()) == []
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("keep", [0, 10, 400, -10])
async def test_an_archive_cut_short_is_refused(folder: Path, tmp_path: Path, keep: int) -> None:
    archive = tmp_path / "backup.tar.gz"
    await backup_folder(folder, archive, NOW)
    archive.write_bytes(archive.read_bytes()[:keep])
    with pytest.raises(Damaged):
        await restore(archive, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


async def test_a_link_in_an_archive_is_refused(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        link = tarfile.TarInfo("manifest.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(Damaged):
        await restore(archive, tmp_path / "elsewhere")


def _rewrite(archive: Path, change: Callable[[Members], Members]) -> None:
    members: Members = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None
            members[member.name] = content.read()
    with tarfile.open(archive, "w:gz") as tar:
        for name, data in change(members).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
