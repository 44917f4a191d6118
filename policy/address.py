"""Where somebody is reached, on a platform that writes only into a conversation which is there already."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from policy.record import Plain


@dataclass(frozen=True, slots=True)
class Address(Plain):
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

    @property
    def state(self) -> str:
        return "open" if self.open else "closed"

    @property
    def owner(self) -> str:
        return self.id
