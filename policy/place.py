"""The one workspace or tenant of each platform that Exeat belongs to, pinned when it first started there."""

from dataclasses import dataclass
from typing import ClassVar

from policy.record import Plain


@dataclass(frozen=True, slots=True)
class Place(Plain):
    """A platform's workspace or tenant. `id` is the platform's name; `tenant` is what the platform calls it."""

    id: str
    school: str
    tenant: str
    rev: int = 0

    KIND: ClassVar[str] = "place"

    @property
    def state(self) -> str:
        return "pinned"
