"""What is kept, laid out to be read outside Exeat: first with whose each piece is, then as it is given away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from policy.deadlines import Deadline
from policy.joined import Subject


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


@dataclass(frozen=True, slots=True)
class Withheld:
    """Something that is not in the copy. `key` names it for whoever decides to give it after all.

    `original` is what stands in the record, "" where it is confidential and must be read in Exeat; `instead` is what
    stands in the copy.
    """

    key: str
    kind: str
    id: str
    title: str
    where: str
    original: str
    instead: str
    why: str


@dataclass(frozen=True, slots=True)
class Touch:
    """A record that is not in the copy and touches the person: why, and what a reviewer has to decide."""

    kind: str
    id: str
    title: str
    why: str
    decide: str


@dataclass(frozen=True, slots=True)
class Copy:
    """What is given to the person, and what is put before the data protection officer. `pictures` are sha256s.

    `unused` are keys of what was to be given after all, under which nothing was taken out.
    """

    subject: Subject
    made_at: datetime
    chapters: tuple[Chapter, ...]
    audit: Table
    withheld: tuple[Withheld, ...]
    touches: tuple[Touch, ...]
    pictures: frozenset[str]
    due: Deadline | None = None
    unused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Whole:
    """A school's records by kind, and its logs. `raw` are the records as they are kept, by the chapter's name;
    `left_out` the titles of what could not be read, for want of a key. `pictures` are sha256s.
    """

    made_at: datetime
    chapters: tuple[Chapter, ...]
    logs: Mapping[str, Table]
    raw: Mapping[str, list[Any]]
    left_out: tuple[str, ...]
    pictures: frozenset[str]
