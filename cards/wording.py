"""How cards say times, counts and lists of people."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment in the school's zone: "Tue 2 March 2027, 09:00"."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%B %Y}, {local:%H:%M}"


def day(on: date) -> str:
    """A local date: "Tue 2 March 2027"."""
    return f"{on:%a} {on.day} {on:%B %Y}"


def listed(names: Sequence[str], joint: str = "and") -> str:
    """Names as a person would list them: "Ann, Ben and Cat"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"


def counted(number: int, one: str, many: str) -> str:
    """A count in words that fit it: "1 post", "3 posts"."""
    return f"{number} {one if number == 1 else many}"


def opening(text: str, longest: int = 80) -> str:
    """The first words of a text, on one line, for a list or a notification."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
