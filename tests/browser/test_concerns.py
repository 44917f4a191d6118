"""A concern in a browser: two questions first, an alert that says nothing, the rest in a window, and a climb; and on
a phone, whom it might mean, who reads it no more, that it is held, and that somebody asks for what is kept.
"""

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


async def test_a_doubt_a_reader_a_hold_and_a_request_on_a_phone(open_page: Open) -> None:
    """The receipt stays open throughout: other people's windows are told apart from it."""
    page = await open_page(width=390, height=844, color_scheme="dark")
    priya, aileen, joe = (pane(page, who) for who in ("priya", "aileen", "joe"))
    await typed(priya, "Priya Shah", "/concern")
    await priya.get_by_role("button", name="Next", exact=True).click()
    await expect(priya.get_by_text("Please choose: Who is it about?", exact=True)).to_be_visible()
    await priya.get_by_label("Who is it about?").select_option(label="The safeguarding lead (DSL)")
    await priya.get_by_label("Could a child have been harmed, or be at risk?").select_option(label="No")
    await priya.get_by_role("button", name="Next", exact=True).click()
    await expect(priya.get_by_label("What happened")).to_be_focused()
    await expect(priya.get_by_text("If somebody is in danger now, ring 999 first.")).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await expect(priya.get_by_role("button", name="Cancel")).to_be_focused()
    await page.keyboard.press("Enter")
    await typed(priya, "Priya Shah", "/concern")
    await priya.get_by_label("Who is it about?").select_option(label="A colleague")
    await priya.get_by_label("Could a child have been harmed, or be at risk?").select_option(label="No")
    await priya.get_by_role("button", name="Next", exact=True).click()
    await priya.get_by_label("Or their name").fill("Mr Griffiths")
    await page.keyboard.press("Enter")
    await priya.get_by_label("Could it be one of the safeguarding lead's deputies?").select_option(label="Yes")
    await no_barriers(page)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await priya.get_by_label("What happened").fill(SECRET)
    await priya.get_by_role("button", name="Send", exact=True).click()
    await expect(priya.locator(".window").get_by_text("Sent. Not seen yet.")).to_be_visible()

    async def choose(button_: str) -> None:
        await button(page, "aileen", "Open").click()
        await aileen.locator(".window").get_by_role("button", name=button_).click()

    async def send() -> None:
        await no_barriers(page)
        await aileen.get_by_role("button", name="Send", exact=True).click()
        await expect(aileen.locator(".sheet")).to_be_hidden()

    await choose("Acknowledge")
    await choose("Add reader")
    await aileen.get_by_label("Who may read it").select_option(label="Grace Okafor")
    await send()
    await said(page, "grace", "Exeat needs opening:")
    await choose("Remove reader")
    await aileen.get_by_label("Who may not read it any more").select_option(label="Grace Okafor")
    await send()
    await said(page, "grace", "No longer here")
    await choose("Hold")
    await expect(aileen.get_by_role("heading", name="Hold: ")).to_be_visible()
    await aileen.get_by_label("Why it has to stay").fill("A claim")
    await send()
    await choose("Release")
    await expect(aileen.locator(".sheet")).to_be_hidden()

    await typed(joe, "Joe Bennett", "/subjectaccess")
    await joe.get_by_label("Or their name").fill("Mr Griffiths")
    await no_barriers(page)
    await page.keyboard.press("Enter")
    await expect(joe.locator(".window").get_by_text("Noted.")).to_be_visible()
    await no_barriers(page)
    await page.keyboard.press("Escape")
    await said(page, "aileen", "A request for data has come:")
    await button(page, "aileen", "Open").click()
    await expect(aileen.locator(".window").get_by_text("Mr Griffiths")).to_be_visible()
    await expect(aileen.locator(".window").get_by_text("It may touch 1 thing that you may read.")).to_be_visible()
    await no_barriers(page)
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
