"""Trouble to order: which calls to the stand-in fail, how, and a record of the ones that did.

The calls go by these words: send, update, delete, member, members, open_conversation, attachment, file (SharePoint),
login, openid, keys.
"""

import asyncio
from dataclasses import dataclass

from tests.fakes.faults import Faults as Orders


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way for a call to go wrong. `acts` says whether Teams did what was asked before it did."""

    kind: str
    status: int = 0
    code: str = ""
    acts: bool = False
    retry_after: float | None = None
    gate: asyncio.Event | None = None


class Fault:
    """The kinds of trouble, named as tests say them."""

    ERROR_500 = Trouble("error_500", 500)
    BAD_GATEWAY = Trouble("bad_gateway", 502, "ServiceError")
    UNAVAILABLE = Trouble("unavailable", 503, "ServiceError")
    GATEWAY_TIMEOUT = Trouble("gateway_timeout", 504, "ServiceError")
    PRECONDITION = Trouble("precondition", 412, "PreconditionFailed")
    UNAUTHORIZED = Trouble("unauthorized", 401, "Unauthorized")
    DROP = Trouble("drop")
    ACCEPT_THEN_DROP = Trouble("accept_then_drop", acts=True)

    @staticmethod
    def RATE_LIMIT(retry_after: float | None = 0) -> Trouble:  # noqa: N802  reads as the constants beside it
        """429 with `Retry-After` in seconds; None leaves the header out."""
        return Trouble("rate_limit", 429, "Throttled", retry_after=retry_after)

    @staticmethod
    def SLOW(gate: asyncio.Event) -> Trouble:  # noqa: N802
        """Acts and answers only once `gate` is set."""
        return Trouble("slow", acts=True, gate=gate)

    @staticmethod
    def LATE(gate: asyncio.Event) -> Trouble:  # noqa: N802
        """Acts at once, but answers only once `gate` is set."""
        return Trouble("late", acts=True, gate=gate)

    @staticmethod
    def API_ERROR(status: int, code: str) -> Trouble:  # noqa: N802
        """A plain refusal: the status and `{"error": {"code": …}}`."""
        return Trouble("api_error", status, code)


Faults = Orders[Trouble]
"""What is going to fail, by the words at the head of this module."""
