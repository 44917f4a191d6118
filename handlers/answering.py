"""A reply that is a post: it stays on the comment's account, and settles the comment once it is up."""

from handlers.care import carers, heads
from handlers.digests import redraw_digests
from handlers.turn import Turn
from policy.comment import LIVE, Comment, Kind, Said, State, acknowledge, answer, unpropose
from policy.comment.due import schedule
from policy.post import Post
from policy.refused import Unusable


async def settle(turn: Turn, post: Post) -> None:
    """The post is up: if it was written for a comment that is still open, that is acknowledged or answered by it.

    One that another reply has taken the place of since, and that goes up all the same, acknowledges it: something was
    said in public.
    """
    comment = await _asked(turn, post)
    if comment is None or comment.status not in LIVE or comment.account != post.content.account:
        return
    said = Said(post.content.text, post.link, turn.viewer.id, turn.now, post.id)
    if comment.reply == post.id and (comment.closes or comment.status is State.ACKNOWLEDGED):
        done = answer(comment, said)
    elif comment.status is State.OPEN and comment.kind is not Kind.OFFENSIVE:
        done = acknowledge(comment, said)
    else:
        return
    turn.save(schedule(done, turn.school.calendar, turn.school.comments.reminders))
    await redraw_digests(turn, (*await carers(turn, comment), *await heads(turn)))


async def moved(turn: Turn, post: Post) -> None:
    """The post stands elsewhere now: the comment that it is to answer says so where it is shown."""
    comment = await _asked(turn, post)
    if comment is not None and comment.reply == post.id:
        turn.tx.put(comment)


async def gone(turn: Turn, post: Post) -> None:
    """The post is deleted: the comment that it was to answer waits for it no longer."""
    comment = await _asked(turn, post)
    if comment is not None and comment.reply == post.id:
        turn.tx.put(unpropose(comment))


async def stays(turn: Turn, post: Post, account: str) -> None:
    """Raises Unusable where a reply would go up on another account than the comment came to."""
    comment = await _asked(turn, post)
    if comment is None or comment.account == account:
        return
    known = turn.school.account(comment.account)
    if known is None:
        why = f"It is a reply to {comment.id}, and the school no longer has that account. Please withdraw it."
        raise Unusable({"account": why})
    raise Unusable({"account": f"It is a reply to {comment.id} on {known.name}. Please leave it there."})


async def _asked(turn: Turn, post: Post) -> Comment | None:
    return await turn.tx.get(Comment, post.reply_to) if post.reply_to else None
