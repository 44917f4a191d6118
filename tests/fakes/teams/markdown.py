"""How Teams draws the text of a TextBlock, a fact or a message: Markdown, in which typed words may come to life.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("js-default", {"html": False, "linkify": False})
_MENTION = re.compile(r"<at\b[^>]*>.*?</at>", re.DOTALL)
_DATE = re.compile(r"\{\{(?:DATE|TIME)\((\d{4}-\d\d-\d\dT[^,)]*)(?:,[^)]*)?\)\}\}")


def rendered(text: str) -> str:
    """Markdown as it appears: marks gone, a single newline a space (so typed `*stars*` are missed)."""
    lines = [_line(token) for token in _inlines(_MARKDOWN.parse(dated(text)))]
    return "\n".join(lines)


def dated(text: str) -> str:
    """Any text of a card, with its `{{DATE(…)}}` written out, as cards do everywhere."""
    return _DATE.sub(r"\1", text)


def alive(text: str, mentions: frozenset[str]) -> list[str]:
    """The links, dates and mentions in Markdown that would work; `mentions` are those that the card declares."""
    tokens = [child for token in _inlines(_MARKDOWN.parse(text)) for child in token.children or []]
    links = [
        str(token.attrGet("href") or token.attrGet("src")) for token in tokens if token.type in {"link_open", "image"}
    ]
    return links + alive_anyway(text, mentions)


def alive_anyway(text: str, mentions: frozenset[str]) -> list[str]:
    """The dates and mentions in text that is not Markdown."""
    dates = [match.group(0) for match in _DATE.finditer(text)]
    return dates + [match.group(0) for match in _MENTION.finditer(text) if match.group(0) in mentions]


def _inlines(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type in {"inline", "fence", "code_block"}:
            yield token


def _line(token: Token) -> str:
    if token.children is None:
        return token.content.rstrip("\n")
    words: list[str] = []
    for child in token.children:
        match child.type:
            case "softbreak":
                words.append(" ")
            case "hardbreak":
                words.append("\n")
            case _:
                words.append(child.content)
    return "".join(words)
