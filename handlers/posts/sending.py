"""Sending a post on its way, and what its author is told at once."""

from cards.post_messages import sent_card
from cards.wording import listed
from handlers.answering import moved
from handlers.posts.access import ask_deciders, keep
from handlers.request import Reply, Say
from handlers.turn import Turn
from policy.post import Post, State


async def put_forward(turn: Turn, post: Post) -> Reply:
    """Put a post that was sent before whoever decides, or have its pictures fetched first."""
    post = keep(turn, post)
    await moved(turn, post)
    if post.status is State.FETCHING:
        turn.fetch(post)
        return Say(sent_card(post, "Its pictures are being checked; then it goes to be read."))
    asked = await ask_deciders(turn, post)
    if asked:
        return Say(sent_card(post, f"It is with {listed(asked, 'or')}. You will be told when it is decided."))
    return Say(sent_card(post, "Nobody can decide on it just now. Please tell the school office."))
