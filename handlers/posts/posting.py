"""Putting a post up: it is marked as posted, with its link."""

from cards.post_forms import posted_form
from handlers.answering import settle
from handlers.fields import link
from handlers.posts.access import keep, publishes
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.turn import Turn
from policy.post import Post, State, mark_posted, only
from policy.refused import Unusable

registry = Registry()


@registry.button("post.posted", "Mark as posted", needs=publishes, record=Post)
async def ask_link(turn: Turn, post: Post) -> Reply:
    """Asks for the link."""
    only(post, "marked as posted", State.APPROVED)
    return Ask(posted_form(post))


@registry.form("post.posted.send", needs=publishes, record=Post)
async def posted(turn: Turn, post: Post) -> Reply:
    """It is up."""
    try:
        address = link(turn.request, "link")
    except Unusable as wrong:
        return Invalid(posted_form(post), turn.request.fields, wrong.errors)
    post = mark_posted(post, turn.viewer.id, address, turn.now)
    await settle(turn, post)
    keep(turn, post)
    return Nothing()
