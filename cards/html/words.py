"""Words put into HTML: escaped, free of hidden characters, and kept from turning the text around them."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from cards.text import harmless

_WHOLE = re.compile(r"\b(?:[2-9A-Z]{4}-[2-9A-Z]{4}|0[0-9]{2,4}(?: [0-9]{3,6}){1,3})\b")
"""What is read out or copied as one, and does not break at the end of a line: a reference, a telephone number."""


def inline(text: str) -> Markup:
    """Words within a line."""
    return Markup("<bdi>{}</bdi>").format(_unbroken(text))


def block(text: str, tag: str = "div", classes: str = "") -> Markup:
    """Words of their own, with their line breaks. `tag` and `classes` are ours, never typed by anybody."""
    pattern = f'<{tag} class="{f"words {classes}".strip()}" dir="auto">{{}}</{tag}>'
    return Markup(pattern).format(_unbroken(text))  # noqa: S704


def together(parts: Iterable[Markup]) -> Markup:
    """The parts, one after another."""
    return Markup("").join(parts)


def _unbroken(text: str) -> Markup:
    """The words, escaped; nothing but what is escaped already stands between the tags that are put around some."""
    return Markup(_WHOLE.sub(r'<span class="whole">\g<0></span>', str(escape(harmless(text)))))  # noqa: S704
