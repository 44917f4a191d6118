"""A concern in a browser: two questions first, an alert that says nothing, the rest in a window, and a climb."""

from playwright.async_api import expect

from tests.browser.conftest import Open, no_barriers
from tests.browser.test_incidents import nowhere, typed
from tests.browser.test_story import button, pane, said

SECRET = "He shut the door and I heard shouting."


async def test_a_concern_from_the_first_question_to_the_end(open_page: Open) -> None:
    page = await open_page()
    priya, aileen, joe = (pane(page, who) for who in ("priya", "aileen", "joe"))
    await typed(priya, "Priya Shah", "/concern")
    await no_barriers(page)
    await priya.get_by_label("Who is it about?").select_option(label="A colleague")
    await priya.get_by_label("Could a child have been harmed, or be at risk?").select_option(label="No")
    await priya.get_by_role("button", name="Next", exact=True).click()
    await priya.get_by_label("Or their name").fill("Mr Bell, who does supply")
    await no_barriers(page)
    await priya.get_by_role("button", name="Next", exact=True).click()
    await priya.get_by_label("What happened").fill(SECRET)
    await no_barriers(page)
    await priya.get_by_role("button", name="Send", exact=True).click()
    window = priya.locator(".window")
    await expect(window.get_by_text("Sent. Not seen yet.")).to_be_visible()
    await expect(window.get_by_text("01632 960100")).to_be_visible()
    await no_barriers(page)
    await page.keyboard.press("Escape")
    await said(page, "aileen", "Exeat needs opening:")
    await nowhere(page, SECRET)
    await nowhere(page, "Mr Bell")

    await page.get_by_role("button", name="+1 hour").click()
    await said(page, "tom", "Exeat needs opening:")
    await said(page, "grace", "Exeat needs opening:")
    await button(page, "aileen", "Open").click()
    window = aileen.locator(".window")
    await expect(window.get_by_text(SECRET)).to_be_visible()
    await expect(window.get_by_text("Mr Bell, who does supply")).to_be_visible()
    await no_barriers(page)
    await window.get_by_role("button", name="Acknowledge").click()
    await said(page, "aileen", "acknowledged.")
    await said(page, "priya", "sent, seen.")
    await expect(joe.get_by_text("Exeat needs opening")).to_have_count(0)
    await nowhere(page, SECRET)


async def test_a_concern_about_whoever_looks_after_exeat_is_rung_about(open_page: Open) -> None:
    page = await open_page()
    priya = pane(page, "priya")
    await typed(priya, "Priya Shah", "/reportabuse")
    await priya.get_by_label("Who is it about?").select_option(label="Whoever looks after Exeat or our computers")
    await priya.get_by_label("Could a child have been harmed, or be at risk?").select_option(label="Yes")
    await priya.get_by_role("button", name="Next", exact=True).click()
    await expect(priya.locator(".window").get_by_text("Exeat has told nobody.")).to_be_visible()
    await no_barriers(page)
    for who in ("ruth", "aileen", "grace", "tom", "joe"):
        await expect(pane(page, who).locator(".messages li")).to_have_count(0)
