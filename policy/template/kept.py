"""How long a wording is kept."""

from collections.abc import Sequence

from policy.record import Record
from policy.retention import Kept, Retention, once_ended, while_open
from policy.template.record import LIVE, Template


def wording_kept(wording: Template, parts: Sequence[Record], retention: Retention) -> Kept:
    """A wording: from when it was rejected or withdrawn."""
    if wording.status in LIVE:
        return while_open(wording.made_at)
    if wording.over_at is None:
        return Kept(wording.made_at, None, "Nobody knows when it ended, so it is kept.")
    return once_ended(wording.made_at, wording.over_at, retention, "wordings")
