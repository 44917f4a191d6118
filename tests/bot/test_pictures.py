"""Pictures: what goes in with secrets comes out without, and what cannot be taken is refused in plain words."""

import asyncio
import hashlib
import io
import re
import struct
import sys
import zlib
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from bot.pictures import Orphans, PictureFetching, PictureLinks, Pictures, Problem, picture_handler
from bot.pictures.cleaning import MEMORY, MOST_BYTES, SECONDS, Cleaned
from bot.pictures.links import Not
from bot.pictures.orphans import OLD
from bot.pictures.worker import COMMAND, WORDS, Kind
from policy.content import Content
from policy.picture import Picture
from policy.post import Post, State, draft, edit, send
from storage.blobs import Blobs
from storage.contract import Conflict, Store
from storage.rows import Errand
from tests.fakes.school import HEAD, MONDAY, TEACHER, identity
from tests.fakes.surface import Fault
from tests.fakes.world import World, open_world, until

SECRET = b"TheSecretPlace"


def painted(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (size[0] // 2, 0, *size))
    return image.convert(mode)


def saved(image: Image.Image, format: str, **more: Any) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, format, **more)
    return out.getvalue()


def phone_exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes into a picture: where it was taken, by whom, with what."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = SECRET.decode()
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (51.0, 30.0, 26.0)
    gps[ExifTags.GPS.GPSAreaInformation] = SECRET
    return exif


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def opened(cleaned: Cleaned | Problem) -> Image.Image:
    """The picture that came out."""
    assert isinstance(cleaned, Cleaned)
    image = Image.open(io.BytesIO(cleaned.data))
    image.load()
    assert image.size == (cleaned.width, cleaned.height)
    return image


def markers(jpeg: bytes) -> set[int]:
    """The segments of a JPEG before its data."""
    found, at = set(), 2
    while jpeg[at + 1] != 0xDA:
        found.add(jpeg[at + 1])
        at += 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
    return found


def chunks(png: bytes) -> set[bytes]:
    """The chunks of a PNG."""
    found, at = set(), 8
    while at < len(png):
        [length] = struct.unpack(">I", png[at : at + 4])
        found.add(png[at + 4 : at + 8])
        at += 12 + length
    return found


def close(pixel: object, wanted: tuple[int, ...], by: int = 12) -> bool:
    """Whether a pixel is about that colour."""
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= by for a, b in zip(pixel, wanted, strict=True))


@pytest.fixture
def pictures() -> Pictures:
    return Pictures()


async def test_a_phone_picture_loses_its_place_its_author_and_everything_else(pictures: Pictures) -> None:
    thumbnail = saved(painted((16, 16)), "JPEG", comment=SECRET)
    data = saved(
        painted(),
        "JPEG",
        exif=phone_exif(),
        comment=SECRET,
        xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )
    iptc = b"Photoshop 3.0\x008BIM\x04\x04" + SECRET
    data = data[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + data[2:] + thumbnail + SECRET
    assert data.count(SECRET) >= 5
    cleaned = await pictures.clean(data)
    image = opened(cleaned)
    assert isinstance(cleaned, Cleaned)
    assert SECRET not in cleaned.data
    assert not image.getexif()
    assert markers(cleaned.data) <= {0xE0, 0xDB, 0xC2, 0xC4}
    assert cleaned.data.endswith(b"\xff\xd9")
    assert close(image.getpixel((5, 5)), (200, 30, 30))


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_every_orientation_comes_out_upright(pictures: Pictures, orientation: int) -> None:
    upright = Image.new("RGB", (80, 40), (250, 250, 250))
    upright.paste((200, 30, 30), (0, 0, 20, 20))
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright if undo is None else upright.transpose(undo)
    image = opened(await pictures.clean(saved(stored, "JPEG", exif=phone_exif(orientation), quality=95)))
    assert image.size == (80, 40)
    assert close(image.getpixel((8, 8)), (200, 30, 30))
    assert close(image.getpixel((72, 32)), (250, 250, 250))


async def test_png_texts_and_what_trails_behind_are_dropped(pictures: Pictures) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET.decode())
    info.add_itxt("Where", SECRET.decode(), zip=False)
    info.add(b"prVt", SECRET)
    transparent = painted(mode="RGBA")
    transparent.putalpha(128)
    cleaned = await pictures.clean(saved(transparent, "PNG", pnginfo=info, exif=phone_exif()) + SECRET)
    image = opened(cleaned)
    assert isinstance(cleaned, Cleaned)
    assert SECRET not in cleaned.data
    assert chunks(cleaned.data) == {b"IHDR", b"IDAT", b"IEND"}
    assert cleaned.mimetype == "image/png"
    assert close(image.getpixel((5, 5)), (200, 30, 30, 128), 0)


async def test_a_file_that_is_a_picture_and_a_page_comes_out_as_a_picture(pictures: Pictures) -> None:
    page = b"<html><script>alert(1)</script></html>"
    cleaned = await pictures.clean(saved(painted(), "GIF", comment=page) + b"PK\x03\x04" + page)
    opened(cleaned)
    assert isinstance(cleaned, Cleaned)
    assert b"script" not in cleaned.data
    assert b"PK\x03\x04" not in cleaned.data


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (saved(painted(), "PNG"), "JPEG"),
        (saved(painted(mode="P"), "PNG"), "JPEG"),
        (saved(painted(mode="P"), "GIF"), "JPEG"),
        (saved(painted(), "WEBP", lossless=True), "JPEG"),
        (saved(painted(mode="L"), "JPEG"), "JPEG"),
        (saved(painted(mode="1"), "PNG"), "JPEG"),
        (saved(painted(mode="LA"), "PNG"), "JPEG"),
        (saved(painted(mode="RGBA"), "PNG"), "JPEG"),
        (saved(painted(mode="L").convert("I;16").point(lambda v: v * 256), "PNG"), "JPEG"),
        (saved(painted(mode="P"), "PNG", transparency=painted(mode="P").getpixel((5, 5))), "PNG"),
    ],
)
async def test_each_sort_of_picture_becomes_a_jpeg_or_keeps_its_transparency(
    pictures: Pictures, data: bytes, format: str
) -> None:
    image = opened(await pictures.clean(data))
    assert image.format == format
    assert image.mode == ("RGBA" if format == "PNG" else "RGB")
    assert image.getpixel((5, 5)) != image.getpixel((60, 5))


async def test_a_deep_grey_picture_keeps_its_shades(pictures: Pictures) -> None:
    deep = Image.new("I;16", (32, 32), 0x8000)
    assert close(opened(await pictures.clean(saved(deep, "PNG"))).getpixel((5, 5)), (128, 128, 128), 2)


async def test_printers_colours_come_out_as_a_screen_shows_them(pictures: Pictures) -> None:
    image = opened(await pictures.clean(saved(painted(mode="CMYK"), "JPEG", quality=95)))
    assert image.mode == "RGB"
    assert close(image.getpixel((5, 5)), (200, 30, 30), 20)


async def test_a_colour_profile_is_applied_before_it_is_dropped(pictures: Pictures) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"temp").replace(b"bXYZ", b"rXYZ").replace(b"temp", b"bXYZ")
    image = opened(await pictures.clean(saved(painted(), "PNG", icc_profile=swapped)))
    assert close(image.getpixel((5, 5)), (30, 30, 200))
    assert "icc_profile" not in image.info


async def test_a_nonsense_profile_is_ignored(pictures: Pictures) -> None:
    image = opened(await pictures.clean(saved(painted(), "JPEG", icc_profile=b"nonsense" * 40)))
    assert close(image.getpixel((5, 5)), (200, 30, 30))


async def test_large_pictures_are_made_smaller_in_proportion(pictures: Pictures) -> None:
    assert opened(await pictures.clean(saved(painted((4200, 2100)), "JPEG"))).size == (2048, 1024)
    assert opened(await pictures.clean(saved(painted((30, 5000)), "PNG"))).size == (12, 2048)


async def test_the_same_picture_always_gets_the_same_name(pictures: Pictures) -> None:
    transparent = painted(mode="RGBA")
    transparent.putalpha(90)
    for data in (saved(painted(), "JPEG", exif=phone_exif(6)), saved(transparent, "PNG")):
        once, again = await pictures.clean(data), await pictures.clean(data)
        assert once == again


def declared(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9))) + chunk(b"IEND", b"")


REFUSED = {
    "a bomb by its header": (declared(60_000, 60_000), Kind.LARGE),
    "just too many pixels": (declared(9_000, 9_000), Kind.LARGE),
    "a bomb of text": (
        saved(painted(), "PNG").replace(b"IDAT", b"IDAT", 1)[:33]
        + chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(200 << 20)))
        + saved(painted(), "PNG")[33:],
        Kind.DAMAGED,
    ),
    "cut off": (saved(painted((400, 400)), "JPEG")[:-1500], Kind.DAMAGED),
    "cut off in its header": (saved(painted(), "JPEG")[:30], Kind.DAMAGED),
    "a flipped byte": (saved(painted(), "PNG").replace(b"IDAT", b"IDAU"), Kind.DAMAGED),
    "moving GIF": (
        saved(painted(), "GIF", save_all=True, append_images=[painted().rotate(180)], loop=0),
        Kind.MOVING,
    ),
    "moving WebP": (saved(painted(), "WEBP", save_all=True, append_images=[painted().rotate(180)]), Kind.MOVING),
    "moving PNG": (saved(painted(), "PNG", save_all=True, append_images=[painted().rotate(180)]), Kind.MOVING),
    "an iPhone's own": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(99), Kind.HEIC),
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Kind.UNKNOWN),
    "a document": (b"%PDF-1.7", Kind.UNKNOWN),
    "a bitmap": (saved(painted(), "BMP"), Kind.UNKNOWN),
    "nothing": (b"", Kind.EMPTY),
    "too long": (saved(painted(), "JPEG") + bytes(MOST_BYTES), Kind.LONG),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_cannot_be_taken_is_refused_by_kind(pictures: Pictures, what: str) -> None:
    data, kind = REFUSED[what]
    assert await pictures.clean(data) == Problem(kind)


@pytest.mark.parametrize("kind", Kind)
def test_every_refusal_says_what_and_what_to_do(kind: Kind) -> None:
    said = Problem(kind).said("beach\u202egpj.exe")
    assert said.what.startswith("The picture “beach")
    assert "\u202e" not in said.what
    assert said.what.endswith(".")
    assert said.then.startswith(("Please", "On"))
    assert kind in WORDS


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Kind.CRASHED),
        ("import sys; sys.exit(3)", Kind.CRASHED),
        ("import time; time.sleep(600)", Kind.SLOW),
        ("print('nonsense')", Kind.CRASHED),
        ("print('[]')", Kind.CRASHED),
        ('print(\'{"width": 1, "height": 1, "mimetype": "image/png"}\')', Kind.CRASHED),
    ],
)
async def test_a_process_that_dies_or_hangs_is_a_refusal(program: str, kind: Kind) -> None:
    pictures = Pictures((sys.executable, "-c", program), longest=0.5 if kind is Kind.SLOW else 20)
    assert await pictures.clean(saved(painted(), "JPEG")) == Problem(kind)


async def test_the_process_is_held_to_little_memory_and_time() -> None:
    worker = await asyncio.create_subprocess_exec(*COMMAND, stdin=PIPE, stdout=PIPE)
    limits = Path(f"/proc/{worker.pid}/limits")
    try:
        await until(lambda: re.search(rf"address space +{MEMORY} ", limits.read_text()) is not None)
        assert re.search(rf"cpu time +{SECONDS} ", limits.read_text())
        assert re.search(r"file size +0 ", limits.read_text())
    finally:
        await worker.communicate(b"")


async def test_the_process_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_KEY", "secret")
    program = "import os, json; print(json.dumps({'unfit': 'slow' if 'EXEAT_KEY' in os.environ else 'empty'}))"
    assert await Pictures((sys.executable, "-c", program)).clean(b"x") == Problem(Kind.EMPTY)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A school whose relay fetches pictures in earnest."""
    world = await open_world(tmp_path / "data", (HEAD, TEACHER))
    blobs = Blobs(tmp_path / "data" / "blobs")
    world.fetching = PictureFetching(world.dispatch, world.surfaces, Pictures(), blobs)
    world.connect()
    yield world
    await world.close()


async def sent_with(world: World, **files: bytes) -> Post:
    """A post with pictures, sent by the teacher."""
    for id, data in files.items():
        world.surface.files[id] = (identity(TEACHER), data)
    named = tuple(Picture("sandbox", id, f"{id}.jpg", alt="A beach") for id in files)
    content = Content("Hello", "page", pictures=named)
    post = draft("P-1", "harbour", str(identity(TEACHER)), content, (), "ab" * 32, MONDAY)
    kept = await world.put(send(post, MONDAY))
    await world.queue("", TEACHER, kept, task=Errand.FETCH)
    return kept


async def test_pictures_are_fetched_cleaned_and_kept_before_anybody_is_asked(world: World, tmp_path: Path) -> None:
    post = await sent_with(world, a=saved(painted(), "JPEG", exif=phone_exif(6)), b=saved(painted(), "PNG"))
    world.surface.next("download", Fault.BUSY, Fault.LOST)
    await world.settle()
    post = await world.get(post)
    assert post.status is State.WAITING
    assert [(each.width, each.height) for each in post.pictures] == [(48, 64), (64, 48)]
    for each in post.pictures:
        data = await Blobs(tmp_path / "data" / "blobs").get(each.sha256)
        assert SECRET not in data
    assert len(world.surface.titles(HEAD)) == 1


async def test_a_picture_that_cannot_be_taken_is_told_to_its_author(world: World) -> None:
    post = await sent_with(world, a=saved(painted(), "JPEG"), b=b"%PDF-1.7")
    await world.settle()
    post = await world.get(post)
    assert post.status is State.DRAFT
    assert post.trouble == (
        "The picture “b.jpg” is not a picture that Exeat can read. Please save it as a JPEG or PNG and send that."
    )
    assert world.surface.titles(HEAD) == []
    assert len(world.surface.titles(TEACHER)) == 1


async def test_a_picture_that_is_somebody_elses_or_gone_is_told_to_its_author(world: World) -> None:
    post = await sent_with(world, a=saved(painted(), "JPEG"))
    world.surface.files["a"] = (identity(HEAD), b"")
    await world.settle()
    assert "could not be fetched" in (await world.get(post)).trouble


async def test_a_surface_that_never_gives_the_picture_does_not_leave_its_author_waiting(world: World) -> None:
    post = await sent_with(world, a=saved(painted(), "JPEG"))
    world.surface.next("download", *[Fault.BUSY] * 100)
    await world.settle()
    assert "could not be fetched" in (await world.get(post)).trouble
    assert world.surface.titles(TEACHER)


async def test_what_was_fetched_for_an_earlier_version_is_left_alone(world: World) -> None:
    post = await sent_with(world, a=saved(painted(), "JPEG"))
    await world.put(replace(post, version=2))
    await world.settle()
    assert world.surface.calls.count("download") == 0


async def test_pictures_that_no_record_names_are_swept_after_a_day(world: World, tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "data" / "blobs")
    post = await sent_with(world, a=saved(painted(), "JPEG"))
    await world.settle()
    named = [each.sha256 for each in (await world.get(post)).pictures]
    orphan = await blobs.put(b"orphan")
    sweeping = Orphans(world.store, "harbour", world.registry, blobs)
    real = datetime.now(UTC)
    assert await sweeping.sweep(real) == 0
    assert await sweeping.sweep(real + timedelta(hours=25)) == 1
    assert blobs.names() == sorted(named)
    assert orphan not in blobs.names()


async def test_no_picture_is_swept_when_what_names_them_could_not_be_read_to_its_end(
    world: World, tmp_path: Path
) -> None:
    class Moving:
        """A store from which the record at which a page ended has just gone."""

        def transaction(self, school: str) -> NoReturn:
            raise Conflict

    blobs = Blobs(tmp_path / "data" / "blobs")
    await sent_with(world, a=saved(painted(), "JPEG"))
    await world.settle()
    named = blobs.names()
    store = cast(Store, Moving())
    assert await Orphans(store, "harbour", world.registry, blobs).sweep(datetime.now(UTC) + OLD * 2) == 0
    assert blobs.names() == named != []


async def test_a_picture_of_an_earlier_version_is_not_an_orphan(world: World, tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "data" / "blobs")
    post = await sent_with(world, a=saved(painted(), "JPEG"))
    await world.settle()
    post = await world.get(post)
    await world.put(edit(post, Content("Hello again", "page"), (), MONDAY))
    assert await Orphans(world.store, "harbour", world.registry, blobs).sweep(datetime.now(UTC) + OLD * 2) == 0


NAME = hashlib.sha256(b"picture").hexdigest()
KEY = bytes(range(32))


@given(age=st.timedeltas(timedelta(), timedelta(days=30)))
def test_a_link_opens_its_picture_until_it_runs_out(age: timedelta) -> None:
    now = [MONDAY]
    links = PictureLinks(KEY, lambda: now[0], timedelta(days=7))
    token = links.token(NAME)
    now[0] += age
    assert age >= timedelta(days=7) or links.read(token) == NAME
    assert age <= timedelta(days=8) or links.read(token) is Not.ANY_MORE


@given(at=st.integers(0, 90), other=st.characters(codec="ascii"))
def test_a_link_that_was_tampered_with_opens_nothing(at: int, other: str) -> None:
    links = PictureLinks(KEY, lambda: MONDAY)
    token = links.token(NAME)
    at = min(at, len(token) - 2)
    assume(token[at] != other)
    assert links.read(token[:at] + other + token[at + 1 :]) is Not.OURS


@pytest.mark.parametrize("token", ["", "a", "%%%", "é", "AAAA", "A" * 91, "A" * 5000])
def test_nonsense_opens_nothing(token: str) -> None:
    assert PictureLinks(KEY, lambda: MONDAY).read(token) is Not.OURS


def test_a_link_of_another_school_opens_nothing_and_a_short_secret_is_refused() -> None:
    token = PictureLinks(KEY, lambda: MONDAY).token(NAME)
    assert PictureLinks(bytes(32), lambda: MONDAY).read(token) is Not.OURS
    with pytest.raises(ValueError, match="too short"):
        PictureLinks(b"short", lambda: MONDAY)


def test_a_link_stays_the_same_for_a_day() -> None:
    assert len({PictureLinks(KEY, lambda n=n: MONDAY + timedelta(hours=n)).token(NAME) for n in range(15)}) == 1  # type: ignore[misc]


async def test_a_link_serves_the_picture_and_nothing_else(tmp_path: Path) -> None:
    now, blobs = [MONDAY], Blobs(tmp_path / "blobs")
    links = PictureLinks(KEY, lambda: now[0])
    data = saved(painted(), "JPEG")
    token = links.token(await blobs.put(data))
    app = web.Application()
    app.router.add_get("/pictures/{token}", picture_handler(links, blobs))
    async with TestClient(TestServer(app)) as client:
        inline = await client.get(f"/pictures/{token}")
        assert (inline.status, await inline.read()) == (200, data)
        assert inline.headers["Content-Type"] == "image/jpeg"
        assert inline.headers["X-Content-Type-Options"] == "nosniff"
        assert inline.headers["Cache-Control"].startswith("private")
        assert inline.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert inline.headers["Content-Disposition"].startswith("inline")
        kept = await client.get(f"/pictures/{token}?download=1")
        assert kept.headers["Content-Disposition"] == 'attachment; filename="picture.jpg"'
        assert (await client.get(f"/pictures/{token[:-9]}AAAAAAAAA")).status == 404
        assert (await client.get(f"/pictures/{links.token(NAME)}")).status == 404
        now[0] += timedelta(days=9)
        over = await client.get(f"/pictures/{token}")
        assert over.status == 410
        assert "Open the post again" in await over.text()
