"""Putting a post up: it is marked as posted, with its link."""

from urllib.parse import urlsplit

from cards.post_forms import posted_form
from handlers.answering import settle
from handlers.posts.access import keep, publishes
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.turn import Turn
from policy.post import Post, State, mark_posted, only
from policy.text import clean

registry = Registry()


@registry.button("post.posted", "Mark as posted", needs=publishes, record=Post)
async def ask_link(turn: Turn, post: Post) -> Reply:
    """Asks for the link."""
    only(post, "marked as posted", State.APPROVED)
    return Ask(posted_form(post))


@registry.form("post.posted.send", needs=publishes, record=Post)
async def posted(turn: Turn, post: Post) -> Reply:
    """It is up."""
    value = turn.request.fields.get("link")
    link = clean(value).strip() if isinstance(value, str) else ""
    if link and (urlsplit(link).scheme not in ("http", "https") or not urlsplit(link).netloc):
        wrong = {"link": "Please paste the whole address, beginning with https://, or leave it empty."}
        return Invalid(posted_form(post), turn.request.fields, wrong)
    post = mark_posted(post, turn.viewer.id, link, turn.now)
    await settle(turn, post)
    keep(turn, post)
    return Nothing()
