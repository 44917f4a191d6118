"""The journal: every commit in the order it was made, in segments, and the snapshot it goes on from."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.codec import Doc
from storage.contract import Damaged
from storage.tiny.disk import Disk
from storage.tiny.lines import damaged, line, read
from storage.tiny.state import Batch

ROOM_BYTES = 1 << 20
"""By how much a segment grows, in bytes, so that most commits need not wait for its size to be kept as well."""
_ROWS_A_LINE = 64
"""In a snapshot: few enough that writing one does not hold up the commits that go on beside it."""


@dataclass(slots=True)
class Found:
    """What a folder holds: rows by table and id, the number of the next commit, and what was noticed."""

    rows: dict[str, dict[str, Doc]] = field(default_factory=dict)
    next: int = 1
    size: int = 0
    """Bytes of journal since the snapshot."""
    snapshot: int = 0
    """Bytes of the snapshot."""
    segment: Path | None = None
    """The segment to go on with."""
    end: int = 0
    """The offset behind its last line."""
    torn: tuple[Path, int] | None = None
    """A segment with an unfinished last line, and the offset where that line starts."""


def segment_name(first: int) -> str:
    """The file that holds the commits from that number on."""
    return f"journal-{first:012}.jsonl"


def snapshot_name(next: int) -> str:
    """The file that holds everything before the commit of that number."""
    return f"snapshot-{next:012}.jsonl"


def load(folder: Path) -> Found:
    """What the folder holds: its newest snapshot, then the commits after it. Changes nothing.

    Raises Damaged, naming file and line, for anything but an unfinished last line, and OSError.
    """
    found = Found()
    snapshots = sorted(folder.glob("snapshot-*.jsonl"))
    if snapshots:
        _load_snapshot(snapshots[-1], found)
        found.snapshot = snapshots[-1].stat().st_size
    segments = [path for path in sorted(folder.glob("journal-*.jsonl")) if _number(path) >= found.next]
    if (snapshots and not segments) or (segments and _number(segments[0]) != found.next):
        raise Damaged(
            f"{folder / segment_name(found.next)} is missing. "
            "Restore the last backup, or keep this folder and ask for help."
        )
    for path in segments:
        _load_segment(path, found)
    return found


def superseded(folder: Path) -> list[Path]:
    """Files that the newest snapshot has made needless, and what an interrupted write left behind."""
    snapshots = sorted(folder.glob("snapshot-*.jsonl"))
    leftover = list(folder.glob("snapshot-*.part"))
    if not snapshots:
        return leftover
    start = _number(snapshots[-1])
    return leftover + snapshots[:-1] + [p for p in folder.glob("journal-*.jsonl") if _number(p) < start]


def write_snapshot(disk: Disk, path: Path, rows: dict[str, dict[str, Doc]]) -> None:
    """Write the rows of all tables as a snapshot: there entirely, under its name, or not at all. Raises OSError."""
    aside = path.with_name(f"{path.name}.part")
    disk.remove(aside)
    file = disk.append(aside)
    try:
        lines = 1
        disk.write(file, line({"snapshot": _number(path)}))
        for table, docs in rows.items():
            ids = list(docs)
            for start in range(0, len(ids), _ROWS_A_LINE):
                part = {id: docs[id] for id in ids[start : start + _ROWS_A_LINE]}
                disk.write(file, line({"table": table, "rows": part}))
                lines += 1
        disk.write(file, line({"lines": lines}))
        disk.sync(file)
    except BaseException:
        disk.remove(aside)
        raise
    finally:
        disk.close(file)
    disk.rename(aside, path)
    disk.sync_folder(path.parent)


class Journal:
    """The open end of the journal. Its methods wait for the disk, so they are called in a thread.

    Its segment has room, filled with NUL bytes, for lines to come: writing one there changes nothing else on the
    disk, which makes its sync much quicker. All methods raise OSError. After `append` has failed the journal is
    only to be closed.
    """

    def __init__(self, disk: Disk, folder: Path, found: Found, room: int = ROOM_BYTES) -> None:
        self._disk, self._folder, self._room = disk, folder, room
        self.next, self.since_snapshot = found.next, found.size
        self._file = disk.edit(found.segment or folder / segment_name(found.next))
        self._end, self._size = found.end, os.fstat(self._file).st_size
        self._failed = False
        try:
            disk.sync(self._file)
            disk.sync_folder(folder)
        except OSError:
            disk.close(self._file)
            raise

    def append(self, batch: Batch) -> None:
        """Return when the batch, as one line, would survive a loss of power."""
        data = line({"n": self.next, "tables": batch})
        end = self._end + len(data)
        room = 0 if end <= self._size else -end % self._room
        try:
            self._disk.overwrite(self._file, data + bytes(room), self._end)
            self._disk.sync(self._file)
        except OSError as error:
            self._failed = True
            self._cut_off(error)
            raise
        self.next += 1
        self._end, self._size = end, max(self._size, end + room)
        self.since_snapshot += len(data)

    def _cut_off(self, error: OSError) -> None:
        """Take back what was refused, so that it is not found at the next start."""
        try:
            self._disk.truncate(self._file, self._end)
        except OSError as another:
            error.add_note(f"and the journal could not be cut back: {another}")

    def rotate(self) -> Path:
        """Go on in a new segment, and give the name of the snapshot to be made of what is before it."""
        file = self._disk.edit(self._folder / segment_name(self.next))
        try:
            self._disk.sync_folder(self._folder)
        except OSError:
            self._disk.close(file)
            raise
        self._disk.close(self._file)
        self._file, self._end, self._size, self.since_snapshot = file, 0, 0, 0
        return self._folder / snapshot_name(self.next)

    def close(self) -> None:
        """Let go of the segment, without the room that was not needed."""
        try:
            if not self._failed and self._size > self._end:
                self._disk.truncate(self._file, self._end)
        finally:
            self._disk.close(self._file)


def set_aside(disk: Disk, torn: tuple[Path, int]) -> Path:
    """Move the bytes of an unfinished last line into a file of their own, and give its name. Raises OSError."""
    path, offset = torn
    data = path.read_bytes()[offset:].rstrip(b"\0")
    kept = path.with_name(f"{path.name}.torn-{offset}")
    again = 1
    while kept.exists():
        again += 1
        kept = path.with_name(f"{path.name}.torn-{offset}-{again}")
    disk.keep(kept, data)
    file = disk.edit(path)
    try:
        disk.truncate(file, offset)
        disk.sync(file)
    finally:
        disk.close(file)
    return kept


def _load_snapshot(path: Path, found: Found) -> None:
    number, lines = 0, 0
    for number, _, content in read(path):
        match content:
            case {"snapshot": int(next)} if number == 1 and next == _number(path):
                found.next = next
            case {"table": str(table), "rows": dict(rows)} if number > 1 and not lines:
                found.rows.setdefault(table, {}).update(rows)
            case {"lines": int(lines)} if lines == number - 1:
                pass
            case _:
                raise damaged(path, number, "it does not belong there")
    if not lines:
        raise damaged(path, number + 1, "the rest of the snapshot is missing")


def _load_segment(path: Path, found: Found) -> None:
    if found.torn is not None and _after(path, 0):
        raise damaged(found.torn[0], _lines(found.torn[0]) + 1, "it breaks off, though more was written after it")
    end = 0
    for number, offset, content in read(path):
        if content.get("n") != found.next:
            raise damaged(path, number, f"commit {found.next} should stand there")
        _replay(content["tables"], found.rows)
        found.next += 1
        end = offset
    if _after(path, end):
        found.torn = (path, end)
    found.size += end
    found.segment, found.end = path, end


def _replay(tables: dict[str, Any], rows: dict[str, dict[str, Doc]]) -> None:
    for table, written in tables.items():
        kept = rows.setdefault(table, {})
        for id, doc in written.items():
            if doc is None:
                kept.pop(id, None)
            else:
                kept[id] = doc


def _after(path: Path, offset: int) -> bool:
    """Whether anything but room stands in the file behind that offset."""
    with path.open("rb") as file:
        file.seek(offset)
        return any(piece.strip(b"\0") for piece in file)


def _lines(path: Path) -> int:
    return sum(1 for _ in read(path))


def _number(path: Path) -> int:
    return int(path.stem.split("-")[1])
