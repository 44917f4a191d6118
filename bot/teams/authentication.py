"""Whose a request is: the token that Microsoft signs for every activity, and the keys that it signs them with."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import aiohttp
import jwt
import orjson
import structlog
from botbuilder.schema import Activity  # type: ignore[import-untyped]
from botframework.connector.auth import (  # type: ignore[import-untyped]
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)
from botframework.connector.auth.authenticate_request_result import (  # type: ignore[import-untyped]
    AuthenticateRequestResult,
)

from bot.teams.guard import is_loopback

METADATA = "https://login.botframework.com/v1/.well-known/openidconfiguration"
ISSUER = "https://api.botframework.com"

LEEWAY = 300
"""How many seconds Microsoft's clock and ours may differ."""

FRESH = 86_400.0
"""After how many seconds the keys are asked for again."""

PAUSE = 60.0
"""How many seconds lie between two askings, whatever arrives."""

PAUSE_WITHOUT = 5.0
"""The same while there are no keys at all, so that Exeat is soon there when Microsoft is."""

_LARGEST = 1024 * 1024

log = structlog.get_logger("exeat.teams")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key of Microsoft's, and the channels that it may speak for."""

    public: Any
    endorsements: frozenset[str]


class Keys:
    """The key set behind a metadata address, asked for when it is needed; `clock` is monotonic, in seconds.

    Old keys serve until new ones have come. One asking goes on at a time.
    """

    def __init__(self, metadata: str, *, clock: Callable[[], float] = time.monotonic, seconds: float = 5.0) -> None:
        self._metadata, self._clock = metadata, clock
        self._limit = aiohttp.ClientTimeout(total=seconds)
        self._keys: Mapping[str, Key] = {}
        self._asked = self._came = -inf
        self._asking: asyncio.Task[None] | None = None

    async def find(self, id: str) -> Key | None:
        """A key by its id. One not known is asked for, at most once a minute, or every few seconds while there are
        none; known ones are refreshed in passing.
        """
        now = self._clock()
        if (key := self._keys.get(id)) is not None:
            if now - self._came >= FRESH and now - self._asked >= PAUSE:
                self._ask()
            return key
        pause = PAUSE if self._keys else PAUSE_WITHOUT
        if now - self._asked >= pause or self._asking is not None:
            await asyncio.shield(self._ask())
        return self._keys.get(id)

    async def close(self) -> None:
        """Let an asking that is under way end."""
        if self._asking is not None:
            await self._asking

    def _ask(self) -> "asyncio.Task[None]":
        if self._asking is None:
            self._asked = self._clock()
            self._asking = asyncio.get_running_loop().create_task(self._refresh())
            self._asking.add_done_callback(self._answered)
        return self._asking

    def _answered(self, _: "asyncio.Task[None]") -> None:
        self._asking = None

    async def _refresh(self) -> None:
        try:
            async with aiohttp.ClientSession(timeout=self._limit) as session:
                about = await _json(session, self._metadata)
                found = _keys(await _json(session, about["jwks_uri"]))
        except (TimeoutError, aiohttp.ClientError, ValueError, LookupError, TypeError, AttributeError) as error:
            log.warning("keys not fetched", kind=type(error).__name__)
            return
        if found:
            self._keys, self._came = found, self._clock()
        else:
            log.warning("keys not fetched", kind="none usable")


class _Unbuilt(ConnectorFactory):  # type: ignore[misc]
    """Stands where botbuilder would build clients for every turn: Exeat writes to Teams through its own."""

    async def create(self, service_url: str, audience: str) -> "_Unbuilt":
        return self


_UNBUILT = _Unbuilt()


class _Ours(BotFrameworkAuthentication):  # type: ignore[misc]
    """What both kinds of authentication have: nothing is built for a turn."""

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> Any:
        """Nothing streams to Exeat."""
        raise PermissionError("no streams")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        """One that builds nothing."""
        return _UNBUILT

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> Any:
        """One that can do nothing: nobody signs in anywhere."""
        return _UNBUILT


class Playground(_Ours):
    """No token is asked for: Microsoft's Playground signs nothing. From this machine and to this machine only."""

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """Raises PermissionError for an activity that wants its answers sent elsewhere than to this machine."""
        if not is_loopback(activity.service_url):
            raise PermissionError("not from this machine")
        return _result({}, "")


class Authentication(_Ours):
    """Checks the token of an activity, as https://learn.microsoft.com/azure/bot-service/rest-api/ has it under
    bot-framework-rest-connector-authentication. Raises ValueError without an app id, for then anybody could sign.
    """

    def __init__(self, app_id: str, *, metadata: str = METADATA, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        if not app_id:
            raise ValueError("Teams needs TEAMS_APP_ID")
        self.app_id, self.keys = app_id, Keys(metadata, clock=clock)

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """Raises PermissionError unless Microsoft signed this for Exeat, now, for this channel and this address."""
        token = _bearer(auth_header)
        try:
            id = jwt.get_unverified_header(token).get("kid")
            key = await self.keys.find(id) if isinstance(id, str) else None
            if key is None:
                raise PermissionError("unknown key")
            claims = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self.app_id,
                issuer=ISSUER,
                leeway=LEEWAY,
                options={"require": ["exp", "nbf", "aud", "iss"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError) as error:
            raise PermissionError(f"bad token: {type(error).__name__}") from error
        if activity.channel_id not in key.endorsements:
            raise PermissionError("key not endorsed for the channel")
        if _service(claims) != activity.service_url:
            raise PermissionError("token for another serviceUrl")
        return _result(claims, self.app_id)

    async def close(self) -> None:
        """Let what is under way end."""
        await self.keys.close()


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.casefold() != "bearer" or not token:
        raise PermissionError("no token")
    return token


def _service(claims: Mapping[str, Any]) -> object:
    """Microsoft has written this claim both ways."""
    return claims.get("serviceurl", claims.get("serviceUrl"))


def _result(claims: Mapping[str, Any], audience: str) -> AuthenticateRequestResult:
    result = AuthenticateRequestResult()
    result.claims_identity = ClaimsIdentity(dict(claims), True)
    result.audience, result.connector_factory = audience, _UNBUILT
    return result


async def _json(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(url) as answer:
        answer.raise_for_status()
        body = bytearray()
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > _LARGEST:
                raise ValueError("too large")
        return orjson.loads(body)


def _keys(found: Any) -> dict[str, Key]:
    """The RSA keys in a JWK set, by id; others are of no use to RS256."""
    keys: dict[str, Key] = {}
    for each in found["keys"]:
        if each.get("kty") == "RSA" and isinstance(each.get("kid"), str):
            try:
                public = jwt.PyJWK.from_dict(each, "RS256").key
            except (jwt.PyJWTError, ValueError, TypeError):
                log.warning("key not understood", key=each["kid"])
                continue
            keys[each["kid"]] = Key(public, frozenset(each.get("endorsements") or ()))
    return keys
