"""A card as plain text, and words made fit to be shown: nothing hidden in them, and cut visibly when too long."""

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from cards.model import (
    Button,
    Card,
    Chart,
    Copy,
    Difference,
    Divider,
    Element,
    Facts,
    Notice,
    Picture,
    Quote,
    Row,
    Text,
    Tone,
)
from policy.text import clean, shorten

_CONTROL = re.compile(r"[^\n\x20-\x7e]")


def harmless(text: str) -> str:
    """The text without characters that hide, reorder or break off other text."""
    if text.isascii() and text.isprintable():
        return text
    return clean(text) if _CONTROL.search(text) else text


def fitted(text: str, longest: int) -> str:
    """The text, or its beginning and how much more there is ("… 1,204 more characters"), in `longest` characters."""
    if len(text) <= longest:
        return text
    room = longest - len(_more(len(text)))
    if room < 1:
        return text[:longest]
    kept, left_out = shorten(text, room)
    return f"{kept}{_more(left_out)}"


def clip(text: str, longest: int) -> str:
    """A label on one line, ending in an ellipsis when it had to be cut."""
    return shorten(" ".join(harmless(text).split()), longest)[0]


def warned(tone: Tone) -> str:
    """The word that carries a tone where colour alone would."""
    match tone:
        case Tone.WARNING:
            return "Please note: "
        case Tone.DANGER:
            return "Important: "
        case Tone.PLAIN | Tone.QUIET | Tone.STRONG | Tone.PRIMARY:
            return ""
        case _:
            assert_never(tone)


def plain(card: Card) -> str:
    """The card as an e-mail has it: title, body and links, an empty line between parts."""
    parts = (card.title, *("\n".join(_lines(element)) for element in card.body), "\n".join(_links(card.buttons)))
    return harmless("\n\n".join(part for part in parts if part))


def spelled_out(chart: Chart) -> Iterator[Text | Facts]:
    """The numbers of a chart where there is no picture of it."""
    for group in chart.groups:
        yield Text(group.name, Tone.STRONG)
        yield Facts(tuple((bar.label, bar.words) for bar in group.bars))


def _lines(element: Element) -> Iterator[str]:
    match element:
        case Text():
            yield element.text
        case Quote():
            yield from _quoted(element.text)
        case Facts():
            yield from (f"{label}: {value}" for label, value in element.rows)
        case Notice():
            yield f"{warned(element.tone)}{element.text}"
            if element.clause:
                yield element.clause
        case Picture():
            yield f"Picture: {element.alt or 'nobody has said what it shows'}"
            if element.caption:
                yield element.caption
        case Chart():
            for spelled in spelled_out(element):
                yield from _lines(spelled)
        case Difference():
            yield element.label
            yield f"Was: {element.before or 'nothing'}"
            yield f"Now: {element.after or 'nothing'}"
        case Copy():
            yield f"{element.label}:"
            yield element.text
        case Row():
            yield f"- {element.title}"
            if element.detail:
                yield f"  {element.detail}"
            yield from (f"  {link}" for link in _links(element.buttons))
        case Divider():
            yield "---"
        case _:
            assert_never(element)


def _quoted(text: str) -> Iterator[str]:
    yield from (f"> {line}" for line in text.splitlines() or ("",))


def _links(buttons: Iterable[Button]) -> Iterator[str]:
    yield from (f"{button.label}: {button.url}" for button in buttons if button.url)


def _more(count: int) -> str:
    return f" {count:,} more characters"
