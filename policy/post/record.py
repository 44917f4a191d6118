"""A post on its way out: its words and pictures, its versions, and what was decided on each."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from policy.checks import Finding
from policy.content import Content, fingerprint
from policy.picture import Picture
from policy.record import Plain


class State(StrEnum):
    """Where a post stands."""

    DRAFT = "draft"
    FETCHING = "fetching"
    WAITING = "waiting"
    CHANGES = "changes"
    APPROVED = "approved"
    POSTED = "posted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


OPEN = frozenset({State.DRAFT, State.FETCHING, State.WAITING, State.CHANGES, State.APPROVED})
"""The states in which a post may still go out."""

EDITABLE = OPEN | {State.EXPIRED}
"""The states in which its author may change it: an expired post may be given a new time."""

UNREAD = frozenset({State.DRAFT, State.FETCHING})
"""The states of a version that has not been put before anybody yet."""


class Verdict(StrEnum):
    """What somebody decided."""

    APPROVE = "approve"
    CHANGES = "changes"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Edition:
    """An earlier version, kept so that what changed can be shown."""

    version: int
    content: Content
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided on one version, by what right, bound to that version's fingerprint."""

    verdict: Verdict
    by: str
    authority: str
    version: int
    fingerprint: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Post(Plain):
    """A post. `author` is a person's id; `salt` (hex) keeps fingerprints from telling content; times are UTC.

    `told` are the nags already given for this wait and `nagged` the moment of the last one. `trouble` says
    what kept its pictures from being taken. `reply_to` is the comment that it answers, if any. `kept_at` is when its
    author last kept it as a draft, so that pictures sent to the chat go to it; None for one whose pictures all came
    with a form. `over_at` is when it came to be rejected, withdrawn or expired.
    """

    id: str
    school: str
    author: str
    salt: str
    content: Content
    made_at: datetime
    version: int = 1
    status: State = State.DRAFT
    advice: tuple[Finding, ...] = ()
    earlier: tuple[Edition, ...] = ()
    decisions: tuple[Decision, ...] = ()
    waiting_since: datetime | None = None
    told: tuple[str, ...] = ()
    nagged: datetime | None = None
    next_due: datetime | None = None
    trouble: str = ""
    link: str = ""
    posted_by: str = ""
    posted_at: datetime | None = None
    kept_at: datetime | None = None
    reply_to: str = ""
    over_at: datetime | None = None
    rev: int = 0

    KIND: ClassVar[str] = "post"
    PREFIX: ClassVar[str] = "P"

    @property
    def state(self) -> str:
        return self.status.value

    @property
    def owner(self) -> str:
        return self.author

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"account:{self.content.account}",)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures of the present version."""
        return self.content.pictures

    @property
    def fingerprint(self) -> str:
        """The salted fingerprint of the present version."""
        return fingerprint(self.content, self.salt)

    @property
    def last_decision(self) -> Decision | None:
        """The latest decision, on whichever version."""
        return self.decisions[-1] if self.decisions else None

    @property
    def approval(self) -> Decision | None:
        """The approval of exactly what stands here now; None when there is none."""
        last = self.last_decision
        fits = last is not None and last.verdict is Verdict.APPROVE and last.version == self.version
        return last if last and fits and hmac.compare_digest(last.fingerprint, self.fingerprint) else None

    @property
    def unsent(self) -> bool:
        """Whether it has never been put before anybody: only its author may know that it exists."""
        return self.waiting_since is None

    @property
    def kept(self) -> bool:
        """Whether it is a draft that its author keeps, to add pictures to."""
        return self.status is State.DRAFT and self.kept_at is not None

    @property
    def before(self) -> Edition | None:
        """What this version is held against: the one last decided on, or else the last that was put before somebody.

        So of several changes since a decision, none is hidden by the last. What led to it is in the history.
        """
        last = self.last_decision
        decided = (each for each in self.earlier if last is not None and each.version == last.version)
        return next(decided, self.earlier[-1] if self.earlier else None)


WORDS: dict[State, str] = {
    State.DRAFT: "a draft",
    State.FETCHING: "having its pictures checked",
    State.WAITING: "waiting for a decision",
    State.CHANGES: "back with its author for changes",
    State.APPROVED: "approved",
    State.POSTED: "posted",
    State.REJECTED: "rejected",
    State.WITHDRAWN: "withdrawn",
    State.EXPIRED: "expired",
}
"""Each state in words, to follow "is"."""
