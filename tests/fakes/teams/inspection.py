"""One look over a card: what is wrong with it, gathered as it goes, with a JSON pointer each."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Inspection:
    """What was found so far. `inputs` are the ids of the inputs met; `in_action` says what a fallback must be."""

    actions: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    in_action: bool = False

    def say(self, problem: str, where: str) -> None:
        self.problems.append(f"{problem} [{where}]")

    def kind(self, value: Any, wanted: type, where: str) -> bool:
        """Whether `value` is one; reported when it is not."""
        if not isinstance(value, wanted):
            self.say(f"must be of type {wanted.__name__}", where)
        return isinstance(value, wanted)

    def keys(self, value: dict[str, Any], allowed: frozenset[str], where: str) -> None:
        """Reports properties that are not allowed."""
        for extra in sorted(value.keys() - allowed):
            self.say(f"unknown property: {extra}", where)

    def named(self, id: str, where: str) -> None:
        """Reports an id that something else in the card has."""
        if id in self.ids:
            self.say(f"two things with the id {id!r}", where)
        self.ids.add(id)
