"""The Playground as a process: Microsoft's stand-in for Teams, one for each person who takes part."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bot.chats import PLAYGROUND_TENANT
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, HEAD, OWNER, TEACHER, email

HERE = Path(__file__).parent
COMMAND = HERE.parent / "node" / "node_modules" / ".bin" / "agentsplayground"
BOT = "28:exeat"

PEOPLE = (TEACHER, HEAD, OWNER, DEPUTY, COLLEAGUE, ADMIN)
"""Six: the Playground wants whoever sits in front of it and five others."""


def object_id(name: str) -> str:
    """Somebody's id in the tenant's directory."""
    return str(uuid5(NAMESPACE_URL, f"https://harbour.example/{name}"))


def user_id(name: str) -> str:
    """Somebody's id in Teams' chats, which is not the one in the directory."""
    return f"29:{name}"


@asynccontextmanager
async def playing(node: Path, bot: str, name: str, folder: Path) -> AsyncIterator[str]:
    """Somebody's Playground in front of the bot at `bot`; gives the address of its page.

    It leaves with whatever it complained of, and fails when it tried to reach beyond this machine.
    """
    config, log, told = folder / f"{name}.yml", folder / f"{name}.log", folder / f"{name}.err"
    config.write_text(json.dumps(_config(name)))
    with told.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(node, COMMAND, "start", "-e", bot, "-c", "msteams", "-p", "0", "--dt", "true"),
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "TZ": "Europe/London",
                "NODE_OPTIONS": f'--require="{HERE / "loopback.cjs"}"',
                "APPLICATION_INSIGHTS_NO_STATSBEAT": "true",
                "TEAMSAPPTESTER_BROWSER": "none",
                "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(config),
                "M365_AGENTS_PLAYGROUND_LOGFILE": str(log),
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )
        assert process.stdout is not None
        try:
            listening = (await process.stdout.readline()).decode()
            assert listening.startswith("Listening on "), (listening, told.read_text())
            yield f"http://localhost:{listening.split()[-1]}"
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
            sys.stderr.write(told.read_text())
    assert "outside: " not in told.read_text()


def _config(name: str) -> dict[str, Any]:
    """What the Playground pretends: the school's tenant, with `name` in front of the screen."""
    return {
        "version": "0.1.1",
        "tenantId": PLAYGROUND_TENANT,
        "bot": {"id": BOT, "name": "Exeat"},
        "currentUser": _user(name),
        "users": [_user(each) for each in PEOPLE if each != name],
        "personalChat": {"id": f"a:{name}"},
        "groupChat": {"id": "19:group@thread.v2", "name": "Staff"},
        "team": {"id": "19:team@thread.tacv2", "name": "School", "aadGroupId": object_id("team"), "channels": []},
    }


def _user(name: str) -> dict[str, str]:
    return {
        "id": user_id(name),
        "name": name.title(),
        "userPrincipleName": email(name),
        "aadObjectId": object_id(name),
        "givenName": name.title(),
        "surname": "",
        "email": email(name),
    }
