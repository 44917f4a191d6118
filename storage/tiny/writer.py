"""The one that writes: takes what is waiting, writes it as one line, and only then lets it be seen."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from storage.codec import Doc
from storage.contract import Conflict, Unavailable
from storage.tiny.commit import Pending, Wishes
from storage.tiny.disk import Disk
from storage.tiny.hand import Hand
from storage.tiny.journal import Journal, superseded, write_snapshot
from storage.tiny.state import Batch, State

_COMMITS_A_LINE = 256


@dataclass(frozen=True, slots=True)
class Waiting:
    """A transaction in the queue, and the one who waits for its outcome (and may have gone)."""

    wishes: Wishes
    future: asyncio.Future[None]

    def accept(self) -> None:
        """Say that it is durable."""
        if not self.future.done():
            self.future.set_result(None)

    def refuse(self, error: Exception) -> None:
        """Say that nothing of it was written, and why."""
        if not self.future.done():
            self.future.set_exception(error)


@dataclass(frozen=True, slots=True)
class Line:
    """What goes out together, as it is to stand in memory and on the disk; whose it is, and who came too late."""

    batch: Batch
    on_disk: Batch
    accepted: list[Waiting]
    refused: list[tuple[Waiting, Conflict]]
    leans_on: set[str] = field(default_factory=set)


class Writer:
    """Group commit: the commits that came in while the disk was busy go out together.

    When the disk fails, the batch and all behind it fail, and nothing is written any more: what a failed
    sync left on the disk is known to nobody, and asking again would be told that all is well.
    """

    def __init__(self, journal: Journal, disk: Disk, snapshot_bytes: int, notices: list[str]) -> None:
        self._journal, self._disk, self._snapshot_bytes = journal, disk, snapshot_bytes
        self.notices = notices
        self.refusal = ""
        self._waiting: deque[Waiting] = deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False
        self._hand = Hand("journal")
        self._snapshot_thread = ThreadPoolExecutor(1, "snapshot")
        self._snapshot: asyncio.Task[None] | None = None
        self._asked: list[asyncio.Future[None]] = []
        """Whoever waits for a snapshot that is yet to begin."""
        self._skipped = ""

    def start(self, state: State, on_commit: Callable[[Batch], None]) -> None:
        """Begin to write for these tables; `on_commit` is called with each batch that has become durable."""
        self._state, self._on_commit = state, on_commit

    async def commit(self, wishes: Wishes) -> None:
        """Return when what is wished for is durable and to be seen. Raises Conflict or Unavailable."""
        if self.refusal:
            raise Unavailable(self.refusal)
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(wishes, future))
        if self._idle.is_set():
            self._write()
        await future

    async def sum_up(self) -> None:
        """Return when what is durable now stands in a snapshot, and what it replaces has been removed.

        Raises Unavailable when that could not be done.
        """
        if self.refusal:
            raise Unavailable(self.refusal)
        done = asyncio.get_running_loop().create_future()
        self._asked.append(done)
        if self._idle.is_set() and self._snapshot is None:
            self._idle.clear()
            self._begin_snapshot()
        await done

    def scour(self, folder: Path) -> None:
        """Remove what was set aside, and return when whatever was removed is gone for good. Raises OSError."""
        for torn in folder.glob("*.torn-*"):
            self._disk.remove(torn)
        self._disk.sync_folder(folder)

    async def close(self) -> None:
        """Write what is waiting, finish a snapshot under way, and let go of the journal."""
        if self._closing:
            return
        self._closing = True
        self.refusal = self.refusal or "The store is closed."
        await self._idle.wait()
        try:
            if self._snapshot is not None:
                await self._snapshot
        finally:
            try:
                await self._hand.do(self._journal.close)
            finally:
                self._hand.let_go()
                self._snapshot_thread.shutdown()

    def _write(self) -> None:
        """Send what is waiting on its way to the disk; idle when nothing is."""
        self._idle.clear()
        while self._waiting:
            line = self._gather()
            if line.accepted:
                self._send(line)
                return
            _refuse_late(line)
        self._idle.set()

    def _send(self, line: Line) -> None:
        self._state.heads.leant_on = line.leans_on
        self._hand.give(lambda: self._journal.append(line.on_disk), lambda error: self._written(line, error))

    def _gather(self) -> Line:
        pending = Pending(self._state)
        accepted: list[Waiting] = []
        refused: list[tuple[Waiting, Conflict]] = []
        while self._waiting and len(accepted) < _COMMITS_A_LINE:
            waiting = self._waiting.popleft()
            if waiting.future.cancelled():
                continue
            try:
                pending.perform(waiting.wishes)
                accepted.append(waiting)
            except Conflict as late:
                refused.append((waiting, late))
            except Exception as fault:
                waiting.refuse(fault)
                self._waiting.extendleft(reversed(accepted + [one for one, _ in refused]))
                return Line({}, {}, [], [])
        return Line(*pending.batch(), accepted, refused, pending.leans_on)

    def _written(self, line: Line, error: BaseException | None) -> None:
        """The disk has answered: let what is durable be seen, and go on."""
        try:
            if error is not None:
                raise error
            self._state.apply(line.batch)
            self._state.heads.leant_on = set()
            self._on_commit(line.batch)
        except OSError as refused:
            self._refuse(_disk_refused(refused), line)
        except BaseException:
            self._refuse("The store has stopped writing because of a fault in Exeat itself.", line)
            raise
        else:
            for one in line.accepted:
                one.accept()
            _refuse_late(line)
            grown = self._journal.since_snapshot >= self._snapshot_bytes
            if self._snapshot is None and (grown or self._asked):
                self._begin_snapshot()
            else:
                self._write()

    def _refuse(self, why: str, line: Line) -> None:
        self.refusal = why
        self.notices.append(why)
        unanswered = [*line.accepted, *(one for one, _ in line.refused), *self._waiting]
        self._waiting.clear()
        for one in unanswered:
            one.refuse(Unavailable(why))
        for asked in self._asked:
            _fail(asked, Unavailable(why))
        self._asked.clear()
        self._idle.set()

    def _begin_snapshot(self) -> None:
        self._snapshot = asyncio.create_task(self._sum_up(), name="snapshot")

    async def _sum_up(self) -> None:
        """Go on in a new segment, and write what was before it as a snapshot beside the commits to come."""
        loop = asyncio.get_running_loop()
        asked, self._asked = self._asked, []
        try:
            try:
                path = await self._hand.do(self._journal.rotate)
                rows = self._state.copy()
            finally:
                self._write()
            await loop.run_in_executor(self._snapshot_thread, self._save, path, rows)
            self._skipped = ""
            for one in asked:
                if not one.done():
                    one.set_result(None)
        except Exception as error:
            why = self._skip_snapshot(error)
            for one in asked:
                _fail(one, Unavailable(why))
        finally:
            self._snapshot = None
            if self._asked and self._idle.is_set():
                self._idle.clear()
                self._begin_snapshot()

    def _save(self, path: Path, rows: dict[str, dict[str, Doc]]) -> None:
        write_snapshot(self._disk, path, rows)
        self._snapshot_bytes = max(self._snapshot_bytes, path.stat().st_size)
        for needless in superseded(path.parent):
            self._disk.remove(needless)

    def _skip_snapshot(self, error: Exception) -> str:
        """Take note, once for as long as it goes on, of what was in the way: even what was never thought of."""
        why = (isinstance(error, OSError) and error.strerror) or type(error).__name__
        notice = f"No snapshot could be made ({why}). The journal goes on without it."
        if self._skipped != notice:
            self.notices.append(notice)
        self._skipped = notice
        return notice


def _fail(waiting: asyncio.Future[None], error: Unavailable) -> None:
    if not waiting.done():
        waiting.set_exception(error)


def _refuse_late(line: Line) -> None:
    for one, conflict in line.refused:
        one.refuse(conflict)


def _disk_refused(error: OSError) -> str:
    return (
        f"The disk refused a write ({error.strerror or error}). Nothing more is written, and nothing that was "
        "acknowledged is lost. Make room or mend the disk, then start Exeat again."
    )
