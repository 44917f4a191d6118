"""The neutral cards and forms that every surface draws. All text is plain text: nothing in it is markup."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from policy.people import Identity
from policy.record import Ref


class Tone(StrEnum):
    """How a text or a button is to be read. Never the only carrier of meaning."""

    PLAIN = "plain"
    QUIET = "quiet"
    STRONG = "strong"
    PRIMARY = "primary"
    DANGER = "danger"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `verb` names the handler; `version` is the content the card showed.

    `url` makes it a link instead. `about` tells a screen reader what the label leaves out ("Approve P-12").
    `payload` holds small ids only. `dialog`: what it opens must not enter a chat (see `Form.dialog`).
    """

    label: str
    verb: str = ""
    record: Ref | None = None
    version: int = 0
    tone: Tone = Tone.PLAIN
    url: str = ""
    about: str = ""
    payload: Mapping[str, str] = field(default_factory=dict)
    dialog: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Exeat's own words."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a person typed, as they typed them. `whole` opens all of it when it must be shortened."""

    text: str
    whole: Button | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a label and a value."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be careful of, with the clause it stands on and what to do."""

    text: str
    clause: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Picture:
    """A cleaned picture by its sha256, with its alt text. `download` offers the file itself."""

    sha256: str
    alt: str
    caption: str = ""
    download: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of a `whole` is `part`. `said` are its numbers, one for each of the chart's `heads`; `words` say all
    of it in full. Where the whole is 0 there is no bar: `none` says so instead. `short` is the label as drawn.
    """

    label: str
    part: int
    whole: int
    said: tuple[str, ...]
    words: str
    none: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """What is compared under one name."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars. `part` and `rest` name the two sides of each, `heads` the numbers beside it. Hashable, so that
    its drawing can be kept.
    """

    groups: tuple[Bars, ...]
    part: str
    rest: str
    heads: tuple[str, ...] = ()

    @property
    def alt(self) -> str:
        """All of it in words, for whoever does not see it."""
        said = (
            f"{group.name}: {'. '.join(f'{bar.label}: {bar.words}' for bar in group.bars)}." for group in self.groups
        )
        return f"A chart. {' '.join(said)}"


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in a text: shown as removed and added words, never by colour alone."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A text to copy exactly as it stands."""

    text: str
    label: str = "Ready to copy"
    whole: Button | None = None


def only(buttons: Iterable[Button], *labels: str) -> tuple[Button, ...]:
    """Those of the buttons that have one of the labels: what belongs on a message about one thing."""
    return tuple(button for button in buttons if button.label in labels)


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a list: its title, a quieter line, and what can be done with it."""

    title: str
    detail: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Divider:
    """A pause between parts."""


Element = Text | Quote | Facts | Notice | Picture | Chart | Difference | Copy | Row | Divider


@dataclass(frozen=True, slots=True)
class Card:
    """A message. `summary` is its plain-text fallback: what a notification or a screen reader says first.

    `dialog`: what it says must not enter a chat. It is shown in a window of its own, and is gone with it.
    """

    title: str
    summary: str
    body: tuple[Element, ...] = ()
    buttons: tuple[Button, ...] = ()
    dialog: bool = False


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file somebody attached, by the surface's own id. Its bytes are fetched after the commit."""

    surface: str
    id: str
    name: str = ""


Value = str | datetime | date | Identity | FileRef | None
"""What a field holds when it is sent: text, an aware UTC moment, a local date, somebody, a file, or nothing."""


@dataclass(frozen=True, slots=True)
class TextField:
    """A box to type in. `longest` is in characters."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    required: bool = False
    lines: int = 1
    longest: int = 3000


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """One of a few: `options` pairs a value with its words."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str = ""
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class MomentField:
    """A date and time, shown in the school's zone; empty when optional and left alone."""

    name: str
    label: str
    value: datetime | None = None
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class DateField:
    """A local date."""

    name: str
    label: str
    value: date | None = None
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class PersonField:
    """Somebody from the platform's own people; its value is an identity."""

    name: str
    label: str
    value: Identity | None = None
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class FileField:
    """One file."""

    name: str
    label: str
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class FormButton:
    """A button inside a form that asks for the form again in another shape, with what was typed kept."""

    label: str
    verb: str
    payload: Mapping[str, str] = field(default_factory=dict)


Field = TextField | ChoiceField | MomentField | DateField | PersonField | FileField
Part = Field | FormButton | Text | Quote | Notice | Picture | Divider


@dataclass(frozen=True, slots=True)
class Form:
    """Something to fill in. `note` is the sentence above Send that the sender agrees to by sending.

    `payload` holds small ids that come back with the form (its shape, the record's school).
    `dialog`: what is typed into it must not enter a chat. Where forms are cards in the chat (Teams), it opens in
    a window of its own, from a button that says nothing of what it is about.
    """

    verb: str
    title: str
    parts: tuple[Part, ...]
    record: Ref | None = None
    version: int = 0
    note: str = ""
    send: str = "Send"
    payload: Mapping[str, str] = field(default_factory=dict)
    dialog: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The parts that hold a value."""
        return tuple(part for part in self.parts if isinstance(part, Field))
