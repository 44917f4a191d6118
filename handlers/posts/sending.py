"""Sending a post on its way, and what its author is told at once."""

from cards.model import Card, Notice, Text
from cards.wording import listed
from handlers.answering import moved
from handlers.posts.access import ask_deciders, keep
from handlers.request import Reply, Say
from handlers.turn import Turn
from policy.clauses import cite
from policy.post import Post, State


async def put_forward(turn: Turn, post: Post) -> Reply:
    """Put a post that was sent before whoever decides, or have its pictures fetched first."""
    post = keep(turn, post)
    await moved(turn, post)
    if post.status is State.FETCHING:
        turn.fetch(post)
        return Say(_receipt(post, "Its pictures are being checked; then it goes to be read."))
    asked = await ask_deciders(turn, post)
    if asked:
        return Say(_receipt(post, f"It is with {listed(asked, 'or')}. You will be told when it is decided."))
    return Say(_receipt(post, "Nobody can decide on it just now. Please tell the school office."))


def _receipt(post: Post, said: str) -> Card:
    advice = tuple(
        Notice(f"{each.message} {each.then}", cite(each.clause) if each.clause else "") for each in post.advice
    )
    return Card(f"{post.id} is on its way", f"{post.id} is on its way. {said}", (Text(said), *advice))
