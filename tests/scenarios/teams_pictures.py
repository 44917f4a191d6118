"""A teacher at Harbour Primary who sends pictures to Exeat on Teams."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from bot.app import Program
from policy.post import Post
from tests.fakes.school import HEAD, TEACHER
from tests.fakes.teams import Message, Outcome
from tests.scenarios.chat import PATIENCE
from tests.scenarios.on_teams import OnTeams
from tests.scenarios.school import School
from tests.scenarios.serving import kept
from tests.scenarios.test_pictures import phone_picture

PUBLIC = "https://exeat.harbour.example"


FINISH = "Describe and send"


DATA = "data:image/jpeg;base64,"


POND = {
    "Picture 1: what it shows": "A pond with two ducks",
    "Picture 1: who is in it": "No people",
    "Source of the pictures": "We made it ourselves",
}


Sent = tuple[str, bytes] | bytes


class WithAddress(OnTeams):
    """A school whose Exeat can be reached from outside."""

    def environment(self) -> dict[str, Any]:
        return {**super().environment(), "exeat_public_url": PUBLIC}


def thumbnails(message: Message) -> list[bytes]:
    """The small copies that a message shows, as they stand in it."""
    images = [each for each in message.card["body"] if each["type"] == "Image"]
    assert all(image["url"].startswith(DATA) for image in images)
    return [base64.b64decode(image["url"].removeprefix(DATA), validate=True) for image in images]


def cleaned(folder: Path) -> list[bytes]:
    """The pictures that are kept."""
    return [data for path, data in kept(folder).items() if "blobs" in path.parts]


def colour(data: bytes) -> tuple[int, ...]:
    """What a picture of one colour is painted with, roughly."""
    pixel = Image.open(io.BytesIO(data)).convert("RGB").getpixel((20, 20))
    assert isinstance(pixel, tuple)
    return tuple(round(each / 100) for each in pixel)


async def kept_draft(chat: OnTeams, text: str = "Our new pond") -> Message:
    """Somebody fills in the form and wants to add a picture: the card of the draft that is kept."""
    form = await chat.command(TEACHER, "/draftpost")
    chat.teams.fill(TEACHER, form.message, {"Text": text, "Account": "Harbour page"})
    await chat.teams.press(TEACHER, form.message, "Add a picture")
    assert "is kept as a draft" in form.shown_text()
    assert form.fields() == []
    card: Message = await School(chat).card(TEACHER, "a draft", text, button=FINISH)
    return card


async def send(chat: OnTeams, *files: Sent) -> str:
    """They send pictures to the chat, and read what is said of them."""
    return await answered(chat, await chat.teams.message(TEACHER, "", files=files))


async def answered(chat: OnTeams, sent: Outcome) -> str:
    """What is said to a message of theirs, whatever else is sent to them."""
    said = await chat.teams.until(
        lambda: [each for each in sent.messages if each not in chat.inbox(TEACHER)], PATIENCE
    )
    return said[0].shown_text()


async def described(chat: OnTeams, **more: Any) -> Any:
    """They press the card's button once the picture is in, say what it shows and send it."""
    school = School(chat)
    form = await school.form(TEACHER, await school.card(TEACHER, "Not described yet.", button=FINISH), FINISH)
    errors = await school.send(TEACHER, form, POND | more)
    assert not errors, errors
    return form


async def posts(program: Program) -> list[Post]:
    """All of them, newest first."""
    async with program.dispatch.store.transaction("harbour") as tx:
        return await tx.find(Post, limit=100)


SENT: dict[str, tuple[Callable[[bytes], Sent], str]] = {
    "a file": (lambda data: ("IMG_1.jpg", data), "file"),
    "pasted": (lambda data: data, "attachment"),
}
"""How a picture is sent, and what Exeat then asks for."""


async def mended(chat: OnTeams, told: str) -> None:
    """The author is told in words, the head of nothing; another picture sent to the chat goes its way."""
    school, fake = School(chat), chat.teams
    await school.card(TEACHER, told, "It is left out.", "Send another picture here in the chat", button=FINISH)
    assert school.inbox(HEAD) == []
    fake.faults.none()
    assert "is with P-1" in await send(chat, ("IMG_2.jpg", phone_picture()))
    await described(chat)
    card = await school.card(HEAD, "Our new pond", button="Approve")
    assert len(thumbnails(card)) == 1
    assert told not in card.shown_text()
    assert len(school.inbox(HEAD)) == 1


async def sent_as(chat: OnTeams, *attachments: dict[str, Any]) -> None:
    """They send a message with attachments just like these."""
    activity = chat.teams.activity(TEACHER, attachments=list(attachments), text=None)
    assert (await chat.teams.deliver(activity)).status == 200
