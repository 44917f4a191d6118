"""The body of a request or of an answer from outside: read up to a limit, parsed, and turned away when unfit."""

import asyncio
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from bot.surface import Permanent

SLOWEST = 20.0
"""How many seconds a body may take to come, so that nobody keeps the door open. Slack waits three for an answer."""

_CHUNK = 64 * 1024


class Turned(Exception):
    """The request is turned away with an HTTP status; `reason` is all that is told or logged of it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


async def whole(request: web.Request, largest: int, slowest: float = SLOWEST) -> bytes:
    """All of it, in bytes.

    Raises Turned with 413 for more than `largest`, also when it does not say so, or says less than it unpacks to;
    with 408 when it takes more than `slowest` seconds to come; with 400 when it does not unpack or breaks off.
    """
    length, content, plain = request.content_length, request.content, "Content-Encoding" not in request.headers
    if (length or 0) > largest:
        raise Turned(413, "body too large")
    if length is not None and plain and content.is_eof():
        return content.read_nowait()
    try:
        async with asyncio.timeout(slowest):
            return await _counted(content, largest)
    except TimeoutError as error:
        raise Turned(408, "body too slow") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise Turned(400, "broken body") from error


async def _counted(content: aiohttp.StreamReader, largest: int) -> bytes:
    chunks, size = list[bytes](), 0
    async for chunk in content.iter_any():
        size += len(chunk)
        if size > largest:
            raise Turned(413, "body too large")
        chunks.append(chunk)
    return b"".join(chunks)


async def bounded(answer: aiohttp.ClientResponse, longest: int) -> bytes:
    """All of an answer, in bytes. Raises Permanent for more than `longest`, also when it does not say so."""
    if (answer.content_length or 0) > longest:
        raise Permanent("file_too_large")
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > longest:
            raise Permanent("file_too_large")
    return bytes(content)


def json_object(text: bytes | str) -> dict[str, Any]:
    """A JSON object. Raises Turned with 400 for anything else."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Turned(400, "malformed JSON") from error
    if not isinstance(value, dict):
        raise Turned(400, "not a JSON object")
    return value
