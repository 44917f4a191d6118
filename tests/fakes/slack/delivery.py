"""How a payload reaches the app over signed HTTP, and what came back.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.wire import Json

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answered: an HTTP status (200 for a Socket Mode ack), its body, and whether it came too late."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    timed_out: bool = False

    @property
    def json(self) -> Json | None:
        """The body when it is a JSON object."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    @property
    def ok(self) -> bool:
        """Whether Slack would be content."""
        return self.status == 200 and not self.timed_out


@dataclass(frozen=True, slots=True)
class SentRequest:
    """One HTTP request to the app, to be sent again byte by byte."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


class Delivery(Protocol):
    """A way to the app."""

    async def deliver(self, kind: Kind, payload: Json, *, retry: tuple[int, str] | None = None) -> Answer:
        """Hands over one payload and waits for its answer; `retry` is the number and the reason."""
        ...


class Unconnected:
    """No way to the app yet."""

    async def deliver(self, kind: Kind, payload: Json, *, retry: tuple[int, str] | None = None) -> Answer:
        """Always raises: the test forgot to connect."""
        raise AssertionError("call connect_http(url) or connect_socket() first")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 signature of a body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


@dataclass(slots=True)
class HttpDelivery:
    """Signed HTTP to one request URL. Slack gives up after `patience` seconds."""

    url: str
    secret: str
    wall: Callable[[], float]
    session: aiohttp.ClientSession
    patience: float = 3.0
    sent: list[SentRequest] = field(default_factory=list)

    def signed(self, body: bytes, *, timestamp: float | str | None = None, secret: str | None = None) -> Json:
        """The two signature headers for `body`, with any timestamp or secret."""
        moment = self.wall() if timestamp is None else timestamp
        at = moment if isinstance(moment, str) else str(int(moment))
        made = signature(self.secret if secret is None else secret, at, body)
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": made}

    async def deliver(self, kind: Kind, payload: Json, *, retry: tuple[int, str] | None = None) -> Answer:
        """See `Delivery.deliver`."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        match kind:
            case "slash_commands":
                body, headers = urlencode(payload).encode(), form
            case "interactive":
                body, headers = urlencode({"payload": json.dumps(payload)}).encode(), form
            case "events_api":
                body, headers = json.dumps(payload).encode(), {"Content-Type": "application/json"}
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        headers |= {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)", "Accept": "*/*"}
        return await self.send(SentRequest(self.url, headers | self.signed(body), body))

    async def send(self, request: SentRequest) -> Answer:
        """Sends a request as it is; a missing answer comes back as `timed_out` or status 0."""
        self.sent.append(request)
        limit = aiohttp.ClientTimeout(total=self.patience)
        call: dict[str, Any] = {"data": request.body, "headers": request.headers, "timeout": limit}
        call["allow_redirects"] = False
        try:
            async with self.session.request(request.method, request.url, **call) as response:
                body = (await response.read()).decode("utf-8", "replace")
                return Answer(response.status, body, dict(response.headers))
        except TimeoutError:
            return Answer(0, timed_out=True)
        except aiohttp.ClientConnectionError:
            return Answer(0)
