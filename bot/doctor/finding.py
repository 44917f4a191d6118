"""What the doctor finds: one thing each, how it stands and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a thing stands."""

    FIX = "fix"
    NOTE = "note"
    DEFAULT = "default"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, how it stands, what was found, and what to do about it."""

    verdict: Verdict
    subject: str
    found: str
    todo: str = ""


def fix(subject: str, found: str, todo: str) -> Finding:
    """Something that must be put right."""
    return Finding(Verdict.FIX, subject, found, todo)


def note(subject: str, found: str, todo: str = "") -> Finding:
    """Something to think about."""
    return Finding(Verdict.NOTE, subject, found, todo)


def fine(subject: str, found: str) -> Finding:
    """Something that is in order."""
    return Finding(Verdict.FINE, subject, found)
