"""The stand-in's server: keys, login, connector and files on ephemeral loopback ports."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from tests.fakes.teams import connector_calls as connector
from tests.fakes.teams import keys
from tests.fakes.teams.acting import Acting
from tests.fakes.teams.faults import Faults, Trouble
from tests.fakes.teams.files import Upload
from tests.fakes.teams.login import Login
from tests.fakes.teams.wire import Call, Json, TeamsError

Do = Callable[[], Awaitable[web.StreamResponse]]
Ask = Callable[[Json], tuple[int, Json]]
_DROPS = frozenset({"drop", "accept_then_drop"})


@dataclass
class FakeTeams(Acting):
    """Teams, on this machine: an async context manager.

    `token_seconds` is how long a token of the login lasts; `token_fetches` and `key_fetches` count what was asked
    of login and key set. `login_rejects` and `keys_fail` are switches. `endorsements` are the channels that the
    published keys are good for.
    """

    faults: Faults = field(default_factory=Faults)
    token_seconds: float = 3599
    token_fetches: int = 0
    key_fetches: int = 0
    login_rejects: bool = False
    keys_fail: bool = False
    endorsements: list[str] = field(default_factory=lambda: ["msteams"])
    login: Login = field(init=False)
    _runner: web.AppRunner = field(init=False)
    _sharing: web.AppRunner = field(init=False)

    async def __aenter__(self) -> Self:
        self.login = Login(self)
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_get("/v1/.well-known/openidconfiguration", self._metadata)
        app.router.add_get("/v1/.well-known/keys", self._key_set)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        here = "/uk/v3/conversations/{conversation}"
        app.router.add_post("/uk/v3/conversations", self._open)
        app.router.add_post(f"{here}/activities", self._send)
        app.router.add_post(f"{here}/activities/{{id}}", self._send)
        app.router.add_put(f"{here}/activities/{{id}}", self._update)
        app.router.add_delete(f"{here}/activities/{{id}}", self._delete)
        app.router.add_get(f"{here}/members/{{id}}", self._member)
        app.router.add_get(f"{here}/pagedmembers", self._members)
        app.router.add_get("/uk/v3/attachments/{id}/views/original", self._attachment)
        self._runner, self.host = await _listening(app)
        share = web.Application()
        share.router.add_get("/personal/school/Documents/{folder}/{id}/{name}", self._file)
        self._sharing, self.share_host = await _listening(share)
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        await self._runner.cleanup()
        await self._sharing.cleanup()

    def rotate_keys(self) -> None:
        """From now on another key signs, and only it is published."""
        self.signing += 1

    def expire_tokens(self) -> None:
        """Every token that the login has given out is refused from now on."""
        self.login.tokens.clear()

    async def _with_faults(self, request: web.Request, name: str, body: Json, do: Do) -> web.StreamResponse:
        self.calls.append(Call(name, request.path, body))
        trouble = self.faults.draw(name)
        try:
            if trouble is None:
                return await do()
            if trouble.gate is not None and trouble.kind == "slow":
                self.changed()
                await trouble.gate.wait()
            answer = await do() if trouble.acts else _refusal(trouble)
            if trouble.gate is not None:
                self.changed()
                await trouble.gate.wait()
            if trouble.kind in _DROPS and request.transport is not None:
                request.transport.abort()
            return answer
        finally:
            self.changed()

    async def _metadata(self, request: web.Request) -> web.StreamResponse:
        async def do() -> web.Response:
            shape = {
                "issuer": "https://api.botframework.com",
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": f"{self.host}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
            return web.Response(status=500) if self.keys_fail else web.json_response(shape)

        return await self._with_faults(request, "openid", {}, do)

    async def _key_set(self, request: web.Request) -> web.StreamResponse:
        async def do() -> web.Response:
            self.key_fetches += 1
            published = {"keys": [keys.public(self.signing, self.endorsements)]}
            return web.Response(status=500) if self.keys_fail else web.json_response(published)

        return await self._with_faults(request, "keys", {}, do)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}

        async def do() -> web.Response:
            self.token_fetches += 1
            tenant = request.match_info["tenant"]
            status, body = self.login.answer(tenant, form, self.token_seconds, self.login_rejects)
            return web.json_response(body, status=status)

        return await self._with_faults(request, "login", form, do)

    async def _ask(self, request: web.Request, name: str, ask: Ask) -> web.StreamResponse:
        """One call of the connector: its token, its body, what it does, and Microsoft's shape for a refusal."""
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            body = None

        async def do() -> web.Response:
            try:
                self._check_token(request)
                if not isinstance(body, dict):
                    raise TeamsError(400, "BadSyntax", "the body must be a JSON object")
                status, answer = ask(body)
            except TeamsError as error:
                return web.json_response(error.answer(), status=error.status)
            return web.json_response(answer, status=status)

        return await self._with_faults(request, name, body if isinstance(body, dict) else {}, do)

    def _check_token(self, request: web.Request) -> None:
        if not self.login.good(_bearer(request)):
            raise TeamsError(401, "Unauthorized", "Authorization has been denied for this request.")

    async def _send(self, request: web.Request) -> web.StreamResponse:
        where = request.match_info["conversation"]
        return await self._ask(request, "send", lambda body: connector.send(self, where, body))

    async def _update(self, request: web.Request) -> web.StreamResponse:
        where, id = request.match_info["conversation"], request.match_info["id"]
        return await self._ask(request, "update", lambda body: connector.update(self, where, id, body))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        where, id = request.match_info["conversation"], request.match_info["id"]
        return await self._ask(request, "delete", lambda body: connector.delete(self, where, id))

    async def _member(self, request: web.Request) -> web.StreamResponse:
        where, id = request.match_info["conversation"], request.match_info["id"]
        return await self._ask(request, "member", lambda body: connector.member(self, where, id))

    async def _members(self, request: web.Request) -> web.StreamResponse:
        where = request.match_info["conversation"]
        return await self._ask(request, "members", lambda body: connector.paged_members(self, where, request.query))

    async def _open(self, request: web.Request) -> web.StreamResponse:
        return await self._ask(request, "open_conversation", lambda body: connector.open_conversation(self, body))

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        async def do() -> web.StreamResponse:
            try:
                self._check_token(request)
            except TeamsError as error:
                return web.json_response(error.answer(), status=error.status)
            return await _served(request, self.upload(request.match_info["id"]))

        return await self._with_faults(request, "attachment", {}, do)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        async def do() -> web.StreamResponse:
            if token := _bearer(request):
                self.leaks.append(token)
                return web.Response(status=401, text="a token that is not for here")
            upload = self.upload(request.match_info["id"])
            if request.query.get("tempauth") != request.match_info["id"]:
                return web.Response(status=403)
            return await _served(request, upload)

        return await self._with_faults(request, "file", {}, do)


async def _listening(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


async def _served(request: web.Request, upload: Upload | None) -> web.StreamResponse:
    if upload is None:
        return web.Response(status=404)
    if upload.redirect:
        return web.Response(status=302, headers={"Location": upload.redirect})
    if not upload.unsized:
        return web.Response(body=upload.content, content_type="application/octet-stream")
    stream = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
    stream.enable_chunked_encoding()
    await stream.prepare(request)
    for start in range(0, len(upload.content), 65536):
        await stream.write(upload.content[start : start + 65536])
    await stream.write_eof()
    return stream


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


def _refusal(trouble: Trouble) -> web.Response:
    if trouble.kind == "error_500":
        return web.Response(status=500, text="<html>Server error</html>", content_type="text/html")
    wait = trouble.retry_after
    headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
    body = TeamsError(trouble.status or 503, trouble.code, trouble.kind).answer()
    return web.json_response(body, status=trouble.status or 503, headers=headers)
