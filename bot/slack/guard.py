"""What stands in front of Bolt: a request that is not Slack's own, or not well formed, gets no further."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from yarl import URL

from bot.body import SLOWEST, Turned, json_object, whole

LARGEST = 1024 * 1024
"""The largest body in bytes. Slack's own stay far below it."""

MOST_FIELDS = 100
"""How many fields a form may have. A command has about fifteen."""

SKEW = 300
"""How many seconds Slack's clock and ours may differ."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Checks size, signature and shape. `clock` gives seconds since the epoch, of real time; `slowest` is in seconds.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """

    secret: str
    clock: Callable[[], float]
    largest: int = LARGEST
    slowest: float = SLOWEST

    async def read(self, request: web.Request) -> dict[str, Any]:
        """The body of a genuine request, parsed: a command's form, an interaction's payload or an event.

        Raises Turned with 400 for what is malformed, 401 for what is unsigned, stale or signed by somebody
        else, 408 for what comes too slowly, and 413 for what is too large.
        """
        timestamp, signature = self._signature(request)
        body = await whole(request, self.largest, self.slowest)
        made = hmac.digest(self.secret.encode(), b"v0:%s:%s" % (timestamp.encode(), body), "sha256").hex()
        if not hmac.compare_digest(f"v0={made}", signature):
            raise Turned(401, "wrong signature")
        return _parsed(body, request.content_type)

    def _signature(self, request: web.Request) -> tuple[str, str]:
        timestamp = _only(request, "X-Slack-Request-Timestamp")
        signature = _only(request, "X-Slack-Signature")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
            raise Turned(400, "malformed timestamp")
        if not signature.isascii():
            raise Turned(400, "malformed signature")
        if abs(self.clock() - int(timestamp)) > SKEW:
            raise Turned(401, "stale timestamp")
        return timestamp, signature


def _only(request: web.Request, name: str) -> str:
    found = request.headers.getall(name, [])
    if not found:
        raise Turned(401, f"no {name}")
    if len(found) > 1:
        raise Turned(400, f"more than one {name}")
    return found[0]


def _parsed(body: bytes, content_type: str) -> dict[str, Any]:
    try:
        if content_type == "application/json":
            return json_object(body)
        if content_type != "application/x-www-form-urlencoded":
            raise Turned(400, "neither a form nor JSON")
        if body.count(b"&") >= MOST_FIELDS:
            raise Turned(400, "too many fields")
        pairs = URL.build(query_string=body.decode(), encoded=True).query
    except ValueError as error:
        raise Turned(400, "malformed body") from error
    form = dict(pairs)
    if len(form) < len(pairs):
        raise Turned(400, "a field given twice")
    return json_object(form["payload"]) if "payload" in form else form
