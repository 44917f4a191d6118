"""A message about several comments at once, kept so that it can be drawn again when one of them moves on."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from policy.record import Plain

CURRENT = "current"
"""The state of one that no later message has taken the place of."""


@dataclass(frozen=True, slots=True)
class Digest(Plain):
    """Which `view` was sent to which `person` (by id), asked for at an aware UTC moment. `replaced`: a later message
    says the same of what is open now.
    """

    id: str
    school: str
    view: str
    person: str
    asked_at: datetime
    replaced: bool = False
    rev: int = 0

    KIND: ClassVar[str] = "digest"
    PREFIX: ClassVar[str] = "D"

    @property
    def state(self) -> str:
        return "replaced" if self.replaced else CURRENT

    @property
    def owner(self) -> str:
        return self.person

    @property
    def keys(self) -> tuple[str, ...]:
        return (digest_key(self.view, self.person),)


def digest_key(view: str, person: str) -> str:
    """The key by which the messages of one view to one person are found."""
    return f"{view}:{person}"
