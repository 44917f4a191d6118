"""Sealed copies of the key: opened by their own passphrase, and by nothing else."""

import pytest

from storage.contract import Damaged
from storage.escrow import FIRST, WrongPassphrase, new_passphrase, open_copy, seal_copy
from tests.storage.contract_sealed import KEY, NEWER

RING = f"{NEWER},{KEY}"


def test_it_opens_with_its_passphrase_however_that_is_typed_and_whatever_is_around_it() -> None:
    passphrase = new_passphrase()
    text = f"What it is.\n\n{seal_copy(RING, passphrase)}\n\nprinted on page 1"
    for typed in (passphrase, passphrase.lower(), passphrase.replace("-", " "), f" {passphrase.replace('-', '')}\n"):
        assert open_copy(text, typed) == RING
    assert open_copy(text.replace("\n", "\r\n   "), passphrase) == RING


def test_no_other_passphrase_opens_it() -> None:
    passphrase = new_passphrase()
    text = seal_copy(RING, passphrase)
    for wrong in (new_passphrase(), passphrase[:-1], ""):
        with pytest.raises(WrongPassphrase):
            open_copy(text, wrong)


def test_neither_the_key_nor_the_passphrase_stands_in_it() -> None:
    passphrase = new_passphrase()
    text = seal_copy(RING, passphrase)
    assert all(part not in text for part in (*RING.split(","), passphrase, *passphrase.split("-")))
    assert seal_copy(RING, passphrase) != text
    assert max(map(len, text.splitlines())) <= 64


def test_passphrases_are_long_random_and_easy_to_copy() -> None:
    made = {new_passphrase() for _ in range(200)}
    assert len(made) == 200
    assert {len(each) for each in made} == {29}
    assert not set("".join(made)) & set("01ILOU")


def test_what_is_no_copy_or_was_changed_is_told_from_a_wrong_passphrase() -> None:
    passphrase = new_passphrase()
    text = seal_copy(RING, passphrase)
    for damaged in ("", "a letter", text.replace(FIRST, ""), text[:-40], text.replace("32768", "99999999999")):
        with pytest.raises(Damaged):
            open_copy(damaged, passphrase)
