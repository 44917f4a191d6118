"""Slack's promises: a read and a durable form, over signed HTTP, against a bare Bolt app in the same run."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench import Ratio
from tests.bench.load import Server, form_sent, posts_command, throughput

BUILD = Path(__file__).parents[2] / "build"
ROUNDS = 15


async def measure() -> list[Ratio]:
    """`/posts` with 1,000 posts and a durable form, at 1 and at 64 clients."""
    BUILD.mkdir(exist_ok=True)
    async with AsyncExitStack() as held:
        folder = Path(held.enter_context(TemporaryDirectory(dir=BUILD)))
        bare = await held.enter_async_context(_server("bare", folder))
        ours = await held.enter_async_context(_server("ours", folder))
        found: list[Ratio] = []
        for name, make, least in (("/posts", posts_command, 0.6), ("a durable form", form_sent, 0.4)):
            for clients in (1, 64):
                ratio = await _against(ours, bare, make, clients)
                what = f"{name} at {clients} client{'s' if clients > 1 else ''}: ours / bare Bolt"
                found.append(Ratio(what, ratio, least, at_least=True))
        return found


async def _against(ours: Server, bare: Server, make: Callable[[Server], str], clients: int) -> float:
    """The median of rounds in which each is loaded in turn."""
    requests = max(200, clients * 8)
    await throughput(ours, make, clients, requests)
    await throughput(bare, make, clients, requests)
    ratios = []
    for _ in range(ROUNDS):
        mine = await throughput(ours, make, clients, requests)
        theirs = await throughput(bare, make, clients, requests)
        ratios.append(mine / theirs)
    return median(ratios)


@asynccontextmanager
async def _server(which: str, folder: Path) -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.server",
        which,
        str(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    port, secret, team = (await process.stdout.readline()).decode().split()
    try:
        yield Server(int(port), secret, team)
    finally:
        process.stdin.close()
        await process.wait()
