"""What can come of an attempt to carry a row of the outbox."""

from dataclasses import dataclass
from typing import Protocol

from handlers.turn import ALERT
from policy.record import Ref
from storage.rows import Outgoing, Shown


@dataclass(frozen=True, slots=True)
class Settled:
    """Nothing is left to do. `shown` is the message as it now stands; `forget` the key of one that is gone.
    `arrived`: whoever it was for has it; otherwise there was nothing to say to them.
    """

    shown: Shown | None = None
    forget: str = ""
    arrived: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """It is to be tried again: after `seconds` if the platform said so. `doubtful`: it may have arrived.

    `fault`: something in Exeat itself stumbled over it.
    """

    code: str
    seconds: float | None = None
    doubtful: bool = False
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """It can never arrive. `forget` is the key of a message that cannot be drawn again."""

    code: str
    forget: str = ""


Outcome = Settled | Again | Dead


class Fetching(Protocol):
    """Fetches and cleans the files that a record names, and hands them to its handler."""

    async def fetch(self, record: Ref, version: int, by: str) -> None:
        """Fetch them as the person `by`. Raises Transient or Ambiguous when it is worth another try."""

    async def give_up(self, record: Ref, version: int) -> None:
        """Hand on that they cannot be had."""


def mark(row: Outgoing) -> str:
    """What the row's message carries, so that it can be found again. Its moment tells it from the rows that a
    store restored from a backup numbers afresh.
    """
    return f"{row.id}-{row.created:%Y%m%d%H%M%S%f}" if row.created else str(row.id)


def told(row: Outgoing) -> str:
    """The view of the row as the log may name it: of an alert it would say what it is about."""
    return ALERT if row.lane == ALERT else row.view
