"""Links to cleaned pictures that run out: made for a card, read when somebody follows one."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import Enum

import structlog
from aiohttp import web

from bot.pictures.kinds import ending_of, kind_of
from storage.blobs import Blobs
from storage.contract import Damaged, Unavailable

LIFETIME = timedelta(days=7)
DAY = 86_400
MAC_BYTES = 32

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, noimageindex",
}

log = structlog.get_logger("exeat.pictures")


class Not(Enum):
    """Why a token opens nothing."""

    OURS = "ours"
    ANY_MORE = "any more"


class PictureLinks:
    """Makes and reads tokens: when it runs out, which picture, and an HMAC-SHA256 over both (RFC 2104).

    `secret` is at least 32 bytes; `clock` gives aware UTC. The end is rounded up to a whole UTC day, so that a
    card drawn twice on one day is the same card.
    """

    def __init__(self, secret: bytes, clock: Callable[[], datetime], lifetime: timedelta = LIFETIME) -> None:
        if len(secret) < MAC_BYTES:
            raise ValueError("the secret for picture links is too short")
        self._key = hmac.digest(secret, b"exeat picture links", "sha256")
        self._clock, self._lifetime = clock, lifetime

    def token(self, sha256: str) -> str:
        """A token for the picture (hex SHA-256), fit for a path."""
        end = (self._clock() + self._lifetime).timestamp()
        body = int(-(-end // DAY)).to_bytes(4, "big") + bytes.fromhex(sha256)
        return base64.urlsafe_b64encode(body + self._mac(body)).decode().rstrip("=")

    def read(self, token: str) -> str | Not:
        """The picture's SHA-256 in hex, or why there is none to be had."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return Not.OURS
        body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        if len(body) != 4 + hashlib.sha256().digest_size or not hmac.compare_digest(mac, self._mac(body)):
            return Not.OURS
        ends = int.from_bytes(body[:4], "big") * DAY
        return body[4:].hex() if self._clock().timestamp() < ends else Not.ANY_MORE

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")


def picture_handler(links: PictureLinks, blobs: Blobs) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of `GET /pictures/{token}`; with `?download` the picture comes as a file to keep."""

    async def serve(request: web.Request) -> web.Response:
        found = links.read(request.match_info["token"])
        if found is Not.ANY_MORE:
            return _words("This link has run out. Open the post again in Exeat to get a new one.", 410)
        try:
            data = await blobs.get(found) if isinstance(found, str) else b""
        except LookupError:
            data = b""
        except (Damaged, Unavailable) as error:
            log.error("picture", kind=type(error).__name__, picture=found)
            return _words("The picture cannot be shown just now. Please try again in a minute.", 503)
        if not data:
            return _words("There is no picture here.", 404)
        return web.Response(body=data, headers={**HEADERS, **_described(data, "download" in request.query)})

    return serve


def _described(data: bytes, download: bool) -> dict[str, str]:
    place = "attachment" if download else "inline"
    return {
        "Content-Type": kind_of(data),
        "Content-Disposition": f'{place}; filename="picture.{ending_of(data)}"',
        "Cache-Control": "private, max-age=3600",
    }


def _words(text: str, status: int) -> web.Response:
    return web.Response(text=text, status=status, headers={**HEADERS, "Cache-Control": "no-store"})
