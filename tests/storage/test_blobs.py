"""Pictures: kept under their hash, checked when read, swept when nobody names them."""

import asyncio
import errno
import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from storage.blobs import Blobs
from storage.contract import Damaged, Unavailable
from tests.fakes.disks import FailingDisk, TracingDisk

PICTURE = b"\x89PNG a harbour"
NAME = sha256(PICTURE).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "data" / "blobs")


async def test_what_was_put_is_there_under_its_hash(blobs: Blobs) -> None:
    assert await blobs.put(PICTURE) == NAME
    assert await blobs.put(PICTURE) == NAME
    assert await blobs.get(NAME) == PICTURE
    assert blobs.names() == [NAME]
    assert blobs.folder.stat().st_mode & 0o777 == 0o700
    assert (blobs.folder / NAME).stat().st_mode & 0o777 == 0o600


async def test_the_same_picture_put_many_times_at_once(blobs: Blobs) -> None:
    assert set(await asyncio.gather(*(blobs.put(PICTURE) for _ in range(20)))) == {NAME}
    assert [path.name for path in blobs.folder.iterdir()] == [NAME]


async def test_it_is_synced_before_it_has_its_name(tmp_path: Path) -> None:
    disk = TracingDisk()
    await Blobs(tmp_path, disk).put(PICTURE)
    assert [step.what for step in disk.steps] == ["create", "write", "sync", "rename", "sync_folder"]
    assert disk.steps[3].target == NAME


async def test_of_one_that_is_there_already_the_name_is_synced(tmp_path: Path) -> None:
    disk = TracingDisk()
    await Blobs(tmp_path, disk).put(PICTURE)
    disk.steps.clear()
    await Blobs(tmp_path, disk).put(PICTURE)
    assert [step.what for step in disk.steps] == ["sync_folder"]


@pytest.mark.parametrize("name", ["0" * 64, "", "../lock", NAME.upper(), f"{NAME}\n"])
async def test_there_is_no_such_picture(blobs: Blobs, name: str) -> None:
    await blobs.put(PICTURE)
    with pytest.raises(LookupError):
        await blobs.get(name)


async def test_a_changed_picture_is_not_given(blobs: Blobs) -> None:
    await blobs.put(PICTURE)
    (blobs.folder / NAME).write_bytes(PICTURE[:-1] + b"R")
    with pytest.raises(Damaged, match=NAME):
        await blobs.get(NAME)


async def test_a_cut_off_picture_is_put_again(blobs: Blobs) -> None:
    await blobs.put(PICTURE)
    (blobs.folder / NAME).write_bytes(PICTURE[:3])
    await blobs.put(PICTURE)
    assert await blobs.get(NAME) == PICTURE


@pytest.mark.parametrize("failing", ["append", "write", "sync"])
async def test_a_disk_that_refuses_leaves_nothing(tmp_path: Path, failing: str) -> None:
    with pytest.raises(Unavailable, match="No space left"):
        await Blobs(tmp_path, FailingDisk(errno.ENOSPC, {failing})).put(PICTURE)
    assert list(tmp_path.iterdir()) == []


async def test_what_nobody_names_is_swept_after_its_time(blobs: Blobs) -> None:
    kept, orphan = await blobs.put(b"kept"), await blobs.put(b"orphan")
    old = datetime(2020, 1, 4, 9, tzinfo=UTC)
    for path in blobs.folder.iterdir():
        os.utime(path, (old.timestamp(), old.timestamp()))
    new = await blobs.put(b"new")
    assert await blobs.sweep({kept}, old) == 0
    assert await blobs.sweep({kept}, old + timedelta(seconds=1)) == 1
    assert sorted([kept, new]) == blobs.names()
    assert orphan not in blobs.names()


async def test_putting_an_old_orphan_again_saves_it_from_the_sweep(blobs: Blobs) -> None:
    orphan = await blobs.put(b"orphan")
    old = datetime(2020, 1, 4, 9, tzinfo=UTC)
    os.utime(blobs.folder / orphan, (old.timestamp(), old.timestamp()))
    await blobs.put(b"orphan")
    now = (blobs.folder / await blobs.put(b"new")).stat().st_mtime
    assert await blobs.sweep(set(), datetime.fromtimestamp(now, UTC) - timedelta(hours=24)) == 0
    assert orphan in blobs.names()


async def test_nothing_to_sweep_in_a_folder_that_is_not_there(blobs: Blobs) -> None:
    assert await blobs.sweep(set(), datetime(2027, 1, 4, tzinfo=UTC)) == 0
