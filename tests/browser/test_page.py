"""The page itself: forms that keep what was typed, the clock, small windows, what is announced, what stays inert."""

import io

import pytest
from PIL import Image
from playwright.async_api import Locator, Page, expect

from bot.sandbox import Sandbox
from tests.browser.conftest import Open, no_barriers
from tests.browser.test_story import button, fill, pane, said


def jpeg() -> bytes:
    """A small picture."""
    held = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(held, "JPEG")
    return held.getvalue()


async def say(page: Page, who: str, text: str) -> Locator:
    """Type a line into somebody's box; gives their chat."""
    box = pane(page, who).get_by_role("combobox")
    await box.fill(text)
    await box.press("Enter")
    return pane(page, who)


async def draft(page: Page, text: str) -> None:
    await say(page, "priya", "/draftpost")
    await fill(page, text)


async def errors_of(page: Page, box: Locator) -> str:
    """What a screen reader says of a box beside its label."""
    ids = (await box.get_attribute("aria-describedby") or "").split()
    return " ".join([await page.locator(f"[id='{id}']").inner_text() for id in ids])


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_part_of_the_page_is_free_of_barriers(open_page: Open, scheme: str) -> None:
    page = await open_page(color_scheme=scheme)
    await no_barriers(page)
    for opener in ("Help", "Choose…", "Start again"):
        await page.get_by_role("button", name=opener).click()
        await no_barriers(page)
        await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Help").click()
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await pane(page, "tom").get_by_role("combobox").press("ArrowDown")
    await no_barriers(page)
    priya = await say(page, "priya", "/draftpost Ring 07700 900123")
    await priya.get_by_role("button", name="Add a picture").click()
    await priya.get_by_role("button", name="Send", exact=True).click()
    await expect(priya.locator("[aria-invalid]").first).to_be_focused()
    await no_barriers(page)
    await priya.get_by_role("button", name="Cancel").click()
    await draft(page, "Ring 07700 900123")
    await button(page, "ruth", "History").click()
    await say(page, "joe", "/nonsense")
    await say(page, "tom", "/away")
    await no_barriers(page)


async def test_what_the_browser_can_see_is_wrong_is_said_before_anything_is_sent(page: Page) -> None:
    priya = await say(page, "priya", "/draftpost")
    await priya.get_by_role("button", name="Send", exact=True).click()
    text = priya.get_by_label("Text")
    await expect(text).to_be_focused()
    assert "Please fill in: Text." in await errors_of(page, text)
    assert "Please choose: Account." in await errors_of(page, priya.get_by_label("Account"))
    await expect(priya.locator("[data-status]")).to_contain_text("2 to put right")


async def test_what_was_wrong_with_a_box_is_taken_away_as_it_is_put_right(page: Page) -> None:
    priya = await say(page, "priya", "/draftpost Boats")
    account = priya.get_by_label("Account")
    await priya.get_by_role("button", name="Send", exact=True).click()
    await expect(account).to_have_attribute("aria-invalid", "true")
    await account.select_option("facebook")
    await expect(priya.get_by_text("Please choose: Account.")).to_have_count(0)
    await expect(account).not_to_have_attribute("aria-invalid", "true")
    assert await errors_of(page, account) == ""


async def test_errors_keep_what_was_typed_and_the_file_that_was_chosen(page: Page) -> None:
    priya = await say(page, "priya", "/draftpost")
    await priya.get_by_label("Text").fill("Boats\nand more boats")
    await priya.get_by_label("Account").select_option("facebook")
    await priya.get_by_role("button", name="Add a picture").click()
    file = priya.get_by_label("Picture 1: the file")
    await expect(file).to_be_focused()
    await expect(priya.get_by_label("Text")).to_have_value("Boats\nand more boats")
    await file.set_input_files({"name": "boats.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    await expect(priya.locator(".preview img")).to_be_visible()
    assert (
        await priya.locator(".preview img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 256
    )
    await priya.get_by_role("button", name="Add another picture").click()
    assert await file.evaluate("input => input.files[0].name") == "boats.jpg"
    await expect(priya.get_by_text("Chosen: boats.jpg")).to_be_visible()
    await priya.get_by_label("Source").select_option("ours")
    await priya.get_by_role("button", name="Send", exact=True).click()
    alt = priya.get_by_label("Picture 1: what it shows")
    await expect(alt).to_be_focused()
    await expect(alt).to_have_attribute("aria-invalid", "true")
    assert await errors_of(page, alt)
    assert await file.evaluate("input => input.files[0].name") == "boats.jpg"
    await expect(priya.get_by_label("Text")).to_have_value("Boats\nand more boats")
    await expect(priya.locator("[data-status]")).to_contain_text("Not sent yet")
    await no_barriers(page)


async def test_the_picture_is_seen_by_the_headteacher_and_downloaded_by_the_office(page: Page) -> None:
    priya = await say(page, "priya", "/draftpost Boats")
    await priya.get_by_label("Account").select_option("facebook")
    await priya.get_by_role("button", name="Add a picture").click()
    await priya.get_by_label("Picture 1: the file").set_input_files(
        {"name": "boats.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    await priya.get_by_label("Picture 1: what it shows").fill("Two boats")
    await priya.get_by_label("Picture 1: who is in it").select_option("nobody")
    await priya.get_by_label("Source").select_option("ours")
    await priya.get_by_role("button", name="Send", exact=True).click()
    shown = pane(page, "ruth").get_by_role("img", name="Two boats")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 256
    await button(page, "ruth", "Approve").click()
    async with page.expect_download() as download:
        await pane(page, "joe").get_by_role("link", name="Download the picture").click()
    with Image.open(await (await download.value).path()) as saved:
        assert saved.size == (256, 256)
    await no_barriers(page)


async def test_escape_closes_a_form_only_when_nothing_would_be_lost(page: Page) -> None:
    priya = await say(page, "priya", "/draftpost")
    form = priya.get_by_role("dialog")
    await expect(form).to_have_accessible_name("Draft a post")
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    await expect(priya.get_by_role("combobox")).to_be_focused()
    await say(page, "priya", "/draftpost")
    await expect(priya.get_by_label("Text")).to_be_focused()
    await page.keyboard.type("Something")
    await page.keyboard.press("Escape")
    await expect(form).to_be_visible()
    await expect(priya.get_by_role("button", name="Cancel")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(form).to_be_hidden()


async def test_a_message_is_announced_shortly_in_its_own_chat(page: Page) -> None:
    await draft(page, "Boats")
    await said(page, "ruth", "Boats")
    status = pane(page, "ruth").get_by_role("status")
    await expect(status).to_contain_text("Ruth Adeyemi. New: P-1")
    assert len(await status.locator("p").last.inner_text()) < 200
    await expect(pane(page, "tom").get_by_role("status")).to_be_empty()


async def test_the_text_to_copy_is_copied_exactly(open_page: Open) -> None:
    page = await open_page(permissions=["clipboard-read", "clipboard-write"])
    words = "Two lines:\n  the second <b>one</b> & more “quoted” 🚢"
    await draft(page, words)
    await button(page, "ruth", "Approve").click()
    copy = pane(page, "joe").get_by_role("button", name="Copy the text")
    await copy.click()
    await expect(pane(page, "joe").get_by_text("Copied").first).to_be_attached()
    await expect(pane(page, "joe").get_by_role("status")).to_contain_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == words


async def test_nothing_that_was_typed_runs_or_becomes_a_link(page: Page) -> None:
    attack = "<script>pwned=1</script><img src=x onerror=pwned=2><a href='javascript:pwned=3'>x</a> https://a.example"
    await draft(page, attack)
    await said(page, "ruth", "<script>pwned=1</script>")
    await button(page, "ruth", "Request changes").click()
    await page.get_by_label("what should change").fill(f'"><svg onload=pwned=4> {attack}')
    await pane(page, "ruth").get_by_role("button", name="Send", exact=True).click()
    await said(page, "priya", "onload=pwned=4")
    await button(page, "priya", "Edit").click()
    await expect(pane(page, "priya").get_by_label("Text")).to_have_value(attack)
    await say(page, "joe", "/draftpost </textarea><script>pwned=5</script>")
    await expect(pane(page, "joe").get_by_label("Text")).to_have_value("</textarea><script>pwned=5</script>")
    assert await page.evaluate("typeof pwned") == "undefined"
    await expect(page.locator(".messages a, .messages img, .messages script, .sheet script")).to_have_count(0)


async def test_the_clock_moves_on_and_reminders_come(page: Page) -> None:
    clock = page.get_by_role("region", name="The school’s clock")
    await expect(clock).to_contain_text("Mon 23 November 2026")
    await expect(clock).to_contain_text("Working hours")
    await draft(page, "Boats")
    await said(page, "ruth", "Boats")
    await clock.get_by_role("button", name="+1 day").click()
    await expect(clock).to_contain_text("Tue 24 November 2026")
    await said(page, "ruth", "Still waiting: P-1")
    await expect(page.locator("#spoken")).to_contain_text("It is now Tue 24 November 2026")
    await clock.get_by_role("button", name="Choose…").click()
    box = page.get_by_label("Date and time at the school")
    await box.fill("2026-11-24T08:00")
    await page.get_by_role("button", name="Move on").click()
    await expect(page.get_by_role("alert")).to_contain_text("That moment has passed.")
    await expect(box).to_be_focused()
    await no_barriers(page)
    await box.fill("2026-11-28T10:00")
    await page.get_by_role("button", name="Move on").click()
    await expect(clock).to_contain_text("Out of hours: a Saturday")
    await clock.get_by_role("button", name="Next working morning").click()
    await expect(clock).to_contain_text("Mon 30 November 2026")


async def test_starting_again_asks_first_and_clears_every_window(open_page: Open) -> None:
    page, other = await open_page(), await open_page()
    await draft(page, "Boats")
    await said(other, "ruth", "Boats")
    await page.get_by_role("button", name="Start again").click()
    await page.get_by_role("button", name="Keep playing").click()
    await said(page, "ruth", "Boats")
    await page.get_by_role("button", name="Start again").click()
    await page.get_by_role("dialog").get_by_role("button", name="Start again").click()
    for window in (page, other):
        await expect(window.locator(".message")).to_have_count(0)
        await expect(pane(window, "ruth").get_by_text("Nothing yet.")).to_be_visible()


async def test_a_window_that_lost_the_line_catches_up(open_page: Open, sandbox: Sandbox) -> None:
    page, other = await open_page(), await open_page()
    await draft(page, "Boats")
    await said(other, "ruth", "Boats")
    sandbox.table.watchers.end()
    await draft(page, "Trains")
    for window in (page, other):
        await said(window, "ruth", "Trains")
        await expect(pane(window, "ruth").locator(".message")).to_have_count(2)
        await expect(window.locator("#line")).to_be_empty()


async def test_on_a_phone_one_person_fills_the_window_and_the_others_are_counted(open_page: Open) -> None:
    page = await open_page(390, 844, has_touch=True, is_mobile=True)
    await no_barriers(page)
    await page.locator("nav").get_by_role("link", name="Priya Shah").click()
    await expect(pane(page, "priya")).to_be_in_viewport(ratio=0.95)
    await draft(page, "A long word: " + "harbour" * 40 + " and a long text. " * 20)
    ruth = page.locator("nav").get_by_role("link", name="Ruth Adeyemi")
    await expect(ruth).to_contain_text("1 new")
    await ruth.click()
    await expect(pane(page, "ruth")).to_be_in_viewport(ratio=0.95)
    await expect(ruth).not_to_contain_text("new")
    await button(page, "ruth", "Request changes").click()
    await no_barriers(page)
    for tall in (page.locator("html"), pane(page, "ruth"), pane(page, "ruth").locator(".sheet")):
        assert await tall.evaluate("element => element.scrollWidth <= element.clientWidth")
    await pane(page, "ruth").get_by_role("button", name="Cancel").click()
    log = pane(page, "ruth").locator(".log")
    assert await log.evaluate("element => element.scrollWidth <= element.clientWidth")


async def test_at_four_times_the_size_nothing_is_out_of_reach(open_page: Open) -> None:
    page = await open_page(320, 256)
    assert await page.locator("html").evaluate("element => element.scrollWidth <= element.clientWidth")
    await draft(page, "Boats")
    await button(page, "ruth", "Approve").click()
    await said(page, "joe", "ready for")
    await no_barriers(page)


async def test_on_the_narrowest_phone_a_form_fits_and_every_button_can_be_hit(open_page: Open) -> None:
    page = await open_page(320, 640, has_touch=True)
    await say(page, "priya", "/exeat")
    await expect(pane(page, "priya").get_by_role("button", name="Dismiss")).to_be_visible()
    await say(page, "priya", "/draftpost")
    sheet = pane(page, "priya").locator(".sheet")
    await expect(sheet.get_by_label("When")).to_be_visible()
    assert await sheet.evaluate("element => element.scrollWidth <= element.clientWidth")
    heights = "all => all.map(each => each.offsetHeight).filter(each => each && each < 24)"
    assert await page.locator("button").evaluate_all(heights) == []


async def test_every_answer_is_said_aloud_though_it_is_the_same_again(page: Page) -> None:
    aloud = pane(page, "priya").locator("[data-status] p").filter(has_text="no command that Exeat knows")
    for times in (1, 2):
        await say(page, "priya", "hello")
        await expect(aloud).to_have_count(times)


async def test_whoever_reads_further_up_is_left_in_peace(page: Page) -> None:
    for number in range(6):
        await draft(page, f"Post {number}")
    await said(page, "ruth", "Post 5")
    log = pane(page, "ruth").locator(".log")
    await log.hover()
    await page.mouse.wheel(0, -5000)
    await expect(pane(page, "ruth").locator(".message").first).to_be_in_viewport(ratio=0.5)
    before = await log.evaluate("log => log.scrollTop")
    await draft(page, "One more")
    await said(page, "ruth", "One more")
    assert await log.evaluate("log => log.scrollTop") == before
    await pane(page, "ruth").get_by_role("button", name="New messages below").click()
    await expect(pane(page, "ruth").locator(".message").last).to_be_in_viewport()
