"""This machine, and no other: for what is served without anybody proving who they are."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from aiohttp import web

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_here(request: "web.Request") -> bool:
    """Whether a request names this machine: not so through a web server, or by a name that was made to point here."""
    try:
        return (urlsplit(f"//{request.host}").hostname or "") in LOOPBACK
    except ValueError:
        return False
