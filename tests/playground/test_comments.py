"""A comment's way in Microsoft's own client: one logs it, one looks after the account, one reads the reply first."""

import asyncio

from playwright.async_api import expect

from tests.fakes.school import HEAD, OWNER, TEACHER
from tests.playground.conftest import Sit

FORM, CARD = "Log a comment", "C-1: question on Harbour page"
ASKED = "When does *term* begin?"
ANSWER = "Term begins on the 6th."


async def test_the_whole_way_of_a_comment(sit: Sit, exeat: str) -> None:
    tom, helen, olu = await asyncio.gather(*(sit(name, exeat) for name in (TEACHER, HEAD, OWNER)))
    for each in (tom, helen, olu):
        await each.say("help")
        await each.sees("/logcomment")
    await tom.say("/logcomment")
    await tom.sees(FORM)
    await tom.fill(FORM, {"Text": ASKED, "Who wrote it": "A parent"})
    await tom.choose(FORM, "Account", "Harbour page")
    await tom.choose(FORM, "Kind", "A question")
    await tom.photograph("log")
    await tom.press(FORM, "Send")
    await tom.sees("C-1 is logged")
    await olu.say("/comments")
    await olu.sees("1 open comment.")
    await olu.photograph("comments")
    await olu.press("1 open comment.", "Open")
    card = await olu.sees(CARD)
    await expect(card).to_contain_text(ASKED)
    await olu.photograph("comment")

    await olu.press(CARD, "Answered")
    await olu.sees("Answer C-1")
    await olu.fill("Answer C-1", {"Text": ANSWER})
    await olu.photograph("answer")
    await olu.press("Answer C-1", "Send")
    await helen.sees("In reply to C-1")
    await helen.photograph("reply")
    await helen.press("In reply to C-1", "Approve")
    await olu.sees("P-1 is approved: ready for Harbour page")
    await olu.press("ready for Harbour page", "Mark as posted")
    await olu.sees("Mark P-1 as posted")
    await olu.fill("Mark P-1 as posted", {"Link": "https://example.org/page/1"})
    await olu.press("Mark P-1 as posted", "Send")
    await olu.sees("Answered by Olu.")
    await expect(olu.card(CARD).get_by_role("button", name="Acknowledge")).to_have_count(0)
    await olu.photograph("answered")
