"""A post on its way out: its words and pictures, its versions, and every step it may take.

The steps say nothing of reminders: `policy.post_due.schedule` sets `next_due` from where a post stands.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from policy.checks import Finding
from policy.content import Content, fingerprint
from policy.deciding import CLAUSE
from policy.picture import Picture
from policy.record import Upgrade
from policy.refused import Refused, WrongState

KEEPS = timedelta(days=14)
"""How long an approved post may wait to be put up before the approval lapses."""


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
class Post:
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
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}

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
    def before(self) -> Content | None:
        """The version before this one that was put before somebody."""
        return self.earlier[-1].content if self.earlier else None


def draft(
    id: str,
    school: str,
    author: str,
    content: Content,
    advice: tuple[Finding, ...],
    salt: str,
    now: datetime,
    *,
    reply_to: str = "",
) -> Post:
    """A new post, not sent yet; `reply_to` is the id of a comment that it answers."""
    return Post(id, school, author, salt, content, now, advice=advice, reply_to=reply_to)


def send(post: Post, now: datetime) -> Post:
    """A draft goes to whoever decides; first its pictures are fetched, if any are new."""
    only(post, "sent", State.DRAFT)
    if any(not picture.sha256 for picture in post.pictures):
        return replace(post, status=State.FETCHING, trouble="")
    return _wait(post, now)


def fetched(post: Post, pictures: tuple[Picture, ...], now: datetime) -> Post:
    """The pictures have been cleaned and kept: the post waits for a decision."""
    only(post, "sent", State.FETCHING)
    return _wait(replace(post, content=replace(post.content, pictures=pictures)), now)


def unfetched(post: Post, trouble: str) -> Post:
    """A picture could not be taken: the post is a draft again, and says what happened."""
    only(post, "sent", State.FETCHING)
    return replace(post, status=State.DRAFT, trouble=trouble)


def edit(post: Post, content: Content, advice: tuple[Finding, ...], now: datetime) -> Post:
    """A new version. It voids any approval and is sent afresh. Raises Refused when nothing was changed."""
    only(post, "changed", *EDITABLE)
    if content == post.content and post.status not in (State.DRAFT, State.EXPIRED):
        raise Refused(
            f"Nothing was changed in {post.id}.",
            "What you sent is the same as what is there.",
            "It stays as it was, and so does any approval.",
        )
    earlier = post.earlier if post.status in UNREAD else with_this_version(post, now)
    changed = replace(post, content=content, advice=advice, earlier=earlier)
    return send(replace(changed, version=post.version + 1, status=State.DRAFT), now)


def decide(
    post: Post, verdict: Verdict, by: str, authority: str, now: datetime, *, reason: str = "", decided_by: str = ""
) -> Post:
    """Approve, ask for changes or reject the present version. Raises WrongState when it is not waiting.

    `decided_by` names whoever decided before, for the refusal. The caller has checked the authority.
    """
    if post.status is not State.WAITING:
        raise already(post, decided_by)
    if post.content.planned is not None and now >= post.content.planned:
        raise WrongState(
            f"The time planned for {post.id} has passed.",
            "An approval counts only for the time that was planned, and never comes late.",
            "Its author will be told and can give it a new time.",
            clause=CLAUSE,
        )
    decision = Decision(verdict, by, authority, post.version, post.fingerprint, now, reason)
    status = {
        Verdict.APPROVE: State.APPROVED,
        Verdict.CHANGES: State.CHANGES,
        Verdict.REJECT: State.REJECTED,
    }[verdict]
    return replace(post, status=status, decisions=(*post.decisions, decision), told=(), nagged=None)


def lapses(post: Post) -> datetime | None:
    """When an approval lapses: 14 days after it was given, or after the time planned if that is later (UTC)."""
    last = post.last_decision
    if last is None:
        return None
    return max(last.at, post.content.planned or last.at) + KEEPS


def withdraw(post: Post) -> Post:
    """Its author takes it back. Raises WrongState when it has gone out or is over."""
    only(post, "withdrawn", *OPEN)
    return replace(post, status=State.WITHDRAWN)


def mark_posted(post: Post, by: str, link: str, now: datetime) -> Post:
    """It is up. Raises WrongState unless exactly this version is approved."""
    only(post, "marked as posted", State.APPROVED)
    if post.approval is None:
        raise WrongState(
            f"{post.id} is not approved as it stands.",
            "An approval counts only for the words and pictures that were read.",
            "Please send it for approval again with Edit.",
            clause=CLAUSE,
        )
    return replace(post, status=State.POSTED, posted_by=by, posted_at=now, link=link)


def expire(post: Post) -> Post:
    """Its time has passed: undecided, or approved and never put up."""
    only(post, "expired", State.WAITING, State.APPROVED)
    return replace(post, status=State.EXPIRED)


def noted(post: Post, now: datetime) -> Post:
    """The post with the moment at which it came to be over without having gone out; none while it is not."""
    if post.status in OPEN or post.status is State.POSTED:
        return replace(post, over_at=None)
    return replace(post, over_at=post.over_at or now)


def already(post: Post, decided_by: str) -> WrongState:
    """The refusal for a decision on a post that is no longer waiting: it says who decided what."""
    last = post.last_decision
    if last is not None and last.version == post.version:
        did = {Verdict.APPROVE: "approved", Verdict.CHANGES: "sent back for changes", Verdict.REJECT: "rejected"}
        by = f" by {decided_by}" if decided_by else ""
        what = f"{post.id} was already {did[last.verdict]}{by}."
    else:
        what = f"{post.id} is {WORDS[post.status]}, so there is nothing to decide."
    return WrongState(
        what, "The first decision counts.", "Type /posts to see what still waits for you.", clause=CLAUSE
    )


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


def with_this_version(post: Post, now: datetime) -> tuple[Edition, ...]:
    return (*post.earlier, Edition(post.version, post.content, now))


def _wait(post: Post, now: datetime) -> Post:
    return replace(post, status=State.WAITING, waiting_since=now, told=(), nagged=None, trouble="")


def only(post: Post, doing: str, *states: State) -> None:
    """Raises WrongState unless the post is in one of the states."""
    if post.status not in states:
        raise WrongState(
            f"{post.id} cannot be {doing} now: it is {WORDS[post.status]}.",
            "It has moved on since your card was drawn.",
            "Type /posts to see where your posts stand.",
        )
