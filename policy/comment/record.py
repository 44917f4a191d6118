"""A comment somebody made through one of the school's accounts: what it is, where it stands, what is kept of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from policy.record import Plain

CLAUSE = "answer-in-24h"


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
class Comment(Plain):
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
        found.append(words_key(self.account, self.text))
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


def words_key(account: str, text: str) -> str:
    """The key by which comments of an account are found that have the same words, however they are spaced."""
    return f"words:{account}:{hashlib.sha256(same_words(text).encode()).hexdigest()[:24]}"


def same_words(text: str) -> str:
    """The words of a text, so that two that differ only in capitals and spaces are one."""
    return " ".join(text.casefold().split())
