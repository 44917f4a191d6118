"""The head away, on every chat: a delegate with dates decides by a right that is written down, or the deputies do."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from policy.post import State
from tests.fakes.school import COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, MONDAY, TEACHER, harbour
from tests.scenarios.chats import CHATS
from tests.scenarios.on_slack import OnSlack
from tests.scenarios.school import School
from tests.scenarios.serving import HandClock, audited, post_of, quiet, serving, settled

pytestmark = pytest.mark.parametrize("on", CHATS)

TODAY, FRIDAY = date(2027, 3, 1), date(2027, 3, 5)
AUTHORITY = "for the headteacher, who is away until 5 March 2027 (A-1)"


async def be_away(school: School, name: str, delegate: str = "", last: date = FRIDAY) -> str:
    """Somebody says when they are away, and who acts for them; what the receipt says."""
    form = await school.command(name, "/away")
    answers = {"When: first day away": TODAY, "When: last day away": last}
    named = {"Who acts for you": delegate} if delegate else {}
    errors = await school.send(name, form, answers | named)
    assert not errors, errors
    return str(form.shown_text())


async def test_the_delegate_gets_the_card_and_decides_by_a_right_that_is_quoted(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=HandClock()) as program:
            await school.draft(TEACHER, "Sent before the head went")
            await school.card(HEAD, "P-1", button="Approve")
            assert "Cara acts for you" in await be_away(school, HEAD, COLLEAGUE)
            told = await school.card(COLLEAGUE, "You stand in for Helen")
            assert "You cannot decide on your own" in told.shown_text()
            await school.card(COLLEAGUE, "Sent before the head went", button="Approve")
            await school.draft(TEACHER, "Sent while the head is away")
            card = await school.card(COLLEAGUE, "P-2", "Waiting for your decision", button="Approve")
            await school.card(TEACHER, "P-2", "Waiting for Cara")
            await quiet(program)
            assert school.inboxes(HEAD, DEPUTY, DEPUTY_TWO) == [2, 0, 0], "the head's own absence and the first post"

            await school.press(COLLEAGUE, card, "Approve")
            ready = await school.card(TEACHER, "P-2 is approved: ready for", "Approved by Cara, Mon 1 March 2027")
            assert AUTHORITY in ready.shown_text()
            history = await school.told(TEACHER, ready.latest, "History")
            assert "Cara approved version 1" in history
            assert AUTHORITY in history
            row = (await audited(program))[-1].entry
            assert (row.verb, str(row.record), row.authority) == ("post.approve", "post/P-2", AUTHORITY)


async def test_the_delegates_own_post_goes_to_the_deputies(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=HandClock()) as program:
            await be_away(school, HEAD, COLLEAGUE)
            await school.draft(COLLEAGUE, "My own")
            cards = [await school.card(name, "P-1", button="Approve") for name in (DEPUTY, DEPUTY_TWO)]
            await quiet(program)
            assert "Approve" not in {label for card in school.inbox(COLLEAGUE) for label in card.buttons()}
            assert school.inboxes(HEAD) == [1], "nothing but the head's own absence"

            if isinstance(chat, OnSlack):
                refused = await school.told(COLLEAGUE, cards[0].latest, "Approve")
                assert "You cannot decide on your own post" in refused
            assert (await post_of(program)).status is State.WAITING
            await school.press(DEPUTY_TWO, cards[1], "Approve")
            await school.card(
                COLLEAGUE, "is approved: ready for", "deputy headteacher, because the headteacher is away"
            )
            await quiet(program)
            assert all(not card.buttons() for card in cards)


async def test_with_nobody_to_decide_the_author_is_told_and_the_head_finds_it_when_back(
    tmp_path: Path, on: str
) -> None:
    clock = HandClock()
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", school=harbour(deputies=()), clock=clock) as program:
            assert "You have named nobody" in await be_away(school, HEAD)
            form = await school.draft(TEACHER, "Is anybody there")
            for place in (form, await school.card(TEACHER, "P-1", button="Withdraw")):
                assert "obody can decide" in place.shown_text()
                assert "school office" in place.shown_text()
            for days in (1, 2, 4):
                clock.move_to(MONDAY + timedelta(days=days))
                await settled(program)
            told = [each.shown_text() for each in school.inbox(TEACHER)]
            assert len([words for words in told if words.startswith("Nobody can decide on P-1")]) == 1
            assert school.inboxes(HEAD, DEPUTY, DEPUTY_TWO) == [1, 0, 0], "the head's own absence"
            clock.move_to(MONDAY + timedelta(days=7))
            await settled(program)
            card = await school.card(HEAD, "Is anybody there", "Waiting for your decision", button="Approve")
            told = [each.shown_text().partition("\n")[0] for each in school.inbox(HEAD)]
            assert len(told) == len(set(told)), "nothing twice"
            await school.press(HEAD, card, "Approve")
            await school.card(TEACHER, "P-1 is approved: ready for", "as headteacher")


async def test_with_nobody_to_decide_the_slot_expires_and_the_author_is_told(tmp_path: Path, on: str) -> None:
    clock = HandClock()
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", school=harbour(deputies=()), clock=clock) as program:
            await be_away(school, HEAD)
            await school.draft(TEACHER, "The fair", When=MONDAY + timedelta(days=1))
            await quiet(program)
            clock.move_to(MONDAY + timedelta(days=1))
            over = await school.card(
                TEACHER, "P-1 did not go out", "Nothing is ever approved by waiting", button="Edit"
            )
            await quiet(program)
            assert "Nobody decided" in over.shown_text()
            assert (await post_of(program)).status is State.EXPIRED
            assert school.inboxes(TEACHER, HEAD) == [2, 1]


@pytest.mark.parametrize("back", ["the days are over", "called off"])
async def test_once_the_head_is_back_the_delegate_is_refused(tmp_path: Path, on: str, back: str) -> None:
    clock = HandClock()
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data", clock=clock) as program:
            await be_away(school, HEAD, COLLEAGUE, last=TODAY)
            await school.draft(TEACHER, "Left over")
            stale = (await school.card(COLLEAGUE, "P-1", button="Approve")).latest
            await quiet(program)
            if back == "called off":
                mine = await school.card(HEAD, "Cara acts for you", button="Withdraw")
                await school.press(HEAD, mine, "Withdraw")
            else:
                clock.move_to(MONDAY + timedelta(days=1))
            told = await school.card(COLLEAGUE, "Helen is back, so you no longer act for them")
            assert not told.buttons()
            await settled(program)
            assert not school.inbox(HEAD)[0].buttons()
            refused = await school.told(COLLEAGUE, stale, "Approve")
            assert "This is not yours to decide" in refused
            assert (await post_of(program)).decisions == ()
            await settled(program)
            await school.draft(TEACHER, "A new one")
            theirs = await school.card(HEAD, "P-2", button="Approve")
            await school.press(HEAD, theirs, "Approve")
            await school.card(TEACHER, "P-2 is approved: ready for", "as headteacher.")
