"""Holding a record in a browser, and letting go of it."""

from playwright.async_api import expect

from tests.browser.conftest import Open, no_barriers
from tests.browser.test_incidents import sent, typed
from tests.browser.test_story import button, fill, pane, said


async def test_a_record_is_held_and_released(open_page: Open) -> None:
    page = await open_page()
    priya, ruth = pane(page, "priya"), pane(page, "ruth")
    await typed(priya, "Priya Shah", "/draftpost")
    await fill(page, "Sports day is on Friday.")
    await said(page, "ruth", "P-1")
    await typed(ruth, "Ruth Adeyemi", "/holds")
    await said(page, "ruth", "No record is held.")
    await button(page, "ruth", "Hold").click()
    await no_barriers(page)
    await ruth.get_by_role("textbox", name="Record").fill("P-9")
    await ruth.get_by_role("textbox", name="Why").fill("Claim 4711")
    await sent(ruth)
    await expect(ruth.get_by_text("There is nothing here for you under that name")).to_be_visible()
    await ruth.get_by_role("textbox", name="Record").fill("p-1")
    await sent(ruth)
    await said(page, "ruth", "P-1: Claim 4711")
    await no_barriers(page)
    await button(page, "ruth", "Release").click()
    await said(page, "ruth", "No record is held.")
    await typed(priya, "Priya Shah", "/holds")
    await said(page, "priya", "Only the headteacher and the data protection officer can hold a record.")
