"""How long a safeguarding concern is kept, and that it must stay, which only those who may read it hear of."""

from collections.abc import Sequence
from dataclasses import replace

from policy.concern.entry import Act, ConcernEntry
from policy.concern.record import Concern, Held
from policy.record import Record
from policy.refused import Unusable, WrongState
from policy.retention import CONCERNS, Kept, Retention, once_ended, while_open

ADDS = frozenset(Act) - {
    *(Act.OPENED, Act.EXPORTED, Act.DELIVERED, Act.UNDELIVERED),
    *(Act.HELD, Act.RELEASED, Act.UNREADER),
}
"""What adds to a concern; to have read or kept it, or to have been sent something, does not make it younger."""


def concern_kept(concern: Concern, parts: Sequence[Record], retention: Retention) -> Kept:
    """A concern with its log: from when it was closed, or last added to if that was later; one that is held, for as
    long as it is. Its hold is a part of it, so that nobody else finds that there is one.
    """
    if concern.held is not None:
        return Kept(concern.raised_at, None, "It is held.", held=True)
    if concern.live or concern.outcome is None:
        return while_open(concern.raised_at)
    added = [part.at for part in parts if isinstance(part, ConcernEntry) and part.act in ADDS]
    return once_ended(concern.raised_at, max([concern.outcome.at, *added]), retention, CONCERNS)


def hold(concern: Concern, held: Held) -> Concern:
    """It stays from now on, whatever its time, also when it is closed. Raises Unusable without a reason."""
    if not held.reason:
        raise Unusable({"reason": "Please say why it has to stay, such as a case number."})
    if concern.held is not None:
        raise WrongState(
            f"{concern.id} is held already, so nothing was changed.",
            "One hold is enough to keep it.",
            "To give another reason, press Release first.",
        )
    return replace(concern, held=held)


def release(concern: Concern) -> Concern:
    """It is held no longer, and goes once its time is over. Raises WrongState when it was not held."""
    if concern.held is None:
        raise WrongState(f"{concern.id} is not held, so nothing was changed.", then="Press Hold to hold it.")
    return replace(concern, held=None)
