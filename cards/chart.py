"""Charts drawn as PNG, one ink on white, twice as fine as they are shown. The same chart is the same bytes."""

import base64
import hashlib
import io
from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Any
from unicodedata import normalize

from PIL import Image, ImageDraw, ImageFont

from cards.model import Bar, Bars, Chart

GREEN = "#1f3d2b"
"""Exeat's one colour."""

WIDTH = 320
"""How wide a chart is shown, in points: about what a message has on a phone."""

_FINE = 2
"""How many pixels a point has each way."""

_EDGE, _GAP, _THICK, _BASE = 10, 9, 14, 13
"""Margins, the space between columns, bars' height, and where letters stand in a line, in points."""

_LABEL, _SHORTEST, _SEEN = 80, 40, 4
"""The widest labels, the shortest bars and their shortest sides there may be."""

_LEGEND, _HEADS, _NAME, _ROW, _PAUSE = 28, 24, 24, 24, 12
"""How high things are, in points."""

_LARGE, _SMALL = 15, 13
"""Letters, in points."""

_SHADES = (0.0, 0.16, 0.72, 1.0)
_PAPER, _REST, _SOFT, _INK = range(4)
"""How much ink is in each of the palette's colours: four make letters smooth, and a pixel takes two bits."""

_NEAREST = [min(range(4), key=lambda shade: abs(_SHADES[shade] * 255 - grey)) for grey in range(256)]

_FOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
_KNOWN = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("…’“”")


@lru_cache(64)
def png(chart: Chart) -> bytes:
    """The chart as PNG."""
    sheet = _Sheet(chart)
    top = sheet.legend(chart)
    for group in chart.groups:
        top = sheet.group(top, group)
    return sheet.png()


@lru_cache(64)
def sha256_of(chart: Chart) -> str:
    """The sha256 of its PNG."""
    return hashlib.sha256(png(chart)).hexdigest()


@lru_cache(64)
def data_uri(chart: Chart) -> str:
    """Its PNG as an address that holds all of it."""
    return f"data:image/png;base64,{base64.b64encode(png(chart)).decode()}"


class _Sheet:
    """The sheet of paper. Places and lengths are in points, shades are the palette's."""

    def __init__(self, chart: Chart) -> None:
        bars = [bar for group in chart.groups for bar in group.bars]
        high = _LEGEND + _HEADS + sum(_NAME + _ROW * len(group.bars) for group in chart.groups)
        high += _PAUSE * max(len(chart.groups) - 1, 0) + 2 * _EDGE - (_ROW - _THICK) // 2
        label = max((_length(bar.short or bar.label) for bar in bars), default=0.0)
        self._left = _EDGE + min(label, _LABEL) + _GAP
        self._columns = _columns(chart.heads, bars, self._left + _SHORTEST)
        self._right = (self._columns[0][0] if self._columns else WIDTH) - _GAP
        self._image = Image.new("L", (WIDTH * _FINE, high * _FINE), _PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def legend(self, chart: Chart) -> float:
        """What the two sides of a bar and the columns mean; where it ends."""
        left, top = float(_EDGE), float(_EDGE)
        for said, shade in ((chart.part, _INK), (chart.rest, _REST)):
            self._box(left, top, left + _THICK, shade)
            left += _THICK + 6
            left += self._words(left, top, said, WIDTH - _EDGE - left) + 18
        for head, column in zip(chart.heads, self._columns, strict=False):
            self._number(top + _LEGEND, head, column, _SOFT)
        return top + _LEGEND + _HEADS

    def group(self, top: float, group: Bars) -> float:
        """Its name, and its bars beneath; where the next one begins."""
        self._words(_EDGE, top, group.name, WIDTH - 2 * _EDGE, size=_LARGE, bold=True)
        for number, bar in enumerate(group.bars):
            self._bar(top + _NAME + number * _ROW, bar)
        return top + _NAME + _ROW * len(group.bars) + _PAUSE

    def _bar(self, top: float, bar: Bar) -> None:
        self._words(_EDGE, top, bar.short or bar.label, self._left - _GAP - _EDGE)
        if bar.whole > 0:
            self._box(self._left, top, self._right, _REST)
            if filled := _filled(bar, self._right - self._left):
                self._box(self._left, top, self._left + filled, _INK)
        else:
            self._words(self._left, top, bar.none, WIDTH - _EDGE - self._left, shade=_SOFT)
        for said, column in zip(bar.said, self._columns, strict=False):
            self._number(top, said, column, _INK)

    def _box(self, left: float, top: float, right: float, shade: int) -> None:
        place = [round(each * _FINE) for each in (left, top, right, top + _THICK)]
        self._draw.rectangle((place[0], place[1], place[2] - 1, place[3] - 1), _grey(shade), _grey(_INK), _FINE)

    def _number(self, top: float, words: str, column: tuple[float, float], shade: int) -> None:
        """Words at the right of a column."""
        left, right = column
        self._words(max(right - _length(words), left), top, words, right - left, shade=shade)

    def _words(
        self,
        left: float,
        top: float,
        words: str,
        room: float,
        *,
        shade: int = _INK,
        size: int = _SMALL,
        bold: bool = False,
    ) -> float:
        """As many of them as there is room for; how wide that is."""
        font, shown = _font(size), _fitted(words, size, room)
        place = (round(left * _FINE), round((top + _BASE) * _FINE) - 2)
        self._draw.text(place, shown, _grey(shade), font, anchor="ls", stroke_width=0.5 if bold else 0)
        return _length(shown, size)

    def png(self) -> bytes:
        """What was drawn."""
        grey = self._image.point(_NEAREST)
        drawn = Image.frombytes("P", grey.size, grey.tobytes())
        ink = [int(GREEN[at : at + 2], 16) for at in (1, 3, 5)]
        drawn.putpalette([round(255 + (value - 255) * shade) for shade in _SHADES for value in ink])
        out = io.BytesIO()
        drawn.save(out, "PNG", optimize=True, bits=2)
        return out.getvalue()


def _filled(bar: Bar, room: float) -> float:
    """How long its filled part is; a side that is not empty can always be seen."""
    if bar.part <= 0 or bar.part >= bar.whole:
        return 0 if bar.part <= 0 else room
    return min(max(bar.part / bar.whole * room, _SEEN), room - _SEEN)


def _columns(heads: Sequence[str], bars: Sequence[Bar], first: float) -> list[tuple[float, float]]:
    """Where each column begins and ends: as wide as its widest words when there is room for them after `first`, and
    the last one at the right edge.
    """
    columns, right = list[tuple[float, float]](), float(WIDTH - _EDGE)
    cells = list(zip_longest(heads, *(bar.said for bar in bars), fillvalue=""))[: len(heads)]
    widths = [max(map(_length, each)) for each in cells]
    room = right - first - _GAP * len(heads)
    most = room / len(heads) if sum(widths) > room else room
    for width in reversed(widths):
        left = right - min(width, most)
        columns.insert(0, (left, right))
        right = left - _GAP
    return columns


def _grey(shade: int) -> int:
    return round(_SHADES[shade] * 255)


@lru_cache(4)
def _font(size: int) -> Any:
    return ImageFont.load_default(size * _FINE)


def _length(words: str, size: int = _SMALL) -> float:
    return float(_font(size).getlength(_plain(words))) / _FINE


def _plain(words: str) -> str:
    """The words in letters that the font has: without accents, and a question mark for what it does not know."""
    bare = "".join(each for each in normalize("NFKD", words[:200]) if not 0x300 <= ord(each) < 0x370)
    return "".join(each if each in _KNOWN else "?" for each in " ".join(bare.translate(_FOLDED).split()))


def _fitted(words: str, size: int, room: float) -> str:
    kept = shown = _plain(words)
    while kept and _length(shown, size) > room:
        kept = kept[:-1]
        shown = f"{kept.rstrip()}…"
    return shown if kept else ""
