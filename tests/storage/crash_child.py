"""A process to be killed: for each number read it forks a child that commits as fast as it can, telling of each."""

import asyncio
import os
import sys
from pathlib import Path

from policy.record import Ref
from storage.rows import AuditEntry, Outgoing, Seen
from storage.tiny import TinyStore, open_tiny
from storage.vault import Vault
from tests.storage.contract import NOW, SCHOOL
from tests.storage.contract_sealed import KEY
from tests.storage.note import Note
from tests.storage.whisper import Whisper, raise_it

WORKERS = 4
SNAPSHOT_BYTES = 200_000


async def work(store: TinyStore, worker: int) -> None:
    """Commit for ever: two notes, a tally, an audit row, an outbox row and a seen-key each time; and what is hidden
    with all that comes with it.
    """
    tally_id = f"tally{worker}"
    while True:
        async with store.transaction(SCHOOL) as tx:
            tally = await tx.get(Note, tally_id) or Note(tally_id)
            count = tally.rev + 1
            tx.put(tally)
            tx.put(Note(f"left{worker}-{count}"))
            tx.put(Note(f"right{worker}-{count}"))
            tx.audit(AuditEntry(NOW, f"{worker}-{count}", "wrote", Ref("note", tally_id)))
            tx.queue(Outgoing(SCHOOL, "note", f"{worker}-{count}", Ref("note", tally_id)))
            tx.mark_seen(Seen(f"{worker}-{count}", Ref("note", tally_id), "", NOW))
            raise_it(tx, f"{worker}-{count}")
        os.write(1, b"ack %d %d\n" % (worker, count))


async def run(folder: Path) -> None:
    store = await open_tiny(folder, kinds=(Whisper,), vault=Vault([KEY]), snapshot_bytes=SNAPSHOT_BYTES)
    await asyncio.gather(*(work(store, worker) for worker in range(WORKERS)))


def main() -> None:
    folder = Path(sys.argv[1])
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(run(folder))
        os.write(1, b"pid %d 0\n" % pid)
        os.waitpid(pid, 0)
        os.write(1, b"end 0 0\n")


if __name__ == "__main__":
    main()
