"""Trouble to order: which calls to the stand-in fail, how, and a record of the ones that did.

The calls go by these words: send, update, delete, member, members, open_conversation, attachment, file (SharePoint),
login, openid, keys.
"""

import asyncio
import random
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field


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


@dataclass(slots=True)
class _Every:
    n: int
    kinds: Sequence[Trouble]
    chance: random.Random
    only: Collection[str]
    spare: Collection[str]
    left: deque[bool] = field(default_factory=deque)

    def draw(self, method: str) -> Trouble | None:
        if (self.only and method not in self.only) or method in self.spare:
            return None
        if not self.left:
            unlucky = self.chance.randrange(self.n)
            self.left.extend(place == unlucky for place in range(self.n))
        return self.chance.choice(self.kinds) if self.left.popleft() else None


@dataclass(slots=True)
class Faults:
    """What is going to fail, by the words at the head of this module."""

    applied: list[tuple[str, Trouble]] = field(default_factory=list)
    _next: dict[str, deque[Trouble]] = field(default_factory=dict)
    _every: _Every | None = None

    def next(self, method: str, trouble: Trouble, *, times: int = 1) -> None:
        """The next `times` calls of `method` fail so, after those already ordered."""
        self._next.setdefault(method, deque()).extend([trouble] * times)

    def every(
        self,
        n: int,
        kinds: Sequence[Trouble],
        *,
        seed: int = 0,
        only: Collection[str] = (),
        spare: Collection[str] = (),
    ) -> None:
        """One call in each `n` fails, in a place and a way drawn from `seed`; `only` and `spare` name methods."""
        self._every = _Every(n, kinds, random.Random(seed), only, spare)

    def none(self) -> None:
        """Everything works again; the record stays."""
        self._next.clear()
        self._every = None

    def draw(self, method: str) -> Trouble | None:
        """The trouble that the call now arriving meets, if any; recorded."""
        queue = self._next.get(method)
        trouble = queue.popleft() if queue else self._every.draw(method) if self._every else None
        if trouble is not None:
            self.applied.append((method, trouble))
        return trouble
