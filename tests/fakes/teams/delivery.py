"""How an activity reaches the app over HTTP, and what came back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from tests.fakes.teams.wire import Json


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answered: an HTTP status (0: none), its body, and whether it came too late."""

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
        """Whether Teams would be content with the status."""
        return 200 <= self.status < 300 and not self.timed_out


@dataclass(frozen=True, slots=True)
class SentRequest:
    """One HTTP request to the app, to be sent again byte by byte."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Delivery:
    """HTTP to the app's one address. Teams gives up after `patience` seconds."""

    url: str
    session: aiohttp.ClientSession
    patience: float = 5.0
    sent: list[SentRequest] = field(default_factory=list)

    async def send(self, request: SentRequest) -> Answer:
        """Sends a request as it is; a missing answer comes back as `timed_out` or status 0."""
        self.sent.append(request)
        limit = aiohttp.ClientTimeout(total=self.patience)
        try:
            async with self.session.post(
                request.url, data=request.body, headers=request.headers, timeout=limit, allow_redirects=False
            ) as response:
                body = (await response.read()).decode("utf-8", "replace")
                return Answer(response.status, body, dict(response.headers))
        except TimeoutError:
            return Answer(0, timed_out=True)
        except aiohttp.ClientConnectionError:
            return Answer(0)
