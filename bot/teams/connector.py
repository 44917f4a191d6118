"""Writing to Teams: the connector's REST interface over aiohttp, one call at a time in each conversation.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote
from weakref import WeakValueDictionary

import aiohttp
import orjson
from yarl import URL

from bot.body import bounded
from bot.surface import Gone, Permanent, Transient
from bot.teams.errors import refused, troubles
from bot.teams.guard import is_loopback
from bot.teams.login import Login
from bot.teams.pace import Pace

Json = dict[str, Any]

LOGIN = "https://login.microsoftonline.com"

DOWNLOAD = 60.0
"""How many seconds a whole download may take."""

MOVED = frozenset([301, 302, 303, 307, 308])


class Connector:
    """One app registration in one tenant. Build it inside a running loop; `close` it at the end.

    Every call may take `seconds`; `clock` is monotonic, in seconds. Without an `app_id` nothing is signed.
    Every call raises Transient, Outage or Permanent; `send` Ambiguous as well.
    """

    def __init__(
        self,
        app_id: str,
        password: str,
        tenant: str,
        *,
        login: str = LOGIN,
        seconds: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tenant = tenant
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self._limit = aiohttp.ClientTimeout(total=seconds, connect=seconds / 2)
        self._download = aiohttp.ClientTimeout(total=max(DOWNLOAD, seconds), connect=seconds / 2, sock_read=seconds)
        token_url = f"{login.rstrip('/')}/{quote(tenant, safe='')}/oauth2/v2.0/token"
        self._login = Login(self._session, token_url, app_id, password, clock, self._limit) if app_id else None
        self._pace = Pace(clock=clock)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def close(self) -> None:
        """Let go of the connections."""
        if self._login is not None:
            await self._login.close()
        await self._session.close()

    async def send(self, service: str, conversation: str, activity: Json) -> str:
        """Say something in a conversation, after whatever else is being said there; the message's id."""
        url = _address(service, "conversations", conversation, "activities")
        async with self._turns.setdefault(conversation, asyncio.Lock()):
            return _id(await self._ask("POST", url, activity, once=True))

    async def update(self, service: str, conversation: str, message: str, activity: Json) -> None:
        """Put something else in a message's place. Raises Gone when it is no longer there."""
        url = _address(service, "conversations", conversation, "activities", message)
        if await self._ask("PUT", url, activity, missing=True) is None:
            raise Gone

    async def member(self, service: str, conversation: str, id: str) -> Json | None:
        """What Teams says of somebody in a conversation, by either of their ids; None when they are not there."""
        return await self._ask("GET", _address(service, "conversations", conversation, "members", id), missing=True)

    async def open_conversation(self, service: str, bot: str, member: str) -> str:
        """The id of the conversation between Exeat and somebody alone."""
        asked = {
            "isGroup": False,
            "bot": {"id": bot},
            "members": [{"id": member}],
            "tenantId": self.tenant,
            "channelData": {"tenant": {"id": self.tenant}},
        }
        id = _id(await self._ask("POST", _address(service, "conversations"), asked))
        if not id:
            raise Transient("no_conversation")
        return id

    async def fetch(self, url: str, longest: int, *, signed: bool) -> bytes | str:
        """The bytes at an address, at most `longest`, or the address they have moved to. The token goes along only
        when it is to be `signed`.
        """
        async with self._answer("GET", _parsed(url), signed=signed, limit=self._download) as answer:
            if answer.status in MOVED:
                return answer.headers.get("Location", "")
            return await _content(answer, longest)

    async def _ask(
        self, method: str, url: URL, body: Json | None = None, *, once: bool = False, missing: bool = False
    ) -> Json | None:
        """The answer as a JSON object, {} when it is none; None for a 404 when something may be `missing`."""
        async with self._answer(method, url, body, once=once) as answer:
            content = await answer.read()
            if answer.status == 404 and missing:
                return None
            if not 200 <= answer.status < 300:
                raise refused(answer.status, answer.headers, content, once=once)
        try:
            found = orjson.loads(content)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        url: URL,
        body: Json | None = None,
        *,
        once: bool = False,
        signed: bool = True,
        limit: aiohttp.ClientTimeout | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer, whatever it is. A token that is no longer taken is fetched afresh, once."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        data = orjson.dumps(body) if body is not None else None
        for again in (True, False):
            token = await self._login.token() if self._login and signed else ""
            if token:
                headers["Authorization"] = f"Bearer {_guarded(token, url)}"
            if signed:
                await self._pace()
            with troubles(once=once):
                async with self._session.request(
                    method, url, data=data, headers=headers, allow_redirects=False, timeout=limit or self._limit
                ) as answer:
                    if answer.status == 401 and token and again and self._login:
                        self._login.forget(token)
                        continue
                    yield answer
                    return


def _guarded(token: str, url: URL) -> str:
    """The token, unless it would go where anybody can read it."""
    if url.scheme != "https" and not is_loopback(str(url)):
        raise Permanent("insecure_service")
    return token


def _address(service: str, *parts: str) -> URL:
    path = "/".join(quote(part, safe="") for part in ("v3", *parts))
    return _parsed(f"{service.rstrip('/')}/{path}", encoded=True)


def _parsed(address: str, *, encoded: bool = False) -> URL:
    try:
        return URL(address, encoded=encoded)
    except ValueError as error:
        raise Permanent("bad_address") from error


def _id(answer: Json | None) -> str:
    """The id of what was made; "" when Teams took it and said none."""
    id = (answer or {}).get("id")
    return id if isinstance(id, str) else ""


async def _content(answer: aiohttp.ClientResponse, longest: int) -> bytes:
    if answer.status != 200:
        raise refused(answer.status, answer.headers, b"", once=False)
    if answer.content_type == "text/html":
        raise Permanent("file_not_there")
    return await bounded(answer, longest)
