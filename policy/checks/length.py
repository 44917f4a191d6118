"""How long a text is by each platform's own way of counting."""

import re

from policy.account import Platform
from policy.text import characters

_LINK = re.compile(r"https?://\S+")
_LINK_COUNTS = 23


def length_on(platform: Platform, text: str) -> int:
    """The text's length as the platform counts it.

    X counts each link as 23, each emoji and each East Asian character as 2 (docs.x.com, "Counting
    characters"); Mastodon counts each link as 23, and like Bluesky counts what a reader sees as one
    character as one. The others are taken to count code points.
    """
    match platform:
        case Platform.X:
            return sum(_on_x(each) for each in characters(_with_short_links(text)))
        case Platform.MASTODON:
            return sum(1 for _ in characters(_with_short_links(text)))
        case Platform.BLUESKY:
            return sum(1 for _ in characters(text))
        case _:
            return len(text)


def _with_short_links(text: str) -> str:
    return _LINK.sub("-" * _LINK_COUNTS, text)


def _on_x(character: str) -> int:
    if character[0] >= "\U0001f000" or "\ufe0f" in character or "\u20e3" in character:
        return 2
    return sum(
        1 if code <= 0x10FF or 0x2000 <= code <= 0x200D or 0x2010 <= code <= 0x201F or 0x2032 <= code <= 0x2037 else 2
        for code in map(ord, character)
    )
