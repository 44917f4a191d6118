"""What stands in the registry: each thing that can be asked for, falls due, is brought, exported or kept so long."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cards.export import Sheet
from cards.model import Card, Element
from handlers.request import Reply
from handlers.turn import Scene, Turn
from policy.people import Person
from policy.record import Record
from policy.retention import Kept, Retention
from storage.rows import Outgoing

Needs = Callable[[Turn, Any], Awaitable[None]]
"""Given the turn and the record, raises Refused unless the person may; may note an authority on the turn."""

Handler = Callable[..., Awaitable[Reply]]
View = Callable[..., Awaitable[Card | None]]

Home = Callable[[Scene], Awaitable[tuple[Element, ...]]]
"""A part of somebody's home page; empty when it has nothing to say to them."""

Coming = Callable[[Turn, Person], Awaitable[None]]
"""Given a turn of Exeat's own and somebody who can be written to from now on."""

Beginning = Callable[[Turn], Awaitable[None]]
"""Given a turn of Exeat's own."""

Brought = Mapping[str, Any]
"""One thing that a program sent or a file holds, by field; nothing in it is believed yet."""

FILES = "files"
"""The verb that takes files sent to a chat whose forms cannot hold any: `FileRef`s in fields `file_1`, `file_2`, …"""


class Kind(StrEnum):
    """By which door something is asked for."""

    COMMAND = "command"
    SHORTCUT = "shortcut"
    BUTTON = "button"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Spec:
    """One thing that can be asked for. `bound`: it speaks of one version of its record, and of no other;
    `clause` is the id of the policy clause that it stands on, if any. `quiet`: it leaves no trace of who asked, or of
    whom they named, but in the record that comes of it. `again` answers what is delivered twice, given the record
    that came of it the first time; None: that record's own view does.
    """

    verb: str
    kind: Kind
    handler: Handler
    needs: Needs
    record: type[Record] | None = None
    bound: bool = True
    label: str = ""
    summary: str = ""
    hint: str = ""
    clause: str = ""
    quiet: bool = False
    again: Handler | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What happens when a record of the kind falls due."""

    record: type[Record]
    handler: Callable[..., Awaitable[None]]


Faltering = Callable[[Turn, Any], Awaitable[None]]
"""Given a turn of Exeat's own and a record that cannot be worked out when it is due."""

Carrying = Callable[[Turn, Any, Outgoing, bool], Awaitable[None]]
"""Given a turn of Exeat's own, a record, a row about it that was to be sent or mailed, and whether it arrived."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of one thing that was brought. `record` is the id of its record, `note` a sentence for whoever
    sent it. `errors` says of its fields why it was not taken. Whatever means the same has the same `key`.
    """

    became: str = ""
    record: str = ""
    note: str = ""
    key: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


Taking = Callable[[Turn, Sequence[Brought]], Awaitable[Sequence[Landed]]]
"""Takes what was brought, in one turn of Exeat's own, and says of each in its place what became of it."""


@dataclass(frozen=True, slots=True)
class Hook:
    """`POST /hooks/name`: what a program may bring."""

    name: str
    handler: Taking


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file to be imported: its heading, and what stands in it."""

    name: str
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Importer:
    """`exeat import name FILE.csv`: `example` is a row, and its headings are the columns'."""

    name: str
    handler: Taking
    summary: str
    columns: tuple[Column, ...]
    example: tuple[str, ...]


Exporting = Callable[[Scene, Any], Awaitable[Sheet | None]]
"""Lays a record out to be read outside Exeat, and says whose each piece is; None for one that is left out."""

Logging = Callable[[Scene, Any], Awaitable[tuple[str, ...] | None]]
"""Gives a record's row in a log; None for one that is not in it."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """How the records of a kind leave Exeat, under a name that fits a file. A kind without one never leaves it."""

    name: str
    title: str
    record: type[Record]
    handler: Exporting


Keeping = Callable[[Any, Sequence[Record], Retention], Kept]
"""Given a record, its parts (or none of them) and the school's rules, says until when it is kept."""

Leaving = Callable[[Turn, Any], Awaitable[None]]
"""Puts right, in the turn that deletes a record, whatever would miss it."""


Waiting = Callable[[Scene], Awaitable[bool]]
"""Whether nothing of a kind may be deleted by time at that moment."""


@dataclass(frozen=True, slots=True)
class Retained:
    """How long records of a kind are kept: `sorts` are the rules that can apply, none where the law sets the time.

    `parts` are kinds whose records belong to one of these, are found by the key `kind:id` of it, and go with it.
    `whose` gives the id of the person whose alone a record is.
    """

    record: type[Record]
    kept: Keeping
    sorts: tuple[str, ...]
    parts: tuple[type[Record], ...] = ()
    whose: Callable[[Any], str] = lambda record: ""
    leaving: Leaving | None = None
    waits: Waiting | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """A table made of the records of a kind, one row each, to be printed."""

    name: str
    title: str
    record: type[Record]
    heads: tuple[str, ...]
    handler: Logging
