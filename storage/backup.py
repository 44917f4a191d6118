"""Backups: everything a school has in one file, and putting it back into an empty folder."""

import asyncio
import gzip
import io
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from secrets import token_hex
from typing import IO

import orjson

from storage.audit import Verdict, verify
from storage.blobs import Blobs
from storage.codec import Doc, build, plain
from storage.contract import Damaged, Unavailable
from storage.rows import AuditRow
from storage.tiny import TinyStore, open_tiny
from storage.tiny.disk import Disk
from storage.tiny.journal import load, segment_name, snapshot_name, write_snapshot
from storage.tiny.opening import take
from storage.tiny.veil import SEALED

_MANIFEST, _RECORDS = "manifest.json", snapshot_name(1)
_BLOB = re.compile(r"blobs/([0-9a-f]{64})")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Chain:
    """How far a school's audit chain goes."""

    school: str
    rows: int
    head: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `files` maps each name to its SHA-256; `left_out` names pictures that were damaged.

    `rows` counts what is in the clear, by table, and the chains are those in the clear.
    """

    made_at: datetime
    files: dict[str, str]
    rows: dict[str, int]
    chains: tuple[Chain, ...]
    left_out: tuple[str, ...] = ()
    format: int = 1


async def backup(store: TinyStore, target: Path, now: datetime) -> Manifest:
    """Write everything that is durable now, and every picture, into one gzipped tar (0600); keys are not in it.

    Commits go on meanwhile. Raises Unavailable when the disk refuses; then `target` is not touched.
    """
    rows = store.copy()
    try:
        return await asyncio.to_thread(_write, rows, store.folder / "blobs", target, now)
    except OSError as error:
        raise Unavailable(f"The backup could not be written to {target} ({error.strerror or error}).") from error


async def backup_folder(folder: Path, target: Path, now: datetime) -> Manifest:
    """The same for a folder that no server is using. Raises Unavailable when one is, or when there is no folder."""
    if not await asyncio.to_thread(folder.is_dir):
        raise Unavailable(f"There is no folder {folder} to back up.")
    store = await open_tiny(folder)
    try:
        return await backup(store, target, now)
    finally:
        await store.close()


async def restore(archive: Path, folder: Path) -> Manifest:
    """Put a backup into a folder that is empty or not there yet, and check every file and audit chain.

    Nobody else can use the folder meanwhile. Raises Unavailable when it is in use, not empty or cannot be written,
    Damaged when the backup is not what was written; the folder is then left as empty as it was.
    """
    return await asyncio.to_thread(_restore, archive, folder)


def _write(rows: dict[str, dict[str, Doc]], blobs: Path, target: Path, now: datetime) -> Manifest:
    disk = Disk()
    work = target.with_name(f".{target.name}.{token_hex(4)}")
    work.mkdir(mode=0o700)
    records, part = work / _RECORDS, work / "archive"
    try:
        write_snapshot(disk, records, rows)
        manifest = _survey(rows, records, Blobs(blobs), now)
        file = disk.append(part)
        try:
            with os.fdopen(os.dup(file), "wb") as out, tarfile.open(fileobj=out, mode="w:gz") as tar:
                _add(tar, _MANIFEST, orjson.dumps(plain(manifest), option=orjson.OPT_INDENT_2))
                for name in manifest.files:
                    tar.add(records if name == _RECORDS else blobs.parent / name, name, filter=_nameless)
            disk.sync(file)
        finally:
            disk.close(file)
        disk.rename(part, target)
        disk.sync_folder(target.parent)
        return manifest
    finally:
        for path in work.iterdir():
            disk.remove(path)
        work.rmdir()


def _survey(rows: Mapping[str, Mapping[str, Doc]], records: Path, blobs: Blobs, now: datetime) -> Manifest:
    files, left_out = {_RECORDS: _sha(records)}, []
    for name in blobs.names():
        if _sha(blobs.folder / name) == name:
            files[f"blobs/{name}"] = name
        else:
            left_out.append(name)
    counts = {table: len(docs) for table, docs in rows.items() if table != SEALED}
    chains = tuple(Chain(school, verdict.rows, verdict.head) for school, verdict in _verdicts(rows).items())
    return Manifest(now, files, counts, chains, tuple(left_out))


def _verdicts(rows: Mapping[str, Mapping[str, Doc]]) -> dict[str, Verdict]:
    chains: dict[str, list[AuditRow]] = {}
    for doc in rows.get("audit", {}).values():
        chains.setdefault(doc["school"], []).append(build(AuditRow, doc))
    return {school: verify(sorted(chain, key=lambda row: row.seq)) for school, chain in sorted(chains.items())}


def _restore(archive: Path, folder: Path) -> Manifest:
    was_there = folder.exists()
    try:
        if was_there and any(folder.iterdir()):
            raise Unavailable(f"{folder} is not empty. A backup is put back into an empty folder only.")
    except OSError as error:
        raise Unavailable(f"{folder} cannot be read ({error.strerror or error}).") from error
    lock = take(folder, Disk())
    try:
        hashes, manifest = _unpack(archive, folder)
        _check(archive, folder, hashes, manifest)
        return manifest
    except OSError as error:
        _empty(folder, was_there)
        raise Unavailable(f"The backup could not be put back ({error.strerror or error}).") from error
    except BaseException:
        _empty(folder, was_there)
        raise
    finally:
        os.close(lock)


def _unpack(archive: Path, folder: Path) -> tuple[dict[str, str], Manifest]:
    hashes: dict[str, str] = {}
    manifest = None
    try:
        with gzip.open(archive) as whole, tarfile.open(fileobj=whole, mode="r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None:
                    raise Damaged(f"{archive} holds {member.name!r}, which no backup does.")
                if member.name == _MANIFEST and manifest is None:
                    manifest = build(Manifest, orjson.loads(content.read()))
                elif member.name == _RECORDS or _BLOB.fullmatch(member.name):
                    hashes[member.name] = _save(folder / member.name, content)
                else:
                    raise Damaged(f"{archive} holds {member.name!r}, which no backup does.")
            while whole.read(_PIECE):
                continue
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError, AttributeError) as error:
        raise Damaged(f"{archive} does not read as a backup: {error}") from error
    if manifest is None:
        raise Damaged(f"{archive} has no list of what it holds, so it is not a whole backup.")
    return hashes, manifest


def _check(archive: Path, folder: Path, hashes: dict[str, str], manifest: Manifest) -> None:
    for name in sorted(hashes.keys() | manifest.files.keys()):
        if hashes.get(name) != manifest.files.get(name):
            raise Damaged(f"{archive}: {name} is not what was backed up.")
    disk = Disk()
    disk.close(disk.append(folder / segment_name(1)))
    disk.sync_folder(folder)
    rows = load(folder).rows
    verdicts = _verdicts(rows)
    for school, verdict in verdicts.items():
        if not verdict.sound:
            raise Damaged(f"{archive}: row {verdict.broken} of the audit of {school}: {verdict.why}.")
    found = tuple(Chain(school, verdict.rows, verdict.head) for school, verdict in verdicts.items())
    if found != manifest.chains:
        raise Damaged(f"{archive}: the audit does not end where it ended when the backup was made.")


def _save(path: Path, content: IO[bytes]) -> str:
    disk, digest = Disk(), sha256()
    disk.make_folder(path.parent)
    file = disk.append(path)
    try:
        while piece := content.read(_PIECE):
            digest.update(piece)
            disk.write(file, piece)
        disk.sync(file)
    finally:
        disk.close(file)
    disk.sync_folder(path.parent)
    return digest.hexdigest()


def _empty(folder: Path, keep: bool) -> None:
    """Take back a restore that failed; before it the folder was empty, or (unless `keep`) not there."""
    for path in list(folder.iterdir()):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    if not keep:
        folder.rmdir()


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    tar.addfile(member, io.BytesIO(data))


def _nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
