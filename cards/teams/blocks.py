"""The elements of a card as Teams': what people typed in rich text only, tones in words first and colour second.

They are plain JSON: Microsoft's own models, schema and parser check every one of them in the tests, and the models
would cost a list of posts as much again as everything else that a command does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never
from urllib.parse import urlsplit

import orjson

from cards.chart import data_uri
from cards.limits import TEAMS
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
from cards.teams import payload, rich
from cards.teams.difference import difference
from cards.teams.rich import BOLD, Json
from cards.text import clip, fitted, harmless, spelled_out, warned

UNSEEN = "Nobody has said what this picture shows"

PAUSE: Json = {"separator": True, "spacing": "Large"}
"""What an element after a divider has: cards know no divider."""

STYLES = {Tone.PRIMARY: "positive", Tone.DANGER: "destructive"}
WARNINGS = {Tone.WARNING: "warning", Tone.DANGER: "attention"}


@dataclass(frozen=True, slots=True)
class Pictures:
    """Small copies as data URIs and the addresses of the full pictures (https), both by sha256."""

    thumbnails: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Page:
    """A card being laid out. `live` offers its buttons, otherwise only links are kept; in a `window`, those that
    belong there. `left` is how many bytes it may still take, `room` how many characters of people's text;
    without `charts` they are spelled out.
    """

    school: str
    pictures: Pictures = field(default_factory=Pictures)
    live: bool = True
    window: bool = False
    left: int = TEAMS.card
    room: int = TEAMS.text
    charts: bool = True

    def fit(self, text: str, longest: int) -> str:
        """The text, shortened visibly to what it may take up here."""
        text = harmless(text)
        shown = fitted(text, min(longest, max(self.room, TEAMS.least)))
        self.room -= len(shown)
        return shown

    def tighter(self) -> "Iterable[Page]":
        """This page; then the same without small pictures, and with less and less room for text."""
        yield replace(self)
        bare = replace(self.pictures, thumbnails={})
        for room in (self.room, TEAMS.quote // 2, TEAMS.least):
            yield replace(self, pictures=bare, room=min(self.room, room), charts=False)


def card_body(card: Card, page: Page) -> list[Json]:
    """The card within the bytes Teams takes; what does not fit is counted in the last line above the buttons."""
    body, pressed = [rich.heading(card.title)], actions(card.buttons, page)
    page.left -= TEAMS.spare + weight(body) + weight(pressed)
    pause = False
    for number, element in enumerate(card.body):
        drawn = _fitting(element, page)
        if drawn is None:
            body.append(rich.quiet(f"… and {len(card.body) - number:,} more"))
            break
        if pause and drawn:
            drawn[0] |= PAUSE
        pause = isinstance(element, Divider) or (pause and not drawn)
        body += drawn
    return body + pressed


def _fitting(element: Element, page: Page) -> list[Json] | None:
    """The element, as much of it as there is room for; None when there is room for none."""
    for tried in page.tighter():
        drawn = draw(element, tried)
        heavy = weight(drawn)
        if heavy <= page.left:
            page.left, page.room = page.left - heavy, tried.room
            return drawn
    return None


def weight(drawn: object) -> int:
    """How many bytes it takes at most: those of UTF-8, and more where its sender writes other letters as `\\u…`."""
    written = orjson.dumps(drawn)
    return len(written) + 4 * (len(written) - len(written.decode()))


def draw(element: Element, page: Page) -> list[Json]:
    """One element as Teams'."""
    match element:
        case Text():
            return [_text(element, page)]
        case Quote():
            return _quote(element, page)
        case Facts():
            return _facts(element, page)
        case Notice():
            return [notice(element, page)]
        case Picture():
            return _picture(element, page)
        case Chart():
            return _chart(element, page)
        case Difference():
            longest = min(TEAMS.quote, max(page.room, TEAMS.least))
            return difference(element.label, element.before, element.after, longest)
        case Copy():
            return _copy(element, page)
        case Row():
            return [_row(element, page)]
        case Divider():
            return []
        case _:
            assert_never(element)


def actions(buttons: Iterable[Button], page: Page) -> list[Json]:
    """Buttons side by side, as few in a line as a phone shows whole. Addresses no browser follows stand as words."""
    shown = [each for each in buttons if each.url or (page.live and (each.dialog or not page.window))]
    dead = [button for button in shown if button.url and not _followed(button.url)]
    words = [rich.quiet(page.fit(f"{each.label}: {each.url}", TEAMS.fact)) for each in dead]
    return words + lines([_action(button, page) for button in shown if button not in dead])


def lines(pressed: Iterable[Json]) -> list[Json]:
    """Actions in as many lines as a phone needs for them."""
    sets, width = list[Json](), 0
    for action in pressed:
        width += len(action["title"]) + TEAMS.button_edge
        if not sets or len(sets[-1]["actions"]) == TEAMS.buttons or width > TEAMS.buttons_width:
            sets.append({"type": "ActionSet", "actions": [], **({"spacing": "Small"} if sets else {})})
            width = len(action["title"]) + TEAMS.button_edge
        sets[-1]["actions"].append(action)
    return sets


def submit(label: str, data: Json, style: str | None = None, about: str = "") -> Json:
    """An action that sends its data, which is all that a dialog knows."""
    action: Json = {"type": "Action.Submit", "title": clip(label, TEAMS.button) or "–", "data": data}
    return action | ({"style": style} if style else {}) | _about(about)


def execute(verb: str, action: Json) -> Json:
    """The same as an action that is answered in place; clients that know none fall back to sending it."""
    return {**action, "type": "Action.Execute", "verb": verb, "fallback": action}


def _followed(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _action(button: Button, page: Page) -> Json:
    if button.url:
        return _link(button.label, button.url, button.about)
    data = payload.of_button(button, page.school, window=page.window)
    action = submit(button.label, data, STYLES.get(button.tone), button.about)
    return action if button.dialog else execute(button.verb, action)


def _link(label: str, url: str, about: str) -> Json:
    return {"type": "Action.OpenUrl", "title": clip(label, TEAMS.button) or "–", "url": url} | _about(about)


def _about(about: str) -> Json:
    said = clip(about, TEAMS.button)
    return {"tooltip": said} if said else {}


def _text(element: Text, page: Page) -> Json:
    shown = page.fit(element.text, TEAMS.quote)
    match element.tone:
        case Tone.QUIET:
            return rich.quiet(shown)
        case Tone.STRONG:
            return rich.block(rich.words_raw(shown, **BOLD))
        case Tone.PLAIN | Tone.PRIMARY | Tone.WARNING | Tone.DANGER:
            return rich.block(rich.words_raw(warned(element.tone), **BOLD) + rich.words_raw(shown))
        case _:
            assert_never(element.tone)


def notice(element: Notice, page: Page) -> Json:
    """Something to be careful of, its clause beneath."""
    said = rich.words_raw(warned(element.tone), **BOLD) + rich.words_raw(page.fit(element.text, TEAMS.quote))
    items = [rich.block(said)]
    if element.clause:
        items.append(rich.quiet(page.fit(element.clause, TEAMS.fact), spacing="None"))
    style = WARNINGS.get(element.tone)
    return _container(items, **({"style": style} if style else {}))


def _container(items: Sequence[Json], **more: str) -> Json:
    return {"type": "Container", "items": list(items), **more}


def _quote(element: Quote, page: Page) -> list[Json]:
    longest = TEAMS.quote_before_whole if element.whole and page.live else TEAMS.quote
    shown = page.fit(element.text, longest)
    drawn = _container([rich.block(rich.words_raw(shown))], style="emphasis")
    return [drawn, *_whole(element.whole, shown != harmless(element.text), page)]


def _copy(element: Copy, page: Page) -> list[Json]:
    shown = page.fit(element.text, TEAMS.quote)
    label = rich.block(rich.words(clip(element.label, TEAMS.label), **BOLD))
    exact = rich.block(rich.words_raw(shown, fontType="Monospace"))
    drawn = _container([exact], style="emphasis", spacing="Small")
    return [label, drawn, *_whole(element.whole, shown != harmless(element.text), page)]


def _whole(button: Button | None, shortened: bool, page: Page) -> list[Json]:
    return actions((button,), page) if button is not None and shortened else []


def _facts(element: Facts, page: Page) -> list[Json]:
    """A paragraph for each pair: a table of facts would know Markdown, and cut long values off on a phone."""
    drawn = list[Json]()
    for label, value in element.rows[: TEAMS.facts]:
        runs = rich.words_raw(f"{clip(label, TEAMS.label)}: ", **BOLD)
        runs += rich.words_raw(page.fit(value, TEAMS.fact) or "–")
        drawn.append(rich.block(runs, **({"spacing": "Small"} if drawn else {})))
    more = len(element.rows) - TEAMS.facts
    return [*drawn, rich.quiet(f"… and {more:,} more")] if more > 0 else drawn


def _picture(element: Picture, page: Page) -> list[Json]:
    alt = clip(element.alt, TEAMS.alt) or UNSEEN
    small, full = page.pictures.thumbnails.get(element.sha256), page.pictures.links.get(element.sha256)
    opens = [_link("Open the picture", full, f"Open the picture: {alt}")] if full else []
    drawn = list[Json]()
    if small is None:
        drawn.append(rich.quiet(f"A picture that cannot be shown here. It shows: {alt}"))
    else:
        image: Json = {"type": "Image", "url": small, "altText": alt}
        drawn.append({**image, "selectAction": opens[0]} if opens else image)
    if caption := clip(element.caption, TEAMS.caption):
        drawn.append(rich.quiet(caption))
    if opens and (element.download or small is None):
        return [*drawn, *lines(opens)]
    if element.download:
        drawn.append(rich.quiet("This is a small copy. For the picture itself, please ask whoever sent it."))
    return drawn


def _chart(element: Chart, page: Page) -> list[Json]:
    if page.charts:
        return [{"type": "Image", "url": data_uri(element), "altText": clip(element.alt, TEAMS.alt)}]
    return [block for spelled in spelled_out(element) for block in draw(spelled, page)]


def _row(element: Row, page: Page) -> Json:
    """One item; a single short button stands beside it, others beneath."""
    said = [rich.block(rich.words_raw(page.fit(element.title, TEAMS.fact), **BOLD))]
    if element.detail:
        said.append(rich.quiet(page.fit(element.detail, TEAMS.fact), spacing="None"))
    pressed = actions(element.buttons, page)
    only = pressed[0].get("actions", []) if len(pressed) == 1 else []
    if len(only) == 1 and len(only[0]["title"]) <= TEAMS.beside:
        beside = {"width": "auto", "verticalContentAlignment": "Center", "items": pressed}
        columns = [{"type": "Column", **column} for column in ({"width": "stretch", "items": said}, beside)]
        return {"type": "ColumnSet", "separator": True, "columns": columns}
    return {**_container([*said, *pressed]), "separator": True}
