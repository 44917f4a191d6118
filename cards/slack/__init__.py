"""Cards and forms as Slack shows them: Block Kit messages, modals and the App Home, and back again."""

import re
from collections.abc import Mapping
from typing import Any

from cards.limits import SLACK
from cards.model import Card, Form, Value
from cards.slack import payload, rich
from cards.slack.blocks import Page, card_blocks
from cards.slack.forms import form_blocks, values
from cards.slack.payload import LINK, pressed, sent
from cards.text import fitted, harmless

__all__ = [
    "LINK",
    "home",
    "message",
    "modal",
    "notification",
    "pressed",
    "sent",
    "shown",
    "values",
]

_NOTHING: Mapping[str, str] = {}
_LINKED = re.compile(r"\b(https?|ftp|mailto|tel|slack):(?=\S)", re.IGNORECASE)


def message(card: Card, *, school: str, uploads: Mapping[str, str] = _NOTHING) -> dict[str, Any]:
    """A card as `text` and `blocks`. `uploads` are Slack's file ids of the card's pictures, by sha256."""
    blocks = card_blocks(card, Page(school, uploads), SLACK.message_blocks)
    return {"text": notification(card), "blocks": blocks}


def modal(
    form: Form,
    *,
    school: str,
    values: Mapping[str, Value] | None = None,
    errors: Mapping[str, str] | None = None,
    uploads: Mapping[str, str] = _NOTHING,
) -> dict[str, Any]:
    """A form as a modal view. `values` are shown instead of the form's own; each of `errors` above its field."""
    return {
        "type": "modal",
        "callback_id": form.verb,
        "title": rich.plain(form.title, SLACK.view_title),
        "submit": rich.plain(form.send, SLACK.view_title),
        "close": rich.plain("Cancel"),
        "private_metadata": payload.of_form(form, school),
        "blocks": form_blocks(form, Page(school, uploads), values, errors),
    }


def shown(card: Card, *, school: str, uploads: Mapping[str, str] = _NOTHING, live: bool = True) -> dict[str, Any]:
    """A card as a modal view to read and close; unless `live`, a receipt without buttons."""
    blocks = card_blocks(card, Page(school, uploads, live), SLACK.view_blocks)
    return {"type": "modal", "title": rich.plain("Exeat"), "close": rich.plain("Back to the chat"), "blocks": blocks}


def home(card: Card, *, school: str, uploads: Mapping[str, str] = _NOTHING) -> dict[str, Any]:
    """A card as somebody's App Home."""
    return {"type": "home", "blocks": card_blocks(card, Page(school, uploads), SLACK.view_blocks)}


def notification(card: Card) -> str:
    """The card's summary for a notification: short, escaped, and nothing in it alive."""
    said = fitted(harmless(card.summary or card.title), SLACK.notification)
    escaped = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LINKED.sub(r"\1: ", escaped)
