"""Two people at the same moment, on every chat: one outcome, and each is told the truth of it."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest

from bot.app import Program
from policy.people import Person
from policy.post import State, Verdict
from tests.fakes.school import DEPUTY, DEPUTY_TWO, HEAD, TEACHER
from tests.scenarios.chats import CHATS
from tests.scenarios.school import School
from tests.scenarios.serving import audited, post_of, quiet, serving

pytestmark = pytest.mark.parametrize("on", [name for name in CHATS if name != "slack by socket"])

TIMES = 50


async def together(*doings: Awaitable[object], swapped: bool) -> None:
    """All of them begun in one go, now in this order and now in that."""
    await asyncio.gather(*(reversed(doings) if swapped else doings))


async def name_of(program: Program, id: str) -> str:
    """Somebody's name, by the id in a record."""
    async with program.dispatch.store.transaction("harbour") as tx:
        found = await tx.get(Person, id)
    assert found is not None
    return found.name


async def decided_once(program: Program, id: str) -> Verdict:
    """The one decision on a post, in the record as in the audit."""
    post = await post_of(program, id)
    assert len(post.decisions) == 1, post.decisions
    verdict = post.decisions[0].verdict
    assert post.status is {Verdict.APPROVE: State.APPROVED, Verdict.REJECT: State.REJECTED}[verdict]
    return verdict


async def test_approve_and_reject_at_the_same_moment(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        seen: list[Verdict] = []
        async with serving(chat, tmp_path / "data") as program:
            for number in range(1, TIMES + 1):
                await chat.tidy(HEAD, DEPUTY_TWO)
                await school.draft(HEAD, f"Number {number}.")
                mine, theirs = [
                    await school.card(each, f"P-{number}:", button="Approve") for each in (DEPUTY, DEPUTY_TWO)
                ]
                form = await school.form(DEPUTY_TWO, theirs, "Reject")
                whispers = len(chat.whispers(DEPUTY))
                approve = school.press(DEPUTY, mine, "Approve")
                reject = school.send(DEPUTY_TWO, form, {"The reason": "Not now"})
                await together(approve, reject, swapped=number % 2 == 0)
                seen.append(await decided_once(program, f"P-{number}"))
                if seen[-1] is Verdict.APPROVE:
                    assert f"P-{number} was already approved by Dev" in form.shown_text()
                    assert len(chat.whispers(DEPUTY)) == whispers
                else:
                    told = await school.until(lambda at=whispers: chat.whispers(DEPUTY)[at:])  # type: ignore[misc]
                    assert f"P-{number} was already rejected by Dora" in told[0]
            assert {Verdict.APPROVE, Verdict.REJECT} == set(seen), "each of them came first now and then"
            await quiet(program)
            rows = [row.entry.verb for row in await audited(program)]
            assert rows.count("post.approve") + rows.count("post.reject.send") == TIMES
            assert [rows.count("post.approve"), rows.count("post.reject.send")] == [
                seen.count(Verdict.APPROVE),
                seen.count(Verdict.REJECT),
            ]
            for name in (DEPUTY, DEPUTY_TWO):
                cards = school.inbox(name)
                assert len(cards) == TIMES
                assert not any(card.buttons() for card in cards)


async def test_approve_twice_at_the_same_moment_counts_once(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data") as program:
            for number in range(1, TIMES + 1):
                await chat.tidy(HEAD, DEPUTY_TWO)
                await school.draft(HEAD, f"Number {number}.")
                cards = {
                    name: await school.card(name, f"P-{number}:", button="Approve") for name in (DEPUTY, DEPUTY_TWO)
                }
                presses = [school.press(name, card, "Approve") for name, card in cards.items()]
                await together(*presses, swapped=number % 2 == 0)
                assert await decided_once(program, f"P-{number}") is Verdict.APPROVE
                winner = await name_of(program, (await post_of(program, f"P-{number}")).decisions[0].by)
                late = DEPUTY_TWO if winner == DEPUTY.title() else DEPUTY
                said = f"P-{number} was already approved by {winner}"
                await school.until(lambda who=late, said=said: any(said in each for each in chat.whispers(who)))  # type: ignore[misc]
            await quiet(program)
            told = [said for name in (DEPUTY, DEPUTY_TWO) for said in chat.whispers(name) if "was already" in said]
            assert len(told) == TIMES


async def test_an_edit_and_a_decision_at_the_same_moment(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        approved = 0
        async with serving(chat, tmp_path / "data") as program:
            for number in range(1, TIMES + 1):
                await chat.tidy(TEACHER)
                await school.draft(TEACHER, f"Number {number}.")
                card = await school.card(HEAD, f"P-{number}:", button="Approve")
                own = await school.card(TEACHER, f"P-{number}:", button="Edit")
                form = await school.form(TEACHER, own, "Edit")
                press = school.press(HEAD, card, "Approve")
                change = school.send(TEACHER, form, {"Text": f"Number {number}, changed."})
                await together(press, change, swapped=number % 2 == 0)
                post = await post_of(program, f"P-{number}")
                assert (post.version, post.status, post.approval) == (2, State.WAITING, None)
                assert post.content.text == f"Number {number}, changed."
                assert all(decision.version == 1 for decision in post.decisions)
                approved += len(post.decisions)
            await quiet(program)
            refused = [said for said in chat.whispers(HEAD) if "has changed since this card was drawn" in said]
            assert len(refused) == TIMES - approved
