"""A Teams bot to load, in a process of its own: Exeat's edge over a real store, or botbuilder as it comes."""

import asyncio
import json
import logging
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext  # type: ignore[import-untyped]
from botbuilder.core.cloud_adapter_base import CloudAdapterBase  # type: ignore[import-untyped]
from botbuilder.schema import (  # type: ignore[import-untyped]
    Activity,
    AdaptiveCardInvokeResponse,
    AdaptiveCardInvokeValue,
)
from botframework.connector.auth import (  # type: ignore[import-untyped]
    BotFrameworkAuthenticationFactory,
    PasswordServiceClientCredentialFactory,
)
from msrest.universal_http.requests import ClientRetryPolicy

from bot.loop import run
from bot.memory import settle
from policy.content import Content
from policy.post import Post, draft, send
from policy.post.due import schedule
from tests.fakes.school import HEAD, MONDAY, TEACHER, email
from tests.fakes.teams import FakeTeams
from tests.fakes.teams_desk import TeamsDesk, teams_desk

POSTS = 6_000
"""How many posts wait, one for each decision of a bench."""


class Bot(ActivityHandler):  # type: ignore[misc]
    """Hears a message, and answers a press with a word."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Says nothing."""

    async def on_adaptive_card_invoke(
        self, turn_context: TurnContext, invoke_value: AdaptiveCardInvokeValue
    ) -> AdaptiveCardInvokeResponse:
        """Says that it is done."""
        card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Done."}]}
        return AdaptiveCardInvokeResponse(status_code=200, type="application/vnd.microsoft.card.adaptive", value=card)


@asynccontextmanager
async def stock(folder: Path) -> AsyncIterator[tuple[FakeTeams, int, list[str]]]:
    """botbuilder's adapter and handler behind aiohttp, as its samples set them up."""
    with _elsewhere() as teams:
        adapter, bot = CloudAdapterBase(_authentication(teams)), Bot()

        async def messages(request: web.Request) -> web.Response:
            activity = Activity().deserialize(await request.json())
            header = request.headers.get("Authorization", "")
            answer = await adapter.process_activity(header, activity, bot.on_turn)
            return web.json_response(answer.body, status=answer.status) if answer else web.Response(status=200)

        app = web.Application()
        app.router.add_post("/api/messages", messages)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield teams, runner.addresses[0][1], [f"P-{number}" for number in range(1, POSTS + 1)]
        await runner.cleanup()


@contextmanager
def _elsewhere() -> Iterator[FakeTeams]:
    """Teams in a thread and a loop of its own: botbuilder stops everything while it asks for Microsoft's keys."""
    up, down, held = threading.Event(), asyncio.Event(), list[tuple[FakeTeams, asyncio.AbstractEventLoop]]()

    async def play() -> None:
        async with FakeTeams() as teams:
            teams.add_user(HEAD, HEAD.title(), email(HEAD))
            held.append((teams, asyncio.get_running_loop()))
            up.set()
            await down.wait()

    thread = threading.Thread(target=lambda: asyncio.run(play()))
    thread.start()
    up.wait()
    teams, loop = held[0]
    try:
        yield teams
    finally:
        loop.call_soon_threadsafe(down.set)
        thread.join()


@asynccontextmanager
async def bare(folder: Path) -> AsyncIterator[tuple[FakeTeams, int, list[str]]]:
    """The same, without the cost of its retry policy."""
    ClientRetryPolicy.safe_codes = frozenset(ClientRetryPolicy.safe_codes)  # type: ignore[assignment]
    async with stock(folder) as served:
        yield served


@asynccontextmanager
async def ours(folder: Path) -> AsyncIterator[tuple[FakeTeams, int, list[str]]]:
    """Exeat with posts that wait. The relay does not run: Teams itself holds it to a few messages a second."""
    async with teams_desk(folder / "data") as desk:
        posts = await _fill(desk)
        settle()
        yield desk.teams, int(desk.teams.way.url.split(":")[2].split("/")[0]), posts


async def _fill(desk: TeamsDesk) -> list[str]:
    author, school, ids = str(desk.identity(TEACHER)), desk.dispatch.school, list[str]()
    for start in range(0, POSTS, 100):
        async with desk.store.transaction(school.id) as tx:
            for number in range(start, start + 100):
                content = Content(f"Post number {number}: sports day is on Friday, on the field.", "page")
                post = draft(await tx.new_id(Post), school.id, author, content, (), "5a" * 32, MONDAY)
                tx.put(schedule(send(post, MONDAY), school.calendar))
                ids.append(post.id)
    return ids


def _authentication(teams: FakeTeams) -> Any:
    return BotFrameworkAuthenticationFactory.create(
        validate_authority=True,
        to_channel_from_bot_login_url=f"https://login.microsoftonline.com/{teams.tenant}",
        to_channel_from_bot_oauth_scope="https://api.botframework.com",
        to_bot_from_channel_token_issuer="https://api.botframework.com",
        oauth_url="https://api.botframework.com",
        to_bot_from_channel_open_id_metadata_url=teams.openid_url,
        to_bot_from_emulator_open_id_metadata_url=teams.openid_url,
        caller_id="",
        credential_factory=PasswordServiceClientCredentialFactory(teams.app_id, teams.password, teams.tenant),
    )


def _told(teams: FakeTeams, port: int, posts: list[str]) -> dict[str, Any]:
    """All that somebody at a distance needs to act as Teams does."""
    data = {"exeat": {"s": "harbour", "v": 1, "k": "post", "i": "P-0", "verb": "post.approve"}}
    action = {"type": "Action.Execute", "title": "Approve", "verb": "post.approve", "data": data}
    heard = teams.activity(HEAD, "message", text="Good morning")
    heard["from"] = {"id": "28:another-bot", "name": "Another bot", "role": "bot"}
    return {
        "port": port,
        "headers": teams.signed(),
        "message": heard,
        "press": teams.invoke(HEAD, "adaptiveCard/action", {"action": action}, reply_to="1"),
        "posts": posts,
    }


async def main(which: str, folder: Path) -> None:
    """Serve until standard input closes; the first line of output says how it is reached."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.disable(logging.ERROR)
    async with {"stock": stock, "bare": bare, "ours": ours}[which](folder) as served:
        print(json.dumps(_told(*served)), flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    (run if sys.argv[1] == "ours" else asyncio.run)(main(sys.argv[1], Path(sys.argv[2])))
