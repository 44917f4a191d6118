"""The body of a request from outside: read up to a limit, parsed, and turned away when it is not well formed."""

from typing import Any

import orjson
from aiohttp import web


class Turned(Exception):
    """The request is turned away with an HTTP status; `reason` is all that is told or logged of it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


async def whole(request: web.Request, largest: int) -> bytes:
    """All of it, in bytes. Raises Turned with 413 for more than `largest`, also when it does not say so, or says less
    than it unpacks to.
    """
    length, content = request.content_length, request.content
    if (length or 0) > largest:
        raise Turned(413, "body too large")
    if length is not None and "Content-Encoding" not in request.headers:
        return content.read_nowait() if content.is_eof() else await content.read()
    chunks, size = list[bytes](), 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > largest:
            raise Turned(413, "body too large")
        chunks.append(chunk)
    return b"".join(chunks)


def json_object(text: bytes | str) -> dict[str, Any]:
    """A JSON object. Raises Turned with 400 for anything else."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Turned(400, "malformed JSON") from error
    if not isinstance(value, dict):
        raise Turned(400, "not a JSON object")
    return value
