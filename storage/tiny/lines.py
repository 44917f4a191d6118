"""One line of a journal or snapshot: a checksum, a space, JSON, a line end."""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from storage.contract import Damaged

_SUM = 16


def line(content: dict[str, Any]) -> bytes:
    """The content as a line."""
    text = orjson.dumps(content)
    return b"%s %s\n" % (_checksum(text), text)


def read(path: Path) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """The lines of the file: number (from 1), offset of the next line in bytes, content.

    Stops at an unterminated last line. Raises Damaged for a complete line that is not as it was written.
    """
    offset = 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if not raw.endswith(b"\n"):
                return
            offset += len(raw)
            yield number, offset, _content(path, number, raw)


def _content(path: Path, number: int, raw: bytes) -> dict[str, Any]:
    text = raw[_SUM + 1 : -1]
    if raw[:_SUM] != _checksum(text) or raw[_SUM : _SUM + 1] != b" ":
        raise damaged(path, number, "its checksum does not match")
    content: dict[str, Any] = orjson.loads(text)
    return content


def damaged(path: Path, number: int, why: str) -> Damaged:
    """The error for a line, in words that say what to do."""
    return Damaged(
        f"{path}, line {number}: {why}. What is on the disk is not what Exeat wrote. "
        "Nothing was changed. Restore the last backup, or keep this folder and ask for help."
    )


def _checksum(text: bytes) -> bytes:
    return blake2b(text, digest_size=_SUM // 2).hexdigest().encode()
