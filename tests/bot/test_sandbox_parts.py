"""The sandbox's own parts: its surface, whoever watches it, and its clock."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from bot.sandbox.harbour import JOE, PLAYERS, PRIYA, RUTH, SCHOOL
from bot.sandbox.letters import Letters
from bot.sandbox.movable import Backwards, MovableClock
from bot.sandbox.surface import MOST_NEWS, News, SandboxSurface, Watchers
from bot.sandbox.world import World
from bot.surface import Gone, Permanent, Posted
from cards.model import Card, FileRef, Text
from cards.text import plain
from handlers.everything import everything
from policy.people import Identity, meet
from storage.rows import Errand, Outgoing
from tests.fakes.world import until

MONDAY = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)


async def test_an_upload_belongs_to_whoever_sent_it() -> None:
    surface = SandboxSurface(PLAYERS, lambda: MONDAY, Watchers())
    file = surface.attach(PRIYA.identity, "boat.jpg", b"1234")
    assert surface.attach(PRIYA.identity, "again.jpg", b"1234").id == file.id
    priya, ruth = (meet(player.known, "harbour-primary") for player in (PRIYA, RUTH))
    assert await surface.download(file, priya, 4) == b"1234"
    with pytest.raises(Permanent, match="file_of_somebody_else"):
        await surface.download(file, ruth, 4)
    with pytest.raises(Permanent, match="file_too_large"):
        await surface.download(file, priya, 3)
    with pytest.raises(Permanent, match="file_not_found"):
        await surface.download(FileRef("sandbox", "other"), priya, 4)


async def test_a_message_is_found_by_its_mark_and_redrawn_in_its_place() -> None:
    surface = SandboxSurface(PLAYERS, lambda: MONDAY, Watchers())
    at = await surface.post(PRIYA.identity, Card("One", "One"), "row-1", {})
    assert await surface.find(PRIYA.identity, "row-1") == at
    assert await surface.find(PRIYA.identity, "row-2") is None
    assert await surface.find(RUTH.identity, "row-1") is None
    await surface.redraw(at, Card("Two", "Two"))
    await surface.redraw(at, Card("Two", "Two"))
    assert [(each.card.title, each.turn) for each in surface.messages("priya")] == [("Two", 2)]
    with pytest.raises(Gone):
        await surface.redraw(Posted("priya", "m99"), Card("Three", "Three"))


async def test_a_letter_stands_among_the_messages_of_whoever_gets_it() -> None:
    surface = SandboxSurface(PLAYERS, lambda: MONDAY, Watchers())
    card = Card("Please open Exeat", "Now", (Text("Exeat needs opening."),))
    await Letters(surface).send([RUTH.email], card, "7", MONDAY)
    [message] = surface.messages("ruth")
    assert message.card.title == "By e-mail"
    said = plain(message.card)
    assert f"To: {RUTH.email}" in said
    assert "Subject: Please open Exeat" in said
    assert "Exeat needs opening." in said
    assert surface.messages("priya") == []
    with pytest.raises(Permanent, match="no_address"):
        await Letters(surface).send(["mallory@elsewhere.example"], card, "8", MONDAY)


async def test_what_is_to_be_mailed_is_a_letter_on_the_page() -> None:
    world = await World.open(everything(), lambda: MONDAY, Watchers())
    row = Outgoing(SCHOOL.id, "watch.late", str(JOE.identity), task=Errand.MAIL, created=MONDAY, not_before=MONDAY)
    async with world.kept.store.transaction(SCHOOL.id) as tx:
        tx.queue(row)
    await until(lambda: bool(world.surface.messages("joe")))
    [message] = world.surface.messages("joe")
    assert (message.card.title, message.card.summary) == ("By e-mail", "A reminder may be missing")
    await world.close()


async def test_nobody_outside_the_school_has_a_conversation() -> None:
    surface = SandboxSurface(PLAYERS, lambda: MONDAY, Watchers())
    for stranger in (Identity("sandbox", "demo", "mallory"), Identity("slack", "T1", "priya")):
        with pytest.raises(Permanent):
            await surface.post(stranger, Card("One", "One"), "row-1", {})
        assert await surface.look_up(stranger) is None


async def test_a_watcher_that_falls_far_behind_is_sent_away() -> None:
    watchers = Watchers()
    with watchers.watching() as slow, watchers.watching() as quick:
        for _ in range(MOST_NEWS + 1):
            watchers.tell(News("clock"))
            quick.get_nowait()
        assert slow.get_nowait() is None
        assert slow.empty()
        watchers.tell(News("reset"))
        assert slow.empty()
        assert quick.get_nowait() == News("reset")


def test_the_clock_runs_with_the_real_one_and_is_only_moved_on() -> None:
    real = [MONDAY]
    clock = MovableClock(lambda: real[0])
    clock.move_to(MONDAY + timedelta(hours=5))
    real[0] += timedelta(minutes=1)
    assert clock() == MONDAY + timedelta(hours=5, minutes=1)
    with pytest.raises(Backwards):
        clock.move_to(MONDAY + timedelta(hours=5))
    assert clock() == MONDAY + timedelta(hours=5, minutes=1)


def test_the_clock_reaches_a_moment_that_passes_meanwhile() -> None:
    ticking = count()
    clock = MovableClock(lambda: MONDAY + timedelta(microseconds=next(ticking)))
    clock.reach(MONDAY + timedelta(hours=5))
    assert clock() > MONDAY + timedelta(hours=5)
    now = clock()
    clock.reach(now)
    assert now < clock() < now + timedelta(seconds=1)
