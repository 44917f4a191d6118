"""Trouble to order: which calls to the stand-in fail, how, and a record of the ones that did."""

import asyncio
from dataclasses import dataclass

from tests.fakes.faults import Faults as Orders


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way for a call to go wrong. `acts` says whether Slack did what was asked before it did."""

    kind: str
    acts: bool = False
    retry_after: int = 0
    error: str = ""
    answer: object = None
    gate: asyncio.Event | None = None


class Fault:
    """The kinds of trouble, named as tests say them."""

    ERROR_500 = Trouble("error_500")
    DROP = Trouble("drop")
    ACCEPT_THEN_DROP = Trouble("accept_then_drop", acts=True)

    @staticmethod
    def RATE_LIMIT(retry_after: int = 0) -> Trouble:  # noqa: N802  reads as the constants beside it
        """429 with `Retry-After` in seconds."""
        return Trouble("rate_limit", retry_after=retry_after)

    @staticmethod
    def SLOW(gate: asyncio.Event) -> Trouble:  # noqa: N802
        """Acts and answers only once `gate` is set."""
        return Trouble("slow", acts=True, gate=gate)

    @staticmethod
    def LATE(gate: asyncio.Event) -> Trouble:  # noqa: N802
        """Acts at once, but answers only once `gate` is set."""
        return Trouble("late", acts=True, gate=gate)

    @staticmethod
    def API_ERROR(error: str) -> Trouble:  # noqa: N802
        """A plain refusal: 200 and `{"ok": false, "error": …}`."""
        return Trouble("api_error", error=error)

    @staticmethod
    def ANSWER(answer: object) -> Trouble:  # noqa: N802
        """200 and this JSON, whatever was asked: what nobody has written down that Slack would answer."""
        return Trouble("answer", answer=answer)


Faults = Orders[Trouble]
"""Methods are Web API names, or files.download, files.upload, response_url."""
