"""Language likely to offend, as glin-profanity's English word list knows it."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Protocol, cast

_HARMLESS_HERE = (
    "big black",
    "butt",
    "domination",
    "escort",
    "girl on",
    "hoe",
    "hooker",
    "how to kill",
    "huge fat",
    "jelly donut",
    "lemon party",
    "scat",
    "sex",
    "shrimping",
    "snowballing",
    "suck",
    "sucks",
    "tainted love",
    "taste my",
    "tied up",
    "tight white",
    "tongue in a",
    "wrapping men",
    "xx",
    "xxx",
)
"""Words on the list that a primary school uses in good faith: gardening, jazz, nativity plays, kisses."""

_HARMLESS_PHRASES = (
    "pussy cat",
    "pussycat",
    "cock-a-doodle",
    "an ass and",
    "ox and ass",
    "ass and ox",
    "spic and span",
)


_PLURAL = re.compile(r"(?<=[a-z]{3})s\b", re.IGNORECASE)
"""The list has few plurals, so a text is looked at without them as well."""


class _WordList(Protocol):
    def check_profanity(self, text: str) -> dict[str, Sequence[str] | None]: ...


@cache
def _word_list() -> _WordList:
    """The list, loaded at the first question: it costs a twentieth of a second."""
    from glin_profanity import Filter

    settings = {"languages": ["english"], "ignore_words": _HARMLESS_HERE, "whitelist": _HARMLESS_PHRASES}
    return cast(_WordList, Filter(settings))


def offensive_words(text: str) -> tuple[str, ...]:
    """The list's words that the text contains, also disguised (sh1t), each once."""
    found = _word_list().check_profanity(text)["profane_words"]
    found = found or _word_list().check_profanity(_PLURAL.sub("", text))["profane_words"]
    return tuple(dict.fromkeys(found or ()))
