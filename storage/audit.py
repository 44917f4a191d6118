"""The audit chain: each row carries the hash of the one before, so that nothing can be altered unseen."""

import os
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import orjson

from storage.codec import Doc, build, plain
from storage.rows import AuditRow

START = "0" * 64
"""What the first row names as the hash before it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at a chain found: how many rows are sound from the first, and the hash of the last of them.

    `broken` is the place (from 1) of the first row that is not as it was written, or None; `why` says what
    is wrong with it. Rows cut off the end leave a sound chain: compare `rows` and `head` with an earlier
    export to notice that.
    """

    rows: int
    head: str
    broken: int | None = None
    why: str = ""

    @property
    def sound(self) -> bool:
        """Whether every row is as it was written."""
        return self.broken is None


def link(last: Doc | None, school: str, entry: Doc) -> Doc:
    """The entry in its place after the row given (None: as the first of the school), all as `plain` makes them."""
    seq, previous = (last["seq"] + 1, last["hash"]) if last else (1, START)
    content = {"seq": seq, "school": school, "entry": entry, "previous": previous}
    return content | {"hash": _sum(content)}


def fingerprint(row: AuditRow) -> str:
    """SHA-256, in hex, over the canonical JSON (names sorted, no spaces, UTF-8) of the row without its hash."""
    content = plain(row)
    del content["hash"]
    return _sum(content)


def _sum(content: Doc) -> str:
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def verify(rows: Iterable[AuditRow]) -> Verdict:
    """Whether the rows, from the first of a school's chain, are as they were written."""
    seq, head, school = 0, START, None
    for row in rows:
        why = _wrong(row, seq, head, row.school if school is None else school)
        if why:
            return Verdict(seq, head, seq + 1, why)
        seq, head, school = row.seq, row.hash, row.school
    return Verdict(seq, head)


def verify_file(path: Path) -> Verdict:
    """The same for an exported file: one row a line, as `export` writes it. Raises OSError if it cannot be read."""
    reading = _Reading(path)
    verdict = verify(reading)
    if verdict.sound and reading.why:
        return replace(verdict, broken=verdict.rows + 1, why=reading.why)
    return verdict


async def export(rows: AsyncIterator[AuditRow], path: Path) -> int:
    """Write the chain as JSON Lines (readable by the owner alone) and give the number of rows. Raises OSError."""
    count = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        async for row in rows:
            file.write(orjson.dumps(plain(row), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


class _Reading:
    """The rows of an exported file; `why` says what stopped it before the end."""

    def __init__(self, path: Path) -> None:
        self._path, self.why = path, ""

    def __iter__(self) -> Iterator[AuditRow]:
        with self._path.open("rb") as file:
            for line in file:
                try:
                    row = build(AuditRow, orjson.loads(line))
                except (ValueError, AttributeError) as error:
                    self.why = f"it does not read as an audit row: {type(error).__name__}"
                    return
                yield row


def _wrong(row: AuditRow, seq: int, head: str, school: str) -> str:
    if row.seq != seq + 1:
        return f"it is numbered {row.seq} where {seq + 1} should stand"
    if row.school != school:
        return f"it belongs to {row.school}, the rows before it to {school}"
    if row.previous != head:
        return "it does not follow from the row before it"
    if row.hash != fingerprint(row):
        return "its content is not what was written"
    return ""
