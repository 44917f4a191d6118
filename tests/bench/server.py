"""A server to load, in a process of its own: Exeat's Slack edge over a real store, in the loop that `exeat serve`
runs in, or a bare Bolt app as its documentation starts one.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.loop import run
from bot.memory import settle
from policy.content import Content
from policy.people import Identity
from policy.post import Post, draft, send
from policy.post.due import schedule
from tests.fakes.school import MONDAY, TEACHER
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_desk import SlackDesk, slack_desk, user


@asynccontextmanager
async def bare(folder: Path) -> AsyncIterator[str]:
    """Bolt as its documentation sets it up, acknowledging a command and a form and doing nothing else."""
    async with FakeSlack() as slack:
        app = AsyncApp(token=slack.bot_token, signing_secret=slack.signing_secret, process_before_response=True)
        app.client.base_url = slack.url
        app.command("/posts")(_say)
        app.view("post.new")(_take)
        runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"{runner.addresses[0][1]} {slack.signing_secret} {slack.team}"
        await runner.cleanup()


async def _say(ack: AsyncAck) -> None:
    await ack("Your posts")


async def _take(ack: AsyncAck) -> None:
    await ack()


@asynccontextmanager
async def ours(folder: Path) -> AsyncIterator[str]:
    """Exeat with a thousand posts. The relay does not run: Slack itself holds it to about a message a second."""
    async with slack_desk(folder / "data") as desk:
        await _fill(desk, 1_000)
        settle()
        yield f"{desk.slack.http.url.split(':')[2].split('/')[0]} {desk.slack.signing_secret} {desk.team}"


async def _fill(desk: SlackDesk, posts: int) -> None:
    author, school = str(Identity("slack", desk.team, user(TEACHER))), desk.dispatch.school
    for start in range(0, posts, 100):
        async with desk.store.transaction(school.id) as tx:
            for number in range(start, start + 100):
                content = Content(f"Post number {number}: sports day is on Friday, on the field.", "page")
                post = draft(await tx.new_id(Post), school.id, author, content, (), "5a" * 32, MONDAY)
                tx.put(schedule(send(post, MONDAY), school.calendar))


async def main(which: str, folder: Path) -> None:
    """Serve until standard input closes; the first line of output says where and how to sign."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.disable(logging.ERROR)
    async with {"bare": bare, "ours": ours}[which](folder) as address:
        print(address, flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    (run if sys.argv[1] == "ours" else asyncio.run)(main(sys.argv[1], Path(sys.argv[2])))
