"""E-mail in the sandbox: nothing leaves it, and whoever would get a message sees it among their others."""

from collections.abc import Sequence
from datetime import datetime

from bot.sandbox.harbour import PLAYERS
from bot.sandbox.surface import SandboxSurface
from bot.surface import Permanent
from cards.model import Card, Facts, Text
from cards.text import plain


class Letters:
    """`bot.surface.Mailer` for the players of the sandbox."""

    def __init__(self, surface: SandboxSurface) -> None:
        self._surface = surface

    async def send(self, to: Sequence[str], card: Card, mark: str, at: datetime) -> None:
        """As the protocol says. Raises Permanent for somebody who is not a player."""
        player = next((player for player in PLAYERS if player.email in to), None)
        if player is None:
            raise Permanent("no_address")
        head = Facts((("To", player.email), ("Subject", card.title)))
        self._surface.mail(player.slug, Card("By e-mail", card.title, (head, Text(plain(card)))))
