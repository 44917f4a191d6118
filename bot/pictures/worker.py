"""Cleaning pictures, each in a process of its own that knows no secrets and can be done without."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog

from bot.pictures.cleaning import MOST_BYTES, Cleaned
from bot.pictures.kinds import BEGINNINGS
from cards.wording import opening
from policy.picture import Missing
from policy.text import clean as harmless

COMMAND = (sys.executable, "-I", str(Path(__file__).with_name("cleaning.py")))
"""The program: isolated, so that neither the working folder nor the environment has a say in what it imports."""

LONGEST = 30.0
"""Seconds after which a process is ended."""

AT_ONCE = 2

log = structlog.get_logger("exeat.pictures")


class Kind(StrEnum):
    """Why a picture cannot be taken."""

    LONG = "long"
    LARGE = "large"
    EMPTY = "empty"
    UNKNOWN = "unknown"
    HEIC = "heic"
    MOVING = "moving"
    DAMAGED = "damaged"
    SLOW = "slow"
    CRASHED = "crashed"
    LOST = "lost"


STILL = "Please save it as a JPEG or PNG and send that."
AGAIN = "Please take a screenshot of it, or save it afresh, and send that."

WORDS: dict[Kind, tuple[str, str]] = {
    Kind.LONG: ("is larger than 10 MB", "Please send a smaller copy: most phones offer one when you share it."),
    Kind.LARGE: ("has more than 64 million pixels", "Please send a smaller copy of it."),
    Kind.EMPTY: ("is empty", "Please choose the file again."),
    Kind.UNKNOWN: ("is not a picture that Exeat can read", STILL),
    Kind.HEIC: (
        "is in HEIC, Apple's own format, which Exeat cannot read",
        "On the iPhone choose Settings, Camera, Formats, Most Compatible; or send a screenshot of it.",
    ),
    Kind.MOVING: (
        "is a moving picture, and only still ones can be checked",
        "Please send one still picture from it.",
    ),
    Kind.DAMAGED: ("is damaged or not complete", AGAIN),
    Kind.SLOW: ("took too long to check", AGAIN),
    Kind.CRASHED: ("could not be read safely", AGAIN),
    Kind.LOST: ("could not be fetched", "Please choose the file again."),
}
"""What is wrong with a picture, to follow its name, and what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A picture that cannot be taken."""

    kind: Kind

    def said(self, name: str) -> Missing:
        """The problem as the author is told; `name` is the file's."""
        what, then = WORDS[self.kind]
        shown = opening(harmless(name), 60)
        return Missing(f"The picture{f' “{shown}”' if shown else ''} {what}.", then)


class Pictures:
    """Cleans pictures, two at a time. `command` is the program that does it, `longest` its time in seconds."""

    def __init__(self, command: Sequence[str] = COMMAND, longest: float = LONGEST) -> None:
        self._command, self._longest = command, longest
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def clean(self, data: bytes) -> Cleaned | Problem:
        """The picture as it may go out, or what is wrong with it. See `bot.pictures.cleaning.clean`."""
        if len(data) > MOST_BYTES:
            return Problem(Kind.LONG)
        async with self._gate:
            return await self._in_process(data)

    async def _in_process(self, data: bytes) -> Cleaned | Problem:
        worker = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/"
        )
        try:
            async with asyncio.timeout(self._longest):
                out, _ = await worker.communicate(data)
        except TimeoutError:
            log.warning("picture too slow", seconds=self._longest)
            return Problem(Kind.SLOW)
        finally:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
        if worker.returncode:
            log.warning("picture crashed its process", code=worker.returncode)
            return Problem(Kind.CRASHED)
        return _answer(out)


def _answer(out: bytes) -> Cleaned | Problem:
    head, _, data = out.partition(b"\n")
    try:
        answer = json.loads(head)
        if "unfit" in answer:
            return Problem(Kind(answer["unfit"]))
        cleaned = Cleaned(data, int(answer["width"]), int(answer["height"]), str(answer["mimetype"]))
    except (ValueError, KeyError, TypeError):
        log.warning("picture's process answered nonsense")
        return Problem(Kind.CRASHED)
    return cleaned if data.startswith(BEGINNINGS.get(cleaned.mimetype, b"?")) else Problem(Kind.CRASHED)
