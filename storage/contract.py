"""What every store promises: records, outbox, shown messages, seen-keys and audit, all in one commit.

A store keeps frozen dataclasses (`policy.record.Record`) and knows nothing of what they mean. All times
are aware UTC. Every implementation passes `tests/storage/contract.py`.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from policy.record import Record, Ref
from storage.rows import AuditEntry, AuditRow, Count, DeadLetter, Outgoing, Seen, Shown

R = TypeVar("R", bound=Record)


class Conflict(Exception):
    """Somebody else's commit came first: nothing was written; load afresh and try again."""


class Unavailable(Exception):
    """The store cannot take or give anything now: nothing was written. The message says why."""


class Damaged(Exception):
    """What is on disk is not what was written. The message names the file and the line or row."""


class Transaction(Protocol):
    """Buffered writes over a view that reads its own. Nothing is kept until the block ends without an error.

    No network call and no second transaction may happen inside one.

    Records of a hidden kind, and rows that name one, are sealed whole where they are kept. So are, in a transaction
    that `hides` because it touches such, rows that name no record. Rows that name a record which is not hidden stay
    in the clear: a handler that hides writes none that tell who was there. The store knows a hidden kind once it has
    been opened with it or been asked for one. Where there is no key, all that touches one raises Unavailable.
    """

    school: str

    @property
    def hides(self) -> bool:
        """Whether anything asked for so far touches what is hidden."""

    async def new_id(self, kind: type[Record]) -> str:
        """The next short id of the kind, such as P-12; of a hidden kind a random one that tells nothing, such as
        K7Q4-9M2X. A number given to a transaction that fails is not reused.
        """

    async def get(self, kind: type[R], id: str) -> R | None:
        """The record, with this transaction's own writes; None when there is none in this school."""

    async def find(
        self,
        kind: type[R],
        *,
        state: str | None = None,
        owner: str | None = None,
        key: str | None = None,
        due_before: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
        oldest: bool = False,
    ) -> list[R]:
        """Records that fit all that is given, newest first, or oldest first (`oldest`), by when they were first kept;
        by `next_due`, earliest first, when `due_before` is given (it includes that moment). `after` is the id of the
        last one of the page before.
        """

    def put(self, record: Record) -> None:
        """Keep the record. At commit its `rev` must be the stored one (0 for a new record), else Conflict.

        The store sets `rev` to one more. A change to a shown record queues a redraw of every message that
        shows it, in the same commit.
        """

    def delete(self, kind: type[Record], id: str, rev: int) -> None:
        """Forget the record, if `rev` is the stored one, else Conflict.

        What waits to be sent or fetched for it and the dead letters about it go with it; every message that shows
        it is drawn once more. The bytes stay on the disk until `purge`.
        """

    def forget_person(self, id: str) -> None:
        """Drop what waits to be sent to somebody, and the dead letters of that; every message shown to them is drawn
        once more.
        """

    async def seen(self, key: str) -> Seen | None:
        """What is known of a sender's key."""

    def mark_seen(self, seen: Seen) -> None:
        """Keep the key. At commit it must be new, else Conflict: of two deliveries at once, one has the effect."""

    def audit(self, entry: AuditEntry) -> None:
        """Append to the school's chain, or to its hidden one."""

    def queue(self, row: Outgoing) -> None:
        """Append to the outbox; dropped when an unsent row has the same `unique`.

        A nag or digest (a row to send without a version) that has been claimed may have been drawn already, so
        another may then be queued behind it.
        """

    async def shown(self, record: Ref) -> list[Shown]:
        """The messages that show the record, oldest first."""

    def show(self, shown: Shown) -> None:
        """Keep or replace (by `key`) a shown message; queues a redraw if the record has moved past `shown.rev`.

        Whoever has redrawn a message shows it with the revision drawn, in the commit that is `done` with the
        row: a change that came in between then queues another redraw.
        """

    def unshow(self, key: str) -> None:
        """Forget a shown message: it is gone from the platform."""

    def done(self, row: Outgoing) -> None:
        """Take a row out of the outbox: it was delivered, or there was nothing to deliver."""

    def retry(self, row: Outgoing, not_before: datetime, *, doubtful: bool = False) -> None:
        """Leave the row in its place, counted once more, not to be handed out before the moment given."""

    def bury(self, row: Outgoing, reason: str, at: datetime) -> None:
        """Move the row to the dead letters."""

    async def dead_letters(self, limit: int, *, hidden: bool = False) -> list[DeadLetter]:
        """Undeliverable rows, newest first; without this transaction's own. Hidden ones only if so asked, alone."""


class Store(Protocol):
    """A place where a school's records live.

    `sealing`: records of a sealed kind can be kept and read, for there is a key. Without one they raise Unavailable,
    and what is sealed whole is carried along unread. `notices`: sentences for whoever looks after the machine, oldest
    first; they quote nothing that is kept.
    """

    @property
    def sealing(self) -> bool: ...

    @property
    def notices(self) -> Sequence[str]: ...

    def transaction(self, school: str) -> AbstractAsyncContextManager[Transaction]:
        """A unit of work. Leaving the block commits: durable on return.

        Raises Conflict when another commit came first and Unavailable when the store cannot write.
        """

    async def claim(self, school: str, now: datetime, lease: timedelta, limit: int) -> list[Outgoing]:
        """The first unsent row of each queue that may go now, alerts first; not handed out again within the lease.

        A row whose lease ran out is handed out as `doubtful`. Raises Unavailable when the store cannot write:
        what was sent could not be taken out, and would be sent again and again.
        """

    async def wait(self, seconds: float) -> None:
        """Return when something was queued, or after so many seconds."""

    async def dead_letters(self, school: str, limit: int = 100) -> list[DeadLetter]:
        """Undeliverable rows, newest first; none that is hidden."""

    def audit_rows(self, school: str, hidden: bool = False) -> AsyncIterator[AuditRow]:
        """The chain, from the first row; or the hidden one, which is empty where there is no key."""

    async def forget_seen(self, before: datetime) -> int:
        """Drop seen-keys from before the moment given (at least 24 hours old); how many that are not hidden."""

    async def purge(self) -> None:
        """Return when what was deleted before the call is nowhere on the disk any more. Commits go on meanwhile.

        Raises Unavailable when that could not be done.
        """

    async def count(self, school: str) -> Count:
        """How much there is of what is not hidden, at a cost that does not grow with it."""

    async def check(self) -> None:
        """Raises Unavailable when the store cannot write."""

    async def close(self) -> None:
        """Finish what is under way and let go of the folder."""
