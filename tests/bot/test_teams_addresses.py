"""Where people are reached on Teams: learnt, kept, closed and opened again, however many at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.teams import addresses
from bot.teams.addresses import Addresses
from policy.address import Address
from policy.people import Identity
from storage.contract import Transaction, Unavailable
from storage.tiny import TinyStore, open_tiny
from tests.fakes.school import MONDAY

TOM, ANN = Identity("teams", "t-1", "tom"), Identity("teams", "t-1", "ann")
AT_TOMS = Address(str(TOM), "harbour", "https://smba.example/uk/", "a:1tom", "29:tom", "28:app", MONDAY)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    store = await open_tiny(tmp_path / "data")
    yield store
    await store.close()


def known(store: object, minutes: int = 0) -> Addresses:
    return Addresses(store, "harbour", lambda: MONDAY + timedelta(minutes=minutes))  # type: ignore[arg-type]


async def kept(store: TinyStore, identity: Identity = TOM) -> Address | None:
    async with store.transaction("harbour") as tx:
        return await tx.get(Address, str(identity))


class Watched:
    """A store that counts what is begun in it; `meanwhile` happens inside each transaction before it ends."""

    def __init__(self, store: TinyStore, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._store, self.meanwhile, self.begun = store, meanwhile, 0

    def transaction(self, school: str) -> AbstractAsyncContextManager[Transaction]:
        self.begun += 1
        self.meanwhile()
        return self._store.transaction(school)


async def test_an_address_is_kept_and_read_again_after_a_restart(store: TinyStore) -> None:
    first = known(store)
    await first.learn(AT_TOMS)
    assert first.get(TOM) == await kept(store) == replace(AT_TOMS, rev=1)
    again = known(store)
    assert again.get(TOM) is None
    await again.load()
    assert again.get(TOM) == first.get(TOM)
    assert again.at("a:1tom") == first.get(TOM)
    assert (again.get(ANN), again.at("a:1ann")) == (None, None)


async def test_nothing_is_written_when_nothing_has_changed(store: TinyStore) -> None:
    watched = Watched(store)
    everybody = known(watched, minutes=5)
    await everybody.learn(AT_TOMS)
    begun = watched.begun
    await everybody.learn(replace(AT_TOMS, at=MONDAY + timedelta(hours=1), rev=7))
    await everybody.close(ANN)
    assert watched.begun == begun
    found = await kept(store)
    assert found is not None
    assert (found.rev, found.at) == (1, MONDAY + timedelta(minutes=5))


@pytest.mark.parametrize("name", ["service", "conversation", "member", "bot"])
async def test_what_has_changed_is_written(store: TinyStore, name: str) -> None:
    everybody = known(store)
    await everybody.learn(AT_TOMS)
    another: dict[str, Any] = {name: "another"}
    await everybody.learn(replace(AT_TOMS, **another))
    found = await kept(store)
    assert found == everybody.get(TOM)
    assert (getattr(found, name), found and found.rev) == ("another", 2)


async def test_an_address_is_found_by_its_present_conversation_only(store: TinyStore) -> None:
    everybody = known(store)
    await everybody.learn(AT_TOMS)
    await everybody.learn(replace(AT_TOMS, conversation="a:2tom"))
    assert everybody.at("a:1tom") is None
    await everybody.learn(replace(AT_TOMS, id=str(ANN), conversation="a:1tom"))
    assert [found and found.id for found in map(everybody.at, ("a:1tom", "a:2tom"))] == [str(ANN), str(TOM)]


async def test_a_closed_address_opens_again_when_it_is_learnt_again(store: TinyStore) -> None:
    everybody = known(store)
    await everybody.learn(AT_TOMS)
    await everybody.close(TOM)
    closed = await kept(store)
    assert closed == everybody.get(TOM)
    assert closed is not None
    assert (closed.open, closed.state, closed.conversation) == (False, "closed", "a:1tom")
    await everybody.close(TOM)
    assert await kept(store) == closed
    await everybody.learn(replace(AT_TOMS, open=False))
    opened = everybody.get(TOM)
    assert opened == await kept(store)
    assert opened is not None
    assert (opened.open, opened.rev) == (True, 3)


async def test_whoever_was_heard_from_after_a_refused_call_began_stays_open(store: TinyStore) -> None:
    everybody = known(store)
    everybody.note(AT_TOMS)
    await everybody.learn(AT_TOMS)
    began = everybody.moment
    everybody.note(AT_TOMS)
    await everybody.close(TOM, began)
    assert everybody.get(TOM) == await kept(store) == replace(AT_TOMS, rev=1)
    await everybody.close(TOM, everybody.moment)
    closed = everybody.get(TOM)
    assert closed is not None
    assert not closed.open


async def test_whoever_is_heard_from_while_their_address_is_being_closed_is_open(store: TinyStore) -> None:
    everybody = known(store)
    await everybody.learn(AT_TOMS)
    watched = Watched(store, lambda: everybody.note(AT_TOMS))
    everybody._store = watched  # type: ignore[assignment]
    await everybody.close(TOM)
    noted = everybody.get(TOM)
    assert noted is not None
    assert noted.open
    watched.meanwhile = lambda: None
    await everybody.learn(noted)
    again = await kept(store)
    assert again is not None
    assert again.open
    assert everybody.noted(TOM) is None


async def test_what_is_noted_is_remembered_of_so_many_only_and_not_kept(store: TinyStore) -> None:
    everybody = known(store)
    first = Identity("teams", "t-1", "n-0")
    for n in range(addresses.MOST_NOTES + 1):
        everybody.note(replace(AT_TOMS, id=f"teams:t-1:n-{n}"))
    assert everybody.get(first) is None
    assert everybody.get(Identity("teams", "t-1", f"n-{addresses.MOST_NOTES}")) is not None
    assert (len(everybody._notes), len(everybody._heard)) == (addresses.MOST_NOTES, addresses.MOST_NOTES)
    assert everybody.all() == ()
    assert await kept(store, first) is None


async def test_two_learnings_at_once_are_one(store: TinyStore) -> None:
    everybody = known(store)
    await asyncio.gather(*(everybody.learn(AT_TOMS) for _ in range(8)))
    assert await kept(store) == everybody.get(TOM) == replace(AT_TOMS, rev=1)


async def test_many_changes_at_once_all_come_through(store: TinyStore) -> None:
    one, other = known(store), known(store)
    changes = [replace(AT_TOMS, service=f"https://{n}.example/") for n in range(6)]
    await asyncio.gather(*map(one.learn, changes[:3]), *map(other.learn, changes[3:]))
    found = await kept(store)
    assert found is not None
    assert found.service in {change.service for change in changes}
    assert found.rev == len(changes)
    assert found in (one.get(TOM), other.get(TOM))


async def test_a_store_that_somebody_else_writes_to_at_every_turn(store: TinyStore) -> None:
    other, turn = known(store), 0

    class Busy(Watched):
        def transaction(self, school: str) -> AbstractAsyncContextManager[Transaction]:
            return Interrupted(super().transaction(school))

    class Interrupted(AbstractAsyncContextManager[Transaction]):
        def __init__(self, inner: AbstractAsyncContextManager[Transaction]) -> None:
            self.inner = inner

        async def __aenter__(self) -> Transaction:
            return await self.inner.__aenter__()

        async def __aexit__(self, *error: object) -> bool | None:
            nonlocal turn
            turn += 1
            if turn < addresses.TRIES:
                change = replace(AT_TOMS, service=f"https://{turn}.example/")
                await asyncio.create_task(other.learn(change))
            return await self.inner.__aexit__(*error)  # type: ignore[arg-type]

    everybody = known(Busy(store))
    await everybody.learn(AT_TOMS)
    assert await kept(store) == everybody.get(TOM) == replace(AT_TOMS, rev=addresses.TRIES)
    turn = -addresses.TRIES
    with pytest.raises(Unavailable):
        await everybody.learn(replace(AT_TOMS, bot="28:other"))


async def test_what_could_not_be_kept_is_not_believed(store: TinyStore) -> None:
    everybody = known(store)
    await everybody.learn(AT_TOMS)

    def refuse() -> None:
        raise Unavailable("the disk is full")

    full = known(Watched(store, refuse))
    full._by_id = dict(everybody._by_id)
    with pytest.raises(Unavailable):
        await full.close(TOM)
    assert full.get(TOM) == everybody.get(TOM)
    with pytest.raises(Unavailable):
        await full.learn(replace(AT_TOMS, id=str(ANN)))
    assert full.get(ANN) is None


async def test_everybody_is_loaded_page_by_page(store: TinyStore) -> None:
    ids = {f"teams:t-1:{n}" for n in range(addresses.PAGE * 2)}
    async with store.transaction("harbour") as tx:
        for id in ids:
            tx.put(replace(AT_TOMS, id=id, conversation=id))
    everybody = known(store)
    await everybody.load()
    assert {address.id for address in everybody.all()} == ids
