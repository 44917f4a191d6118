"""Pictures, each in a file named by the SHA-256 of its bytes."""

import asyncio
import os
import re
from collections.abc import Iterator, Set
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from storage.contract import Damaged, Unavailable
from storage.tiny.disk import Disk

_SHA = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """A folder of blobs, readable by the owner alone; it is created when the first blob is put."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.folder = folder
        self._disk = disk or Disk()

    async def put(self, data: bytes) -> str:
        """Keep the bytes and give their SHA-256 in hex; they would survive a loss of power on return.

        Raises Unavailable when the disk refuses.
        """
        return await asyncio.to_thread(self._put, data)

    async def get(self, sha: str) -> bytes:
        """The bytes. Raises LookupError when there are none, Damaged when they are not what was put."""
        return await asyncio.to_thread(self._get, sha)

    async def sweep(self, keep: Set[str], older_than: datetime) -> int:
        """Remove what is not in `keep` and was put before the moment given (aware); how many were removed."""
        return await asyncio.to_thread(self._sweep, keep, older_than)

    def names(self) -> list[str]:
        """The hashes of all blobs, sorted."""
        return sorted(path.name for path in self._files() if _SHA.fullmatch(path.name))

    def _put(self, data: bytes) -> str:
        sha = sha256(data).hexdigest()
        path = self.folder / sha
        try:
            self._disk.make_folder(self.folder)
            if path.is_file() and path.stat().st_size == len(data):
                os.utime(path)
                self._disk.sync_folder(self.folder)
            else:
                self._disk.keep(path, data)
        except OSError as error:
            raise Unavailable(f"The picture could not be kept ({error.strerror or error}).") from error
        return sha

    def _get(self, sha: str) -> bytes:
        if not _SHA.fullmatch(sha):
            raise LookupError(f"{sha!r} is not the name of a picture")
        path = self.folder / sha
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise LookupError(f"there is no picture {sha}") from None
        except OSError as error:
            raise Unavailable(f"The picture could not be read ({error.strerror or error}).") from error
        if sha256(data).hexdigest() != sha:
            raise Damaged(f"{path} is not the picture that was put there. Restore it from the last backup.")
        return data

    def _sweep(self, keep: Set[str], older_than: datetime) -> int:
        before = older_than.timestamp()
        orphans = [p for p in self._files() if p.name not in keep and p.stat().st_mtime < before]
        for path in orphans:
            self._disk.remove(path)
        return len(orphans)

    def _files(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from (path for path in self.folder.iterdir() if path.is_file())
