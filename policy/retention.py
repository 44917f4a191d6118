"""How long records are kept: from when each kind's time counts, and until when a record may not be deleted.

The time counts from when a record ended, never from when it was made. What is still open is kept, however old.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from policy import comment as comments
from policy import post as posts
from policy import template as wordings
from policy.away import Away
from policy.calendar import Calendar, day_in_words
from policy.chronology import Entry
from policy.comment import Comment
from policy.incident import Incident
from policy.post import Post
from policy.record import Record
from policy.task import Task
from policy.template import Template

CLAUSE = "data-protection"

LONGEST = 100 * 12
"""In months: as long as a school may choose."""

CONCERNS = "concerns"
"""The sort of which nothing is said to anybody but those who may read them: not how many there are, or go."""

RULES: Mapping[str, int] = {
    "posts": 3 * 12,
    "comments": 3 * 12,
    "incidents": 6 * 12,
    "breaches": 6 * 12,
    "wordings": 3 * 12,
    "absences": 3 * 12,
    CONCERNS: 50 * 12,
}
"""How many months each sort of record is kept where the school does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How many months each sort of record is kept at this school, and the calendar by which that counts."""

    calendar: Calendar
    months: Mapping[str, int] = field(default_factory=lambda: dict(RULES))

    def until(self, ended: datetime, *sorts: str) -> "tuple[datetime, str]":
        """The first moment (UTC) at which a record that ended then may go, and why then: the longest of the sorts
        counts, and the last day belongs to it.
        """
        sort = max(sorts, key=lambda name: self.months[name])
        on = self.calendar.today(ended)
        last = months_after(on, self.months[sort])
        why = f"It ended on {_in_words(on)}; {sort} are kept for {duration(self.months[sort])} from then."
        return self.calendar.at(last + timedelta(days=1), time.min), why

    def shortest(self, sorts: Iterable[str]) -> int:
        """The shortest time, in months, of those sorts."""
        return min(self.months[name] for name in sorts)


@dataclass(frozen=True, slots=True)
class Kept:
    """Until when (UTC) a record is kept, and why until then. `until` is None for one that is still open.

    `made` is when it came to be (UTC): it cannot have ended before.
    """

    made: datetime
    until: datetime | None
    why: str
    clause: str = CLAUSE

    def is_over(self, now: datetime) -> bool:
        """Whether it may go at that moment."""
        return self.until is not None and self.until <= now


def post_kept(post: Post, parts: Sequence[Record], retention: Retention) -> Kept:
    """A post: from when it was posted, rejected, withdrawn or expired; a draft from when it was last touched."""
    if post.status in posts.OPEN and post.status is not posts.State.DRAFT:
        return while_open(post.made_at)
    return once_ended(post.made_at, _last_moment_of(post), retention, "posts")


def _last_moment_of(post: Post) -> datetime:
    known = [post.made_at, post.waiting_since, post.posted_at, post.kept_at, post.over_at, post.nagged]
    known += [edition.at for edition in post.earlier] + [decision.at for decision in post.decisions]
    if post.status is posts.State.EXPIRED:
        known += [post.content.planned or posts.lapses(post)]
    return max(at for at in known if at is not None)


def comment_kept(comment: Comment, parts: Sequence[Record], retention: Retention) -> Kept:
    """A comment: from when it was closed. One that was acknowledged ended then: the policy asks for no more."""
    seen = comment.acknowledged
    if comment.closed_at is not None and not comment.live:
        ended = comment.closed_at
    elif comment.status is comments.State.ACKNOWLEDGED and seen is not None and not comment.reply:
        ended = seen.at
    else:
        return while_open(comment.logged_at)
    return once_ended(comment.logged_at, ended, retention, "comments")


def incident_kept(incident: Incident, parts: Sequence[Record], retention: Retention) -> Kept:
    """An incident with its chronology and tasks: from when it was closed, or last added to if that was later. One in
    which personal data were involved is a row of the breach log as well.
    """
    tasks = [part for part in parts if isinstance(part, Task)]
    if incident.live or incident.outcome is None or any(task.open for task in tasks):
        return while_open(incident.reported_at)
    moments = [incident.outcome.at, *(part.at for part in parts if isinstance(part, Entry))]
    moments += [task.done_at for task in tasks if task.done_at is not None]
    sorts = ("incidents", "breaches") if incident.breach is not None else ("incidents",)
    return once_ended(incident.reported_at, max(moments), retention, *sorts)


def wording_kept(wording: Template, parts: Sequence[Record], retention: Retention) -> Kept:
    """A wording: from when it was rejected or withdrawn."""
    if wording.status in wordings.LIVE:
        return while_open(wording.made_at)
    if wording.over_at is None:
        return Kept(wording.made_at, None, "Nobody knows when it ended, so it is kept.")
    return once_ended(wording.made_at, wording.over_at, retention, "wordings")


def absence_kept(away: Away, parts: Sequence[Record], retention: Retention) -> Kept:
    """An absence: from its last day, also when it was called off."""
    if away.open:
        return while_open(away.made_at)
    return once_ended(away.made_at, retention.calendar.at(away.last, time.max), retention, "absences")


def months_after(day: date, months: int) -> date:
    """The same day so many months on, or that month's last day where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def duration(months: int) -> str:
    """So many months in words: "3 years", "18 months"."""
    years, rest = divmod(months, 12)
    number, unit = (months, "month") if rest or not years else (years, "year")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def while_open(made: datetime) -> Kept:
    """What is still open is kept."""
    return Kept(made, None, "It is still open, and what is open is kept.")


def once_ended(made: datetime, ended: datetime, retention: Retention, *sorts: str) -> Kept:
    """What has ended is kept by the longest of those sorts."""
    until, why = retention.until(max(made, ended), *sorts)
    return Kept(made, until, why)


def _in_words(day: date) -> str:
    return f"{day_in_words(day)} {day.year}"
