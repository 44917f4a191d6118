"""The whole story in a browser, by mouse and by keyboard alone: two people's chats keep each other up to date."""

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Open, no_barriers

FIRST = "Year 4 went to the harbour today."
SECOND = "Year 4 went to Poole harbour today."
THIRD = "Year 4 went to Poole harbour on Monday."
REASON = "Please say which harbour."


def pane(page: Page, who: str) -> Locator:
    return page.locator(f"#pane-{who}")


def button(page: Page, who: str, name: str) -> Locator:
    """The newest button of that name in somebody's chat."""
    return pane(page, who).get_by_role("list").get_by_role("button", name=name).last


async def said(page: Page, who: str, words: str) -> None:
    """Wait for the words in the newest card but the private ones."""
    await expect(pane(page, who).locator(".message", has_text=words).last).to_be_visible()


async def test_the_story_by_mouse_in_two_windows(open_page: Open) -> None:
    staff, head = await open_page(), await open_page(color_scheme="dark")
    priya = pane(staff, "priya")
    await priya.get_by_role("combobox").click()
    await priya.get_by_role("option", name="/draftpost").click()
    await priya.get_by_role("button", name="Send as Priya Shah").click()
    await no_barriers(staff)
    await fill(staff, FIRST)
    await button(head, "ruth", "Request changes").click()
    await head.get_by_label("what should change").fill(REASON)
    await no_barriers(head)
    await pane(head, "ruth").get_by_role("button", name="Send", exact=True).click()

    await said(staff, "priya", REASON)
    await button(staff, "priya", "Edit").click()
    await fill(staff, SECOND)
    await said(head, "ruth", "Version")
    await expect(pane(head, "ruth").locator("ins", has_text="Poole").last).to_be_visible()
    await no_barriers(head)
    await button(head, "ruth", "Approve").click()

    await said(staff, "joe", "ready for School Facebook page")
    await said(staff, "priya", "ready for School Facebook page")
    await no_barriers(staff)
    await button(staff, "priya", "Edit").click()
    await expect(priya.get_by_text("that approval no longer counts")).to_be_visible()
    await fill(staff, THIRD)
    await said(head, "ruth", "no longer counts")
    await expect(pane(staff, "joe").get_by_role("button", name="Mark as posted")).to_have_count(0)
    await button(head, "ruth", "Approve").click()

    await said(staff, "joe", THIRD)
    await button(staff, "joe", "Mark as posted").click()
    await pane(staff, "joe").get_by_label("Link").fill("https://facebook.example/harbour/1")
    await pane(staff, "joe").get_by_role("button", name="Send", exact=True).click()
    await said(head, "ruth", "Posted by Joe Bennett")
    await said(staff, "priya", "Posted by Joe Bennett")
    await expect(button(head, "ruth", "Approve")).to_have_count(0)
    heard = await pane(staff, "priya").locator("[data-status] p").all_inner_texts()
    assert heard[-1:] != heard[-2:-1], "several messages about one post changed, and that is said once"
    await no_barriers(head)


async def fill(page: Page, text: str) -> None:
    """Fill in Priya's form and send it."""
    priya = pane(page, "priya")
    await priya.get_by_label("Text").fill(text)
    await priya.get_by_label("Account").select_option(label="School Facebook page")
    await priya.get_by_role("button", name="Send", exact=True).click()
    await expect(priya.get_by_role("dialog")).to_be_hidden()


class Keys:
    """Somebody who has only a keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def go_to(self, place: int) -> None:
        await self.page.keyboard.press(f"Alt+{place}")

    async def reach(self, wanted: Locator, key: str = "Tab") -> None:
        """Press Tab until the wanted thing has the focus, and check that this can be seen."""
        await wanted.wait_for()
        for _ in range(120):
            if await wanted.evaluate("element => element === document.activeElement"):
                break
            await self.page.keyboard.press(key)
        await expect(wanted).to_be_focused()
        assert await wanted.evaluate("element => element.matches(':focus-visible')")
        assert await wanted.evaluate("element => getComputedStyle(element).outlineStyle") != "none"

    async def press(self, wanted: Locator, key: str = "Shift+Tab") -> None:
        await self.reach(wanted, key)
        await self.page.keyboard.press("Enter")

    async def retype(self, text: str) -> None:
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.type(text)

    async def send(self, who: str) -> None:
        await self.press(pane(self.page, who).get_by_role("button", name="Send", exact=True), "Tab")
        await expect(pane(self.page, who).get_by_role("dialog")).to_be_hidden()


async def test_the_story_by_keyboard_alone(page: Page) -> None:
    keys, text = Keys(page), pane(page, "priya").get_by_label("Text")
    await keys.go_to(1)
    await page.keyboard.type("/dr")
    await page.keyboard.press("ArrowDown")
    box = pane(page, "priya").get_by_role("combobox")
    await expect(box).to_have_attribute("aria-activedescendant", "list-priya-0")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("/draftpost ")
    await page.keyboard.press("Enter")
    await expect(text).to_be_focused()
    await page.keyboard.type(FIRST)
    await keys.reach(pane(page, "priya").get_by_label("Account"))
    await page.keyboard.type("School F")
    await keys.send("priya")
    await expect(box).to_be_focused()

    await keys.go_to(2)
    await keys.press(button(page, "ruth", "Request changes"))
    await expect(page.get_by_label("what should change")).to_be_focused()
    await page.keyboard.type(REASON)
    await keys.send("ruth")

    await keys.go_to(1)
    await said(page, "priya", REASON)
    await keys.press(button(page, "priya", "Edit"))
    await expect(text).to_be_focused()
    await keys.retype(SECOND)
    await keys.send("priya")

    await keys.go_to(2)
    await said(page, "ruth", "What changed")
    await keys.press(button(page, "ruth", "Approve"))
    await said(page, "joe", "ready for")
    assert await page.evaluate("document.activeElement !== document.body"), "whoever pressed is still somewhere"

    await keys.go_to(1)
    await keys.press(button(page, "priya", "Edit"))
    await expect(pane(page, "priya").get_by_label("Text", exact=True)).to_be_focused()
    await keys.retype(THIRD)
    await keys.send("priya")
    await keys.go_to(2)
    await said(page, "ruth", "no longer counts")
    await keys.press(button(page, "ruth", "Approve"))

    await keys.go_to(3)
    await said(page, "joe", THIRD)
    await keys.press(button(page, "joe", "Mark as posted"))
    await keys.send("joe")
    await said(page, "ruth", "Posted by Joe Bennett")
    await said(page, "priya", "Posted by Joe Bennett")
