"""What happens when a post falls due: somebody is reminded, or its time is up and its author is told."""

from handlers.answering import moved
from handlers.posts.access import author_of, keep, tell_nobody_can
from handlers.reach import is_gone
from handlers.registry import Registry
from handlers.seats import deciders_of
from handlers.turn import Turn
from policy.post import Post
from policy.post.due import Rung, fall_due

registry = Registry()

ENDINGS = frozenset({Rung.PASSED, Rung.LAPSED})


@registry.due(Post)
async def due(turn: Turn, post: Post) -> None:
    """Say what has fallen due, once, and move the post on in the same commit."""
    reminded, rungs = fall_due(post, turn.now, turn.school.calendar)
    author = await author_of(turn, post)
    if ENDINGS.intersection(rungs):
        turn.send("post.over", author, keep(turn, reminded))
        await moved(turn, reminded)
        return
    turn.tx.put(reminded)
    if Rung.TIME in rungs:
        account = turn.school.account(post.content.account)
        owners = await turn.by_refs(account.owners) if account else []
        for person in {each.id: each for each in (author, *owners)}.values():
            turn.send("post.time", person, reminded, nag=True)
    if not {Rung.FIRST, Rung.SLOT, Rung.MORNING}.intersection(rungs):
        return
    asked = [decider.person for decider in await deciders_of(turn, post.author) if decider.told]
    if all([await is_gone(turn, person) for person in asked]):
        await tell_nobody_can(turn, reminded)
    today = turn.school.calendar.today(turn.now)
    for person in asked:
        if {Rung.FIRST, Rung.SLOT}.intersection(rungs):
            turn.send("post.nag", person, reminded, nag=True)
        elif await turn.once(f"digest/{person.id}/{today}"):
            turn.send("posts.digest", person, nag=True)
