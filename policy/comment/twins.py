"""One comment that comes twice, as when somebody logs by hand what a program brings as well."""

from dataclasses import replace
from datetime import datetime, timedelta

from policy.calendar import Calendar
from policy.comment.naming import names_in
from policy.comment.record import Comment, same_words
from policy.comment.steps import due_for

NEAR = timedelta(days=1)
"""How far apart two may be said to have been received, and still be one."""

TELLING = 40
"""From how many characters on the same words are hardly written twice."""


def is_same(kept: Comment, text: str, writer: str, received: datetime) -> bool:
    """Whether what came to the account of a comment that is kept is, as good as surely, that comment again.

    Better two of one than one of two: with few words, or where two different people are named, it is another.
    """
    if same_words(kept.text) != same_words(text) or abs(kept.received_at - received) > NEAR:
        return False
    one, other = names_in(kept.writer), names_in(writer)
    return one == other if one and other else len(same_words(text)) >= TELLING


def adopt(kept: Comment, external: str, received: datetime, calendar: Calendar) -> Comment:
    """A comment that was logged by hand, known from now on by the platform's id of it.

    If it came earlier than was said by hand, its time runs from then.
    """
    known = replace(kept, external=external)
    if not kept.live or received >= kept.received_at:
        return known
    deadline = due_for(kept.kind, received, kept.logged_at, calendar)
    month = f"{calendar.local(received):%Y-%m}"
    return replace(
        known, received_at=received, due=deadline.at, rule=deadline.reason, clause=deadline.clause, month=month
    )
