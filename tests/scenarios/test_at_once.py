"""Two people at the same moment, on Slack over signed HTTP: one outcome, and each is told the truth of it."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

from bot.app import Program
from policy.post import State, Verdict
from tests.fakes.school import DEPUTY, DEPUTY_TWO, HEAD, TEACHER
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_desk import user
from tests.scenarios.serving import audited, enrol, post_of, quiet, serving
from tests.scenarios.test_story import PATIENCE, School

TIMES = 50


async def together(*doings: Awaitable[object], swapped: bool) -> None:
    """All of them begun in one go, now in this order and now in that."""
    await asyncio.gather(*(reversed(doings) if swapped else doings))


async def close_all(slack: FakeSlack, *names: str) -> None:
    """They close the windows they have read."""
    for view in [view for name in names for view in slack.modals(user(name))]:
        await slack.close(view.user, view)


async def decided_once(program: Program, id: str) -> Verdict:
    """The one decision on a post, in the record as in the audit."""
    post = await post_of(program, id)
    assert len(post.decisions) == 1, post.decisions
    verdict = post.decisions[0].verdict
    assert post.status is {Verdict.APPROVE: State.APPROVED, Verdict.REJECT: State.REJECTED}[verdict]
    return verdict


async def test_approve_and_reject_at_the_same_moment(tmp_path: Path) -> None:
    dev, dora = user(DEPUTY), user(DEPUTY_TWO)
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        seen: list[Verdict] = []
        async with serving(slack, tmp_path / "data") as program:
            for number in range(1, TIMES + 1):
                await close_all(slack, HEAD, DEPUTY_TWO)
                await school.draft(HEAD, f"Number {number}.")
                mine, theirs = [
                    await school.card(each, f"P-{number}:", button="Approve") for each in (DEPUTY, DEPUTY_TWO)
                ]
                form = await school.form(DEPUTY_TWO, theirs, "Reject")
                whispers = len(slack.ephemerals)
                approve = slack.press(dev, mine, "Approve")
                reject = slack.submit(dora, form, {"The reason": "Not now"})
                await together(approve, reject, swapped=number % 2 == 0)
                seen.append(await decided_once(program, f"P-{number}"))
                if seen[-1] is Verdict.APPROVE:
                    assert f"P-{number} was already approved by Dev" in form.shown_text()
                    assert len(slack.ephemerals) == whispers
                else:
                    told = await slack.until(lambda at=whispers: slack.ephemerals[at:], PATIENCE)  # type: ignore[misc]
                    assert [each.ephemeral_to for each in told] == [dev]
                    assert f"P-{number} was already rejected by Dora" in told[0].shown_text()
            assert {Verdict.APPROVE, Verdict.REJECT} == set(seen), "each of them came first now and then"
            await quiet(program)
            rows = [row.entry.verb for row in await audited(program)]
            assert rows.count("post.approve") + rows.count("post.reject.send") == TIMES
            assert [rows.count("post.approve"), rows.count("post.reject.send")] == [
                seen.count(Verdict.APPROVE),
                seen.count(Verdict.REJECT),
            ]
            for name in (DEPUTY, DEPUTY_TWO):
                cards = slack.inbox(user(name))
                assert len(cards) == TIMES
                assert not any(card.buttons() for card in cards)


async def test_approve_twice_at_the_same_moment_counts_once(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data") as program:
            for number in range(1, TIMES + 1):
                await close_all(slack, HEAD, DEPUTY_TWO)
                await school.draft(HEAD, f"Number {number}.")
                cards = {
                    name: await school.card(name, f"P-{number}:", button="Approve") for name in (DEPUTY, DEPUTY_TWO)
                }
                presses = [slack.press(user(name), card, "Approve") for name, card in cards.items()]
                await together(*presses, swapped=number % 2 == 0)
                assert await decided_once(program, f"P-{number}") is Verdict.APPROVE
                winner = (await post_of(program, f"P-{number}")).decisions[0].by.rpartition(":")[2]
                told = await slack.until(lambda at=number: slack.ephemerals[at - 1 :], PATIENCE)  # type: ignore[misc]
                name = {user(DEPUTY): "Dev", user(DEPUTY_TWO): "Dora"}[winner]
                assert f"already approved by {name}" in told[0].shown_text()
                assert told[0].ephemeral_to != winner
            await quiet(program)
            assert len(slack.ephemerals) == TIMES


async def test_an_edit_and_a_decision_at_the_same_moment(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        approved = 0
        async with serving(slack, tmp_path / "data") as program:
            for number in range(1, TIMES + 1):
                await close_all(slack, TEACHER)
                await school.draft(TEACHER, f"Number {number}.")
                card = await school.card(HEAD, f"P-{number}:", button="Approve")
                own = await school.card(TEACHER, f"P-{number}:", button="Edit")
                form = await school.form(TEACHER, own, "Edit")
                press = slack.press(user(HEAD), card, "Approve")
                change = slack.submit(user(TEACHER), form, {"Text": f"Number {number}, changed."})
                await together(press, change, swapped=number % 2 == 0)
                post = await post_of(program, f"P-{number}")
                assert (post.version, post.status, post.approval) == (2, State.WAITING, None)
                assert post.content.text == f"Number {number}, changed."
                assert all(decision.version == 1 for decision in post.decisions)
                approved += len(post.decisions)
            await quiet(program)
            refused = [
                each for each in slack.ephemerals if "has changed since this card was drawn" in each.shown_text()
            ]
            assert len(refused) == TIMES - approved
            assert all(each.ephemeral_to == user(HEAD) for each in refused)
