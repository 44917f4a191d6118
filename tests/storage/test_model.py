"""Whatever is done to the store, it answers as a few plain dictionaries would, also after a start."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.record import Record, Ref, is_hidden
from storage.contract import Conflict
from storage.rows import Count, Errand
from storage.tiny import TinyStore, open_tiny
from storage.vault import Vault
from tests.storage.contract import NOW, SCHOOL, find, message
from tests.storage.contract_sealed import KEY
from tests.storage.note import HiddenNote, Note

IDS = [f"N-{number}" for number in range(4)]
STATES, OWNERS = ["open", "shut"], ["ann", "bob"]


@dataclass(frozen=True)
class Change:
    """One write to a record, at its revision or (late) at another."""

    id: str
    state: str
    owner: str
    hours: int | None
    delete: bool
    late: bool


@dataclass(frozen=True)
class Showing:
    """A message drawn now, or so many revisions ago."""

    id: str
    number: int
    behind: int


@dataclass(frozen=True)
class Again:
    """The process stops and starts."""


@dataclass
class Model:
    """What the store should hold: notes in the order of creation, and messages with the revision drawn."""

    notes: dict[str, Note] = field(default_factory=dict)
    shown: dict[str, tuple[str, int]] = field(default_factory=dict)
    redraws: set[str] = field(default_factory=set)

    def change(self, changes: tuple[Change, ...]) -> bool:
        """Apply all or nothing; whether it was applied."""
        if any(change.late for change in changes):
            return False
        for change in changes:
            if change.delete:
                self.notes.pop(change.id, None)
                self.redraws |= {key for key, (shown, _) in self.shown.items() if shown == change.id}
            else:
                self.notes[change.id] = self.write(change)
                self._redraw(change.id)
        return True

    def write(self, change: Change) -> Note:
        before = self.notes.get(change.id)
        due = None if change.hours is None else NOW + timedelta(hours=change.hours)
        rev = before.rev + 1 if before else 1
        return Note(change.id, state=change.state, owner=change.owner, next_due=due, keys=(change.owner,), rev=rev)

    def show(self, showing: Showing) -> int:
        """The revision drawn."""
        note = self.notes.get(showing.id)
        rev = max(note.rev - showing.behind, 0) if note else 0
        key = message(showing.number).key
        self.shown[key] = (showing.id, rev)
        if note is None or rev < note.rev:
            self.redraws.add(key)
        return rev

    def _redraw(self, id: str) -> None:
        self.redraws |= {key for key, (shown, rev) in self.shown.items() if shown == id and rev < self.notes[id].rev}


changes = st.builds(
    Change,
    id=st.sampled_from(IDS),
    state=st.sampled_from(STATES),
    owner=st.sampled_from(OWNERS),
    hours=st.none() | st.integers(-3, 3),
    delete=st.sampled_from([False, False, False, True]),
    late=st.sampled_from([False, False, False, False, True]),
)
commits = st.lists(changes, min_size=1, max_size=3, unique_by=lambda change: change.id).map(tuple)
showings = st.builds(Showing, st.sampled_from(IDS), st.integers(1, 4), st.integers(0, 2))


@given(st.lists(commits | showings | st.builds(Again), max_size=25))
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("kind", [Note, HiddenNote])
def test_the_store_answers_as_the_model_does(
    kind: type[Note], steps: list[tuple[Change, ...] | Showing | Again]
) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder) / "data", kind, steps))


async def _play(folder: Path, kind: type[Note], steps: list[tuple[Change, ...] | Showing | Again]) -> None:
    async def opened() -> TinyStore:
        return await open_tiny(folder, kinds=(kind,), vault=Vault([KEY]), snapshot_bytes=3000)

    model, store = Model(), await opened()
    for step in steps:
        match step:
            case Again():
                await store.close()
                store = await opened()
            case Showing():
                async with store.transaction(SCHOOL) as tx:
                    tx.show(message(step.number, model.show(step), record=Ref("note", step.id)))
            case _:
                before = dict(model.notes)
                assert await _commit(store, before, model, step) == model.change(step)
        await _compare(store, model, kind)
    await store.close()


async def _commit(store: TinyStore, before: dict[str, Note], model: Model, step: tuple[Change, ...]) -> bool:
    try:
        async with store.transaction(SCHOOL) as tx:
            for change in step:
                rev = before[change.id].rev if change.id in before else 0
                rev += 7 if change.late else 0
                if change.delete:
                    tx.delete(Note, change.id, rev)
                else:
                    tx.put(model.write(change).but(rev=rev))
    except Conflict:
        return False
    return True


async def _compare(store: TinyStore, model: Model, kind: type[Record]) -> None:
    newest = list(reversed(model.notes.values()))
    assert await find(store) == [note.id for note in newest]
    assert await find(store, oldest=True) == [note.id for note in model.notes.values()]
    for state in STATES:
        assert await find(store, state=state) == [note.id for note in newest if note.state == state]
        for owner in OWNERS:
            fits = [note.id for note in newest if note.state == state and note.owner == owner]
            assert await find(store, state=state, key=owner) == fits
    due = [note for note in model.notes.values() if note.next_due and note.next_due <= NOW]
    due.sort(key=lambda note: note.next_due or NOW)
    assert await find(store, due_before=NOW) == [note.id for note in due]
    async with store.transaction(SCHOOL) as tx:
        assert [await tx.get(Note, id) for id in IDS] == [model.notes.get(id) for id in IDS]
        for id in IDS:
            drawn = {shown.key: shown.rev for shown in await tx.shown(Ref("note", id))}
            assert drawn == {key: rev for key, (shown, rev) in model.shown.items() if shown == id}
    counted, outbox = await store.count(SCHOOL), store.copy()["outbox"].values()
    if is_hidden(kind):
        assert replace(counted, oldest_hidden=None) == Count()
        assert not outbox
        return
    assert {doc["row"]["message"] for doc in outbox} == model.redraws
    assert {doc["row"]["task"] for doc in outbox} <= {Errand.REDRAW.value}
    assert sum(counted.records.values()) == len(model.notes)
    assert counted.shown == len(model.shown)
