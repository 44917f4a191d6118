"""A post's whole way in Microsoft's own client: three people, each in front of a Playground of their own."""

import asyncio

from playwright.async_api import expect

from tests.fakes.school import HEAD, OWNER, TEACHER
from tests.playground.conftest import Sit

FORM, WAITING = "Draft a post", "Waiting for your decision."
FIRST = "Sports day is on *Friday*, <b>rain</b> or shine.\n1. Hats & water\n- [The list](https://x.example)"
SECOND = FIRST.replace("Friday", "Monday")
REASON = "Please say which _field_."
LINK = "https://example.org/page/1"


async def test_the_whole_way_of_a_post(sit: Sit, exeat: str) -> None:
    tom, helen, olu = await asyncio.gather(*(sit(name, exeat) for name in (TEACHER, HEAD, OWNER)))
    for each in (tom, helen, olu):
        await each.say("help")
        await each.sees("/draftpost")
    await tom.photograph("help")

    await tom.say("/draftpost")
    await tom.sees(FORM)
    await tom.fill(FORM, {"Text": FIRST})
    await tom.press(FORM, "Send")
    refused = await tom.sees("Not sent yet")
    await expect(refused.get_by_role("textbox", name="Text")).to_have_value(FIRST)
    await tom.photograph("refused")
    await tom.choose(FORM, "Account", "Harbour page")
    await tom.press(FORM, "Send")
    await helen.sees(WAITING)
    await helen.photograph("waiting")

    await helen.press(WAITING, "Request changes")
    await helen.sees("Request changes to P-1")
    await helen.fill("Request changes to P-1", {"What should change": REASON})
    await helen.photograph("request")
    await helen.press("Request changes to P-1", "Send")
    back = await tom.sees("asked for changes")
    await expect(back).to_contain_text(REASON)
    await tom.photograph("back")

    await tom.press("asked for changes", "Edit")
    await tom.sees("Edit P-1")
    await tom.fill("Edit P-1", {"Text": SECOND})
    await tom.photograph("edit")
    await tom.press("Edit P-1", "Send")
    await helen.sees("What changed since the last version")
    await helen.photograph("changed")
    await helen.press(WAITING, "Approve")
    await olu.sees("P-1 is approved: ready for Harbour page")
    await tom.sees("P-1 is approved: ready for Harbour page")
    await expect(helen.card("P-1").get_by_role("button", name="Approve")).to_have_count(0)
    await olu.photograph("ready")

    await olu.press("ready for Harbour page", "Mark as posted")
    await olu.sees("Mark P-1 as posted")
    await olu.fill("Mark P-1 as posted", {"Link": LINK})
    await olu.press("Mark P-1 as posted", "Send")
    for each in (tom, helen):
        await each.sees("Posted by Olu")
    for each in (tom, helen, olu):
        await expect(each.page.get_by_role("button", name="Mark as posted")).to_have_count(0)
        await each.photograph("posted")
