"""Slack over Socket Mode: the same listeners, reached through a socket that Exeat opens and keeps open."""

import asyncio
import random
from contextlib import suppress
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.edge import SlackEdge
from bot.slack.quiet import quiet_logger

CONNECT_SECONDS = 30.0
SLOWEST_SECONDS = 60.0

FINISHING = 1.0
"""How many seconds what has come in has, at the end, to be carried out and answered: Slack itself waits three."""

PARTING = 0.5
"""How many seconds Slack has to take leave of a socket; one whose network has gone never does."""

log = structlog.get_logger("exeat.slack.socket")


class _Handler(AsyncSocketModeHandler):
    """Bolt's handler; `idle` while nothing that has come in is still to be answered."""

    def __init__(self, *given: Any, **more: Any) -> None:
        self.idle, self._open = asyncio.Event(), 0
        self.idle.set()
        super().__init__(*given, **more)

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Carry it out and answer."""
        self._open += 1
        self.idle.clear()
        try:
            await super().handle(client, req)
        finally:
            self._open -= 1
            if not self._open:
                self.idle.set()


class SlackSocket:
    """Keeps one socket open. Slack's client reconnects by itself; when it has not managed to for `patience`
    seconds, it is started afresh with a new ticket. `ping` is the seconds between looks at the connection.

    An event that could not be carried out is not acknowledged, so Slack sends it again.
    """

    def __init__(self, edge: SlackEdge, app_token: str, *, ping: float = 5.0, patience: float = 60.0) -> None:
        self._edge, self._token, self._ping, self._patience = edge, app_token, ping, patience
        self._task: asyncio.Task[None] | None = None
        self._handler: _Handler | None = None

    async def start(self) -> None:
        """Begin to connect, and go on trying whatever happens."""
        self._task = asyncio.create_task(self._keep_open())

    async def connected(self) -> bool:
        """Whether the socket is open now."""
        return self._handler is not None and await self._handler.client.is_connected()

    async def close(self) -> None:
        """Stop, and close the socket once what has come in is answered, as far as that is soon done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._handler is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(FINISHING):
                    await self._handler.idle.wait()
        await self._drop()

    async def _keep_open(self) -> None:
        wait = 1.0
        while True:
            if await self._connect():
                wait = 1.0
                await self._until_lost()
                log.warning("socket lost", instead="starting afresh")
            await self._drop()
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311
            wait = min(wait * 2, SLOWEST_SECONDS)

    async def _connect(self) -> bool:
        client = self._edge.surface.client
        own = AsyncWebClient(base_url=client.base_url, retry_handlers=[], logger=quiet_logger("socket.web"))
        self._handler = _Handler(
            self._edge.app, self._token, logger=quiet_logger("socket"), web_client=own, ping_interval=self._ping
        )
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._handler.connect_async()  # type: ignore[no-untyped-call]
        except SlackApiError as error:
            log.error("slack refuses the socket", code=str(error.response.get("error", "")))
        except (aiohttp.ClientError, OSError) as error:
            log.warning("socket not opened", kind=type(error).__name__)
        else:
            log.info("socket open")
            return True
        return False

    async def _until_lost(self) -> None:
        down = 0.0
        while down < self._patience:
            await asyncio.sleep(self._ping)
            down = 0.0 if await self.connected() else down + self._ping

    async def _drop(self) -> None:
        handler, self._handler = self._handler, None
        if handler is None:
            return
        try:
            async with asyncio.timeout(PARTING):
                await handler.close_async()  # type: ignore[no-untyped-call]
        except TimeoutError:  # the socket is shut by now, so that the rest of it waits for nobody
            await handler.close_async()  # type: ignore[no-untyped-call]
