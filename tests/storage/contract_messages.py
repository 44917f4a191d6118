"""What every store must do with the outbox and with shown messages."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from policy.record import Ref
from storage.contract import Store
from storage.rows import Errand, Outgoing
from tests.storage.contract import (
    LEASE,
    NOTE,
    NOW,
    SCHOOL,
    Base,
    Opener,
    claim,
    delete,
    message,
    note,
    put,
    queue,
    row,
)
from tests.storage.note import Note


def views(rows: list[Outgoing]) -> list[str]:
    """What the rows show."""
    return [claimed.view for claimed in rows]


async def settle(store: Store, *rows: Outgoing) -> None:
    """Take the rows out: delivered."""
    async with store.transaction(SCHOOL) as tx:
        for claimed in rows:
            tx.done(claimed)


async def redraws(store: Store) -> list[str]:
    """The messages that are to be redrawn, each claimed and settled."""
    found: list[str] = []
    while rows := await claim(store):
        found += [claimed.message for claimed in rows if claimed.task is Errand.REDRAW]
        await settle(store, *rows)
    return sorted(found)


class Outbox(Base):
    """The outbox: in order, one at a time for each conversation, alerts first."""

    async def test_a_row_comes_back_as_it_was_queued(self, store: Store) -> None:
        await queue(store, row(record=NOTE, version=3, created=NOW))
        (claimed,) = await claim(store)
        assert claimed == row(record=NOTE, version=3, created=NOW, id=claimed.id)
        assert claimed.id > 0

    async def test_one_at_a_time_for_each_person_in_order(self, store: Store) -> None:
        await queue(store, row("ann", "first"), row("ann", "second"), row("bob", "third"))
        rows = await claim(store)
        assert views(rows) == ["first", "third"]
        assert await claim(store) == []
        await settle(store, rows[0])
        assert views(await claim(store)) == ["second"]

    async def test_alerts_go_first_and_do_not_wait_for_other_messages(self, store: Store) -> None:
        await queue(store, row("ann", "post"), row("bob", "post"), row("ann", "alert", lane="alert"))
        assert views(await claim(store, limit=1)) == ["alert"]
        assert views(await claim(store)) == ["post", "post"]

    async def test_an_alert_waits_for_none_but_those_about_the_same_record(self, store: Store) -> None:
        alerts = [row("ann", view, record=Ref("note", of), lane="alert") for view, of in (("a", "n"), ("b", "m"))]
        await queue(store, *alerts, row("ann", "c", record=Ref("note", "n"), lane="alert"))
        first = await claim(store)
        assert views(first) == ["a", "b"]
        await settle(store, *first)
        assert views(await claim(store)) == ["c"]

    async def test_mail_does_not_wait_for_the_chat(self, store: Store) -> None:
        for view, lane in (("post", ""), ("alert", "alert")):
            chat = row("ann", view, record=NOTE, lane=lane)
            await queue(store, chat, replace(chat, task=Errand.MAIL))
            assert [each.task for each in await claim(store)] == [Errand.SEND, Errand.MAIL]

    async def test_a_lease_that_ran_out_hands_the_row_out_again_as_doubtful(self, store: Store) -> None:
        await queue(store, row())
        (first,) = await claim(store)
        assert not first.doubtful
        assert await claim(store, NOW + LEASE / 2) == []
        (again,) = await claim(store, NOW + LEASE)
        assert again.id == first.id
        assert again.doubtful

    async def test_a_row_queued_behind_a_leased_one_does_not_free_it(self, store: Store) -> None:
        await queue(store, row("ann", "first"))
        assert views(await claim(store)) == ["first"]
        await queue(store, row("ann", "second"))
        assert await claim(store) == []

    async def test_a_retry_holds_its_conversation_only_and_in_its_place(self, store: Store) -> None:
        await queue(store, row("ann", "first"), row("ann", "second"), row("bob", "third"))
        first, third = await claim(store)
        async with store.transaction(SCHOOL) as tx:
            tx.retry(first, NOW + timedelta(seconds=30), doubtful=True)
            tx.done(third)
        assert await claim(store, NOW + timedelta(seconds=29)) == []
        (again,) = await claim(store, NOW + timedelta(seconds=30))
        assert (again.view, again.attempts, again.doubtful) == ("first", 1, True)

    async def test_the_hold_and_the_doubt_outlive_the_process(self, opener: Opener) -> None:
        store = await opener()
        await queue(store, row("ann", "first"), row("ann", "second"))
        (first,) = await claim(store)
        async with store.transaction(SCHOOL) as tx:
            tx.retry(first, NOW + timedelta(hours=1), doubtful=True)
        await store.close()
        again = await opener()
        assert await claim(again, NOW + timedelta(minutes=59)) == []
        (held,) = await claim(again, NOW + timedelta(hours=1))
        assert (held.view, held.attempts, held.doubtful) == ("first", 1, True)
        await again.close()

    async def test_an_unsent_row_is_not_queued_twice(self, store: Store) -> None:
        await queue(store, row(record=NOTE, version=1), row(record=NOTE, version=1))
        await queue(store, row(record=NOTE, version=1))
        await queue(store, row(record=NOTE, version=2), row("bob", record=NOTE, version=1))
        assert (await store.count(SCHOOL)).outbox == self.counted(3)

    async def test_a_digest_in_somebodys_hands_may_be_drawn_already_so_one_more_may_wait(self, store: Store) -> None:
        await queue(store, row(record=NOTE), row("bob", record=NOTE, version=1))
        in_hand = await claim(store)
        for _ in range(3):
            await queue(store, row(record=NOTE), row("bob", record=NOTE, version=1))
        assert (await store.count(SCHOOL)).outbox == self.counted(3)
        await settle(store, *in_hand)
        (again,) = await claim(store)
        assert (again.person, again.version) == ("ann", None)

    async def test_once_sent_it_may_be_queued_again(self, store: Store) -> None:
        await queue(store, row(record=NOTE))
        await settle(store, *await claim(store))
        await queue(store, row(record=NOTE))
        assert len(await claim(store)) == 1

    async def test_sent_and_queued_again_in_one_commit(self, store: Store) -> None:
        await queue(store, row(record=NOTE))
        (sent,) = await claim(store)
        async with store.transaction(SCHOOL) as tx:
            tx.queue(row(record=NOTE))
            tx.done(sent)
        (again,) = await claim(store)
        assert again.id > sent.id

    async def test_row_ids_are_not_used_again(self, opener: Opener) -> None:
        store = await opener()
        await queue(store, row())
        (sent,) = await claim(store)
        await settle(store, sent)
        await store.close()
        again = await opener()
        await queue(again, row())
        (later,) = await claim(again)
        assert later.id > sent.id
        await again.close()

    async def test_what_cannot_be_delivered_is_kept_apart(self, store: Store) -> None:
        await queue(store, row("ann", "first"), row("ann", "second"))
        (first,) = await claim(store)
        async with store.transaction(SCHOOL) as tx:
            tx.bury(first, "user_not_found", NOW)
        (second,) = await claim(store)
        assert second.view == "second"
        async with store.transaction(SCHOOL) as tx:
            tx.bury(second, "is_archived", NOW)
        letters = await store.dead_letters(SCHOOL)
        assert [(letter.row.view, letter.reason, letter.at) for letter in letters] == [
            ("second", "is_archived", NOW),
            ("first", "user_not_found", NOW),
        ]
        assert await store.dead_letters(SCHOOL, limit=1) == letters[:1]
        assert await store.dead_letters("hill") == []
        async with store.transaction(SCHOOL) as tx:
            assert await tx.dead_letters(1) == letters[:1]
        counted = await store.count(SCHOOL)
        assert (counted.outbox, counted.dead) == (0, 2)

    async def test_settling_a_row_twice_is_settling_it_once(self, store: Store) -> None:
        await queue(store, row())
        (sent,) = await claim(store)
        await settle(store, sent)
        await settle(store, sent)
        async with store.transaction(SCHOOL) as tx:
            tx.retry(sent, NOW)
            tx.bury(sent, "late", NOW)
        counted = await store.count(SCHOOL)
        assert (counted.outbox, counted.dead) == (0, 0)

    async def test_waiting_ends_when_something_is_queued(self, store: Store) -> None:
        assert await claim(store) == []
        waiting = asyncio.create_task(store.wait(60))
        await queue(store, row())
        await asyncio.wait_for(waiting, 5)
        await asyncio.wait_for(store.wait(60), 5)
        assert len(await claim(store)) == 1
        await store.wait(0.001)

    async def test_the_oldest_is_counted_from_its_creation(self, store: Store) -> None:
        assert (await store.count(SCHOOL)).oldest_unsent is None
        await queue(store, row("ann", created=NOW), row("bob", created=NOW - timedelta(hours=1)))
        assert (await store.count(SCHOOL)).oldest_unsent == NOW - timedelta(hours=1)


class Messages(Base):
    """Shown messages: every copy of a card follows its record."""

    async def test_what_shows_a_record_oldest_first(self, store: Store) -> None:
        async with store.transaction(SCHOOL) as tx:
            tx.show(message(2))
            tx.show(message(1))
        async with store.transaction(SCHOOL) as tx:
            tx.show(message(2, rev=9))
            tx.show(message(3))
            tx.unshow(message(1).key)
            assert await tx.shown(NOTE) == [message(2, rev=9), message(3)]
        async with store.transaction(SCHOOL) as tx:
            assert await tx.shown(NOTE) == [message(2, rev=9), message(3)]
        assert (await store.count(SCHOOL)).shown == self.counted(2)

    async def test_a_change_redraws_every_copy(self, store: Store) -> None:
        await put(store, Note("N-1"), Note("N-2"))
        async with store.transaction(SCHOOL) as tx:
            tx.show(message(1, person="ann"))
            tx.show(message(2, person="bob"))
        assert await redraws(store) == []
        await put(store, Note("N-1", text="new", rev=1))
        rows = await claim(store)
        assert [(r.task, r.view, r.person, r.record, r.version, r.message) for r in rows] == [
            (Errand.REDRAW, "note", "ann", NOTE, None, message(1).key),
            (Errand.REDRAW, "note", "bob", NOTE, None, message(2).key),
        ]

    async def test_a_redraw_that_waits_is_enough(self, store: Store) -> None:
        await put(store, Note("N-1"))
        async with store.transaction(SCHOOL) as tx:
            tx.show(message())
        for rev in (1, 2, 3):
            await put(store, Note("N-1", text=str(rev), rev=rev))
        assert (await store.count(SCHOOL)).outbox == self.counted(1)

    async def test_a_message_shown_late_is_redrawn(self, store: Store) -> None:
        await put(store, Note("N-1"))
        await put(store, Note("N-1", rev=1))
        async with store.transaction(SCHOOL) as tx:
            tx.show(message(1, rev=1))
            tx.show(message(2, rev=2))
        assert await redraws(store) == [message(1).key]

    async def test_a_change_during_a_redraw_is_drawn_too(self, store: Store) -> None:
        await put(store, Note("N-1"))
        async with store.transaction(SCHOOL) as tx:
            tx.show(message(rev=1))
        await put(store, Note("N-1", rev=1))
        (redraw,) = await claim(store)
        await put(store, Note("N-1", rev=2))
        async with store.transaction(SCHOOL) as tx:
            tx.show(message(rev=2))
            tx.done(redraw)
        (another,) = await claim(store)
        assert (another.task, another.message) == (Errand.REDRAW, message().key)

    async def test_a_change_and_a_showing_at_once_leave_no_copy_behind(self, store: Store) -> None:
        for round in range(20):
            id = f"N-{round}"
            await put(store, Note(id))
            record = NOTE.__class__("note", id)

            async def change(id: str = id) -> None:
                async with store.transaction(SCHOOL) as tx:
                    tx.put((await note(tx, id)).but(text="changed"))

            async def show(round: int = round, record: object = record) -> None:
                async with store.transaction(SCHOOL) as tx:
                    tx.show(message(round, rev=1, record=record))  # type: ignore[arg-type]

            await asyncio.gather(*((change(), show()) if round % 2 else (show(), change())))
            assert await redraws(store) == [message(round).key]

    async def test_a_copy_drawn_from_the_change_itself_is_not_redrawn(self, store: Store) -> None:
        await put(store, Note("N-1"))
        async with store.transaction(SCHOOL) as tx:
            tx.put(Note("N-1", text="new", rev=1))
            tx.show(message(rev=2))
        assert await redraws(store) == []


class Forgetting(Base):
    """What goes with a record, and with a person."""

    async def test_what_waits_for_a_record_goes_with_it_and_what_shows_it_is_drawn_once_more(
        self, store: Store
    ) -> None:
        await put(store, Note("N-1"), Note("N-2"))
        other = Ref("note", "N-2")
        await queue(
            store,
            row("ann", "first", record=NOTE, version=1),
            row("bob", "dead", record=NOTE),
            row("cid", "other", record=other),
            row("dan", "", record=NOTE, version=1, task=Errand.FETCH),
        )
        async with store.transaction(SCHOOL) as tx:
            tx.show(message(1))
            tx.show(message(2, record=other))
        (dead,) = [each for each in await claim(store) if each.view == "dead"]
        async with store.transaction(SCHOOL) as tx:
            tx.bury(dead, "no_account", NOW)
        await delete(store, "N-1", 1)
        assert await store.dead_letters(SCHOOL) == []
        waiting = await claim(store, NOW + LEASE)
        assert [(each.task, each.view, each.message) for each in waiting] == [
            (Errand.SEND, "other", ""),
            (Errand.REDRAW, "note", message(1).key),
        ]
        await queue(store, row("ann", "first", record=NOTE, version=1))
        assert (await store.count(SCHOOL)).outbox == 3, "a row that went stands in the way of no other"

    async def test_a_message_that_arrives_after_its_record_has_gone_is_drawn_once_more(self, store: Store) -> None:
        await put(store, Note("N-1"))
        await delete(store, "N-1", 1)
        async with store.transaction(SCHOOL) as tx:
            tx.show(message(1))
        assert await redraws(store) == [message(1).key]

    async def test_nothing_more_is_sent_to_somebody_who_is_forgotten(self, store: Store) -> None:
        await put(store, Note("N-1"))
        await queue(store, row("ann", "dead"), row("bob", "kept"))
        (dead,) = [each for each in await claim(store) if each.view == "dead"]
        async with store.transaction(SCHOOL) as tx:
            tx.bury(dead, "no_account", NOW)
            tx.show(message(1))
            tx.show(message(2, person="bob"))
        await queue(store, row("ann", "first", record=NOTE, version=1))
        async with store.transaction(SCHOOL) as tx:
            tx.forget_person("ann")
        assert await store.dead_letters(SCHOOL) == []
        waiting = await claim(store, NOW + LEASE)
        assert {(each.task, each.person, each.message) for each in waiting} == {
            (Errand.SEND, "bob", ""),
            (Errand.REDRAW, "ann", message(1).key),
        }
