"""The whole program, serving Harbour Primary on the Slack stand-in: nothing of ours is stood in for."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import Program, build
from bot.clock import utc_now
from bot.settings import Environment, Settings
from policy.post import Post
from policy.school import School
from storage.contract import AuditRow
from tests.fakes.school import MONDAY, email, harbour
from tests.fakes.slack import FakeSlack, Message, MessageVersion
from tests.fakes.slack_desk import PEOPLE, user


class HandClock:
    """The school's clock, going at its usual pace and moved on by hand."""

    def __init__(self, start: datetime = MONDAY) -> None:
        self.move_to(start)

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    def move_to(self, moment: datetime) -> None:
        """Make it that moment now."""
        self._start, self._began = moment, time.monotonic()

    def move_on(self, **length: float) -> None:
        """So much time goes by."""
        self._start += timedelta(**length)


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
    slack: FakeSlack,
    folder: Path,
    *,
    socket: bool = False,
    school: School | None = None,
    clock: Callable[[], datetime] = utc_now,
    killed: bool = False,
) -> AsyncIterator[Program]:
    """The program, running, with the stand-in talking to it. `killed`: it is not given time to end."""
    program = await build(settings(slack, folder, socket=socket, school=school), clock=clock)
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
        if killed:
            task.cancel()
            await asyncio.wait([task])
        else:
            await task


async def quiet(program: Program, within: float = 60.0, *, left: int = 0) -> None:
    """Until there is nothing left to send, or only as much as is said."""
    store, school = program.dispatch.store, program.settings.school.id
    async with asyncio.timeout(within):
        while (await store.count(school)).outbox > left:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.02)


async def ticks(program: Program, times: int = 2) -> None:
    """Until the clock has ticked so often since now."""
    wanted = program.works.clock.tally["ticks"] + times
    async with asyncio.timeout(20):
        while program.works.clock.tally["ticks"] < wanted:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.02)


async def settled(program: Program) -> None:
    """Until what is due has been done and everything has been sent."""
    await ticks(program)
    await quiet(program)


async def post_of(program: Program, id: str = "P-1") -> Post:
    """A post as it is kept."""
    async with program.dispatch.store.transaction(program.settings.school.id) as tx:
        found = await tx.get(Post, id)
    assert found is not None, id
    return found


async def audited(program: Program) -> list[AuditRow]:
    """The school's chain."""
    return [row async for row in program.dispatch.store.audit_rows(program.settings.school.id)]


def kept(folder: Path) -> dict[Path, bytes]:
    """Everything on the disk."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


async def told_after(slack: FakeSlack, name: str, place: Message | MessageVersion, button: str, **forged: Any) -> str:
    """What somebody alone is told after a press: where they are, or in Exeat's own conversation with them.

    `forged` is put over what Slack would send.
    """
    me = user(name)
    whispered, written = len(slack.ephemerals), len(slack.inbox(me))
    pressed = await slack.press(me, place, button, overrides=forged)
    assert pressed.status == 200

    def told() -> str:
        whispers = [each.shown_text() for each in slack.ephemerals[whispered:] if each.ephemeral_to == me]
        return "\n".join([*whispers, *(each.shown_text() for each in slack.inbox(me)[written:])])

    return await slack.until(told, 10)
