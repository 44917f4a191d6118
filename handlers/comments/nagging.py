"""What happens when a comment falls due: whoever looks after it is reminded, and the headteacher of a late one."""

from datetime import timedelta

from handlers.care import heads
from handlers.comments.access import carers, eager
from handlers.registry import Registry
from handlers.turn import Turn
from policy.comment import Comment, Kind, live_key
from policy.comment_due import Nag, Rung, fall_due
from policy.people import Person, same_person

registry = Registry()

APART = timedelta(minutes=30)
"""Reminders to one person come in one message for as long as this."""


@registry.due(Comment)
async def due(turn: Turn, comment: Comment) -> None:
    """Say what has fallen due, once, and move the comment on in the same commit."""
    moved, nag = await pass_on(turn, comment)
    turn.tx.put(moved)
    if nag is not None:
        await tell(turn, moved, nag)


async def pass_on(turn: Turn, comment: Comment) -> tuple[Comment, Nag | None]:
    """The comment moved on to now, and what is to be said of it."""
    school, at_any_hour = turn.school, bool(eager(turn, await carers(turn, comment)))
    return fall_due(comment, turn.now, school.calendar, school.comments.reminders, eager=at_any_hour)


async def tell(turn: Turn, comment: Comment, nag: Nag, *, fresh: bool = False) -> None:
    """Have those told whom a reminder is for. `fresh`: it was logged just now, so its own card goes to them.

    One that is alone on its account has a message of its own, which changes with it.
    """
    people = await carers(turn, comment)
    awake = eager(turn, people)
    told = awake if nag.eager else [each for each in people if not (nag.heard and each in awake)]
    alone = len(await turn.tx.find(Comment, state=comment.state, key=live_key(comment.account), limit=2)) < 2
    for person in told:
        if fresh and nag.rungs == (Rung.LOGGED,):
            turn.send("comment", person, comment)
        elif alone:
            turn.send("comment.nag", person, comment, nag=True)
        else:
            await _digest(turn, "comments.nag", person, late=comment.overdue(turn.now))
    if not nag.head:
        return
    for head in await heads(turn):
        if any(same_person(head, each) for each in told):
            continue
        if comment.overdue(turn.now):
            await _digest(turn, "comments.overdue", head, late=True)
        elif comment.kind is Kind.COMPLAINT and fresh:
            turn.send("comment", head, comment)
        elif comment.kind is Kind.COMPLAINT:
            await _digest(turn, "comments.complaints", head, late=False)


async def _digest(turn: Turn, view: str, person: Person, *, late: bool) -> None:
    """One message for everything that is due to somebody about now; what is late does not hide behind what is not."""
    slot = int(turn.now.timestamp() // APART.total_seconds())
    if await turn.once(f"{view}/{'late' if late else 'due'}/{person.id}/{slot}"):
        turn.send(view, person, nag=True)
