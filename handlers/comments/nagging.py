"""What happens when a comment falls due: whoever looks after it is reminded, and the headteacher of a late one."""

from dataclasses import replace
from datetime import datetime

from handlers.care import carers, heads, keepers
from handlers.comments.access import eager
from handlers.digests import send_digest
from handlers.registry import Registry
from handlers.turn import Turn
from policy.comment import Comment, Kind, State, live_key
from policy.comment.due import AT_ONCE, URGENT, Nag, Rung, fall_due, may_wait, together
from policy.people import Person, is_among

registry = Registry()

NAGS, COMPLAINTS = "comments.nag", "comments.complaints"


@registry.due(Comment)
async def due(turn: Turn, comment: Comment) -> None:
    """Say what has fallen due, once, and move the comment on in the same commit."""
    moved, nag = await pass_on(turn, comment)
    if nag is not None and (until := await _waits(turn, comment, nag)) is not None:
        turn.tx.put(replace(comment, next_due=until))
        return
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
            await _digest(turn, NAGS, person, comment.logged_at, late=comment.overdue(turn.now))
    if not nag.head:
        return
    for head in await heads(turn):
        if is_among(head, told):
            continue
        if comment.overdue(turn.now):
            since = max(comment.due, comment.logged_at)
            await _digest(turn, "comments.overdue", head, since, late=True)
        elif comment.kind is Kind.COMPLAINT and fresh:
            turn.send("comment", head, comment)
        elif comment.kind is Kind.COMPLAINT:
            await _digest(turn, COMPLAINTS, head, comment.logged_at, late=False)


async def has_room(turn: Turn, comment: Comment) -> bool:
    """Whether one that a program brings now is told of at once: a few are, and the rest wait for the clock."""
    name = f"brought/{comment.account}/{'urgent' if comment.kind in URGENT else 'ordinary'}/{together(turn.now)}"
    for number in range(AT_ONCE):
        if await turn.once(f"{name}/{number}"):
            return True
    return False


async def _waits(turn: Turn, comment: Comment, nag: Nag) -> datetime | None:
    """Until when (UTC) a new one is not spoken of, because everybody heard of others a moment ago; None: now."""
    until = may_wait(comment, nag, turn.now, turn.school.calendar)
    if until is None:
        return None
    told = [(NAGS, person) for person in await carers(turn, comment)]
    told += [(COMPLAINTS, head) for head in await heads(turn) if nag.head]
    for view, person in told:
        _, before = await _latest(turn, view, person, late=False)
        if before is None or before >= comment.logged_at:
            return None
    return until


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
        if is_among(person, await keepers(turn, account.id)):
            return False
    return True


async def _digest(turn: Turn, view: str, person: Person, since: datetime, *, late: bool) -> None:
    """One message for everything that is due to somebody about now; what is late does not hide behind what is not.

    `since` is from when such a message shows the comment: one that went out before has not spoken of it.
    """
    name, before = await _latest(turn, view, person, late=late)
    if before is not None and before >= since:
        return
    await turn.once(name)
    await send_digest(turn, view, person)


async def _latest(turn: Turn, view: str, person: Person, *, late: bool) -> tuple[str, datetime | None]:
    """When the latest such message of this time was asked for, None for never, and the name for another."""
    name = f"{view}/{'late' if late else 'due'}/{person.id}/{together(turn.now)}"
    latest: datetime | None = None
    while (before := await turn.told(name)) is not None:
        latest = before
        name += "+"
    return name, latest
