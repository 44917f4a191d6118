"""Incidents in Microsoft's own client, as far as it goes: it opens no dialogs, and nothing of one is in the chat."""

from playwright.async_api import expect

from tests.fakes.school import TEACHER
from tests.playground.conftest import Sit

FIELDS = "input, textarea, select"


async def test_what_is_written_has_no_box_in_the_chat(sit: Sit, exeat: str) -> None:
    tom = await sit(TEACHER, exeat)
    await tom.say("help")
    await tom.sees("/reportincident")
    for number, command in enumerate(("/reportincident", "/journalist", "/compromisingpicture"), 1):
        await tom.say(command)
        await expect(tom.page.locator(".ac-adaptiveCard", has_text="Press Open")).to_have_count(number)
        door = await tom.sees("Press Open")
        await expect(door.get_by_role("button", name="Open", exact=True)).to_be_visible()
        await expect(door.locator(FIELDS)).to_have_count(0)
        for word in ("incident", "journalist", "picture"):
            await expect(door).not_to_contain_text(word)
    await tom.photograph("doors")
    await tom.say("/incidents")
    answer = await tom.sees("There is no incident here for you.")
    await expect(answer.get_by_role("button", name="Report an incident")).to_be_visible()
    await tom.photograph("list")
