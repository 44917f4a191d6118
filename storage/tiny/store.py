"""The TinyDB store: opening a folder, and what the program asks of it outside a transaction."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from policy.record import Record
from storage.codec import Doc, build, moment
from storage.contract import Transaction, Unavailable
from storage.rows import AuditRow, Count, DeadLetter, Outgoing
from storage.tiny.commit import SEALED_PART, Wishes
from storage.tiny.disk import Disk
from storage.tiny.journal import ROOM_BYTES
from storage.tiny.opening import begin, read, read_beside_a_writer, take, unusable
from storage.tiny.state import Batch, State, is_marked
from storage.tiny.transaction import TinyTransaction
from storage.tiny.veil import Row, Veil
from storage.tiny.writer import Writer
from storage.vault import Vault

SNAPSHOT_BYTES = 32 << 20
"""How long the journal may grow, in bytes, before it is summed up in a snapshot."""

OVERDUE = 4
"""How many times what it may grow by the journal has grown when no start goes on before it is summed up. It comes to
that where Exeat is stopped again and again before a snapshot is whole; each start would take longer than the last.
"""

UNREAD = (
    "Something here is sealed whole, and there is no EXEAT_KEY to open it. It is carried along unread, and nobody is "
    "told or reminded of it."
)
"""What the administrator is told of a folder with more in it than can be read."""


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

    `vault` seals and opens records of sealed kinds; without one those can be neither kept nor read, and what is
    sealed whole is carried along unread. `kinds` are all that there may be: rows that name a hidden one are sealed.

    Records of the `kinds` given that an older Exeat wrote are brought up to date, so that they are found by
    what they are found by today. Raises Unavailable when another process has the folder, it cannot be
    written, a newer Exeat wrote a record, or no key opens what is sealed whole; Damaged when what it holds is
    not what was written.
    """
    disk = disk or Disk()
    lock = take(folder, disk)
    try:
        kinds = tuple(kinds)
        state, found = await asyncio.to_thread(read, folder, kinds, Veil(vault, kinds))
        notices, journal = await asyncio.to_thread(begin, folder, disk, found, room_bytes)
    except OSError as error:
        os.close(lock)
        raise unusable(folder, error) from error
    except BaseException:
        os.close(lock)
        raise
    if vault is None and state.sealed.rows:
        notices.append(UNREAD)
    writer = Writer(journal, disk, snapshot_bytes, notices)
    store = TinyStore(folder, state, writer, lock)
    if found.size >= OVERDUE * max(snapshot_bytes, found.snapshot):
        try:
            with suppress(Unavailable):  # a notice says why there is none, and the journal goes on
                await writer.sum_up()
        except BaseException:
            await store.close()
            raise
    return store


async def read_tiny(folder: Path, *, kinds: Iterable[type[Record]] = (), vault: Vault | None = None) -> "TinyStore":
    """The folder as it is at this moment, to be read only, also while another process is writing to it.

    `kinds` and `vault` are as for `open_tiny`. Raises Unavailable when it cannot be read, or no key opens what is
    sealed whole, and Damaged when what it holds is not what was written.
    """
    try:
        state = await asyncio.to_thread(read_beside_a_writer, folder, Veil(vault, kinds))
    except OSError as error:
        raise unusable(folder, error) from error
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
    def unread(self) -> bool:
        """Whether something is sealed whole here that cannot be read, for there is no key."""
        return self._state.vault is None and bool(self._state.sealed.rows)

    @property
    def notices(self) -> list[str]:
        """Sentences for the administrator: what was found at the start, what went wrong since; oldest first."""
        return self._writer.notices if self._writer else []

    @property
    def schools(self) -> frozenset[str]:
        """The ids of the schools of which there is any record that can be read."""
        return frozenset(key[0] for key in self._state.records.indexes["kind"].buckets if isinstance(key, tuple))

    def copy(self) -> dict[str, dict[str, Doc]]:
        """Every row as it may stand on a disk now, by table and id, for a backup; later commits do not change it."""
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

    async def audit_rows(self, school: str, hidden: bool = False) -> AsyncIterator[AuditRow]:
        """As the contract says: the chain as it stood at the first step."""
        for row in self._state.audit_chain(school, hidden=hidden):
            yield build(AuditRow, row)

    async def forget_seen(self, before: datetime) -> int:
        """As the contract says, for every school."""
        old = self._state.seen.indexes["at"].bucket(())
        ids = [place[-1] for place in old.irange(None, (moment(before), ""), (True, False))] if old else []
        clear = sum(not is_marked(self._state.seen.rows[id]) for id in ids)
        if ids:
            await self._commit(Wishes("", forgotten=ids))
        return clear

    async def purge(self) -> None:
        """As the contract says. What was set aside at a start goes too: nobody was told that it was saved."""
        await self.check()
        if self._writer is not None:
            await self._writer.sum_up()
            try:
                await asyncio.to_thread(self._writer.scour, self.folder)
            except OSError as error:
                raise unusable(self.folder, error) from error

    async def count(self, school: str) -> Count:
        """As the contract says."""
        state = self._state
        records = {
            (key[1], key[2]): len(bucket)
            for key, bucket in state.records.indexes["state"].buckets.items()
            if isinstance(key, tuple) and key[0] == school and key[1] not in state.veil.kinds
        }
        ages = state.outbox.indexes["age"]
        last = state.last_audit(school)
        return Count(
            records=records,
            outbox=ages.size((school, False)),
            oldest_unsent=_oldest(ages.bucket((school, False))),
            dead=state.dead.indexes["school"].size((school, False)),
            shown=state.shown.indexes["school"].size((school, False)),
            audit=last["seq"] if last else 0,
            oldest_hidden=_oldest(ages.bucket((school, True))),
        )

    def under_old_keys(self) -> list[Row]:
        """Whatever is sealed and not under the first key: rows by table and id. Without a key nobody knows: none."""
        vault, state = self._state.vault, self._state
        if vault is None:
            return []
        return [
            (name, id)
            for name, part in SEALED_PART.items()
            for id, doc in state.tables[name].rows.items()
            # the body of a record that is not sealed is a JSON object
            if not doc[part].startswith("{") and not vault.is_first(doc[part])
        ]

    async def reseal(self, rows: Sequence[Row]) -> None:
        """Seal the rows under the first key, in one commit, which changes nothing else of them.

        Raises WrongKey when no key opens one, and Unavailable when the store cannot write.
        """
        await self._commit(Wishes("", resealed=list(rows)))

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


def _oldest(ages: Sequence[tuple[str, int, str]]) -> datetime | None:
    return datetime.fromisoformat(ages[0][0]) if ages and ages[0][0] != "~" else None


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
