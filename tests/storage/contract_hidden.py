"""What every store must do with what is hidden: all of it works with the key, and none of it shows."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from policy.record import Ref
from storage.audit import verify
from storage.contract import Conflict, Store, Unavailable
from storage.rows import AuditEntry, Count, Errand, Outgoing, Seen
from storage.vault import Keyless, Vault, WrongKey
from tests.storage.contract import NOTE, NOW, SCHOOL, claim, get, put, queue, row
from tests.storage.contract_sealed import KEY, NEWER
from tests.storage.note import Note
from tests.storage.whisper import Whisper, alert, name, raise_it, shown

Veiling = Callable[[Vault | None], Awaitable[Store]]
"""Opens the same place each time, with that vault or none, and with `Whisper` among its kinds."""


async def raised(store: Store, id: str = "", **changes: object) -> Whisper:
    """A hidden record with all that comes with it, in one commit."""
    async with store.transaction(SCHOOL) as tx:
        record = raise_it(tx, id or await tx.new_id(Whisper), **changes)
    return record.but(rev=1)


async def heard(store: Store, id: str) -> Whisper | None:
    """The hidden record as it is kept."""
    async with store.transaction(SCHOOL) as tx:
        return await tx.get(Whisper, id)


async def who(store: Store, hidden: bool = False) -> list[tuple[int, str]]:
    """The place of each row of the chain, and who is in it; the chain is sound."""
    rows = [audited async for audited in store.audit_rows(SCHOOL, hidden)]
    assert verify(rows).sound
    return [(audited.seq, audited.entry.person) for audited in rows]


class Hidden:
    """With the key all is as with any record; beside it nothing is moved, counted or numbered by it."""

    @pytest.fixture
    async def store(self, veiling: Veiling) -> AsyncIterator[Store]:
        store = await veiling(Vault([KEY]))
        yield store
        await store.close()

    async def test_it_is_kept_and_found_also_after_opening_again(self, veiling: Veiling) -> None:
        store = await veiling(Vault([KEY]))
        record = await raised(store, next_due=NOW)
        await raised(store, state="closed", owner="ben", keys=())
        for _ in range(2):
            assert await heard(store, record.id) == record
            async with store.transaction(SCHOOL) as tx:
                for query in (
                    {"state": "murmured"},
                    {"owner": record.owner},
                    {"key": "about:Uaccused"},
                    {"due_before": NOW},
                ):
                    assert await tx.find(Whisper, **query) == [record]
            await store.close()
            store = await veiling(Vault([KEY]))
        await store.close()

    async def test_references_are_random_and_tell_nothing(self, store: Store) -> None:
        async with store.transaction(SCHOOL) as tx:
            ids = [await tx.new_id(Whisper) for _ in range(300)]
            assert await tx.new_id(Note) == "N-1"
        assert len(set(ids)) == 300
        assert all(re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}", id) for id in ids)
        assert ids != sorted(ids)

    async def test_revisions_are_compared(self, store: Store) -> None:
        record = await raised(store)
        async with store.transaction(SCHOOL) as tx:
            tx.put(record.but(state="seen"))
        with pytest.raises(Conflict):
            async with store.transaction(SCHOOL) as tx:
                tx.put(record.but(state="other"))
        async with store.transaction(SCHOOL) as tx:
            tx.delete(Whisper, record.id, 2)
        assert await heard(store, record.id) is None

    async def test_alerts_go_out_come_back_and_are_buried(self, veiling: Veiling) -> None:
        store = await veiling(Vault([KEY]))
        await queue(store, row("ann"))
        record = await raised(store)
        first, second = await claim(store)
        assert (first.record, first.lane, second.person) == (name(record.id), "alert", "ann")
        async with store.transaction(SCHOOL) as tx:
            tx.retry(first, NOW + timedelta(minutes=5), doubtful=True)
            assert tx.hides
        await store.close()
        store = await veiling(Vault([KEY]))
        (again,) = [each for each in await claim(store, NOW + timedelta(minutes=6)) if each.lane]
        assert (again.id, again.attempts, again.doubtful) == (first.id, 1, True)
        async with store.transaction(SCHOOL) as tx:
            tx.bury(again, "unreachablelead", NOW)
        async with store.transaction(SCHOOL) as tx:
            (letter,) = await tx.dead_letters(10, hidden=True)
            assert await tx.dead_letters(10) == await store.dead_letters(SCHOOL) == []
        assert (letter.row.record, letter.reason) == (name(record.id), "unreachablelead")
        await store.close()

    async def test_numbers_of_rows_are_never_given_twice(self, veiling: Veiling) -> None:
        given: set[int] = set()
        for _ in range(3):
            store = await veiling(Vault([KEY]))
            await raised(store)
            await queue(store, row("ann"))
            taken = await claim(store)
            async with store.transaction(SCHOOL) as tx:
                for each in taken:
                    tx.done(each)
            assert not given & {each.id for each in taken}
            given |= {each.id for each in taken}
            await store.close()

    async def test_a_change_redraws_what_shows_it(self, store: Store) -> None:
        record = await raised(store)
        async with store.transaction(SCHOOL) as tx:
            assert await tx.shown(name(record.id)) == [shown(record)]
            tx.put(record.but(state="seen"))
        redraws = [each for each in await claim(store) if each.task is Errand.REDRAW]
        assert [each.record for each in redraws] == [name(record.id)]
        async with store.transaction(SCHOOL) as tx:
            tx.unshow(shown(record).key)
        async with store.transaction(SCHOOL) as tx:
            assert await tx.shown(name(record.id)) == []

    async def test_a_press_has_its_effect_once(self, store: Store) -> None:
        record = await raised(store)
        async with store.transaction(SCHOOL) as tx:
            seen = await tx.seen(f"Evpress-{record.id}")
        assert seen is not None
        assert seen.record == name(record.id)
        with pytest.raises(Conflict):
            async with store.transaction(SCHOOL) as tx:
                tx.mark_seen(Seen(f"Evpress-{record.id}", None, "other", NOW))
        assert await store.forget_seen(NOW + timedelta(hours=1)) == 0, "none that is to be counted"
        async with store.transaction(SCHOOL) as tx:
            assert await tx.seen(f"Evpress-{record.id}") is None

    async def test_it_has_an_audit_chain_of_its_own(self, veiling: Veiling) -> None:
        store = await veiling(Vault([KEY]))
        for number in range(3):
            async with store.transaction(SCHOOL) as tx:
                tx.audit(AuditEntry(NOW, f"ann{number}", "wrote", NOTE))
            await raised(store)
            await store.close()
            store = await veiling(Vault([KEY]))
        assert await who(store) == [(1, "ann0"), (2, "ann1"), (3, "ann2")]
        assert await who(store, hidden=True) == [(1, "Ureporter"), (2, "Ureporter"), (3, "Ureporter")]
        await store.close()

    async def test_rows_without_a_record_are_hidden_beside_it_and_others_are_not(self, store: Store) -> None:
        async with store.transaction(SCHOOL) as tx:
            tx.audit(AuditEntry(NOW, "Ulead", "looked"))
            tx.queue(Outgoing(SCHOOL, "digest", "Ulead", created=NOW))
            assert not tx.hides
            record = raise_it(tx, await tx.new_id(Whisper))
            assert tx.hides
            tx.audit(AuditEntry(NOW, "ann", "wrote", NOTE))
        assert await who(store) == [(1, "ann")]
        assert await who(store, hidden=True) == [(1, "Ulead"), (2, "Ureporter")]
        assert (await store.count(SCHOOL)).outbox == 0
        views = {each.view: each.record for each in await claim(store)}
        assert views == {"digest": None, "heard.alert": name(record.id)}

    async def test_nothing_of_it_is_counted_but_how_long_something_waits(self, store: Store) -> None:
        assert await store.count(SCHOOL) == Count()
        record = await raised(store, next_due=NOW)
        assert await store.count(SCHOOL) == Count(oldest_hidden=NOW)
        (sent,) = await claim(store)
        async with store.transaction(SCHOOL) as tx:
            tx.bury(sent, "unreachablelead", NOW)
        assert await store.count(SCHOOL) == Count()
        assert await heard(store, record.id) == record

    async def test_what_is_in_the_clear_is_numbered_as_if_it_were_not_there(self, store: Store) -> None:
        numbers = []
        for number in range(3):
            await raised(store)
            await put(store, Note(f"N-{number}"))
            async with store.transaction(SCHOOL) as tx:
                tx.queue(row(f"p{number}"))
            numbers += [each.id for each in await claim(store) if not each.lane]
        assert numbers == [2, 4, 6], "each note takes one number, and each of its rows the next"

    async def test_without_a_key_it_is_carried_along_and_everything_else_works(self, veiling: Veiling) -> None:
        store = await veiling(Vault([KEY]))
        record = await raised(store)
        await store.close()
        store = await veiling(None)
        assert await store.count(SCHOOL) == Count()
        assert await claim(store) == []
        assert await who(store, hidden=True) == []
        await put(store, Note("N-1"))
        assert await get(store, "N-1") is not None
        await store.close()
        store = await veiling(Vault([KEY]))
        assert await heard(store, record.id) == record
        assert [each.lane for each in await claim(store)] == ["alert"]
        assert await who(store, hidden=True) == [(1, "Ureporter")]
        await store.close()

    async def test_without_a_key_nothing_is_said_of_it_and_nothing_that_names_it_is_kept(
        self, veiling: Veiling
    ) -> None:
        store = await veiling(None)
        async with store.transaction(SCHOOL) as tx:
            for asked in (tx.new_id(Whisper), tx.get(Whisper, "K7Q4-9M2X"), tx.find(Whisper)):
                with pytest.raises(Keyless):
                    await asked
            asking: tuple[Callable[[], None], ...] = (
                lambda: tx.put(Whisper("K7Q4-9M2X")),
                lambda: tx.delete(Whisper, "K7Q4-9M2X", 1),
                lambda: tx.queue(alert(Whisper("K7Q4-9M2X"))),
                lambda: tx.show(shown(Whisper("K7Q4-9M2X"))),
                lambda: tx.audit(AuditEntry(NOW, "ann", "wrote", name("K7Q4-9M2X"))),
                lambda: tx.mark_seen(Seen("Ev1", name("K7Q4-9M2X"), "", NOW)),
            )
            for ask in asking:
                with pytest.raises(Keyless):
                    ask()
        await store.close()

    async def test_under_another_key_nothing_is_opened_at_all(self, veiling: Veiling) -> None:
        store = await veiling(Vault([KEY]))
        await raised(store)
        await store.close()
        with pytest.raises(WrongKey, match="EXEAT_KEY") as caught:
            await veiling(Vault([NEWER]))
        assert isinstance(caught.value, Unavailable)
        store = await veiling(Vault([NEWER, KEY]))
        await store.close()

    async def test_a_kind_is_known_from_what_is_kept(self, veiling: Veiling, sealing: Veiling) -> None:
        store = await veiling(Vault([KEY]))
        record = await raised(store)
        await store.close()
        store = await sealing(Vault([KEY]))
        async with store.transaction(SCHOOL) as tx:
            tx.audit(AuditEntry(NOW, "Ulead", "looked", Ref("whisper", record.id)))
        assert await who(store) == []
        await store.close()
