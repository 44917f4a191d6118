"""The sandbox running: its server on a loopback address, from start to stop."""

import asyncio
import secrets
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.clock import utc_now
from bot.loopback import LOOPBACK
from bot.sandbox.drawing import Drawing
from bot.sandbox.table import Table
from bot.sandbox.web import build_app
from handlers.everything import everything
from handlers.registry import Registry


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that is up. `token` is what its page proves itself by."""

    url: str
    token: str
    table: Table
    _runner: web.AppRunner

    async def close(self) -> None:
        """Stop serving, and forget everything that was played."""
        self.table.watchers.end()
        await self._runner.cleanup()
        await self.table.close()


async def start_sandbox(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    registry: Registry | None = None,
    start: datetime | None = None,
    real: Callable[[], datetime] = utc_now,
) -> Sandbox:
    """Serve the sandbox; port 0 takes any free one. `start` (aware) is the first moment of its clock, or else
    the real time, which `real` gives as aware UTC.

    Raises ValueError for an address that other machines can reach, and OSError when the port is taken.
    """
    if host not in LOOPBACK:
        raise ValueError(f"the sandbox is for this machine only, so it cannot listen on {host}")
    token = secrets.token_urlsafe(24)
    table = Table(registry or everything(), real, start)
    await table.open()
    runner = web.AppRunner(build_app(table, Drawing(table.picture_url), token), access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
    except OSError:
        await runner.cleanup()
        await table.close()
        raise
    name = f"[{host}]" if ":" in host else host
    return Sandbox(f"http://{name}:{runner.addresses[0][1]}/", token, table, runner)


async def demo(host: str = "127.0.0.1", port: int = 8765, *, open_browser: bool = False) -> None:
    """Serve the sandbox until it is cancelled, and say where it is. Raises as `start_sandbox` does."""
    sandbox = await start_sandbox(host, port)
    try:
        sys.stdout.write(f"Exeat's sandbox is at {sandbox.url}\nPress Ctrl C to stop it.\n")
        sys.stdout.flush()
        if open_browser:
            await asyncio.to_thread(webbrowser.open, sandbox.url)
        await asyncio.Event().wait()
    finally:
        await sandbox.close()
