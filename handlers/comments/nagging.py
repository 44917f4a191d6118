"""What happens when a comment falls due: whoever looks after it is reminded, and the headteacher of a late one."""

from datetime import datetime, timedelta

from handlers.care import heads, keepers
from handlers.comments.access import carers, eager
from handlers.registry import Registry
from handlers.turn import Turn
from policy.comment import Comment, Kind, State, live_key
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

    One that is all that is with somebody has a message of its own, which changes with it.
    """
    people = await carers(turn, comment)
    awake = eager(turn, people)
    told = awake if nag.eager else [each for each in people if not (nag.heard and each in awake)]
    for person in told:
        if fresh and nag.rungs == (Rung.LOGGED,):
            turn.send("comment", person, comment)
        elif await _is_all(turn, comment, person):
            turn.send("comment.nag", person, comment, nag=True)
        elif comment.status is State.ACKNOWLEDGED:
            await _digest(turn, "comments.acknowledged", person, comment.logged_at, late=False)
        else:
            await _digest(turn, "comments.nag", person, comment.logged_at, late=comment.overdue(turn.now))
    if not nag.head:
        return
    for head in await heads(turn):
        if any(same_person(head, each) for each in told):
            continue
        if comment.overdue(turn.now):
            since = max(comment.due, comment.logged_at)
            await _digest(turn, "comments.overdue", head, since, late=True)
        elif comment.kind is Kind.COMPLAINT and fresh:
            turn.send("comment", head, comment)
        elif comment.kind is Kind.COMPLAINT:
            await _digest(turn, "comments.complaints", head, comment.logged_at, late=False)


async def _is_all(turn: Turn, comment: Comment, person: Person) -> bool:
    """Whether nothing else that stands as the comment does is with the person."""
    if len(await turn.tx.find(Comment, state=comment.state, key=live_key(comment.account), limit=2)) > 1:
        return False
    for id in person.ids:
        mine = await turn.tx.find(Comment, state=comment.state, owner=id, limit=2)
        if any(each.id != comment.id for each in mine):
            return False
    for account in turn.school.accounts:
        if account.id == comment.account:
            continue
        if not await turn.tx.find(Comment, state=comment.state, key=live_key(account.id), limit=1):
            continue
        if any(same_person(each, person) for each in await keepers(turn, account.id)):
            return False
    return True


async def _digest(turn: Turn, view: str, person: Person, since: datetime, *, late: bool) -> None:
    """One message for everything that is due to somebody about now; what is late does not hide behind what is not.

    `since` is from when such a message shows the comment: one that went out before has not spoken of it.
    """
    slot = int(turn.now.timestamp() // APART.total_seconds())
    name = f"{view}/{'late' if late else 'due'}/{person.id}/{slot}"
    while (before := await turn.told(name)) is not None:
        if before >= since:
            return
        name += "+"
    await turn.once(name)
    turn.send(view, person, nag=True)
