"""A small record for the tests of the store: it means nothing, and has one of everything a record may hold."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from policy.record import Plain


@dataclass(frozen=True, slots=True)
class Note(Plain):
    """A note that somebody owns and may have to look at by a moment."""

    id: str
    school: str = "harbour"
    text: str = ""
    state: str = "open"
    owner: str = "ann"
    next_due: datetime | None = None
    keys: tuple[str, ...] = ()
    rev: int = 0
    version: int = 1

    KIND: ClassVar[str] = "note"
    PREFIX: ClassVar[str] = "N"

    def but(self, **changes: object) -> "Note":
        """The note with some things otherwise."""
        return replace(self, **changes)  # type: ignore[arg-type]


class HiddenNote(Note):
    """A store that knows it hides every note."""

    HIDDEN: ClassVar[bool] = True
