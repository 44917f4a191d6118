"""The sandbox's page as HTML and as news: the frame, each message, the clock."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.sandbox.harbour import PLAYERS, SCHOOL
from bot.sandbox.surface import Message
from cards.html import card_html, form_html, window_html
from cards.model import Card, Form, Value
from cards.wording import day
from handlers.registry import Registry

_pages = Environment(
    loader=PackageLoader("bot.sandbox", "page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Drawing:
    """Draws what the page shows. `picture_url` gives the address of a picture by its sha256."""

    def __init__(self, picture_url: Callable[[str], str]) -> None:
        self._picture_url = picture_url
        self._message = _pages.get_template("message.html")

    def page(self, token: str, edition: str, registry: Registry, now: datetime) -> str:
        """The whole page, without any messages: they come with the news."""
        commands = [{"name": spec.label, "hint": spec.hint, "summary": spec.summary} for spec in registry.commands()]
        start = {"token": token, "edition": edition, "commands": commands}
        return _pages.get_template("index.html").render(
            school=SCHOOL, players=PLAYERS, start=start, clock=self.clock(now)
        )

    def message(self, message: Message) -> dict[str, str | int]:
        """One message: its HTML, and a line that says what it is."""
        html = self._message.render(
            message=message,
            card=card_html(message.card, school=SCHOOL.id, picture_url=self._picture_url),
            at=SCHOOL.calendar.local(message.at),
        )
        return {"id": message.id, "turn": message.turn, "html": html, "summary": message.card.summary}

    def window(self, card: Card) -> str:
        """What must not enter a chat, to be read and closed."""
        return window_html(card, school=SCHOOL.id, picture_url=self._picture_url)

    def form(
        self,
        form: Form,
        nonce: str = "",
        values: Mapping[str, Value] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> str:
        """A form: new, or under the `nonce` of one that came back, with what was typed and what was wrong."""
        return form_html(
            form,
            school=SCHOOL.id,
            nonce=nonce or secrets.token_hex(16),
            zone=SCHOOL.zone,
            picture_url=self._picture_url,
            values=values,
            errors=errors,
            people=[(player.identity, player.name) for player in PLAYERS],
        )

    def clock(self, now: datetime) -> dict[str, Any]:
        """The school's date and time, and whether anybody is at work."""
        local = SCHOOL.calendar.local(now)
        staffed = SCHOOL.calendar.is_staffed(now)
        why = SCHOOL.calendar.why_not_working(local.date())
        said = "Working hours" if staffed else f"Out of hours{f': {why}' if why else ''}"
        return {
            "day": day(local.date()),
            "time": f"{local:%H:%M}",
            "local": f"{local:%Y-%m-%dT%H:%M}",
            "staffed": staffed,
            "said": said,
        }
