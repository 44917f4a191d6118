"""Sealing of what is confidential: the bodies of records whose kind is sealed, under keys that are kept elsewhere."""

import re
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from storage.contract import Damaged, Unavailable

BETWEEN = re.compile(r"[\s,]+")


class Keyless(Unavailable):
    """Something is sealed, and there is no key to open or to seal it with."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"Records of the kind {kind} are sealed, and Exeat has no key. Set EXEAT_KEY.")


class WrongKey(Unavailable):
    """Something is sealed under a key that is not among those given."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} cannot be opened with the keys in EXEAT_KEY. Add the key that was in use when it was written."
        )


class Vault:
    """Seals and opens text. The first key seals; each of them opens, so that a new one can be put before the old.

    `keys` are as `new_key` makes them. Raises ValueError, which quotes none, for what is no key. The attribute `keys`
    says how many different ones there are.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        made, keys = list[Fernet](), tuple(keys)
        for number, key in enumerate(keys, 1):
            try:
                made.append(Fernet(key))
            except ValueError:
                raise ValueError(f"Key no. {number} is not one that exeat keys new makes.") from None
        if not made:
            raise ValueError("There is no key.")
        self.keys = len(set(keys))
        self._first, self._fernet = made[0], MultiFernet(made)

    @classmethod
    def of(cls, text: str) -> "Vault":
        """A vault with the keys in a text, newest first, with commas, spaces or line ends between them."""
        return cls(split(text))

    def seal(self, name: str, text: str, *, timeless: bool = False) -> str:
        """The text sealed for the record of that name, and for no other. `timeless`: what is sealed says not when."""
        content = f"{name}\0{text}".encode()
        sealed = self._fernet.encrypt_at_time(content, 0) if timeless else self._fernet.encrypt(content)
        return sealed.decode()

    def unseal(self, name: str, sealed: str) -> str:
        """The text. Raises WrongKey when no key opens it, and Damaged when it was sealed for another record."""
        try:
            owner, _, text = self._fernet.decrypt(sealed).decode().partition("\0")
        except InvalidToken:
            raise WrongKey(name) from None
        if owner != name:
            raise Damaged(f"What is kept under {name} was sealed for another record.")
        return text

    def is_first(self, sealed: str) -> bool:
        """Whether the first key opens it."""
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def renew(self, name: str, sealed: str) -> str:
        """The same, sealed under the first key. Raises WrongKey when no key opens it."""
        try:
            return self._fernet.rotate(sealed).decode()
        except InvalidToken:
            raise WrongKey(name) from None


def split(text: str) -> tuple[str, ...]:
    """The keys in a text, in their order."""
    return tuple(key for key in BETWEEN.split(text.strip()) if key)


def new_key() -> str:
    """A fresh key: 32 random bytes in URL-safe base64."""
    return Fernet.generate_key().decode()
