"""Files that are handed out together, in a folder or a zip, readable by the owner alone and never written over."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
import typer

from bot.cli.files import new_file

Written = Annotated[
    Path,
    typer.Argument(metavar="FOLDER", help="Where to write it: a new folder, or a new file ending in .zip."),
]


class Parcel(Protocol):
    """Takes files by a name with forward slashes."""

    def put(self, name: str, data: bytes) -> None:
        """Keep a file. Raises OSError when it cannot be written."""


@contextmanager
def parcel(path: Path) -> Iterator[Parcel]:
    """A zip where the name ends in .zip, else a folder. What could not be finished is taken away again.

    Raises FileExistsError when something is there already.
    """
    if path.suffix.casefold() == ".zip":
        file = new_file(path)
        try:
            with file, ZipFile(file, "w", ZIP_DEFLATED) as packed:
                yield _Zip(packed)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return
    path.mkdir(0o700)
    try:
        yield _Folder(path)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def as_json(data: Any) -> bytes:
    """Data as a file of JSON that people can read too."""
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, data: bytes) -> None:
        path = self._folder / name
        for above in reversed(path.relative_to(self._folder).parents[:-1]):
            (self._folder / above).mkdir(0o700, exist_ok=True)
        with new_file(path) as file:
            file.write(data)


class _Zip:
    def __init__(self, packed: ZipFile) -> None:
        self._packed = packed

    def put(self, name: str, data: bytes) -> None:
        entry = ZipInfo(name)
        entry.external_attr = 0o600 << 16
        entry.compress_type = ZIP_DEFLATED
        self._packed.writestr(entry, data)
