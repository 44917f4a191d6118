"""What the relay and dispatch need of a place where people chat, Slack, Teams or the sandbox, and of the post."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cards.letters import Why
from cards.model import Card, FileRef
from policy.people import Identity, Known, Person

INSTALLED = frozenset({"teams"})
"""The platforms on which somebody can be written to only once they have added Exeat."""


class Transient(Exception):
    """It did not go through and surely did not arrive: try again, after `seconds` if the platform said so."""

    def __init__(self, code: str, seconds: float | None = None) -> None:
        super().__init__(code)
        self.code, self.seconds = code, seconds


class Ambiguous(Exception):
    """It may or may not have arrived: look before trying again."""


class Permanent(Exception):
    """It can never arrive. `code` is the platform's short word for why, and `why` what that means, if it is known."""

    def __init__(self, code: str, why: Why | None = None) -> None:
        super().__init__(code)
        self.code, self.why = code, why

    @property
    def reason(self) -> str:
        """What is kept of it."""
        return f"{self.why}:{self.code}" if self.why else self.code


class Gone(Exception):
    """The message to be redrawn is no longer there."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands: its conversation and its id there, and the uploads it uses (sha256 -> id)."""

    conversation: str
    message: str
    files: tuple[tuple[str, str], ...] = ()


class Surface(Protocol):
    """One platform, as the rest of the program sees it.

    Any call may raise Transient, Ambiguous or Permanent. `outage` is the platform's short word for why it refuses the
    app itself, while it does, and "" otherwise: only a person can mend that.
    """

    name: str
    outage: str

    async def post(self, to: Identity, card: Card, row: str, files: Mapping[str, str]) -> Posted:
        """Post a card in the person's own conversation. `row` marks it, so that `find` can find it;
        `files` names earlier uploads of its pictures by sha256.
        """

    async def find(self, to: Identity, row: str) -> Posted | None:
        """The message that carries the mark, if it arrived; always None where the platform cannot look."""

    async def redraw(self, at: Posted, card: Card) -> Posted:
        """Replace what a message shows. Raises Gone when the message is no longer there."""

    async def download(self, file: FileRef, by: Person, longest: int) -> bytes:
        """The bytes of a file that the person attached. Raises Permanent for one that is too large,
        that somebody else attached, or whose address is not the platform's own.
        """

    async def look_up(self, identity: Identity) -> Known | None:
        """What the platform says of an account; None when it knows none."""

    async def everybody(self) -> Sequence[Known]:
        """Everyone the platform knows, for the roster."""


class Mailer(Protocol):
    """What carries e-mail. Nobody can look whether a message arrived, so one may come twice."""

    async def send(self, to: Sequence[str], card: Card, mark: str, at: datetime) -> None:
        """Mail a card to all the addresses of one person, as of the moment `at` (aware). `mark` tells the message
        from any other. May raise Transient, Ambiguous or Permanent.
        """
