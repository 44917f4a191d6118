"""Whom a name that somebody typed might mean, where a doubt counts as a yes."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from policy.people import Role

CLOSE = 0.75
"""How alike two words are that might be one, misspelt: from 0 to 1."""

_WORD = re.compile(r"[^\W\d_]+")

_PASSED_OVER = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "her", "his", "in", "is", "mr", "mrs", "miss", "ms", "mx", "dr")
) | frozenset(("my", "of", "on", "or", "our", "s", "sir", "the"))
"""Words that say nothing of who somebody is."""

_ROLES: dict[str, tuple[Role, ...]] = {
    "headteacher": (Role.HEADTEACHER,),
    "head": (Role.HEADTEACHER,),
    "principal": (Role.HEADTEACHER,),
    "dsl": (Role.DSL, Role.DEPUTY_DSL),
    "safeguarding": (Role.DSL, Role.DEPUTY_DSL),
    "chair": (Role.CHAIR,),
    "governor": (Role.CHAIR,),
    "governors": (Role.CHAIR,),
    "admin": (Role.ADMIN,),
    "it": (),
    "technician": (Role.ADMIN,),
    "office": (),
    "deputy": (Role.DEPUTY_DSL,),
    "lead": (),
    "person": (),
    "teacher": (),
}


def might_mean(typed: str, name: str) -> bool:
    """Whether what was typed might mean the person of that name: it has their surname, or nothing but their names."""
    said = [word for word in _words(typed) if word not in _ROLES]
    names = _words(name)
    if not said or not names:
        return False
    return any(_close(names[-1], word) for word in said) or all(
        any(_close(word, own) for own in names) for word in said
    )


def meant_roles(typed: str) -> frozenset[Role]:
    """The roles that what was typed means, where it names nobody: "the head"."""
    words = _words(typed)
    if any(word not in _ROLES for word in words):
        return frozenset()
    return frozenset(role for word in words for role in _ROLES[word])


def _words(text: str) -> list[str]:
    found: Iterable[str] = _WORD.findall(text.casefold())
    return [word for word in found if word not in _PASSED_OVER]


def _close(one: str, other: str) -> bool:
    return one == other or SequenceMatcher(None, one, other).ratio() >= CLOSE
