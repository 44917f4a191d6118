"""How long a post is kept."""

from collections.abc import Sequence
from datetime import datetime

from policy.post.record import OPEN, Post, State
from policy.post.steps import lapses
from policy.record import Record
from policy.retention import Kept, Retention, once_ended, while_open


def post_kept(post: Post, parts: Sequence[Record], retention: Retention) -> Kept:
    """A post: from when it was posted, rejected, withdrawn or expired; a draft from when it was last touched."""
    if post.status in OPEN and post.status is not State.DRAFT:
        return while_open(post.made_at)
    return once_ended(post.made_at, _last_moment_of(post), retention, "posts")


def _last_moment_of(post: Post) -> datetime:
    known = [post.made_at, post.waiting_since, post.posted_at, post.kept_at, post.over_at, post.nagged]
    known += [edition.at for edition in post.earlier] + [decision.at for decision in post.decisions]
    if post.status is State.EXPIRED:
        known += [post.content.planned or lapses(post)]
    return max(at for at in known if at is not None)
