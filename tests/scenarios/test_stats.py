"""How quickly the school answers, as a picture whose numbers can also be read, on every chat."""

import base64
import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from cards.chart import WIDTH
from tests.fakes.school import HEAD, MONDAY, OWNER, TEACHER
from tests.fakes.slack_desk import user
from tests.scenarios.chat import PATIENCE, Chat
from tests.scenarios.chats import CHATS
from tests.scenarios.mixed import Mixed
from tests.scenarios.on_slack import OnSlack
from tests.scenarios.on_teams import OnTeams
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, serving
from tests.scenarios.test_comments import log

pytestmark = pytest.mark.parametrize("on", CHATS)

DATA = "data:image/png;base64,"

Seen = tuple[bytes, str]
"""A picture's bytes, and its alt text."""


async def asked(chat: Chat, name: str) -> list[Seen]:
    """The pictures in the answer to somebody who asks for response times, whatever chat they are on."""
    own = chat.of(name) if isinstance(chat, Mixed) else chat
    if isinstance(own, OnSlack):
        return await on_slack(own, name)
    assert isinstance(own, OnTeams)
    said = await own.teams.command(name, "/comments stats")
    [answer] = await own.until(lambda: said.messages, PATIENCE)
    images = [part for part in answer.card["body"] if part["type"] == "Image"]
    return [(base64.b64decode(image["url"].removeprefix(DATA), validate=True), image["altText"]) for image in images]


async def on_slack(chat: OnSlack, name: str) -> list[Seen]:
    """The same on Slack."""
    before = len(chat.slack.ephemerals)
    await chat.slack.command(user(name), "/comments", "stats")
    [answer] = await chat.until(lambda: chat.slack.ephemerals[before:], PATIENCE)
    assert answer.ephemeral_to == user(name)
    images = [block for block in answer.blocks if block["type"] == "image"]
    return [(chat.slack.files[image["slack_file"]["id"]].content, image["alt_text"]) for image in images]


async def test_response_times_are_a_picture_that_can_be_read(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school, clock = School(chat), HandClock()
        async with serving(chat, tmp_path / "data", clock=clock):
            await log(school, TEACHER, "When does term begin?")
            card = await school.card(OWNER, "C-1: comment on Harbour page", button="Not for us")
            clock.move_to(MONDAY + timedelta(hours=2))
            await log(school, TEACHER, "And when does it end?")
            form = await school.form(OWNER, await school.card(OWNER, "C-2", button="Answered"), "Answered")
            assert await school.send(OWNER, form, {"Text": "It ends on the 20th."}) == {}
            await school.press(HEAD, await school.card(HEAD, "In reply to C-2", button="Approve"), "Approve")
            ready = await school.card(OWNER, "P-1 is approved: ready for", button="Mark as posted")
            clock.move_to(MONDAY + timedelta(hours=5))
            form = await school.form(OWNER, ready, "Mark as posted")
            assert await school.send(OWNER, form, {"Link": "https://example.org/reply"}) == {}
            await school.card(OWNER, "C-2", "Answered by Olu")
            assert "C-1" in card.shown_text()
            [(content, alt)] = await asked(chat, OWNER)
            picture = Image.open(io.BytesIO(content))
            assert (picture.format, picture.width) == ("PNG", 2 * WIDTH)
            numbers = "1 of 1 in time; half within 3 hours, the longest 3 hours; 1 with time left"
            assert f"Harbour page: Mar 2027: {numbers}. Feb 2027: no comments." in alt
            clock.move_to(MONDAY + timedelta(hours=26))
            [(later, said)] = await asked(chat, OWNER)
            assert "Mar 2027: 1 of 2 in time; half within 3 hours" in said
            assert later != content
