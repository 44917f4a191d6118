"""The checks of single values in a card: text, numbers, words of a list, addresses."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.teams.inspection import Inspection

Check = Callable[[Inspection, Any, str], None]


def text(look: Inspection, value: Any, where: str) -> None:
    look.kind(value, str, where)


def words(look: Inspection, value: Any, where: str) -> None:
    if look.kind(value, str, where) and not value.strip():
        look.say("must not be empty", where)


def boolean(look: Inspection, value: Any, where: str) -> None:
    look.kind(value, bool, where)


def number(look: Inspection, value: Any, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        look.say("must be a number", where)


def length(look: Inspection, value: Any, where: str) -> None:
    if type(value) is not int or value < 1:
        look.say("must be a whole number of 1 or more", where)


def width(look: Inspection, value: Any, where: str) -> None:
    if type(value) not in (int, str):
        look.say("must be a string or a whole number", where)


def any_object(look: Inspection, value: Any, where: str) -> None:
    look.kind(value, dict, where)


def one_of(*words: str) -> Check:
    allowed = {word.lower() for word in words}

    def check(look: Inspection, value: Any, where: str) -> None:
        if look.kind(value, str, where) and value.lower() not in allowed:
            look.say(f"{value!r} is not one of {', '.join(words)}", where)

    return check


def list_of(check: Check, *, least: int = 0) -> Check:
    def each(look: Inspection, value: Any, where: str) -> None:
        if not look.kind(value, list, where):
            return
        if len(value) < least:
            look.say(f"must hold at least {least}", where)
        for number, item in enumerate(value):
            check(look, item, f"{where}/{number}")

    return each


def link(look: Inspection, value: Any, where: str) -> None:
    _address(look, value, where, frozenset({"https", "mailto", "tel", "msteams"}))


def picture(look: Inspection, value: Any, where: str) -> None:
    _address(look, value, where, frozenset({"https", "data"}))


def _address(look: Inspection, value: Any, where: str, schemes: frozenset[str]) -> None:
    if not look.kind(value, str, where):
        return
    parts = urlsplit(value)
    here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not here and parts.scheme not in schemes:
        look.say(f"not an address of {', '.join(sorted(schemes))}", where)
    if parts.scheme == "data" and not value.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")):
        look.say("a data address must be a PNG or JPEG in base64", where)
