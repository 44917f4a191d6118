"""Every button, for everybody, in every state: allowed exactly where the rules allow."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from handlers.request import Ask, Nothing, Reply, Say, Show
from policy.content import Content
from policy.people import Standing
from policy.post import Decision, Post, State, Verdict, draft
from policy.post.due import schedule
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
    harbour,
    identity,
    known,
)

PEOPLE = (TEACHER, HEAD, DEPUTY, DEPUTY_TWO, OWNER, COLLEAGUE, ADMIN)
DECIDING = {"post.approve": {}, "post.changes.send": {"reason": "Why"}, "post.reject.send": {"reason": "Why"}}
EDIT = {"text": "Changed words", "account": "page"}
VERBS = {
    **DECIDING,
    "post.changes": {},
    "post.reject": {},
    "post.edit": {},
    "post.edit.send": EDIT,
    "post.edit.keep": EDIT,
    "post.finish": {},
    "post.finish.keep": EDIT,
    "post.finish.send": EDIT,
    "post.withdraw": {},
    "post.posted": {},
    "post.posted.send": {},
    "post.open": {},
    "post.history": {},
}
EDITABLE = {State.DRAFT, State.FETCHING, State.WAITING, State.CHANGES, State.APPROVED, State.EXPIRED}
PUBLIC = {State.APPROVED, State.POSTED}


def allowed(verb: str, who: str, author: str, deciders: set[str], state: State) -> bool:
    """The rules once more, written down apart from the code."""
    match verb:
        case "post.approve" | "post.changes" | "post.changes.send" | "post.reject" | "post.reject.send":
            return who in deciders and state is State.WAITING
        case "post.edit" | "post.edit.send" | "post.edit.keep":
            return who == author and state in EDITABLE
        case "post.finish" | "post.finish.keep" | "post.finish.send":
            return who == author and state is State.DRAFT
        case "post.withdraw":
            return who == author and state in EDITABLE - {State.EXPIRED}
        case "post.posted" | "post.posted.send":
            return who in {author, OWNER} and state is State.APPROVED
        case _:
            readers = set() if state in {State.DRAFT, State.FETCHING} else {HEAD, *deciders}
            puts_up = who == OWNER and state in PUBLIC and verb == "post.open"
            return who in {author, *readers} or puts_up


def in_state(post: Post, state: State) -> Post:
    """The post as it would stand, decided by nobody who is asked here."""
    verdicts = {State.CHANGES: Verdict.CHANGES, State.APPROVED: Verdict.APPROVE, State.REJECTED: Verdict.REJECT}
    verdicts[State.POSTED] = Verdict.APPROVE
    unsent = state in (State.DRAFT, State.FETCHING)
    post = replace(post, status=state, waiting_since=None if unsent else MONDAY)
    if state not in verdicts:
        return post
    by = Decision(verdicts[state], "sandbox:demo:gone", "headteacher", post.version, post.fingerprint, MONDAY, "Why")
    return replace(post, decisions=(by,))


def went_through(reply: Reply) -> bool:
    """Whether the answer is what is asked for, not a refusal."""
    if isinstance(reply, Say | Show):
        return re.fullmatch(r"P-\d+(: .*| is on its way| is kept as a draft)", reply.card.title) is not None
    return isinstance(reply, (Ask, Nothing))


SITUATIONS = {
    "the headteacher is in": (TEACHER, {HEAD}, harbour(), None),
    "the headteacher's own post": (HEAD, {DEPUTY, DEPUTY_TWO}, harbour(), None),
    "a deputy's post": (DEPUTY, {HEAD}, harbour(), None),
    "own posts allowed": (HEAD, {HEAD}, harbour(own=True), None),
    "no deputies": (HEAD, set(), harbour(deputies=()), None),
    "away with a delegate": (TEACHER, {HEAD, COLLEAGUE}, harbour(), COLLEAGUE),
    "the delegate's own post": (COLLEAGUE, {HEAD, DEPUTY, DEPUTY_TWO}, harbour(), COLLEAGUE),
    "the headteacher's own post while away": (HEAD, {COLLEAGUE}, harbour(), COLLEAGUE),
    "away with nobody named": (TEACHER, {HEAD, DEPUTY, DEPUTY_TWO}, harbour(), ""),
    "a deputy's post, away with nobody named": (DEPUTY, {HEAD, DEPUTY_TWO}, harbour(), ""),
    "the account owner's post": (OWNER, {HEAD}, harbour(), None),
}


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_every_button_for_everybody_in_every_state(tmp_path: Path, situation: str) -> None:
    author, deciders, school, delegate = SITUATIONS[situation]
    desk = await open_desk(tmp_path / "data", school, *PEOPLE)
    if delegate is not None:
        days = {"first": date(2027, 3, 1), "last": date(2027, 3, 5)}
        named = {"delegate": identity(delegate)} if delegate else {}
        await desk.ask(HEAD, "away.new", fields={**days, **named})
    wrong: list[str] = []
    number = 0
    for state in State:
        for verb, fields in VERBS.items():
            for who in PEOPLE:
                number += 1
                post = await desk.put(made(number, author, state))
                reply = await desk.ask(who, verb, post, fields=dict(fields))
                after = await desk.post(post.id)
                if went_through(reply) != allowed(verb, who, author, deciders, state):
                    wrong.append(f"{verb} by {who} on a post that is {state}: {reply}")
                elif not went_through(reply) and after != post:
                    wrong.append(f"{verb} by {who} was refused and changed the post")
    await desk.store.close()
    assert not wrong, "\n".join(wrong[:10])


def made(number: int, author: str, state: State) -> Post:
    """A post of the author's in a state."""
    post = draft(f"P-{number}", "harbour", str(identity(author)), Content("Words", "page"), (), "5a" * 32, MONDAY)
    return schedule(in_state(post, state), harbour().calendar)


@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.BOT, Standing.DEACTIVATED, Standing.EXTERNAL])
async def test_accounts_that_are_not_full_members_can_do_nothing(desk: Desk, standing: Standing) -> None:
    post = await desk.write(TEACHER)
    await desk.dispatch.met(known(HEAD, standing))
    for verb, fields in VERBS.items():
        reply = await desk.ask(HEAD, verb, post, fields=dict(fields))
        assert isinstance(reply, Say)
        assert "cannot help you here" in reply.card.title
    assert await desk.post(post.id) == post


async def test_blocked_people_outsiders_and_strangers_can_do_nothing(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    outsider, nobody = identity("eve"), identity("nobody")
    desk.strangers[outsider] = replace(known("eve"), email="eve@elsewhere.example")
    desk.strangers[nobody] = None
    for who in (identity("blocked"), outsider, nobody):
        for verb, fields in {**VERBS, "draftpost": {}, "post.new": EDIT, "posts": {}, "away": {}}.items():
            reply = await desk.ask(who, verb, post, fields=dict(fields))
            assert isinstance(reply, Say), (who, verb)
            said = "could not find out who you are" if who == nobody else "cannot help you here"
            assert said in reply.card.title
    assert await desk.post(post.id) == post


async def test_a_right_is_looked_up_at_the_moment_of_the_press(desk: Desk) -> None:
    fields = {"first": date(2027, 3, 1), "last": date(2027, 3, 2), "delegate": identity(COLLEAGUE)}
    await desk.ask(HEAD, "away.new", fields=fields)
    post = await desk.write(TEACHER)
    desk.now += timedelta(days=2)
    reply = await desk.ask(COLLEAGUE, "post.approve", post)
    assert isinstance(reply, Say)
    assert "not yours to decide" in reply.card.title


async def test_a_word_that_is_no_verb_does_not_reach_the_log(desk: Desk) -> None:
    with capture_logs() as logs:
        await desk.ask(identity("blocked"), "quokka")
    assert logs
    assert "quokka" not in str(logs)
