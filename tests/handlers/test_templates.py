"""Wordings through the desk: proposed, decided on by whoever may, used while they are approved, reminded of."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cards.model import Card, Difference, Quote, Row
from cards.text import plain
from handlers.entries import Kind
from handlers.request import Ask, Invalid, Nothing, Reply, Say, Show
from handlers.templates import REGISTRY, usable
from handlers.templates.views import LONGEST_LIST
from handlers.turn import Scene
from policy.account import Account, Platform
from policy.people import Role
from policy.record import Ref, ref
from policy.template import State, Template, Use, propose
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import (
    ADMIN,
    COLLEAGUE,
    DEPUTY,
    DEPUTY_TWO,
    HEAD,
    MONDAY,
    OWNER,
    TEACHER,
    email,
    harbour,
    identity,
    known,
    person,
)

HOUR = timedelta(hours=1)
WORDS = "Thank you for telling us. We are looking into it."
PEOPLE = (TEACHER, HEAD, DEPUTY, DEPUTY_TWO, OWNER, COLLEAGUE, ADMIN)


def form(**more: Any) -> dict[str, Any]:
    """The form of a wording, filled in."""
    return {"name": "We have seen it", "text": WORDS, "use": "acknowledges", "account": "page"} | more


async def send(desk: Desk, who: str = TEACHER, **more: Any) -> Template:
    """A wording that somebody has proposed, as it stands."""
    reply = await desk.ask(who, "template.new", fields=form(**more))
    assert isinstance(reply, Say), reply
    assert not reply.refused, reply
    return await latest(desk)


async def latest(desk: Desk) -> Template:
    """The wording proposed last."""
    async with desk.store.transaction("harbour") as tx:
        return (await tx.find(Template, limit=1))[0]


async def now(desk: Desk, template: Template) -> Template:
    """The wording as it stands."""
    async with desk.store.transaction("harbour") as tx:
        found = await tx.get(Template, template.id)
        assert found is not None
        return found


async def press(desk: Desk, who: str, verb: str, template: Template, **more: Any) -> Reply:
    """Somebody presses a button of the wording as it was, or sends a form about it."""
    return await desk.ask(who, verb, ref(template), version=template.version, **more)


async def approve(desk: Desk, template: Template, who: str = HEAD) -> Template:
    """The wording after somebody has approved it."""
    assert isinstance(await press(desk, who, "template.approve", template), Nothing)
    return await now(desk, template)


async def may_use(desk: Desk, account: str) -> list[str]:
    """The names of what may be used on the account, in their order."""
    async with desk.store.transaction("harbour") as tx:
        return [each.name for each in await usable(Scene(tx, desk.school, desk.now, person(OWNER)), account)]


async def at(desk: Desk, moment: datetime) -> list[tuple[str, str]]:
    """What is sent when the clock comes to the moment."""
    desk.now = moment
    while await desk.dispatch.due():
        pass
    return await desk.sent()


async def card(desk: Desk, who: str, view: str, template: Template | None) -> Card:
    """A view as somebody sees it now."""
    drawn = await desk.see(who, view, ref(template) if template else None)
    assert drawn is not None
    return drawn.card


def labels(shown: Card) -> list[str]:
    """What can be pressed on a card, under its rows and beneath it."""
    in_rows = [button for part in shown.body if isinstance(part, Row) for button in part.buttons]
    return [button.label for button in (*in_rows, *shown.buttons)]


async def listed(desk: Desk, who: str) -> Card:
    """The answer to /templates."""
    reply = await desk.ask(who, "templates")
    assert isinstance(reply, Say)
    return reply.card


def refusal(reply: Reply) -> str:
    """What somebody was told who was refused."""
    assert isinstance(reply, Say), reply
    assert reply.refused
    return plain(reply.card)


async def be_away(desk: Desk, delegate: str = "") -> None:
    """The headteacher is away this week."""
    named = {"delegate": identity(delegate)} if delegate else {}
    await desk.ask(HEAD, "away.new", fields={"first": date(2027, 3, 1), "last": date(2027, 3, 5), **named})


async def test_a_wording_goes_to_the_head_and_may_be_used_once_approved(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "template.new", fields=form())
    assert isinstance(reply, Say)
    assert "It is with Helen. You will be told when it is decided." in reply.card.summary
    async with desk.store.transaction("harbour") as tx:
        (template,) = await tx.find(Template, limit=5)
    assert await desk.sent() == [("template", TEACHER), ("template", HEAD)]
    assert await may_use(desk, "page") == []

    shown = await card(desk, HEAD, "template", template)
    assert [button.label for button in shown.buttons] == ["Approve", "Reject"]
    assert WORDS in plain(shown)
    await approve(desk, template)
    assert await desk.sent() == [("template.decided", TEACHER)]
    told = await card(desk, TEACHER, "template.decided", template)
    assert "Approved by Helen. It may be used word for word." in told.summary
    assert await may_use(desk, "page") == ["We have seen it"]
    row = (await desk.audit())[-1].entry
    assert (row.verb, str(row.record), row.version, row.authority) == (
        "template.approve",
        "template/T-1",
        1,
        "headteacher",
    )
    assert row.fingerprint == template.fingerprint


async def test_it_is_rejected_with_a_reason_that_the_author_reads(desk: Desk) -> None:
    template = await send(desk)
    asked = await press(desk, HEAD, "template.reject", template)
    assert isinstance(asked, Ask)
    without = await press(desk, HEAD, "template.reject.send", template, fields={"reason": " "})
    assert isinstance(without, Invalid)
    assert set(without.errors) == {"reason"}
    await desk.outbox()
    reply = await press(desk, HEAD, "template.reject.send", template, fields={"reason": "It is too curt."})
    assert isinstance(reply, Nothing)
    assert (await now(desk, template)).status is State.REJECTED
    assert await desk.sent() == [("template.decided", TEACHER)]
    told = await card(desk, TEACHER, "template.decided", template)
    assert Quote("It is too curt.") in told.body
    assert labels(told) == ["Edit"]
    assert await may_use(desk, "page") == []


async def test_an_edit_takes_the_approved_words_out_of_use_until_they_are_approved_anew(desk: Desk) -> None:
    template = await approve(desk, await send(desk))
    asked = await press(desk, TEACHER, "template.edit", template)
    assert isinstance(asked, Ask)
    assert "may not be used any more once you send this" in asked.form.note
    await desk.outbox()
    await press(desk, TEACHER, "template.edit.send", template, fields=form(text="We have read it."))
    assert await may_use(desk, "page") == []
    assert await desk.sent() == [("template", HEAD)]
    changed = await now(desk, template)
    shown = await card(desk, HEAD, "template", changed)
    assert Difference("Text", WORDS, "We have read it.") in shown.body
    assert "The approval of version 1 no longer counts" in plain(shown)
    stale = await press(desk, HEAD, "template.approve", template)
    assert isinstance(stale, Say)
    assert "has changed since this card was drawn" in plain(stale.card)
    assert (await now(desk, template)).status is State.PROPOSED
    await approve(desk, changed)
    assert await may_use(desk, "page") == ["We have seen it"]


async def test_sending_the_same_words_again_changes_nothing(desk: Desk) -> None:
    template = await approve(desk, await send(desk))
    reply = await press(desk, TEACHER, "template.edit.send", template, fields=form())
    assert "Nothing was changed in T-1" in refusal(reply)
    assert await may_use(desk, "page") == ["We have seen it"]


async def test_what_may_be_used_is_by_account_and_by_name_and_fits(desk: Desk) -> None:
    for name, more in {
        "b page": {"account": "page"},
        "C everywhere": {"account": "*"},
        "a short": {"account": "short", "use": "answers"},
    }.items():
        await approve(desk, await send(desk, name=name, **more))
    await send(desk, name="Not decided yet")
    assert await may_use(desk, "page") == ["b page", "C everywhere"]
    assert await may_use(desk, "short") == ["a short", "C everywhere"]
    assert await may_use(desk, "gone") == []

    long = propose("T-9", "harbour", str(identity(TEACHER)), "Long", "x" * 400, "", Use.ANSWERS, "5a" * 32, MONDAY)
    async with desk.store.transaction("harbour") as tx:
        tx.put(long)
    await approve(desk, long)
    assert "Long" in await may_use(desk, "page")
    assert "Long" not in await may_use(desk, "short")


async def test_words_that_differ_from_what_was_approved_are_not_used(desk: Desk) -> None:
    template = await approve(desk, await send(desk))
    async with desk.store.transaction("harbour") as tx:
        tx.put(replace(template, text="Something nobody approved"))
    assert await may_use(desk, "page") == []


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": "  "}, "name"),
    "a name that is too long": ({"name": "x" * 61}, "name"),
    "no words": ({"text": " \n "}, "text"),
    "too long for the account": ({"text": "x" * 281, "account": "short"}, "text"),
    "too long for one of every account": ({"text": "x" * 281, "account": "*"}, "text"),
    "an account the school has not": ({"account": "elsewhere"}, "account"),
    "no use": ({"use": None}, "use"),
    "another use": ({"use": "deletes"}, "use"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_cannot_be_taken_comes_back_with_the_reason_beside_its_field(desk: Desk, what: str) -> None:
    given, field = WRONG[what]
    template = await send(desk)
    for verb, record in (("template.new", None), ("template.edit.send", ref(template))):
        fields = form(name="Another") | given
        reply = await desk.ask(TEACHER, verb, record, version=1, fields=fields)
        assert isinstance(reply, Invalid), (what, reply)
        assert set(reply.errors) == {field}
        assert reply.values == fields
        assert field in {part.name for part in reply.form.fields}
    assert await now(desk, template) == template


async def test_two_wordings_in_use_never_have_one_name(desk: Desk) -> None:
    first = await send(desk)
    taken = await desk.ask(COLLEAGUE, "template.new", fields=form(name="we HAVE  seen it"))
    assert isinstance(taken, Invalid)
    assert "a wording of that name already: T-1" in taken.errors["name"]
    await press(desk, TEACHER, "template.withdraw", first)
    second = await send(desk, COLLEAGUE)
    same = await press(desk, COLLEAGUE, "template.edit.send", second, fields=form(text="Other words"))
    assert isinstance(same, Say)
    assert not same.refused


async def test_of_one_name_sent_by_several_at_one_moment_one_is_taken(desk: Desk) -> None:
    people = (TEACHER, COLLEAGUE, OWNER)
    replies = await asyncio.gather(*(desk.ask(who, "template.new", fields=form(name="Seen")) for who in people))
    assert sorted(type(reply).__name__ for reply in replies) == ["Invalid", "Invalid", "Say"]
    async with desk.store.transaction("harbour") as tx:
        assert len(await tx.find(Template)) == 1


async def test_a_right_to_decide_is_told_without_calling_a_wording_a_post(desk: Desk) -> None:
    template = await approve(desk, await send(desk, HEAD, name="The head's"), DEPUTY)
    said = plain(await card(desk, TEACHER, "template", template))
    assert "as deputy headteacher, because it is the headteacher's own." in said


async def test_without_an_account_it_is_for_every_one(desk: Desk) -> None:
    template = await send(desk, account=None)
    assert template.account == ""
    assert "Every account" in plain(await card(desk, HEAD, "template", template))


async def test_a_delegate_decides_by_a_right_that_is_quoted(desk: Desk) -> None:
    await be_away(desk, COLLEAGUE)
    await desk.outbox()
    template = await send(desk)
    assert await desk.sent() == [("template", TEACHER), ("template", COLLEAGUE)]
    await approve(desk, template, COLLEAGUE)
    right = "for the headteacher, who is away until 5 March 2027 (A-1)"
    assert (await desk.audit())[-1].entry.authority == right
    assert right in plain(await card(desk, TEACHER, "template.decided", template))


async def test_whoever_decided_still_sees_it_when_they_no_longer_stand_in(desk: Desk) -> None:
    await be_away(desk, COLLEAGUE)
    template = await send(desk)
    await press(desk, COLLEAGUE, "template.reject.send", template, fields={"reason": "Why"})
    desk.now += timedelta(days=7)
    assert "Rejected by Cara" in plain(await card(desk, COLLEAGUE, "template", template))
    assert await desk.see(OWNER, "template", ref(template)) is None


async def test_the_head_sees_what_somebody_proposed_who_is_no_longer_known(desk: Desk) -> None:
    gone = propose("T-9", "harbour", "slack:T1:U9", "Left", WORDS, "page", Use.ANSWERS, "5a" * 32, MONDAY)
    async with desk.store.transaction("harbour") as tx:
        tx.put(gone)
    assert "somebody who has left" in plain(await card(desk, HEAD, "template", gone))
    assert await desk.see(COLLEAGUE, "template", ref(gone)) is None
    assert isinstance(await press(desk, HEAD, "template.approve", gone), Say)
    assert (await now(desk, gone)).status is State.PROPOSED


async def test_nobody_decides_on_their_own(desk: Desk) -> None:
    template = await send(desk, HEAD)
    assert [name for _, name in await desk.sent()] == [HEAD, DEPUTY, DEPUTY_TWO]
    assert "You cannot decide on your own wording" in refusal(await press(desk, HEAD, "template.approve", template))
    assert "Approve" not in labels(await card(desk, HEAD, "template", template))
    await approve(desk, template, DEPUTY)
    second = await press(desk, DEPUTY_TWO, "template.reject", template)
    assert "T-1 was already approved by Dev" in refusal(second)


RULES: dict[str, dict[State, set[str]]] = {
    "template.approve": {State.PROPOSED: {HEAD}},
    "template.reject": {State.PROPOSED: {HEAD}},
    "template.reject.send": {State.PROPOSED: {HEAD}},
    "template.edit": {state: {TEACHER} for state in State if state is not State.RETIRED},
    "template.edit.send": {state: {TEACHER} for state in State if state is not State.RETIRED},
    "template.withdraw": {State.PROPOSED: {TEACHER}, State.APPROVED: {TEACHER, HEAD}},
    "template.open": {state: {TEACHER, HEAD} for state in State} | {State.APPROVED: set(PEOPLE)},
}
"""Who may do what with the teacher's wording while the headteacher is in."""


def test_every_button_and_form_about_a_wording_is_in_the_rules() -> None:
    about = {verb for verb, spec in REGISTRY.specs.items() if spec.record is Template}
    assert about == set(RULES)
    assert {verb for verb, spec in REGISTRY.specs.items() if spec.kind is Kind.COMMAND} == {"templates"}


@pytest.mark.parametrize("verb", RULES)
async def test_every_button_for_everybody_in_every_state(desk: Desk, verb: str) -> None:
    fields = form(text="Other words", reason="Why")
    for state in State:
        for who in PEOPLE:
            template = await in_state(desk, state)
            reply = await press(desk, who, verb, template, fields=fields)
            went = not (isinstance(reply, Say) and reply.refused)
            assert went is (who in RULES[verb].get(state, set())), (verb, state, who, reply)
            if not went:
                assert await now(desk, template) == template
            await forget(desk, template)


async def in_state(desk: Desk, state: State) -> Template:
    """The teacher's wording in a state, brought there by the headteacher."""
    template = await send(desk)
    match state:
        case State.APPROVED:
            return await approve(desk, template)
        case State.REJECTED:
            await press(desk, HEAD, "template.reject.send", template, fields={"reason": "Why"})
        case State.RETIRED:
            await press(desk, TEACHER, "template.withdraw", template)
        case State.PROPOSED:
            pass
    return await now(desk, template)


async def forget(desk: Desk, template: Template) -> None:
    """Take the wording away, so that its name is free."""
    rev = (await now(desk, template)).rev
    async with desk.store.transaction("harbour") as tx:
        tx.delete(Template, template.id, rev)


async def test_what_is_not_theirs_to_see_is_as_if_it_were_not_there(desk: Desk) -> None:
    template = await send(desk)
    hidden = await press(desk, COLLEAGUE, "template.open", template)
    missing = await desk.ask(COLLEAGUE, "template.open", Ref("template", "T-99"))
    assert refusal(hidden) == refusal(missing)
    assert await desk.see(COLLEAGUE, "template", ref(template)) is None
    assert await desk.see(COLLEAGUE, "template.whole", ref(template)) is None
    await approve(desk, template)
    shown = await press(desk, COLLEAGUE, "template.open", template)
    assert isinstance(shown, Show)
    assert labels(shown.card) == []
    assert WORDS in plain(shown.card)


async def test_the_head_withdraws_what_was_approved_and_its_author_hears_of_it(desk: Desk) -> None:
    template = await approve(desk, await send(desk))
    await desk.outbox()
    assert isinstance(await press(desk, HEAD, "template.withdraw", template), Nothing)
    assert await desk.sent() == [("template.decided", TEACHER)]
    assert "Withdrawn by Helen" in plain(await card(desk, TEACHER, "template.decided", template))
    assert await may_use(desk, "page") == []
    assert (await desk.audit())[-1].entry.authority == "headteacher"


async def test_the_author_who_withdraws_is_not_told_of_it(desk: Desk) -> None:
    template = await approve(desk, await send(desk))
    await desk.outbox()
    await press(desk, TEACHER, "template.withdraw", template)
    assert await desk.sent() == []
    assert labels(await card(desk, TEACHER, "template", template)) == []


async def test_the_list_holds_the_words_and_what_each_may_do_with_them(desk: Desk) -> None:
    empty = await listed(desk, COLLEAGUE)
    assert "No wording is approved yet" in plain(empty)
    assert labels(empty) == ["Propose a wording"]
    await approve(desk, await send(desk))
    await send(desk, name="Waiting still", text="Words that wait")
    expected = {
        TEACHER: (True, ["Edit", "Withdraw", "Open", "Edit", "Withdraw", "Open", "Propose a wording"]),
        HEAD: (True, ["Withdraw", "Open", "Open", "Propose a wording"]),
        COLLEAGUE: (False, ["Open", "Propose a wording"]),
    }
    for who, (waits, pressed) in expected.items():
        found = await listed(desk, who)
        assert Quote(WORDS) in found.body
        assert (Quote("Words that wait") in found.body) is waits
        assert labels(found) == pressed
        assert found.summary == "1 wording may be used."


async def test_a_long_list_goes_on_behind_more_and_shows_each_once(desk: Desk) -> None:
    names = [f"Wording {letter}" for letter in "hgfedcba"]
    for name in names:
        await approve(desk, await send(desk, name=name))
        await send(desk, name=f"{name} again")
    first = await listed(desk, TEACHER)
    parts = [button for part in first.body if isinstance(part, Row) for button in part.buttons if part.detail == ""]
    assert [button.label for button in parts] == ["More", "More"]
    seen = titles(first)
    for button in parts:
        reply = await desk.ask(TEACHER, button.verb, payload=dict(button.payload))
        assert isinstance(reply, Say)
        assert "More" not in labels(reply.card)
        seen += titles(reply.card)
    assert len(titles(first)) == 2 * LONGEST_LIST
    assert titles(first)[:LONGEST_LIST] == sorted(names)[:LONGEST_LIST]
    assert sorted(seen) == sorted([*names, *(f"{name} again" for name in names)])


def titles(shown: Card) -> list[str]:
    """The names in a list."""
    return [part.title.partition(": ")[2] for part in shown.body if isinstance(part, Row) and part.detail]


@pytest.mark.parametrize("payload", [{}, {"part": "else", "skip": "5"}, {"part": "approved", "skip": "x"}])
async def test_a_page_that_nobody_offered_is_the_first(desk: Desk, payload: dict[str, str]) -> None:
    await approve(desk, await send(desk))
    reply = await desk.ask(TEACHER, "templates.more", payload=payload)
    assert isinstance(reply, Say)
    assert titles(reply.card) == ["We have seen it"]


async def test_after_four_staffed_hours_and_then_one_digest_each_working_morning(desk: Desk) -> None:
    await send(desk, name="One")
    desk.now += timedelta(seconds=30)
    await send(desk, name="Two")
    await desk.outbox()
    assert await at(desk, MONDAY + 4 * HOUR - timedelta(seconds=1)) == []
    assert await at(desk, MONDAY + 4 * HOUR + timedelta(seconds=30)) == [("template.nag", HEAD)] * 2
    assert await at(desk, MONDAY + 10 * HOUR) == []
    for day in (2, 3):
        assert await at(desk, datetime(2027, 3, day, 7, 59, tzinfo=UTC)) == []
        assert await at(desk, datetime(2027, 3, day, 8, 0, tzinfo=UTC)) == [("templates.digest", HEAD)]
    digest = await card(desk, HEAD, "templates.digest", None)
    assert titles(digest) == ["One", "Two"]
    assert "2 wordings wait for your decision" in digest.summary
    assert labels(digest) == ["Open", "Open"]


async def test_one_digest_a_morning_also_while_messages_are_being_sent(desk: Desk) -> None:
    for number in range(5):
        await send(desk, name=f"Number {number}")
    await at(desk, MONDAY + 5 * HOUR)
    desk.now = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    sent: list[tuple[str, str]] = []
    while await desk.dispatch.due(limit=1):
        sent += await desk.sent()
    assert sent == [("templates.digest", HEAD)]


async def test_nothing_is_said_of_what_has_been_decided_meanwhile(desk: Desk) -> None:
    template = await send(desk)
    await at(desk, MONDAY + 4 * HOUR)
    await approve(desk, template)
    assert await desk.dispatch.draw("template.nag", ref(template), str(identity(HEAD)), first=True) is None
    assert (await card(desk, HEAD, "template.nag", template)).buttons == ()
    assert await desk.see(HEAD, "templates.digest", None) is None
    await desk.outbox()
    assert await at(desk, MONDAY + timedelta(days=30)) == []


async def test_reminders_go_to_whoever_stands_in(desk: Desk) -> None:
    template = await send(desk)
    await be_away(desk, COLLEAGUE)
    await desk.outbox()
    assert await at(desk, MONDAY + 4 * HOUR) == [("template.nag", COLLEAGUE)]
    assert labels(await card(desk, COLLEAGUE, "template.nag", template)) == ["Approve", "Reject"]


async def test_with_nobody_to_decide_the_author_is_told_once(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", harbour(deputies=()), HEAD, TEACHER)
    await be_away(desk)
    reply = await desk.ask(TEACHER, "template.new", fields=form())
    assert isinstance(reply, Say)
    assert "Nobody can decide on it just now" in reply.card.summary
    await desk.outbox()
    assert await at(desk, MONDAY + 4 * HOUR) == [("template.nobody", TEACHER)]
    template = Ref("template", "T-1")
    drawn = await desk.see(TEACHER, "template.nobody", template)
    assert drawn is not None
    assert "nobody can decide" in drawn.card.summary
    await desk.store.close()


async def test_whoever_decides_and_is_met_later_gets_what_waits_once(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", harbour(deputies=()), TEACHER)
    await send(desk)
    assert await desk.sent() == [("template", TEACHER)]
    await desk.dispatch.met(known(COLLEAGUE))
    assert await desk.sent() == []
    await desk.dispatch.met(known(HEAD))
    assert await desk.sent() == [("template", HEAD)]
    await desk.store.close()


async def test_home_shows_what_waits_for_whoever_decides(desk: Desk) -> None:
    await send(desk)
    for who, waits in ((HEAD, True), (TEACHER, False), (DEPUTY, False)):
        home = await desk.ask(who, "home")
        assert isinstance(home, Say)
        assert ("T-1: We have seen it" in plain(home.card)) is waits


async def test_a_redelivery_makes_no_second_one(desk: Desk) -> None:
    for _ in range(3):
        await desk.ask(TEACHER, "template.new", key="same", fields=form())
    async with desk.store.transaction("harbour") as tx:
        assert len(await tx.find(Template, limit=5)) == 1
    assert await desk.sent() == [("template", TEACHER), ("template", HEAD)]


async def test_the_receipt_and_the_heads_card_say_what_to_look_at_twice(desk: Desk) -> None:
    words = "Please ring Mrs Jones on 07700 900123."
    reply = await desk.ask(TEACHER, "template.new", fields=form(text=words))
    assert isinstance(reply, Say)
    for shown in (reply.card, await card(desk, HEAD, "template", await latest(desk))):
        assert "There is a telephone number here" in plain(shown)


async def test_a_wording_for_an_account_that_is_gone_says_so(desk: Desk) -> None:
    template = await approve(desk, await send(desk))
    other = Account("site", "Website", Platform.WEBSITE, "Website", "https://example.org")
    desk.school = replace(desk.school, accounts=(other,))
    desk.dispatch.school = desk.school
    assert "an account the school no longer has" in plain(await card(desk, TEACHER, "template", template))
    assert await may_use(desk, "page") == []


async def test_a_role_is_looked_up_at_the_moment_of_the_press(desk: Desk) -> None:
    template = await send(desk)
    desk.settle(roles=((Role.HEADTEACHER, (email(OWNER),)),))
    assert "This is not yours to decide" in refusal(await press(desk, HEAD, "template.approve", template))
    await approve(desk, template, OWNER)


async def test_whoever_stands_in_gets_the_wordings_that_wait(desk: Desk) -> None:
    await send(desk)
    await desk.sent()
    today = desk.school.calendar.today(desk.now)
    away = {"first": today, "last": today, "delegate": identity(COLLEAGUE)}
    await desk.ask(HEAD, "away.new", fields=away)
    assert ("template", COLLEAGUE) in await desk.sent()
