"""Slack's way in: commands, presses, forms and events, each dispatched once and answered in its acknowledgement."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, assert_never

import orjson
import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.background import Background, report
from bot.body import Turned
from bot.manifest import SLACK_PATH
from bot.slack import translate
from bot.slack.answers import Answers, Body
from bot.slack.events import Events
from bot.slack.guard import Guard
from bot.slack.quiet import quiet_logger
from bot.slack.surface import SlackSurface
from bot.slack.translate import Incoming
from cards.carried import Foreign
from cards.led_nowhere import ELSEWHERE, STRANGE
from cards.limits import SLACK
from cards.model import Card
from cards.refusal import trouble_card
from cards.text import clip
from handlers.dispatch import Dispatch, Trouble
from handlers.request import Ask, Invalid, Nothing, Reply, Request, Say, Show
from policy.people import Identity

log = structlog.get_logger("exeat.slack")

_JSON: dict[str, str | Sequence[str]] = {"content-type": "application/json;charset=utf-8"}


class Listening(AsyncMiddleware):
    """The one listener: a middleware, since Bolt tries its other listeners one by one for every request."""

    def __init__(self, take: Callable[[dict[str, Any]], Awaitable[BoltResponse | None]]) -> None:
        self._take = take

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        """Answers what Exeat listens to, and leaves the rest to Bolt."""
        answer = await self._take(req.body)
        return await next() if answer is None else answer


class SlackEdge:
    """Slack in front of dispatch. `signing_secret` is for HTTP; `wall` is real time, in seconds, for signatures.

    `app` is Bolt's; `routes` serve it over HTTP behind the guard; `bot.slack.socket` runs it over Socket Mode.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        surface: SlackSurface,
        *,
        signing_secret: str = "",
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.dispatch, self.surface, self.answers = dispatch, surface, Answers(surface)
        self._guard = Guard(signing_secret, wall) if signing_secret else None
        self._after = Background()
        self._events = Events(dispatch, self.answers, self._after)
        self.app = self._bolt()

    def routes(self) -> list[web.RouteDef]:
        """The request URL. Raises ValueError without a signing secret, for then anybody could sign."""
        if self._guard is None:
            raise ValueError("Slack over HTTP needs SLACK_SIGNING_SECRET")
        return [web.post(SLACK_PATH, self.handle)]

    async def close(self) -> None:
        """Let the answers that are under way go out, as far as that is soon done."""
        await self._after.finish()

    async def handle(self, request: web.Request) -> web.Response:
        """One HTTP request: past the guard into Bolt, which takes it as verified and parsed already.

        The listeners raise nothing, so a failure of Bolt's own means a body that it could not make sense of.
        """
        if self._guard is None:
            raise web.HTTPNotFound
        try:
            body = await self._guard.read(request)
        except Turned as turned:
            log.info("turned away", status=turned.status, why=turned.reason)
            return web.json_response({"error": turned.reason}, status=turned.status)
        try:
            answer = await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            log.info("not understood", kind=type(error).__name__)
            return web.json_response({"error": "not understood"}, status=400)
        if answer.status == 500:
            return web.json_response({"error": "not understood"}, status=400)
        return web.Response(status=answer.status, body=answer.body.encode(), headers=answer.first_headers())

    def _bolt(self) -> AsyncApp:
        me = AuthorizeResult(enterprise_id=None, team_id=None, bot_token=self.surface.client.token)

        async def authorize() -> AuthorizeResult:
            return me

        without_token = AsyncWebClient(base_url=self.surface.client.base_url, retry_handlers=[])
        return AsyncApp(
            name="exeat",
            client=without_token,
            authorize=authorize,
            before_authorize=Listening(self.take),
            process_before_response=True,
            logger=quiet_logger("bolt", logging.ERROR),
            request_verification_enabled=False,
            ssl_check_enabled=False,
            ignoring_self_events_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )

    async def take(self, body: dict[str, Any]) -> BoltResponse | None:
        """The answer to a body of Slack's; None when it is of no kind that Exeat listens to."""
        match body:
            case {"command": str()}:
                return await self._on_command(body)
            case {"type": "block_actions"}:
                return await self._on_press(body)
            case {"type": "message_action"}:
                return await self._on_shortcut(body)
            case {"type": "view_submission"}:
                return await self._on_submission(body)
            case {"type": "event_callback"}:
                return await self._on_event(body)
        return None

    async def _on_command(self, body: dict[str, Any]) -> BoltResponse:
        async def take() -> Body | None:
            incoming = translate.command(body, self.surface.team, self.dispatch.clock())
            return self._command_answer(incoming, await self.dispatch(incoming.request))

        return await self._safely(body, take, self.answers.ephemeral)

    async def _on_press(self, body: dict[str, Any]) -> BoltResponse:
        async def take() -> Body | None:
            incoming = translate.press(body, self.surface.team, self.dispatch.clock())
            if incoming is not None:
                self._after.start(self._after_press(incoming, await self._pressed(incoming)))
            return None

        return await self._safely(body, take, lambda card: self._tell_presser(body, card))

    async def _on_shortcut(self, body: dict[str, Any]) -> BoltResponse:
        async def take() -> Body | None:
            incoming = translate.shortcut(body, self.surface.team, self.dispatch.clock())
            self._after.start(self._after_press(incoming, await self._pressed(incoming)))
            return None

        return await self._safely(body, take, lambda card: self._tell_presser(body, card))

    async def _on_submission(self, body: dict[str, Any]) -> BoltResponse:
        async def take() -> Body | None:
            incoming = translate.submission(body, self.surface.team, self.dispatch.clock())
            try:
                reply = await self.dispatch(incoming.request)
            except Trouble as trouble:
                return self._kept_open(incoming, trouble.card)
            if self._events.looked_at_home(incoming.user):
                self._after.start(self._events.home_again(incoming.user))
            return self._form_answer(incoming, reply)

        return await self._safely(body, take, self.answers.receipt)

    async def _on_event(self, body: dict[str, Any]) -> BoltResponse:
        if not self._is_ours(body):
            return _respond(None)
        try:
            await self._events.take(body)
        except Foreign as foreign:
            log.info("event ignored", why=str(foreign))
        except Trouble:
            return BoltResponse(status=503)
        except Exception as error:
            report("event", error)
            return BoltResponse(status=503)
        return _respond(None)

    async def _safely(
        self, body: Mapping[str, Any], take: Callable[[], Awaitable[Body | None]], say: Callable[[Card], Body | None]
    ) -> BoltResponse:
        """The answer to something a person did: always 200, for Slack does not retry those, and never silent."""
        try:
            if not self._is_ours(body):
                return _respond(say(ELSEWHERE))
            return _respond(await take())
        except Foreign as foreign:
            log.info("strange payload", why=str(foreign))
            return _respond(say(STRANGE))
        except Trouble as trouble:
            return _respond(say(trouble.card))
        except Exception as error:
            return _respond(say(trouble_card(report("slack", error))))

    def _is_ours(self, body: Mapping[str, Any]) -> bool:
        team = translate.team_of(body)
        if team and team == self.surface.team:
            return True
        log.warning("another workspace", team=team)
        return False

    def _command_answer(self, incoming: Incoming, reply: Reply) -> Body | None:
        match reply:
            case Nothing():
                return None
            case Say(card) | Show(_, card) if self.surface.has_all(card):
                return self.answers.ephemeral(card)
            case Say(card) | Show(_, card):
                self._after.start(self.answers.tell(incoming, card))
                return None
            case Ask(form):
                self._after.start(self.answers.show_form(incoming, self.answers.form(form)))
                return None
            case Invalid(form, values, errors):
                self._after.start(self.answers.show_form(incoming, self.answers.form(form, values, errors)))
                return None
            case _:
                assert_never(reply)

    def _form_answer(self, incoming: Incoming, reply: Reply) -> Body | None:
        match reply:
            case Nothing():
                return {"response_action": "clear"}
            case Say(card, refused=True):
                return self._kept_open(incoming, card)
            case Say(card) | Show(_, card):
                return self.answers.receipt(card)
            case Ask(form):
                return {"response_action": "update", "view": self.answers.form(form)}
            case Invalid(form, values, errors):
                return self.answers.invalid(incoming, form, values, errors)
            case _:
                assert_never(reply)

    def _kept_open(self, incoming: Incoming, card: Card) -> Body:
        """A form that could not be taken stays open with everything typed in it, and says why."""
        said = clip(card.summary, SLACK.error)
        blocks = (incoming.view or {}).get("blocks", [])
        field = next((str(block["block_id"]) for block in blocks if block.get("type") == "input"), "")
        return {"response_action": "errors", "errors": {field: said}} if field else self.answers.receipt(card)

    async def _pressed(self, incoming: Incoming) -> Reply:
        try:
            return await self.dispatch(incoming.request)
        except Trouble as trouble:
            return Say(trouble.card)

    async def _after_press(self, incoming: Incoming, reply: Reply) -> None:
        match reply:
            case Nothing():
                await self.answers.done(incoming)
            case Say(card) | Show(_, card):
                await self.answers.show_card(incoming, card)
            case Ask(form):
                values = incoming.request.fields if incoming.again else None
                await self.answers.show_form(incoming, self.answers.form(form, values))
            case Invalid(form, values, errors):
                await self.answers.show_form(incoming, self.answers.form(form, values, errors))
            case _:
                assert_never(reply)
        await self._events.home_again(incoming.user)

    def _tell_presser(self, body: Mapping[str, Any], card: Card) -> None:
        """A press has no answer of its own: the card goes to the person, when the payload says who that is."""
        user, channel = body.get("user"), body.get("channel")
        if translate.team_of(body) != self.surface.team or not isinstance(user, dict) or not user.get("id"):
            return
        request = Request("", Identity("slack", self.surface.team, str(user["id"])), "", self.dispatch.clock())
        here = str(channel.get("id") or "") if isinstance(channel, dict) else ""
        self._after.start(self.answers.tell(Incoming(request, here), card))


def _respond(body: Body | None) -> BoltResponse:
    return BoltResponse(status=200, body=orjson.dumps(body).decode() if body else "", headers=_JSON if body else None)
