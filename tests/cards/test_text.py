"""Cards as plain text, and words made fit to be shown."""

from hypothesis import given
from hypothesis import strategies as st

from cards.model import (
    Button,
    Card,
    Copy,
    Difference,
    Divider,
    Facts,
    Notice,
    Picture,
    Quote,
    Row,
    Text,
    Tone,
)
from cards.text import clip, fitted, harmless, plain


def test_a_card_reads_well_without_any_markup() -> None:
    body = (
        Text("Waiting for Mr Head."),
        Facts((("From", "Ann Teacher"), ("Account", "Harbour page"))),
        Quote("We won!\nWell done."),
        Notice("A picture has no alt text.", "Social media policy, Pictures", Tone.WARNING),
        Picture("a" * 64, "A boat on a lake", "From the trip"),
        Difference("When", "", "Tuesday"),
        Copy("We won!"),
        Row("P-12", "waiting", (Button("See it", url="https://x.example/12"),)),
        Divider(),
    )
    assert plain(Card("P-12", "P-12 waits", body, (Button("Approve", "post.approve"),))) == "\n\n".join(
        (
            "P-12",
            "Waiting for Mr Head.",
            "From: Ann Teacher\nAccount: Harbour page",
            "> We won!\n> Well done.",
            "Please note: A picture has no alt text.\nSocial media policy, Pictures",
            "Picture: A boat on a lake\nFrom the trip",
            "When\nWas: nothing\nNow: Tuesday",
            "Ready to copy:\nWe won!",
            "- P-12\n  waiting\n  See it: https://x.example/12",
            "---",
        )
    )


@given(st.text(max_size=400), st.integers(40, 300))
def test_a_cut_says_how_much_is_left_out(text: str, longest: int) -> None:
    shown = fitted(text, longest)
    assert len(shown) <= longest
    if len(text) > longest:
        kept, _, rest = shown.rpartition("… ")
        assert text.startswith(kept)
        assert rest == f"{len(text) - len(kept):,} more characters"
    else:
        assert shown == text


@given(st.text(max_size=200), st.integers(2, 80))
def test_a_label_is_one_line_that_fits(text: str, longest: int) -> None:
    label = clip(text, longest)
    assert len(label) <= longest
    assert "\n" not in label


def test_hidden_characters_go_and_everything_else_stays() -> None:
    assert harmless("a\u202eb\u200bc\x00") == "abc"
    assert harmless("Café 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿\nnaïve") == "Café 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿\nnaïve"
    assert harmless("\ud800lone") == "lone"
