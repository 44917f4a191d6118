"""Pictures in a post: the file, what describes it, who is in it, and where it comes from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never


class Source(StrEnum):
    """Where the pictures of a post come from, and so whether the school may use them."""

    OURS = "ours"
    LICENSED = "licensed"
    PERMISSION = "permission"
    UNSURE = "unsure"

    @property
    def label(self) -> str:
        """The choice as the form words it."""
        match self:
            case Source.OURS:
                return "We made it ourselves"
            case Source.LICENSED:
                return "Free or paid licence"
            case Source.PERMISSION:
                return "Permission given by…"
            case Source.UNSURE:
                return "Not sure"
            case _:
                assert_never(self)


class Who(StrEnum):
    """Who is in a picture: the statement on consent that the author makes."""

    NOBODY = "nobody"
    ADULTS = "adults"
    PUPILS_CONSENTED = "pupils_consented"
    PUPILS_UNSURE = "pupils_unsure"

    @property
    def label(self) -> str:
        """The choice as the form words it."""
        match self:
            case Who.NOBODY:
                return "No people"
            case Who.ADULTS:
                return "Adults who agreed"
            case Who.PUPILS_CONSENTED:
                return "Pupils, all with photo consent"
            case Who.PUPILS_UNSURE:
                return "Pupils, not sure about consent"
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a post. The surface's file is known at once; the rest follows when it has been cleaned.

    `surface` and `file_id` say where to fetch it (`slack`, `F0123`); `name` is the file's name there.
    `sha256` (hex) names the cleaned bytes, with `width` and `height` in pixels: "" and 0 until then.
    `who` is None where the author has not said.
    """

    surface: str
    file_id: str
    name: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    alt: str = ""
    who: Who | None = None

    @property
    def cleaned(self) -> bool:
        """Whether the picture has been fetched and cleaned."""
        return bool(self.sha256)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A picture that was fetched and cleaned: its bytes' sha256 (hex), width and height in pixels."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A picture that could not be taken: what happened and what to do, as the author is told."""

    what: str
    then: str
