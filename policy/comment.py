"""A comment somebody made through one of the school's accounts, and every step until it has been dealt with.

The steps say nothing of reminders: `policy.comment_due.schedule` sets `next_due` from where a comment stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from policy.calendar import Calendar, as_utc
from policy.checks.names import full_names, titled_names
from policy.deadlines import Deadline, moderation_due, reply_due
from policy.record import Upgrade
from policy.refused import Unusable, WrongState

CLAUSE = "answer-in-24h"

ANYBODY = frozenset({"anonymous", "parent", "parents", "somebody", "someone", "unknown", "the", "user"})
"""Words for a writer that name nobody."""

PUNCTUATION = ".,;:!?'’\"“”()"

OLDEST = timedelta(days=366)
"""How long ago a comment that is logged by hand may have come."""


class Kind(StrEnum):
    """What somebody wrote to the school."""

    COMMENT = "comment"
    QUESTION = "question"
    COMPLAINT = "complaint"
    MESSAGE = "message"
    OFFENSIVE = "offensive"

    @property
    def label(self) -> str:
        """The kind as a form names it."""
        return _LABELS[self]


_LABELS = {
    Kind.COMMENT: "A comment",
    Kind.QUESTION: "A question",
    Kind.COMPLAINT: "A complaint",
    Kind.MESSAGE: "A private message",
    Kind.OFFENSIVE: "Offensive or hurtful",
}


class State(StrEnum):
    """Where a comment stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    NOT_FOR_US = "not_for_us"
    DELETED = "deleted"
    MODERATED = "moderated"


LIVE = (State.OPEN, State.ACKNOWLEDGED)
"""The states in which something is still to be done."""

WORDS: dict[State, str] = {
    State.OPEN: "open",
    State.ACKNOWLEDGED: "acknowledged",
    State.ANSWERED: "answered",
    State.NOT_FOR_US: "closed as not for us",
    State.DELETED: "deleted by whoever wrote it",
    State.MODERATED: "moderated",
}
"""Each state in words, to follow "is"."""


class Act(StrEnum):
    """What was done about an offensive comment."""

    HIDE = "hide"
    DELETE = "delete"
    BLOCK = "block"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Said:
    """What the school said in public, where, and by what right those words were used.

    `right` is the id of an approved wording or post, "free" where owners may reply freely, or "reported" where a
    program told Exeat that the school has replied.
    """

    words: str
    where: str
    by: str
    at: datetime
    right: str


@dataclass(frozen=True, slots=True)
class Moderation:
    """What was done about an offensive comment, and what its readers were told; or why they were told nothing."""

    act: Act
    told: str
    exception: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment. Times are aware UTC; `account` is the account's slug, `by` the person who logged it, or Exeat.

    `due` is the moment by which it must be answered, if only acknowledged, and `rule` says why, with `clause`.
    `month` (YYYY-MM, local) is when it was received. `external` is the platform's own id of it. `assigned` is a
    person's id. `reply` is the post with words that wait for approval, and `closes` whether they answer it.
    `told` are the reminders given, `nagged` the moment of the last one, `head_told` of the last to the headteacher.
    """

    id: str
    school: str
    account: str
    kind: Kind
    writer: str
    text: str
    link: str
    received_at: datetime
    logged_at: datetime
    by: str
    due: datetime
    rule: str
    clause: str
    month: str
    external: str = ""
    status: State = State.OPEN
    assigned: str = ""
    acknowledged: Said | None = None
    answered: Said | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    reason: str = ""
    moderation: Moderation | None = None
    reply: str = ""
    closes: bool = False
    snoozed_until: datetime | None = None
    told: tuple[str, ...] = ()
    nagged: datetime | None = None
    head_told: datetime | None = None
    next_due: datetime | None = None
    rev: int = 0

    KIND: ClassVar[str] = "comment"
    PREFIX: ClassVar[str] = "C"
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}

    @property
    def version(self) -> int:
        return 1

    @property
    def state(self) -> str:
        return self.status.value

    @property
    def owner(self) -> str:
        return self.assigned

    @property
    def keys(self) -> tuple[str, ...]:
        found = [f"account:{self.account}", f"month:{self.account}:{self.month}", f"logged:{self.by}"]
        found += [live_key(self.account)] if self.live else []
        found += [external_key(self.account, self.external)] if self.external else []
        return tuple(found)

    @property
    def live(self) -> bool:
        """Whether something is still to be done."""
        return self.status in LIVE

    @property
    def responded_at(self) -> datetime | None:
        """When the school first said something in public; None when it has not."""
        first = self.acknowledged or self.answered
        return first.at if first else None

    def overdue(self, now: datetime) -> bool:
        """Whether nothing has been said in time."""
        return self.status is State.OPEN and now >= self.due


def live_key(account: str) -> str:
    """The key by which the comments of an account are found that still ask for something."""
    return f"live:{account}"


def external_key(account: str, id: str) -> str:
    """The key by which a comment that a program brought is found again."""
    return f"external:{account}:{id}"


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


def seems_to_name(told: str, writer: str) -> str:
    """Whom the words given to readers seem to name, for a warning; "" when nobody."""
    parts = {part for part in _words(writer) if len(part) > 2 and part not in ANYBODY}
    own = (word for word in told.split() if parts.intersection(_words(word)))
    return ", ".join(
        dict.fromkeys((*full_names(told), *titled_names(told), *(word.strip(PUNCTUATION) for word in own)))
    )


def _words(text: str) -> list[str]:
    return [word.strip(PUNCTUATION) for word in text.casefold().split()]


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
