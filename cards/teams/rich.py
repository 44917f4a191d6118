"""Teams' rich text, in which every word stands as it was typed: no Markdown, no dates worked out, nothing alive."""

import re
from collections.abc import Sequence
from typing import Any, Literal, TypedDict, Unpack

from cards.limits import TEAMS
from cards.text import clip, harmless

Json = dict[str, Any]
Run = dict[str, Any]
"""A run of text in one style: `{"type": "TextRun", "text": …, "weight": "Bolder"}`."""


class Style(TypedDict, total=False):
    """How a run of text looks, in Adaptive Cards' own names."""

    weight: Literal["Bolder"]
    size: Literal["Small", "Large"]
    color: Literal["Attention"]
    fontType: Literal["Monospace"]
    isSubtle: bool
    italic: bool
    strikethrough: bool
    underline: bool


QUIET: Style = {"size": "Small", "isSubtle": True}
BOLD: Style = {"weight": "Bolder"}
TITLE: Style = {"size": "Large", "weight": "Bolder"}

_WORKED_OUT = re.compile(r"(?<=\{)(?=\{\s*(?:DATE|TIME)\s*\()", re.IGNORECASE)
_PLAIN = re.compile(r"(?:[^\W\d_]|[“‘])(?:[^\W_]|[ ,:;'’‘“”?–—…()%]|(?<=\w)-(?=\w)|\.(?!\w))*")


def words(text: str, **style: Unpack[Style]) -> list[Run]:
    """A run of text in one style; none when there is no text."""
    return words_raw(harmless(text), **style)


def words_raw(text: str, **style: Unpack[Style]) -> list[Run]:
    """A run of text that is fit to be shown, in one style, its spaces at either end kept.

    Cards work out `{{DATE(…)}}` within a run: one that was typed is given in two.
    """
    if "{{" in text:
        return [{"type": "TextRun", "text": part, **style} for part in _WORKED_OUT.split(text) if part]
    return [{"type": "TextRun", "text": text, **style}] if text else []


def block(runs: Sequence[Run], **more: str) -> Json:
    """A paragraph; a dash when there is nothing to say. `more` says how it stands (`spacing`)."""
    return {"type": "RichTextBlock", "inlines": list(runs) or words_raw("–"), **more}


def quiet(text: str, **more: str) -> Json:
    """A line in small type, of a text that is fit to be shown."""
    return block(words_raw(text, **QUIET), **{"spacing": "Small", **more})


def plain(text: str) -> bool:
    """Whether nothing in the text could be taken for Markdown, an address or a function."""
    return _PLAIN.fullmatch(text) is not None


def heading(text: str) -> Json:
    """A title. Only a text block can be a heading to screen readers, and it knows Markdown: a title in which
    something could be taken for that is rich text that looks the same.
    """
    title = clip(text, TEAMS.title) or "–"
    if plain(title):
        return {"type": "TextBlock", "text": title, **TITLE, "wrap": True, "style": "heading"}
    return block(words_raw(title, **TITLE))
