"""People at work, who look again until they see what they wait for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tests.scenarios.chat import PATIENCE, Chat

T = TypeVar("T")


class School:
    """Everybody at Harbour Primary, on whichever chat they are."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat

    def inbox(self, name: str) -> Sequence[Any]:
        """What has been sent to somebody without their asking, oldest first."""
        return self.chat.inbox(name)

    def inboxes(self, *names: str) -> list[int]:
        """How many messages each has been sent."""
        return [len(self.inbox(name)) for name in names]

    def titles(self, name: str) -> list[str]:
        """What somebody's messages now say first, oldest first."""
        return [message.shown_text().partition("\n")[0] for message in self.inbox(name)]

    async def until(self, look: Callable[[], T], seconds: float = PATIENCE) -> T:
        """What is looked for, once it is there."""
        return await self.chat.until(look, seconds)

    async def card(self, name: str, *words: str, button: str = "") -> Any:
        """The newest card to somebody that now says all the words and has the button."""

        def look() -> Any:
            fits = (
                message
                for message in reversed(self.inbox(name))
                if all(word in message.shown_text() for word in words) and (not button or button in message.buttons())
            )
            return next(fits, None)

        return await self.until(look)

    async def press(self, name: str, card: Any, button: str) -> None:
        """Somebody presses a button."""
        await self.chat.press(name, card, button)

    async def told(self, name: str, card: Any, button: str) -> str:
        """What somebody alone is told after a press."""
        return await self.chat.told(name, card, button)

    async def command(self, name: str, line: str) -> Any:
        """The form that a command gives."""
        return await self.chat.command(name, line)

    async def form(self, name: str, card: Any, button: str) -> Any:
        """The form that a press on a card gives."""
        return await self.chat.form(name, card, button)

    async def send(self, name: str, form: Any, answers: Mapping[str, Any]) -> Mapping[str, str]:
        """Somebody fills in a form and sends it; errors by label."""
        return await self.chat.send(name, form, answers)

    async def draft(self, name: str, text: str, **more: Any) -> Any:
        """Somebody types the command, fills in the form and sends it; the form, as it is afterwards."""
        form = await self.command(name, "/draftpost")
        errors = await self.send(name, form, {"Text": text, "Account": "Harbour page"} | more)
        assert not errors, errors
        return form

    async def edit(self, name: str, card: Any, text: str) -> None:
        """Somebody presses Edit and sends other words."""
        errors = await self.send(name, await self.form(name, card, "Edit"), {"Text": text})
        assert not errors, errors
