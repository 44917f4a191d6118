"""What every store must do with what is confidential: sealed where it is kept, open to whoever has the key."""

from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import pytest

from policy.record import Upgrade
from storage.contract import Store
from storage.vault import Keyless, Vault, WrongKey
from tests.storage.contract import NOW, SCHOOL, get, put
from tests.storage.note import Note

Sealing = Callable[[Vault | None], Awaitable[Store]]
"""Opens the same place each time, with that vault or none."""

KEY, NEWER = (urlsafe_b64encode(each * 32).decode() for each in (b"k", b"n"))

WORDS = "the zebra spreadsheet of Mr Quibble"


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that not everybody may read."""

    id: str
    school: str = SCHOOL
    text: str = WORDS
    state: str = "open"
    owner: str = "ann"
    next_due: datetime | None = None
    keys: tuple[str, ...] = ("reader:ann",)
    rev: int = 0
    version: int = 1

    KIND: ClassVar[str] = "letter"
    PREFIX: ClassVar[str] = "L"
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}
    SEALED: ClassVar[bool] = True


async def read(store: Store, id: str = "L-1") -> Letter | None:
    async with store.transaction(SCHOOL) as tx:
        return await tx.get(Letter, id)


async def write(store: Store, *letters: Letter) -> None:
    async with store.transaction(SCHOOL) as tx:
        for letter in letters:
            tx.put(letter)


class Sealed:
    """With a key, without one, and with another."""

    async def test_it_comes_back_as_it_was(self, sealing: Sealing) -> None:
        store = await sealing(Vault([KEY]))
        assert store.sealing
        await write(store, Letter("L-1", next_due=NOW))
        assert await read(store) == Letter("L-1", next_due=NOW, rev=1)
        await store.close()
        store = await sealing(Vault([KEY]))
        assert await read(store) == Letter("L-1", next_due=NOW, rev=1)
        await store.close()

    async def test_it_is_found_by_all_that_it_can_be_found_by(self, sealing: Sealing) -> None:
        store = await sealing(Vault([KEY]))
        await write(store, Letter("L-1", next_due=NOW), Letter("L-2", state="closed", owner="ben", keys=()))
        async with store.transaction(SCHOOL) as tx:
            for query in ({"state": "open"}, {"owner": "ann"}, {"key": "reader:ann"}, {"due_before": NOW}):
                assert [each.id for each in await tx.find(Letter, **query)] == ["L-1"]
        await store.close()

    async def test_nothing_of_it_stands_on_the_disk(self, sealing: Sealing, folder: Path) -> None:
        store = await sealing(Vault([KEY]))
        await write(store, Letter("L-1"))
        await put(store, Note("N-1", text="what is open"))
        await store.close()
        kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert b"what is open" in kept
        assert b"zebra" not in kept
        assert b"Quibble" not in kept

    async def test_a_transaction_reads_its_own(self, sealing: Sealing) -> None:
        store = await sealing(Vault([KEY]))
        async with store.transaction(SCHOOL) as tx:
            tx.put(Letter("L-1"))
            assert await tx.get(Letter, "L-1") == Letter("L-1")
            assert await tx.find(Letter, key="reader:ann") == [Letter("L-1")]
        await store.close()

    async def test_without_a_key_it_can_be_neither_read_nor_kept_and_everything_else_can(
        self, sealing: Sealing
    ) -> None:
        store = await sealing(Vault([KEY]))
        await write(store, Letter("L-1"))
        await store.close()
        store = await sealing(None)
        assert not store.sealing
        with pytest.raises(Keyless, match="EXEAT_KEY"):
            await read(store)
        with pytest.raises(Keyless):
            await write(store, Letter("L-2"))
        await put(store, Note("N-1"))
        assert await get(store, "N-1") is not None
        await store.close()

    async def test_another_key_does_not_open_it(self, sealing: Sealing) -> None:
        store = await sealing(Vault([KEY]))
        await write(store, Letter("L-1"))
        await store.close()
        store = await sealing(Vault([NEWER]))
        with pytest.raises(WrongKey, match="L-1"):
            await read(store)
        await store.close()

    async def test_a_new_key_before_the_old_one_opens_both_and_seals_anew(self, sealing: Sealing) -> None:
        store = await sealing(Vault([KEY]))
        await write(store, Letter("L-1"), Letter("L-2"))
        await store.close()
        store = await sealing(Vault([NEWER, KEY]))
        first = await read(store)
        assert first is not None
        await write(store, replace(first, state="closed"))
        await store.close()
        store = await sealing(Vault([NEWER]))
        assert (await read(store)) == Letter("L-1", state="closed", rev=2)
        with pytest.raises(WrongKey):
            await read(store, "L-2")
        await store.close()
