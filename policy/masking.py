"""Finding people in what somebody wrote, by what is known and by how names are written; what stands there instead."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from policy.account import Account
from policy.checks.contact import addresses, email_addresses, mentions, telephone_numbers
from policy.checks.names import full_names, is_common_word
from policy.comment import ANYBODY

_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’ʼ]s$")
_BETWEEN = re.compile(r"[\s.,'’_-]{1,3}")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr"})
_SHORTEST, _LONGEST = 3, 5
"""How many letters a part of a name has at least, to be looked for by itself; how many words are no name any more."""


@dataclass(frozen=True, slots=True)
class Instead:
    """What stands in a person's copy where something was taken out, and why it was."""

    words: str
    why: str


_SOMEBODY = "[another person]"

AN_EMAIL = Instead("[an e-mail address]", "an e-mail address")
A_NUMBER = Instead("[a telephone number]", "what looks like a telephone number")
AN_ADDRESS = Instead("[an address]", "what looks like an address")
A_MENTION = Instead(_SOMEBODY, "a mention of somebody's account")
A_KNOWN_NAME = Instead(_SOMEBODY, "the name of somebody who is known")
A_LIKELY_NAME = Instead(_SOMEBODY, "what looks like a name")
AN_OUTSIDER = Instead(_SOMEBODY, "the name of somebody from elsewhere")
A_COLLEAGUE = Instead("a colleague", "the name of somebody else")
A_COLLEAGUES_WORDS = Instead("[words of a colleague]", "words of somebody else")
ANOTHERS_WORDS = Instead("[words of another person]", "words of somebody else")
A_PICTURE = Instead("[a picture that may show other people]", "a picture that may show other people")
CONFIDENTIAL = Instead(
    "[kept back until the data protection officer has decided]", "their own words in a confidential file"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody or an address in a text, from `start` to before `end`, and what stands there instead."""

    start: int
    end: int
    instead: Instead


class Names:
    """Names to be found in texts, however they are spelt: in full, after a title, or by a part clearly a name.

    `plain` are words that are no name by themselves here, such as those of the school's own.
    """

    def __init__(self, names: Iterable[str], plain: Iterable[str] = ()) -> None:
        self._spelt: dict[str, set[tuple[str, ...]]] = {}
        self._plain = {word for text in plain for word, _, _ in _words(text)} | ANYBODY
        for name in names:
            self._learn(tuple(word for word, _, _ in _words(name)))

    def _learn(self, words: tuple[str, ...]) -> None:
        if len(words) > 1 and not self._plain.issuperset(words):
            self._add(words)
            self._add(("".join(words),))
        for word in words:
            if len(word) >= _SHORTEST and not is_common_word(word) and word not in self._plain:
                self._add((word,))
            elif len(words) < _LONGEST and len(word) > 1 and word not in _TITLES | self._plain:
                for title in _TITLES:
                    self._add((title, word))

    def _add(self, words: tuple[str, ...]) -> None:
        self._spelt.setdefault(words[0], set()).add(words)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where names stand, from and to, the longest at each place."""
        words = list(_words(text))
        at = 0
        while at < len(words):
            length = self._longest(words, at, text)
            if length:
                yield words[at][1], words[at + length - 1][2]
            at += length or 1

    def _longest(self, words: list[tuple[str, int, int]], at: int, text: str) -> int:
        found = 0
        for spelt in self._spelt.get(words[at][0], ()):
            here = words[at : at + len(spelt)]
            if len(spelt) > found and tuple(word for word, _, _ in here) == spelt and _together(here, text):
                found = len(spelt)
        return found


def places_of(text: str, names: Names, emails: frozenset[str]) -> list[tuple[int, int]]:
    """Where somebody is named in a text, by names or by addresses (case-folded), in order and without overlaps."""
    mailed = (each for each in email_addresses(text) if each.casefold() in emails)
    found = sorted([*names.find(text), *(place for each in mailed for place in _places(text, each))])
    apart = list[tuple[int, int]]()
    for start, end in found:
        if apart and start < apart[-1][1]:
            start, end = apart[-1][0], max(end, apart.pop()[1])
        apart.append((start, end))
    return apart


class Mask:
    """Finds other people in what one person wrote. `own` are that person's names, `emails` their addresses."""

    def __init__(self, others: Names, own: Names, emails: frozenset[str], accounts: tuple[Account, ...]) -> None:
        self._others, self._own, self._emails, self._accounts = others, own, emails, accounts

    def find(self, text: str) -> list[Found]:
        """Everybody else in the text, in order and without overlaps."""
        return list(self._apart(sorted(self._all(text), key=lambda each: (each.start, -each.end))))

    def names_subject(self, text: str) -> str:
        """How the text names the person whose copy it is; "" when it does not."""
        mailed = (each for each in email_addresses(text) if each.casefold() in self._emails)
        named = (text[start:end] for start, end in self._own.find(text))
        return max((*mailed, *named), key=len, default="")

    def _all(self, text: str) -> Iterator[Found]:
        mine = [(start, end) for start, end in self._own.find(text)]
        for each in email_addresses(text):
            for start, end in _places(text, each):
                if each.casefold() in self._emails:
                    mine.append((start, end))
                else:
                    yield Found(start, end, AN_EMAIL)
        guesses = (
            (telephone_numbers(text), A_NUMBER),
            (addresses(text), AN_ADDRESS),
            (mentions(text, self._accounts), A_MENTION),
            (full_names(text), A_LIKELY_NAME),
        )
        for start, end in self._others.find(text):
            if not any(a <= start and end <= b for a, b in mine):
                yield Found(start, end, A_KNOWN_NAME)
        for words, instead in guesses:
            for each in words:
                for start, end in _places(text, each):
                    if not any(a < end and start < b for a, b in mine):
                        yield Found(start, end, instead)

    @staticmethod
    def _apart(found: Iterable[Found]) -> Iterator[Found]:
        """Those that overlap made one, which says what the first of them says."""
        last: Found | None = None
        for each in found:
            if last is not None and each.start < last.end:
                last = Found(last.start, max(last.end, each.end), last.instead)
                continue
            if last is not None:
                yield last
            last = each
        if last is not None:
            yield last


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word, spelt plainly, with where it stands; a possessive ending is left out."""
    for match in _WORD.finditer(text):
        bare = _POSSESSIVE.sub("", match[0])
        plain = unicodedata.normalize("NFKD", bare.casefold()).replace("’", "'").replace("ʼ", "'")
        yield (
            "".join(each for each in plain if not unicodedata.combining(each)),
            match.start(),
            match.start() + len(bare),
        )


def _together(words: list[tuple[str, int, int]], text: str) -> bool:
    """Whether no more than a space, a hyphen or the like stands between the words."""
    return all(_BETWEEN.fullmatch(text[end:start]) for (_, _, end), (_, start, _) in pairwise(words))


def _places(text: str, words: str) -> Iterator[tuple[int, int]]:
    at = text.find(words)
    while at >= 0 and words:
        yield at, at + len(words)
        at = text.find(words, at + len(words))
