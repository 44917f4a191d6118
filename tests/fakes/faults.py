"""Trouble to order, for any stand-in: which calls are to fail, how, and a record of the ones that did."""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")
"""One way for a call to go wrong."""


@dataclass(slots=True)
class _Every(Generic[T]):
    n: int
    kinds: Sequence[T]
    chance: Random
    only: Collection[str]
    spare: Collection[str]
    left: deque[bool] = field(default_factory=deque)

    def draw(self, method: str) -> T | None:
        if (self.only and method not in self.only) or method in self.spare:
            return None
        if not self.left:
            unlucky = self.chance.randrange(self.n)
            self.left.extend(place == unlucky for place in range(self.n))
        return self.chance.choice(self.kinds) if self.left.popleft() else None


@dataclass(slots=True)
class Faults(Generic[T]):
    """What is going to fail, by the names of methods."""

    applied: list[tuple[str, T]] = field(default_factory=list)
    _next: dict[str, deque[T]] = field(default_factory=dict)
    _every: _Every[T] | None = None

    def next(self, method: str, trouble: T, *, times: int = 1) -> None:
        """The next `times` calls of `method` fail so, after those already ordered."""
        self._next.setdefault(method, deque()).extend([trouble] * times)

    def every(
        self,
        n: int,
        kinds: Sequence[T],
        *,
        seed: int = 0,
        only: Collection[str] = (),
        spare: Collection[str] = (),
    ) -> None:
        """One call in each `n` fails, in a place and a way drawn from `seed`; `only` and `spare` name methods."""
        self._every = _Every(n, kinds, Random(seed), only, spare)

    def none(self) -> None:
        """Everything works again; the record stays."""
        self._next.clear()
        self._every = None

    def draw(self, method: str) -> T | None:
        """The trouble that the call now arriving meets, if any; recorded."""
        queue = self._next.get(method)
        trouble = queue.popleft() if queue else self._every.draw(method) if self._every else None
        if trouble is not None:
            self.applied.append((method, trouble))
        return trouble
