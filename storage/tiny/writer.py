"""The one task that writes: takes what is waiting, writes it as one line, and only then lets it be seen."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
        self._in_hand: list[Waiting] = []
        self._wake = asyncio.Event()
        self._closing = False
        self._hand = Hand("journal")
        self._snapshot_thread = ThreadPoolExecutor(1, "snapshot")
        self._snapshot: asyncio.Task[None] | None = None

    def start(self, state: State, on_commit: Callable[[Batch], None]) -> None:
        """Begin to write for these tables; `on_commit` is called with each batch that has become durable."""
        self._state, self._on_commit = state, on_commit
        self._task = asyncio.create_task(self._run(), name="journal writer")

    async def commit(self, wishes: Wishes) -> None:
        """Return when what is wished for is durable and to be seen. Raises Conflict or Unavailable."""
        if self.refusal:
            raise Unavailable(self.refusal)
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(wishes, future))
        self._wake.set()
        await future

    async def close(self) -> None:
        """Write what is waiting, finish a snapshot under way, and let go of the journal."""
        if self._closing:
            return
        self._closing = True
        self.refusal = self.refusal or "The store is closed."
        self._wake.set()
        try:
            await self._task
            if self._snapshot is not None:
                await self._snapshot
        finally:
            try:
                await self._hand.do(self._journal.close)
            finally:
                self._hand.let_go()
                self._snapshot_thread.shutdown()

    async def _run(self) -> None:
        try:
            while self._waiting or not self._closing:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    await self._write_batch()
                    await self._snapshot_if_due()
        except BaseException:
            self._refuse("The store has stopped writing because of a fault in Exeat itself.", self._in_hand)
            raise

    async def _write_batch(self) -> None:
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
                return
        self._in_hand = accepted + [one for one, _ in refused]
        if accepted:
            try:
                await self._hand.do(
                    lambda: self._journal.append(pending.batch), lambda: self._durable(pending.batch, accepted)
                )
            except OSError as error:
                self._refuse(_disk_refused(error), self._in_hand)
                return
        for one, conflict in refused:
            one.refuse(conflict)

    def _durable(self, batch: Batch, accepted: list["Waiting"]) -> None:
        self._state.apply(batch)
        self._on_commit(batch)
        for one in accepted:
            one.accept()

    def _refuse(self, why: str, unanswered: list["Waiting"]) -> None:
        self.refusal = why
        self.notices.append(why)
        unanswered = unanswered + list(self._waiting)
        self._waiting.clear()
        for one in unanswered:
            one.refuse(Unavailable(why))

    async def _snapshot_if_due(self) -> None:
        if self.refusal or self._snapshot is not None or self._journal.since_snapshot < self._snapshot_bytes:
            return
        try:
            path = await self._hand.do(self._journal.rotate)
        except OSError as error:
            self._skip_snapshot(error)
            return
        self._snapshot = asyncio.create_task(self._write_snapshot(path, self._state.copy()), name="snapshot")

    async def _write_snapshot(self, path: Path, rows: dict[str, dict[str, Doc]]) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._snapshot_thread, self._save, path, rows)
        except OSError as error:
            self._skip_snapshot(error)
        finally:
            self._snapshot = None

    def _save(self, path: Path, rows: dict[str, dict[str, Doc]]) -> None:
        write_snapshot(self._disk, path, rows)
        self._snapshot_bytes = max(self._snapshot_bytes, path.stat().st_size)
        for needless in superseded(path.parent):
            self._disk.remove(needless)

    def _skip_snapshot(self, error: OSError) -> None:
        self.notices.append(f"No snapshot could be made ({error.strerror or error}). The journal goes on without it.")


def _disk_refused(error: OSError) -> str:
    return (
        f"The disk refused a write ({error.strerror or error}). Nothing more is written, and nothing that was "
        "acknowledged is lost. Make room or mend the disk, then start Exeat again."
    )
