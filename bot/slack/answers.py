"""How a Reply reaches somebody on Slack: in the acknowledgement, or by one call right after it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot.background import report
from bot.slack.surface import SlackSurface
from bot.slack.translate import Incoming
from bot.surface import Ambiguous, Permanent, Transient
from cards.led_nowhere import DONE, TOO_LATE
from cards.limits import SLACK
from cards.model import Button, Card, FileField, Form, Text, Tone, Value
from cards.slack import home, message, modal, shown
from cards.text import fitted, harmless
from handlers.request import Request

Body = dict[str, Any]

CARRIED = 500
"""How many characters typed after a command a button can carry to the form."""

WAITS = (1.0, 2.0, 4.0)
"""For how many seconds an answer waits, time after time, until Slack has looked at a picture that is new to it."""

log = structlog.get_logger("exeat.slack")


def typed_command(request: Request) -> Card:
    """A button for a command that was written as a message: Slack opens forms for commands and presses alone."""
    said = f"Press the button to open /{request.verb}."
    text = {"text": request.text} if 0 < len(request.text) <= CARRIED else {}
    button = Button(f"Open /{request.verb}", request.verb, tone=Tone.PRIMARY, payload=text)
    return Card(f"/{request.verb}", said, (Text(said),), (button,))


class Answers:
    """Draws replies for Slack, and sends those that cannot travel in an acknowledgement. `wait` takes seconds."""

    def __init__(self, surface: SlackSurface, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.surface, self._wait = surface, wait

    def ephemeral(self, card: Card) -> Body:
        """An answer in a command's acknowledgement, for the person who typed it alone."""
        drawn = message(card, school=self.surface.school, uploads=self.surface.uploaded(card))
        return {"response_type": "ephemeral", **drawn}

    def receipt(self, card: Card) -> Body:
        """The form's place taken by what became of it."""
        drawn = shown(card, school=self.surface.school, uploads=self.surface.uploaded(card), live=False)
        return {"response_action": "update", "view": drawn}

    def form(
        self, form: Form, values: Mapping[str, Value] | None = None, errors: Mapping[str, str] | None = None
    ) -> Body:
        """A form as a view."""
        return modal(
            form, school=self.surface.school, values=values, errors=errors, uploads=self.surface.uploaded(form)
        )

    def invalid(self, incoming: Incoming, form: Form, values: Mapping[str, Value], errors: Mapping[str, str]) -> Body:
        """The form kept open with its errors, each under its field; one without a field here goes to the first.

        Where the form is to carry something else from now on, it is drawn anew: errors alone leave it as it was. One
        with places for files is not, since those that were chosen would be lost.
        """
        fields = [
            str(block.get("block_id"))
            for block in (incoming.view or {}).get("blocks", [])
            if block.get("type") == "input"
        ]
        carries = form.payload and dict(form.payload) != dict(incoming.request.payload)
        carries = carries and not any(isinstance(part, FileField) for part in form.parts)
        if not fields or carries:
            return {"response_action": "update", "view": self.form(form, values, errors)}
        placed: dict[str, str] = {}
        for name, error in errors.items():
            field = name if name in fields else fields[0]
            placed[field] = f"{placed[field]} {error}" if field in placed else error
        told = {field: fitted(harmless(error), SLACK.error) for field, error in placed.items()}
        return {"response_action": "errors", "errors": told}

    async def show_form(self, incoming: Incoming, view: Body) -> None:
        """Open a form, or put it in the place of the modal it was asked for from. Tried once: triggers expire."""
        client, trigger = self.surface.client, incoming.trigger
        try:
            if _is_modal(incoming):
                await self._update(incoming, view)
            else:
                await self.surface.ask(client.views_open(trigger_id=trigger, view=view), idempotent=True)
        except (Transient, Ambiguous, Permanent) as error:
            log.warning("form not opened", why=str(error))
            await self.tell(incoming, TOO_LATE)

    async def show_card(self, incoming: Incoming, card: Card) -> None:
        """The answer to a press: in the conversation; in a modal where there is none, or where it must not stand."""
        try:
            if incoming.view is None and not card.dialog:
                await self.tell(incoming, card)
            elif incoming.view is None or not _is_modal(incoming):
                await self._open(incoming, card)
            elif incoming.view.get("submit"):
                view = shown(card, school=self.surface.school, uploads=self.surface.uploaded(card), live=False)
                push = self.surface.client.views_push(trigger_id=incoming.trigger, view=view)
                await self.surface.ask(push, idempotent=True)
            else:
                await self._update(incoming, self._shown(card))
        except (Transient, Ambiguous, Permanent) as error:
            log.warning("answer not shown", why=str(error))
            await self.tell(incoming, TOO_LATE if card.dialog else card)

    async def done(self, incoming: Incoming) -> None:
        """After a press that has nothing to say: a modal does not redraw itself, so it says that it is done."""
        if _is_modal(incoming) and incoming.view is not None and not incoming.view.get("submit"):
            await self.show_card(incoming, DONE)

    async def tell(self, incoming: Incoming, card: Card) -> None:
        """Say something to the person alone: where they are, or else in Exeat's own conversation with them.

        What it shows is uploaded first. When that fails, or Slack goes on refusing it, it goes out in words alone.
        """
        uploads = await self._uploads(card)
        try:
            drawn = message(card, school=self.surface.school, uploads=uploads)
            taken = await self._say(incoming, drawn)
            for seconds in WAITS:
                if taken or not self.surface.files.fresh(uploads):
                    break
                await self._wait(seconds)
                taken = await self._say(incoming, drawn)
            if not taken and not await self._say(incoming, message(card, school=self.surface.school)):
                raise Permanent("invalid_blocks")
        except (Transient, Ambiguous, Permanent) as error:
            log.warning("answer lost", why=str(error))

    async def _uploads(self, card: Card) -> dict[str, str]:
        """Slack's file ids of what is shown, as far as it can be had: what has been done must be told of anyway."""
        try:
            return await self.surface.uploads(card)
        except (Transient, Ambiguous, Permanent) as error:
            log.warning("not uploaded", why=str(error))
        except Exception as error:
            report("pictures", error)
        return self.surface.uploaded(card)

    async def _say(self, incoming: Incoming, drawn: Body) -> bool:
        """Show it where the person is, or in Exeat's own conversation with them; whether Slack took its blocks."""
        client = self.surface.client
        channel = incoming.channel or await self.surface.direct(incoming.user)
        try:
            call = client.chat_postEphemeral(channel=channel, user=incoming.user, **drawn)
            try:
                await self.surface.ask(call, idempotent=False)
            except Permanent as refused:
                if refused.code == "invalid_blocks":
                    raise
                log.info("ephemeral refused", why=refused.code)
                own = await self.surface.direct(incoming.user)
                await self.surface.ask(client.chat_postMessage(channel=own, **drawn), idempotent=False)
        except Permanent as refused:
            if refused.code != "invalid_blocks":
                raise
            return False
        return True

    async def publish_home(self, user: str, card: Card) -> None:
        """Draw somebody's App Home. A failure is logged: it is drawn afresh whenever they open it."""
        try:
            view = home(card, school=self.surface.school, uploads=await self.surface.uploads(card))
            await self.surface.ask(self.surface.client.views_publish(user_id=user, view=view), idempotent=True)
        except (Transient, Ambiguous, Permanent) as error:
            log.warning("home not drawn", why=str(error))

    def _shown(self, card: Card) -> Body:
        return shown(card, school=self.surface.school, uploads=self.surface.uploaded(card))

    async def _open(self, incoming: Incoming, card: Card) -> None:
        call = self.surface.client.views_open(trigger_id=incoming.trigger, view=self._shown(card))
        await self.surface.ask(call, idempotent=True)

    async def _update(self, incoming: Incoming, view: Body) -> None:
        """Redraw the modal, unless it has been redrawn since: then the later drawing stands."""
        old = incoming.view or {}
        call = self.surface.client.views_update(view_id=str(old.get("id")), hash=old.get("hash"), view=view)
        try:
            await self.surface.ask(call, idempotent=True)
        except Permanent as refused:
            if refused.code != "hash_conflict":
                raise
            log.info("view redrawn since")


def _is_modal(incoming: Incoming) -> bool:
    return incoming.view is not None and incoming.view.get("type") == "modal"
