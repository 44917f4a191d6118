"""What comes of a press or a sent form on Teams: answered in the card's place, in its dialog, or as a message."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, assert_never

import structlog

from bot.background import Background, report
from bot.teams.answers import (
    ADD_FIRST,
    Answers,
    Body,
    closed,
    done,
    outside,
    replaced,
    said,
    with_typed,
    words_of,
)
from bot.teams.guard import Json
from bot.teams.translate import Incoming, Whence, boxes, brought, opens_dialog, pointed
from cards.carried import Foreign
from cards.led_nowhere import DONE, NOT_HERE, STRANGE
from cards.model import Card
from cards.refusal import trouble_card
from handlers.dispatch import Dispatch, Trouble
from handlers.request import Ask, Invalid, Nothing, Reply, Say, Show

T = TypeVar("T")

log = structlog.get_logger("exeat.teams")


class Presses:
    """Carries presses and forms to dispatch. Each method answers one kind of invoke, and never fails."""

    def __init__(self, dispatch: Dispatch, answers: Answers, after: Background) -> None:
        self._dispatch, self._answers, self._after = dispatch, answers, after

    async def executed(self, activity: Json, whence: Whence) -> Body:
        """A button of a card in the chat, or a form there that was sent."""

        async def take() -> Body:
            action = _part(activity.get("value"), "action")
            incoming = self._brought(activity, whence, action.get("verb"), action.get("data"))
            if incoming.dialog:
                raise Foreign("a dialog's form in a chat")
            reply = outside(await self._dispatch(incoming.request), incoming.request)
            return await (self._form_sent if incoming.nonce else self._pressed)(whence, incoming, reply)

        async def say(card: Card) -> Body:
            return said(words_of(card))

        return await _safely(take, say)

    async def fetched(self, activity: Json, whence: Whence) -> Body:
        """A button that opens a dialog."""

        async def take() -> Body:
            incoming = self._brought(activity, whence, "", _part(activity.get("value"), "data"))
            return await self._in_window(incoming, await self._dispatch(incoming.request))

        return await _safely(take, self._answers.shown_in_window)

    async def pointed(self, activity: Json, whence: Whence) -> Body:
        """Something done to a message, wherever that stands: what opens is seen by whoever did it alone."""

        async def take() -> Body:
            if whence.address is None:
                return closed(ADD_FIRST)
            incoming = pointed(activity, whence.identity, self._dispatch.clock())
            return await self._in_window(incoming, await self._dispatch(incoming.request))

        return await _safely(take, self._answers.shown_in_window)

    async def submitted(self, activity: Json, whence: Whence, *, anywhere: bool = False) -> Body:
        """A form or a button in a dialog. What was typed is shown again with whatever kept it from being taken.

        `anywhere`: the dialog was opened from a message, which may stand in any chat.
        """
        data = _part(activity.get("value"), "data")

        async def take() -> Body:
            incoming = self._brought(activity, whence, "", data, anywhere=anywhere)
            return await self._in_window(incoming, await self._dispatch(incoming.request), boxes(data))

        async def say(card: Card) -> Body:
            return await self._answers.shown_in_window(with_typed(card, boxes(data)))

        return await _safely(take, say)

    async def fallen_back(self, activity: Json, whence: Whence) -> None:
        """A press or a form from a client that knows no Action.Execute: a message, which has no answer of its own."""
        data = activity.get("value")

        async def take() -> Awaitable[object] | None:
            incoming = self._brought(activity, whence, "", data)
            if incoming.dialog or opens_dialog(data):
                return self._answers.tell(whence, NOT_HERE)
            reply = outside(await self._dispatch(incoming.request), incoming.request)
            return self._after_message(whence, incoming, reply)

        async def say(card: Card) -> Awaitable[object]:
            return self._answers.tell(whence, card)

        if (work := await _safely(take, say)) is not None:
            self._after.start(_awaited(work))

    def _brought(
        self, activity: Json, whence: Whence, verb: object, data: object, *, anywhere: bool = False
    ) -> Incoming:
        """Raises Foreign, also for what comes from a channel: Exeat's cards stand in people's own chats only."""
        if not (whence.personal or anywhere):
            raise Foreign("not in a personal chat")
        if not isinstance(verb, str | None):
            raise Foreign("no verb")
        zone, now = self._answers.zone, self._dispatch.clock()
        return brought(activity, whence.identity, verb or "", data, zone, now)

    async def _pressed(self, whence: Whence, incoming: Incoming, reply: Reply) -> Body:
        match reply:
            case Nothing():
                return said(DONE.summary)
            case Say(card):
                self._after.start(_awaited(self._answers.tell(whence, card)))
                return said(card.summary)
            case Show(_, card):
                self._after.start(_awaited(self._answers.show(whence, reply)))
                return said(card.summary)
            case Ask() | Invalid():
                return await self._answers.ask_at_once(whence, reply, incoming)
            case _:
                assert_never(reply)

    async def _form_sent(self, whence: Whence, incoming: Incoming, reply: Reply) -> Body:
        match reply:
            case Nothing():
                return await self._receipt(whence, done(incoming.request))
            case Say(card, refused=True):
                return said(words_of(card))
            case Say(card) | Show(_, card):
                return await self._receipt(whence, card)
            case Ask() | Invalid():
                return replaced(await self._answers.asked(reply, incoming))
            case _:
                assert_never(reply)

    async def _receipt(self, whence: Whence, card: Card) -> Body:
        content = await self._answers.card(card, live=False)
        self._after.start(self._answers.keep_in_place(whence, card, content))
        return replaced(content)

    async def _in_window(self, incoming: Incoming, reply: Reply, typed: tuple[str, ...] = ()) -> Body:
        match reply:
            case Nothing():
                return closed(DONE.summary)
            case Say(card, refused=True):
                return await self._answers.shown_in_window(with_typed(card, typed))
            case Say(card) | Show(_, card):
                return await self._answers.shown_in_window(card)
            case Ask() | Invalid():
                return await self._answers.asked_in_window(reply, incoming)
            case _:
                assert_never(reply)

    def _after_message(self, whence: Whence, incoming: Incoming, reply: Reply) -> Awaitable[object] | None:
        match reply:
            case Nothing():
                return self._answers.receipt(whence, done(incoming.request)) if incoming.nonce else None
            case Say(card, refused=True):
                return self._answers.tell(whence, card)
            case Show() if not incoming.nonce:
                return self._answers.show(whence, reply)
            case Say(card) | Show(_, card):
                tell = self._answers.receipt if incoming.nonce else self._answers.tell
                return tell(whence, card)
            case Ask() | Invalid():
                ask = self._answers.corrected if incoming.nonce else self._answers.ask
                return ask(whence, reply, incoming)
            case _:
                assert_never(reply)


async def _safely(take: Callable[[], Awaitable[T]], say: Callable[[Card], Awaitable[T]]) -> T:
    """What came of it, or the card that says what went wrong."""
    try:
        return await take()
    except Foreign as foreign:
        log.info("strange payload", why=str(foreign))
        return await say(STRANGE)
    except Trouble as trouble:
        return await say(trouble.card)
    except Exception as error:
        return await say(trouble_card(report("teams", error)))


async def _awaited(work: Awaitable[object]) -> None:
    await work


def _part(value: object, name: str) -> dict[str, Any]:
    """An object inside an object; {} when there is none."""
    part = value.get(name) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}
