"""What the Playground does with a bot, on which the other tests here stand."""

import asyncio

import pytest
from playwright.async_api import expect

from bot.chats import PLAYGROUND_TENANT
from tests.fakes.school import HEAD, TEACHER
from tests.playground.conftest import Sit
from tests.playground.process import BOT, object_id, user_id
from tests.playground.smallbot import SmallBot, card

FORM = "Draft a post"
WORDS = "Year 4 *went* to the <b>harbour</b> & back."


async def test_a_form_is_refused_then_taken_and_reaches_somebody_else(sit: Sit, small_bot: SmallBot) -> None:
    tom, helen = await asyncio.gather(sit(TEACHER, small_bot.url), sit(HEAD, small_bot.url))
    await helen.say("hello")
    await helen.sees("You said: hello")
    await tom.say("/draftpost")
    form = await tom.sees(FORM)
    await tom.choose(FORM, "Where does it go?", "Newsletter")
    await form.get_by_role("combobox", name="People Picker").fill("hel")
    await tom.page.get_by_role("option", name="Helen").click()
    await tom.press(FORM, "Send")
    await tom.sees("Please write what the post should say.")
    await tom.photograph("refused")
    assert small_bot.heard[-1]["value"]["action"]["data"] == {
        "exeat": {"verb": "save"},
        "where~choice": "news",
        "when~time": "09:00",
        "who~person": user_id(HEAD),
    }

    await expect(tom.card(FORM).get_by_role("combobox", name="Where")).to_have_value("Newsletter")
    await tom.fill(FORM, {"What should the post say?": WORDS})
    await tom.press(FORM, "Send")
    await tom.sees(f"Sent: {WORDS}")
    await helen.sees(WORDS)
    await tom.press(WORDS, "Withdraw")
    await expect(tom.told("That is not yours to do.")).to_be_visible()
    await tom.sees(WORDS)
    await helen.press(WORDS, "Approve")
    await helen.sees("Approved by Helen")
    await tom.sees("Approved by Helen")
    await expect(tom.card(FORM)).to_have_count(0)
    await helen.photograph("approved")


async def test_a_plain_submit_changes_its_card(sit: Sit, small_bot: SmallBot) -> None:
    tom = await sit(TEACHER, small_bot.url)
    await tom.say("buttons")
    await tom.press("Two buttons", "Submit me")
    await tom.sees("Submitted: submitted")
    pressed = small_bot.heard[-1]
    assert pressed["type"] == "message"
    assert not pressed.keys() & {"text", "attachments"}


async def test_whom_it_says_it_is(sit: Sit, small_bot: SmallBot) -> None:
    tom = await sit(TEACHER, small_bot.url)
    await tom.say(WORDS)
    await tom.sees(f"You said: {WORDS}")
    installed, updated, said = small_bot.heard
    assert (installed["type"], installed["action"], updated["type"]) == (
        "installationUpdate",
        "add",
        "conversationUpdate",
    )
    assert updated["membersAdded"] == [installed["from"], {"id": BOT}]
    assert installed["from"] == {"id": user_id(TEACHER), "aadObjectId": object_id(TEACHER)}
    assert said["from"] == {**installed["from"], "name": "Tom"}
    assert said["conversation"] == {"id": "a:tom", "conversationType": "personal", "tenantId": PLAYGROUND_TENANT}
    assert said["channelData"] == {"tenant": {"id": PLAYGROUND_TENANT}}
    assert (said["text"], said["textFormat"]) == (WORDS, "plain")
    status, member = await small_bot.member(said, user_id(TEACHER))
    assert (status, member["userRole"], member["email"]) == (200, "user", "tom@harbour.example")
    assert (await small_bot.member(said, object_id(TEACHER)))[0] == 404


async def test_words_that_are_cut_off_are_noticed(sit: Sit, small_bot: SmallBot) -> None:
    tom = await sit(TEACHER, small_bot.url)
    await tom.say("hello")
    await tom.sees("You said: hello")
    await small_bot.show(user_id(TEACHER), card({"type": "TextBlock", "text": "Far too long. " * 9, "wrap": False}))
    with pytest.raises(AssertionError, match="Far too long"):
        await tom.sees("Far too long")
