"""A secret that a platform gave Exeat and that ends on a day: when whoever looks after Exeat is warned of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar

from policy.calendar import Calendar
from policy.record import Plain

WARNINGS = (60, 30, 7, 0)
"""How many days before its end a secret is warned of, once each; 0 is the day itself and all that follow."""

OF_TEAMS = "teams-secret"
"""The id under which the client secret of Teams is kept watch over."""


@dataclass(frozen=True, slots=True)
class Secret(Plain):
    """When a secret ends (a local date), and the last of the `WARNINGS` that was given of that, None for none.

    What the secret is stands nowhere in it.
    """

    id: str
    school: str
    ends: date
    warned: int | None = None
    rev: int = 0

    KIND: ClassVar[str] = "secret"

    @property
    def state(self) -> str:
        return "watched"

    def ending(self, ends: date) -> "Secret":
        """The same one ending on that day; a new end has not been warned of."""
        return self if ends == self.ends else replace(self, ends=ends, warned=None)

    def warn(self, today: date) -> "Secret":
        """The secret as warned of today: itself when nothing new is to be said. Of several that have passed, one."""
        passed = passed_warning(self.ends, today)
        if passed is None or (self.warned is not None and self.warned <= passed):
            return self
        return replace(self, warned=passed)


def is_hour(now: datetime, calendar: Calendar) -> bool:
    """Whether it is an hour in which somebody may be warned: one in which the school is staffed, though on any day,
    for a secret also ends in the holidays.
    """
    return calendar.opens <= calendar.local(now).time() < calendar.closes


def passed_warning(ends: date, today: date) -> int | None:
    """The last of the `WARNINGS` whose day has come, None before the first."""
    return min((warning for warning in WARNINGS if (ends - today).days <= warning), default=None)
