"""A post that its author keeps as a draft, to add pictures to: kept, added to, and what comes of its pictures."""

from dataclasses import replace
from datetime import datetime

from policy.content import Content
from policy.picture import Picture
from policy.post.record import EDITABLE, UNREAD, Post, State
from policy.post.steps import only, with_this_version


def keep_draft(post: Post, content: Content, now: datetime) -> Post:
    """Its author keeps what there is so far, to add pictures to it: a draft, which nobody else reads.

    A new version: it voids any approval. Only one that was put before somebody is kept among the earlier ones.
    """
    only(post, "changed", *EDITABLE)
    earlier = post.earlier if post.status in UNREAD else with_this_version(post, now)
    changed = replace(post, content=content, advice=(), earlier=earlier, version=post.version + 1)
    return replace(changed, status=State.DRAFT, kept_at=now, trouble="")


def attach(post: Post, pictures: tuple[Picture, ...], now: datetime) -> Post:
    """Pictures go to a draft. A new version, so that what comes of them is not taken for what came before."""
    only(post, "added to", State.DRAFT)
    content = replace(post.content, pictures=(*post.pictures, *pictures))
    return replace(post, content=content, version=post.version + 1, kept_at=now)


def take_in(post: Post, pictures: tuple[Picture, ...], trouble: str) -> Post:
    """What came of the pictures of a draft that its author keeps, or kept until it was sent: it has those given.

    `trouble` says why others are left out; then it is a draft and a new version, as their places are gone.
    """
    only(post, "added to", State.DRAFT, State.FETCHING)
    taken = replace(post, content=replace(post.content, pictures=pictures))
    if not trouble:
        return taken
    told = f"{post.trouble} {trouble}".strip()
    return replace(taken, status=State.DRAFT, version=post.version + 1, trouble=told)
