"""Comments through the desk: logged, told, answered in words that may be used, closed, moderated, reminded of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cards.model import Card, ChoiceField, Row
from cards.text import plain
from handlers.request import Ask, Invalid, Nothing, Reply, Say, Show
from policy.account import Replies
from policy.away import plan_away
from policy.comment import Comment, State
from policy.content import Content
from policy.people import Person
from policy.post import State as PostState
from policy.record import Ref, ref
from policy.template import Template
from storage.rows import Errand, Outgoing, Shown
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import (
    COLLEAGUE,
    DEPUTY,
    HEAD,
    MONDAY,
    OWNER,
    PAGE,
    SHORT,
    TEACHER,
    email,
    harbour,
    identity,
    known,
)

HOUR = timedelta(hours=1)


def fields(**more: Any) -> dict[str, Any]:
    """The form of a comment, filled in."""
    return {"text": "When does term begin?", "account": "page", "kind": "question", "received": MONDAY} | more


async def log(desk: Desk, who: str = TEACHER, **more: Any) -> Comment:
    """A comment that somebody has logged."""
    reply = await desk.ask(who, "comment.new", fields=fields(**more))
    assert isinstance(reply, Say)
    async with desk.store.transaction("harbour") as tx:
        return (await tx.find(Comment, limit=1))[0]


async def now(desk: Desk, comment: Comment) -> Comment:
    """The comment as it stands."""
    async with desk.store.transaction("harbour") as tx:
        found = await tx.get(Comment, comment.id)
        assert found is not None
        return found


async def press(desk: Desk, who: str, verb: str, comment: Comment, **given: Any) -> Reply:
    """Somebody presses a button of it, or sends a form about it."""
    return await desk.ask(who, verb, Ref("comment", comment.id), version=1, fields=given)


def errors(reply: Reply) -> dict[str, str]:
    """What is wrong with a form that was sent."""
    assert isinstance(reply, Invalid)
    return dict(reply.errors)


def labels(card: Card) -> list[str]:
    """The buttons of a card."""
    return [button.label for button in card.buttons]


def free(desk: Desk) -> None:
    """The headteacher lets the page's owners reply in their own words."""
    desk.school = replace(desk.school, accounts=(replace(PAGE, replies=Replies.FREE), SHORT))
    desk.dispatch.school = desk.school


async def test_the_command_opens_the_form_with_what_was_typed(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "logcomment", text="Who do I ask about lunch?")
    assert isinstance(reply, Ask)
    assert {field.name: getattr(field, "value", None) for field in reply.form.fields} == {
        "text": "Who do I ask about lunch?",
        "account": "",
        "kind": "comment",
        "writer": "",
        "link": "",
        "received": MONDAY,
    }


async def test_a_comment_is_logged_and_its_owner_has_the_card_at_once(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "comment.new", fields=fields(writer="A parent", link="https://example.org/1"))
    assert isinstance(reply, Say)
    assert "C-1 is logged" in plain(reply.card)
    assert "It is with Olu." in plain(reply.card)
    assert "24 hours left" in plain(reply.card)
    assert await desk.sent() == [("comment", OWNER)]
    seen = await desk.see(OWNER, "comment", Ref("comment", "C-1"))
    assert seen is not None
    said = plain(seen.card)
    for word in ("question on Harbour page", "A parent", "When does term begin?", "https://example.org/1"):
        assert word in said
    assert labels(seen.card) == ["Acknowledge", "Answered", "Assign", "Not for us", "Moderate", "Snooze"]
    [row] = await desk.audit()
    assert (row.entry.verb, row.entry.record) == ("comment.new", Ref("comment", "C-1"))


async def test_a_complaint_goes_to_the_headteacher_as_well_and_names_the_procedure(desk: Desk) -> None:
    desk.school = replace(desk.school, comments=replace(desk.school.comments, complaints="https://example.org/c"))
    desk.dispatch.school = desk.school
    await log(desk, kind="complaint")
    assert sorted(await desk.sent()) == [("comment", HEAD), ("comment", OWNER)]
    seen = await desk.see(OWNER, "comment", Ref("comment", "C-1"))
    assert seen is not None
    assert "complaints procedure: https://example.org/c" in plain(seen.card)


@pytest.mark.parametrize(
    ("given", "field", "why"),
    [
        ({"text": " "}, "text", "word for word"),
        ({"text": "x" * 20_001}, "text", "20,001 characters"),
        ({"account": "mine"}, "account", "one of the school's accounts"),
        ({"kind": "praise"}, "kind", "choose what it is"),
        ({"received": None}, "received", "when it was received"),
        ({"received": MONDAY + HOUR}, "received", "has not come yet"),
        ({"received": MONDAY - timedelta(days=400)}, "received", "more than a year ago"),
        ({"link": "example.org"}, "link", "whole address"),
        ({"link": "https://[half"}, "link", "whole address"),
        ({"link": "https://example.org/1\nFrom: the headteacher"}, "link", "whole address"),
    ],
)
async def test_what_cannot_be_logged_is_said_beside_its_field(desk: Desk, given: Any, field: str, why: str) -> None:
    reply = await desk.ask(TEACHER, "comment.new", fields=fields(**given))
    assert list(errors(reply)) == [field]
    assert why in errors(reply)[field]
    assert await desk.sent() == []
    assert await desk.audit() == []


async def test_who_may_see_it_and_who_may_deal_with_it(desk: Desk) -> None:
    comment = await log(desk, TEACHER)
    for who in (OWNER, HEAD, DEPUTY):
        seen = await desk.see(who, "comment", ref(comment))
        assert seen is not None
        assert seen.card.buttons
    seen = await desk.see(TEACHER, "comment", ref(comment))
    assert seen is not None
    assert not seen.card.buttons, "whoever logged it sees where it stands"
    assert await desk.see(COLLEAGUE, "comment", ref(comment)) is None
    refused = await press(desk, TEACHER, "comment.acknowledge", comment)
    assert isinstance(refused, Say)
    assert "Only whoever looks after the account can do that." in plain(refused.card)
    nothing, unknown = (
        await press(desk, COLLEAGUE, "comment.open", comment),
        await desk.ask(COLLEAGUE, "comment.open", Ref("comment", "C-99"), version=1),
    )
    assert nothing == unknown


async def test_whoever_is_no_longer_admitted_is_shown_nothing(desk: Desk) -> None:
    comment = await log(desk, TEACHER)
    desk.settle(blocked=(email(TEACHER), email(OWNER)))
    for who in (TEACHER, OWNER):
        assert await desk.see(who, "comment", ref(comment)) is None
        assert await desk.see(who, "comments.nag", None) is None
    assert await desk.see(HEAD, "comment", ref(comment)) is not None


async def test_where_the_owner_is_away_the_delegate_and_then_the_headteacher_have_it(desk: Desk) -> None:
    async with desk.store.transaction("harbour") as tx:
        day, people = MONDAY.date(), {}
        for name in (OWNER, COLLEAGUE):
            (people[name],) = await tx.find(Person, key=f"identity:{identity(name)}")
        away = plan_away("A-1", people[OWNER], people[COLLEAGUE], day, day, MONDAY, desk.school.calendar)
        tx.put(away)
    comment = await log(desk, TEACHER)
    assert await desk.sent() == [("comment", COLLEAGUE)]
    seen = await desk.see(COLLEAGUE, "comment", ref(comment))
    assert seen is not None
    assert seen.card.buttons
    await log(desk, TEACHER, account="short")
    assert await desk.sent() == [("comment", HEAD)], "an account that nobody looks after"


async def test_own_words_are_said_at_once_where_owners_may_reply_freely(desk: Desk) -> None:
    free(desk)
    comment = await log(desk)
    await desk.sent()
    missing = errors(await press(desk, OWNER, "comment.acknowledge.send", comment, text="Thank you"))
    assert "where it was said" in missing["where"]
    reply = await press(desk, OWNER, "comment.acknowledge.send", comment, text="Thank you", where="under it")
    assert reply == Nothing()
    kept = await now(desk, comment)
    assert kept.status is State.ACKNOWLEDGED
    assert kept.acknowledged is not None
    assert (kept.acknowledged.words, kept.acknowledged.where, kept.acknowledged.right) == (
        "Thank you",
        "under it",
        "free",
    )
    await press(desk, OWNER, "comment.answer.send", comment, text="On the 6th", where="under it")
    assert (await now(desk, comment)).status is State.ANSWERED
    seen = await desk.see(TEACHER, "comment", ref(comment))
    assert seen is not None
    assert "On the 6th" in plain(seen.card)
    again = await press(desk, HEAD, "comment.answer.send", comment, text="Again", where="there")
    assert isinstance(again, Say)
    assert "is answered already" in plain(again.card)


async def test_own_words_are_approved_first_and_settle_the_comment_once_they_are_up(desk: Desk) -> None:
    comment = await log(desk)
    await desk.sent()
    reply = await press(desk, OWNER, "comment.answer.send", comment, text="Term begins on the 6th.")
    assert isinstance(reply, Say)
    assert "It is with Helen" in plain(reply.card)
    assert ("post", HEAD) in await desk.sent()
    kept = await now(desk, comment)
    assert (kept.status, kept.reply, kept.closes) == (State.OPEN, "P-1", True)
    assert kept.next_due is not None, "the clock goes on"
    seen = await desk.see(HEAD, "post", Ref("post", "P-1"))
    assert seen is not None
    assert "In reply to C-1:" in plain(seen.card)
    assert "The reply:" in plain(seen.card)
    assert "To be answered by Tue 2 March 2027, 09:00." in plain(seen.card)
    assert "When does term begin?" in plain(seen.card)
    second = await press(desk, OWNER, "comment.answer.send", comment, text="Other words")
    assert isinstance(second, Say)
    assert "on their way already, as P-1" in plain(second.card)
    post = await desk.post("P-1")
    await desk.ask(HEAD, "post.approve", post)
    await desk.ask(OWNER, "post.posted.send", await desk.post("P-1"), fields={"link": "https://example.org/2"})
    kept = await now(desk, comment)
    assert kept.status is State.ANSWERED
    assert kept.answered is not None
    assert (kept.answered.words, kept.answered.where, kept.answered.right) == (
        "Term begins on the 6th.",
        "https://example.org/2",
        "P-1",
    )


async def test_words_that_were_rejected_can_be_written_anew(desk: Desk) -> None:
    comment = await log(desk)
    await press(desk, OWNER, "comment.acknowledge.send", comment, text="Whatever")
    await desk.ask(HEAD, "post.reject.send", await desk.post("P-1"), fields={"reason": "Kinder, please"})
    await press(desk, OWNER, "comment.acknowledge.send", comment, text="Thank you for asking")
    assert (await now(desk, comment)).reply == "P-2"
    assert (await desk.post("P-2")).status is PostState.WAITING


async def test_a_reply_whose_approval_lapses_is_said_so_at_the_comment(desk: Desk) -> None:
    comment = await log(desk)
    await press(desk, OWNER, "comment.acknowledge.send", comment, text="Thank you for asking")
    await desk.ask(HEAD, "post.approve", await desk.post("P-1"))
    await desk.ask(OWNER, "post.posted.send", await desk.post("P-1"))
    await press(desk, OWNER, "comment.answer.send", await now(desk, comment), text="Term begins on the 6th.")
    desk.now += timedelta(days=3)
    await desk.ask(HEAD, "post.approve", await desk.post("P-2"))
    desk.now += timedelta(days=13)
    await desk.dispatch.due()
    kept = await now(desk, comment)
    assert (kept.status, kept.reply) == (State.ACKNOWLEDGED, "P-2")
    desk.now += timedelta(days=1)
    assert kept.next_due is not None
    assert kept.next_due > desk.now
    await desk.dispatch.due()
    assert (await desk.post("P-2")).status is PostState.EXPIRED
    assert (await now(desk, comment)).rev > kept.rev, "whatever shows it is drawn again"


async def test_a_reply_stays_on_the_account_that_the_comment_came_to(desk: Desk) -> None:
    comment = await log(desk)
    await press(desk, OWNER, "comment.answer.send", comment, text="Term begins on the 6th.")
    moved = {"text": "Term begins on the 6th.", "account": "short"}
    wrong = await desk.ask(OWNER, "post.edit.send", await desk.post("P-1"), fields=moved)
    assert "a reply to C-1 on Harbour page" in errors(wrong)["account"]
    await desk.ask(OWNER, "post.edit.keep", await desk.post("P-1"), fields=moved)
    wrong = await desk.ask(OWNER, "post.finish.send", await desk.post("P-1"), fields=moved)
    assert "a reply to C-1 on Harbour page" in errors(wrong)["account"]
    both, gone = desk.school, replace(desk.school, accounts=(SHORT,))
    desk.school = desk.dispatch.school = gone
    wrong = await desk.ask(OWNER, "post.finish.send", await desk.post("P-1"), fields=moved)
    assert "Please withdraw it." in errors(wrong)["account"]
    desk.school = desk.dispatch.school = both
    await desk.ask(OWNER, "post.finish.send", await desk.post("P-1"), fields=moved | {"account": "page"})
    assert (await desk.post("P-1")).status is PostState.WAITING
    strayed = replace(await desk.post("P-1"), content=Content("Term begins on the 6th.", "short"))
    await desk.put(strayed)
    await desk.ask(HEAD, "post.approve", await desk.post("P-1"))
    assert await desk.ask(OWNER, "post.posted.send", await desk.post("P-1"), fields={}) == Nothing()
    assert (await now(desk, comment)).status is State.OPEN, "nothing was said where it was asked"


async def test_a_reply_that_another_took_the_place_of_counts_if_it_goes_up_after_all(desk: Desk) -> None:
    comment = await log(desk)
    await press(desk, OWNER, "comment.answer.send", comment, text="Term begins on the 6th.")
    await desk.put(replace(await desk.post("P-1"), status=PostState.EXPIRED))
    await press(desk, OWNER, "comment.answer.send", comment, text="Term begins on the sixth.")
    again = {"text": "Term begins on the 6th of April.", "account": "page"}
    await desk.ask(OWNER, "post.edit.send", await desk.post("P-1"), fields=again)
    for name in ("P-1", "P-2"):
        await desk.ask(HEAD, "post.approve", await desk.post(name))
        assert await desk.ask(OWNER, "post.posted.send", await desk.post(name), fields={}) == Nothing()
        kept = await now(desk, comment)
        if name == "P-1":
            assert kept.status is State.ACKNOWLEDGED, "the school has said something"
    assert kept.status is State.ANSWERED
    assert kept.acknowledged is not None
    assert kept.answered is not None
    assert (kept.acknowledged.right, kept.answered.right) == ("P-1", "P-2")


async def test_words_that_are_back_with_their_author_keep_nobody_else_from_writing(desk: Desk) -> None:
    comment = await log(desk)
    await press(desk, OWNER, "comment.answer.send", comment, text="Whatever")
    waits = await press(desk, DEPUTY, "comment.answer.send", comment, text="On the 6th.")
    assert isinstance(waits, Say)
    assert waits.refused
    await desk.ask(HEAD, "post.changes.send", await desk.post("P-1"), fields={"reason": "Kinder, please"})
    own = await press(desk, OWNER, "comment.answer.send", comment, text="On the 6th.")
    assert isinstance(own, Say)
    assert own.refused, "its author has it to change"
    await press(desk, DEPUTY, "comment.answer.send", comment, text="On the 6th.")
    assert (await now(desk, comment)).reply not in ("", "P-1")


async def test_a_comment_says_where_the_words_for_it_stand(desk: Desk) -> None:
    comment = await log(desk)
    await press(desk, OWNER, "comment.answer.send", comment, text="Whatever")
    await _shown(desk, OWNER, "comment", ref(comment))
    assert await _redrawn(desk, OWNER, "comment", ref(comment)) == ""
    said = []
    for act, given in (
        ("changes.send", {"reason": "Kinder"}),
        ("edit.send", {"text": "Thank you", "account": "page"}),
    ):
        await desk.ask(OWNER if "edit" in act else HEAD, f"post.{act}", await desk.post("P-1"), fields=given)
        said.append(await _redrawn(desk, OWNER, "comment", ref(comment)))
    await desk.ask(HEAD, "post.approve", await desk.post("P-1"))
    said.append(await _redrawn(desk, OWNER, "comment", ref(comment)))
    await desk.ask(OWNER, "post.withdraw", await desk.post("P-1"))
    said.append(await _redrawn(desk, OWNER, "comment", ref(comment)))
    stands = ("back with its author for changes", "waiting for a decision", "approved", "withdrawn")
    assert [f"P-1, which is {word}." in card for word, card in zip(stands, said, strict=True)] == [True] * 4


async def test_whoever_decides_sees_that_the_words_may_not_be_needed_any_more(desk: Desk) -> None:
    told = f"{await approved(desk, 'answers', 'Term begins on the 6th.')}/1"
    comment = await log(desk)
    await press(desk, OWNER, "comment.answer.send", comment, wording="own", text="Whatever")
    await _shown(desk, HEAD, "post", Ref("post", "P-1"))
    seen = await desk.see(HEAD, "post", Ref("post", "P-1"))
    assert seen is not None
    assert "still needed" not in plain(seen.card)
    await press(desk, OWNER, "comment.answer.send", comment, wording=told, where="under it")
    said = await _redrawn(desk, HEAD, "post", Ref("post", "P-1"))
    assert "C-1 is answered by now." in said
    assert "To be answered by" not in said


async def _shown(desk: Desk, who: str, view: str, name: Ref) -> None:
    """The card stands in somebody's chat, as it is now."""
    await desk.outbox()
    drawn = await desk.see(who, view, name)
    assert drawn is not None
    async with desk.store.transaction("harbour") as tx:
        place = (str(identity(who)), "1", view, str(identity(who)))
        tx.show(Shown("harbour", "sandbox", *place, record=name, rev=drawn.rev))


async def _redrawn(desk: Desk, who: str, view: str, name: Ref) -> str:
    """The card that stands in somebody's chat, if it is drawn anew; else ""."""
    if not any(row.task is Errand.REDRAW and row.record == name for row in await desk.outbox()):
        return ""
    drawn = await desk.see(who, view, name)
    assert drawn is not None
    await _shown(desk, who, view, name)
    return plain(drawn.card)


async def test_assigned_it_is_theirs_to_deal_with_and_to_be_reminded_of(desk: Desk) -> None:
    comment = await log(desk)
    await desk.sent()
    await press(desk, OWNER, "comment.assign.send", comment, to=identity(COLLEAGUE))
    assert await desk.sent() == [("comment", COLLEAGUE)]
    seen = await desk.see(COLLEAGUE, "comment", ref(comment))
    assert seen is not None
    assert "Acknowledge" in labels(seen.card)
    desk.now += timedelta(hours=23, minutes=30)
    await desk.dispatch.due()
    assert await desk.sent() == [("comment.nag", COLLEAGUE)]
    listed = await desk.ask(COLLEAGUE, "comments")
    assert isinstance(listed, Say)
    assert "C-1" in plain(listed.card)
    desk.strangers[identity("eve")] = None
    nobody = await press(desk, OWNER, "comment.assign.send", comment, to=identity("eve"))
    assert "to" in errors(nobody)


@pytest.mark.parametrize(("what", "state"), [("not_for_us", State.NOT_FOR_US), ("deleted", State.DELETED)])
async def test_closed_with_a_reason(desk: Desk, what: str, state: State) -> None:
    comment = await log(desk)
    assert "reason" in errors(await press(desk, OWNER, "comment.close.send", comment, what=what, reason=""))
    await press(desk, OWNER, "comment.close.send", comment, what=what, reason="It is an advertisement.")
    kept = await now(desk, comment)
    assert (kept.status, kept.reason, kept.next_due) == (state, "It is an advertisement.", None)
    seen = await desk.see(OWNER, "comment", ref(comment))
    assert seen is not None
    said = {State.NOT_FOR_US: "not for us, by Olu.", State.DELETED: "Deleted by whoever wrote it; closed by Olu."}
    assert said[state] in plain(seen.card)
    assert not seen.card.buttons


async def test_moderation_needs_the_reason_readers_were_given_or_a_kept_exception(desk: Desk) -> None:
    comment = await log(desk, kind="offensive", text="You are all useless", writer="Jo Bloggs")
    send = "comment.moderate.send"
    assert "act" in errors(await press(desk, OWNER, send, comment, reason="0"))
    assert "reason" in errors(await press(desk, OWNER, send, comment, act="delete"))
    assert "reason" in errors(await press(desk, OWNER, send, comment, act="delete", reason="9" * 5_000))
    assert "exception" in errors(await press(desk, OWNER, send, comment, act="hide", reason="0", exception="Why"))
    assert "told" in errors(await press(desk, OWNER, send, comment, act="hide", reason="own"))
    named = await press(desk, OWNER, send, comment, act="hide", reason="own", told="We hid what Bloggs wrote.")
    assert "seems to name somebody: Bloggs" in errors(named)["told"]
    assert (await now(desk, comment)).status is State.OPEN
    assert await press(desk, OWNER, send, comment, act="delete", reason="1") == Nothing()
    kept = await now(desk, comment)
    assert kept.status is State.MODERATED
    assert kept.text == "You are all useless", "the evidence stays"
    assert kept.moderation is not None
    assert "abusive" in kept.moderation.told


async def test_a_reason_that_names_nobody_after_all_can_be_sent_again(desk: Desk) -> None:
    comment = await log(desk, kind="offensive", writer="Page")
    given = {"act": "hide", "reason": "own", "told": "We hid a comment on this page."}
    warned = await press(desk, OWNER, "comment.moderate.send", comment, **given)
    assert isinstance(warned, Invalid)
    await desk.ask(
        OWNER, "comment.moderate.send", ref(comment), version=1, fields=given, payload=dict(warned.form.payload)
    )
    assert (await now(desk, comment)).status is State.MODERATED


async def test_somebody_else_whom_the_reason_names_is_warned_of_too(desk: Desk) -> None:
    comment = await log(desk, kind="offensive")
    given = {"act": "hide", "reason": "own", "told": "We hid what Oliver Jones wrote."}
    warned = await press(desk, OWNER, "comment.moderate.send", comment, **given)
    assert isinstance(warned, Invalid)
    given["told"] = "We hid what Harriet Potts wrote."
    again = await desk.ask(
        OWNER, "comment.moderate.send", ref(comment), version=1, fields=given, payload=dict(warned.form.payload)
    )
    assert "Harriet Potts" in errors(again)["told"]
    forged = await desk.ask(
        OWNER, "comment.moderate.send", ref(comment), version=1, fields=given, payload={"named": "yes"}
    )
    assert "Harriet Potts" in errors(forged)["told"]
    assert (await now(desk, comment)).status is State.OPEN


async def test_own_words_beside_a_chosen_reason_are_not_dropped(desk: Desk) -> None:
    comment = await log(desk, kind="offensive")
    given = {"act": "hide", "reason": "0", "told": "We hid it at the family's wish."}
    wrong = errors(await press(desk, OWNER, "comment.moderate.send", comment, **given))
    assert "My own words" in wrong["told"]
    await press(desk, OWNER, "comment.moderate.send", comment, **given | {"reason": "own"})
    kept = await now(desk, comment)
    assert kept.moderation is not None
    assert kept.moderation.told == "We hid it at the family's wish."


async def test_a_reason_that_was_chosen_can_be_taken_back_for_an_exception(desk: Desk) -> None:
    comment = await log(desk, kind="offensive")
    given = {"act": "hide", "reason": "0", "exception": "It was a private message."}
    wrong = errors(await press(desk, OWNER, "comment.moderate.send", comment, **given))
    assert "choose “My own words” above and leave those empty" in wrong["exception"]
    await press(desk, OWNER, "comment.moderate.send", comment, **given | {"reason": "own"})
    kept = await now(desk, comment)
    assert kept.moderation is not None
    assert (kept.moderation.told, kept.moderation.exception) == ("", "It was a private message.")


async def test_something_offensive_that_cannot_wait_is_moderated_and_not_acknowledged(desk: Desk) -> None:
    comment = await log(desk, kind="offensive")
    desk.now += timedelta(minutes=30)
    refused = await press(desk, OWNER, "comment.snooze", comment)
    assert isinstance(refused, Say)
    assert "Press Moderate." in plain(refused.card)
    assert "Acknowledge" not in plain(refused.card)


async def test_snoozed_it_is_left_alone_until_then_and_never_past_the_deadline(desk: Desk) -> None:
    comment = await log(desk)
    await desk.sent()
    asked = await press(desk, OWNER, "comment.snooze", comment)
    assert isinstance(asked, Ask)
    [choice] = [field for field in asked.form.fields if field.name == "until"]
    until = [datetime.fromisoformat(value) for value, _ in choice.options]  # type: ignore[union-attr]
    assert until
    assert max(until) < comment.due
    bad = await press(desk, OWNER, "comment.snooze.send", comment, until=comment.due.isoformat())
    assert "past the time" in errors(bad)["until"]
    assert "until" in errors(await press(desk, OWNER, "comment.snooze.send", comment, until="tomorrow"))
    await press(desk, OWNER, "comment.snooze.send", comment, until=max(until).isoformat())
    assert (await now(desk, comment)).snoozed_until == max(until)
    desk.now = max(until) - HOUR
    await desk.dispatch.due()
    assert await desk.sent() == []
    desk.now = comment.due - timedelta(minutes=1)
    late = await press(desk, OWNER, "comment.snooze", comment)
    assert isinstance(late, Say)
    assert "cannot wait any longer" in plain(late.card)


async def test_several_that_fall_due_together_make_one_message(desk: Desk) -> None:
    for number in range(12):
        await log(desk, text=f"Question {number}")
    await desk.sent()
    desk.now += timedelta(hours=23)
    await desk.dispatch.due()
    assert await desk.sent() == [("comments.nag", OWNER)]
    seen = await desk.see(OWNER, "comments.nag", None)
    assert seen is not None
    assert "12 open comments to be dealt with" in plain(seen.card)
    rows = [element for element in seen.card.body if isinstance(element, Row)]
    assert [button.label for button in rows[0].buttons] == ["Acknowledge", "Open"]
    assert "1 hour left" in rows[0].detail
    assert len(rows) == 6, "five, and where the others are"
    desk.now += timedelta(hours=2)
    seen = await desk.see(OWNER, "comments.nag", None)
    assert seen is not None
    assert "12 open comments to be dealt with, all of these late" in plain(seen.card)


async def show(desk: Desk, row: Outgoing) -> None:
    """A message has arrived, and is kept as one that may be drawn again."""
    drawn = await desk.dispatch.draw(row.view, row.record, row.person, first=True)
    assert drawn is not None
    assert row.record is not None
    async with desk.store.transaction("harbour") as tx:
        tx.show(Shown("harbour", "sandbox", row.person, str(row.id), row.view, row.person, row.record, drawn.rev))


async def test_of_messages_about_several_only_the_latest_stays_up_to_date(desk: Desk) -> None:
    comments = [await log(desk, text=f"Question {number}") for number in range(3)]
    await desk.outbox()
    sent = []
    for hours in (8, 23, 25):
        desk.now = MONDAY + timedelta(hours=hours)
        while await desk.dispatch.due():
            pass
        rows = [row for row in await desk.outbox() if row.view == "comments.nag" and row.task is Errand.SEND]
        sent += rows
        for row in rows:
            await show(desk, row)
    assert len(sent) == 3
    cards = [await desk.dispatch.draw(row.view, row.record, row.person) for row in sent]
    assert cards[0] is None, "of one that was replaced long ago nothing is kept"
    assert cards[1] is not None
    assert "out of date" in plain(cards[1].card)
    assert cards[1].card.buttons == ()
    await press(desk, HEAD, "comment.close.send", comments[0], what="not_for_us", reason="An advertisement")
    again = [row.record for row in await desk.outbox() if row.task is Errand.REDRAW]
    assert sent[2].record in again
    assert sent[1].record not in again
    assert await desk.dispatch.draw(sent[1].view, sent[1].record, sent[1].person, first=True) is None


async def test_one_that_is_overdue_goes_to_the_headteacher_each_morning_and_to_its_owner_each_hour(
    desk: Desk,
) -> None:
    await log(desk)
    await desk.sent()
    sent: dict[datetime, list[tuple[str, str]]] = {}
    while desk.now < MONDAY + timedelta(days=3):
        desk.now += timedelta(minutes=10)
        await desk.dispatch.due()
        if rows := await desk.sent():
            sent[desk.now] = rows
    head = [at for at, rows in sent.items() if ("comments.overdue", HEAD) in rows]
    assert [(at.day, at.hour) for at in head] == [(2, 9), (3, 8), (4, 8)]
    late = [at for at, rows in sent.items() if ("comment.nag", OWNER) in rows and at > MONDAY + 24 * HOUR]
    on_wednesday = [at.hour for at in late if at.day == 3]
    assert on_wednesday == [*range(8, 17)]


async def test_nothing_is_said_of_what_has_been_dealt_with_meanwhile(desk: Desk) -> None:
    free(desk)
    comment = await log(desk)
    await desk.sent()
    desk.now += timedelta(hours=23)
    await desk.dispatch.due()
    await press(desk, OWNER, "comment.answer.send", comment, text="On the 6th", where="under it")
    assert await desk.see(OWNER, "comments.nag", None) is None
    seen = await desk.see(OWNER, "comment.nag", ref(comment))
    assert seen is not None
    assert not seen.card.buttons, "a reminder that was sent says how it ended"


async def test_the_list_shows_what_is_mine_and_can_be_asked_for_one_account(desk: Desk) -> None:
    await log(desk)
    await log(desk, account="short", text="On the other")
    mine = await desk.ask(OWNER, "comments")
    assert isinstance(mine, Say)
    assert "1 open comment." in mine.card.summary
    everything = await desk.ask(HEAD, "comments")
    assert isinstance(everything, Say)
    assert "2 open comments" in everything.card.summary
    for typed in ("short", "Harbour on X", " harbour  ON x "):
        one = await desk.ask(HEAD, "comments", text=typed)
        assert isinstance(one, Say)
        assert "1 open comment on Harbour on X." in one.card.summary
    unknown = await desk.ask(HEAD, "comments", text="TikTok")
    assert isinstance(unknown, Say)
    assert "Harbour page, Harbour on X" in plain(unknown.card)
    none = await desk.ask(COLLEAGUE, "comments")
    assert isinstance(none, Say)
    assert "No comment waits" in none.card.summary


async def test_what_is_due_at_one_time_stands_as_it_was_logged(desk: Desk) -> None:
    for number in range(4):
        await log(desk, account="page" if number % 2 else "short", text=f"Number {number}")
        desk.now += timedelta(minutes=1)
    desk.now = MONDAY + timedelta(hours=24)
    reply = await desk.ask(HEAD, "comments")
    assert isinstance(reply, Say)
    rows = [element for element in reply.card.body if isinstance(element, Row)]
    assert [row.title for row in rows] == [f"C-{number + 1}: Number {number}" for number in range(4)]
    assert "due now" in rows[0].detail


async def test_the_list_goes_on_behind_its_button(desk: Desk) -> None:
    for number in range(7):
        await log(desk, text=f"Number {number}", received=MONDAY - timedelta(minutes=number))
    first = await desk.ask(OWNER, "comments")
    assert isinstance(first, Say)
    rows = [element for element in first.card.body if isinstance(element, Row)]
    assert rows[0].title == "C-7: Number 6", "the most pressing first"
    [button] = rows[-1].buttons
    second = await desk.ask(OWNER, button.verb, payload=dict(button.payload))
    assert isinstance(second, Say)
    assert [row.title for row in second.card.body if isinstance(row, Row)] == ["C-2: Number 1", "C-1: Number 0"]


async def test_opened_all_of_it_can_be_read(desk: Desk) -> None:
    comment = await log(desk, text="word " * 400 + "end")
    reply = await press(desk, OWNER, "comment.open", comment)
    assert isinstance(reply, Show)
    assert "end" in plain(reply.card)


async def test_logged_by_night_it_is_said_in_the_morning_unless_that_is_too_late(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "night", harbour(), TEACHER, OWNER, HEAD)
    desk.now = datetime(2027, 3, 1, 20, 0, tzinfo=UTC)
    await log(desk, received=desk.now)
    assert await desk.sent() == []
    desk.now = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    await desk.dispatch.due()
    assert await desk.sent() == [("comment.nag", OWNER)]
    desk.now = datetime(2027, 3, 5, 18, 0, tzinfo=UTC)
    await log(desk, received=desk.now)
    assert ("comment", OWNER) in await desk.sent(), "due on Saturday, when nobody is there"
    await desk.store.close()


async def test_response_times_by_account_and_month(desk: Desk) -> None:
    free(desk)
    for minutes in (30, 60, 400):
        comment = await log(desk, received=desk.now - timedelta(minutes=minutes))
        await press(desk, OWNER, "comment.answer.send", comment, text="Thank you", where="under it")
    await log(desk, received=desk.now - timedelta(days=3))
    await log(desk, received=desk.now)
    reply = await desk.ask(OWNER, "comments", text="stats")
    assert isinstance(reply, Say)
    said = plain(reply.card)
    assert "3 of 4 comments answered in time." in said
    assert "Mar 2027: 3 of 3 in time; half within 60 minutes, the longest 7 hours; 1 with time left" in said
    assert "Feb 2027: 0 of 1 in time" in said
    assert "Jan 2027: no comments" in said
    nobody = await desk.ask(COLLEAGUE, "comments", text="stats")
    assert isinstance(nobody, Say)
    assert "No comments came in these months." in plain(nobody.card)


async def approved(desk: Desk, use: str, words: str, **more: str) -> str:
    """The id of a wording that the headteacher has approved."""
    form = {"name": f"To say: {words[:20]}", "text": words, "use": use, "account": ""} | more
    await desk.ask(TEACHER, "template.new", fields=form)
    async with desk.store.transaction("harbour") as tx:
        [wording] = await tx.find(Template, limit=1)
    await desk.ask(HEAD, "template.approve", ref(wording), version=1)
    return wording.id


async def test_words_approved_beforehand_can_be_used_at_once(desk: Desk) -> None:
    seen, told = (
        await approved(desk, "acknowledges", "Thank you. We will look."),
        await approved(desk, "answers", "Term begins on the 6th."),
    )
    comment = await log(desk)
    asked = await press(desk, OWNER, "comment.acknowledge", comment)
    assert isinstance(asked, Ask)
    [choice] = [field for field in asked.form.fields if field.name == "wording"]
    assert [value for value, _ in choice.options] == [f"{seen}/1", "own"], "those for acknowledging"  # type: ignore[union-attr]
    reply = await press(desk, OWNER, "comment.acknowledge.send", comment, wording=f"{seen}/1", where="under it")
    assert reply == Nothing()
    kept = await now(desk, comment)
    assert kept.acknowledged is not None
    assert (kept.acknowledged.words, kept.acknowledged.right) == ("Thank you. We will look.", seen)
    drawn = await desk.see(OWNER, "comment", ref(comment))
    assert drawn is not None
    assert f"with approved words ({seen}):\n\n> Thank you. We will look.\n\nWhere: under it" in plain(drawn.card)
    wrong = await press(desk, OWNER, "comment.answer.send", comment, wording=f"{seen}/1", where="under it")
    assert "no longer approved" in errors(wrong)["wording"]
    told = f"{told}/1"
    assert await press(desk, OWNER, "comment.answer.send", comment, wording=told, where="under it") == Nothing()


async def test_words_that_are_no_longer_approved_cannot_be_used(desk: Desk) -> None:
    wording = await approved(desk, "acknowledges", "Thank you. We will look.")
    comment = await log(desk)
    await desk.ask(TEACHER, "template.withdraw", Ref("template", wording), version=1)
    wrong = await press(desk, OWNER, "comment.acknowledge.send", comment, wording=f"{wording}/1", where="under it")
    assert "no longer approved" in errors(wrong)["wording"]
    assert (await now(desk, comment)).status is State.OPEN


async def test_words_that_were_changed_while_the_form_was_open_are_not_put_in_place_of_those_chosen(
    desk: Desk,
) -> None:
    wording = await approved(desk, "acknowledges", "Thank you. We will look.")
    comment = await log(desk)
    asked = await press(desk, OWNER, "comment.acknowledge", comment)
    assert isinstance(asked, Ask)
    [chosen] = [field.value for field in asked.form.fields if isinstance(field, ChoiceField)]
    name = Ref("template", wording)
    other = {"name": "Seen", "text": "We have seen it.", "use": "acknowledges", "account": ""}
    await desk.ask(TEACHER, "template.edit.send", name, version=1, fields=other)
    await desk.ask(HEAD, "template.approve", name, version=2)
    wrong = await press(desk, OWNER, "comment.acknowledge.send", comment, wording=chosen, where="under it")
    assert "no longer approved" in errors(wrong)["wording"]
    assert (await now(desk, comment)).acknowledged is None


async def test_own_words_beside_a_chosen_wording_are_not_dropped(desk: Desk) -> None:
    wording = f"{await approved(desk, 'acknowledges', 'Thank you. We will look.')}/1"
    comment = await log(desk)
    given = {"wording": wording, "text": "Come in at nine.", "where": "under it"}
    wrong = errors(await press(desk, OWNER, "comment.acknowledge.send", comment, **given))
    assert "My own words" in wrong["text"]
    assert (await now(desk, comment)).status is State.OPEN
    given["text"] = "Thank you. We will look."
    assert await press(desk, OWNER, "comment.acknowledge.send", comment, **given) == Nothing()


async def test_own_words_that_must_be_read_first_are_not_taken_as_said_already(desk: Desk) -> None:
    comment = await log(desk)
    given = {"wording": "own", "text": "Come in at nine.", "where": "under it"}
    wrong = errors(await press(desk, OWNER, "comment.acknowledge.send", comment, **given))
    assert list(wrong) == ["text"], "a form without wordings does not ask where"
    assert "before they are said" in wrong["text"]
    await approved(desk, "acknowledges", "Thank you. We will look.")
    assert list(errors(await press(desk, OWNER, "comment.acknowledge.send", comment, **given))) == ["where"]
    assert (await now(desk, comment)).reply == ""
    await press(desk, OWNER, "comment.acknowledge.send", comment, wording="own", text="Come in at nine.")
    assert (await now(desk, comment)).reply == "P-1"


async def test_replying_freely_is_for_those_who_look_after_the_account(desk: Desk) -> None:
    free(desk)
    comment = await log(desk)
    await press(desk, OWNER, "comment.assign.send", comment, to=identity(COLLEAGUE))
    await press(desk, COLLEAGUE, "comment.acknowledge.send", comment, text="Come in at nine.")
    kept = await now(desk, comment)
    assert (kept.status, kept.reply) == (State.OPEN, "P-1"), "whoever it is assigned to has theirs read first"


async def test_words_to_acknowledge_something_offensive_are_not_put_before_anybody(desk: Desk) -> None:
    comment = await log(desk, kind="offensive")
    for verb in ("comment.acknowledge", "comment.acknowledge.send"):
        refused = await press(desk, OWNER, verb, comment, text="We have seen it.")
        assert isinstance(refused, Say)
        assert "not enough to say that it was seen" in plain(refused.card)
    assert (await now(desk, comment)).reply == ""


async def test_complaints_that_came_by_night_are_one_message_to_the_headteacher(desk: Desk) -> None:
    desk.now = datetime(2027, 3, 1, 20, 0, tzinfo=UTC)
    for number in range(3):
        await log(desk, kind="complaint", text=f"Complaint {number}", received=desk.now)
    assert await desk.sent() == []
    desk.now = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    await desk.dispatch.due()
    assert sorted(await desk.sent()) == [("comments.complaints", HEAD), ("comments.nag", OWNER)]
    seen = await desk.see(HEAD, "comments.complaints", None)
    assert seen is not None
    assert "3 complaints are open." in seen.card.summary


async def test_an_owner_who_wishes_so_hears_at_any_hour_and_the_others_in_the_morning(desk: Desk) -> None:
    page = replace(PAGE, owners=(email(OWNER), email(COLLEAGUE)))
    desk.school = replace(desk.school, accounts=(page, SHORT))
    desk.settle(any_hour=(email(OWNER),))
    desk.now = datetime(2027, 3, 1, 20, 0, tzinfo=UTC)
    await log(desk, received=desk.now)
    assert await desk.sent() == [("comment", OWNER)]
    desk.now = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    await desk.dispatch.due()
    assert ("comment.nag", COLLEAGUE) in await desk.sent()


async def test_comments_of_an_account_that_the_school_has_no_more_are_with_the_headteacher(desk: Desk) -> None:
    comment = await log(desk)
    await log(desk, text="Another")
    await desk.sent()
    desk.school = replace(desk.school, accounts=(SHORT,))
    desk.dispatch.school = desk.school
    desk.now += timedelta(hours=23)
    await desk.dispatch.due()
    assert await desk.sent() == [("comments.nag", HEAD)]
    seen = await desk.see(HEAD, "comments.nag", None)
    assert seen is not None
    assert "an account the school no longer has" in plain(seen.card)
    listed = await desk.ask(HEAD, "comments")
    assert isinstance(listed, Say)
    assert "2 open comments." in listed.card.summary
    told = await press(desk, HEAD, "comment.close.send", comment, what="not_for_us", reason="The page is gone")
    assert told == Nothing()


async def test_an_acknowledged_comment_of_an_account_that_is_gone_stays_in_sight(desk: Desk) -> None:
    free(desk)
    comment = await log(desk)
    await press(desk, OWNER, "comment.acknowledge.send", comment, text="Thank you", where="under it")
    desk.school = desk.dispatch.school = replace(desk.school, accounts=(SHORT,))
    listed = await desk.ask(HEAD, "comments")
    assert isinstance(listed, Say)
    assert "C-1" in plain(listed.card)


async def test_what_the_headteacher_hears_is_drawn_for_nobody_else(desk: Desk) -> None:
    await log(desk, kind="complaint")
    desk.now += timedelta(days=2)
    for view in ("comments.overdue", "comments.complaints"):
        assert await desk.see(HEAD, view, None) is not None
        assert await desk.see(COLLEAGUE, view, None) is None


async def test_what_becomes_late_after_the_headteachers_message_is_not_hidden_behind_it(desk: Desk) -> None:
    first = await log(desk)
    desk.now += timedelta(minutes=10)
    await log(desk, text="Later", received=desk.now)
    await desk.sent()
    told = []
    for moment in (first.due, first.due + timedelta(minutes=10)):
        desk.now = moment
        await desk.dispatch.due()
        told.append(("comments.overdue", HEAD) in await desk.sent())
    assert told == [True, True]


async def test_those_that_were_acknowledged_are_asked_after_also_where_others_are_open(desk: Desk) -> None:
    free(desk)
    for number in range(2):
        comment = await log(desk, text=f"Question {number}")
        await press(desk, OWNER, "comment.acknowledge.send", comment, text="Thank you", where="under it")
    desk.now += timedelta(days=7)
    for number in range(2, 4):
        await log(desk, text=f"Question {number}", received=desk.now)
    await desk.sent()
    await desk.dispatch.due()
    assert ("comments.acknowledged", OWNER) in await desk.sent()
    asked, opened = [await desk.see(OWNER, f"comments.{view}", None) for view in ("acknowledged", "nag")]
    assert asked is not None
    assert opened is not None
    assert "2 comments were acknowledged, and not answered yet." in plain(asked.card)
    assert [f"Question {number}" in plain(asked.card) for number in range(4)] == [True, True, False, False]
    assert [f"Question {number}" in plain(opened.card) for number in range(4)] == [False, False, True, True]


async def test_what_is_with_a_colleague_is_in_nobody_elses_reminder(desk: Desk) -> None:
    theirs, mine = await log(desk, text="For Cara"), await log(desk, text="For Olu")
    await press(desk, OWNER, "comment.assign.send", theirs, to=identity(COLLEAGUE))
    for who, words, others in ((OWNER, "For Olu", "For Cara"), (COLLEAGUE, "For Cara", "For Olu")):
        seen = await desk.see(who, "comments.nag", None)
        home = await desk.ask(who, "home")
        assert seen is not None
        assert isinstance(home, Say)
        for said in (plain(seen.card), plain(home.card)):
            assert words in said
            assert others not in said
    await press(desk, OWNER, "comment.close.send", mine, reason="An advertisement")
    assert await desk.see(OWNER, "comments.nag", None) is None
    listed = await desk.ask(OWNER, "comments")
    assert isinstance(listed, Say)
    assert "For Cara" in plain(listed.card), "the list has whatever they may deal with"


async def test_the_list_of_an_account_that_is_not_theirs_is_refused_and_not_said_to_be_empty(desk: Desk) -> None:
    comment = await log(desk)
    refused = await desk.ask(COLLEAGUE, "comments", text="page")
    assert isinstance(refused, Say)
    assert refused.refused
    assert "not yours to deal with" in plain(refused.card)
    await press(desk, OWNER, "comment.assign.send", comment, to=identity(COLLEAGUE))
    listed = await desk.ask(COLLEAGUE, "comments", text="page")
    assert isinstance(listed, Say)
    assert "C-1" in plain(listed.card)


async def test_home_shows_the_way_to_what_it_has_no_room_for(desk: Desk) -> None:
    for number in range(6):
        await log(desk, text=f"Question {number}")
    home = await desk.ask(OWNER, "home")
    assert isinstance(home, Say)
    [button] = [
        each for row in home.card.body if isinstance(row, Row) for each in row.buttons if each.label == "More"
    ]
    rest = await desk.ask(OWNER, button.verb, payload=dict(button.payload))
    assert isinstance(rest, Say)
    assert "Question 5" in plain(rest.card)
    beyond = await desk.ask(OWNER, button.verb, payload={"skip": "90", "account": ""})
    assert isinstance(beyond, Say)
    assert "nothing more in this list" in beyond.card.summary


async def test_whoever_is_met_later_hears_once_of_what_is_open_and_theirs(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "late", harbour(), TEACHER)
    for number in range(2):
        await log(desk, text=f"Question {number}")
    assert await desk.sent() == [], "there was nobody to tell"
    for name in (COLLEAGUE, OWNER):
        await desk.dispatch.met(known(name))
    assert await desk.sent() == [("comments.nag", OWNER)]
    await desk.dispatch.met(replace(known(OWNER), name="Olu A."))
    assert await desk.sent() == []
    await desk.store.close()


async def test_whoever_stands_in_hears_of_what_is_open_and_whoever_is_back_as_well(desk: Desk) -> None:
    comment = await log(desk)
    await _shown(desk, OWNER, "comment", ref(comment))
    day = MONDAY.date()
    away = {"first": day, "last": day, "delegate": identity(COLLEAGUE)}
    await desk.ask(OWNER, "away.new", fields=away)
    assert await desk.sent() == [("away", OWNER), ("away", COLLEAGUE), ("comments.nag", COLLEAGUE)]
    seen = await desk.see(COLLEAGUE, "comments.nag", None)
    assert seen is not None
    assert "C-1" in plain(seen.card)
    later = await log(desk, text="Another")
    await desk.sent()
    await desk.ask(OWNER, "away.withdraw", Ref("away", "A-1"), version=1)
    assert ("comments.nag", OWNER) in await desk.sent()
    seen = await desk.see(OWNER, "comments.nag", None)
    assert seen is not None
    assert later.id in plain(seen.card)


async def test_nobody_is_handed_comments_by_night(desk: Desk) -> None:
    await log(desk)
    await desk.sent()
    desk.now = datetime(2027, 3, 1, 20, 0, tzinfo=UTC)
    day = MONDAY.date()
    await desk.ask(OWNER, "away.new", fields={"first": day, "last": day, "delegate": identity(COLLEAGUE)})
    assert ("comments.nag", COLLEAGUE) not in await desk.sent()


async def test_whoever_stands_in_for_the_headteacher_sees_and_does_what_the_headteacher_would(desk: Desk) -> None:
    day = MONDAY.date()
    await desk.ask(HEAD, "away.new", fields={"first": day, "last": day, "delegate": identity(COLLEAGUE)})
    await desk.sent()
    comment = await log(desk, kind="complaint")
    assert sorted(await desk.sent()) == [("comment", COLLEAGUE), ("comment", OWNER)]
    seen = await desk.see(COLLEAGUE, "comment", ref(comment))
    assert seen is not None
    assert "Answered" in labels(seen.card)
    assert isinstance(await press(desk, COLLEAGUE, "comment.answer", comment), Ask)
    listed = await desk.ask(COLLEAGUE, "comments")
    assert isinstance(listed, Say)
    assert "C-1" in plain(listed.card)
    await desk.ask(HEAD, "away.withdraw", Ref("away", "A-1"), version=1)
    assert await desk.see(COLLEAGUE, "comment", ref(comment)) is None


async def test_one_comment_on_each_of_somebodys_accounts_is_one_message(desk: Desk) -> None:
    desk.school = replace(desk.school, accounts=(PAGE, replace(SHORT, owners=PAGE.owners)))
    desk.dispatch.school = desk.school
    for account in ("page", "short"):
        await log(desk, account=account)
    await desk.sent()
    desk.now += timedelta(hours=23)
    await desk.dispatch.due()
    assert await desk.sent() == [("comments.nag", OWNER)]
    seen = await desk.see(OWNER, "comments.nag", None)
    assert seen is not None
    assert "2 open comments to be dealt with" in plain(seen.card)
