"""What changed between two texts, for every platform."""

from hypothesis import given
from hypothesis import strategies as st

from cards.changes import MOST_CHANGES, changes

texts = st.lists(st.sampled_from(["a", "b", "harbour", " ", "\n", ",", "!", "é"]), max_size=60).map("".join)


def test_words_that_changed_are_told_from_those_that_stayed() -> None:
    found = changes("Sports day is on Friday.", "Sports day is on Monday.")
    assert found == [
        (True, "Sports day is on ", "Sports day is on "),
        (False, "Friday", "Monday"),
        (True, ".", "."),
    ]


@given(texts, texts)
def test_nothing_is_left_out_or_added(before: str, after: str) -> None:
    found = changes(before, after)
    assert "".join(old for _, old, _ in found) == before
    assert "".join(new for _, _, new in found) == after
    assert all(old == new for same, old, new in found if same)
    assert len(found) <= MOST_CHANGES + 2


def test_texts_that_would_take_long_to_compare_are_not_compared_word_by_word() -> None:
    for before, after in (("!" * 499, "?!" * 250), ("a " * 1500, "b a " * 750)):
        assert sum(not same for same, _, _ in changes(before, after)) == 1
