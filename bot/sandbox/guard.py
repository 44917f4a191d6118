"""What stands in front of the sandbox's page: only its own page, in a browser on this machine, gets through."""

import secrets

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.loopback import is_here

TOKEN_HEADER = "X-Exeat-Token"  # noqa: S105

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def guard(token: str) -> Middleware:
    """Middleware: a loopback Host (against DNS rebinding); for whatever changes something, also the page's own
    origin and the `token` that the page was given.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_here(request):
            raise web.HTTPForbidden(text="The sandbox answers to this machine only.", headers=HEADERS)
        if request.method not in ("GET", "HEAD"):
            same = request.headers.get("Origin") == f"http://{request.host}"
            given = request.headers.get(TOKEN_HEADER, "")
            if not same or not secrets.compare_digest(given.encode(), token.encode()):
                raise web.HTTPForbidden(text="This did not come from the sandbox's page.", headers=HEADERS)
        return await handler(request)

    return check


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: the headers that keep the page to itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
