"""Every shape of card and form, drawn by Microsoft's own client: whole, and saying what was typed to the letter."""

from base64 import b64encode
from io import BytesIO
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.async_api import expect

from cards.model import Card, Copy, Quote
from cards.teams import Json, Pictures, form_card, message
from tests.cards.views import SHA, cards, forms
from tests.fakes.school import TEACHER
from tests.playground.chat import CLIPPED
from tests.playground.conftest import Sit
from tests.playground.process import user_id
from tests.playground.smallbot import SmallBot

SAID = (
    "We *went* to <b>Poole</b> [harbour](https://x.example) <at>Ann</at> _today_ &amp; back.\n"
    "1. # first\n- second, in a line that is so long that it has to be broken somewhere in the card\n\nThe end"
)
LONDON = ZoneInfo("Europe/London")


def pictures() -> Pictures:
    kept = BytesIO()
    Image.new("RGB", (160, 120), "teal").save(kept, "JPEG")
    return Pictures({SHA: f"data:image/jpeg;base64,{b64encode(kept.getvalue()).decode()}"}, {})


def shapes() -> dict[str, Card]:
    """A card of each shape: one with the same kinds of elements, and as many buttons, is drawn once."""
    found: dict[tuple[frozenset[type], int], tuple[str, Card]] = {}
    for name, card in cards(SAID).items():
        found.setdefault((frozenset(map(type, card.body)), len(card.buttons)), (name, card))
    return dict(found.values())


async def test_every_card_and_form_is_drawn_whole(sit: Sit, small_bot: SmallBot) -> None:
    tom = await sit(TEACHER, small_bot.url)
    await tom.say("hello")
    await tom.sees("You said: hello")
    drawn, before = tom.page.locator(".ac-adaptiveCard"), "You said: hello"

    async def look(name: str, content: Json) -> str:
        nonlocal before
        await small_bot.show(user_id(TEACHER), content)
        await expect(drawn).not_to_have_text(before)
        assert await drawn.evaluate(CLIPPED) == [], name
        before = await drawn.text_content() or ""
        return before

    for name, card in shapes().items():
        text = await look(name, message(card, school="harbour", pictures=pictures()))
        for said in (each.text for each in card.body if isinstance(each, Quote | Copy)):
            assert "".join(said.split()) in "".join(text.split()), name
    for name, form in forms(SAID).items():
        wrong = {"text": f"Please look at {name} again.", "planned": "That is over. Please choose a later day."}
        shown = form_card(form, school="harbour", nonce="0" * 16, zone=LONDON, errors=wrong, pictures=pictures())
        await look(name, shown)
