"""One line of a journal or snapshot: a checksum, a space, JSON, a line end.

No line contains a NUL byte: JSON escapes it. So where there is one, nothing was written, or not yet.
"""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from storage.contract import Damaged

_SUM = 16


def line(content: dict[str, Any]) -> bytes:
    """The content as a line."""
    text = orjson.dumps(content)
    return b"%s %s\n" % (_checksum(text), text)


def read(path: Path) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """The lines of the file: number (from 1), offset of the next line in bytes, content.

    Stops at the room that was made for more lines, and at an unfinished last line: one without its end, or
    with NUL bytes in it and after it nothing else. Raises Damaged for any other line that is not as it was written.
    """
    number, offset = 1, 0
    with path.open("rb") as file:
        while (raw := file.readline()).endswith(b"\n"):
            if not _sound(raw) and b"\0" in raw:
                if not any(rest.strip(b"\0") for rest in file):
                    return
                raw = _again(file, offset)
            if not _sound(raw):
                raise damaged(path, number, "its checksum does not match")
            offset += len(raw)
            yield number, offset, orjson.loads(raw[_SUM + 1 :])
            number += 1


def _again(file: BinaryIO, offset: int) -> bytes:
    """The line at the offset. Somebody may have been writing it, and then the one after it, as both were read."""
    file.seek(offset)
    return file.readline()


def _sound(raw: bytes) -> bool:
    return raw[:_SUM] == _checksum(raw[_SUM + 1 : -1]) and raw[_SUM : _SUM + 1] == b" "


def damaged(path: Path, number: int, why: str) -> Damaged:
    """The error for a line, in words that say what to do."""
    return Damaged(
        f"{path}, line {number}: {why}. What is on the disk is not what Exeat wrote. "
        "Nothing was changed. Restore the last backup, or keep this folder and ask for help."
    )


def _checksum(text: bytes) -> bytes:
    return blake2b(text, digest_size=_SUM // 2).hexdigest().encode()
