"""The loop that the program runs in."""

import asyncio
import sys

import pytest

from bot.loop import run


async def _loop() -> str:
    await asyncio.sleep(0)
    return type(asyncio.get_running_loop()).__module__


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not made for Windows")
def test_it_is_uvloop() -> None:
    assert run(_loop()).startswith("uvloop")


def test_elsewhere_it_is_asyncios_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert run(_loop()).startswith("asyncio")


def test_what_it_raises_comes_out() -> None:
    async def fail() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        run(fail())
