"""The app's two icons, drawn here: a slip with a torn edge, and a tick on it."""

from io import BytesIO

from PIL import Image, ImageDraw

from bot.manifest.wording import GREEN

COLOUR, OUTLINE = 192, 32
"""Their sides in pixels, as Teams asks for them."""

BOARD, SHARE = 32, 0.85
"""The side of the board on which the drawing stands, and what share of the icon in colour that board is."""

FINE = 8
"""How many times larger they are drawn before they are made small, so that slanting lines are smooth."""

Point = tuple[float, float]

# On a board of 32 by 32: the slip from its upper left corner round to the torn edge below, and the tick.
SLIP: tuple[Point, ...] = ((7, 4), (25, 4), (25, 28), (20.5, 23.5), (16, 28), (11.5, 23.5), (7, 28))
TICK: tuple[Point, ...] = ((11.5, 13.5), (14.75, 16.75), (20.5, 10))


def colour_icon() -> bytes:
    """The icon in full colour, as PNG: a white slip on Exeat's green. The same bytes each time."""
    image = Image.new("RGB", (COLOUR * FINE, COLOUR * FINE), GREEN)
    board = _Board(ImageDraw.Draw(image), COLOUR * FINE / BOARD * SHARE, BOARD * (1 - SHARE) / 2 / SHARE)
    board.draw.polygon(board.at(SLIP), fill="white")
    board.line(TICK, 2.6, GREEN)
    return _png(image.resize((COLOUR, COLOUR), Image.Resampling.LANCZOS))


def outline_icon() -> bytes:
    """The icon in white lines on nothing, as PNG. The same bytes each time."""
    mask = Image.new("L", (OUTLINE * FINE, OUTLINE * FINE), 0)
    board = _Board(ImageDraw.Draw(mask), FINE, 0)
    board.line((*SLIP, SLIP[0]), 2, 255)
    board.line(TICK, 2, 255)
    image = Image.new("RGBA", (OUTLINE, OUTLINE), (255, 255, 255, 0))
    image.putalpha(mask.resize((OUTLINE, OUTLINE), Image.Resampling.LANCZOS))
    return _png(image)


class _Board:
    """Draws what is given on a board of 32 by 32, `scale` pixels to the unit and `margin` units in."""

    def __init__(self, draw: ImageDraw.ImageDraw, scale: float, margin: float) -> None:
        self.draw, self._scale, self._margin = draw, scale, margin

    def at(self, points: tuple[Point, ...]) -> list[Point]:
        return [((x + self._margin) * self._scale, (y + self._margin) * self._scale) for x, y in points]

    def line(self, points: tuple[Point, ...], width: float, colour: str | int) -> None:
        """A line with round joints and ends."""
        wide = width * self._scale
        places = self.at(points)
        self.draw.line(places, fill=colour, width=round(wide))
        for x, y in places:
            self.draw.ellipse((x - wide / 2, y - wide / 2, x + wide / 2 - 1, y + wide / 2 - 1), fill=colour)


def _png(image: Image.Image) -> bytes:
    kept = BytesIO()
    image.save(kept, "PNG", optimize=True)
    return kept.getvalue()
