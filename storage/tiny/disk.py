"""The few things done to a disk, in one place, so that a test can record them or make them fail."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


class Disk:
    """The real disk. Every method raises OSError when it cannot do what it says.

    What root creates belongs to whoever the folder above belongs to: a command that root runs on a server that is
    stopped shuts out nobody who serves from that folder.
    """

    def make_folder(self, folder: Path) -> None:
        """Create the folder and those above it, for the owner alone, so that they would survive a loss of power."""
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in reversed(missing):
            _give_away(path, path.parent)
        for path in missing:
            self.sync_folder(path.parent)

    def append(self, path: Path) -> int:
        """Open the file for appending, created for the owner alone."""
        return opened(path, os.O_WRONLY | os.O_APPEND)

    def edit(self, path: Path) -> int:
        """Open the file for `overwrite`, created for the owner alone."""
        return opened(path, os.O_WRONLY)

    def write(self, file: int, data: bytes) -> None:
        """Write all of the data."""
        view = memoryview(data)
        while view:
            view = view[os.write(file, view) :]

    def overwrite(self, file: int, data: bytes, offset: int) -> None:
        """Write all of the data from that byte of the file on, over what stands there."""
        view = memoryview(data)
        while view:
            written = os.pwrite(file, view, offset)
            view, offset = view[written:], offset + written

    def sync(self, file: int) -> None:
        """Return when what was written to the file would survive a loss of power."""
        os.fdatasync(file)

    def truncate(self, file: int, size: int) -> None:
        """Cut the file to so many bytes."""
        os.ftruncate(file, size)

    def close(self, file: int) -> None:
        """Let go of the file."""
        os.close(file)

    def rename(self, source: Path, target: Path) -> None:
        """Give the file its name, in place of what had it."""
        os.replace(source, target)

    def remove(self, path: Path) -> None:
        """Take the file away."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in the folder would survive a loss of power."""
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(file)
        finally:
            os.close(file)

    def keep(self, path: Path, data: bytes) -> None:
        """Write a whole file so that, whatever happens, it is there entirely or not at all."""
        aside = path.with_name(f"{path.name}.{token_hex(4)}.part")
        file = self.append(aside)
        try:
            self.write(file, data)
            self.sync(file)
        except OSError:
            self.remove(aside)
            raise
        finally:
            self.close(file)
        self.rename(aside, path)
        self.sync_folder(path.parent)


def opened(path: Path, flags: int) -> int:
    """Open the file, created for the owner alone if it is not there. Raises OSError."""
    try:
        file = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags)
    _give_away(file, path.parent)
    return file


def _give_away(made: int | Path, above: Path) -> None:
    """Give what root has just created to whoever the folder above belongs to, on disks that know of owners."""
    if os.geteuid() == 0:
        with suppress(OSError):
            owner = above.stat()
            if isinstance(made, int):
                os.fchown(made, owner.st_uid, owner.st_gid)
            else:
                os.lchown(made, owner.st_uid, owner.st_gid)
