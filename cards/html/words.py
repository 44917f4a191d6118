"""Words put into HTML: escaped, free of hidden characters, and kept from turning the text around them."""

from collections.abc import Iterable

from markupsafe import Markup

from cards.text import harmless


def inline(text: str) -> Markup:
    """Words within a line."""
    return Markup("<bdi>{}</bdi>").format(harmless(text))


def block(text: str, tag: str = "div", classes: str = "") -> Markup:
    """Words of their own, with their line breaks. `tag` and `classes` are ours, never typed by anybody."""
    pattern = f'<{tag} class="{f"words {classes}".strip()}" dir="auto">{{}}</{tag}>'
    return Markup(pattern).format(harmless(text))  # noqa: S704


def together(parts: Iterable[Markup]) -> Markup:
    """The parts, one after another."""
    return Markup("").join(parts)
