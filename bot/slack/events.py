"""What happens on Slack without a press: somebody opens Exeat's home, writes to it, joins, leaves or changes."""

from collections.abc import Mapping
from typing import Any, assert_never

import structlog

from bot.background import Background
from bot.slack import translate
from bot.slack.answers import Answers, typed_command
from bot.slack.translate import Incoming
from cards.carried import Foreign
from handlers.dispatch import Dispatch, Trouble
from handlers.request import Ask, Invalid, Nothing, Request, Say, Show
from policy.people import Identity

HOMES = 2_000
"""How many people's App Homes are kept drawn while they work."""

log = structlog.get_logger("exeat.slack")


class Events:
    """Carries events to dispatch, and keeps the App Homes of those who have looked at theirs."""

    def __init__(self, dispatch: Dispatch, answers: Answers, after: Background) -> None:
        self._dispatch, self._answers, self._after = dispatch, answers, after
        self._commands = frozenset(spec.verb for spec in dispatch.registry.commands())
        self._homes: dict[str, None] = {}

    async def take(self, body: Mapping[str, Any]) -> None:
        """One event. Raises Trouble when it could not be carried out, and Foreign for a strange payload."""
        event = body.get("event")
        if not isinstance(event, dict):
            raise Foreign("no event")
        team, now = self._answers.surface.team, self._dispatch.clock()
        match event.get("type"):
            case "app_home_opened" if event.get("tab") == "home":
                await self.home(str(event.get("user") or ""))
            case "team_join" | "user_change" if isinstance(event.get("user"), dict):
                person = translate.known(event["user"], team)
                if person is not None:
                    await self._dispatch.met(person)
            case "message" if event.get("channel_type") == "im":
                await self._said(translate.said(body, team, now, self._commands))
            case "app_mention":
                await self._said(translate.said(body, team, now, self._commands))

    async def _said(self, incoming: Incoming | None) -> None:
        """Words typed to Exeat are answered where they were typed; a form needs a press, so a button is offered."""
        if incoming is None:
            return
        reply = await self._dispatch(incoming.request)
        match reply:
            case Nothing() | Invalid():
                return
            case Say(card) | Show(_, card):
                self._after.start(self._answers.tell(incoming, card))
            case Ask():
                self._after.start(self._answers.tell(incoming, typed_command(incoming.request)))
            case _:
                assert_never(reply)

    async def home(self, user: str) -> None:
        """Draw somebody's App Home."""
        if not user:
            raise Foreign("no user")
        identity = Identity("slack", self._answers.surface.team, user)
        reply = await self._dispatch(Request(f"slack:home:{user}", identity, "home", self._dispatch.clock()))
        if isinstance(reply, Say | Show):
            self._homes.pop(user, None)
            self._homes[user] = None
            if len(self._homes) > HOMES:
                del self._homes[next(iter(self._homes))]
            self._after.start(self._answers.publish_home(user, reply.card))

    def looked_at_home(self, user: str) -> bool:
        """Whether somebody's home has been drawn, and so is to be kept fresh."""
        return user in self._homes

    async def home_again(self, user: str) -> None:
        """Draw somebody's home afresh after they did something, if they have looked at it."""
        if user in self._homes:
            try:
                await self.home(user)
            except Trouble as trouble:
                log.warning("home not drawn", error=trouble.error)
