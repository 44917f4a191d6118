"""Cards as Microsoft's own renderer draws them, in a browser: what was typed as it was typed, and nothing cut off."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from cards.model import Card, Value
from cards.teams import Json, Pictures, form_card, message
from cards.teams.rich import plain
from tests.cards.microsoft import NODE
from tests.cards.views import LONDON, SHA, a_form, cards, every_element, forms, press

RENDERER = NODE / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.js"
HOST = json.loads((Path(__file__).parent / "host_config.json").read_text())
PHONE = 320

PAGE = """
<style>
  body { margin: 8px; overflow-wrap: anywhere; font: 14px Arial, sans-serif }
  .ac-pushButton { font: 600 14px Arial, sans-serif; border: 1px solid #d1d1d1; padding: 5px 12px }
  .ac-input { box-sizing: border-box; width: 100% }
</style>
<div id="card"></div>
"""

DRAW = """
([given, host]) => {
    const { AdaptiveCard, HostConfig } = AdaptiveCards, asMarkdown = [];
    AdaptiveCard.onProcessMarkdown = (text, result) => {
        asMarkdown.push(text);
        result.outputHtml = `MARKDOWN(${text})`;
        result.didProcess = true;
    };
    const card = new AdaptiveCard(), place = document.getElementById("card");
    card.hostConfig = new HostConfig(host);
    card.parse(given);
    place.replaceChildren(card.render());
    const every = [...place.querySelectorAll("*")];
    const cut = every.filter((each) => each.scrollWidth > each.clientWidth + 1
        && getComputedStyle(each).overflowX === "hidden");
    return {
        text: place.innerText,
        as_markdown: asMarkdown,
        cut: cut.map((each) => each.innerText),
        links: [...place.querySelectorAll("a")].map((each) => each.outerHTML),
    };
}
"""

TYPED = (
    "*bold* _it_ `code` [x](https://x.example) <at>Ann</at> <b>b</b> &amp; \\*\n# heading\n1. one\n- two\n\n> three\n"
    "{{DATE(2027-03-02T09:00:00Z, SHORT)}} {{TIME(2027-03-02T09:00:00Z)}} https://y.example ${name}"
)
PICTURES = Pictures({SHA: "data:image/png;base64,iVBORw0KGgo="}, {SHA: "https://exeat.example/pictures/t0k3n"})


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a card became: its words, those that were read as Markdown, those that are cut off, and its links."""

    text: str
    as_markdown: list[str]
    cut: list[str]
    links: list[str]


@pytest.fixture
async def page(chromium: Path) -> AsyncIterator[Page]:
    if not RENDERER.exists():
        pytest.skip("what the tests borrow is not here: make node")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": PHONE, "height": 800}, locale="en-GB")
        await page.set_content(PAGE)
        await page.add_script_tag(path=RENDERER)
        yield page
        await browser.close()


async def rendered(page: Page, card: Json) -> Rendered:
    """The card, drawn at the width of a phone."""
    found: dict[str, Any] = await page.evaluate(DRAW, [card, HOST])
    return Rendered(**found)


async def test_what_was_typed_shows_as_it_was_typed(page: Page) -> None:
    for element in every_element(TYPED):
        card = message(Card(TYPED, TYPED, (element,), (press(TYPED),)), school="harbour", pictures=PICTURES)
        seen = await rendered(page, card)
        assert seen.as_markdown == seen.links == []
        words = re.sub(r"\s+", " ", seen.text)
        if type(element).__name__ not in ("Picture", "Chart", "Divider"):
            assert re.sub(r"\s+", " ", TYPED) in words
            assert "\n# heading\n1. one\n- two\n\n> three\n" in seen.text


async def test_no_view_has_anything_that_is_read_as_markdown_or_cut_off_on_a_phone(page: Page) -> None:
    drawn = {name: message(card, school="harbour", pictures=PICTURES) for name, card in cards(TYPED).items()}
    drawn |= {
        name: form_card(form, school="harbour", nonce="0" * 16, zone=LONDON, pictures=PICTURES)
        for name, form in forms(TYPED).items()
    }
    for name, card in drawn.items():
        seen = await rendered(page, card)
        assert all(plain(text) for text in seen.as_markdown), (name, seen.as_markdown)
        assert (seen.cut, seen.links) == ([], []), name


async def test_what_is_typed_into_a_form_is_what_it_sends(page: Page) -> None:
    nobody: dict[str, Value] = {"delegate": None}
    card = form_card(a_form(TYPED), school="harbour", nonce="0" * 16, zone=LONDON, values=nobody)
    await rendered(page, card)
    keep = "() => { AdaptiveCards.AdaptiveCard.onExecuteAction = (action) => { window.sent = action.data } }"
    await page.evaluate(keep)
    await page.get_by_label("Text", exact=True).fill("New *words*")
    await page.get_by_label("When: day").fill("")
    await page.get_by_role("button", name="Send").click()
    data = await page.evaluate("window.sent")
    assert (data["text"], data["account~choice"], data["planned~time"]) == ("New *words*", "page", "09:30")
    assert "planned~day" not in data
    assert data["exeat"]["verb"] == "post.new"
