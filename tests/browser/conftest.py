"""A sandbox and a browser in front of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from bot.sandbox import Sandbox, start_sandbox

MONDAY = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
"""A working Monday in winter: 09:12 in London."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = await start_sandbox(start=MONDAY)
    yield running
    await running.close()


@pytest.fixture
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(sandbox: Sandbox, browser: Browser) -> AsyncIterator[Open]:
    """Opens the sandbox in a window of its own; anything the browser complains of fails the test."""
    complaints: list[str] = []

    async def open_(width: int = 1440, height: int = 900, **context: Any) -> Page:
        window = await stack.enter_async_context(
            await browser.new_context(
                viewport={"width": width, "height": height}, locale="en-GB", reduced_motion="reduce", **context
            )
        )
        page = await window.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda sent: complaints.append(sent.url) if not own(sent.url) else None)
        await page.goto(sandbox.url)
        await page.wait_for_selector("html[data-live]")
        return page

    def own(url: str) -> bool:
        return url.startswith((sandbox.url, f"blob:{sandbox.url}"))

    async with AsyncExitStack() as stack:
        yield open_
    assert complaints == []


@pytest.fixture
async def page(open_page: Open) -> Page:
    return await open_page()


async def no_barriers(page: Page) -> None:
    """Raises AssertionError for whatever axe-core finds in the page as it stands."""
    found = (await Axe().run(page)).response["violations"]
    assert not found, [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]
