"""What is done to one picture, in a process that can do nothing else: read, check, turn, shrink, write afresh.

Run as a program it takes a picture's bytes on its standard input, and answers with one line of JSON and,
when all went well, the bytes of the new picture. It imports nothing of Exeat.
"""

import io
import json
import resource
import struct
import sys
import warnings
from dataclasses import asdict, dataclass
from typing import Any

from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError

MOST_BYTES = 10 << 20
"""The longest file that is taken, in bytes."""

MOST_PIXELS = 64_000_000
"""The largest picture that is opened, in pixels."""

LONGEST_SIDE = 2048
"""The longer side of what comes out is no longer than this, in pixels."""

MEMORY, SECONDS = 1536 << 20, 20
"""What the process may use: bytes of address space, and seconds of the processor."""

QUALITY = 90
ORIENTATION = 0x0112

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to put a picture upright, by its EXIF orientation (CIPA DC-008, 4.6.4 A)."""

HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


class Unfit(Exception):
    """The picture cannot be taken. The message is one word for why."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A picture as it may go out: its bytes, its size in pixels, and `image/jpeg` or `image/png`."""

    data: bytes
    width: int
    height: int
    mimetype: str


def sniff(data: bytes) -> str:
    """The format, by the content alone. Raises Unfit for anything but JPEG, PNG, WebP and GIF."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if data[4:8] == b"ftyp":
        raise Unfit("heic" if data[8:12] in HEIC_BRANDS else "unknown")
    raise Unfit("empty" if not data else "unknown")


def clean(data: bytes) -> Cleaned:
    """The picture written afresh: upright, in sRGB, at most 2048 pixels long, without a byte of what came with it.

    The same bytes in give the same bytes out. Raises Unfit.
    """
    if len(data) > MOST_BYTES:
        raise Unfit("long")
    format = sniff(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _written(_upright(_opened(data, format), format))
    except Unfit:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError) as error:
        raise Unfit("large") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, UnidentifiedImageError) as error:
        raise Unfit("damaged") from error


def _opened(data: bytes, format: str) -> ImageFile.ImageFile:
    image = Image.open(io.BytesIO(data), formats=(format,))
    if image.width * image.height > MOST_PIXELS:
        raise Unfit("large")
    if format != "JPEG" and getattr(image, "n_frames", 1) > 1:
        raise Unfit("moving")
    return image


def _upright(image: ImageFile.ImageFile, format: str) -> Image.Image:
    """The picture in RGB or RGBA, small enough, and the right way up."""
    turn, profile = _orientation(image), image.info.get("icc_profile")
    if format == "JPEG":
        image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    picture: Image.Image = image
    if picture.mode in ("P", "PA", "1") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    picture = _in_srgb(picture, profile)
    return picture.transpose(TURNS[turn]) if turn in TURNS else picture


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation; 1 where there is none that can be read."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError, struct.error):
        return 1


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB, by its colour profile if it has one that can be read."""
    alpha = picture.getchannel("A") if picture.mode in ("RGBA", "LA") else None
    colours = picture.convert("RGB" if alpha and picture.mode == "RGBA" else "L") if alpha else picture
    converted = _by_profile(colours, profile) if profile else None
    result = colours.convert("RGB") if converted is None else converted
    if alpha is not None and alpha.getextrema() != (255, 255):
        result.putalpha(alpha)
    return result


def _by_profile(picture: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _written(picture: Image.Image) -> Cleaned:
    """The pixels alone, in a new file."""
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    out = io.BytesIO()
    if bare.mode == "RGBA":
        bare.save(out, "PNG", optimize=True)
        return Cleaned(out.getvalue(), bare.width, bare.height, "image/png")
    bare.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Cleaned(out.getvalue(), bare.width, bare.height, "image/jpeg")


def _hold_back() -> None:
    """Take from this process what it does not need: memory, time, core dumps, new files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    """Clean what stands on the standard input."""
    _hold_back()
    answer: dict[str, Any]
    data = b""
    try:
        answer = asdict(clean(sys.stdin.buffer.read(MOST_BYTES + 1)))
        data = answer.pop("data")
    except Unfit as unfit:
        answer = {"unfit": str(unfit)}
    except MemoryError:
        answer = {"unfit": "large"}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + data)


if __name__ == "__main__":
    main()
