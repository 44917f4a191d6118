"""Deleting a record: its parts go with it, what would miss it is put right, and the audit says that it went."""

from handlers.entries import Retained
from handlers.keeping.judging import parts_of
from handlers.turn import Turn
from policy.hold import Hold, stays
from policy.record import Record, ref
from storage.rows import AuditEntry

DELETED = "deleted"
"""How the audit says that a record stands which is no longer there."""


async def remove(turn: Turn, each: Retained, record: Record, why: str) -> int:
    """Delete the record and its parts; how many parts there were. `why` stands in the audit: a few plain words.

    Raises WrongState when it is held.
    """
    parts = await parts_of(turn, each, record)
    held = await turn.tx.get(Hold, str(ref(record))) is not None
    if held or each.kept(record, parts, turn.school.retention).held:
        raise stays(ref(record))
    if each.leaving is not None:
        await each.leaving(turn, record)
    for gone in (*parts, record):
        turn.tx.delete(type(gone), gone.id, gone.rev)
    note(turn, record, DELETED, why)
    return len(parts)


def note(turn: Turn, record: Record, state: str, why: str, fingerprint: str = "") -> None:
    """Say in the audit what was done to a record, and by what right."""
    turn.tx.audit(
        AuditEntry(
            turn.now,
            turn.viewer.id,
            turn.request.verb,
            ref(record),
            record.version,
            state,
            fingerprint=fingerprint,
            authority=why,
        )
    )
