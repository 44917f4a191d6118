"""What is hidden, on its way through dispatch: no row in the clear beside it, and one cost for what is not there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.surface import INSTALLED
from cards.model import Card
from handlers.dispatch import Dispatch
from handlers.needs import staff
from handlers.registry import Registry, merge
from handlers.request import Nothing, Reply, Request, Say
from handlers.turn import Scene, Turn
from policy.people import Person
from policy.record import Ref
from storage.tiny import open_tiny
from storage.tiny.journal import load
from storage.vault import Vault, new_key
from tests.fakes.counting import CountingStore
from tests.fakes.desk import Desk
from tests.fakes.school import MONDAY, TEACHER, harbour, identity, known
from tests.storage.whisper import Whisper

ROOM = Registry()


@ROOM.form("whisper.new", needs=staff)
async def new(turn: Turn) -> Reply:
    """Kept."""
    turn.save(Whisper(await turn.tx.new_id(Whisper), turn.school.id, owner=turn.viewer.id, keys=()))
    return Nothing()


async def only_theirs(turn: Turn, record: Whisper) -> None:
    """Whoever raised it; it is not there for anybody else."""
    if record.owner not in turn.viewer.ids:
        raise turn.nothing_there()


@ROOM.button("whisper.open", "Open", needs=only_theirs, record=Whisper, bound=False)
async def look(turn: Turn, record: Whisper) -> Reply:
    """Nothing to be seen."""
    return Nothing()


@ROOM.view("whisper", Whisper)
async def view(scene: Scene, record: Whisper) -> Card | None:
    """Nothing to be seen."""
    return None


@ROOM.command("exeat", needs=staff, summary="Anything else")
async def anything(turn: Turn) -> Reply:
    """Nothing."""
    return Nothing()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk in whose school one thing can be done, and that is hidden."""
    registry = merge([ROOM])
    store = await open_tiny(tmp_path / "data", kinds=registry.kinds.values(), vault=Vault([new_key()]))
    desk = Desk(store, harbour())
    desk.dispatch = Dispatch(store, desk.school, registry, desk._look_up, lambda: MONDAY, installed=INSTALLED)
    yield desk
    await store.close()


async def uses(desk: Desk) -> str:
    """The account that the teacher is known to have used last."""
    async with desk.store.transaction("harbour") as tx:
        (person,) = await tx.find(Person, key=f"identity:{identity(TEACHER, 'teams')}")
    return person.uses


async def test_beside_what_is_hidden_no_row_tells_which_account_somebody_used(desk: Desk, tmp_path: Path) -> None:
    for platform in ("slack", "teams"):
        await desk.dispatch.met(known(TEACHER, platform=platform))
    before = load(tmp_path / "data").rows
    await desk.ask(identity(TEACHER, "teams"), "whisper.new")
    after = load(tmp_path / "data").rows
    assert after.pop("sealed")
    assert after == before
    assert await uses(desk) == ""
    await desk.ask(identity(TEACHER, "teams"), "exeat")
    assert await uses(desk) == str(identity(TEACHER, "teams"))


async def test_a_press_that_was_sent_twice_has_its_effect_once(desk: Desk) -> None:
    for _ in range(2):
        await desk.ask(TEACHER, "whisper.new", key="one press")
    async with desk.store.transaction("harbour") as tx:
        assert len(await tx.find(Whisper)) == 1


async def test_what_is_not_for_one_and_what_is_not_there_cost_the_same_reads(desk: Desk) -> None:
    await desk.ask(TEACHER, "whisper.new")
    async with desk.store.transaction("harbour") as tx:
        (kept,) = await tx.find(Whisper)
    await desk.ask("colleague", "exeat")
    counting = CountingStore(desk.store)
    desk.dispatch.store = counting
    reads, replies = [], []
    for id in (kept.id, "ABCD-2345"):
        counting.reads.clear()
        replies.append(
            await desk.dispatch(Request(id, identity("colleague"), "whisper.open", MONDAY, record=Ref("whisper", id)))
        )
        reads.append(list(counting.reads))
    assert isinstance(replies[0], Say)
    assert replies[0] == replies[1]
    assert reads[0] == reads[1]
    assert counting.tally["get"] == 1
