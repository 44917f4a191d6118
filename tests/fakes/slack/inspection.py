"""One look over blocks: the checks that every text, list and id in Block Kit goes through."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PLAIN = frozenset({"plain_text"})
EITHER = frozenset({"plain_text", "mrkdwn"})


@dataclass(slots=True)
class Inspection:
    """One look over blocks: what is wrong with them, gathered as it goes."""

    surface: str
    has_file: Callable[[str], bool]
    problems: list[str] = field(default_factory=list)
    focused: int = 0

    def say(self, problem: str, where: str) -> None:
        self.problems.append(f"{problem} [json-pointer:{where}]")

    def keys(self, value: object, allowed: frozenset[str], where: str) -> bool:
        """Whether `value` is an object; extra keys are reported."""
        if not isinstance(value, dict):
            self.say("must be an object", where)
            return False
        for extra in sorted(value.keys() - allowed):
            self.say(f"invalid additional property: {extra}", where)
        return True

    def string(self, value: object, longest: int, where: str, *, shortest: int = 0) -> None:
        if not isinstance(value, str):
            self.say("must be a string", where)
        elif len(value) > longest:
            self.say(f"must be less than {longest + 1} characters", where)
        elif len(value) < shortest:
            self.say(f"must be more than {shortest - 1} characters", where)

    def text(self, value: object, kinds: frozenset[str], longest: int, where: str) -> None:
        """A text object of one of `kinds`, 1 to `longest` characters."""
        if not self.keys(value, frozenset({"type", "text", "emoji", "verbatim"}), where):
            return
        assert isinstance(value, dict)
        kind = value.get("type")
        if kind not in kinds:
            self.say(f"unsupported text type: {kind}", f"{where}/type")
        if "verbatim" in value and kind == "plain_text":
            self.say("invalid additional property: verbatim", where)
        if "emoji" in value and kind == "mrkdwn":
            self.say("invalid additional property: emoji", where)
        self.string(value.get("text"), longest, f"{where}/text", shortest=1)

    def items(self, value: object, most: int, where: str, *, least: int = 1) -> list[Any]:
        """The list at `where` when it holds `least` to `most` items, else an empty one."""
        if not isinstance(value, list):
            self.say("must be an array", where)
            return []
        if not least <= len(value) <= most:
            self.say(f"must have between {least} and {most} items", where)
        return value

    def unique(self, values: list[object], what: str, where: str) -> None:
        known = [value for value in values if value is not None]
        for value in sorted({str(value) for value in known if known.count(value) > 1}):
            self.say(f"{what} `{value}` already exists", where)
