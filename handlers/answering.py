"""A reply that went out as a post settles the comment that it was written for."""

from handlers.turn import Turn
from policy.comment import LIVE, Comment, Said, State, acknowledge, answer
from policy.comment_due import schedule
from policy.post import Post


async def settle(turn: Turn, post: Post) -> None:
    """The post is up: if it was written for a comment that is still open, that is acknowledged or answered by it."""
    comment = await turn.tx.get(Comment, post.reply_to) if post.reply_to else None
    if comment is None or comment.reply != post.id or comment.status not in LIVE:
        return
    said = Said(post.content.text, post.link, turn.viewer.id, turn.now, post.id)
    closes = comment.closes or comment.status is State.ACKNOWLEDGED
    done = answer(comment, said) if closes else acknowledge(comment, said)
    turn.save(schedule(done, turn.school.calendar, turn.school.comments.reminders))
