"""Cards and forms as Teams shows them: Adaptive Cards, and back again."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from cards.limits import TEAMS
from cards.model import Card, Form, Value
from cards.teams.blocks import Page, Pictures, card_body
from cards.teams.forms import form_body, values
from cards.teams.payload import Came, came
from cards.teams.rich import Json
from cards.text import clip

__all__ = ["NO_PICTURES", "Came", "Json", "Pictures", "came", "form_card", "message", "summary", "values"]

NO_PICTURES = Pictures()
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


def message(
    card: Card, *, school: str, pictures: Pictures = NO_PICTURES, live: bool = True, window: bool = False
) -> Json:
    """A card as an Adaptive Card; unless `live`, a receipt on which only links can be pressed. `window`: it stands in
    one, where only those buttons are that belong there.
    """
    return _card(card_body(card, Page(school, pictures, live, window)), summary(card))


def form_card(
    form: Form,
    *,
    school: str,
    nonce: str,
    zone: ZoneInfo,
    values: Mapping[str, Value] | None = None,
    errors: Mapping[str, str] | None = None,
    pictures: Pictures = NO_PICTURES,
) -> Json:
    """A form as an Adaptive Card. `nonce` tells this form from others; `values` are shown instead of the form's own,
    each of `errors` above its field, moments in `zone`. Fields for files are left out: cards take none.
    """
    body = form_body(form, Page(school, pictures), nonce=nonce, zone=zone, values=values, errors=errors)
    return _card(body, clip(form.title, TEAMS.summary) or "Exeat")


def summary(card: Card) -> str:
    """The card's summary for a notification: plain text on one line."""
    return clip(card.summary or card.title, TEAMS.summary) or "Exeat"


def _card(body: list[Json], said: str) -> Json:
    """The card; what a client too old to draw it says instead."""
    return {"type": "AdaptiveCard", "$schema": SCHEMA, "version": "1.5", "fallbackText": said, "body": body}
