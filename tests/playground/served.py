"""`exeat serve --teams-playground`, as an administrator would start it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.manifest import TEAMS_PATH
from storage.vault import new_key
from tests.fakes.school import ADMIN, DEPUTY, HEAD, OWNER, email

CONFIG = f"""
[school]
id = "harbour"
name = "Harbour Primary"

[people]
staff = ["*@harbour.example"]
headteacher = "{email(HEAD)}"
deputies = ["{email(DEPUTY)}"]
admins = ["{email(ADMIN)}"]

[[accounts]]
name = "Harbour page"
platform = "facebook"
url = "https://example.org/page"
owners = ["{email(OWNER)}"]

[[accounts]]
name = "Harbour on X"
platform = "x"
url = "https://example.org/x"
"""


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """Exeat serving Harbour Primary to the Playground; gives the address that the Playground is told."""
    (folder / "exeat.toml").write_text(CONFIG)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "serve", "--teams-playground"),
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "EXEAT_PORT": "0",
            "EXEAT_TICK_SECONDS": "0.2",
            "EXEAT_KEY": new_key(),
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    log: list[str] = []
    reading = None
    try:
        async for line in process.stderr:
            log.append(line.decode())
            if '"event": "serving"' in log[-1]:
                break
        port = json.loads(log[-1])["port"]
        reading = asyncio.create_task(_read(process.stderr, log))
        yield f"http://127.0.0.1:{port}{TEAMS_PATH}"
    finally:
        if process.returncode is None:
            process.terminate()
        code = await process.wait()
        if reading is not None:
            await reading
        sys.stderr.writelines(log)
    assert code == 0
    assert not [line for line in log if '"level": "error"' in line]


async def _read(stderr: asyncio.StreamReader, log: list[str]) -> None:
    async for line in stderr:
        log.append(line.decode())
