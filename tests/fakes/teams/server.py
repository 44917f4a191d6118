"""The stand-in's server: keys, login, connector and files on ephemeral loopback ports."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.fakes.teams.acting import Acting
from tests.fakes.teams.faults import Faults


@dataclass
class FakeTeams(Acting):
    """Teams, on this machine: an async context manager.

    `token_seconds` is how long a token of the login lasts; `token_fetches` and `key_fetches` count what was asked.
    `login_rejects` and `keys_fail` are switches.
    """

    faults: Faults = field(default_factory=Faults)
    token_seconds: float = 3599
    token_fetches: int = 0
    key_fetches: int = 0
    login_rejects: bool = False
    keys_fail: bool = False

    async def __aenter__(self) -> Self:
        raise NotImplementedError

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def rotate_keys(self) -> None:
        """From now on another key signs, and only it is published."""
        raise NotImplementedError

    def expire_tokens(self) -> None:
        """Every token that the login has given out is refused from now on."""
        raise NotImplementedError
