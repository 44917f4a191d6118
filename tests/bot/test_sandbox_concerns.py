"""A concern in the sandbox: the whole climb as the clock moves, by chat, by e-mail, and again in the morning."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.sandbox import start_sandbox
from tests.fakes.sandbox_page import SandboxPage

MONDAY = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
"""A working Monday in winter: 09:12 in London."""

SECRET = "He shut the door and I heard shouting."

LADDER = ("aileen", "tom", "ruth", "grace")
"""The DSL, her deputy, the headteacher, the chair."""


@pytest.fixture
async def page() -> AsyncIterator[SandboxPage]:
    running = await start_sandbox(start=MONDAY)
    async with SandboxPage(running) as page:
        yield page
    await running.close()


async def tell(page: SandboxPage) -> str:
    """Priya tells of a colleague, no child at risk; the reference."""
    asked = await page.say("priya", "/concern")
    asked = await page.fill_in("priya", asked, {"choice:about": "colleague", "choice:risk": "no"})
    asked = await page.fill_in("priya", asked, {"text:name": "Mr Bell, who does supply"})
    sent = await page.fill_in("priya", asked, {"text:what": SECRET})
    assert "Sent. Not seen yet." in sent["html"]
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", sent["html"])
    assert found is not None
    return found[0]


def got(page: SandboxPage, who: str) -> list[tuple[str, bool]]:
    """When each of somebody's alerts came, and whether by e-mail, oldest first."""
    alerts = [re.sub(r"<[^>]*>", "", each["html"]) for each in page.talks[who].values()]
    for alert in alerts:
        assert "Exeat needs opening" in alert
        for word in (SECRET, "Bell", "Priya", "concern", "safeguarding"):
            assert word not in alert
    times = [re.search(r"\w{3} \d+ Nov, \d\d:\d\d", alert) for alert in alerts]
    mails = ["By e-mail" in alert for alert in alerts]
    return [(time[0], mail) for time, mail in zip(times, mails, strict=True) if time]


async def test_the_whole_climb_and_again_in_the_morning(page: SandboxPage) -> None:
    reference = await tell(page)
    await page.answer("clock", by="hour")
    await page.answer("clock", by="hour")
    await page.until(lambda: all(len(page.talks[who]) > 1 for who in LADDER))
    assert [got(page, who)[0] for who in LADDER] == [
        ("Mon 23 Nov, 09:12", False),
        ("Mon 23 Nov, 09:27", False),
        ("Mon 23 Nov, 09:42", False),
        ("Mon 23 Nov, 09:57", False),
    ]
    assert [got(page, who)[1:] for who in LADDER] == [[("Mon 23 Nov, 10:12", True)]] * 4
    told = await page.card("priya", reference.split("-")[1], "Please do not wait for Exeat, and ring now.")
    assert "Mon 23 Nov, 10:27" in told["html"]
    assert "01632 960100" in told["html"]
    await page.answer("clock", to="2026-11-24T08:20")
    await page.until(lambda: len(page.talks["tom"]) > 2)
    assert [got(page, who)[2:] for who in LADDER] == [
        [("Tue 24 Nov, 08:00", False)],
        [("Tue 24 Nov, 08:15", False)],
        [],
        [],
    ]
    alert = await page.card("aileen", "Exeat needs opening")
    opened = await page.press("aileen", alert, "Open")
    assert SECRET in opened["html"]
    await page.press("aileen", alert, "Acknowledge")
    await page.card("priya", "sent, seen")
    await page.answer("clock", to="2026-11-24T12:00")
    assert page.talks["joe"] == {}
    assert [len(page.talks[who]) for who in LADDER] == [3, 3, 2, 2]


async def test_whoever_is_away_is_passed_over_and_their_delegate_hears_nothing(page: SandboxPage) -> None:
    asked = await page.say("aileen", "/away")
    days = {"date:first": "2026-11-23", "date:last": "2026-11-24", "person:delegate": "sandbox:demo:joe"}
    assert (await page.fill_in("aileen", asked, days))["reply"] == "said"
    await page.card("joe", "nothing goes out until")  # that he stands in for her, which is about posts
    await tell(page)
    await page.card("tom", "Exeat needs opening")
    assert got(page, "tom") == [("Mon 23 Nov, 09:12", False)]
    assert not [each for each in page.talks["aileen"].values() if "needs opening" in each["html"]]
    assert len(page.talks["joe"]) == 1
