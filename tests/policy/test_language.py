"""The quick look at a text never misses what the long scan would find."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from policy.checks.language import _word_list, offensive_words, scan

LISTED = sorted(_word_list().words)
INNOCENT = "the children of Year 3 went to Scunthorpe harbour and saw a big white dog, two hot pies & 1 blue kite!"
ORDINARY = INNOCENT.split()
DISGUISES: list[Callable[[str], str]] = [
    str,
    str.upper,
    str.title,
    lambda word: word.replace("i", "1").replace("o", "0"),
    lambda word: word.replace("a", "@").replace("s", "$"),
    lambda word: " ".join(word),
    lambda word: ".".join(word),
    lambda word: "".join(letter * 3 for letter in word),
    lambda word: f"({word}),",
    lambda word: f"{word}s",
]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Ordinary words with a word of the list among them, disguised or not."""
    listed = draw(st.sampled_from(LISTED))
    disguise = draw(st.sampled_from(DISGUISES))
    around = draw(st.lists(st.sampled_from(ORDINARY), max_size=6))
    at = draw(st.integers(0, len(around)))
    return " ".join([*around[:at], disguise(listed), *around[at:]])


@given(texts())
def test_the_quick_look_never_misses_what_the_scan_finds(text: str) -> None:
    assert offensive_words(text) == scan(text)


@given(st.lists(st.sampled_from(ORDINARY), max_size=12).map(" ".join))
def test_nor_finds_what_the_scan_does_not(text: str) -> None:
    assert offensive_words(text) == scan(text)
