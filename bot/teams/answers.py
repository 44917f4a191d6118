"""How a Reply reaches somebody on Teams: in the answer to an invoke, or as a message of Exeat's right after it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.background import report
from bot.surface import Ambiguous, Gone, Permanent, Posted, Transient
from bot.teams.surface import CARD, TeamsSurface
from bot.teams.translate import Incoming, Whence, fresh_nonce
from cards.led_nowhere import TOO_LATE
from cards.model import Button, Card, Form, Notice, Quote, Text, Tone, Value
from cards.teams import NO_PICTURES, Pictures, form_card, message, summary
from cards.text import clip, harmless
from handlers.request import Ask, Invalid, Reply, Request, Say, Show
from policy.people import Person
from storage.contract import Store
from storage.rows import Shown

Body = dict[str, Any]

TRIES = 4
"""How often an answer is sent, if need be."""

FIRST_WAIT, LONGEST_WAIT = 0.25, 5.0
"""Seconds between two tries: twice as long each time, or as long as Teams asks for; not tried again if that is
longer."""

PATIENCE = 3.0
"""How many seconds an invoke may wait for Teams: it must be answered within five."""

WINDOW: Body = {"height": "large", "width": "medium"}
"""How large a dialog is."""

TITLE = 64
"""How many characters of a title a dialog shows."""

BELOW = "The form is below."
POINTER = "I have answered you in our own chat."
ADD_ME = "I can answer you only in a chat of our own. Please add Exeat under Apps in Teams, and ask me there."
ADD_FIRST = "Exeat does not know you yet. Please open Exeat under Apps in Teams once, then try again here."
AGAIN = "That did not work. Please ask me again."

log = structlog.get_logger("exeat.teams")


def said(words: str) -> Body:
    """The answer to a press: words in passing. What the card shows stays."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": harmless(words)}


def replaced(content: Body) -> Body:
    """The answer to a press: another card in the place of the one that was pressed."""
    return {"statusCode": 200, "type": CARD, "value": content}


def window(title: str, content: Body) -> Body:
    """The answer to a press or a form in a dialog: what the dialog shows."""
    card = {"contentType": CARD, "content": content}
    return {"task": {"type": "continue", "value": {"title": clip(title, TITLE), **WINDOW, "card": card}}}


def closed(words: str) -> Body:
    """The answer to a form in a dialog: it closes with these words."""
    return {"task": {"type": "message", "value": harmless(words)}}


def done(request: Request) -> Card:
    """In the place of a form that has nothing more to say: that it was taken, and where to look."""
    if request.record is None:
        return Card("Done", "Done.", (Text("That is done."),))
    return Card(
        "Done", f"Done: {request.record.id}.", (Text(f"That is done. The card of {request.record.id} shows it."),)
    )


def words_of(card: Card) -> str:
    """All that a refusal says, on one line: what happened, why, what to do next, and the clause."""
    clauses = (part.clause for part in card.body if isinstance(part, Notice) and part.clause)
    return " ".join((card.summary, *clauses))


def with_typed(card: Card, typed: Sequence[str]) -> Card:
    """The card with what was typed beneath it, so that nothing is lost with the dialog."""
    if not typed:
        return card
    return replace(card, body=(*card.body, Text("This is what you had typed:", Tone.STRONG), *map(Quote, typed)))


def in_window(request: Request) -> Card:
    """A button for a form that must not stand in a chat; it says nothing of what the form is about, and carries
    nothing that was typed after the command.
    """
    words = "Press Open to write it. What you write there does not enter this chat."
    ids, version = request.payload, request.version or 1
    button = Button("Open", request.verb, request.record, version, Tone.PRIMARY, payload=ids, dialog=True)
    return Card("Exeat", words, (Text(words),), (button,))


def outside(reply: Reply, request: Request) -> Reply:
    """The reply as it may stand in a chat: a button in the place of what must not."""
    match reply:
        case Say(card) | Show(_, card) if card.dialog:
            return Say(in_window(request))
    return reply


class Answers:
    """Draws replies for Teams, and sends those that cannot travel in an answer. `zone` is the school's; `store` keeps
    which cards in the chat show a record.
    """

    def __init__(self, surface: TeamsSurface, store: Store, school: str, zone: ZoneInfo) -> None:
        self.surface, self.school, self.zone, self.patience = surface, school, zone, PATIENCE
        self._store = store

    async def card(self, card: Card, *, live: bool = True, window: bool = False) -> Body:
        """A card's content."""
        return message(card, school=self.school, pictures=await self._pictures(card), live=live, window=window)

    async def form(
        self,
        form: Form,
        nonce: str,
        values: Mapping[str, Value] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Body:
        """A form's content."""
        pictures = await self._pictures(form)
        return form_card(
            form,
            school=self.school,
            nonce=nonce,
            zone=self.zone,
            values=values,
            errors=errors,
            pictures=pictures,
        )

    async def _pictures(self, shown: Card | Form) -> Pictures:
        """The pictures, or none of them: what has been done must be told of, also when they cannot be had."""
        try:
            return await self.surface.pictures(shown)
        except Exception as error:
            report("pictures", error)
            return NO_PICTURES

    async def asked(self, reply: Ask | Invalid, incoming: Incoming) -> Body:
        """A form for the chat, with what was typed in it before; one that must not stand there as a button."""
        if reply.form.dialog:
            return await self.card(in_window(incoming.request))
        return await self._typed_in(reply, reply.form, incoming)

    async def asked_in_window(self, reply: Ask | Invalid, incoming: Incoming) -> Body:
        """A form for a dialog, where every form is drawn as dialogs need it."""
        form = replace(reply.form, dialog=True)
        return window(form.title, await self._typed_in(reply, form, incoming))

    async def shown_in_window(self, card: Card) -> Body:
        """A card in a dialog, to be read; the buttons on it show what comes of them in its place."""
        return window(card.title, await self.card(card, window=True))

    async def tell(self, whence: Whence, card: Card) -> bool:
        """Say something to the person alone, in their own chat with Exeat. Whether it went out."""
        return await self._put(whence, await self.card(card), summary(card)) is not None

    async def show(self, whence: Whence, shown: Show) -> bool:
        """The same with a record, whose card in the chat is drawn again whenever the record changes."""
        posted = await self._put(whence, await self.card(shown.card), summary(shown.card))
        if posted is None:
            return False
        try:
            await self._keep(whence, shown, posted)
        except Exception as error:
            report("shown", error)
        return True

    async def _keep(self, whence: Whence, shown: Show, at: Posted) -> None:
        """Of revision 0: it may have changed since it was drawn."""
        school, name = self.school, shown.record
        async with self._store.transaction(school) as tx:
            for person in await tx.find(Person, key=f"identity:{whence.identity}", limit=1):
                view = shown.view or name.kind
                tx.show(Shown(school, "teams", at.conversation, at.message, view, person.id, name))

    async def ask(self, whence: Whence, reply: Ask | Invalid, incoming: Incoming) -> bool:
        """Put a form before the person, as a message in their own chat. Whether it went out."""
        return await self._put(whence, await self.asked(reply, incoming), _title(reply)) is not None

    async def ask_at_once(self, whence: Whence, reply: Ask | Invalid, incoming: Incoming) -> Body:
        """The same while the person waits: the answer to their press says whether there is a form."""
        try:
            async with asyncio.timeout(self.patience):
                sent = await self.ask(whence, reply, incoming)
        except TimeoutError:
            log.warning("form not sent", why="timeout")
            sent = False
        return said(BELOW if sent else TOO_LATE.summary)

    async def put_in_place(self, whence: Whence, content: Body, words: str) -> bool:
        """Let the message that was pressed show something else, for good. Whether it does."""
        drawn = {
            "type": "message",
            "id": whence.card,
            "summary": words,
            "attachments": [{"contentType": CARD, "content": content}],
        }
        update = partial(self.surface.connector.update, whence.service, whence.conversation, whence.card, drawn)
        return await self._sent(whence, lambda: self.surface.asked(update()))

    async def keep_in_place(self, whence: Whence, card: Card, content: Body) -> None:
        """After an answer that took a form's place, which Teams forgets at the next reaction or on another device."""
        if whence.card:
            await self.put_in_place(whence, content, summary(card))

    async def receipt(self, whence: Whence, card: Card) -> None:
        """What became of a form whose press has no answer of its own: in its place, or else as a message."""
        content = await self.card(card, live=False)
        if not (whence.card and await self.put_in_place(whence, content, summary(card))):
            await self.tell(whence, card)

    async def corrected(self, whence: Whence, reply: Ask | Invalid, incoming: Incoming) -> None:
        """The form again, for a press that has no answer of its own: in its place, or else as a message."""
        content = await self.asked(reply, incoming)
        if not (whence.card and await self.put_in_place(whence, content, _title(reply))):
            await self.ask(whence, reply, incoming)

    async def point(self, whence: Whence, words: str) -> None:
        """Say in a channel or a group chat where the answer is, and nothing of it."""
        activity = {"type": "message", "text": words, "replyToId": whence.message}
        send = partial(self.surface.connector.send, whence.service, whence.conversation, activity)
        await self._sent(whence, lambda: self.surface.asked(send()))

    async def _typed_in(self, reply: Ask | Invalid, form: Form, incoming: Incoming) -> Body:
        nonce = incoming.nonce or fresh_nonce()
        match reply:
            case Ask():
                return await self.form(form, nonce, incoming.request.fields if incoming.nonce else None)
            case Invalid(_, values, errors):
                return await self.form(form, nonce, values, errors)

    async def _put(self, whence: Whence, content: Body, words: str) -> Posted | None:
        if (address := whence.address) is None:
            return None
        put: list[Posted] = []

        async def ask() -> None:
            put.append(await self.surface.ask(address, content, words))

        await self._sent(whence, ask)
        return put[0] if put else None

    async def _sent(self, whence: Whence, call: Callable[[], Awaitable[object]]) -> bool:
        """Whether it went out. It is tried again: twice is better than never, and a form said twice is one form."""
        for attempt in range(TRIES):
            try:
                await call()
            except (Transient, Ambiguous, Permanent, Gone) as error:
                wished = error.seconds if isinstance(error, Transient) else None
                wait = FIRST_WAIT * 2**attempt if wished is None else wished
                if attempt < TRIES - 1 and isinstance(error, Transient | Ambiguous) and wait <= LONGEST_WAIT:
                    await asyncio.sleep(wait)
                    continue
                log.warning("answer lost", why=str(error))
                return False
            return True
        raise AssertionError("unreachable")


def _title(reply: Ask | Invalid) -> str:
    """What a notification says of a form: nothing of one that must not stand in a chat."""
    return "Exeat" if reply.form.dialog else clip(reply.form.title, TITLE)
