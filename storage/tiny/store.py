"""The TinyDB store: opening a folder, and what the program asks of it outside a transaction."""

import asyncio
import fcntl
import gc
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from policy.record import Record, is_sealed
from storage.codec import Doc, build, decode, encode, moment
from storage.contract import AuditRow, Count, Damaged, DeadLetter, Outgoing, Transaction, Unavailable
from storage.tiny.commit import Wishes
from storage.tiny.disk import Disk
from storage.tiny.journal import ROOM_BYTES, Found, Journal, load, set_aside, superseded
from storage.tiny.state import Batch, State
from storage.tiny.transaction import TinyTransaction
from storage.tiny.writer import Writer
from storage.vault import Vault

SNAPSHOT_BYTES = 32 << 20
"""How long the journal may grow, in bytes, before it is summed up in a snapshot."""


async def open_tiny(
    folder: Path,
    *,
    kinds: Iterable[type[Record]] = (),
    disk: Disk | None = None,
    vault: Vault | None = None,
    snapshot_bytes: int = SNAPSHOT_BYTES,
    room_bytes: int = ROOM_BYTES,
) -> "TinyStore":
    """Open the folder, creating it (for the owner alone) if need be, and keep every other process out.

    `vault` seals and opens records of sealed kinds; without one those can be neither kept nor read.

    Records of the `kinds` given that an older Exeat wrote are brought up to date, so that they are found by
    what they are found by today. Raises Unavailable when another process has the folder, it cannot be
    written, or a newer Exeat wrote a record; Damaged when what it holds is not what was written.
    """
    disk = disk or Disk()
    lock = _lock(folder, disk)
    try:
        state, found = await asyncio.to_thread(_read, folder, tuple(kinds), vault)
        notices, journal = await asyncio.to_thread(_begin, folder, disk, found, room_bytes)
    except OSError as error:
        os.close(lock)
        raise _unusable(folder, error) from error
    except BaseException:
        os.close(lock)
        raise
    return TinyStore(folder, state, Writer(journal, disk, snapshot_bytes, notices), lock)


async def read_tiny(folder: Path, *, vault: Vault | None = None) -> "TinyStore":
    """The folder as it is at this moment, to be read only, also while another process is writing to it.

    Raises Unavailable when it cannot be read and Damaged when what it holds is not what was written.
    """
    try:
        state = await asyncio.to_thread(_read_beside_a_writer, folder, vault)
    except OSError as error:
        raise _unusable(folder, error) from error
    return TinyStore(folder, state, None, None)


class TinyStore:
    """`storage.contract.Store` in the memory of one process, kept in a journal on the disk."""

    def __init__(self, folder: Path, state: State, writer: Writer | None, lock: int | None) -> None:
        self.folder = folder
        self._state, self._writer, self._lock = state, writer, lock
        self._inside: set[asyncio.Task[object] | None] = set()
        self._news: set[str] = set()
        self._something = asyncio.Event()
        if writer is not None:
            writer.start(state, self._committed)

    @property
    def sealing(self) -> bool:
        """As the contract says."""
        return self._state.vault is not None

    @property
    def notices(self) -> list[str]:
        """Sentences for the administrator: what was found at the start, what went wrong since; oldest first."""
        return self._writer.notices if self._writer else []

    def copy(self) -> dict[str, dict[str, Doc]]:
        """Every row as it is now, by table and id, for a backup; later commits do not change it."""
        return self._state.copy()

    def transaction(self, school: str) -> AbstractAsyncContextManager[Transaction]:
        """As the contract says. Raises RuntimeError inside another transaction of the same task."""
        return _Work(self, TinyTransaction(self._state, school))

    def begin(self) -> asyncio.Task[object] | None:
        """Note that this task has a transaction open. Raises RuntimeError when it has one already."""
        task = asyncio.current_task()
        if task in self._inside:
            raise RuntimeError("a transaction is open already")
        self._inside.add(task)
        return task

    async def finish(self, task: asyncio.Task[object] | None, wishes: Wishes | None) -> None:
        """Note that the task's transaction is over, and commit what it wished for, if it ended well."""
        self._inside.discard(task)
        if wishes:
            await self._commit(wishes)

    async def _commit(self, wishes: Wishes) -> None:
        await self.check()
        if self._writer is not None:
            await self._writer.commit(wishes)

    async def claim(self, school: str, now: datetime, lease: timedelta, limit: int) -> list[Outgoing]:
        """As the contract says. A row that was handed out before and not settled comes back as doubtful."""
        await self.check()
        self._news.discard(school)
        if not self._news:
            self._something.clear()
        claimed = self._state.heads.claim(school, moment(now), moment(now + lease), limit)
        rows = ((build(Outgoing, doc["row"]), doubtful) for doc, doubtful in claimed)
        return [replace(row, doubtful=row.doubtful or doubtful) for row, doubtful in rows]

    async def wait(self, seconds: float) -> None:
        """Return when the outbox has changed since the last claim, or after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._something.wait()
        except TimeoutError:
            return

    async def dead_letters(self, school: str, limit: int = 100) -> list[DeadLetter]:
        """As the contract says."""
        return self._state.dead_letters(school, limit)

    async def audit_rows(self, school: str) -> AsyncIterator[AuditRow]:
        """As the contract says: the chain as it stood at the first step."""
        last = self._state.last_audit(school)
        for seq in range(1, last["seq"] + 1 if last else 1):
            yield build(AuditRow, self._state.audit.rows[f"{school}/{seq}"])

    async def forget_seen(self, before: datetime) -> int:
        """As the contract says, for every school."""
        old = self._state.seen.indexes["at"].bucket(())
        ids = [place[-1] for place in old.irange(None, (moment(before), ""), (True, False))] if old else []
        if ids:
            await self._commit(Wishes("", forgotten=ids))
        return len(ids)

    async def purge(self) -> None:
        """As the contract says. What was set aside at a start goes too: nobody was told that it was saved."""
        await self.check()
        if self._writer is not None:
            await self._writer.sum_up()
            try:
                await asyncio.to_thread(self._writer.scour, self.folder)
            except OSError as error:
                raise _unusable(self.folder, error) from error

    async def count(self, school: str) -> Count:
        """As the contract says."""
        state = self._state
        records = {
            (key[1], key[2]): len(bucket)
            for key, bucket in state.records.indexes["state"].buckets.items()
            if isinstance(key, tuple) and key[0] == school
        }
        ages = state.outbox.indexes["age"].bucket((school,))
        oldest = ages[0][0] if ages else "~"
        last = state.last_audit(school)
        return Count(
            records=records,
            outbox=len(ages),
            oldest_unsent=None if oldest == "~" else datetime.fromisoformat(oldest),
            dead=state.dead.indexes["school"].size((school,)),
            shown=state.shown.indexes["school"].size((school,)),
            audit=last["seq"] if last else 0,
        )

    async def check(self) -> None:
        """As the contract says."""
        if self._writer is None:
            raise Unavailable("The records were opened to be read only.")
        if self._writer.refusal:
            raise Unavailable(self._writer.refusal)

    async def close(self) -> None:
        """As the contract says. Closing twice is once."""
        try:
            if self._writer is not None:
                await self._writer.close()
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def _committed(self, batch: Batch) -> None:
        rows = [doc for doc in batch.get("outbox", {}).values() if doc]
        settled = len(batch.get("outbox", {})) > len(rows)
        self._news.update(doc["school"] for doc in rows)
        if rows or settled:
            self._something.set()


def _lock(folder: Path, disk: Disk) -> int:
    """Keep every other process out of the folder for as long as the file given is open."""
    try:
        disk.make_folder(folder)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unusable(folder, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Unavailable(
            f"Another Exeat is using {folder}. Two at once would spoil each other's work: stop the other one, "
            "or give this one a folder of its own with EXEAT_DATA."
        ) from None
    except OSError as error:
        os.close(lock)
        raise _unusable(folder, error) from error
    return lock


def _begin(folder: Path, disk: Disk, found: Found, room: int) -> tuple[list[str], Journal]:
    notices = []
    if found.torn:
        kept = set_aside(disk, found.torn)
        notices.append(
            f"The last line of {found.torn[0].name} was not finished when Exeat stopped. Nobody was told that it "
            f"was saved. Its bytes are kept in {kept.name}."
        )
    for needless in superseded(folder):
        disk.remove(needless)
    return notices, Journal(disk, folder, found, room)


def _read(folder: Path, kinds: Iterable[type[Record]], vault: Vault | None) -> tuple[State, Found]:
    """What the folder holds. It is all kept, so the collector would only walk over it again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        found = load(folder)
        _bring_up_to_date(found.rows.get("records", {}), kinds, vault)
        return State(found.rows, vault), found
    finally:
        if collecting:
            gc.enable()


def _bring_up_to_date(records: dict[str, Doc], kinds: Iterable[type[Record]], vault: Vault | None) -> None:
    """What is sealed stays as it was where there is no key: it is brought up to date when it can be read."""
    today = {kind.KIND: kind for kind in kinds}
    for id, doc in records.items():
        kind = today.get(doc["kind"])
        if kind is None or doc["schema"] == kind.SCHEMA or (vault is None and is_sealed(kind)):
            continue
        records[id] = encode(decode(kind, doc, vault), doc["rev"], vault) | {"n": doc["n"]}


def _read_beside_a_writer(folder: Path, vault: Vault | None) -> State:
    """What the folder holds. A writer may sum up its journal meanwhile: then it is read again."""
    while True:
        names = sorted(path.name for path in folder.iterdir())
        try:
            return _read(folder, (), vault)[0]
        except (FileNotFoundError, Damaged):
            if names == sorted(path.name for path in folder.iterdir()):
                raise


def _unusable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"Exeat cannot keep its records in {folder} ({error.strerror or error}). "
        "Give it a folder that it may write to, with EXEAT_DATA."
    )


class _Work(AbstractAsyncContextManager[Transaction]):
    """A transaction's block: a class, since every request enters one and a generator costs more."""

    __slots__ = ("_store", "_task", "_tx")

    def __init__(self, store: TinyStore, tx: TinyTransaction) -> None:
        self._store, self._tx = store, tx

    async def __aenter__(self) -> Transaction:
        self._task = self._store.begin()
        return self._tx

    async def __aexit__(self, kind: type[BaseException] | None, *error: object) -> None:
        wishes = self._tx.end()
        await self._store.finish(self._task, wishes if kind is None else None)
