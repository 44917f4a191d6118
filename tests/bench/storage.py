"""The store's promises: a commit and a tick cost the same whatever it holds, and it starts quickly."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from tinydb import TinyDB

from policy.record import Ref
from storage.codec import plain
from storage.rows import AuditEntry, Outgoing
from storage.tiny import TinyStore, open_tiny
from storage.vault import Vault, new_key
from tests.bench import Ratio
from tests.storage.note import HiddenNote, Note

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
LATER = START + timedelta(days=30)
BUILD = Path(__file__).parents[2] / "build"
SCHOOL = "harbour"


async def measure() -> list[Ratio]:
    """All of the store's ratios, on the disk that the checkout is on."""
    return [
        await commit_is_flat(),
        await hidden_commit_is_flat(),
        await cheaper_than_stock(),
        await tick_is_flat(),
        await start_up(),
    ]


async def commit_is_flat(many: int = 100_000, few: int = 100, rounds: int = 300) -> Ratio:
    """A commit (record, audit row, outbox row) with many records in the store, over one with few."""
    async with _store(many) as large, _store(few) as small:
        times = await alternate(rounds, lambda: _commit(large), lambda: _commit(small))
    return Ratio(f"a commit at {many:,} records / at {few:,}", times[0] / times[1], 1.2)


async def hidden_commit_is_flat(many: int = 20_000, few: int = 100, rounds: int = 300) -> Ratio:
    """The same where all of it is hidden, and so sealed whole."""
    async with _store(many, hidden=True) as large, _store(few, hidden=True) as small:
        times = await alternate(rounds, lambda: _commit(large), lambda: _commit(small))
    return Ratio(f"a hidden commit at {many:,} hidden records / at {few:,}", times[0] / times[1], 1.2)


async def cheaper_than_stock(many: int = 50_000, rounds: int = 7, commits: int = 25) -> Ratio:
    """An insert into stock TinyDB with many documents, over a commit to ours with as many.

    One insert of theirs takes so long that ours come in groups: a group's time is shared out among them.
    """
    with TemporaryDirectory(dir=build()) as folder:
        stock = TinyDB(Path(folder) / "stock.json")
        stock.insert_multiple(plain(_note(f"n{n}", LATER, n)) for n in range(many))

        async def insert() -> None:
            stock.insert(plain(_note("new", LATER, 1)))

        async with _store(many) as ours:
            times = await alternate(rounds, insert, lambda: _puts(ours, commits))
        stock.close()
    ratio = times[0] / (times[1] / commits)
    return Ratio(f"stock TinyDB's insert at {many:,} documents / ours", ratio, 500, at_least=True)


async def tick_is_flat(many: int = 100_000, few: int = 100, due: int = 10, rounds: int = 100) -> Ratio:
    """A tick (find what is due, move it on in one commit) over many waiting records, over one over few."""
    async with _store(many, due=due) as large, _store(few, due=due) as small:
        times = await alternate(rounds, lambda: _tick(large), lambda: _tick(small))
    return Ratio(f"a tick over {many:,} waiting records / over {few:,}", times[0] / times[1], 2)


async def start_up(many: int = 100_000, rounds: int = 3) -> Ratio:
    """Opening a folder with many records, over reading the same bytes with `json.loads`."""
    with TemporaryDirectory(dir=build()) as name:
        folder = Path(name) / "data"
        store = await open_tiny(folder)
        await _fill(store, many)
        await store.close()

        async def start() -> None:
            await (await open_tiny(folder)).close()

        async def read() -> None:
            await asyncio.to_thread(_read_lines, folder)

        times = await alternate(rounds, start, read)
    return Ratio(f"start-up with {many:,} records / json.loads of the same bytes", times[0] / times[1], 3)


def _read_lines(folder: Path) -> None:
    kept = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            kept.append(json.loads(line[17:]))


async def alternate(rounds: int, *sides: Callable[[], Awaitable[None]]) -> list[float]:
    """The median time of each side, in seconds, measured in turn so that both meet the same weather."""
    times: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, taken in zip(sides, times, strict=True):
            begun = perf_counter()
            await side()
            taken.append(perf_counter() - begun)
    return [median(taken) for taken in times]


@asynccontextmanager
async def _store(records: int, due: int = 0, *, hidden: bool = False) -> AsyncIterator[TinyStore]:
    with TemporaryDirectory(dir=build()) as folder:
        kinds = (HiddenNote,) if hidden else (Note,)
        store = await open_tiny(Path(folder) / "data", kinds=kinds, vault=Vault([new_key()]))
        await _fill(store, records, due)
        yield store
        await store.close()


async def _fill(store: TinyStore, records: int, due: int = 0) -> None:
    for start in range(0, records, 1000):
        async with store.transaction(SCHOOL) as tx:
            for n in range(start, min(start + 1000, records)):
                tx.put(_note(f"n{n}", START if n < due else LATER, n))


def _note(id: str, next_due: datetime, n: int) -> Note:
    return Note(
        id,
        text=_text(n),
        state=("open", "waiting", "closed")[n % 3],
        owner=f"person{n % 50}",
        next_due=next_due,
        keys=(f"account:{n % 8}", f"external:{n}"),
    )


def _text(n: int) -> str:
    return f"Year {n % 7} had a splendid morning at the harbour, and here is what they found. " * 4


async def _commit(store: TinyStore) -> None:
    async with store.transaction(SCHOOL) as tx:
        id = await tx.new_id(Note)
        tx.put(_note(id, LATER, 1))
        tx.audit(AuditEntry(START, "ann", "wrote", Ref("note", id)))
        tx.queue(Outgoing(SCHOOL, "note", "ann", Ref("note", id), 1))


async def _puts(store: TinyStore, commits: int) -> None:
    for _ in range(commits):
        async with store.transaction(SCHOOL) as tx:
            tx.put(_note(await tx.new_id(Note), LATER, 1))


async def _tick(store: TinyStore) -> None:
    async with store.transaction(SCHOOL) as tx:
        for note in await tx.find(Note, due_before=START):
            tx.put(note.but(text=note.text[::-1]))


def build() -> Path:
    BUILD.mkdir(exist_ok=True)
    return BUILD
