"""Killing Exeat, as a process that serves Harbour Primary, between a form and the messages that come of it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp

from tests.fakes import slack as on_slack
from tests.fakes import teams as on_teams
from tests.fakes.school import TEACHER
from tests.fakes.slack_desk import user
from tests.fakes.teams.wire import SomethingWentWrong
from tests.playground.served import CONFIG
from tests.scenarios.chat import PATIENCE
from tests.scenarios.on_slack import slack
from tests.scenarios.on_teams import teams
from tests.scenarios.serving import KEY, kept

KEPT, REFUSED, TAKEN = "kept, not answered", "card refused", "card taken, not said"

Moment = str | float
"""When Exeat is killed: at a moment that can be told from outside, or so many seconds after the form was sent."""

Sent = tuple[Any, str]
"""A form, and the words that go into it."""


@dataclass(frozen=True, slots=True)
class Story:
    """What the teacher sends again and again: `opens` gives the last form before Send, `came` counts those of which
    everything has come, and `messages` is how many come of one, each to somebody else.
    """

    opens: Callable[[], Awaitable[Any]]
    came: Callable[[], int]
    messages: int = 1


class Side:
    """One chat, with people whose Exeat comes and goes. `posts` is the call by which a message arrives."""

    posts: str
    fault: Any

    def __init__(self, chat: Any, standin: Any, people: Sequence[str]) -> None:
        self.chat, self.standin, self.people = chat, standin, people

    async def connect(self, port: int) -> None:
        """From now on it talks to whoever listens there."""
        raise NotImplementedError

    async def send(self, form: Any, words: str) -> bool:
        """The teacher sends the form; whether they were answered."""
        raise NotImplementedError

    def shown(self, name: str) -> list[str]:
        """What somebody's messages say, oldest first."""
        raise NotImplementedError


class SlackSide(Side):
    posts, fault = "chat.postMessage", on_slack.Fault

    async def connect(self, port: int) -> None:
        self.standin.connect_http(f"http://127.0.0.1:{port}/slack/events")

    async def send(self, form: Any, words: str) -> bool:
        sent = await self.standin.submit(user(TEACHER), form, {"What happened": words})
        return bool(sent.answer.ok and not sent.problem)

    def shown(self, name: str) -> list[str]:
        return [each.shown_text() for each in self.standin.inbox(user(name))]


class TeamsSide(Side):
    posts, fault = "send", on_teams.Fault

    async def connect(self, port: int) -> None:
        self.standin.connect(f"http://127.0.0.1:{port}/api/messages")
        for name in self.people:
            if not self.standin.users[name].installed:
                await self.standin.install(name)
                await self.standin.until(lambda who=name: self.standin.inbox(who), PATIENCE)

    async def send(self, form: Any, words: str) -> bool:
        try:
            return bool(await self.chat.send(TEACHER, form, {"What happened": words}) == {})
        except (SomethingWentWrong, aiohttp.ClientError):
            return False

    def shown(self, name: str) -> list[str]:
        return [each.shown_text() for each in self.standin.inbox(name)]


@asynccontextmanager
async def side(on: str, *people: str) -> AsyncIterator[Side]:
    """The chat of that name, on which all these have Exeat."""
    if on == "slack":
        async with slack() as chat:
            yield SlackSide(chat, chat.slack, people)
    else:
        async with teams() as other:
            yield TeamsSide(other, other.teams, people)


@asynccontextmanager
async def exeat(
    folder: Path, environment: Mapping[str, Any], config: str = CONFIG
) -> AsyncIterator[tuple[int, asyncio.subprocess.Process]]:
    """A process that serves Harbour Primary, and its port; killed at the end, if it was not before."""
    (folder / "exeat.toml").write_text(config)
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "EXEAT_KEY": KEY, "EXEAT_PORT": "0"}
    given = {name.upper(): str(value) for name, value in environment.items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "serve"),
        cwd=folder,
        env={**own, "EXEAT_TICK_SECONDS": "0.2", **given},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    line = b""
    async for line in process.stderr:
        if b'"event": "serving"' in line:
            break
    reading = asyncio.create_task(process.stderr.read())
    try:
        yield json.loads(line)["port"], process
    finally:
        await kill(process)
        await reading


async def kill(process: asyncio.subprocess.Process) -> None:
    """It is not asked to end: it is gone."""
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    await process.wait()


async def come(moment: Moment, side: Side, data: Path, before: Mapping[Path, bytes], messages: int) -> None:
    """Wait for the moment. `before` is what the disk held as the form was sent; so many messages come of it."""
    faults = side.standin.faults
    match moment:
        case float():
            await asyncio.sleep(moment)
        case "kept, not answered":
            while kept(data) == before:  # noqa: ASYNC110  nothing tells
                await asyncio.sleep(0)
        case _:
            await side.chat.until(lambda: len(faults.applied) >= messages, PATIENCE)
            faults.applied.clear()


async def send_and_kill(
    moment: Moment, side: Side, process: asyncio.subprocess.Process, data: Path, sent: Sent, messages: int
) -> bool:
    """The teacher sends the form, and Exeat is killed at that moment; whether the teacher was answered."""
    before, gate = kept(data), asyncio.Event()
    if moment in (REFUSED, TAKEN):
        fault = side.fault.DROP if moment == REFUSED else side.fault.LATE(gate)
        side.standin.faults.next(side.posts, fault, times=messages)
    sending = asyncio.create_task(side.send(*sent))
    await come(moment, side, data, before, messages)
    await kill(process)
    gate.set()
    return await sending


async def send_again(side: Side, sent: Sent, answered: bool) -> None:
    """The very same request arrives once more; whoever was not answered presses Send again as well."""
    way = side.standin.way
    assert (await way.send(replace(way.sent[-1], url=way.url))).status == 200
    if not answered:
        assert await side.send(*sent)


async def kill_at(
    moments: Sequence[Moment], side: Side, folder: Path, story: Story, config: str = CONFIG
) -> list[bool]:
    """Play the story once for each moment at which Exeat is killed, and wait for all that is to come of it after each
    restart; which times the teacher was answered. What is sent says its number: "Number 1."
    """
    sent, answers = (None, ""), list[bool]()
    for number, moment in enumerate((*moments, None)):
        async with exeat(folder, side.chat.environment(), config) as (port, process):
            last = side.standin.way.sent[-1:] if number else []
            await side.connect(port)
            side.standin.way.sent.extend(last)
            if number:
                await send_again(side, sent, answers[-1])
            await side.chat.until(lambda want=number: story.came() >= want, PATIENCE)
            await side.chat.tidy(TEACHER)
            if moment is not None:
                sent = (await story.opens(), f"Number {number + 1}.")
                data = folder / "data"
                answers.append(await send_and_kill(moment, side, process, data, sent, story.messages))
    return answers
