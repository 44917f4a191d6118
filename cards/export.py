"""What is kept, laid out to be read outside Exeat: first with whose each piece is, then as it is given away."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """Exeat's own words, an id or a choice from a list: nothing that anybody typed or that tells of others."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class When:
    """An aware moment, or a local date."""

    label: str
    at: datetime | date


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody whom Exeat knows, by id."""

    label: str
    id: str


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody from elsewhere, as a person named them: who wrote a comment, who was involved."""

    label: str
    name: str


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody typed. `by` is a person's id, "" for somebody from elsewhere.

    `held`: they stand in a confidential file, so that whoever wrote them gets them only if somebody decides so.
    """

    label: str
    text: str
    by: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """A cleaned picture by its sha256, "" when it was never cleaned. `alt` was typed by `by`; `name` is the file's.
    `empty`: nobody is in it, as its author has said.
    """

    label: str
    sha256: str
    alt: str
    name: str
    by: str
    empty: bool


Piece = Fact | When | Who | Named | Words | Photo


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a record. The copy of those whose ids are in `of` has it: it is about them, or their own doing."""

    title: str
    of: tuple[str, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A record. `touches` pairs the ids of people whom it is about with the reason; they do not get a copy of that.

    `sealed`: it is confidential, so nothing of it is quoted to whoever reviews what was withheld.
    """

    kind: str
    id: str
    title: str
    parts: tuple[Part, ...]
    touches: tuple[tuple[str, str], ...] = ()
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A label and what stands beside it, as it is given away. `sha256` names the picture that it describes.

    `typed`: a person typed it.
    """

    label: str
    text: str
    typed: bool = False
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one title."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A record, or what is given away of it."""

    kind: str
    id: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The records of one kind, under a name that fits a file and a title for people."""

    name: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption. `empty` is what is said where it has no rows."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "None."
