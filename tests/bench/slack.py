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
SITTINGS, ROUNDS = 5, 4
"""How often both servers are started afresh, since one start is luckier than another, and loaded in each."""

PROMISES = tuple(
    (name, make, least, clients)
    for name, make, least in (("/posts", posts_command, 0.6), ("a durable form", form_sent, 0.4))
    for clients in (1, 64)
)


async def measure() -> list[Ratio]:
    """`/posts` with 1,000 posts and a durable form, at 1 and at 64 clients: medians of all rounds."""
    BUILD.mkdir(exist_ok=True)
    ratios: list[list[float]] = [[] for _ in PROMISES]
    for _ in range(SITTINGS):
        async with AsyncExitStack() as held:
            folder = Path(held.enter_context(TemporaryDirectory(dir=BUILD)))
            bare = await held.enter_async_context(_server("bare", folder))
            ours = await held.enter_async_context(_server("ours", folder))
            for rounds, (_, make, _, clients) in zip(ratios, PROMISES, strict=True):
                rounds += await _against(ours, bare, make, clients)
    found = []
    for rounds, (name, _, least, clients) in zip(ratios, PROMISES, strict=True):
        what = f"{name} at {clients} client{'s' if clients > 1 else ''}: ours / bare Bolt"
        found.append(Ratio(what, median(rounds), least, at_least=True))
    return found


async def _against(ours: Server, bare: Server, make: Callable[[Server], str], clients: int) -> list[float]:
    """Rounds in which each is loaded in turn."""
    requests = max(200, clients * 8)
    await throughput(ours, make, clients, requests)
    await throughput(bare, make, clients, requests)
    return [
        await throughput(ours, make, clients, requests) / await throughput(bare, make, clients, requests)
        for _ in range(ROUNDS)
    ]


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
        yield Server(int(port), secret, team, b"P-" if which == "ours" else b"")
    finally:
        process.stdin.close()
        await process.wait()
