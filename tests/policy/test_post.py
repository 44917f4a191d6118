"""A post's steps, whatever order they are tried in."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from policy.calendar import Calendar
from policy.content import Content, fingerprint
from policy.picture import Picture, Source, Who
from policy.post import (
    EDITABLE,
    OPEN,
    UNREAD,
    Post,
    State,
    Verdict,
    decide,
    draft,
    edit,
    expire,
    fetched,
    mark_posted,
    send,
    unfetched,
    withdraw,
)
from policy.post.drafts import attach, keep_draft, take_in
from policy.post.due import Rung, fall_due, schedule
from policy.refused import Refused, WrongState
from tests.fakes.school import MONDAY

SALT = "5a" * 32
CALENDAR = Calendar()
PICTURE = Picture("slack", "F1", "a.jpg", alt="A garden", who=Who.NOBODY)
CLEAN = replace(PICTURE, sha256="ab" * 32, width=10, height=10)

contents = st.builds(
    Content,
    text=st.sampled_from(["One", "Two", "Three"]),
    account=st.sampled_from(["page", "short"]),
    planned=st.sampled_from([None, MONDAY + timedelta(days=2), MONDAY + timedelta(days=9)]),
    pictures=st.sampled_from([(), (PICTURE,), (CLEAN,), (CLEAN, replace(CLEAN, sha256="cd" * 32))]),
    source=st.sampled_from([None, Source.OURS]),
)


def new(content: Content | None = None) -> Post:
    """A post as it is first made."""
    return draft("P-1", "harbour", "tom", content or Content("Words", "page"), (), SALT, MONDAY)


class Lives(RuleBasedStateMachine):
    """A post under every step at any time, beside the simplest account of what should be true."""

    def __init__(self) -> None:
        super().__init__()
        self.post, self.now = new(), MONDAY
        self.approved: str | None = None

    def step(self, after: Post) -> None:
        self.post = schedule(after, CALENDAR)

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def sent(self) -> None:
        if self.post.status is State.DRAFT:
            self.step(send(self.post, self.now))
        else:
            with pytest.raises(WrongState):
                send(self.post, self.now)

    @precondition(lambda self: self.post.status is State.FETCHING)
    @rule(well=st.booleans())
    def pictures_come(self, well: bool) -> None:
        cleaned = tuple(replace(each, sha256=each.sha256 or "ab" * 32) for each in self.post.pictures)
        self.step(fetched(self.post, cleaned, self.now) if well else unfetched(self.post, "It did not arrive."))

    @rule(content=contents)
    def edited(self, content: Content) -> None:
        before = self.post
        try:
            self.step(edit(before, content, (), self.now))
        except Refused:
            unchanged = content == before.content and before.status in EDITABLE - {State.DRAFT, State.EXPIRED}
            assert unchanged or before.status not in EDITABLE
        else:
            assert before.status in EDITABLE
            assert self.post.version == before.version + 1
            unread = before.status in UNREAD
            assert self.post.earlier == before.earlier if unread else self.post.earlier[-1].content == before.content
            self.approved = None

    @rule(content=contents)
    def kept(self, content: Content) -> None:
        before = self.post
        if before.status not in EDITABLE:
            with pytest.raises(WrongState):
                keep_draft(before, content, self.now)
            return
        self.step(keep_draft(before, content, self.now))
        assert (self.post.status, self.post.kept, self.post.version) == (State.DRAFT, True, before.version + 1)
        read = before.status not in UNREAD
        assert [each.content for each in self.post.earlier[len(before.earlier) :]] == [before.content] * read
        self.approved = None

    @rule()
    def a_picture_is_sent(self) -> None:
        if self.post.status is not State.DRAFT:
            with pytest.raises(WrongState):
                attach(self.post, (PICTURE,), self.now)
            return
        before = self.post
        self.step(attach(before, (PICTURE,), self.now))
        assert self.post.pictures == (*before.pictures, PICTURE)
        assert (self.post.version, self.post.earlier) == (before.version + 1, before.earlier)

    @precondition(lambda self: self.post.kept or (self.post.kept_at and self.post.status is State.FETCHING))
    @rule(well=st.booleans())
    def pictures_are_taken_in(self, well: bool) -> None:
        before = self.post
        cleaned = tuple(replace(each, sha256=each.sha256 or "ab" * 32) for each in before.pictures)
        after = take_in(before, cleaned if well else cleaned[1:], "" if well else "One did not come.")
        self.step(after)
        assert after.version == before.version + (not well)
        assert well or after.kept
        assert after.earlier == before.earlier

    @rule(verdict=st.sampled_from(Verdict))
    def decided(self, verdict: Verdict) -> None:
        planned = self.post.content.planned
        if self.post.status is State.WAITING and (planned is None or self.now < planned):
            self.step(decide(self.post, verdict, "helen", "headteacher", self.now, reason="Why"))
            self.approved = fingerprint(self.post.content, SALT) if verdict is Verdict.APPROVE else None
        else:
            with pytest.raises(WrongState):
                decide(self.post, verdict, "helen", "headteacher", self.now)

    @rule()
    def withdrawn(self) -> None:
        if self.post.status in OPEN:
            self.step(withdraw(self.post))
        else:
            with pytest.raises(WrongState):
                withdraw(self.post)

    @rule()
    def posted(self) -> None:
        if self.post.status is State.APPROVED:
            self.step(mark_posted(self.post, "tom", "", self.now))
        else:
            with pytest.raises(WrongState):
                mark_posted(self.post, "tom", "", self.now)

    @rule()
    def the_clock_looks(self) -> None:
        before = self.post
        if before.next_due is None or before.next_due > self.now:
            return
        self.post, _ = fall_due(before, self.now, CALENDAR)
        assert self.post.status in (before.status, State.EXPIRED)
        assert self.post.next_due is None or self.post.next_due > self.now
        again, repeated = fall_due(self.post, self.now, CALENDAR)
        assert not repeated or Rung.LAPSED in repeated
        assert again.status is self.post.status

    @invariant()
    def only_what_was_read_can_go_up(self) -> None:
        if self.post.status in (State.APPROVED, State.POSTED):
            assert self.approved == self.post.fingerprint
            assert self.post.approval is not None
        if self.post.approval is not None:
            assert self.approved == self.post.fingerprint

    @invariant()
    def what_is_over_is_not_waited_for(self) -> None:
        if self.post.status not in (State.WAITING, State.APPROVED):
            assert self.post.next_due is None

    @invariant()
    def what_nobody_has_read_is_not_waited_for(self) -> None:
        if self.post.kept:
            assert self.post.next_due is None
            assert self.post.approval is None

    @invariant()
    def versions_are_kept(self) -> None:
        versions = [edition.version for edition in self.post.earlier]
        assert versions == sorted({*versions})
        assert not versions or versions[-1] < self.post.version


TestLives = Lives.TestCase


@given(contents, contents)
def test_a_fingerprint_tells_any_two_contents_apart(one: Content, other: Content) -> None:
    assert (fingerprint(one, SALT) == fingerprint(other, SALT)) == (one == other)


@given(contents)
def test_a_fingerprint_does_not_tell_the_content_without_the_salt(content: Content) -> None:
    assert fingerprint(content, SALT) != fingerprint(content, "6b" * 32)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Other words"},
        {"account": "short"},
        {"planned": MONDAY + timedelta(days=3)},
        {"pictures": (replace(CLEAN, sha256="cd" * 32),)},
        {"pictures": (replace(CLEAN, alt="Something else"),)},
        {"pictures": ()},
    ],
)
def test_an_approval_counts_for_nothing_else(change: dict[str, object]) -> None:
    post = new(Content("Words", "page", pictures=(CLEAN,)))
    post = decide(send(post, MONDAY), Verdict.APPROVE, "helen", "headteacher", MONDAY)
    assert post.approval is not None
    swapped = replace(post, content=replace(post.content, **change))  # type: ignore[arg-type]
    assert swapped.approval is None
    with pytest.raises(WrongState):
        mark_posted(swapped, "tom", "", MONDAY)


def test_the_refusal_says_who_decided_and_what() -> None:
    post = decide(send(new(), MONDAY), Verdict.REJECT, "helen", "headteacher", MONDAY, reason="No")
    with pytest.raises(WrongState, match=r"already rejected by Helen Marsh\. The first decision counts"):
        decide(post, Verdict.APPROVE, "dev", "deputy", MONDAY, decided_by="Helen Marsh")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), st.integers(0, 60 * 24 * 30))
def test_reminders_come_in_staffed_hours(started: datetime, later: int) -> None:
    began = started.replace(tzinfo=MONDAY.tzinfo)
    now = began + timedelta(minutes=later)
    post = schedule(send(new(), began), CALENDAR)
    moved, rungs = fall_due(post, now, CALENDAR)
    assert not rungs or CALENDAR.is_staffed(now)
    assert moved.status is State.WAITING
    assert moved.next_due is not None
    assert moved.next_due > now or not rungs


def test_expired_only_from_waiting_or_approved() -> None:
    for status in set(State) - {State.WAITING, State.APPROVED}:
        with pytest.raises(WrongState):
            expire(replace(new(), status=status))


@pytest.mark.parametrize("status", [State.WAITING, State.APPROVED])
def test_sending_the_same_again_changes_nothing_and_leaves_the_approval(status: State) -> None:
    post = send(new(), MONDAY)
    if status is State.APPROVED:
        post = decide(post, Verdict.APPROVE, "helen", "headteacher", MONDAY)
    with pytest.raises(Refused, match="Nothing was changed in P-1"):
        edit(post, post.content, (), MONDAY)


def test_one_that_expired_may_be_sent_again_as_it_was() -> None:
    expired = expire(send(new(), MONDAY))
    assert edit(expired, expired.content, (), MONDAY).status is State.WAITING
