"""Every step of a comment, from when it is logged until it has been dealt with.

They say nothing of reminders: `policy.comment.due.schedule` sets `next_due` from where a comment stands.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from policy.calendar import Calendar, as_utc
from policy.comment.record import LIVE, WORDS, Act, Comment, Kind, Moderation, Said, State
from policy.deadlines import Deadline, moderation_due, reply_due
from policy.refused import Unusable, WrongState

OLDEST = timedelta(days=366)
"""How long ago a comment that is logged by hand may have come."""

ACTS = frozenset(Act)

TOLD_OR_NOT = (
    "Readers were either told or not. Please empty this box, or choose “My own words” above and leave those empty."
)


def log(
    id: str,
    school: str,
    account: str,
    kind: Kind,
    writer: str,
    text: str,
    link: str,
    received: datetime,
    by: str,
    now: datetime,
    calendar: Calendar,
    *,
    external: str = "",
) -> Comment:
    """A comment that was received then and is logged now. The clock starts when it was received.

    Raises Unusable for one from the future, or from more than a year ago.
    """
    received = as_utc(received)
    if received > now:
        raise Unusable({"received": "That time has not come yet. Please say when it was received."})
    if received < now - OLDEST:
        raise Unusable({"received": "That is more than a year ago. Please look at the year."})
    deadline = due_for(kind, received, now, calendar)
    month = f"{calendar.local(received):%Y-%m}"
    return Comment(
        id, school, account, kind, writer, text, link, received, now, by,
        deadline.at, deadline.reason, deadline.clause, month, external,
    )  # fmt: skip


def due_for(kind: Kind, received: datetime, logged: datetime, calendar: Calendar) -> Deadline:
    """By when something must be said or, of an offensive comment, done, whichever is earlier."""
    reply = reply_due(received, calendar)
    if kind is not Kind.OFFENSIVE:
        return reply
    return min(moderation_due(logged, calendar), reply, key=lambda deadline: deadline.at)


def acknowledge(comment: Comment, said: Said) -> Comment:
    """The school has said in public that it has seen it; an answer may still follow, and words for it still wait.

    Raises WrongState for an offensive one, with which something has to be done.
    """
    to_acknowledge(comment)
    reply = comment.reply if comment.closes else ""
    seen = replace(comment, status=State.ACKNOWLEDGED, acknowledged=said, reply=reply)
    return replace(seen, told=(), nagged=None, snoozed_until=None)


def to_acknowledge(comment: Comment) -> None:
    """Raises WrongState unless it is open and of a kind of which it is enough to say that it was seen."""
    only(comment, State.OPEN)
    if comment.kind is Kind.OFFENSIVE:
        raise WrongState(
            f"{comment.id} is offensive, so it is not enough to say that it was seen.",
            "Something is to be done about it, and readers are told why.",
            "Press Moderate, or Answered if an answer is enough.",
            clause="act-and-explain",
        )


def answer(comment: Comment, said: Said) -> Comment:
    """The school has answered in public."""
    only(comment, *LIVE)
    return _closed(replace(comment, answered=said), State.ANSWERED, said.by, said.at)


def propose(comment: Comment, post: str, *, closes: bool) -> Comment:
    """Words for it wait for approval as a post. The clock goes on."""
    only(comment, *LIVE)
    if not closes:
        to_acknowledge(comment)
    if comment.reply:
        raise WrongState(
            f"Words for {comment.id} are on their way already, as {comment.reply}.",
            "One reply at a time is put before the headteacher.",
            f"Whoever wrote {comment.reply} can edit or withdraw it: /posts shows it to them.",
        )
    return replace(comment, reply=post, closes=closes)


def unpropose(comment: Comment) -> Comment:
    """The words that waited did not go out."""
    return replace(comment, reply="", closes=False)


def not_for_us(comment: Comment, reason: str, by: str, now: datetime) -> Comment:
    """It asks nothing of the school, and why."""
    only(comment, *LIVE)
    return _closed(replace(comment, reason=reason), State.NOT_FOR_US, by, now)


def deleted(comment: Comment, reason: str, by: str, now: datetime) -> Comment:
    """Whoever wrote it has taken it down."""
    only(comment, *LIVE)
    return _closed(replace(comment, reason=reason), State.DELETED, by, now)


def moderation(
    act: str, reason: str, own: str, exception: str, by: str, now: datetime, *, means_own: bool
) -> Moderation:
    """What was done, and what readers were told: a `reason` that was chosen, or `own` words, which `means_own` says
    were meant. They were told one of the two, or there is an exception and they were told nothing.

    Raises Unusable, by field, for more than one of them, or none. Clause `act-and-explain`.
    """
    if act not in ACTS:
        raise Unusable({"act": "Please say what was done."})
    told = reason or own
    if reason and own:
        raise Unusable(
            {"told": "A reason is chosen above. Please choose “My own words” for these, or empty this box."}
        )
    if means_own and not own and not exception:
        raise Unusable({"told": "Please type what readers were told."})
    if not told and not exception:
        raise Unusable({"reason": "Please choose what readers were told, or say below why they are told nothing."})
    if told and exception:
        raise Unusable({"exception": TOLD_OR_NOT})
    return Moderation(Act(act), told, exception, by, now)


def moderate(comment: Comment, done: Moderation) -> Comment:
    """Something was done about it, and its readers were told why, or there is a recorded exception."""
    only(comment, *LIVE)
    return _closed(replace(comment, moderation=done), State.MODERATED, done.by, done.at)


def assign(comment: Comment, to: str) -> Comment:
    """Somebody takes it over, and hears of it from now on in the owners' place."""
    only(comment, *LIVE)
    if comment.assigned == to:
        raise WrongState(f"{comment.id} is theirs already.", "Nothing was changed.", "")
    return replace(comment, assigned=to)


def snooze(comment: Comment, until: datetime, now: datetime) -> Comment:
    """No reminder before then. Raises Unusable for a moment at or past the deadline, or not in the future."""
    only(comment, State.OPEN)
    if until <= now:
        raise Unusable({"until": "That time has passed. Please choose a later one."})
    if until >= comment.due:
        raise Unusable({"until": "That is past the time by which it must be answered. Please choose an earlier one."})
    return replace(comment, snoozed_until=until)


def only(comment: Comment, *states: State) -> None:
    """Raises WrongState unless the comment is in one of the states."""
    if comment.status not in states:
        raise WrongState(
            f"{comment.id} is {WORDS[comment.status]} already, so nothing was done.",
            "The first one to deal with it counts.",
            "Type /comments to see what is still open.",
        )


def _closed(comment: Comment, status: State, by: str, now: datetime) -> Comment:
    return replace(comment, status=status, closed_by=by, closed_at=now, reply="", closes=False, next_due=None)
