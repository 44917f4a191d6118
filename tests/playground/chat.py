"""Somebody's personal chat with the bot, as a page of the Playground: what they type, fill, press and see."""

from collections.abc import Mapping
from pathlib import Path

from playwright.async_api import Locator, Page, expect

CLIPPED = """
card => [...card.querySelectorAll("*")].filter(each => {
    const inside = getComputedStyle(each), box = each.getBoundingClientRect();
    if (inside.display === "none" || box.width === 0 || each.closest("svg *")) return false;
    const field = each.closest(".ac-input-container") ?? card;
    if (box.right > field.getBoundingClientRect().right + 1) return true;
    const cuts = inside.overflowX === "hidden" && !each.closest(".ac-input-container");
    return cuts && each.scrollWidth > each.clientWidth + 1;
}).map(each => each.innerText?.trim().slice(0, 80) || each.outerHTML.slice(0, 200))
"""
"""What sticks out of a card, or of the field it is a part of, and text that is cut off. (The arrow of a time has room
enough only in the font that the page asks for and cannot have here.)
"""


class Chat:
    """`album` is the folder that the screenshots go into, numbered in the order they were taken."""

    def __init__(self, page: Page, name: str, album: Path) -> None:
        self.page, self.name, self._album = page, name, album

    async def say(self, words: str) -> None:
        """Type a message and send it."""
        box = self.page.locator("[data-lexical-editor=true]")
        await box.click()
        await self.page.keyboard.insert_text(words)
        await expect(box).to_have_text(words)
        await self.page.get_by_role("button", name="Send Message").click()
        await expect(box).to_have_text("")

    def card(self, words: str) -> Locator:
        """The newest card with these words in it."""
        return self.page.locator(".ac-adaptiveCard", has_text=words).last

    def told(self, words: str) -> Locator:
        """The line beneath a card in which Teams says how a press went."""
        return self.page.get_by_label("Display Invoked Message").filter(has_text=words).last

    async def sees(self, words: str) -> Locator:
        """Wait for a card with these words, whole on the screen; gives it."""
        card = self.card(words)
        await expect(card).to_be_visible()
        clipped = await card.evaluate(CLIPPED)
        assert not clipped, clipped
        return card

    async def press(self, words: str, button: str) -> None:
        """Press a button of the newest card with these words."""
        await self.card(words).get_by_role("button", name=button, exact=True).click()

    async def fill(self, words: str, fields: Mapping[str, str]) -> None:
        """Fill boxes of the newest card with these words, each found by a piece of its label."""
        card = self.card(words)
        for label, value in fields.items():
            await card.get_by_role("textbox", name=label).fill(value)

    async def choose(self, words: str, label: str, option: str) -> None:
        """Choose one of a few, as one does with the mouse: from a list that opens, or from all of them in view."""
        card = self.card(words)
        listed = card.get_by_role("combobox", name=label)
        choice = card.get_by_role("radio", name=option, exact=True)
        await listed.or_(choice).click()
        if not await choice.count():
            await self.page.get_by_role("option", name=option, exact=True).click()

    async def photograph(self, step: str) -> Path:
        """Keep what is on the screen."""
        path = self._album / f"{len(list(self._album.iterdir())) + 1:02}-{self.name}-{step}.png"
        await self.page.screenshot(path=path)
        return path
