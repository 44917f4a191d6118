"""Reading TOML so that every mistake is found at once and every value knows its line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""Where a value stands: `("people", "deputies", 1)`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A header or a `key = value`, with comments and blank lines each on their own. Lines count from 1."""

    first: int
    last: int
    text: str
    said: dict[str, Any] | None
    why: str = ""

    @property
    def heading(self) -> bool:
        """Whether it begins a section."""
        return self.text.lstrip().startswith("[")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A statement that is not TOML, and why, in the parser's words."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Document:
    """All that could be read, the line of everything in it, and what could not be read."""

    data: dict[str, Any]
    lines: Mapping[Path, int]
    unreadable: tuple[Unreadable, ...]
    length: int

    def line(self, path: Path) -> int:
        """The line of the value, or of the nearest thing around it; the last line for what is not there at all."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return self.length


def read_document(text: str) -> Document:
    """Read TOML, leaving out (and reporting) each statement that cannot be read. Never raises."""
    rows = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    statements = list(_statements(rows))
    unreadable = [Unreadable(s.first, s.text, s.why) for s in statements if s.said is None]
    kept = _without(statements, [s for s in statements if s.said is None])
    data: dict[str, Any] | None = None
    while data is None:
        try:
            data = tomllib.loads(_blanked(rows, kept))
        except tomllib.TOMLDecodeError as error:
            culprit = _culprit(error, kept)
            unreadable.append(Unreadable(culprit.first, culprit.text, _reason(error)))
            kept = _without(kept, [culprit])
    length = len(rows) - 1 if len(rows) > 1 and not rows[-1] else len(rows)
    return Document(data, _lines(kept), tuple(sorted(unreadable, key=lambda one: one.line)), length)


def _statements(rows: list[str]) -> Iterator[Statement]:
    """The file in statements: each the shortest run of lines that is TOML by itself."""
    at = 0
    while at < len(rows):
        end, said, why = _statement(rows, at)
        text = "\n".join(rows[at:end])
        if said is None or said:
            yield Statement(at + 1, end, text, said, why)
        at = end


def _statement(rows: list[str], at: int) -> tuple[int, dict[str, Any] | None, str]:
    """Where the statement that begins on the row ends, what it says (None: unreadable) and why it cannot be read."""
    why = ""
    for end in range(at + 1, len(rows) + 1):
        try:
            return end, tomllib.loads("\n".join(rows[at:end])), ""
        except tomllib.TOMLDecodeError as error:
            why = why or _reason(error)
    end = at + 1
    while end < len(rows) and rows[end].strip() and not _begins(rows[end]):
        end += 1
    return end, None, why


def _without(statements: list[Statement], bad: list[Statement]) -> list[Statement]:
    """The statements but the bad ones; what stands under a bad heading goes with it, for it has no section."""
    kept, lost = [], False
    for statement in statements:
        lost = statement in bad if statement.heading else lost
        if not lost and statement not in bad:
            kept.append(statement)
    return kept


def _begins(row: str) -> bool:
    """Whether a row looks like the beginning of a statement, by which the reader finds its feet after a mistake."""
    return bool(re.match(r"\s*(\[\[?[A-Za-z_]|[A-Za-z_][\w.-]*\s*=)", row))


def _blanked(rows: list[str], kept: list[Statement]) -> str:
    """The file with everything but the readable statements blank, so that lines keep their numbers."""
    text = [""] * len(rows)
    for statement in kept:
        text[statement.first - 1 : statement.last] = rows[statement.first - 1 : statement.last]
    return "\n".join(text)


def _culprit(error: tomllib.TOMLDecodeError, kept: list[Statement]) -> Statement:
    """The statement the parser stopped at: a second one of a name, as a rule."""
    found = re.search(r"\(at line (\d+),", str(error))
    line = int(found[1]) if found else kept[-1].last
    return max((s for s in kept if s.first <= line), key=lambda s: s.first, default=kept[0])


def _reason(error: tomllib.TOMLDecodeError) -> str:
    return re.sub(r"\s*\(at .*\)$", "", str(error))


def _lines(kept: list[Statement]) -> dict[Path, int]:
    """The line on which each table, key and item begins."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    here: Path = ()
    for statement in kept:
        head = statement.text.lstrip()
        if statement.heading:
            here = _enter(statement.said or {}, head.startswith("[["), counts)
            lines.setdefault(here, statement.first)
            for end in range(1, len(here)):
                lines.setdefault(here[:end], statement.first)
        else:
            lines.update(_inside(here, statement.said or {}, statement, 0))
    return lines


def _enter(said: dict[str, Any], array: bool, counts: dict[Path, int]) -> Path:
    """The path that a header opens; `[[accounts]]` opens the next of its kind."""
    here: Path = ()
    value: Any = said
    while isinstance(value, dict) and value:
        key, value = next(iter(value.items()))
        here = (*here, key)
        if array and isinstance(value, list):
            counts[here] = counts.get(here, -1) + 1
            return (*here, counts[here])
        if here in counts:
            here = (*here, counts[here])
    return here


def _inside(here: Path, value: Any, statement: Statement, start: int) -> Iterator[tuple[Path, int]]:
    """The lines of what one statement says: of each item of a list, where it is spread over several lines."""
    at = start
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        path = (*here, key)
        at = max(at, statement.text.find(str(item if isinstance(value, list) else key), at))
        yield path, statement.first + statement.text.count("\n", 0, at)
        if isinstance(item, dict | list):
            yield from _inside(path, item, statement, at)
