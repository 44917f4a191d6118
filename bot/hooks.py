"""`POST /hooks/…`: what a school's own tools bring, signed, all of a request or nothing.

A request is signed as Slack's are: `X-Exeat-Signature` is "v1=" and the HMAC-SHA256, in hexadecimal, of
"v1:TIMESTAMP:BODY" under EXEAT_HOOK_SECRET, and `X-Exeat-Timestamp` its time in seconds since the epoch. A tool that
cannot reckon that may send EXEAT_HOOK_TOKEN instead, where a school has set one.
"""

import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import orjson
import structlog
from aiohttp import web

from bot.background import report
from bot.body import Turned, whole
from bot.settings import Environment
from handlers.dispatch import Dispatch, Trouble
from handlers.entries import Hook, Landed
from storage.contract import Unavailable

PATH = "/hooks/"

LARGEST = 256 * 1024
"""The largest body in bytes."""

MOST = 100
"""How many things one request may bring."""

SKEW = 300
"""How many seconds the sender's clock and ours may differ."""

TIMESTAMP, SIGNATURE = "X-Exeat-Timestamp", "X-Exeat-Signature"

UNREADABLE = {
    400: "The body breaks off, or does not unpack as its Content-Encoding says.",
    408: "The body took too long to come.",
    413: f"The body has more than {LARGEST // 1024} KiB.",
}
"""Why a body cannot be read, by the status that says so."""

LATER = "Nothing was kept. Please send it again in a minute."

log = structlog.get_logger("exeat.hooks")


@dataclass(frozen=True, slots=True)
class Guard:
    """Checks who sent a request. `secret` signs, and `token` is sent along; an empty one is good for nothing.

    `clock` gives seconds since the epoch, of real time.
    """

    secret: str
    token: str
    clock: Callable[[], float]

    async def read(self, request: web.Request) -> bytes:
        """The body of a request that somebody sent who may. Raises Turned with 400 for what is malformed, 401 for
        what is unsigned, stale or signed by somebody else, 408 for what comes too slowly, and 413 for what is too
        large.
        """
        if "Authorization" in request.headers:
            self._check_token(request)
            return await _body(request)
        timestamp, signature = self._signature(request)
        body = await _body(request)
        if not hmac.compare_digest(sign(self.secret, timestamp, body), signature):
            raise Turned(401, "The signature is not right: look at the secret, and sign the body as it is sent.")
        return body

    def _signature(self, request: web.Request) -> tuple[str, str]:
        timestamp, signature = _only(request, TIMESTAMP), _only(request, SIGNATURE)
        if not self.secret:
            raise Turned(401, "Signatures are not taken here: EXEAT_HOOK_SECRET is not set.")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
            raise Turned(400, f"{TIMESTAMP} is not a number of seconds since 1970.")
        if not signature.isascii():
            raise Turned(400, f"{SIGNATURE} is not v1= and a number in hexadecimal.")
        if abs(self.clock() - int(timestamp)) > SKEW:
            raise Turned(401, f"{TIMESTAMP} is more than five minutes off: look at the sender's clock.")
        return timestamp, signature

    def _check_token(self, request: web.Request) -> None:
        given = _only(request, "Authorization").encode("utf-8", "surrogateescape")
        if not self.token:
            raise Turned(401, "Tokens are not taken here: EXEAT_HOOK_TOKEN is not set.")
        if not _unheard(request):
            raise Turned(401, "A token is taken over HTTPS alone. Use the https address, and change the token.")
        if not hmac.compare_digest(f"Bearer {self.token}".encode(), given):
            raise Turned(401, "The token is not right.")


class Hooks:
    """The routes of all hooks that the registry has. `clock` gives seconds since the epoch, for signatures."""

    def __init__(
        self, dispatch: Dispatch, secret: str, token: str = "", *, clock: Callable[[], float] = time.time
    ) -> None:
        self._dispatch, self._guard = dispatch, Guard(secret, token, clock)

    def routes(self) -> list[web.RouteDef]:
        """One for each hook."""
        hooks = self._dispatch.registry.hooks.values()
        return [web.post(f"{PATH}{hook.name}", self._handler(hook)) for hook in hooks]

    def _handler(self, hook: Hook) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            try:
                items = parsed(await self._guard.read(request))
                return await self._take(hook, items)
            except Turned as turned:
                log.info("turned away", hook=hook.name, status=turned.status)
                return _answer(turned.status, {"error": turned.reason})

        return handle

    async def _take(self, hook: Hook, items: Sequence[dict[str, Any]]) -> web.Response:
        try:
            landed = await self._dispatch.brought(f"{hook.name}.hook", hook.handler, items)
        except Unavailable as error:
            return _answer(503, {"error": LATER, "number": report(f"hooks.{hook.name}", error)})
        except Trouble as trouble:
            return _answer(503, {"error": LATER, "number": trouble.error})
        if faults := [_fault(n, *wrong) for n, each in enumerate(landed) for wrong in each.errors.items()]:
            log.info("turned away", hook=hook.name, status=400, faults=len(faults))
            return _answer(400, {"error": "Nothing was kept: please put these right.", "faults": faults})
        log.info("brought", hook=hook.name, items=len(landed))
        return _answer(200, {hook.name: [_became(n, each) for n, each in enumerate(landed)]})


def hook_routes(environment: Environment, dispatch: Dispatch) -> list[web.RouteDef]:
    """The routes of the hooks; none where the environment has neither a secret nor a token for them."""
    secret, token = environment.exeat_hook_secret, environment.exeat_hook_token
    if secret is None and token is None:
        return []
    return Hooks(
        dispatch, secret.get_secret_value() if secret else "", token.get_secret_value() if token else ""
    ).routes()


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a body that is sent at that time."""
    return f"v1={hmac.digest(secret.encode(), b'v1:%s:%s' % (timestamp.encode(), body), 'sha256').hex()}"


def parsed(body: bytes) -> list[dict[str, Any]]:
    """The objects in a body: one, or a list of up to a hundred. Raises Turned with 400 for anything else."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Turned(400, "The body is not JSON.") from error
    items = found if isinstance(found, list) else [found]
    if len(items) > MOST:
        raise Turned(400, f"The list has {len(items)} entries, and {MOST} are the most. Please send it in parts.")
    if not all(isinstance(item, dict) for item in items):
        raise Turned(400, "The body is neither a JSON object nor a list of them.")
    return items


async def _body(request: web.Request) -> bytes:
    try:
        return await whole(request, LARGEST)
    except Turned as turned:
        raise Turned(turned.status, UNREADABLE[turned.status]) from turned


def _only(request: web.Request, name: str) -> str:
    found = request.headers.getall(name, [])
    if not found:
        raise Turned(401, f"There is no {name}.")
    if len(found) > 1:
        raise Turned(400, f"There is more than one {name}.")
    return found[0]


def _unheard(request: web.Request) -> bool:
    """Whether the request came over HTTPS, as the web server in front says, or from this machine alone."""
    if said := request.headers.getall("X-Forwarded-Proto", []):
        return all(each.strip().casefold() == "https" for each in said)
    try:
        return request.secure or ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def _fault(item: int, field: str, why: str) -> dict[str, Any]:
    return {"item": item, "field": field, "why": why}


def _became(item: int, landed: Landed) -> dict[str, Any]:
    said = {"item": item, "became": landed.became, "record": landed.record, "note": landed.note}
    return {name: value for name, value in said.items() if value != ""}


def _answer(status: int, said: dict[str, Any]) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(said), content_type="application/json")
