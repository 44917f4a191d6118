"""Words written to Exeat on Teams, and how it makes itself known: answered in the person's own chat, nowhere else."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

import structlog

from bot.background import Background, report
from bot.surface import Ambiguous, Permanent, Transient
from bot.teams.answers import ADD_ME, AGAIN, POINTER, Answers, outside
from bot.teams.guard import Json
from bot.teams.translate import Incoming, Whence, address, fresh_nonce, said, typed
from cards.refusal import trouble_card
from handlers.dispatch import UNKNOWN, Dispatch, Trouble
from handlers.request import Ask, Invalid, Nothing, Reply, Request, Say, Show
from policy.address import Address

log = structlog.get_logger("exeat.teams")


class Messages:
    """Carries messages to dispatch; what there is to say is sent after the HTTP answer."""

    def __init__(self, dispatch: Dispatch, answers: Answers, after: Background) -> None:
        self._dispatch, self._answers, self._after = dispatch, answers, after
        self._commands = frozenset(spec.verb for spec in dispatch.registry.commands())

    async def take(self, activity: Json, whence: Whence) -> None:
        """One message. In a channel or a group chat it must mention Exeat, and only a pointer is said there."""
        if whence.personal:
            request, reply = await self._asked(activity, whence)
            self._after.start(_done(self._answer(whence, request, reply)))
        elif typed(activity)[1]:
            await self._elsewhere(activity, whence)

    async def greet(self, activity: Json, whence: Whence) -> None:
        """Say what Exeat is for to somebody who has just added it, if they are staff; nothing to anybody else.

        Somebody who cannot be looked up counts as not having added it, so that they are greeted another time.
        """
        surface, identity = self._answers.surface, whence.identity
        began = surface.addresses.moment
        if (known := await surface.find_out(identity)) is None:
            await surface.addresses.close(identity, began)
            return
        if await self._dispatch.met(known) is not None:
            return
        key = f"teams:{activity.get('id') or fresh_nonce()}"
        request = Request(key, whence.identity, UNKNOWN, self._now(), unasked=True)
        try:
            reply = await self._dispatch(request)
        except Trouble as trouble:
            log.warning("not greeted", error=trouble.error)
            return
        if not (isinstance(reply, Say) and reply.refused):
            await self._answer(whence, request, reply)

    async def _elsewhere(self, activity: Json, whence: Whence) -> None:
        if whence.address is None:
            whence = replace(whence, address=await self._opened(activity, whence))
        if whence.address is None:
            self._after.start(self._answers.point(whence, ADD_ME))
            return
        request, reply = await self._asked(activity, whence)
        self._after.start(self._answer_and_point(whence, request, reply))

    async def _asked(self, activity: Json, whence: Whence) -> tuple[Request, Reply]:
        request = said(activity, whence.identity, self._now(), self._commands)
        try:
            return request, outside(await self._dispatch(request), request)
        except Trouble as trouble:
            return request, Say(trouble.card, refused=True)
        except Exception as error:
            return request, Say(trouble_card(report("teams", error)), refused=True)

    async def _answer(self, whence: Whence, request: Request, reply: Reply) -> bool:
        match reply:
            case Nothing():
                return True
            case Say(card):
                return await self._answers.tell(whence, card)
            case Show():
                return await self._answers.show(whence, reply)
            case Ask() | Invalid():
                return await self._answers.ask(whence, reply, Incoming(request))
            case _:
                assert_never(reply)

    async def _answer_and_point(self, whence: Whence, request: Request, reply: Reply) -> None:
        answered = await self._answer(whence, request, reply)
        known = self._answers.surface.addresses.get(whence.identity)
        reached = known is not None and known.open
        await self._answers.point(whence, POINTER if answered else AGAIN if reached else ADD_ME)

    async def _opened(self, activity: Json, whence: Whence) -> Address | None:
        """A chat of the person's own, made now and remembered; None when Exeat is not installed for them."""
        surface = self._answers.surface
        found = address(activity, whence.identity, self._answers.school, self._now())
        try:
            async with asyncio.timeout(self._answers.patience):
                call = surface.connector.open_conversation(found.service, found.bot, found.member)
                made = await surface.asked(call)
        except (TimeoutError, Transient, Ambiguous, Permanent) as error:
            log.info("no chat opened", why=str(error) or "timeout")
            return None
        found = replace(found, conversation=made)
        surface.addresses.note(found)
        return found

    def _now(self) -> datetime:
        return self._dispatch.clock()


async def _done(work: Awaitable[bool]) -> None:
    await work
