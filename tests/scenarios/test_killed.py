"""Exeat is killed at any moment between a form and its card: what was reported is there once, and so is its card."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from policy.incident import Incident
from storage.tiny import read_tiny
from storage.vault import Vault
from tests.fakes import slack as on_slack
from tests.fakes import teams as on_teams
from tests.fakes.school import HEAD, TEACHER
from tests.fakes.slack_desk import user
from tests.fakes.teams.wire import SomethingWentWrong
from tests.playground.served import CONFIG
from tests.scenarios.chat import PATIENCE
from tests.scenarios.on_slack import slack
from tests.scenarios.on_teams import teams
from tests.scenarios.serving import KEY, kept

KEPT, REFUSED, TAKEN = "kept, not answered", "card refused", "card taken, not said"

MOMENTS = (0.0, KEPT, REFUSED, TAKEN, 0.004, 0.01, 0.02, 0.04)
"""When Exeat is killed: at a moment that can be told from outside, or so many seconds after the form was sent."""


class Side:
    """One chat, with people whose Exeat comes and goes. `posts` is the call by which a card arrives."""

    posts: str
    fault: Any

    def __init__(self, chat: Any, standin: Any) -> None:
        self.chat, self.standin = chat, standin

    async def connect(self, port: int) -> None:
        """From now on it talks to whoever listens there."""
        raise NotImplementedError

    async def send(self, form: Any, words: str) -> bool:
        """The teacher sends the form; whether they were answered."""
        raise NotImplementedError

    def cards(self) -> list[str]:
        """The first lines of the headteacher's cards of incidents, oldest first."""
        raise NotImplementedError


class SlackSide(Side):
    posts, fault = "chat.postMessage", on_slack.Fault

    async def connect(self, port: int) -> None:
        self.standin.connect_http(f"http://127.0.0.1:{port}/slack/events")

    async def send(self, form: Any, words: str) -> bool:
        sent = await self.standin.submit(user(TEACHER), form, {"What happened": words})
        return bool(sent.answer.ok and not sent.problem)

    def cards(self) -> list[str]:
        return [each.shown_text().partition("\n")[0] for each in self.standin.inbox(user(HEAD))]


class TeamsSide(Side):
    posts, fault = "send", on_teams.Fault

    async def connect(self, port: int) -> None:
        self.standin.connect(f"http://127.0.0.1:{port}/api/messages")
        for name in (TEACHER, HEAD):
            if not self.standin.users[name].installed:
                await self.standin.install(name)
                await self.standin.until(lambda who=name: self.standin.inbox(who), PATIENCE)

    async def send(self, form: Any, words: str) -> bool:
        try:
            return bool(await self.chat.send(TEACHER, form, {"What happened": words}) == {})
        except (SomethingWentWrong, aiohttp.ClientError):
            return False

    def cards(self) -> list[str]:
        shown = (each.shown_text().partition("\n")[0] for each in self.standin.inbox(HEAD))
        return [each for each in shown if each.endswith(": an incident")]


@asynccontextmanager
async def side(on: str) -> AsyncIterator[Side]:
    """The chat of that name."""
    if on == "slack":
        async with slack() as chat:
            yield SlackSide(chat, chat.slack)
    else:
        async with teams() as other:
            yield TeamsSide(other, other.teams)


@asynccontextmanager
async def exeat(
    folder: Path, environment: Mapping[str, Any]
) -> AsyncIterator[tuple[int, asyncio.subprocess.Process]]:
    """A process that serves Harbour Primary, and its port; killed at the end, if it was not before."""
    (folder / "exeat.toml").write_text(CONFIG)
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


async def come(moment: str | float, side: Side, data: Path, before: Mapping[Path, bytes]) -> None:
    """Wait for the moment. `before` is what the disk held as the form was sent."""
    faults = side.standin.faults
    match moment:
        case float():
            await asyncio.sleep(moment)
        case "kept, not answered":
            while kept(data) == before:  # noqa: ASYNC110  nothing tells
                await asyncio.sleep(0)
        case _:
            await side.chat.until(lambda: faults.applied, PATIENCE)
            faults.applied.clear()


async def kill_it(
    moment: str | float, side: Side, process: asyncio.subprocess.Process, data: Path, form: Any, words: str
) -> bool:
    """The teacher sends the form, and Exeat is killed at that moment; whether the teacher was answered."""
    before, gate = kept(data), asyncio.Event()
    if moment in (REFUSED, TAKEN):
        side.standin.faults.next(side.posts, side.fault.DROP if moment == REFUSED else side.fault.LATE(gate))
    sending = asyncio.create_task(side.send(form, words))
    await come(moment, side, data, before)
    await kill(process)
    gate.set()
    return await sending


async def send_again(side: Side, form: Any, words: str, answered: bool) -> None:
    """The very same request arrives once more; whoever was not answered presses Send again as well."""
    way = side.standin.way
    assert (await way.send(replace(way.sent[-1], url=way.url))).status == 200
    if not answered:
        assert await side.send(form, words)


@pytest.mark.parametrize("on", ["slack", "teams"])
async def test_there_is_one_incident_and_its_card_whenever_exeat_is_killed(tmp_path: Path, on: str) -> None:
    data, answers = tmp_path / "data", list[bool]()
    async with side(on) as at:
        form: Any = None
        for number, moment in enumerate((*MOMENTS, None)):
            async with exeat(tmp_path, at.chat.environment()) as (port, process):
                last = at.standin.way.sent[-1:] if number else []
                await at.connect(port)
                at.standin.way.sent.extend(last)
                if number:
                    await send_again(at, form, f"Number {number}.", answers[-1])
                await at.chat.until(lambda want=number: len(set(at.cards())) >= want, PATIENCE)
                await at.chat.tidy(TEACHER)
                if moment is not None:
                    form = await at.chat.command(TEACHER, "/reportincident")
                    words = f"Number {number + 1}."
                    answers.append(await kill_it(moment, at, process, data, form, words))
        cards = at.cards()
    assert (answers[0], answers[MOMENTS.index(TAKEN)]) == (False, True), "killed before and after the answer"
    numbers = range(1, len(MOMENTS) + 1)
    assert sorted(set(cards)) == [f"I-{number}: an incident" for number in numbers]
    if on == "slack":
        assert len(cards) == len(MOMENTS), cards
    store = await read_tiny(data, vault=Vault.of(KEY))
    async with store.transaction("harbour") as tx:
        reports = [each.report.what for each in await tx.find(Incident, limit=100)]
    assert sorted(reports) == [f"Number {number}." for number in numbers]
