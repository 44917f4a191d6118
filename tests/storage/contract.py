"""What every store must do. A store joins by a subclass whose `opener` fixture opens the same place each time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from policy.record import Ref
from storage.contract import Conflict, Store, Transaction
from storage.rows import AuditEntry, Outgoing, Shown
from tests.storage.note import Note

Opener = Callable[[], Awaitable[Store]]

SCHOOL = "harbour"
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
LEASE = timedelta(minutes=1)
NOTE = Ref("note", "N-1")


async def put(store: Store, *notes: Note) -> None:
    """Keep the notes in one commit."""
    async with store.transaction(notes[0].school) as tx:
        for note in notes:
            tx.put(note)


async def get(store: Store, id: str, school: str = SCHOOL) -> Note | None:
    """The note as it is kept."""
    async with store.transaction(school) as tx:
        return await tx.get(Note, id)


async def find(store: Store, **query: object) -> list[str]:
    """The ids found."""
    async with store.transaction(SCHOOL) as tx:
        return [note.id for note in await tx.find(Note, **query)]  # type: ignore[arg-type]


async def queue(store: Store, *rows: Outgoing) -> None:
    """Queue the rows in one commit."""
    async with store.transaction(SCHOOL) as tx:
        for row in rows:
            tx.queue(row)


async def claim(store: Store, now: datetime = NOW, limit: int = 10) -> list[Outgoing]:
    """What may go at that moment."""
    return await store.claim(SCHOOL, now, LEASE, limit)


def row(person: str = "ann", view: str = "note", **rest: object) -> Outgoing:
    """An outbox row."""
    return Outgoing(SCHOOL, view, person, **rest)  # type: ignore[arg-type]


def message(number: int = 1, rev: int = 1, person: str = "ann", record: Ref | None = NOTE) -> Shown:
    """A message that shows the record."""
    return Shown(SCHOOL, "slack", "D1", f"{number}.0", "note", person, record, rev)


class Base:
    """An open store, and a way to close it and open it again. `hides`: it hides every note, so none is counted."""

    hides: ClassVar[bool] = False

    def counted(self, many: int) -> int:
        """What a count says of so many notes, or rows that name one."""
        return 0 if self.hides else many

    @pytest.fixture
    async def store(self, opener: Opener) -> AsyncIterator[Store]:
        store = await opener()
        yield store
        await store.close()


class Records(Base):
    """Records: kept, found, compared by revision."""

    async def test_what_was_put_is_there_and_one_revision_on(self, store: Store) -> None:
        await put(store, Note("N-1", text="Boats", next_due=NOW, keys=("account:page",)))
        assert await get(store, "N-1") == Note("N-1", text="Boats", next_due=NOW, keys=("account:page",), rev=1)

    async def test_it_is_there_after_opening_again(self, opener: Opener) -> None:
        store = await opener()
        await put(store, Note("N-1", text="“Boats” – ☂"))
        await store.close()
        again = await opener()
        assert await get(again, "N-1") == Note("N-1", text="“Boats” – ☂", rev=1)
        await again.close()

    async def test_schools_do_not_meet(self, store: Store) -> None:
        await put(store, Note("N-1"))
        await put(store, Note("N-1", school="hill", text="theirs"))
        assert await get(store, "N-1", "hill") == Note("N-1", school="hill", text="theirs", rev=1)
        assert await get(store, "N-1") == Note("N-1", rev=1)
        assert await find(store) == ["N-1"]

    async def test_a_record_of_another_school_is_not_taken(self, store: Store) -> None:
        with pytest.raises(ValueError, match="belongs to hill"):
            await put_in(store, Note("N-1", school="hill"))

    async def test_a_transaction_reads_its_own_writes(self, store: Store) -> None:
        await put(store, Note("N-1", state="open"), Note("N-2", state="open"), Note("N-3", state="shut"))
        async with store.transaction(SCHOOL) as tx:
            first, third = await note(tx, "N-1"), await note(tx, "N-3")
            tx.put(first.but(state="shut"))
            tx.put(third.but(state="open"))
            tx.put(Note("N-4"))
            tx.delete(Note, "N-2", 1)
            assert await tx.get(Note, "N-1") == first.but(state="shut")
            assert await tx.get(Note, "N-2") is None
            assert [found.id for found in await tx.find(Note, state="open")] == ["N-4", "N-3"]
            assert [found.id for found in await tx.find(Note, state="open", after="N-4")] == ["N-3"]

    async def test_nothing_is_kept_of_a_transaction_that_fails(self, store: Store) -> None:
        async def fail() -> None:
            async with store.transaction(SCHOOL) as tx:
                tx.put(Note("N-1"))
                tx.queue(row())
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert await get(store, "N-1") is None
        assert (await store.count(SCHOOL)).outbox == 0

    async def test_of_two_changes_to_one_revision_the_first_wins(self, store: Store) -> None:
        await put(store, Note("N-1"))

        async def change(text: str) -> str:
            try:
                async with store.transaction(SCHOOL) as tx:
                    tx.put((await note(tx, "N-1")).but(text=text))
                    tx.audit(AuditEntry(NOW, "ann", text))
            except Conflict:
                return "late"
            return text

        outcomes = await asyncio.gather(change("one"), change("two"))
        (winner,) = [text for text in outcomes if text != "late"]
        assert await get(store, "N-1") == Note("N-1", text=winner, rev=2)
        assert (await store.count(SCHOOL)).audit == 1

    async def test_a_conflict_is_told_when_the_winner_can_be_seen(self, store: Store) -> None:
        await put(store, Note("N-1"))
        seen: list[int] = []

        async def add(letter: str) -> None:
            while True:
                try:
                    async with store.transaction(SCHOOL) as tx:
                        found = await note(tx, "N-1")
                        tx.put(found.but(text=found.text + letter))
                    return
                except Conflict:
                    current = await get(store, "N-1")
                    assert current is not None
                    assert current.rev > found.rev
                    seen.append(current.rev)

        await asyncio.gather(*(add(letter) for letter in "abcdef"))
        final = await get(store, "N-1")
        assert final is not None
        assert sorted(final.text) == list("abcdef")

    async def test_a_new_record_does_not_replace_one(self, store: Store) -> None:
        await put(store, Note("N-1", text="first"))
        with pytest.raises(Conflict):
            await put(store, Note("N-1", text="second"))
        with pytest.raises(Conflict):
            await put(store, Note("N-9", rev=3))

    async def test_a_record_is_forgotten_at_its_revision_only(self, store: Store) -> None:
        await put(store, Note("N-1"))
        with pytest.raises(Conflict):
            await delete(store, "N-1", 7)
        await delete(store, "N-1", 1)
        assert await get(store, "N-1") is None
        assert await find(store, owner="ann") == []

    async def test_ids_are_short_and_never_given_twice(self, opener: Opener) -> None:
        store = await opener()
        async with store.transaction(SCHOOL) as tx:
            assert await tx.new_id(Note) == "N-1"
            tx.put(Note("N-1"))
        with pytest.raises(Conflict):
            await late(store, "N-2")
        async with store.transaction(SCHOOL) as tx:
            tx.put(Note(await tx.new_id(Note)))
        await delete(store, "N-3", 1)
        await store.close()
        again = await opener()
        async with again.transaction(SCHOOL) as tx:
            assert await tx.new_id(Note) == "N-4"
        async with again.transaction("hill") as tx:
            assert await tx.new_id(Note) == "N-1"
        await again.close()

    async def test_an_ended_transaction_takes_no_more(self, store: Store) -> None:
        async with store.transaction(SCHOOL) as tx:
            pass
        with pytest.raises(RuntimeError):
            tx.put(Note("N-1"))

    async def test_no_transaction_inside_another(self, store: Store) -> None:
        async with store.transaction(SCHOOL):
            with pytest.raises(RuntimeError):
                await get(store, "N-1")


async def late(store: Store, expected: str) -> None:
    """Ask for an id, then come too late."""
    async with store.transaction(SCHOOL) as tx:
        assert await tx.new_id(Note) == expected
        tx.put(Note("N-1"))


class Finding(Base):
    """`find`: by state, owner, key and next due, in order, page by page."""

    @pytest.fixture
    async def store(self, opener: Opener) -> AsyncIterator[Store]:
        store = await opener()
        await put(
            store,
            Note("N-1", state="open", owner="ann", keys=("account:page", "external:1")),
            Note("N-2", state="shut", owner="ann", next_due=NOW + timedelta(hours=2)),
            Note("N-3", state="open", owner="bob", next_due=NOW, keys=("account:page",)),
            Note("N-4", state="open", owner="ann", next_due=NOW - timedelta(hours=1)),
        )
        yield store
        await store.close()

    async def test_newest_first(self, store: Store) -> None:
        assert await find(store) == ["N-4", "N-3", "N-2", "N-1"]

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ({"state": "open"}, ["N-4", "N-3", "N-1"]),
            ({"owner": "ann"}, ["N-4", "N-2", "N-1"]),
            ({"key": "account:page"}, ["N-3", "N-1"]),
            ({"state": "open", "owner": "ann"}, ["N-4", "N-1"]),
            ({"state": "open", "owner": "ann", "key": "external:1"}, ["N-1"]),
            ({"state": "lost"}, []),
            ({"due_before": NOW}, ["N-4", "N-3"]),
            ({"due_before": NOW - timedelta(microseconds=1)}, ["N-4"]),
            ({"due_before": NOW + timedelta(days=1)}, ["N-4", "N-3", "N-2"]),
            ({"due_before": NOW + timedelta(days=1), "owner": "ann"}, ["N-4", "N-2"]),
            ({"due_before": NOW, "state": "shut"}, []),
            ({"oldest": True}, ["N-1", "N-2", "N-3", "N-4"]),
            ({"oldest": True, "state": "open"}, ["N-1", "N-3", "N-4"]),
        ],
    )
    async def test_what_fits_all_that_is_given(self, store: Store, query: dict[str, object], ids: list[str]) -> None:
        assert await find(store, **query) == ids

    @pytest.mark.parametrize(
        "query", [{}, {"state": "open"}, {"oldest": True}, {"due_before": NOW + timedelta(days=1)}]
    )
    async def test_pages_join_up(self, store: Store, query: dict[str, object]) -> None:
        whole, after, pages = await find(store, **query), None, []
        while page := await find(store, after=after, limit=1, **query):
            pages += page
            after = page[-1]
        assert pages == whole

    async def test_a_few_among_many_that_are_due(self, store: Store) -> None:
        rare = {f"N-{10 + n}": NOW - timedelta(hours=n) for n in range(5)}
        often = {f"N-{20 + n}": NOW - timedelta(minutes=n) for n in range(150)}
        await put(
            store,
            *(Note(id, next_due=due, keys=("rare",)) for id, due in rare.items()),
            *(Note(id, next_due=due) for id, due in often.items()),
            Note("N-9", keys=("rare",)),
        )
        assert await find(store, key="rare", due_before=NOW) == ["N-14", "N-13", "N-12", "N-11", "N-10"]
        early = {"key": "rare", "due_before": NOW - timedelta(hours=1)}
        assert await find(store, **early) == ["N-14", "N-13", "N-12", "N-11"]
        assert await find(store, after="N-13", limit=1, **early) == ["N-12"]

    async def test_a_page_that_ended_at_a_deleted_record(self, store: Store) -> None:
        await delete(store, "N-3", 1)
        with pytest.raises(Conflict):
            await find(store, after="N-3")

    async def test_a_change_is_filed_anew_and_stays_in_its_place(self, store: Store) -> None:
        async with store.transaction(SCHOOL) as tx:
            third = await note(tx, "N-3")
            tx.put(third.but(state="shut", owner="cid", next_due=NOW + timedelta(hours=1), keys=("account:x",)))
        assert await find(store) == ["N-4", "N-3", "N-2", "N-1"]
        assert await find(store, state="shut") == ["N-3", "N-2"]
        assert await find(store, owner="bob") == []
        assert await find(store, key="account:page") == ["N-1"]
        assert await find(store, due_before=NOW + timedelta(days=1)) == ["N-4", "N-3", "N-2"]
        counted = await store.count(SCHOOL)
        assert sum(counted.records.values()) == self.counted(4)
        assert counted.records == {} or counted.records == {("note", "open"): 2, ("note", "shut"): 2}


async def put_in(store: Store, other: Note) -> None:
    """Put a note into a transaction of the school, whatever the note says."""
    async with store.transaction(SCHOOL) as tx:
        tx.put(other)


async def delete(store: Store, id: str, rev: int) -> None:
    """Forget a note."""
    async with store.transaction(SCHOOL) as tx:
        tx.delete(Note, id, rev)


async def note(tx: Transaction, id: str) -> Note:
    """A note that must be there."""
    found = await tx.get(Note, id)
    assert found is not None
    return found
