"""The whole program, serving Harbour Primary on the Slack stand-in: nothing of ours is stood in for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import Program, build
from bot.settings import Environment, Settings
from policy.school import School
from tests.fakes.school import email, harbour
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_desk import PEOPLE, user


def settings(slack: FakeSlack, folder: Path, *, socket: bool, school: School | None = None) -> Settings:
    """What an administrator would have set."""
    door = {"slack_app_token": slack.app_token} if socket else {"slack_signing_secret": slack.signing_secret}
    environment = Environment.model_validate(
        {
            "slack_bot_token": slack.bot_token,
            "slack_api_url": slack.url,
            "exeat_data": folder,
            "exeat_port": 0,
            "exeat_tick_seconds": 0.2,
            **door,
        }
    )
    return Settings(school or harbour(), environment)


def enrol(slack: FakeSlack) -> None:
    """Everybody at Harbour Primary has a Slack account, and so have some who are not staff."""
    for name in PEOPLE:
        slack.add_user(user(name), name.title(), email(name))
    slack.add_user(user("blocked"), "Blocked", email("blocked"))
    slack.add_user(user("guest"), "Guest", email("guest"), guest=True)
    slack.add_user(user("eve"), "Eve", "eve@elsewhere.example")


@asynccontextmanager
async def serving(
    slack: FakeSlack, folder: Path, *, socket: bool = False, school: School | None = None
) -> AsyncIterator[Program]:
    """The program, running, with the stand-in talking to it."""
    program = await build(settings(slack, folder, socket=socket, school=school))
    stop, started = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(program.run(stop, started.set))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        if socket:
            slack.connect_socket()
            await slack.socket.connected()
        else:
            slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")
        yield program
    finally:
        waiting.cancel()
        stop.set()
        await task


async def quiet(program: Program, within: float = 60.0) -> None:
    """Until there is nothing left to send."""
    async with asyncio.timeout(within):
        while (await program.dispatch.store.count(program.settings.school.id)).outbox:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.02)
