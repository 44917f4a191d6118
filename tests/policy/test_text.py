"""Cleaning what a person typed: nothing hidden stays, nothing that is seen is lost."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.text import characters, clean, shorten

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
TEACHER = "\U0001f469\U0001f3fd\u200d\U0001f3eb"
HEART_ON_FIRE = "\u2764\ufe0f\u200d\U0001f525"
KEYCAP = "1\ufe0f\u20e3"

TRICKY = (
    "\u0000\u0007\u0009\u000b\u000d\u001b\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u2060\u2061\u2066\u2067\u2068\u2069\u206a\u2800\u3000\u3164\ufe00"
    "\ufe0e\ufe0f\ufeff\uffa0\ufff9\ufffe\U000e0001\U000e0041\U000e007f\U000e0100\ud800 \n"
)
texts = st.one_of(
    st.text(),
    st.text(TRICKY + "aé\u0301س\u0915\u094d1#\u20e3" + ENGLAND + FAMILY + TEACHER + HEART_ON_FIRE),
    st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF)),
)


@settings(deadline=None)
@given(texts)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@settings(deadline=None)
@given(texts)
def test_what_is_clean_can_be_stored_and_hides_nothing(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert not any(line.endswith(" ") for line in cleaned.split("\n"))
    for each in cleaned:
        assert each == "\n" or unicodedata.category(each) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.bidirectional(each) not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@settings(deadline=None)
@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_writing_is_left_as_it_is(text: str) -> None:
    assert clean(text) == text.strip(" ")


@pytest.mark.parametrize(
    "hidden", [each for each in TRICKY if each not in "\t\x0b\r\x85\xa0\u2028\u2029\u202f\u2800\u3000 \n"]
)
def test_hidden_characters_go_from_between_letters(hidden: str) -> None:
    assert clean(f"pic{hidden}nic") == "picnic"


@pytest.mark.parametrize("space", ["\t", "\xa0", "\u2003", "\u202f", "\u2800", "\u3000"])
def test_every_kind_of_space_is_a_space(space: str) -> None:
    assert clean(f"sports{space}day") == "sports day"


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_is_a_newline(ending: str) -> None:
    assert clean(f"one  {ending}two{ending}{ending}three{ending}") == "one\ntwo\n\nthree"


def test_text_cannot_be_turned_round() -> None:
    assert clean("safe \u202egpj.exe\u202c \u2067name\u2069") == "safe gpj.exe name"


def test_accents_are_composed_once_what_stood_between_is_gone() -> None:
    assert clean("Zoe\u200b\u0308") == "Zoë"


@pytest.mark.parametrize(
    "text",
    [
        FAMILY,
        TEACHER,
        HEART_ON_FIRE,
        KEYCAP,
        ENGLAND,
        "\U0001f1ec\U0001f1e7 \u2600\ufe0f \u270a\U0001f3fe",
        "می‌خواهم",
        "ക്‍ഷ",
        "ന്‍",
        "क्‌ष",
        "র‍্যাব",
        "שלום עולם",
        "½ cup, 10 m², ﬁne, ①",
        "Llywelyn a’r ŵyl — £5 · 20°",
        "\U0001fae8 \U0001fadf",
    ],
)
def test_real_writing_and_real_emoji_stay_whole(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\u200d\U0001f469", "a\U0001f469"),
        ("\U0001f469\u200d", "\U0001f469"),
        ("\U0001f469\u200d\u200d\U0001f469", "\U0001f469\U0001f469"),
        ("a\ufe0f", "a"),
        ("1\ufe0f", "1"),
        ("\u2600\ufe0f\ufe0f", "\u2600\ufe0f"),
        ("\U0001f3f4\U000e0068\U000e0069", "\U0001f3f4"),
        ("hi" + "".join(chr(0xE0000 + ord(letter)) for letter in "secret"), "hi"),
        ("س\u200c", "س"),
        ("a\ufe0f\u200d\U0001f469", "a\U0001f469"),
    ],
)
def test_the_same_characters_elsewhere_are_hiding_and_go(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@settings(deadline=None)
@given(texts)
def test_characters_are_the_text_in_pieces(text: str) -> None:
    pieces = list(characters(text))
    assert "".join(pieces) == text
    assert all(pieces)


def test_what_a_reader_sees_as_one_is_one() -> None:
    text = f"e\u0301{FAMILY}{TEACHER}{KEYCAP}{ENGLAND}\U0001f1ec\U0001f1e7\U0001f1eb\U0001f1f7a"
    assert len(list(characters(text))) == 8
    assert list(characters("ab\n\u0301")) == ["a", "b", "\n", "\u0301"]


@settings(deadline=None)
@given(texts, st.integers(1, 60))
def test_a_shortened_text_fits_and_says_how_much_is_missing(text: str, longest: int) -> None:
    short, left_out = shorten(text, longest)
    assert len(short) <= longest
    if left_out:
        assert len(text) > longest
        assert short == text[: len(text) - left_out] + "…"
    else:
        assert short == text


def test_a_text_is_shortened_after_a_whole_word() -> None:
    assert shorten("Sports day is on Friday", 18) == ("Sports day is on…", 7)


@pytest.mark.parametrize("whole", [FAMILY, TEACHER, ENGLAND, "\U0001f1ec\U0001f1e7", "e\u0301\u0323"])
def test_a_text_is_never_cut_inside_an_emoji_or_an_accented_letter(whole: str) -> None:
    text = f"abc{whole}{whole}"
    for longest in range(4, len(text)):
        short, _ = shorten(text, longest)
        assert short in ("abc…", f"abc{whole}…")


def test_a_letter_with_more_accents_than_there_is_room_for_is_cut_all_the_same() -> None:
    assert shorten("a" + "\u0301" * 500, 10) == ("a" + "\u0301" * 8 + "…", 492)


def test_nothing_fits_into_nothing() -> None:
    with pytest.raises(ValueError, match="one character"):
        shorten("abc", 0)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_ascii_goes_the_short_way_to_the_same_end(typed: str) -> None:
    assert clean(typed) == clean(f"{typed}\n") == typed.strip(" ")
