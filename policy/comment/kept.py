"""How long a comment is kept."""

from collections.abc import Sequence

from policy.comment.record import Comment, State
from policy.record import Record
from policy.retention import Kept, Retention, once_ended, while_open


def comment_kept(comment: Comment, parts: Sequence[Record], retention: Retention) -> Kept:
    """A comment: from when it was closed. One that was acknowledged ended then: the policy asks for no more."""
    seen = comment.acknowledged
    if comment.closed_at is not None and not comment.live:
        ended = comment.closed_at
    elif comment.status is State.ACKNOWLEDGED and seen is not None and not comment.reply:
        ended = seen.at
    else:
        return while_open(comment.logged_at)
    return once_ended(comment.logged_at, ended, retention, "comments")
