"""Teams' promises: a message handled without a reply and a decision on a card, against botbuilder in the same run."""

import asyncio
import copy
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp import ClientSession

from tests.bench import Ratio
from tests.bench.slack import BUILD

SITTINGS, ROUNDS, REQUESTS = 3, 4, 200

_number: Iterator[int] = count(1)


@dataclass(slots=True)
class Server:
    """How a bot is reached, and the posts that nobody has decided on yet."""

    told: dict[str, Any]
    posts: list[str] = field(default_factory=list)

    def message(self) -> dict[str, Any]:
        """Another bot says something in the same chat: heard, and not answered."""
        return dict(self.told["message"], id=f"m{next(_number)}")

    def decision(self) -> dict[str, Any]:
        """The headteacher approves the next post."""
        press: dict[str, Any] = dict(copy.deepcopy(self.told["press"]), id=f"p{next(_number)}")
        press["value"]["action"]["data"]["exeat"]["i"] = self.posts.pop()
        return press


async def measure() -> list[Ratio]:
    """Both, at one client after another: medians of all rounds."""
    heard, decided = list[float](), list[float]()
    BUILD.mkdir(exist_ok=True)
    for _ in range(SITTINGS):
        async with AsyncExitStack() as held:
            folder = Path(held.enter_context(TemporaryDirectory(dir=BUILD)))
            ours, stock, bare = [
                await held.enter_async_context(_server(which, folder)) for which in ("ours", "stock", "bare")
            ]
            heard += await _against(ours, stock, Server.message, 40)
            decided += await _against(ours, bare, Server.decision, REQUESTS)
    return [
        Ratio("a Teams message without a reply: ours / stock botbuilder", median(heard), 5, at_least=True),
        Ratio("a decision on a Teams card: ours / bare botbuilder", median(decided), 0.6, at_least=True),
    ]


async def _against(
    ours: Server, theirs: Server, make: Callable[[Server], dict[str, Any]], requests: int
) -> list[float]:
    await _throughput(ours, make, requests)
    await _throughput(theirs, make, requests)
    return [
        await _throughput(ours, make, requests) / await _throughput(theirs, make, requests) for _ in range(ROUNDS)
    ]


async def _throughput(server: Server, make: Callable[[Server], dict[str, Any]], requests: int) -> float:
    """Requests a second, one after the other. Raises RuntimeError for a decision that was not taken."""
    bodies = [json.dumps(make(server)).encode() for _ in range(requests)]
    headers = {**server.told["headers"], "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{server.told['port']}/api/messages"
    async with ClientSession(raise_for_status=True, headers=headers) as session:
        began = time.perf_counter()
        for body in bodies:
            async with session.post(url, data=body) as answer:
                said = await answer.read()
                if said and b'"Done."' not in said:
                    raise RuntimeError(f"the decision was not taken: {said[:200]!r}")
        return requests / (time.perf_counter() - began)


@asynccontextmanager
async def _server(which: str, folder: Path) -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.teams_server",
        which,
        str(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    told = json.loads(await process.stdout.readline())
    try:
        yield Server(told, list(told.pop("posts")))
    finally:
        process.stdin.close()
        await process.wait()
