"""JSON as nobody would send it: genuine payloads with parts left out, swapped, repeated or made strange."""

import copy
import string
from collections.abc import Iterator
from random import Random
from typing import Any

STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1 << 63,
    -(1 << 70),
    1.5,
    1e308,
    "",
    " ",
    "0",
    "null",
    "{}",
    "[]",
    "<at>Exeat</at>",
    "../../etc/passwd",
    "'; DROP TABLE posts; --",
    "${{7*7}}",
    "\u0000",
    "\u202e\u200b\ufeff",
    "\ud83d\ude00" * 50,
    "é" * 5_000,
    "x" * 40_000,
    [],
    {},
    [[[[[[]]]]]],
    {"a": {"b": {"c": None}}},
    [None],
    ["x"] * 300,
)


def mutated(genuine: Any, chance: Random) -> Any:
    """The payload with one to four of its parts changed."""
    changed = copy.deepcopy(genuine)
    for _ in range(chance.randint(1, 4)):
        if places := list(_places(changed)):
            container, key = chance.choice(places)
            _change(container, key, chance)
    return changed


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in the value with one of its keys or positions."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(items):
        yield value, key
        yield from _places(part)


def _change(container: Any, key: Any, chance: Random) -> None:
    match chance.randrange(7):
        case 0:
            del container[key]
        case 1 | 2:
            container[key] = copy.deepcopy(chance.choice(STRANGE))
        case 3:
            container[key] = [container[key]] if chance.random() < 0.5 else {"value": container[key]}
        case 4 if isinstance(container[key], str):
            container[key] = _scrambled(container[key], chance)
        case 5 if isinstance(container, dict):
            container[_scrambled(str(key), chance)] = container.pop(key)
        case 6 if isinstance(container, list):
            container.insert(0, copy.deepcopy(chance.choice(container)))
        case _:
            container[key] = str(container[key])


def _scrambled(text: str, chance: Random) -> str:
    at = chance.randint(0, len(text))
    piece = "".join(chance.choices(string.printable, k=chance.randint(0, 5)))
    return text[:at] + piece + text[at + chance.randint(0, 3) :]
