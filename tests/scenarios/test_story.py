"""A post's whole way on every chat, with the chat failing one call in three."""

from pathlib import Path

import pytest

from tests.fakes.school import HEAD, OWNER, TEACHER
from tests.scenarios.chat import Message
from tests.scenarios.chats import CHATS
from tests.scenarios.school import School
from tests.scenarios.serving import quiet, serving


async def play(school: School) -> None:
    """Drafted, sent back, edited, approved, edited again, approved again, put up."""
    for name in (HEAD, TEACHER, OWNER):
        await school.chat.meet(name)
    await school.draft(TEACHER, "Sports day is on Friday.")
    card = await school.card(HEAD, "P-1", "Waiting for your decision", button="Request changes")
    form = await school.form(HEAD, card, "Request changes")
    await school.send(HEAD, form, {form.fields()[0]: "Please say where."})
    back = await school.card(TEACHER, "asked for changes", "Please say where.", button="Edit")
    await school.edit(TEACHER, back, "Sports day is on Friday, on the field.")
    card = await school.card(HEAD, "Waiting for your decision", "on the field.", button="Approve")
    await school.press(HEAD, card, "Approve")
    ready = await school.card(TEACHER, "is approved: ready for", "on the field.", button="Mark as posted")
    await school.card(OWNER, "is approved: ready for", button="Mark as posted")
    await school.edit(TEACHER, ready, "Sports day is on Monday, on the field.")
    card = await school.card(HEAD, "no longer counts", "Monday", button="Approve")
    await school.card(OWNER, "Please do not post from an earlier card")
    await school.press(HEAD, card, "Approve")
    ready = await school.card(OWNER, "is approved: ready for", "Monday", button="Mark as posted")
    form = await school.form(OWNER, ready, "Mark as posted")
    await school.send(OWNER, form, {"Link": "https://example.org/page/1"})
    for name in (HEAD, TEACHER):
        await school.card(name, "Posted by Olu")


def over(message: Message) -> bool:
    """Whether a card has come to its end: posted, and nothing to press."""
    return "Posted by Olu" in message.shown_text() or "P-1 is posted" in message.shown_text()


@pytest.mark.parametrize("on", CHATS)
@pytest.mark.parametrize("failing", [False, True], ids=["well", "one call in three fails"])
async def test_the_whole_way_of_a_post(tmp_path: Path, on: str, failing: bool) -> None:
    async with CHATS[on]() as chat, serving(chat, tmp_path / "data") as program:
        school = School(chat)
        if failing:
            chat.fail_one_in_three()
        await play(school)
        await quiet(program)
        assert chat.repeats <= chat.doubts, "somebody got a message twice that surely had arrived"
        for name in (HEAD, TEACHER, OWNER):
            rows = [chat.row(message) for message in school.inbox(name)]
            assert rows == sorted(rows), f"{name} got messages out of order"
        assert school.inboxes(HEAD, TEACHER, OWNER) == [3, 4, 2]
        assert (chat.failed > 10) is failing
        cards = [card for name in (HEAD, TEACHER, OWNER) for card in school.inbox(name)]
        assert all(over(card) and not card.buttons() for card in cards)
