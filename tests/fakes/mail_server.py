"""A mail server on this machine that says yes to everything and keeps nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def mail_server() -> AsyncIterator[int]:
    """Something that answers as a mail server does; its port."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = b""
        writer.write(b"220 here\r\n")
        while not said.upper().startswith(b"QUIT") and (said := await reader.readline()):
            writer.write(b"250 yes\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
