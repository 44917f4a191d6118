"""Sealing: bound to one record, refused when changed, and keys that are none."""

import pytest

from storage.contract import Damaged
from storage.vault import Vault, WrongKey
from tests.storage.contract_sealed import KEY, WORDS


def test_what_was_sealed_for_one_record_opens_for_no_other() -> None:
    vault = Vault([KEY])
    sealed = vault.seal("harbour/letter/L-1", WORDS)
    assert vault.unseal("harbour/letter/L-1", sealed) == WORDS
    with pytest.raises(Damaged):
        vault.unseal("harbour/letter/L-2", sealed)


def test_what_was_changed_does_not_open() -> None:
    vault = Vault([KEY])
    sealed = vault.seal("harbour/letter/L-1", WORDS)
    with pytest.raises(WrongKey):
        vault.unseal("harbour/letter/L-1", f"{sealed[:-2]}AA")


@pytest.mark.parametrize("text", ["", " , ", "not a key", KEY[1:], f"{KEY} rubbish"])
def test_what_is_no_key_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"[Kk]ey") as caught:
        Vault.of(text)
    assert "rubbish" not in str(caught.value)
    assert KEY[1:] not in str(caught.value)
