"""How quickly the school responds: per account and month, how many in time, and the median and the longest wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from policy.comment import Comment, State


@dataclass(frozen=True, slots=True)
class Month:
    """The comments that an account received in a month (YYYY-MM, local) and to which something had to be said.

    `in_time` of the `settled` ones were responded to, or moderated, by their deadline; `waiting` have time left.
    `middle` and `longest` are the median and the longest time from receipt to response, None without any.
    """

    account: str
    month: str
    settled: int
    in_time: int
    waiting: int
    middle: timedelta | None
    longest: timedelta | None


def response_times(account: str, month: str, comments: Iterable[Comment], now: datetime) -> Month:
    """What those comments, all of that account and month, come to.

    Those that asked nothing of the school are left out; one that is overdue counts as settled, and not in time.
    """
    waits, in_time, late, waiting = list[timedelta](), 0, 0, 0
    for comment in comments:
        at = _responded(comment)
        if at is not None:
            waits.append(max(at - comment.received_at, timedelta()))
            in_time += at <= comment.due
        elif comment.overdue(now):
            late += 1
        elif comment.live:
            waiting += 1
    middle = timedelta(seconds=median(each.total_seconds() for each in waits)) if waits else None
    return Month(account, month, len(waits) + late, in_time, waiting, middle, max(waits, default=None))


def _responded(comment: Comment) -> datetime | None:
    if comment.status is State.MODERATED and comment.moderation is not None:
        return comment.responded_at or comment.moderation.at
    return comment.responded_at
