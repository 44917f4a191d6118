"""The head away, on Slack: a delegate with dates decides by a right that is written down, or the deputies do."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from policy.post import State
from tests.fakes.school import COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, MONDAY, TEACHER, harbour
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_desk import user
from tests.scenarios.serving import HandClock, audited, enrol, post_of, quiet, serving, settled, told_after
from tests.scenarios.test_story import School

TODAY, FRIDAY = date(2027, 3, 1), date(2027, 3, 5)
AUTHORITY = "for the headteacher, who is away until 5 March 2027 (A-1)"


async def be_away(slack: FakeSlack, name: str, delegate: str = "", last: date = FRIDAY) -> str:
    """Somebody says when they are away, and who acts for them; what the receipt says."""
    form = await (await slack.command(user(name), "/away")).opened()
    answers = {"When: first day away": TODAY, "When: last day away": last}
    named = {"Who acts for you": user(delegate)} if delegate else {}
    sent = await slack.submit(user(name), form, answers | named)
    assert not sent.errors, sent.errors
    return form.shown_text()


def inboxes(slack: FakeSlack, *names: str) -> list[int]:
    return [len(slack.inbox(user(name))) for name in names]


async def test_the_delegate_gets_the_card_and_decides_by_a_right_that_is_quoted(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data", clock=HandClock()) as program:
            await school.draft(TEACHER, "Sent before the head went")
            await school.card(HEAD, "P-1", button="Approve")
            assert "Cara acts for you" in await be_away(slack, HEAD, COLLEAGUE)
            told = await school.card(COLLEAGUE, "You stand in for Helen")
            assert "You cannot decide on your own" in told.shown_text()
            await school.card(COLLEAGUE, "Sent before the head went", button="Approve")
            await school.draft(TEACHER, "Sent while the head is away")
            card = await school.card(COLLEAGUE, "P-2", "Waiting for your decision", button="Approve")
            await school.card(TEACHER, "P-2", "Waiting for Cara")
            await quiet(program)
            assert inboxes(slack, HEAD, DEPUTY, DEPUTY_TWO) == [2, 0, 0], "the head's own absence and the first post"

            await slack.press(user(COLLEAGUE), card, "Approve")
            ready = await school.card(TEACHER, "P-2 is approved: ready for", "Approved by Cara, Mon 1 March 2027")
            assert AUTHORITY in ready.shown_text()
            history = await told_after(slack, TEACHER, ready.latest, "History")
            assert "Cara approved version 1" in history
            assert AUTHORITY in history
            row = (await audited(program))[-1].entry
            assert (row.verb, str(row.record), row.authority) == ("post.approve", "post/P-2", AUTHORITY)


async def test_the_delegates_own_post_goes_to_the_deputies(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data", clock=HandClock()) as program:
            await be_away(slack, HEAD, COLLEAGUE)
            await school.draft(COLLEAGUE, "My own")
            cards = [await school.card(name, "P-1", button="Approve") for name in (DEPUTY, DEPUTY_TWO)]
            await quiet(program)
            assert "Approve" not in {label for card in slack.inbox(user(COLLEAGUE)) for label in card.buttons()}
            assert inboxes(slack, HEAD) == [1], "nothing but the head's own absence"

            refused = await told_after(slack, COLLEAGUE, cards[0].latest, "Approve")
            assert "You cannot decide on your own post" in refused
            assert (await post_of(program)).status is State.WAITING
            await slack.press(user(DEPUTY_TWO), cards[1], "Approve")
            await school.card(
                COLLEAGUE, "is approved: ready for", "deputy headteacher, because the headteacher is away"
            )
            await quiet(program)
            assert all(not card.buttons() for card in cards)


async def test_with_nobody_to_decide_the_author_is_told_and_the_head_finds_it_when_back(tmp_path: Path) -> None:
    clock = HandClock()
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data", school=harbour(deputies=()), clock=clock) as program:
            assert "You have named nobody" in await be_away(slack, HEAD)
            form = await (await slack.command(user(TEACHER), "/draftpost")).opened()
            await slack.submit(user(TEACHER), form, {"Text": "Is anybody there", "Account": "Harbour page"})
            for place in (form, await school.card(TEACHER, "P-1", button="Withdraw")):
                assert "obody can decide" in place.shown_text()
                assert "school office" in place.shown_text()
            for days in (1, 2, 4):
                clock.move_to(MONDAY + timedelta(days=days))
                await settled(program)
            told = [each.shown_text() for each in slack.inbox(user(TEACHER))]
            assert len([words for words in told if words.startswith("Nobody can decide on P-1")]) == 1
            assert inboxes(slack, HEAD, DEPUTY, DEPUTY_TWO) == [1, 0, 0], "the head's own absence"
            clock.move_to(MONDAY + timedelta(days=7))
            await settled(program)
            card = await school.card(HEAD, "Is anybody there", "Waiting for your decision", button="Approve")
            told = [each.shown_text().partition("\n")[0] for each in slack.inbox(user(HEAD))]
            assert len(told) == len(set(told)), "nothing twice"
            await slack.press(user(HEAD), card, "Approve")
            await school.card(TEACHER, "P-1 is approved: ready for", "as headteacher")


async def test_with_nobody_to_decide_the_slot_expires_and_the_author_is_told(tmp_path: Path) -> None:
    clock = HandClock()
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data", school=harbour(deputies=()), clock=clock) as program:
            await be_away(slack, HEAD)
            form = await (await slack.command(user(TEACHER), "/draftpost")).opened()
            slot = {"Text": "The fair", "Account": "Harbour page", "When": MONDAY + timedelta(days=1)}
            await slack.submit(user(TEACHER), form, slot)
            await quiet(program)
            clock.move_to(MONDAY + timedelta(days=1))
            over = await school.card(
                TEACHER, "P-1 did not go out", "Nothing is ever approved by waiting", button="Edit"
            )
            await quiet(program)
            assert "Nobody decided" in over.shown_text()
            assert (await post_of(program)).status is State.EXPIRED
            assert inboxes(slack, TEACHER, HEAD) == [2, 1]


@pytest.mark.parametrize("back", ["the days are over", "called off"])
async def test_once_the_head_is_back_the_delegate_is_refused(tmp_path: Path, back: str) -> None:
    clock = HandClock()
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data", clock=clock) as program:
            await be_away(slack, HEAD, COLLEAGUE, last=TODAY)
            await school.draft(TEACHER, "Left over")
            stale = (await school.card(COLLEAGUE, "P-1", button="Approve")).latest
            await quiet(program)
            if back == "called off":
                mine = await school.card(HEAD, "Cara acts for you", button="Withdraw")
                await slack.press(user(HEAD), mine, "Withdraw")
            else:
                clock.move_to(MONDAY + timedelta(days=1))
            told = await school.card(COLLEAGUE, "Helen is back, so you no longer act for them")
            assert not told.buttons()
            await settled(program)
            assert not slack.inbox(user(HEAD))[0].buttons()
            refused = await told_after(slack, COLLEAGUE, stale, "Approve")
            assert "This is not yours to decide" in refused
            assert (await post_of(program)).decisions == ()
            await settled(program)
            await school.draft(TEACHER, "A new one")
            theirs = await school.card(HEAD, "P-2", button="Approve")
            await slack.press(user(HEAD), theirs, "Approve")
            await school.card(TEACHER, "P-2 is approved: ready for", "as headteacher.")
