"""The relay: every message once, in its order, whatever the surface does; and what becomes of the rest."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.relay import AT_ONCE
from bot.relay.settle import FETCH_GIVE_UP, GIVE_UP, MOST_FAULTS
from bot.surface import Transient
from cards.model import Button, Card, Text
from handlers.letters import REGISTRY as LETTERS
from handlers.registry import Registry, merge
from handlers.turn import Scene
from policy.people import Person, Standing
from policy.record import Ref
from storage.contract import Unavailable
from storage.rows import Errand, Shown
from tests.fakes.disks import FailingDisk
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, OWNER, TEACHER, identity, known
from tests.fakes.surface import Fault
from tests.fakes.world import NoFiles, World, open_world, until
from tests.storage.note import Note

PEOPLE = (HEAD, TEACHER, COLLEAGUE, OWNER, ADMIN)
BUSY, LOST, ACCEPTED, REFUSED = Fault.BUSY, Fault.LOST, Fault.ACCEPTED, Fault.REFUSED

notes = Registry()
notes.knows(Note)


@notes.view("note", Note)
async def note_view(scene: Scene, note: Note) -> Card | None:
    """The note's text, unless it is somebody else's business by now."""
    if note.state == "hidden":
        return None
    return Card(note.id, note.text, (Text(note.text),), (Button("Open", "note.open", Ref("note", note.id)),))


@notes.view("broken", Note)
async def broken_view(scene: Scene, note: Note) -> Card | None:
    """A view with a fault in it."""
    raise KeyError("no such thing")


REGISTRY = merge([notes, LETTERS])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await open_world(tmp_path / "data", PEOPLE, registry=REGISTRY)
    yield world
    await world.close()


async def told(world: World, to: str, *texts: str) -> list[Note]:
    """Notes, each sent to somebody."""
    made = [await world.put(Note(f"{to}-{n}-{text}", text=text)) for n, text in enumerate(texts)]
    for note in made:
        await world.queue("note", to, note)
    return made


@pytest.mark.parametrize("seed", range(8))
async def test_every_message_arrives_once_and_in_order_whatever_fails(world: World, seed: int) -> None:
    for to in PEOPLE:
        await told(world, to, *"abcdefgh")
    world.surface.every(3, seed=seed)
    await world.settle()
    for to in PEOPLE:
        assert world.surface.titles(to) == [f"{to}-{n}-{text}" for n, text in enumerate("abcdefgh")]
    assert not (await world.store.count("harbour")).dead


@pytest.mark.parametrize("seed", range(4))
async def test_every_copy_ends_in_the_same_state_whatever_fails(world: World, seed: int) -> None:
    note = await world.put(Note("n", text="first"))
    for to in PEOPLE:
        await world.queue("note", to, note)
    world.surface.every(3, seed=seed)
    for text in ("second", "third", "fourth"):
        await world.relay.drain()
        note = await world.put((await world.get(note)).but(text=text))
    await world.settle()
    for to in PEOPLE:
        assert [message.card.summary for message in world.surface.messages(to)] == ["fourth"]
    assert {shown.rev for shown in await world.shown(note)} == {note.rev}


async def test_where_nothing_can_be_found_a_message_may_come_twice_but_comes(world: World) -> None:
    world.surface.finds = False
    await told(world, HEAD, "a", "b")
    world.surface.next("post", LOST, ACCEPTED)
    await world.settle()
    assert world.surface.titles(HEAD) == [f"{HEAD}-0-a", f"{HEAD}-0-a", f"{HEAD}-1-b"]


async def test_what_surely_did_not_arrive_is_not_looked_for(world: World) -> None:
    await told(world, HEAD, "a")
    world.surface.next("post", BUSY, Fault.BROKEN)
    await world.settle()
    assert world.surface.calls == ["post", "post", "post"]


async def test_retry_after_is_honoured(world: World) -> None:
    await told(world, HEAD, "a")
    world.surface.wait = 30
    world.surface.next("post", BUSY)
    await world.relay.drain()
    world.pass_time(timedelta(seconds=29))
    await world.relay.drain()
    assert world.surface.calls == ["post"]
    world.pass_time(timedelta(seconds=1))
    await world.relay.drain()
    assert world.surface.titles(HEAD) == [f"{HEAD}-0-a"]


async def test_back_off_grows_and_needs_no_wall_clock(world: World) -> None:
    await told(world, HEAD, "a")
    world.surface.next("post", *[BUSY] * 4)
    waits = []
    for _ in range(4):
        await world.relay.drain()
        calls, begun = len(world.surface.calls), world.steady
        world.now -= timedelta(hours=1)
        while len(world.surface.calls) == calls and world.steady < begun + 10:
            world.steady += 0.25
            await world.relay.drain()
        waits.append(world.steady - begun)
    assert waits == [0.5, 1, 2, 4]


async def test_a_conversation_that_fails_holds_no_other(world: World) -> None:
    await told(world, HEAD, "a", "b")
    world.surface.next("post", BUSY)
    await world.relay.drain()
    await told(world, TEACHER, "c")
    await world.relay.drain()
    assert world.surface.titles(HEAD) == []
    assert world.surface.titles(TEACHER) == [f"{TEACHER}-0-c"]


async def test_nothing_is_posted_twice_when_the_process_dies_between_post_and_commit(world: World) -> None:
    [note] = await told(world, HEAD, "a")
    world.surface.after = asyncio.Event()
    working = asyncio.create_task(world.relay.drain())
    await until(lambda: world.surface.posting == 1)
    await world.restart()
    working.cancel()
    world.surface.after = None
    assert not await world.shown(note)
    await world.settle()
    assert world.surface.titles(HEAD) == [f"{HEAD}-0-a"]
    await world.put(note.but(text="later"))
    await world.settle()
    assert [message.card.summary for message in world.surface.messages(HEAD)] == ["later"]


async def test_a_message_found_after_a_crash_is_brought_up_to_date(world: World) -> None:
    [note] = await told(world, HEAD, "a")
    world.surface.next("post", ACCEPTED)
    await world.relay.drain()
    await world.put(note.but(state="hidden"))
    await world.settle()
    [message] = world.surface.messages(HEAD)
    assert message.card.title == "No longer here"
    assert message.card.buttons == ()


async def test_a_change_during_the_post_is_drawn_after_it(world: World) -> None:
    [note] = await told(world, HEAD, "a")
    world.surface.after = asyncio.Event()
    working = asyncio.create_task(world.relay.drain())
    await until(lambda: world.surface.posting == 1)
    await world.put(note.but(text="later"))
    world.surface.after.set()
    await working
    assert [message.card.summary for message in world.surface.messages(HEAD)] == ["later"]


async def test_what_there_is_nothing_left_to_say_of_is_dropped(world: World) -> None:
    [note] = await told(world, HEAD, "a")
    await world.put(note.but(state="hidden"))
    await world.relay.drain()
    assert world.surface.calls == []
    assert not (await world.store.count("harbour")).outbox


async def test_a_reader_who_may_no_longer_see_it_keeps_a_card_without_buttons(world: World) -> None:
    [note] = await told(world, HEAD, "a")
    await world.relay.drain()
    note = await world.put(note.but(state="hidden"))
    await world.relay.drain()
    [message] = world.surface.messages(HEAD)
    assert (message.card.title, message.card.buttons) == ("No longer here", ())
    await world.put(note.but(state="open"))
    await world.relay.drain()
    assert world.surface.titles(HEAD) == [note.id]


async def test_a_message_whose_record_was_deleted_says_so_once_and_is_forgotten(world: World) -> None:
    [note, other] = await told(world, HEAD, "a", "b")
    await world.relay.drain()
    await world.queue("note", TEACHER, note)
    async with world.store.transaction("harbour") as tx:
        tx.delete(Note, note.id, note.rev)
    await world.relay.drain()
    assert world.surface.titles(HEAD) == ["No longer here", other.id]
    assert world.surface.messages(TEACHER) == []
    assert await world.shown(note) == []
    assert len(await world.shown(other)) == 1


async def test_what_was_shown_to_somebody_who_is_forgotten_says_so_and_is_forgotten(world: World) -> None:
    [note] = await told(world, HEAD, "a")
    await world.queue("note", TEACHER, note)
    await world.relay.drain()
    async with world.store.transaction("harbour") as tx:
        head = await tx.get(Person, str(identity(HEAD)))
        assert head is not None
        tx.delete(Person, head.id, head.rev)
        tx.forget_person(head.id)
    await world.relay.drain()
    assert world.surface.titles(HEAD) == ["No longer here"]
    assert [shown.person for shown in await world.shown(note)] == [str(identity(TEACHER))]


async def test_a_message_that_is_gone_is_forgotten(world: World) -> None:
    [note] = await told(world, HEAD, "a")
    await world.relay.drain()
    world.surface.delete(HEAD, world.surface.messages(HEAD)[0].id)
    await world.put(note.but(text="later"))
    await world.relay.drain()
    assert await world.shown(note) == []
    assert not (await world.store.count("harbour")).dead


async def test_the_admins_are_told_of_every_dead_letter_and_of_each_once(world: World) -> None:
    await told(world, HEAD, "a")
    await told(world, TEACHER, "b")
    world.surface.next("post", REFUSED, REFUSED)
    await world.settle()
    message = world.surface.messages(ADMIN)[-1]
    assert message.card.summary == "2 messages could not be delivered."
    assert len(world.surface.messages(ADMIN)) <= 2
    said = str(message.card)
    assert "Helen" in said
    assert "Tom" in said
    assert "the chat no longer knows their account" in said
    assert {letter.reason for letter in await world.store.dead_letters("harbour")} == {"gone:channel_not_found"}


async def test_only_admins_hear_of_dead_letters(world: World) -> None:
    await told(world, TEACHER, "a")
    world.surface.next("post", REFUSED)
    await world.relay.drain()
    for view in ("relay.dead", "watch.late", "watch.stuck"):
        await world.queue(view, HEAD)
    await world.settle()
    assert world.surface.titles(HEAD) == []


async def test_a_dead_letter_keeps_nobody_else_waiting(world: World) -> None:
    await told(world, HEAD, "a", "b")
    world.surface.next("post", REFUSED)
    await world.settle()
    assert world.surface.titles(HEAD) == [f"{HEAD}-1-b"]


async def test_the_admins_are_not_told_that_they_could_not_be_told(world: World) -> None:
    await told(world, HEAD, "a")
    world.surface.next("post", REFUSED, REFUSED)
    await world.settle()
    assert world.surface.titles(ADMIN) == []
    assert (await world.store.count("harbour")).dead == 2


async def test_a_message_that_cannot_be_redrawn_dies_once(world: World) -> None:
    [note] = await told(world, HEAD, "a")
    await world.relay.drain()
    world.surface.next("redraw", REFUSED)
    note = await world.put(note.but(text="later"))
    await world.relay.drain()
    await world.put(note.but(text="last"))
    await world.settle()
    assert (await world.store.count("harbour")).dead == 1
    assert len(world.surface.titles(ADMIN)) == 1


async def test_a_fault_of_our_own_is_given_up_soon_and_told(world: World) -> None:
    note = await world.put(Note("n"))
    await world.queue("broken", HEAD, note)
    await told(world, HEAD, "b")
    await world.settle()
    assert world.surface.titles(HEAD) == [f"{HEAD}-0-b"]
    [letter] = await world.store.dead_letters("harbour")
    assert letter.reason == "given_up:fault"
    assert letter.row.attempts == MOST_FAULTS - 1
    assert world.surface.titles(ADMIN) == ["Messages not delivered"]


async def test_an_outage_of_hours_loses_nothing_and_one_of_days_is_told(world: World) -> None:
    age, attempts = GIVE_UP
    await told(world, HEAD, "a")
    world.surface.next("post", *[BUSY] * (attempts + 1))
    for _ in range(attempts + 1):
        await world.relay.drain()
        world.pass_time(timedelta(minutes=11))
    assert not (await world.store.count("harbour")).dead
    world.surface.next("post", BUSY)
    world.pass_time(age)
    await world.relay.drain()
    [letter] = await world.store.dead_letters("harbour")
    assert letter.reason == "given_up:ratelimited"
    assert world.surface.titles(ADMIN) == ["Messages not delivered"]


async def test_somebody_who_has_left_is_a_dead_letter(world: World) -> None:
    await told(world, HEAD, "a")
    await world.dispatch.met(known(HEAD, Standing.DEACTIVATED))
    await world.settle()
    assert [letter.reason for letter in await world.store.dead_letters("harbour")] == ["no_account"]
    assert "no account that Exeat can reach" in str(world.surface.messages(ADMIN)[0].card)


async def uses(world: World, name: str, platform: str) -> None:
    """Somebody has asked for something on that platform."""
    async with world.store.transaction("harbour") as tx:
        (person,) = await tx.find(Person, key=f"identity:{identity(name, platform)}")
        tx.put(replace(person, uses=str(identity(name, platform))))


async def test_the_account_last_used_is_written_to_and_another_when_that_refuses(tmp_path: Path) -> None:
    world = await open_world(tmp_path, PEOPLE, registry=REGISTRY, surfaces=("slack", "teams"))
    slack, teams = world.surfaces
    await uses(world, HEAD, "teams")
    head = str(identity(HEAD, "slack"))
    await world.queue("note", head, await world.put(Note("n")))
    await world.settle()
    assert (slack.titles(HEAD), teams.titles(HEAD)) == ([], ["n"])
    teams.next("post", REFUSED)
    await world.queue("note", head, await world.put(Note("o")))
    await world.settle()
    assert (slack.titles(HEAD), teams.titles(HEAD)) == (["o"], ["n"])
    assert not (await world.store.count("harbour")).dead
    await world.close()


@pytest.mark.parametrize("fault", [BUSY, LOST])
async def test_an_alert_does_not_wait_for_one_chat_while_there_is_another(tmp_path: Path, fault: Fault) -> None:
    world = await open_world(tmp_path, PEOPLE, registry=REGISTRY, surfaces=("slack", "teams"))
    slack, teams = world.surfaces
    slack.every(1, (fault,), seed=1)
    head = str(identity(HEAD, "slack"))
    await world.queue("note", head, await world.put(Note("n")), lane="alert")
    await world.queue("note", head, await world.put(Note("o")))
    for _ in range(3):
        await world.relay.drain()
        world.pass_time(timedelta(minutes=1))
    assert (slack.titles(HEAD), teams.titles(HEAD)) == ([], ["n"])
    slack.every(0, seed=1)
    await world.settle()
    assert (slack.titles(HEAD), teams.titles(HEAD)) == (["o"], ["n"])
    teams.every(1, (fault,), seed=1)
    slack.every(1, (fault,), seed=1)
    await world.queue("note", head, await world.put(Note("p")), lane="alert")
    await world.relay.drain()
    slack.every(0, seed=1)
    await world.settle()
    assert (slack.titles(HEAD), teams.titles(HEAD)) == (["o", "p"], ["n"])
    await world.close()


async def test_a_doubtful_message_is_looked_for_on_every_account(tmp_path: Path) -> None:
    world = await open_world(tmp_path, PEOPLE, registry=REGISTRY, surfaces=("slack", "teams"))
    slack, teams = world.surfaces
    slack.next("post", ACCEPTED)
    await world.queue("note", str(identity(HEAD, "slack")), await world.put(Note("n")))
    await world.relay.drain()
    await uses(world, HEAD, "teams")
    await world.settle()
    assert (slack.titles(HEAD), teams.titles(HEAD)) == (["n"], [])
    await world.close()


async def test_alerts_do_not_stand_behind_anything_else(world: World) -> None:
    for n in range(AT_ONCE[""] * 2):
        await world.dispatch.met(known(f"staff{n}"))
        await told(world, f"staff{n}", "a")
    gate = world.surface.gate = asyncio.Event()
    working = asyncio.create_task(world.relay.drain())
    await until(lambda: world.surface.posting == AT_ONCE[""])
    await world.queue("note", HEAD, await world.put(Note("alert")), lane="alert")
    running = asyncio.create_task(world.relay.run())
    await until(lambda: world.surface.posting == AT_ONCE[""] + 1)
    gate.set()
    await working
    await world.relay.stop()
    await running
    assert world.surface.titles(HEAD) == ["alert"]
    assert world.surface.most_posting == AT_ONCE[""] + 1


async def test_a_running_relay_hears_of_new_rows_and_finishes_what_is_under_way(world: World) -> None:
    running = asyncio.create_task(world.relay.run())
    gate = world.surface.gate = asyncio.Event()
    [note] = await told(world, HEAD, "a")
    await until(lambda: world.surface.posting == 1)
    stopping = asyncio.create_task(world.relay.stop())
    await told(world, TEACHER, "b")
    gate.set()
    await asyncio.gather(stopping, running)
    assert len(await world.shown(note)) == 1
    assert world.surface.titles(TEACHER) == []


async def test_many_rows_of_one_conversation_go_without_a_pause(world: World) -> None:
    running = asyncio.create_task(world.relay.run())
    await told(world, HEAD, *"abcdefghijkl")
    await until(lambda: len(world.surface.titles(HEAD)) == 12)
    await world.relay.stop()
    await running


async def test_a_lease_that_ran_out_during_the_post_sends_nothing_twice(world: World) -> None:
    await told(world, HEAD, "a")
    world.surface.after = asyncio.Event()
    working = asyncio.create_task(world.relay.drain())
    await until(lambda: world.surface.posting == 1)
    world.pass_time(timedelta(days=2))
    again = asyncio.create_task(world.relay.drain())
    await asyncio.sleep(0)
    world.surface.after.set()
    await asyncio.gather(working, again)
    assert world.surface.calls == ["post"]


async def test_nothing_is_sent_while_nothing_can_be_kept(tmp_path: Path) -> None:
    disk = FailingDisk()
    world = await open_world(tmp_path, PEOPLE, registry=REGISTRY, disk=disk)
    await told(world, HEAD, "a")
    disk.failing.add("sync")
    with pytest.raises(Unavailable):
        await world.put(Note("n"))
    await world.relay.drain()
    assert world.surface.calls == []
    await world.close()


async def test_files_are_fetched_for_the_person_who_sent_them(world: World) -> None:
    note = await world.put(Note("n"))
    await world.queue("", TEACHER, note, task=Errand.FETCH)
    await world.settle()
    assert isinstance(world.fetching, NoFiles)
    assert world.fetching.asked == [(Ref("note", "n"), 1, str(identity(TEACHER)))]


async def test_files_that_cannot_be_fetched_are_given_up_and_their_handler_told(world: World) -> None:
    assert isinstance(world.fetching, NoFiles)
    world.fetching.error = Transient("http_500")
    await world.queue("", TEACHER, await world.put(Note("n")), task=Errand.FETCH)
    await world.settle()
    assert len(world.fetching.asked) == FETCH_GIVE_UP[1] + 1
    assert world.fetching.given_up == [(Ref("note", "n"), 1)]
    assert not (await world.store.count("harbour")).dead


async def test_a_picture_is_not_uploaded_again_for_the_next_reader(world: World) -> None:
    note = await world.put(Note("n"))
    async with world.store.transaction("harbour") as tx:
        tx.show(Shown("harbour", "sandbox", "c", "m", "note", "p", Ref("note", "n"), 1, (("ab" * 32, "F1"),)))
        tx.show(Shown("harbour", "teams", "c", "m", "note", "p", Ref("note", "n"), 1, (("cd" * 32, "T1"),)))
    await world.queue("note", HEAD, note)
    await world.relay.drain()
    assert world.surface.given == [{"ab" * 32: "F1"}]


async def test_a_surface_that_only_fails_is_named_until_it_works(world: World) -> None:
    await told(world, HEAD, "a")
    world.surface.next("post", BUSY, LOST)
    await world.relay.drain()
    assert world.relay.failing == {"sandbox": 0.0}
    await world.settle()
    assert world.relay.failing == {}
