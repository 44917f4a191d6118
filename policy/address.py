"""Where on a platform somebody is reached, on platforms that must be told before they can be written to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from policy.record import Upgrade


@dataclass(frozen=True, slots=True)
class Address:
    """A person's own conversation with Exeat. `id` is the account (`teams:<tenant>:<object id>`).

    `service` is the address to write to, `conversation` the platform's id of the conversation, `member` its own id
    of the person in it, `bot` that of Exeat. `open`: it may be written to; not once Exeat was removed or blocked.
    `at` is when it was last learnt (UTC).
    """

    id: str
    school: str
    service: str
    conversation: str
    member: str
    bot: str
    at: datetime
    open: bool = True
    rev: int = 0

    KIND: ClassVar[str] = "address"
    PREFIX: ClassVar[str] = ""
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}

    @property
    def version(self) -> int:
        return 1

    @property
    def state(self) -> str:
        return "open" if self.open else "closed"

    @property
    def owner(self) -> str:
        return self.id

    @property
    def next_due(self) -> datetime | None:
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        return ()
