"""The elements of a card as Slack's blocks: user text in rich text and plain text objects only, never in mrkdwn.

The blocks are plain JSON: `slack_sdk.models` checks every one of them in the tests, and would cost a list of posts
as much again as everything else that a command does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import assert_never

from cards.chart import sha256_of
from cards.limits import SLACK
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
from cards.slack import payload, rich
from cards.slack.rich import Json
from cards.text import clip, fitted, harmless, spelled_out, warned


@dataclass(slots=True)
class Page:
    """A message or view being laid out. `uploads` are Slack's file ids by sha256; `live` offers its buttons,
    otherwise only links are kept; `room` is how many characters of people's text may still go on it.
    """

    school: str
    uploads: Mapping[str, str] = field(default_factory=dict)
    live: bool = True
    room: int = SLACK.message_text

    def fit(self, text: str, longest: int) -> str:
        """The text, shortened visibly to what it may take up here."""
        shown = harmless(text)
        if not len(shown) <= longest <= self.room:
            shown = fitted(shown, min(longest, max(self.room, SLACK.notification)))
        self.room -= len(shown)
        return shown


def card_blocks(card: Card, page: Page, most: int) -> list[Json]:
    """The card in at most `most` blocks; what does not fit is counted in the last line above the buttons."""
    pressed = actions(card.buttons, page)
    fitting, left = list[Json](), most - 1 - len(pressed)
    for number, element in enumerate(card.body):
        drawn = draw(element, page)
        more = len(card.body) - number
        if len(drawn) > left - (more > 1):
            fitting.append(quiet(f"… and {more:,} more"))
            break
        fitting += drawn
        left -= len(drawn)
    return [rich.header(card.title), *fitting, *pressed]


def draw(element: Element, page: Page) -> list[Json]:
    """One element as blocks."""
    match element:
        case Row():
            return _row(element, page)
        case Text():
            return [_text(element, page)]
        case Quote():
            return _quote(element, page)
        case Facts():
            return [_facts(element, page)]
        case Notice():
            said = rich.words(warned(element.tone), bold=True) + rich.words_raw(page.fit(element.text, SLACK.quote))
            clause = rich.words_raw(f"\n{harmless(element.clause)}", italic=True) if element.clause else []
            return [rich.block(rich.section(said + clause))]
        case Picture():
            return _picture(element, page)
        case Chart():
            return _chart(element, page)
        case Difference():
            return [rich.difference(element.label, element.before, element.after, SLACK.quote)]
        case Copy():
            return _copy(element, page)
        case Divider():
            return [{"type": "divider"}]
        case _:
            assert_never(element)


def quiet(text: str) -> Json:
    """A line in small type."""
    return {"type": "context", "elements": [rich.literal(fitted(harmless(text), SLACK.context))]}


def actions(buttons: Iterable[Button], page: Page) -> list[Json]:
    """Buttons side by side, in as many blocks as Slack needs for them."""
    shown = [button for button in buttons if page.live or button.url]
    every = range(0, len(shown), SLACK.buttons)
    return [{"type": "actions", "elements": _elements(shown[start : start + SLACK.buttons], page)} for start in every]


def _elements(buttons: Sequence[Button], page: Page) -> list[Json]:
    counts: dict[str, int] = {}
    drawn = list[Json]()
    for button in buttons:
        verb = _verb(button)
        count = counts[verb] = counts.get(verb, -1) + 1
        drawn.append(_button(button, page, payload.action_id(verb, count)))
    return drawn


def _verb(button: Button) -> str:
    return payload.LINK if button.url else button.verb


@lru_cache(256)
def _label(words: str) -> Json:
    return rich.plain(words, SLACK.button)


def _button(button: Button, page: Page, action: str) -> Json:
    element: Json = {"type": "button", "text": _label(button.label), "action_id": action}
    if button.tone in (Tone.PRIMARY, Tone.DANGER):
        element["style"] = button.tone.value
    if button.about and (about := clip(button.about, SLACK.button)):
        element["accessibility_label"] = about
    if button.url and len(button.url) <= SLACK.button_url:
        element["url"] = button.url
    else:
        element["value"] = payload.of_button(button, page.school)
    return element


def _text(element: Text, page: Page) -> Json:
    shown = page.fit(element.text, SLACK.quote)
    match element.tone:
        case Tone.QUIET:
            return quiet(shown)
        case Tone.STRONG:
            return rich.block(rich.section(rich.words(shown, bold=True)))
        case Tone.PLAIN | Tone.PRIMARY | Tone.WARNING | Tone.DANGER:
            warning = rich.words_raw(warned(element.tone), bold=True)
            return rich.block(rich.section(warning + rich.words(shown)))
        case _:
            assert_never(element.tone)


def _quote(element: Quote, page: Page) -> list[Json]:
    longest = SLACK.quote_before_whole if element.whole and page.live else SLACK.quote
    shown = page.fit(element.text, longest)
    drawn: list[Json] = [rich.block(rich.quoted(rich.words(shown)))]
    return drawn + _whole(element.whole, shown != harmless(element.text), page)


def _copy(element: Copy, page: Page) -> list[Json]:
    shown = page.fit(element.text, SLACK.quote)
    label = rich.section(rich.words(element.label, bold=True))
    drawn: list[Json] = [rich.block(label, rich.to_copy(shown))]
    return drawn + _whole(element.whole, shown != harmless(element.text), page)


def _whole(button: Button | None, shortened: bool, page: Page) -> list[Json]:
    return actions((button,), page) if button is not None and shortened else []


def _facts(element: Facts, page: Page) -> Json:
    pieces = list[rich.Piece]()
    for label, value in element.rows[: SLACK.facts]:
        shown = page.fit(value, SLACK.fact) or "–"
        pieces += rich.words_raw(f"{clip(label, SLACK.header)}: ", bold=True) + rich.words_raw(f"{shown}\n")
    more = len(element.rows) - SLACK.facts
    if more > 0:
        pieces += rich.words_raw(f"… and {more:,} more")
    return rich.block(rich.section(pieces))


def _picture(element: Picture, page: Page) -> list[Json]:
    alt = clip(element.alt, SLACK.alt) or "Nobody has said what this picture shows"
    upload = page.uploads.get(element.sha256)
    if upload is None:
        caption = f" {element.caption}" if element.caption else ""
        return [quiet(f"A picture that cannot be shown here. It shows: {alt}.{caption}")]
    image: Json = {"type": "image", "slack_file": {"id": upload}, "alt_text": alt}
    if element.caption.strip():
        image["title"] = rich.plain(element.caption, SLACK.caption)
    hint = [quiet("To save it, open the picture and choose Download.")] if element.download else []
    return [image, *hint]


def _chart(element: Chart, page: Page) -> list[Json]:
    upload = page.uploads.get(sha256_of(element))
    if upload is None:
        return [block for spelled in spelled_out(element) for block in draw(spelled, page)]
    return [{"type": "image", "slack_file": {"id": upload}, "alt_text": clip(element.alt, SLACK.alt)}]


def _row(element: Row, page: Page) -> list[Json]:
    buttons = element.buttons if page.live else tuple(button for button in element.buttons if button.url)
    title, detail = page.fit(element.title, SLACK.fact), page.fit(element.detail, SLACK.fact)
    if len(buttons) == 1:
        line = rich.literal(f"{title}\n{detail}".strip())
        return [{"type": "section", "text": line, "accessory": _button(buttons[0], page, _verb(buttons[0]))}]
    under = rich.words_raw(f"\n{detail}") if detail else []
    return [rich.block(rich.section([*rich.words(title, bold=True), *under])), *actions(buttons, page)]
