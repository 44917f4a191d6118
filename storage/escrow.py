"""Sealed copies of the key ring, for people to keep: each a text under a passphrase of its own."""

import base64
import os
import re
from textwrap import wrap

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from storage.contract import Damaged
from storage.references import ALPHABET, grouped

FIRST, LAST = "-----BEGIN SEALED EXEAT KEY-----", "-----END SEALED EXEAT KEY-----"

HARDNESS = 1 << 15
"""What scrypt is made to cost: 32 MiB and a tenth of a second. The passphrase is random and long as it is."""

MOST_HARDNESS = 1 << 20
"""More than this no copy of ours asks for."""

_COPY = re.compile(rf"{FIRST}\s+scrypt (\d+) ([0-9A-Za-z_=-]+)\s+([0-9A-Za-z_=\s-]+?)\s+{LAST}")


class WrongPassphrase(Exception):
    """The copy was sealed under another passphrase."""


def new_passphrase() -> str:
    """25 random letters in groups of five: as good as 120 random bits."""
    return grouped(5, 5)


def seal_copy(ring: str, passphrase: str) -> str:
    """The key ring as lines of text that only the passphrase opens."""
    salt = os.urandom(16)
    token = Fernet(_key(passphrase, salt, HARDNESS)).encrypt(ring.encode()).decode()
    head = f"scrypt {HARDNESS} {base64.urlsafe_b64encode(salt).decode()}"
    return "\n".join((FIRST, head, *wrap(token, 64, break_on_hyphens=False), LAST))


def open_copy(text: str, passphrase: str) -> str:
    """The key ring in a text that holds a sealed copy, whatever stands around it.

    Hyphens, spaces and small letters in the passphrase make no difference. Raises WrongPassphrase, and Damaged when
    there is no whole copy in the text.
    """
    found = _COPY.search(text)
    if found is None or not 2 <= int(found[1]) <= MOST_HARDNESS or int(found[1]).bit_count() != 1:
        raise Damaged(f"There is no sealed copy of a key in it, from {FIRST} to {LAST}.")
    try:
        salt = base64.urlsafe_b64decode(found[2])
        return Fernet(_key(passphrase, salt, int(found[1]))).decrypt("".join(found[3].split())).decode()
    except ValueError:
        raise Damaged("The sealed copy of the key is not as it was made.") from None
    except InvalidToken:
        raise WrongPassphrase from None


def _key(passphrase: str, salt: bytes, hardness: int) -> bytes:
    letters = "".join(letter for letter in passphrase.upper() if letter in ALPHABET)
    return base64.urlsafe_b64encode(Scrypt(salt, 32, hardness, 8, 1).derive(letters.encode()))
