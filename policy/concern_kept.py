"""How long a safeguarding concern is kept."""

from collections.abc import Sequence

from policy.concern import Concern
from policy.concern_entry import Act, ConcernEntry
from policy.record import Record
from policy.retention import CONCERNS, Kept, Retention, once_ended, while_open

ADDS = frozenset(Act) - {
    *(Act.OPENED, Act.EXPORTED, Act.DELIVERED, Act.UNDELIVERED),
    *(Act.HELD, Act.RELEASED, Act.UNREADER, Act.REQUESTED),
}
"""What adds to a concern; to have read or kept it, or to have been sent something, does not make it younger."""


def concern_kept(concern: Concern, parts: Sequence[Record], retention: Retention) -> Kept:
    """A concern with its log: from when it was closed, or last added to if that was later; one that is held, for as
    long as it is. Its hold is a part of it, so that nobody else finds that there is one.
    """
    if concern.held is not None:
        return Kept(concern.raised_at, None, "It is held.")
    if concern.live or concern.outcome is None:
        return while_open(concern.raised_at)
    added = [part.at for part in parts if isinstance(part, ConcernEntry) and part.act in ADDS]
    return once_ended(concern.raised_at, max([concern.outcome.at, *added]), retention, CONCERNS)
