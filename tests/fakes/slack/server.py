"""The stand-in's server: Web API, files, response URLs and sockets on an ephemeral loopback port."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from tests.fakes.slack.acting import Acting
from tests.fakes.slack.chat_methods import CHAT_METHODS, find_message
from tests.fakes.slack.delivery import Answer, HttpDelivery, SentRequest
from tests.fakes.slack.directory_methods import DIRECTORY_METHODS
from tests.fakes.slack.faults import Faults, Trouble
from tests.fakes.slack.socket_mode import SocketMode
from tests.fakes.slack.surfaces import Message, MessageVersion
from tests.fakes.slack.view_methods import VIEW_METHODS
from tests.fakes.slack.wire import Call, Json, SlackError, decoded
from tests.fakes.slack.workspace import Reply

METHODS = {**CHAT_METHODS, **VIEW_METHODS, **DIRECTORY_METHODS}
NEEDED = {
    "conversations.open": "im:write",
    "conversations.history": "im:history",
    "users.list": "users:read",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
    "files.info": "files:read",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
} | dict.fromkeys((method for method in CHAT_METHODS if method.startswith("chat.")), "chat:write")
RESPONSE_USES, RESPONSE_SECONDS = 5, 30 * 60
Do = Callable[[], Awaitable[web.Response]]


@dataclass
class FakeSlack(Acting):
    """Slack, on this machine: an async context manager whose `url` is a SLACK_API_URL."""

    faults: Faults = field(default_factory=Faults)
    ack_within: float = 3.0
    socket: SocketMode = field(init=False)
    _runner: web.AppRunner = field(init=False)
    _session: aiohttp.ClientSession = field(init=False)

    @property
    def url(self) -> str:
        """The Web API's address, with its last slash."""
        return f"{self.host}/api/"

    async def __aenter__(self) -> Self:
        self.socket = SocketMode(self)
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/v1/{id}", self._upload)
        app.router.add_get("/files-pri/{key}/{tail:.*}", self._download)
        app.router.add_get("/login", self._login)
        app.router.add_post("/response/{token}", self._response)
        app.router.add_get("/link", self.socket.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.host = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.drop()
        await self._session.close()
        await self._runner.cleanup()

    def connect_http(self, url: str) -> None:
        """From now on people's doings go to this request URL, signed."""
        self.way = HttpDelivery(url, self.signing_secret, self.wall, self._session, self.ack_within)

    def connect_socket(self) -> None:
        """From now on people's doings go through the app's socket."""
        self.way = self.socket

    @property
    def http(self) -> HttpDelivery:
        """The way over HTTP, with what was sent; only after `connect_http`."""
        assert isinstance(self.way, HttpDelivery), "call connect_http(url) first"
        return self.way

    async def raw(
        self,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        signed: bool = True,
        timestamp: float | str | None = None,
        secret: str | None = None,
        content_type: str = "application/x-www-form-urlencoded",
        method: str = "POST",
        url: str | None = None,
    ) -> Answer:
        """Sends anything to the app: signed as said, or not at all; `headers` win over what is made here."""
        made = self.http.signed(body, timestamp=timestamp, secret=secret) if signed else {}
        every = {"Content-Type": content_type, **made, **(headers or {})}
        return await self.http.send(SentRequest(url or self.http.url, every, body, method))

    async def replay(self, request: SentRequest | None = None) -> Answer:
        """Sends a request again byte by byte; the last one unless told."""
        return await self.http.send(request or self.http.sent[-1])

    async def _with_faults(self, request: web.Request, name: str, do: Do) -> web.Response:
        trouble = self.faults.draw(name)
        if trouble is None:
            return await do()
        if trouble.gate is not None and trouble.kind == "slow":
            self.changed()
            await trouble.gate.wait()
        answer = await do() if trouble.acts else _refusal(trouble)
        if trouble.gate is not None:
            self.changed()
            await trouble.gate.wait()
        if trouble.kind in {"drop", "accept_then_drop"} and request.transport is not None:
            request.transport.abort()
        return answer

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            args = await _arguments(request)
        except SlackError as error:
            return web.json_response(error.answer())
        in_form = str(args.pop("token", ""))
        token = _token(request) or in_form
        self.calls.append(Call(method, args))

        async def do() -> web.Response:
            granted = {"x-oauth-scopes": ",".join(sorted(self.scopes))}
            return web.json_response(self._answer(method, token, args), headers=granted)

        try:
            return await self._with_faults(request, method, do)
        finally:
            self.changed()

    def _answer(self, method: str, token: str, args: Json) -> Json:
        try:
            self._check_token(method, token)
            if method == "apps.connections.open":
                return {"ok": True, "url": self.socket.ticket()}
            if method not in METHODS:
                raise SlackError("unknown_method", [f"the stand-in does not know {method}"])
            if NEEDED.get(method, "commands") not in self.scopes:
                return {"ok": False, "error": "missing_scope", "needed": NEEDED[method], "provided": ""}
            return {"ok": True} | METHODS[method](self, decoded(args))
        except SlackError as error:
            return error.answer()

    def _check_token(self, method: str, token: str) -> None:
        right, other = self.bot_token, self.app_token
        if method == "apps.connections.open":
            right, other = other, right
        if not token:
            raise SlackError("not_authed")
        if token == other:
            raise SlackError("not_allowed_token_type")
        if token != right:
            raise SlackError("invalid_auth")

    async def _upload(self, request: web.Request) -> web.Response:
        async def do() -> web.Response:
            content = await _uploaded(request)
            file = self.files.get(request.match_info["id"])
            if file is None or file.ready or len(content) != file.expected_length:
                return web.Response(status=400, text="invalid upload")
            file.content = content
            return web.Response(text=f"OK - {len(content)}")

        return await self._with_faults(request, "files.upload", do)

    async def _download(self, request: web.Request) -> web.Response:
        async def do() -> web.Response:
            file = self.files.get(request.match_info["key"].partition("-")[2])
            if _token(request) != self.bot_token:
                raise web.HTTPFound(f"{self.host}/login")
            if file is None:
                return web.Response(status=404, text="File not found")
            return web.Response(body=file.content, content_type=file.mimetype)

        return await self._with_faults(request, "files.download", do)

    async def _login(self, request: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")

    async def _response(self, request: web.Request) -> web.Response:
        async def do() -> web.Response:
            try:
                body = await request.json()
                return web.Response(text=self._respond_to(request.match_info["token"], body))
            except SlackError as error:
                return web.json_response(error.answer(), status=404)

        try:
            return await self._with_faults(request, "response_url", do)
        finally:
            self.changed()

    def _respond_to(self, token: str, body: Json) -> str:
        way = self.response_urls.get(token)
        if way is None or self.clock() - way.issued > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        if way.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        blocks = self.checked_blocks(body["blocks"]) if body.get("blocks") else []
        if not (body.get("text") or blocks or body.get("delete_original")):
            raise SlackError("no_text")
        way.uses += 1
        self.responses.append(Reply(way.user, way.channel, body))
        if way.message_ts and (body.get("replace_original") or body.get("delete_original")):
            self._rewrite(way.channel, way.message_ts, body, blocks)
            return "ok"
        hidden = "" if body.get("response_type") == "in_channel" else way.user
        text = str(body.get("text", ""))
        shown = MessageVersion(way.channel, self.new_ts(), self.bot_user, text, tuple(blocks), ephemeral_to=hidden)
        if hidden:
            self.ephemerals.append(shown)
        else:
            self.conversations.setdefault(way.channel, []).append(Message([shown]))
        return "ok"

    def _rewrite(self, channel: str, ts: str, body: Json, blocks: list[Json]) -> None:
        ephemerals = [shown for shown in self.ephemerals if shown.ts == ts]
        message = None if ephemerals else find_message(self, channel, ts)
        old = ephemerals[0] if message is None else message.latest
        text, gone = str(body.get("text", "")), bool(body.get("delete_original"))
        new = MessageVersion(channel, ts, old.user, text, tuple(blocks), old.metadata, ephemeral_to=old.ephemeral_to)
        if message is None:
            place = self.ephemerals.index(old)
            self.ephemerals[place : place + 1] = [] if gone else [new]
        elif gone:
            message.deleted = True
        else:
            message.versions.append(new)


def _refusal(trouble: Trouble) -> web.Response:
    match trouble.kind:
        case "rate_limit":
            retry = {"Retry-After": str(trouble.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=retry)
        case "error_500":
            return web.Response(status=500, text="<html>Server error</html>", content_type="text/html")
        case "api_error":
            return web.json_response({"ok": False, "error": trouble.error})
        case "answer":
            return web.json_response(trouble.answer)
        case _:
            return web.Response(status=503)


def _token(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


async def _arguments(request: web.Request) -> Json:
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError as error:
            raise SlackError("invalid_json") from error
        return args | {name: value for name, value in body.items() if value is not None}
    return args | dict(await request.post())


async def _uploaded(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return await asyncio.to_thread(part.file.read)
    return b""
