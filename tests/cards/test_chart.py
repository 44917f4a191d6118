"""Charts as pictures: what is longer is drawn longer, the same is the same bytes, and what they hold fits."""

import base64
import io

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.manifest.wording import GREEN as BOTS
from cards.chart import GREEN, WIDTH, data_uri, png, sha256_of
from cards.limits import SLACK, TEAMS
from cards.model import Bar, Bars, Card, Chart
from cards.slack import message as slack_message
from cards.teams import message as teams_message
from cards.text import plain

INK = tuple(int(GREEN[at : at + 2], 16) for at in (1, 3, 5))
WORDS = "9 of 10 in time; half within 2 hours, the longest 26 hours; 12 with time left"
LONG = 60
"""In pixels: longer than any line in a letter."""

TYPICAL = ("Harbour page", "Harbour on Instagram", "Parents' forum", "Year 4 blog", "School website")


def bar(part: int, whole: int = 10, **more: str) -> Bar:
    """A bar of a month."""
    return Bar("Mar 2027", part, whole, ("9 of 10", "2 h", "26 h", "1"), WORDS, **more)


def five(number: int) -> Chart:
    """A chart of five accounts in three months, with numbers of its own."""
    groups = (Bars(name, tuple(_month(number, part) for part in (9, 3, 10))) for name in TYPICAL)
    return Chart(tuple(groups), "Answered in time", "Late", ("in time", "half in", "longest", "open"))


def _month(number: int, part: int) -> Bar:
    said = (f"{part + number} of 40", f"{part * 3 + number} h", f"{part * 7 + number} h", str(number))
    return Bar("Mar 2027", part + number, 40, said, f"{part + number} of 40 in time", short="Mar")


def chart(*bars: Bar, name: str = "Harbour page") -> Chart:
    """A chart of one account."""
    return Chart((Bars(name, bars),), "Answered in time", "Late", ("in time", "half in", "longest", "open"))


def opened(drawn: Chart) -> Image.Image:
    """The picture as somebody sees it."""
    return Image.open(io.BytesIO(png(drawn))).convert("RGB")


def _run(line: list[bool]) -> int:
    return max(map(len, "".join("x" if each else " " for each in line).split(" ")))


def _lines(drawn: Chart) -> list[int]:
    """How long the longest run of ink is in each line of pixels beneath the legend."""
    picture = opened(drawn)
    rows = range(120, picture.height)
    return [_run([picture.getpixel((x, y)) == INK for x in range(picture.width)]) for y in rows]


def filled(drawn: Chart) -> int:
    """How long the filled part of the only bar is, in pixels."""
    lines = _lines(drawn)
    edges = [number for number, run in enumerate(lines) if run > LONG]
    return lines[(edges[0] + edges[-1]) // 2]


def test_more_in_time_is_a_longer_bar() -> None:
    middle = [filled(chart(bar(part))) for part in (0, 3, 9, 10)]
    assert middle == sorted(set(middle))


def test_a_single_late_one_among_many_is_seen() -> None:
    assert filled(chart(bar(0, 500))) < filled(chart(bar(1, 500)))
    assert filled(chart(bar(499, 500))) < filled(chart(bar(500, 500))) - 4


def test_none_in_time_is_an_outline_and_no_comments_are_no_bar() -> None:
    late, nothing = chart(bar(0)), chart(bar(0, 0, none="no comments"))
    assert max(_lines(late)) > LONG
    assert max(_lines(nothing)) < LONG


def test_the_same_chart_is_the_same_bytes_and_another_is_not() -> None:
    first = png(chart(bar(9)))
    png.cache_clear()
    assert png(chart(bar(9))) == first
    assert sha256_of(chart(bar(9))) != sha256_of(chart(bar(8)))


def test_it_is_a_small_sharp_picture_of_four_colours() -> None:
    typical = five(1)
    picture = Image.open(io.BytesIO(png(typical)))
    assert (picture.mode, picture.width) == ("P", 2 * WIDTH)
    assert len(picture.convert("RGB").getcolors() or []) == 4
    assert len(data_uri(typical)) < 20_000
    assert base64.b64decode(data_uri(typical).removeprefix("data:image/png;base64,")) == png(typical)
    assert len(typical.alt) < min(SLACK.alt, TEAMS.alt)
    assert GREEN == BOTS


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300), st.integers(-3, 10**9), st.integers(-3, 10**9))
def test_anything_can_be_drawn(text: str, part: int, whole: int) -> None:
    drawn = Chart((Bars(text, (Bar(text, part, whole, (text,) * 4, text, text),)),), text, text, (text,) * 4)
    assert opened(drawn).width == 2 * WIDTH
    assert opened(Chart((), text, text)).width == 2 * WIDTH


def test_letters_the_font_lacks_are_drawn_plainly_and_said_as_they_are() -> None:
    welsh = chart(bar(9), name="Ysgol yr Harbŵr – Łódź")
    assert png(welsh) == png(chart(bar(9), name="Ysgol yr Harbwr - Lodz"))
    assert "Ysgol yr Harbŵr – Łódź" in welsh.alt


def test_no_number_is_cut() -> None:
    said = ("123 of 456", "89 min", "1234 h", "123")
    whole = chart(Bar("Mar 2027", 123, 456, said, WORDS, short="Mar"))
    for number, cell in enumerate(said):
        other = (*said[:number], f"{cell[:-1]}8", *said[number + 1 :])
        assert png(chart(Bar("Mar 2027", 123, 456, other, WORDS, short="Mar"))) != png(whole)
    assert filled(whole) > 20


def test_a_long_name_is_cut_at_the_edge() -> None:
    picture = opened(chart(bar(9), name="W" * 200))
    edge = [picture.getpixel((x, y)) for x in range(2 * WIDTH - 20, 2 * WIDTH) for y in range(picture.height)]
    assert set(edge) == {(255, 255, 255)}


SHOWN = chart(bar(9), bar(0, 0, none="no comments"))
SAID = f"A chart. Harbour page: Mar 2027: {WORDS}. Mar 2027: {WORDS}."


def test_it_says_all_of_its_numbers() -> None:
    assert SHOWN.alt == SAID
    assert plain(Card("T", "S", (SHOWN,))) == f"T\n\nHarbour page\nMar 2027: {WORDS}\nMar 2027: {WORDS}"


def test_slack_shows_the_upload_or_the_numbers() -> None:
    card = Card("T", "S", (SHOWN,))
    [_, image] = slack_message(card, school="harbour", uploads={sha256_of(SHOWN): "F1"})["blocks"]
    assert image == {"type": "image", "slack_file": {"id": "F1"}, "alt_text": SAID}
    words = slack_message(card, school="harbour")["blocks"][1:]
    assert [block["type"] for block in words] == ["rich_text", "rich_text"]
    assert WORDS in str(words)


def test_teams_shows_the_picture_itself_or_where_there_is_no_room_the_numbers() -> None:
    [_, image] = teams_message(Card("T", "S", (SHOWN,)), school="harbour")["body"]
    assert image == {"type": "Image", "url": data_uri(SHOWN), "altText": SAID}
    many = tuple(five(number) for number in range(1, 6))
    body = teams_message(Card("T", "S", many), school="harbour")["body"]
    images = [each for each in body if each["type"] == "Image"]
    assert [each["altText"] for each in images] == [each.alt for each in many[:-1]]
    words = body[1 + len(images) :]
    assert len(words) == 5 * 4
    assert "14 of 40 in time" in str(words[1])


def test_five_accounts_with_long_names_are_said_in_full() -> None:
    five = Chart(tuple(Bars("N" * 60, (bar(9), bar(3), bar(1))) for _ in range(5)), "In time", "Late")
    assert len(five.alt) <= min(SLACK.alt, TEAMS.alt)
