"""A comment in a browser: logged, with whoever looks after the account, reminded of as time goes by, answered."""

from playwright.async_api import expect

from tests.browser.conftest import Open, no_barriers
from tests.browser.test_page import say
from tests.browser.test_story import button, pane, said


async def test_a_comment_from_the_log_to_the_answer(open_page: Open) -> None:
    page = await open_page()
    priya, joe, ruth = (pane(page, who) for who in ("priya", "joe", "ruth"))
    await priya.get_by_role("combobox").click()
    await priya.get_by_role("option", name="/logcomment").click()
    await priya.get_by_role("button", name="Send as Priya Shah").click()
    await no_barriers(page)
    await priya.get_by_label("Text").fill("What time does the fair begin?")
    await priya.get_by_label("Account").select_option(label="School Facebook page")
    await priya.get_by_label("Kind").select_option(label="A question")
    await priya.get_by_label("Who wrote it").fill("A grandparent")
    await priya.get_by_role("button", name="Send", exact=True).click()
    await said(page, "priya", "C-1 is logged")
    await said(page, "joe", "question on School Facebook page")
    await no_barriers(page)

    await page.get_by_role("button", name="+1 day").click()
    await said(page, "joe", "Still open: C-1")
    await said(page, "ruth", "Comments are overdue")
    await no_barriers(page)

    await button(page, "joe", "Answered").click()
    await no_barriers(page)
    await joe.get_by_label("Text").fill("It begins at two o'clock.")
    await joe.get_by_role("button", name="Send", exact=True).click()
    await said(page, "ruth", "In reply to C-1")
    await button(page, "ruth", "Approve").click()
    await said(page, "joe", "ready for School Facebook page")
    await button(page, "joe", "Mark as posted").click()
    await joe.get_by_label("Link").fill("https://facebook.example/harbour/2")
    await joe.get_by_role("button", name="Send", exact=True).click()
    await said(page, "joe", "Answered by Joe Bennett.")
    await expect(joe.get_by_role("button", name="Acknowledge: C-1")).to_have_count(0)
    await no_barriers(page)
    await expect(ruth.get_by_text("C-1").first).to_be_visible()


async def test_response_times_are_drawn(open_page: Open) -> None:
    page = await open_page(width=390, height=844)
    priya, ruth = (pane(page, who) for who in ("priya", "ruth"))
    await say(page, "priya", "/logcomment When does term begin?")
    await priya.get_by_label("Account").select_option(label="School Facebook page")
    await priya.get_by_role("button", name="Send", exact=True).click()
    await said(page, "priya", "C-1 is logged")
    await say(page, "ruth", "/comments stats")
    chart = ruth.get_by_role("img", name="1 comment with time left")
    await expect(chart).to_be_visible()
    assert await chart.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") >= 320
    assert await chart.evaluate("(image) => image.getBoundingClientRect().width") <= await chart.evaluate(
        "(image) => image.parentElement.getBoundingClientRect().width"
    )
    await no_barriers(page)
