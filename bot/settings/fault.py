"""What is wrong with the configuration: every fault at once, each with its place and what to write instead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right. `place` is a file's name or "environment"; `line` counts from 1, 0 when there is none.

    `key` names what is wrong as an administrator would write it; `what` says what is wrong with it, and
    `instead` what to write.
    """

    place: str
    line: int
    key: str
    what: str
    instead: str

    def __str__(self) -> str:
        where = f"{self.place}, line {self.line}" if self.line else self.place
        return " ".join(part for part in (f"{where}:", self.key and f"{self.key}:", self.what, self.instead) if part)


class Misconfigured(Exception):
    """Exeat cannot start as it is configured; `faults` are all the reasons, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(faults, key=lambda fault: (fault.place, fault.line, fault.key)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that was probably meant, or "" when none is near."""
    folded = {name.casefold(): name for name in reversed(known)}
    found = get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def either(words: Sequence[str]) -> str:
    """The words as a choice: "a, b or c"."""
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)
