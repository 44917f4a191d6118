"""The go-live drill: from no configuration at all to acknowledged test alerts, as docs/safeguarding.md has it."""

import asyncio
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import tomlkit

from bot.app import Program, build
from bot.doctor import Verdict, examine
from bot.settings import read_settings
from tests.fakes.mailbox import mailbox
from tests.fakes.school import MONDAY
from tests.fakes.slack import FakeSlack, Message
from tests.scenarios.serving import HandClock, met

PAGE = (Path(__file__).parents[2] / "docs" / "safeguarding.md").read_text("utf-8")

PEOPLE = {"Helen": "helen.hart", "David": "david.dean", "Dora": "dora.lamb", "Carol": "carol.grove", "It": "it"}

HOLDERS = ("Helen", "David", "Dora", "Carol")

EARLY = MONDAY.replace(hour=7)
"""Before anybody is at school."""


def blocks(kind: str) -> list[str]:
    """What stands between fences of that kind on the page, in its order."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return [text for each, text in found if each == kind]


def typed(command: str) -> list[str]:
    """The command of the page that begins so, as a shell would divide it."""
    joined = (line for block in blocks("") for line in block.replace("\\\n", " ").splitlines())
    return shlex.split(next(line for line in joined if line.startswith(f".venv/bin/exeat {command}")))[1:]


@dataclass
class Technician:
    """Whoever sets Exeat up, in an empty folder, with the page in hand and a workspace that has the people."""

    slack: FakeSlack
    monkeypatch: pytest.MonkeyPatch
    clock: HandClock = field(default_factory=lambda: HandClock(EARLY))

    def types(self, *words: str) -> str:
        """A command to its end; what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *words],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fills_in(self, block: str) -> None:
        """The lines of a block of the page, in the sections of exeat.toml in which they belong."""
        file = Path("exeat.toml")
        document = tomlkit.parse(file.read_text("utf-8"))
        for section, lines in tomlkit.parse(block).unwrap().items():
            for key, value in lines.items():
                document[section][key] = value
        file.write_text(tomlkit.dumps(document), "utf-8")

    def sets(self, **variables: str) -> None:
        """Variables of the environment, from now on."""
        for name, value in variables.items():
            self.monkeypatch.setenv(name.upper(), value)

    @asynccontextmanager
    async def serves(self) -> AsyncIterator[Program]:
        """Exeat, started with what has been configured by now."""
        self.sets(exeat_port="0")
        program = await build(read_settings(), clock=self.clock)
        stop, started = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(program.run(stop, started.set))
        await started.wait()
        self.sets(exeat_port=str(program.port))
        self.slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")
        try:
            await met(program)
            yield program
        finally:
            stop.set()
            await running

    async def missing(self) -> set[str]:
        """What `exeat doctor --golive` says is to be put right."""
        found = await examine(self.clock, golive=True)
        assert all(each.todo for each in found if each.verdict is Verdict.FIX)
        return {each.subject for each in found if each.verdict is Verdict.FIX}

    async def card(self, name: str, words: str) -> Message:
        """The newest message to somebody that says so."""

        def look() -> Message | None:
            inbox = reversed(self.slack.inbox(f"U0{name.upper()}"))
            return next((message for message in inbox if words in message.shown_text()), None)

        return await self.slack.until(look, 30)


async def test_from_an_empty_folder_to_the_last_test_alert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    async with FakeSlack() as slack, mailbox() as box:
        technician = Technician(slack, monkeypatch)
        for name, address in PEOPLE.items():
            slack.add_user(f"U0{name.upper()}", name, f"{address}@harbour.example")

        # 2. Have Exeat running
        technician.sets(slack_bot_token=slack.bot_token, slack_signing_secret=slack.signing_secret)
        technician.sets(slack_api_url=slack.url, exeat_data=str(tmp_path / "data"), exeat_tick_seconds="0.2")
        technician.types(*typed("init"))
        async with technician.serves():
            lacks = await technician.missing()
            assert {"EXEAT_KEY", "E-mail", "[contacts] lado", "[people] chair_of_governors"} <= lacks
            assert {"[safeguarding] concerns", "Safeguarding roles"} <= lacks

        # 3. Name the people and the numbers
        people, switch = blocks("toml")
        technician.fills_in(people)

        # 4. Make the key
        technician.sets(exeat_key=technician.types(*typed("keys new")).split()[-1].removeprefix("EXEAT_KEY="))

        # 5. Set up e-mail
        technician.sets(exeat_smtp_url=box.url, exeat_mail_from="exeat@harbour.example")
        async with technician.serves():
            assert await technician.missing() == {"[safeguarding] concerns", "Safeguarding roles"}
            assert [slack.inbox(f"U0{name.upper()}") for name in HOLDERS] == [[], [], [], []]

        # 6. Switch it on
        technician.fills_in(switch)
        async with technician.serves():
            for name in (*HOLDERS, "It"):
                listed = await technician.card(name, "Safeguarding roles")
                assert "Chair of governors" in listed.shown_text()
                assert "carol.grove@harbour.example" in listed.shown_text()
            waiting = {f"{PEOPLE[name]}@harbour.example" for name in HOLDERS}
            assert await technician.missing() == {*waiting, "Concerns"}
            closed = (await slack.command("U0DORA", "/concern")).ephemeral
            assert closed is not None
            assert "Exeat has told nobody." in closed.shown_text()
            assert "01632 960123" in closed.shown_text()

            # 7. Acknowledge the test alert
            technician.clock.move_to(MONDAY)
            for name in HOLDERS:
                alert = await technician.card(name, "TEST: an alert from Exeat")
                await slack.press(f"U0{name.upper()}", alert, "Acknowledge")
                await technician.card(name, "Acknowledged on")
            for name in (*HOLDERS, "It"):
                await technician.card(name, "Safeguarding concerns can now be raised in Exeat.")

            # 8. Go over it once more
            assert typed("doctor --golive") == ["doctor", "--golive"]
            assert await technician.missing() == set()
            form = await (await slack.command("U0DORA", "/concern")).opened()
            assert "Who is it about?" in form.shown_text()


def test_whatever_the_page_calls_by_name_is_there() -> None:
    for words in ("TEST: an alert from Exeat", "Safeguarding concerns can now be raised in Exeat.", "/testalert"):
        assert words in PAGE
