"""What the checks look at, a draft, and what they come back with, findings."""

from dataclasses import dataclass

from policy.picture import Source, Who

TEXT, SOURCE, SOURCE_NOTE, PLANNED = "text", "source", "source_note", "planned"


def alt_field(number: int) -> str:
    """The name of the form's field for the alt text of picture `number`, counted from 1."""
    return f"alt_{number}"


def who_field(number: int) -> str:
    """The name of the form's field for who is in picture `number`, counted from 1."""
    return f"who_{number}"


@dataclass(frozen=True, slots=True)
class PictureDraft:
    """A picture as drafted: what describes it, who is in it (None: not said), and its file's name."""

    alt: str
    who: Who | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A post as drafted, its text already cleaned (see `policy.text.clean`).

    `source_note` says by whom permission was given, or which licence it is.
    """

    text: str
    pictures: tuple[PictureDraft, ...] = ()
    source: Source | None = None
    source_note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a check noticed.

    `code` is its fixed slug; a `blocking` one must be put right, the others are for people to weigh.
    `field` names the form's field, `message` says what was noticed, `then` what to do, and `clause` is
    the id of the policy's clause, or "" for a platform's rule or one of good form.
    """

    code: str
    blocking: bool
    field: str
    message: str
    then: str
    clause: str
