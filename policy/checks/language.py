"""Language likely to offend, as glin-profanity's English word list knows it."""

import re
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from itertools import groupby, pairwise
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

_SPELT_OUT = re.compile(r"(?:^|\s)\W*\w\W*\s+\W*\w\W*(?:\s|$)")
"""Two single letters in a row: a word may be spelt out with spaces."""

_PLAIN = str.maketrans("013457@$!", "oieastasi")


class _WordList(Protocol):
    words: Collection[str]

    def check_profanity(self, text: str) -> dict[str, Sequence[str] | None]: ...
    def is_profane(self, text: str) -> bool: ...


@cache
def _word_list() -> _WordList:
    """The list, loaded at the first question: it costs a twentieth of a second."""
    from glin_profanity import Filter

    settings = {"languages": ["english"], "ignore_words": _HARMLESS_HERE, "whitelist": _HARMLESS_PHRASES}
    return cast(_WordList, Filter(settings))


def offensive_words(text: str) -> tuple[str, ...]:
    """The list's words that the text contains, also disguised (sh1t), each once."""
    return scan(text) if _worth_scanning(text) else ()


def scan(text: str) -> tuple[str, ...]:
    """What `offensive_words` gives, however plainly innocent the text is: it takes far longer than looking does."""
    found = _word_list().check_profanity(text)["profane_words"]
    found = found or _word_list().check_profanity(_PLURAL.sub("", text))["profane_words"]
    return tuple(dict.fromkeys(found or ()))


def _worth_scanning(text: str) -> bool:
    """Whether a word is suspicious by itself, or two together begin a phrase, or one may be spelt out."""
    words = text.split()
    if any(map(_suspicious, words)) or _SPELT_OUT.search(text):
        return True
    bare = [each for word in words if (each := _bare(word))]
    return not _beginnings().isdisjoint(pairwise(bare))


@lru_cache(maxsize=50_000)
def _suspicious(word: str) -> bool:
    """Whether the list knows the word: a school uses the same few thousand words every day."""
    if word.isdecimal():
        return False
    return _word_list().is_profane(word) or _word_list().is_profane(_PLURAL.sub("", word))


@lru_cache(maxsize=50_000)
def _bare(word: str) -> str:
    """The word's letters alone: no plural, disguises undone, repeated ones once."""
    letters = filter(str.isalpha, word.casefold().translate(_PLAIN))
    return "".join(letter for letter, _ in groupby(letters)).removesuffix("s")


@cache
def _beginnings() -> frozenset[tuple[str, str]]:
    """The first two words of every phrase on the list."""
    listed = (map(_bare, re.split(r"[\s-]+", phrase)) for phrase in _word_list().words)
    phrases = (list(filter(None, words)) for words in listed)
    return frozenset((words[0], words[1]) for words in phrases if len(words) > 1)
