"""Small copies of pictures: short enough for a card, made once, and only of what has been cleaned."""

import asyncio
import io
import random
from base64 import b64decode

import pytest
from PIL import Image

from bot.pictures.cleaning import LONGEST_SIDE, Unfit, clean
from bot.pictures.thumbnails import LONGEST, Thumbnails, thumbnail


def painted(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (size[0] // 2, 0, *size))
    return image.convert(mode)


def saved(image: Image.Image, format: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **more)
    return out.getvalue()


def noise(size: tuple[int, int]) -> Image.Image:
    """What compresses worst."""
    return Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))


def opened(uri: str) -> Image.Image:
    head, _, data = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    image = Image.open(io.BytesIO(b64decode(data, validate=True)))
    image.load()
    return image


@pytest.mark.parametrize(
    ("size", "small"),
    [((2048, 1024), (320, 160)), ((1000, 2000), (240, 480)), ((40, 30), (40, 30)), ((2048, 2), (320, 1))],
)
def test_a_copy_is_small_and_keeps_its_shape(size: tuple[int, int], small: tuple[int, int]) -> None:
    cleaned = clean(saved(painted(size), "PNG")).data
    made = opened(thumbnail(cleaned))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", small)
    left, right = made.getpixel((0, 0)), made.getpixel((small[0] - 1, 0))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]


@pytest.mark.parametrize("size", [(2048, 1500), (320, 480), (900, 1600)])
def test_the_worst_of_pictures_is_short_enough(size: tuple[int, int]) -> None:
    made = thumbnail(clean(saved(noise(size), "PNG")).data)
    assert len(made) <= LONGEST
    assert max(opened(made).size) >= 90


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    assert opened(thumbnail(clean(saved(clear, "PNG")).data)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        saved(painted((30, 30)), "GIF"),
        saved(painted((30, 30)), "WEBP"),
        saved(painted((30, 30)), "TIFF"),
        saved(painted((LONGEST_SIDE + 1, 2)), "PNG"),
        saved(painted((30, 30), "CMYK"), "JPEG"),
        saved(painted((30, 30), "P"), "PNG"),
        saved(painted((30, 30)), "JPEG")[:200],
        saved(Image.new("1", (20_000, 20_000)), "PNG"),
        b"<svg/>",
        b"",
    ],
    ids=["gif", "webp", "tiff", "wide", "cmyk", "palette", "cut", "bomb", "svg", "empty"],
)
def test_nothing_is_opened_but_what_the_cleaning_writes(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a cleaned picture"):
        thumbnail(data)


def test_nothing_that_came_with_a_picture_goes_into_its_copy() -> None:
    exif = Image.Exif()
    exif[0x013B] = "TheSecretPlace"
    data = saved(painted((400, 300)), "JPEG", exif=exif, comment=b"TheSecretPlace")
    made = opened(thumbnail(data))
    assert not made.getexif()
    assert b"TheSecretPlace" not in b64decode(thumbnail(data).partition(",")[2])


async def test_a_copy_is_made_once_and_forgotten_when_long_unused() -> None:
    asked: list[str] = []
    data = clean(saved(painted((400, 300)), "PNG")).data

    async def picture(sha: str) -> bytes:
        asked.append(sha)
        return data

    thumbnails = Thumbnails(picture, kept=2)
    first = await asyncio.gather(*(thumbnails.get("a") for _ in range(5)))
    assert (len(set(first)), asked) == (1, ["a"])
    await thumbnails.get("b")
    await thumbnails.get("a")
    await thumbnails.get("c")
    await thumbnails.get("a")
    assert asked == ["a", "b", "c"]
    await thumbnails.get("b")
    assert asked == ["a", "b", "c", "b"]


async def test_a_picture_that_is_not_there_is_asked_for_again() -> None:
    data = clean(saved(painted((40, 30)), "PNG")).data
    there = False

    async def picture(sha: str) -> bytes:
        if not there:
            raise LookupError(sha)
        return data

    thumbnails = Thumbnails(picture)
    with pytest.raises(LookupError):
        await thumbnails.get("a")
    there = True
    assert opened(await thumbnails.get("a")).size == (40, 30)


def test_the_cleaning_refuses_what_the_copy_would_not_open() -> None:
    with pytest.raises(Unfit):
        clean(b"<svg/>")
