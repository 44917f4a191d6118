"""What every store must do with seen-keys and the audit."""

import asyncio
from datetime import timedelta

import pytest

from storage.audit import verify
from storage.contract import Conflict, Store
from storage.rows import AuditEntry, Seen
from tests.storage.contract import NOTE, NOW, SCHOOL, Base, Opener, message, put, row
from tests.storage.note import Note


class SeenKeys(Base):
    """Seen-keys: a request has its effect once."""

    async def test_a_key_is_known_with_what_it_did(self, opener: Opener) -> None:
        store = await opener()
        seen = Seen("Ev1", NOTE, "digest", NOW)
        async with store.transaction(SCHOOL) as tx:
            assert await tx.seen("Ev1") is None
            tx.mark_seen(seen)
            assert await tx.seen("Ev1") == seen
        await store.close()
        again = await opener()
        async with again.transaction(SCHOOL) as tx:
            assert await tx.seen("Ev1") == seen
        async with again.transaction("hill") as tx:
            assert await tx.seen("Ev1") is None
        await again.close()

    async def test_of_two_deliveries_at_once_one_has_the_effect(self, store: Store) -> None:
        async def deliver(number: int) -> bool:
            try:
                async with store.transaction(SCHOOL) as tx:
                    tx.mark_seen(Seen("Ev1", None, "digest", NOW))
                    tx.put(Note(f"N-{number}"))
            except Conflict:
                return False
            return True

        assert sorted(await asyncio.gather(*map(deliver, range(4)))) == [False, False, False, True]
        assert len((await store.count(SCHOOL)).records) == 1

    async def test_old_keys_are_forgotten(self, store: Store) -> None:
        async with store.transaction(SCHOOL) as tx:
            for hour in range(5):
                tx.mark_seen(Seen(f"Ev{hour}", None, "digest", NOW + timedelta(hours=hour)))
        assert await store.forget_seen(NOW + timedelta(hours=3)) == 3
        assert await store.forget_seen(NOW + timedelta(hours=3)) == 0
        async with store.transaction(SCHOOL) as tx:
            assert [await tx.seen(f"Ev{hour}") is None for hour in range(5)] == [True, True, True, False, False]


class AuditChain(Base):
    """The audit: appended in the same commit, numbered and chained per school."""

    async def test_the_chain_is_sound_whoever_writes_at_once(self, store: Store) -> None:
        async def act(number: int, school: str) -> None:
            async with store.transaction(school) as tx:
                tx.audit(AuditEntry(NOW, f"person{number}", "wrote", NOTE, 1, "open", "abc", "delegate"))
                tx.audit(AuditEntry(NOW, f"person{number}", "sent"))

        await asyncio.gather(*(act(n, school) for n in range(20) for school in (SCHOOL, "hill")))
        for school in (SCHOOL, "hill"):
            rows = [audited async for audited in store.audit_rows(school)]
            assert [audited.seq for audited in rows] == list(range(1, 41))
            assert verify(rows).sound
            assert all(one.entry.person == two.entry.person for one, two in zip(rows[::2], rows[1::2], strict=True))

    async def test_it_goes_on_after_opening_again(self, opener: Opener) -> None:
        for _ in range(3):
            store = await opener()
            async with store.transaction(SCHOOL) as tx:
                tx.audit(AuditEntry(NOW, "ann", "wrote"))
            rows = [audited async for audited in store.audit_rows(SCHOOL)]
            await store.close()
        assert verify(rows).rows == 3

    async def test_nothing_is_written_of_a_commit_that_came_too_late(self, store: Store) -> None:
        await put(store, Note("N-1"))

        async def come_late() -> None:
            async with store.transaction(SCHOOL) as tx:
                tx.audit(AuditEntry(NOW, "ann", "wrote"))
                tx.queue(row())
                tx.show(message())
                tx.mark_seen(Seen("Ev1", None, "digest", NOW))
                tx.put(Note("N-1"))

        with pytest.raises(Conflict):
            await come_late()
        counted = await store.count(SCHOOL)
        assert (counted.audit, counted.outbox, counted.shown) == (0, 0, 0)
        async with store.transaction(SCHOOL) as tx:
            assert await tx.seen("Ev1") is None
