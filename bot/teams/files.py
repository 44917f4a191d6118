"""What people attach on Teams: fetched from OneDrive, or from Teams itself, and from nowhere else."""

import re
from collections.abc import Awaitable, Callable

from yarl import URL

from bot.surface import Permanent
from bot.teams.connector import Connector
from bot.teams.errors import Outage
from bot.teams.guard import is_loopback

REDIRECTS = 2
HTTPS = 443
KEPT = "/v3/attachments/"
"""In the path of what Teams itself keeps: pictures that somebody pasted."""

_ONEDRIVE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.sharepoint(\.com|\.us|-mil\.us|\.cn)")


class Files:
    """Fetches files. Every hop must lead to a host that holds the files of Teams; only Teams' own gets the token.

    `asked` takes every call with the token, for what it says of the app itself.
    """

    def __init__(
        self, connector: Connector, asked: Callable[[Awaitable[bytes | str]], Awaitable[bytes | str]]
    ) -> None:
        self._connector, self._asked = connector, asked

    async def download(self, address: str, service: str, longest: int) -> bytes:
        """The bytes at an address that Teams gave, at most `longest`; `service` is the sender's own service address.

        Raises Permanent for too large, gone, no longer to be had, and for an address that is not one of Teams'.
        """
        own = _parsed(service)
        url = _parsed(address)
        for _ in range(REDIRECTS + 1):
            signed = _is_kept_by(own, url)
            if not (signed or _may_hold_files(own, url)):
                raise Permanent("foreign_host")
            found = await self._fetch(url, longest, signed)
            if isinstance(found, bytes):
                return found
            url = url.join(_parsed(found))
        raise Permanent("too_many_redirects")

    async def _fetch(self, url: URL, longest: int, signed: bool) -> bytes | str:
        call = self._connector.fetch(str(url), longest, signed=signed)
        if signed:
            return await self._asked(call)
        try:
            return await call
        except Outage as refused:
            raise Permanent("file_not_there") from refused  # the link has run out; the app is not meant


def _parsed(address: str) -> URL:
    try:
        return URL(address)
    except ValueError as error:
        raise Permanent("foreign_host") from error


def _is_kept_by(own: URL, url: URL) -> bool:
    """Whether Teams itself keeps it, at the very service that the sender is reached by."""
    same = (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port) and url.user is None
    return same and bool(own.host) and KEPT in url.path and ".." not in url.path


def _may_hold_files(own: URL, url: URL) -> bool:
    """OneDrive over https; for a stand-in on this machine, this machine."""
    if is_loopback(str(own)):
        return url.scheme in ("http", "https") and is_loopback(str(url))
    plain = url.scheme == "https" and url.port == HTTPS and url.user is None
    return plain and bool(_ONEDRIVE.fullmatch(url.host or ""))
