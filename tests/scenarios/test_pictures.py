"""Pictures on Slack: taken from the phone, cleaned, shown to the head as they would go out, and refused in words."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from PIL import ExifTags, Image

from policy.post import State
from tests.fakes.school import HEAD, OWNER, TEACHER
from tests.fakes.slack import FakeSlack, Fault, Message, View
from tests.fakes.slack.people import File
from tests.fakes.slack.wire import Json
from tests.fakes.slack_desk import user
from tests.scenarios.chat import PATIENCE
from tests.scenarios.on_slack import OnSlack, enrol
from tests.scenarios.school import School
from tests.scenarios.serving import post_of, quiet, serving

PLACE = b"KITCHENDOOR"
TOM, HELEN = user(TEACHER), user(HEAD)


def phone_picture(colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    """A JPEG as a phone writes it: with where it was taken, and by whom."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = PLACE.decode()
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (51.0, 30.0, 26.0)
    gps[ExifTags.GPS.GPSAreaInformation] = PLACE
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG", exif=exif)
    data = out.getvalue()
    assert PLACE in data
    return data


def bomb() -> bytes:
    """A small file that would fill the memory."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


def shown_files(slack: FakeSlack, message: Message) -> list[bytes]:
    """The pictures that a message shows, as the bytes that were uploaded for it."""
    images = [block for block in message.blocks if block["type"] == "image"]
    return [slack.files[block["slack_file"]["id"]].content for block in images]


async def with_a_picture(slack: FakeSlack, file: str, text: str = "Our new pond") -> View:
    """The form of a new post with everything filled in but Send: what was typed before is still there."""
    form = await (await slack.command(TOM, "/draftpost")).opened()
    await slack.fill(TOM, form, {"Text": text, "Account": "Harbour page"})
    await slack.press(TOM, form, "Add a picture")
    await slack.until(lambda: "Picture 1: the file" in form.fields(), PATIENCE)
    assert form.value("Text") == text
    answers = {
        "Picture 1: the file": file,
        "Picture 1: what it shows": "A pond with two ducks",
        "Picture 1: who is in it": "No people",
        "Source of the pictures": "We made it ourselves",
    }
    await slack.fill(TOM, form, answers)
    return form


async def test_the_head_sees_what_would_go_out_and_not_before_it_is_clean(tmp_path: Path) -> None:
    original, gate = phone_picture(), asyncio.Event()
    async with FakeSlack() as slack:
        enrol(slack)
        slack.add_file("F0POND", TOM, "IMG_1.jpg", "image/jpeg", original)
        async with serving(OnSlack(slack), tmp_path / "data") as program:
            school = School(OnSlack(slack))
            slack.faults.next("files.download", Fault.SLOW(gate))
            sent = await slack.submit(TOM, await with_a_picture(slack, "F0POND"))
            assert (sent.problem, dict(sent.errors)) == ("", {})
            await school.card(TEACHER, "pictures are being checked")
            await slack.until(lambda: bool(slack.faults.applied), PATIENCE)
            await quiet(program, left=1)
            assert (await post_of(program)).status is State.FETCHING
            assert slack.inbox(HELEN) == []
            gate.set()
            card = await school.card(HEAD, "A pond with two ducks", "No people", button="Approve")
            [cleaned] = shown_files(slack, card)
            assert cleaned != original
            image = Image.open(io.BytesIO(cleaned))
            assert (image.format, image.size) == ("JPEG", (64, 48))
            assert not image.getexif()
            assert PLACE not in cleaned
            assert b"Exif" not in cleaned

            await slack.press(HELEN, card, "Approve")
            for name in (TEACHER, OWNER):
                ready = await school.card(name, "is approved: ready for", "delete them from it")
                assert shown_files(slack, ready) == [cleaned]
            await quiet(program)
            uploads = [file for file in slack.files.values() if file.id != "F0POND"]
            assert [file.content for file in uploads] == [cleaned], "one upload serves every card"


async def test_an_error_keeps_the_file_that_was_chosen(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        slack.add_file("F0POND", TOM, "IMG_1.jpg", "image/jpeg", phone_picture())
        async with serving(OnSlack(slack), tmp_path / "data") as program:
            form = await with_a_picture(slack, "F0POND")
            for wrong in ("IMG_1.jpg", "picture", ""):
                sent = await slack.submit(TOM, form, {"Picture 1: what it shows": wrong})
                assert list(sent.labelled_errors) == ["Picture 1: what it shows"]
            wrong_source = {"Picture 1: what it shows": "A pond", "Source of the pictures": "Not sure"}
            sent = await slack.submit(TOM, form, wrong_source)
            assert "only when we know that we may use it" in sent.labelled_errors["Source of the pictures"]
            assert [file["id"] for file in form.value("Picture 1: the file")] == ["F0POND"]
            sent = await slack.submit(TOM, form, {"Source of the pictures": "We made it ourselves"})
            assert not sent.errors
            await School(OnSlack(slack)).card(HEAD, "Alt text: A pond", button="Approve")
            assert (await post_of(program)).status is State.WAITING


@dataclass
class Elsewhere(File):
    """A file of which Slack says that it lies on another machine."""

    url: str = ""

    def shape(self, host: str, team: str) -> Json:
        return super().shape(host, team) | {"url_private": self.url, "url_private_download": self.url}


@asynccontextmanager
async def another_machine() -> AsyncIterator[tuple[str, list[str]]]:
    """A server that nobody ought to ask: its address, and what it was asked for."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return web.Response(body=phone_picture(), content_type="image/jpeg")

    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/IMG_1.jpg", asked
    await runner.cleanup()


UNFIT = {
    "a text": (b"Dear parents, the pond is full.", "is not a picture that Exeat can read"),
    "a page": (b"<html><script>alert(1)</script></html>", "is not a picture that Exeat can read"),
    "nothing": (b"", "is empty"),
    "too large": (phone_picture() + bytes(10 << 20), "is larger than 10 MB"),
    "a bomb": (bomb(), "has more than 64 million pixels"),
    "half of one": (phone_picture()[:500], "is damaged or not complete"),
}


async def mended(slack: FakeSlack, told: str) -> None:
    """The author is told in words, the head of nothing; Edit offers the form, and another file goes its way."""
    school = School(OnSlack(slack))
    card = await school.card(TEACHER, "P-1: a draft", "“IMG_1.jpg”", told, button="Edit")
    assert slack.inbox(HELEN) == []
    slack.add_file("F0GOOD", TOM, "IMG_2.jpg", "image/jpeg", phone_picture())
    form = await school.form(TEACHER, card, "Edit")
    assert (form.value("Text"), form.value("Picture 1: what it shows")) == ("Our new pond", "A pond with two ducks")
    sent = await slack.submit(TOM, form, {"Picture 1: the file": "F0GOOD"})
    assert not sent.errors
    card = await school.card(HEAD, "Our new pond", button="Approve")
    assert len(shown_files(slack, card)) == 1
    assert told not in card.shown_text()
    assert len(slack.inbox(HELEN)) == 1


@pytest.mark.parametrize("what", UNFIT)
async def test_what_is_no_fit_picture_is_said_and_can_be_mended(tmp_path: Path, what: str) -> None:
    content, told = UNFIT[what]
    async with FakeSlack() as slack:
        enrol(slack)
        slack.add_file("F0BAD", TOM, "IMG_1.jpg", "image/jpeg", content)
        async with serving(OnSlack(slack), tmp_path / "data") as program:
            await slack.submit(TOM, await with_a_picture(slack, "F0BAD"))
            await School(OnSlack(slack)).card(TEACHER, told)
            assert (await post_of(program)).status is State.DRAFT
            await mended(slack, told)


async def test_somebody_elses_file_is_not_fetched(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        slack.add_file("F0HELEN", HELEN, "IMG_1.jpg", "image/jpeg", phone_picture())
        slack.faults.next("files.download", Fault.ERROR_500)
        async with serving(OnSlack(slack), tmp_path / "data"):
            await slack.submit(TOM, await with_a_picture(slack, "F0HELEN"))
            await School(OnSlack(slack)).card(TEACHER, "could not be fetched")
            assert slack.faults.applied == [], "its bytes were not even asked for"
            slack.faults.none()
            await mended(slack, "could not be fetched")


async def test_a_file_that_is_gone_is_said_and_can_be_mended(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        slack.add_file("F0GONE", TOM, "IMG_1.jpg", "image/jpeg", phone_picture())
        async with serving(OnSlack(slack), tmp_path / "data"):
            form = await with_a_picture(slack, "F0GONE")
            del slack.files["F0GONE"]
            await slack.submit(TOM, form)
            await mended(slack, "could not be fetched")


async def test_a_file_that_lies_on_another_machine_is_not_fetched(tmp_path: Path) -> None:
    async with FakeSlack() as slack, another_machine() as (url, asked):
        enrol(slack)
        slack.files["F0AWAY"] = Elsewhere("F0AWAY", TOM, "IMG_1.jpg", "image/jpeg", phone_picture(), url=url)
        async with serving(OnSlack(slack), tmp_path / "data"):
            await slack.submit(TOM, await with_a_picture(slack, "F0AWAY"))
            await mended(slack, "could not be fetched")
        assert asked == [], "neither the picture nor the token went there"


async def test_a_picture_swapped_under_the_same_words_voids_the_approval(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        slack.add_file("F0RED", TOM, "IMG_1.jpg", "image/jpeg", phone_picture())
        slack.add_file("F0BLUE", TOM, "IMG_1.jpg", "image/jpeg", phone_picture((30, 30, 200)))
        async with serving(OnSlack(slack), tmp_path / "data") as program:
            school = School(OnSlack(slack))
            await slack.submit(TOM, await with_a_picture(slack, "F0RED"))
            first = await school.card(HEAD, "Our new pond", button="Approve")
            stale = first.latest
            [red] = shown_files(slack, first)
            await slack.press(HELEN, first, "Approve")
            ready = await school.card(TEACHER, "is approved: ready for", button="Edit")
            form = await school.form(TEACHER, ready, "Edit")
            sent = await slack.submit(TOM, form, {"Picture 1: the file": "F0BLUE"})
            assert not sent.errors
            again = await school.card(
                HEAD, "no longer counts", "The pictures were changed", "Our new pond", button="Approve"
            )
            [blue] = shown_files(slack, again)
            assert blue != red
            await school.card(OWNER, "Please do not post from an earlier card")
            post = await post_of(program)
            assert (post.status, post.approval) == (State.WAITING, None)

            before = len(slack.ephemerals)
            await slack.press(HELEN, stale, "Approve")
            await slack.until(lambda: len(slack.ephemerals) > before, PATIENCE)
            assert "has changed since this card was drawn" in slack.ephemerals[-1].shown_text()
            assert (await post_of(program)).status is State.WAITING


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
async def test_a_restart_while_the_picture_is_fetched_brings_one_card(tmp_path: Path, killed: bool) -> None:
    gate = asyncio.Event()
    async with FakeSlack() as slack:
        enrol(slack)
        slack.add_file("F0POND", TOM, "IMG_1.jpg", "image/jpeg", phone_picture())
        async with serving(OnSlack(slack), tmp_path / "data", killed=killed):
            fault = Fault.SLOW(gate) if killed else Fault.ERROR_500
            slack.faults.next("files.download", fault, times=1_000)
            await slack.submit(TOM, await with_a_picture(slack, "F0POND"))
            await slack.until(lambda: bool(slack.faults.applied), PATIENCE)
        gate.set()
        slack.faults.none()
        assert slack.inbox(HELEN) == []
        async with serving(OnSlack(slack), tmp_path / "data") as program:
            card = await School(OnSlack(slack)).card(HEAD, "Our new pond", button="Approve")
            await quiet(program)
            assert len(shown_files(slack, card)) == 1
            assert len(slack.inbox(HELEN)) == 1
            assert len(slack.inbox(TOM)) == 1
            assert (await post_of(program)).status is State.WAITING


async def test_a_restart_as_the_card_was_taken_brings_one_card(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(OnSlack(slack))
        slack.add_file("F0POND", TOM, "IMG_1.jpg", "image/jpeg", phone_picture())
        async with serving(OnSlack(slack), tmp_path / "data", killed=True):
            slack.faults.next("files.download", Fault.ERROR_500)
            await slack.submit(TOM, await with_a_picture(slack, "F0POND"))
            await school.card(TEACHER, "pictures are being checked")
            slack.faults.next("conversations.history", Fault.ERROR_500, times=1_000)
            slack.faults.next("chat.postMessage", Fault.ACCEPT_THEN_DROP)
            await school.card(HEAD, "Our new pond")
        slack.faults.none()
        async with serving(OnSlack(slack), tmp_path / "data") as program:
            await quiet(program)
            assert len(slack.inbox(HELEN)) == 1
            await school.card(HEAD, "Our new pond", button="Approve")
