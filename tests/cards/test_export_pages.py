"""What the pages of an export say beside the records."""

from cards.export_pages import audit_words


def test_a_sound_record_of_who_did_what_can_be_checked_elsewhere() -> None:
    sound, checking = audit_words(2, "abc", None, "")
    assert sound == "audit.jsonl holds 2 rows and reads as it was written. The last hash is abc."
    assert "exeat audit verify audit.jsonl" in checking


def test_the_first_row_that_was_changed_is_named() -> None:
    (said,) = audit_words(1, "abc", 2, "its hash is another")
    assert said == (
        "audit.jsonl is not as it was written: row 2 does not: its hash is another. The 1 row before it do."
    )
