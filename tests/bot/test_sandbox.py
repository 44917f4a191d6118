"""The sandbox over HTTP: who gets in, what is carried out, what the clock does, and starting again."""

import os
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from bot.sandbox import Sandbox, start_sandbox
from tests.fakes.sandbox_page import SandboxPage, Upload, hidden

MONDAY = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
"""A working Monday in winter: 09:12 in London."""

TEXT = "Year 4 went to the harbour today."


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = await start_sandbox(start=MONDAY)
    yield running
    await running.close()


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[SandboxPage]:
    async with SandboxPage(sandbox) as page:
        yield page


async def draft(page: SandboxPage, text: str = TEXT) -> None:
    asked = await page.say("priya", "/draftpost")
    answer = await page.fill_in("priya", asked, {"text:text": text, "choice:account": "facebook"})
    assert answer == {"reply": "said"}


# Who gets in


async def test_the_page_needs_nothing_from_elsewhere_and_keeps_to_itself(page: SandboxPage) -> None:
    response = await page.get("")
    html = await response.text()
    assert "http://" not in html
    assert "https://" not in html
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "[::1"])
async def test_a_name_that_is_not_this_machines_is_turned_away(page: SandboxPage, host: str) -> None:
    for path in ("", "events", "page/app.js", "pictures/x"):
        assert (await page.get(path, Host=host)).status == 403


@pytest.mark.parametrize(
    "headers",
    [{"X-Exeat-Token": "other"}, {"X-Exeat-Token": ""}, {"Origin": "http://evil.example"}, {"Origin": "null"}],
)
async def test_another_sites_page_cannot_press_anything(page: SandboxPage, headers: dict[str, str]) -> None:
    for path in ("say", "press", "send", "dismiss", "clock", "reset"):
        response = await page.send(path, headers, who="priya", text="/posts", nonce=str(uuid4()), by="day")
        assert response.status == 403
    assert page.sandbox.table.world.surface.messages("priya") == []


async def test_it_listens_on_this_machine_only() -> None:
    with pytest.raises(ValueError, match="this machine only"):
        await start_sandbox("0.0.0.0")


@pytest.mark.parametrize("name", ["../running.py", "..%2frunning.py", "index.html", "nothing.js"])
async def test_only_the_pages_own_files_are_served(page: SandboxPage, name: str) -> None:
    assert (await page.get(f"page/{name}")).status == 404


NONCE = "0" * 16


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("say", {"who": "nobody", "text": "/posts", "nonce": NONCE}),
        ("say", {"who": "priya", "text": "/posts", "nonce": "short"}),
        ("say", {"who": "priya", "text": "/posts"}),
        ("press", {"who": "priya", "verb": "x", "version": "one", "nonce": NONCE}),
        ("press", {"who": "priya", "verb": "x", "version": "1", "record": "post", "nonce": NONCE}),
        ("press", {"who": "priya", "verb": "x", "version": "1", "payload": "[]", "nonce": NONCE}),
        ("press", {"who": "priya", "verb": "x", "version": "1", "payload": "{", "nonce": NONCE}),
        ("send", {"who": "priya", "verb": "x", "version": "1", "field:moment:w": "then", "nonce": NONCE}),
        ("send", {"who": "priya", "verb": "x", "version": "1", "field:date:d": "then", "nonce": NONCE}),
        ("send", {"who": "priya", "verb": "x", "version": "1", "field:person:p": "ann", "nonce": NONCE}),
        ("send", {"who": "priya", "verb": "x", "version": "1", "field:colour:c": "red", "nonce": NONCE}),
        ("send", {"who": "priya", "verb": "x", "version": "1", "ask": '{"verb": 1}', "nonce": NONCE}),
        ("dismiss", {"who": "nobody", "id": "m1"}),
        ("clock", {"to": "some day"}),
        ("clock", {}),
    ],
)
async def test_what_the_page_could_not_have_sent_is_a_400(
    page: SandboxPage, path: str, fields: dict[str, str]
) -> None:
    response = await page.send(path, {}, **fields)
    assert response.status == 400
    assert "Traceback" not in await response.text()


# What is carried out


async def test_a_post_goes_from_its_author_to_the_headteacher_and_back(page: SandboxPage) -> None:
    await draft(page)
    asked = await page.press("ruth", await page.card("ruth", "Request changes"), "Request changes")
    await page.fill_in("ruth", asked, {"text:reason": "Please say which harbour."})
    card = await page.card("priya", "Please say which harbour.", ">Edit<")
    edited = await page.press("priya", card, "Edit")
    await page.fill_in("priya", edited, {"text:text": f"{TEXT} Poole.", "choice:account": "facebook"})
    await page.press("ruth", await page.card("ruth", "Poole.", ">Approve<"), "Approve")
    ready = await page.card("joe", f"{TEXT} Poole.", ">Mark as posted<")
    link = await page.press("joe", ready, "Mark as posted")
    await page.fill_in("joe", link, {"text:link": "https://facebook.example/1"})
    await page.card("ruth", "Posted")
    assert page.talks["tom"] == page.talks["aileen"] == {}


async def test_the_same_form_sent_twice_makes_one_post(page: SandboxPage) -> None:
    asked = await page.say("priya", "/draftpost")
    fields = {"text:text": TEXT, "choice:account": "facebook"}
    await page.fill_in("priya", asked, fields)
    await page.fill_in("priya", asked, fields)
    other = await page.fill_in("priya", asked, {**fields, "text:text": "Something else."})
    assert "already received as P-1" in other["said"]
    await page.card("ruth", "P-1")
    assert "P-2" not in str(page.talks)


async def test_a_form_that_came_back_with_errors_is_taken_once_it_is_right(page: SandboxPage) -> None:
    asked = await page.say("priya", "/draftpost")
    back = await page.fill_in(
        "priya", asked, {"text:text": TEXT, "choice:account": "facebook", "moment:planned": "2026-11-20T10:00"}
    )
    assert back["reply"] == "invalid"
    assert "That time has passed" in back["html"]
    assert TEXT in back["html"]
    assert 'value="2026-11-20T10:00"' in back["html"]
    assert hidden(back["html"])["nonce"] == hidden(asked["html"])["nonce"]
    again = {"text:text": TEXT, "choice:account": "facebook", "moment:planned": "2026-11-27T10:00"}
    assert (await page.fill_in("priya", back, again))["reply"] == "said"
    await page.card("ruth", "Fri 27 November 2026, 10:00")


async def test_a_button_inside_a_form_keeps_what_was_typed(page: SandboxPage) -> None:
    asked = await page.say("priya", "/draftpost")
    more = '{"verb": "post.more", "payload": {"pictures": "1"}}'
    sent = {**hidden(asked["html"]), "field:text:text": TEXT, "field:choice:account": "x"}
    wider = await page.answer("send", who="priya", ask=more, **sent)
    assert wider["reply"] == "form"
    assert TEXT in wider["html"]
    assert '<option value="x" selected>' in wider["html"]
    assert 'type="file"' in wider["html"]


@pytest.mark.parametrize("line", ["hello", "/nonsense", "post.approve", "due", "/ posts", "//"])
async def test_whatever_is_no_command_is_answered_with_what_is(page: SandboxPage, line: str) -> None:
    assert await page.say("priya", line) == {"reply": "said"}
    message = await page.card("priya", "/draftpost", "/posts")
    assert "Only you can see this" in message["html"]
    assert "no command that Exeat knows, and was passed on to nobody" in message["html"]


@pytest.mark.parametrize("line", ["/exeat", "exeat help", "Help?", "?"])
async def test_whoever_asks_for_help_is_not_told_that_they_erred(page: SandboxPage, line: str) -> None:
    await page.say("priya", line)
    message = await page.card("priya", "/draftpost", "/posts")
    assert "no command that Exeat knows" not in message["html"]


async def test_nobody_decides_for_the_headteacher(page: SandboxPage) -> None:
    await draft(page)
    card = await page.card("ruth", ">Approve<")
    await page.press("aileen", card, "Approve")
    await page.card("aileen", "not yours to decide")
    await page.press("priya", card, "Approve")
    await page.card("priya", "cannot decide on your own post")
    await page.press("ruth", card, "Approve")
    await page.card("joe", "ready for")


async def test_a_private_answer_is_seen_by_one_person_and_can_be_put_away(page: SandboxPage) -> None:
    await page.say("priya", "/posts")
    message = await page.card("priya", "Only you can see this")
    assert not any(page.talks[who] for who in ("ruth", "joe", "tom", "aileen"))
    await page.answer("dismiss", who="ruth", id=message["id"])
    assert message["id"] in page.talks["priya"]
    await page.answer("dismiss", who="priya", id=message["id"])
    await page.until(lambda: message["id"] not in page.talks["priya"])


async def test_a_message_that_is_not_private_cannot_be_put_away(page: SandboxPage) -> None:
    await draft(page)
    message = await page.card("ruth", ">Approve<")
    await page.answer("dismiss", who="ruth", id=message["id"])
    assert message["id"] in {each.id for each in page.sandbox.table.world.surface.messages("ruth")}


async def test_whoever_comes_back_finds_everything_as_it_stands(page: SandboxPage) -> None:
    await draft(page)
    await page.press("ruth", await page.card("ruth", ">Approve<"), "Approve")
    await page.card("joe", "ready for")
    await page.card("ruth", "Approved")
    async with SandboxPage(page.sandbox) as later:
        assert [each["html"] for each in later.talks["ruth"].values()] == [
            each["html"] for each in page.talks["ruth"].values()
        ]


async def test_what_was_typed_is_text_wherever_it_is_shown(page: SandboxPage) -> None:
    await draft(page, "<img src=x onerror=alert(1)> </article><script>alert(2)</script>")
    for who in ("ruth", "priya"):
        message = await page.card(who, "&lt;script&gt;alert(2)&lt;/script&gt;")
        assert "<script" not in message["html"]
        assert "<img" not in message["html"]


# Pictures


def picture(colour: str, **saved: Any) -> bytes:
    """A JPEG of one colour."""
    held = BytesIO()
    Image.new("RGB", (64, 48), colour).save(held, "JPEG", **saved)
    return held.getvalue()


async def draft_with_picture(page: SandboxPage, content: bytes) -> dict[str, Any]:
    asked = await page.say("priya", "/draftpost")
    sent = {**hidden(asked["html"]), "payload": '{"pictures": "1"}'}
    fields = {"text:text": TEXT, "choice:account": "facebook", "choice:source": "ours"}
    fields |= {"text:alt_1": "A red boat", "choice:who_1": "nobody"}
    file = {"field:file:picture_1": Upload(content, "boat.jpg")}
    return await page.answer("send", who="priya", **sent, **{f"field:{n}": v for n, v in fields.items()}, **file)


async def test_the_headteacher_sees_the_picture_cleaned_by_a_link_that_is_the_pages_own(page: SandboxPage) -> None:
    exif = Image.Exif()
    exif[0x010E] = "where the boat lies"
    content = picture("red", exif=exif)
    assert await draft_with_picture(page, content) == {"reply": "said"}
    card = await page.card("ruth", "<img")
    link = re.search(r'<img src="/([^"]*)" alt="A red boat">', card["html"])
    assert link
    shown = await page.get(link[1])
    assert (shown.status, shown.content_type) == (200, "image/jpeg")
    cleaned = await shown.read()
    assert b"where the boat lies" in content
    assert b"where the boat lies" not in cleaned
    assert Image.open(BytesIO(cleaned)).size == (64, 48)
    assert (await page.get(f"{link[1][:-4]}AAAA")).status == 404


async def test_what_is_no_picture_never_reaches_the_headteacher(page: SandboxPage) -> None:
    await draft_with_picture(page, b"<svg onload=alert(1)>")
    await page.card("priya", "boat.jpg", "not a picture")
    assert page.talks["ruth"] == {}


# The clock


async def test_moving_the_clock_shows_each_reminder_at_its_own_time(page: SandboxPage) -> None:
    await draft(page)
    await page.card("ruth", ">Approve<")
    answer = await page.answer("clock", by="day")
    assert (answer["day"], answer["time"][:4]) == ("Tue 24 November 2026", "09:1")
    first = await page.card("ruth", "Still waiting: P-1")
    assert "Mon 23 Nov, 13:1" in first["html"]
    digest = await page.card("ruth", "Tue 24 Nov, 08:00")
    assert list(page.talks["ruth"]).index(digest["id"]) > list(page.talks["ruth"]).index(first["id"])
    times = [data["time"] for name, data in page.news if name == "clock"]
    assert "08:00" in times


async def test_the_next_working_morning_skips_the_weekend(page: SandboxPage) -> None:
    await page.answer("clock", to="2026-11-27T18:00")
    out = await page.answer("clock", by="hour")
    assert (out["time"][:2], out["staffed"], out["said"]) == ("19", False, "Out of hours")
    weekend = await page.answer("clock", by="day")
    assert weekend["said"] == "Out of hours: a Saturday"
    morning = await page.answer("clock", by="morning")
    assert (morning["day"], morning["time"], morning["staffed"]) == ("Mon 30 November 2026", "08:00", True)


async def test_a_day_is_a_day_by_the_schools_clocks_also_when_they_change(page: SandboxPage) -> None:
    await page.answer("clock", to="2027-03-27T12:00")
    assert (await page.answer("clock", by="day"))["time"] == "12:00"


async def test_the_clock_never_goes_back_and_not_far_too_far(page: SandboxPage) -> None:
    back = await page.answer("clock", to="2026-11-23T09:00")
    assert back["reply"] == "problem"
    assert "has passed" in back["said"]
    far = await page.answer("clock", to="2028-11-23T09:00")
    assert far["reply"] == "problem"
    assert (await page.answer("clock", by="hour"))["day"] == "Mon 23 November 2026"


# Starting again


async def test_a_reset_starts_again_with_nothing(page: SandboxPage) -> None:
    await draft(page)
    await page.card("ruth", "P-1")
    before = page.sandbox.table
    folder, edition = Path(before.world.kept.folder.name), before.edition
    assert folder.stat().st_mode & 0o077 == 0
    await page.answer("clock", by="day")
    await page.answer("reset")
    await page.until(lambda: any(name == "reset" for name, _ in page.news))
    assert not folder.exists()
    assert before.edition != edition
    async with SandboxPage(page.sandbox) as fresh:
        assert not any(fresh.talks.values())
        assert fresh.news[0][1]["clock"]["day"] == "Mon 23 November 2026"
        await draft(fresh)
        await fresh.card("ruth", "P-1")


async def test_it_never_touches_the_schools_own_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_DATA", str(tmp_path))
    sandbox = await start_sandbox(start=MONDAY)
    async with SandboxPage(sandbox) as page:
        await draft(page)
        await page.card("ruth", "P-1")
    folder = Path(sandbox.table.world.kept.folder.name)
    await sandbox.close()
    assert os.listdir(tmp_path) == []
    assert not folder.exists()


async def test_a_page_that_is_open_does_not_keep_the_sandbox_from_stopping() -> None:
    sandbox = await start_sandbox(start=MONDAY)
    async with SandboxPage(sandbox):
        await sandbox.close()
