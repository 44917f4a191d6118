"""Disks for the tests of the store: one that fails when told, one that waits to be let go, one that keeps a trace."""

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from storage.tiny.disk import Disk


@dataclass
class FailingDisk(Disk):
    """Raises the error given whenever a method named in `failing` is called, and counts all calls.

    "write" stands for both ways of writing; half of what is to be written is then written.

    With `only`, names of files that begin otherwise are spared.
    """

    error: int = errno.ENOSPC
    failing: set[str] = field(default_factory=set)
    only: str = ""
    calls: dict[str, int] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def append(self, path: Path) -> int:
        self._call("append", path.name)
        file = super().append(path)
        self._names[file] = path.name
        return file

    def edit(self, path: Path) -> int:
        self._call("edit", path.name)
        file = super().edit(path)
        self._names[file] = path.name
        return file

    def write(self, file: int, data: bytes) -> None:
        half = data[: len(data) // 2]
        self._call("write", self._names[file], partly=lambda: super(FailingDisk, self).write(file, half))
        super().write(file, data)

    def overwrite(self, file: int, data: bytes, offset: int) -> None:
        half = data[: len(data.rstrip(b"\0")) // 2]
        self._call("write", self._names[file], partly=lambda: super(FailingDisk, self).overwrite(file, half, offset))
        super().overwrite(file, data, offset)

    def sync(self, file: int) -> None:
        self._call("sync", self._names[file])
        super().sync(file)

    def truncate(self, file: int, size: int) -> None:
        self._call("truncate", self._names[file])
        super().truncate(file, size)

    def _call(self, method: str, name: str, partly: Callable[[], None] = lambda: None) -> None:
        self.calls[method] = self.calls.get(method, 0) + 1
        if method in self.failing and name.startswith(self.only):
            partly()
            raise OSError(self.error, os.strerror(self.error))


class GatedDisk(Disk):
    """Every sync waits, once `shut` is called, until `open` is; `waiting` says that one does."""

    def __init__(self) -> None:
        self._gate = threading.Event()
        self._gate.set()
        self.waiting = threading.Event()
        self.syncs = 0

    def shut(self) -> None:
        self._gate.clear()
        self.waiting.clear()

    def open(self) -> None:
        self._gate.set()

    def sync(self, file: int) -> None:
        self.waiting.set()
        if not self._gate.wait(30):
            raise OSError(errno.EIO, "nobody opened the gate")
        self.syncs += 1
        super().sync(file)


class StuckDisk(Disk):
    """Is stuck once a file is whole and before it gets its name; with a `fault`, raises that where the file begins.

    `stuck` says that it is, and `goes_on` lets it go on.
    """

    def __init__(self, fault: Exception | None = None) -> None:
        self.stuck, self.goes_on, self._fault = threading.Event(), threading.Event(), fault

    def write(self, file: int, data: bytes) -> None:
        if self._fault is not None:
            raise self._fault
        super().write(file, data)

    def rename(self, source: Path, target: Path) -> None:
        self.stuck.set()
        if not self.goes_on.wait(30):
            raise OSError(errno.EIO, "nobody let it go on")
        super().rename(source, target)


@dataclass(frozen=True)
class Step:
    """One thing done to the disk, or an acknowledgement given (`what` is "ack")."""

    what: str
    name: str
    data: bytes = b""
    offset: int | None = None
    """Where `data` was written; None: behind all that the file held."""
    size: int = 0
    target: str = ""


class TracingDisk(Disk):
    """Keeps a trace of everything it does. Without `honest` its syncs do nothing and leave no trace."""

    def __init__(self, honest: bool = True) -> None:
        self.honest = honest
        self.steps: list[Step] = []
        self._names: dict[int, str] = {}

    def ack(self, name: str) -> None:
        """Note that somebody was told that their commit is safe."""
        self.steps.append(Step("ack", name))

    def append(self, path: Path) -> int:
        self._note_new(path)
        file = super().append(path)
        self._names[file] = path.name
        return file

    def edit(self, path: Path) -> int:
        self._note_new(path)
        file = super().edit(path)
        self._names[file] = path.name
        return file

    def write(self, file: int, data: bytes) -> None:
        super().write(file, data)
        self.steps.append(Step("write", self._names[file], data))

    def overwrite(self, file: int, data: bytes, offset: int) -> None:
        super().overwrite(file, data, offset)
        self.steps.append(Step("write", self._names[file], data, offset))

    def sync(self, file: int) -> None:
        if self.honest:
            super().sync(file)
            self.steps.append(Step("sync", self._names[file]))

    def truncate(self, file: int, size: int) -> None:
        super().truncate(file, size)
        self.steps.append(Step("truncate", self._names[file], size=size))

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.steps.append(Step("rename", source.name, target=target.name))

    def remove(self, path: Path) -> None:
        if path.exists():
            self.steps.append(Step("remove", path.name))
        super().remove(path)

    def sync_folder(self, folder: Path) -> None:
        if self.honest:
            super().sync_folder(folder)
            self.steps.append(Step("sync_folder", folder.name))

    def _note_new(self, path: Path) -> None:
        if not path.exists():
            self.steps.append(Step("create", path.name))
