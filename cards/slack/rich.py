"""Slack's rich text, in which every word stands as it was typed, and the difference between two texts."""

from collections.abc import Iterator, Sequence
from typing import Any

from cards.changes import changes
from cards.limits import SLACK
from cards.text import clip, harmless

Json = dict[str, Any]
Piece = dict[str, Any]
"""A run of text in one style: `{"type": "text", "text": …, "style": {"bold": True}}`."""

_SKIP_BEYOND = 600
_CONTEXT = 60


def words(text: str, **style: bool) -> list[Piece]:
    """A run of text in one style (bold, italic, strike); none when there is no text, which Slack refuses."""
    return words_raw(harmless(text), **style)


def plain(text: str, longest: int = SLACK.plain) -> Json:
    """A text object in which nothing is parsed; a dash when there is nothing to say, since Slack refuses none."""
    return literal(clip(text, longest))


def literal(text: str) -> Json:
    """A text object of a text that is fit to be shown already, its lines kept."""
    return {"type": "plain_text", "text": text or "–", "emoji": False}


def header(text: str) -> Json:
    """A title."""
    return {"type": "header", "text": plain(text, SLACK.header)}


def block(*elements: Json) -> Json:
    """One block of rich text."""
    return {"type": "rich_text", "elements": list(elements)}


def section(pieces: Sequence[Piece]) -> Json:
    """A paragraph."""
    return {"type": "rich_text_section", "elements": list(pieces) or words_raw("–")}


def quoted(pieces: Sequence[Piece]) -> Json:
    """Somebody's words, set off by a bar."""
    return {"type": "rich_text_quote", "elements": list(pieces) or words_raw("–")}


def to_copy(text: str) -> Json:
    """Text that is copied exactly as it stands."""
    return {"type": "rich_text_preformatted", "elements": words_raw(harmless(text) or "–")}


def difference(label: str, before: str, after: str, longest: int) -> Json:
    """Two texts one above the other: "Was", its lost words struck through, and "Now", its new words bold.

    Long stretches that stayed the same are left out visibly, so that no change falls off the end.
    """
    was, now = harmless(before), harmless(after)
    skip = len(was) + len(now) > _SKIP_BEYOND
    lost, gained = list[Piece](), list[Piece]()
    for same, old, new in changes(was, now):
        lost += words_kept(old, skip=skip) if same else words_raw(old, strike=True)
        gained += words_kept(new, skip=skip) if same else words_raw(new, bold=True)
    return block(
        section([*words(label, bold=True), *words_raw("\nWas:")]),
        quoted(list(_within(lost or words("nothing", italic=True), longest))),
        section(words_raw("Now:")),
        quoted(list(_within(gained or words("nothing", italic=True), longest))),
    )


def words_raw(text: str, **style: bool) -> list[Piece]:
    """A run of text whose spaces at either end matter, in one style."""
    if not text:
        return []
    return [{"type": "text", "text": text, "style": style} if style else {"type": "text", "text": text}]


def words_kept(text: str, *, skip: bool) -> list[Piece]:
    """A run that stayed the same; when `skip`, only its two ends."""
    if skip and len(text) > 3 * _CONTEXT:
        return [*words_raw(f"{text[:_CONTEXT]} "), *words_raw("[…]", italic=True), *words_raw(f" {text[-_CONTEXT:]}")]
    return words_raw(text)


def _within(pieces: Sequence[Piece], longest: int) -> Iterator[Piece]:
    """The pieces as far as they fit in `longest` characters, and how many characters more there are."""
    left = longest
    for piece in pieces:
        text = str(piece["text"])
        if len(text) > left:
            missing = sum(len(each["text"]) for each in pieces) - longest
            if left:
                yield {**piece, "text": text[:left]}
            yield from words_raw(f"… {missing:,} more characters", italic=True)
            return
        left -= len(text)
        yield piece
