"""A clock that runs with the real one and can be moved on, never back."""

from collections.abc import Callable
from datetime import datetime


class Backwards(ValueError):
    """The moment asked for has passed."""


class MovableClock:
    """Gives aware UTC: what `real` gives, plus as much as it was moved on. `start` is its first moment."""

    def __init__(self, real: Callable[[], datetime], start: datetime | None = None) -> None:
        self._real = real
        now = real()
        self._ahead = (start or now) - now

    def __call__(self) -> datetime:
        return self._real() + self._ahead

    def move_to(self, moment: datetime) -> None:
        """Make it that moment now. Raises Backwards for one that has passed."""
        ahead = moment - self._real()
        if ahead < self._ahead:
            raise Backwards
        self._ahead = ahead

    def reach(self, moment: datetime) -> None:
        """Make it that moment now, unless it is later already."""
        self._ahead = max(self._ahead, moment - self._real())
