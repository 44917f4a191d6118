"""Playgrounds and a browser in front of them: a window for each person."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, ViewportSize, async_playwright, expect

from tests.browser.conftest import FLAGS
from tests.playground.chat import Chat
from tests.playground.process import COMMAND, playing
from tests.playground.served import served
from tests.playground.smallbot import SmallBot

ORNAMENTS = ("res-1.cdn.office.net", "res.cdn.office.net")
"""Microsoft's fonts and icons: the only things beyond this machine that the page asks for. It never gets them."""

NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1"
SCREEN: ViewportSize = {"width": 1000, "height": 1200}

PATIENCE = 30_000
"""Milliseconds until the Playground is given up; usually it answers within a few hundred."""

expect.set_options(timeout=PATIENCE)

Sit = Callable[[str, str], Awaitable[Chat]]


@pytest.fixture(scope="session")
def node() -> Path:
    """What the Playground runs in; tests that need it are skipped where it is not installed (`make node`)."""
    found = shutil.which("node")
    if found is None or not COMMAND.exists():
        pytest.skip("there is no Agents Playground here")
    return Path(found)


@pytest.fixture
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, NOWHERE])
        yield browser
        await browser.close()


@pytest.fixture
async def small_bot() -> AsyncIterator[SmallBot]:
    bot = SmallBot()
    await bot.start()
    yield bot
    await bot.close()


@pytest.fixture
async def exeat(tmp_path: Path) -> AsyncIterator[str]:
    """Where Exeat is to be found by a Playground."""
    async with served(tmp_path) as url:
        yield url


@pytest.fixture
async def sit(node: Path, browser: Browser, tmp_path: Path) -> AsyncIterator[Sit]:
    """Sits somebody down in front of the bot at an address; whatever their page complains of fails the test."""
    complaints: list[str] = []
    album = tmp_path / "album"
    album.mkdir()

    async def sit_(name: str, bot: str) -> Chat:
        url = await stack.enter_async_context(playing(node, bot, name, tmp_path))
        window = await stack.enter_async_context(
            await browser.new_context(viewport=SCREEN, locale="en-GB", timezone_id="Europe/London")
        )
        page = await window.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(f"{name}: {error}"))
        await page.route(lambda asked: not asked.startswith((url, "data:", "blob:")), refuse)
        await page.goto(url)
        await ready(page)
        return Chat(page, name, album)

    async def refuse(route: Route) -> None:
        if urlsplit(route.request.url).hostname not in ORNAMENTS:
            complaints.append(route.request.url)
        await route.abort()

    async with AsyncExitStack() as stack:
        yield sit_
    assert complaints == []


async def ready(page: Page) -> None:
    """Wait until the chat has told the bot that it is there, and put away what is no part of a chat."""
    await page.get_by_text("conversationUpdate 200").wait_for()
    await page.get_by_role("button", name="Hide log panel").click()
