"""The one workspace or tenant of each platform that Exeat belongs to, pinned when it first started there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from policy.record import Upgrade


@dataclass(frozen=True, slots=True)
class Place:
    """A platform's workspace or tenant. `id` is the platform's name; `tenant` is what the platform calls it."""

    id: str
    school: str
    tenant: str
    rev: int = 0

    KIND: ClassVar[str] = "place"
    PREFIX: ClassVar[str] = ""
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}

    @property
    def version(self) -> int:
        return 1

    @property
    def state(self) -> str:
        return "pinned"

    @property
    def owner(self) -> str:
        return ""

    @property
    def next_due(self) -> datetime | None:
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        return ()
