"""The token by which Teams knows the app: fetched from Microsoft's login, and again before it ends."""

import asyncio
from collections.abc import Callable

import aiohttp
import orjson

from bot.surface import Transient
from bot.teams.errors import Outage, refused, retry_after, troubles

SCOPE = "https://api.botframework.com/.default"
EARLY = 300.0
"""How many seconds before its end a token is no longer used."""


class Login:
    """The token of one app registration. However many ask for it at once, it is fetched once.

    `url` is the address of the tenant's token endpoint; `clock` is monotonic, in seconds.
    https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        app_id: str,
        password: str,
        clock: Callable[[], float],
        limit: aiohttp.ClientTimeout,
    ) -> None:
        self._session, self._url, self._clock, self._limit = session, url, clock, limit
        self._form = {
            "grant_type": "client_credentials",
            "client_id": app_id,
            "client_secret": password,
            "scope": SCOPE,
        }
        self._token, self._until = "", 0.0
        self._fetching: asyncio.Task[str] | None = None

    async def token(self) -> str:
        """A token that is good for a while. Raises Outage when the app is refused, else Transient."""
        if self._token and self._clock() < self._until:
            return self._token
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch(), name="teams token")
            self._fetching.add_done_callback(self._fetched)
        return await asyncio.shield(self._fetching)

    def forget(self, token: str) -> None:
        """That token is no longer taken."""
        if token == self._token:
            self._token = ""

    async def close(self) -> None:
        """Let go of a fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _fetched(self, task: asyncio.Task[str]) -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody may have waited until the end

    async def _fetch(self) -> str:
        asked = self._clock()
        with troubles(once=False):
            async with self._session.post(
                self._url, data=self._form, allow_redirects=False, timeout=self._limit
            ) as answer:
                status, headers, body = answer.status, answer.headers, await answer.read()
        if status == 429 or status >= 500:
            raise Transient(f"login_{status}", retry_after(headers))
        if status != 200:
            raise Outage(str(refused(status, headers, body, once=False)))
        self._token, seconds = _read(body)
        self._until = asked + seconds - EARLY
        return self._token


def _read(body: bytes) -> tuple[str, float]:
    """The token, and for how many seconds it is good."""
    try:
        answer = orjson.loads(body)
        token, seconds = answer["access_token"], float(answer["expires_in"])
    except (ValueError, KeyError, TypeError) as error:
        raise Transient("login_nonsense") from error
    if not (isinstance(token, str) and token.isascii() and token.isprintable() and token):
        raise Transient("login_nonsense")
    return token, seconds
