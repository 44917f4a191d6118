"""Cards as HTML. Classes say what a thing is, never how it looks; every word is escaped."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import assert_never
from urllib.parse import urlsplit

from markupsafe import Markup

from cards.chart import WIDTH, data_uri
from cards.html.difference import difference_html
from cards.html.words import block, inline, together
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
)
from cards.text import fitted, harmless, warned

PictureUrl = Callable[[str], str]
"""Gives the address of a picture by its sha256."""

LONGEST_BESIDE = 16
"""How many letters a word of a label has at the most for its value to stand beside it."""

QUOTE_BEFORE_WHOLE = 1_200
"""How many characters of a quotation are shown when a button opens the rest."""


def card_html(card: Card, *, school: str, picture_url: PictureUrl) -> Markup:
    """The card as an <article>. `school` is the slug that its buttons carry; `picture_url` gives the address
    of a picture by its sha256.
    """
    body = together(element_html(each, school=school, picture_url=picture_url) for each in card.body)
    return Markup('<article class="card"><h3 class="title">{}</h3>{}{}</article>').format(
        inline(card.title), body, _actions(card.buttons, school)
    )


def window_html(card: Card, *, school: str, picture_url: PictureUrl) -> Markup:
    """The same as something to be read and closed, in a window of its own."""
    body = together(element_html(each, school=school, picture_url=picture_url) for each in card.body)
    pressed = together(button_html(button, school) for button in card.buttons)
    return Markup(
        '<section class="window form"><h3 class="title" tabindex="-1">{}</h3>{}'
        '<div class="actions">{}<button type="button" class="button" data-cancel>Back to the chat</button></div>'
        "</section>"
    ).format(inline(card.title), body, pressed)


def element_html(element: Element, *, school: str, picture_url: PictureUrl) -> Markup:
    """One element of a card."""
    match element:
        case Text(text, tone):
            return block(text, "p", f"text {tone.value}")
        case Quote():
            return _quote(element, school)
        case Facts(rows):
            return Markup('<dl class="facts{}">{}</dl>').format(_apart(rows), together(_facts(rows)))
        case Notice():
            return _notice(element)
        case Picture():
            return _picture(element, picture_url)
        case Chart():
            return _chart(element)
        case Difference():
            return difference_html(element)
        case Copy():
            return _copy(element)
        case Row():
            return _row(element, school)
        case Divider():
            return Markup("<hr>")
        case _:
            assert_never(element)


def button_html(button: Button, school: str) -> Markup:
    """The button; a link when it has an address that a browser may follow."""
    if button.url:
        if urlsplit(button.url).scheme not in ("http", "https"):
            return inline(f"{button.label}: {button.url}")
        return Markup('<a class="button {}" href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(
            button.tone.value, button.url, inline(button.label)
        )
    name = Markup(' aria-label="{}"').format(button.about) if button.about else ""
    return Markup(
        '<button type="button" class="button {}" data-verb="{}" data-record="{}" data-version="{}" '
        'data-school="{}" data-payload="{}"{}>{}</button>'
    ).format(
        button.tone.value,
        button.verb,
        str(button.record or ""),
        button.version,
        school,
        json.dumps(dict(button.payload)),
        name,
        inline(button.label),
    )


def _actions(buttons: Iterable[Button], school: str) -> Markup:
    shown = together(button_html(button, school) for button in buttons)
    return Markup('<div class="actions">{}</div>').format(shown) if shown else Markup("")


def _quote(quote: Quote, school: str) -> Markup:
    if quote.whole is None or len(quote.text) <= QUOTE_BEFORE_WHOLE:
        return block(quote.text, "blockquote")
    return block(fitted(quote.text, QUOTE_BEFORE_WHOLE), "blockquote") + _actions((quote.whole,), school)


def _facts(rows: Iterable[tuple[str, str]]) -> Iterator[Markup]:
    for label, value in rows:
        yield Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(inline(label), block(value))


def _apart(rows: Iterable[tuple[str, str]]) -> str:
    """Each value stands under its label where a word of a label is too long to stand beside it on a phone."""
    return " apart" if any(len(word) > LONGEST_BESIDE for label, _ in rows for word in label.split()) else ""


def _notice(notice: Notice) -> Markup:
    clause = block(notice.clause, "p", "clause") if notice.clause else ""
    said = block(f"{warned(notice.tone)}{notice.text}", "p")
    return Markup('<div class="notice {}">{}{}</div>').format(notice.tone.value, said, clause)


def _picture(picture: Picture, picture_url: PictureUrl) -> Markup:
    url = picture_url(picture.sha256)
    caption = Markup("<figcaption>{}</figcaption>").format(inline(picture.caption)) if picture.caption else ""
    link = Markup('<a class="button" href="{}" download>Download the picture</a>').format(url)
    return Markup('<figure class="picture"><img src="{}" alt="{}">{}{}</figure>').format(
        url, picture.alt, caption, link if picture.download else ""
    )


def _chart(chart: Chart) -> Markup:
    return Markup('<figure class="chart"><img src="{}" alt="{}" width="{}"></figure>').format(
        data_uri(chart), harmless(chart.alt), WIDTH
    )


def _copy(copy: Copy) -> Markup:
    return Markup(
        '<section class="copy"><p class="label">{}</p>{}'
        '<button type="button" class="button" data-copy>Copy the text</button></section>'
    ).format(inline(copy.label), block(copy.text, classes="exact"))


def _row(row: Row, school: str) -> Markup:
    detail = block(row.detail, "p", "quiet") if row.detail else ""
    return Markup('<div class="row"><div>{}{}</div>{}</div>').format(
        block(row.title, "p", "strong"), detail, _actions(row.buttons, school)
    )
