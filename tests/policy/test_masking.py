"""Finding other people in free text: what is taken out, what stays, and how well it reads after."""

import pytest

from policy.masking import Mask, Names
from tests.fakes.school import PAGE, SHORT

OTHERS = ("Helen Halloran", "Cara O’Brien-Nzinga", "Zoë Field", "Olu Green", "Harbour Office", "Sam Treadwell", "May")

MASK = Mask(
    Names(OTHERS, ("Harbour Primary", "Harbour page", "Tom Treadwell")),
    Names(("Tom Treadwell",)),
    frozenset({"tom@harbour.example"}),
    (PAGE, SHORT),
)


def masked(text: str) -> str:
    """The text with whoever was found taken out."""
    for each in reversed(MASK.find(text)):
        text = text[: each.start] + each.instead.words + text[each.end :]
    return text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ask Helen Halloran.", "Ask [another person]."),
        ("ask helen, or HALLORAN", "ask [another person], or [another person]"),
        ("Helen’s class and Halloran's", "[another person]’s class and [another person]'s"),
        ("Cara O'Brien Nzinga, Nzinga", "[another person], [another person]"),
        ("Zoe and ZOË", "[another person] and [another person]"),
        ("Mr Green and Mrs Field on the green field", "[another person] and [another person] on the green field"),
        ("helenhalloran at example.org/helen.halloran", "[another person] at example.org/[another person]"),
        ("Helena and Shelen", "Helena and Shelen"),
        ("Harbour Primary in May, at the office", "Harbour Primary in May, at the office"),
        ("Tom Treadwell, Mr Treadwell, tom@harbour.example", "Tom Treadwell, Mr Treadwell, tom@harbour.example"),
        ("Sam Treadwell met Tom Treadwell", "[another person] met Tom Treadwell"),
        ("Write to helen@harbour.example", "Write to [an e-mail address]"),
        ("Ring 01632 960123 or +44 7700 900123", "Ring [a telephone number] or [a telephone number]"),
        ("She lives at 12 Orchard Lane, SW1A 1AA", "She lives at [an address], [an address]"),
        ("Oliver Fotheringay was there", "[another person] was there"),
        ("With @angry_mum on @page", "With [another person] on @page"),
        (
            "Helen (helen@harbour.example, 01632 960123)",
            "[another person] ([an e-mail address], [a telephone number])",
        ),
        ("", ""),
    ],
)
def test_other_people_are_taken_out_and_the_rest_stays(text: str, left: str) -> None:
    assert masked(text) == left


def test_what_is_left_of_the_words_is_as_it_was_typed() -> None:
    text = "  Two\nlines,\tand é:\n\nHelen  "
    assert masked(text) == "  Two\nlines,\tand é:\n\n[another person]  "


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thank Mr Treadwell", "Treadwell"),
        ("TOM did", "TOM"),
        ("Tom Treadwell did", "Tom Treadwell"),
        ("To tom@harbour.example", "tom@harbour.example"),
        ("Tomato", ""),
    ],
)
def test_how_a_text_names_whoever_asks(text: str, found: str) -> None:
    assert MASK.names_subject(text) == found
