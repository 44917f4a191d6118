"""Small copies of cleaned pictures, for cards that must carry their pictures in themselves."""

import asyncio
import io
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from PIL import Image

from bot.pictures.cleaning import LONGEST_SIDE

SIZES = ((320, 480), (240, 360), (160, 240), (96, 144))
QUALITIES = (80, 60, 40)
"""How large at most, in pixels, and how good: what is tried until the copy is short enough."""

LONGEST = 12_000
"""How many characters a data URI may have."""

KEPT = 64
"""How many copies are kept."""

_PREFIX = "data:image/jpeg;base64,"


class Thumbnails:
    """Makes copies, each once while it is asked for. `picture` gives the bytes of a cleaned picture by its sha256."""

    def __init__(self, picture: Callable[[str], Awaitable[bytes]], kept: int = KEPT) -> None:
        self._picture, self._most = picture, kept
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._under_way: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def get(self, sha256: str) -> str:
        """The copy as a data URI. Raises what `picture` raises, and ValueError for what no cleaning wrote."""
        async with self._under_way.setdefault(sha256, asyncio.Lock()):
            if sha256 not in self._kept:
                data = await self._picture(sha256)
                self._kept[sha256] = await asyncio.to_thread(thumbnail, data)
                if len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(sha256)
            return self._kept[sha256]


def thumbnail(data: bytes) -> str:
    """A picture's small copy, as the data URI of a JPEG. Raises ValueError unless it is as the cleaning writes them:
    other pictures are opened in a process of their own, or not at all.
    """
    picture = _opened(data)
    made = ""
    for size in SIZES:
        picture.thumbnail(size, Image.Resampling.LANCZOS)
        for quality in QUALITIES:
            made = _written(picture, quality)
            if len(made) <= LONGEST:
                return made
    return made


def _opened(data: bytes) -> Image.Image:
    """The pixels, on white where they are transparent."""
    try:
        file = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
        if max(file.size) > LONGEST_SIDE or file.mode not in ("RGB", "RGBA"):
            raise ValueError("not a cleaned picture")
        file.draft("RGB", SIZES[0])
        file.load()
    except (OSError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError("not a cleaned picture") from error
    if file.mode == "RGB":
        return Image.frombytes("RGB", file.size, file.tobytes())
    white = Image.new("RGB", file.size, "white")
    white.paste(file, mask=file.getchannel("A"))
    return white


def _written(picture: Image.Image, quality: int) -> str:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return _PREFIX + b64encode(out.getvalue()).decode()
