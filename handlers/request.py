"""What comes in from a surface, and what goes straight back to it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import orjson

from cards.model import Card, FileRef, Form, Value
from policy.people import Identity
from policy.record import Ref

PERSON = "person"
"""The name under which somebody who was chosen in one form is carried to the next."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the chat that something is done to: its words, the one web address in it ("" for none or several),
    and when it was sent (aware UTC), if that is known.
    """

    text: str
    link: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One thing somebody asked, translated from a surface's payload. Nothing in it is believed but ids.

    `key` is the sender's own, unique to the press and the same on a redelivery. `text` is what followed a
    command. `version` is what a button's card showed, None when the surface cannot say. `school` is the
    slug that the payload carried ("" for a command, which carries none). `at` is aware UTC. `attaches`: forms
    where it came from can hold a file; where they cannot, files are sent to the chat (`handlers.registry.FILES`).
    `unasked`: Exeat speaks first, as when it greets somebody who was given it. `message` is what a shortcut is done
    to. `accompanied`: files came with what was typed, whether or not they can be had.
    """

    key: str
    identity: Identity
    verb: str
    at: datetime
    school: str = ""
    record: Ref | None = None
    version: int | None = None
    text: str = ""
    fields: Mapping[str, Value] = field(default_factory=dict)
    payload: Mapping[str, str] = field(default_factory=dict)
    message: Message | None = None
    attaches: bool = True
    unasked: bool = False
    accompanied: bool = False

    @property
    def people(self) -> tuple[Identity, ...]:
        """The people that the fields name."""
        return tuple(value for value in self.fields.values() if isinstance(value, Identity))

    @property
    def named(self) -> tuple[Identity, ...]:
        """The same, and whoever a form names that was filled in before this one (`PERSON`)."""
        carried = self.payload.get(PERSON, "")
        try:
            return (*self.people, Identity.parse(carried)) if carried else self.people
        except ValueError:
            return self.people

    @property
    def digest(self) -> str:
        """A digest of what was asked, by which a redelivery is told from other words under the same key."""
        said = [self.verb, self.text, str(self.record), self.version]
        values = {name: _plain(value) for name, value in self.fields.items()}
        text = orjson.dumps([said, values, dict(self.payload)], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(text).hexdigest()[:32]


def _plain(value: Value) -> str | None:
    match value:
        case None | str():
            return value
        case datetime() | date():
            return value.isoformat()
        case Identity():
            return str(value)
        case FileRef():
            return f"{value.surface}/{value.id}"


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to say: the live cards will show it."""


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the person who asked, and nobody else. `refused`: nothing was done, so a form stays open as it was."""

    card: Card
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Put a form before the person who asked; in a form already open, in its place, what was typed kept."""

    form: Form


@dataclass(frozen=True, slots=True)
class Invalid:
    """The form cannot be taken as it is. `errors` maps a field's name to what is wrong and what to do."""

    form: Form
    values: Mapping[str, Value]
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Show:
    """Show the record as it now stands, drawn for the person who asked by `view`: by its kind's own if it is ""."""

    record: Ref
    card: Card
    view: str = ""


Reply = Nothing | Say | Ask | Invalid | Show
