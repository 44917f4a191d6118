"""An incident in a browser: reported in a window, read in one, assessed, done, and nothing of it in any chat."""

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Open, no_barriers
from tests.browser.test_story import button, pane, said

SECRET = "A list with the pupils' addresses was sent to every parent."


async def typed(pane: Locator, player: str, line: str) -> None:
    """A command typed in somebody's pane."""
    await pane.get_by_role("combobox").fill(line)
    await pane.get_by_role("button", name=f"Send as {player}").click()


async def sent(pane: Locator) -> None:
    """The form in the pane is sent."""
    await pane.get_by_role("button", name="Send", exact=True).click()


async def nowhere(page: Page, words: str) -> None:
    """The words stand in no message of anybody's."""
    await expect(page.locator(".messages").get_by_text(words)).to_have_count(0)


async def test_an_incident_from_the_report_to_the_end(open_page: Open) -> None:
    page = await open_page()
    priya, ruth, tom = (pane(page, who) for who in ("priya", "ruth", "tom"))
    await typed(priya, "Priya Shah", "/reportincident")
    await no_barriers(page)
    await priya.get_by_label("What happened").fill(SECRET)
    await priya.get_by_label("Are personal data involved?").select_option(label="Yes")
    await sent(priya)
    await expect(priya.get_by_text("Please say when somebody at the school first knew")).to_be_visible()
    await priya.get_by_label("When the school first knew").fill("2026-11-23T08:00")
    await no_barriers(page)
    await sent(priya)
    await said(page, "priya", "It is with Ruth Adeyemi, headteacher.")
    for who in ("ruth", "joe"):
        await said(page, who, "I-1: an incident")
        await said(page, who, "70 hours left")
    await nowhere(page, SECRET)

    await button(page, "ruth", "Open").click()
    await expect(ruth.locator(".window").get_by_text(SECRET)).to_be_visible()
    await no_barriers(page)
    await ruth.locator(".window").get_by_role("button", name="Add note: I-1").click()
    await ruth.get_by_label("Text").fill("Rang the office.")
    await sent(ruth)
    await button(page, "ruth", "Open").click()
    await expect(ruth.locator(".window").get_by_text("Rang the office.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(ruth.locator(".window")).to_have_count(0)

    await button(page, "ruth", "Assess").click()
    await ruth.get_by_label("Why").fill("It went to ninety families.")
    await ruth.get_by_label("A colleague it needs").select_option(label="Tom Griffiths")
    await ruth.get_by_label("Their task").fill("Ask everybody to delete it.")
    await no_barriers(page)
    await sent(ruth)
    await said(page, "ruth", "Assessed by Ruth Adeyemi: serious.")
    await said(page, "tom", "TASK-1: a task for you")
    await button(page, "tom", "Open").click()
    await expect(tom.locator(".window").get_by_text("Ask everybody to delete it.")).to_be_visible()
    await expect(tom.locator(".window").get_by_text(SECRET)).to_have_count(0)
    await tom.locator(".window").get_by_role("button", name="Done").click()
    await tom.get_by_label("What you did").fill("They have.")
    await sent(tom)
    await said(page, "tom", "Done. Thank you.")

    await page.get_by_role("button", name="+1 day").click()
    await said(page, "joe", "personal data, 48 hours left of 72 hours")
    await button(page, "joe", "Data decision").last.click()
    await pane(page, "joe").get_by_label("Decision", exact=True).select_option(label="Reported to the ICO")
    await pane(page, "joe").get_by_label("Because").fill("Addresses went to strangers.")
    await sent(pane(page, "joe"))
    await said(page, "ruth", "Reported to the ICO; Joe Bennett")
    await button(page, "ruth", "Close").last.click()
    await ruth.get_by_label("Outcome").fill("Action was taken.")
    await sent(ruth)
    await said(page, "ruth", "Closed by Ruth Adeyemi.")
    await said(page, "priya", "It is closed")
    for words in (SECRET, "Rang the office.", "ninety families", "Ask everybody", "They have.", "Action was taken."):
        await nowhere(page, words)
    await no_barriers(page)


async def test_a_picture_that_may_show_a_child_is_stopped_at_the_first_question(open_page: Open) -> None:
    page = await open_page()
    priya = pane(page, "priya")
    await typed(priya, "Priya Shah", "/compromisingpicture")
    await expect(priya.locator("input[type=file]")).to_have_count(0)
    await priya.get_by_label("Could it be a nude or sexual picture of a child?").select_option(label="Not sure")
    await sent(priya)
    await expect(priya.locator(".window").get_by_text("Ring the Designated Safeguarding Lead")).to_be_visible()
    await no_barriers(page)
