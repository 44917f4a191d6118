"""Every step that a post may take.

They say nothing of reminders: `policy.post.due.schedule` sets `next_due` from where a post stands.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from policy.checks import Finding
from policy.content import Content
from policy.deciding import CLAUSE
from policy.picture import Picture
from policy.post.record import EDITABLE, OPEN, UNREAD, WORDS, Decision, Edition, Post, State, Verdict
from policy.refused import Refused, WrongState

KEEPS = timedelta(days=14)
"""How long an approved post may wait to be put up before the approval lapses."""


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


def with_this_version(post: Post, now: datetime) -> tuple[Edition, ...]:
    """The earlier editions with the present one among them, as it stood until `now` (UTC)."""
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
