"""A post's whole way on Slack, over signed HTTP and over Socket Mode, with Slack failing one call in three."""

from pathlib import Path

import pytest

from tests.fakes.school import HEAD, OWNER, TEACHER
from tests.fakes.slack import FakeSlack, Fault, Message, View
from tests.fakes.slack_desk import user
from tests.scenarios.serving import enrol, quiet, serving

PATIENCE = 60.0
"""Seconds that anything may take at the most, back-off included."""

KINDS = [Fault.ERROR_500, Fault.RATE_LIMIT(0), Fault.DROP, Fault.ACCEPT_THEN_DROP]
NOT_RETRIED = ["views.open", "views.publish", "views.update", "apps.connections.open", "chat.postEphemeral"]
"""Answers to a press: nobody waits for them, and the person presses again."""


class School:
    """People at work on Slack, who look again until they see what they wait for."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack

    async def card(self, name: str, *words: str, button: str = "") -> Message:
        """The newest card to somebody that now says all the words and has the button."""

        def look() -> Message | None:
            fits = (
                message
                for message in reversed(self.slack.inbox(user(name)))
                if all(word in message.shown_text() for word in words) and (not button or button in message.buttons())
            )
            return next(fits, None)

        return await self.slack.until(look, PATIENCE)

    async def form(self, name: str, card: Message, button: str) -> View:
        """The form that a press on a card opens."""
        result = await self.slack.press(user(name), card, button)
        return await result.opened()

    async def draft(self, name: str, text: str) -> None:
        """Somebody types the command, fills in the form and sends it."""
        asked = await self.slack.command(user(name), "/draftpost")
        sent = await self.slack.submit(user(name), await asked.opened(), {"Text": text, "Account": "Harbour page"})
        assert not sent.errors, sent.errors

    async def edit(self, name: str, card: Message, text: str) -> None:
        """Somebody presses Edit and sends other words."""
        form = await self.form(name, card, "Edit")
        sent = await self.slack.submit(user(name), form, {"Text": text})
        assert not sent.errors, sent.errors


async def play(school: School) -> None:
    """Drafted, sent back, edited, approved, edited again, approved again, put up."""
    slack = school.slack
    for name in (HEAD, TEACHER, OWNER):
        await slack.command(user(name), "/posts")
    await school.draft(TEACHER, "Sports day is on Friday.")
    card = await school.card(HEAD, "P-1", "Waiting for your decision", button="Request changes")
    form = await school.form(HEAD, card, "Request changes")
    await slack.submit(user(HEAD), form, {form.fields()[0]: "Please say where."})
    back = await school.card(TEACHER, "asked for changes", "Please say where.", button="Edit")
    await school.edit(TEACHER, back, "Sports day is on Friday, on the field.")
    card = await school.card(HEAD, "Waiting for your decision", "on the field.", button="Approve")
    await slack.press(user(HEAD), card, "Approve")
    ready = await school.card(TEACHER, "is approved: ready for", "on the field.", button="Mark as posted")
    await school.card(OWNER, "is approved: ready for", button="Mark as posted")
    await school.edit(TEACHER, ready, "Sports day is on Monday, on the field.")
    card = await school.card(HEAD, "no longer counts", "Monday", button="Approve")
    await school.card(OWNER, "Please do not post from an earlier card")
    await slack.press(user(HEAD), card, "Approve")
    ready = await school.card(OWNER, "is approved: ready for", "Monday", button="Mark as posted")
    form = await school.form(OWNER, ready, "Mark as posted")
    await slack.submit(user(OWNER), form, {"Link": "https://example.org/page/1"})
    for name in (HEAD, TEACHER):
        await school.card(name, "Posted by Olu")


def over(message: Message) -> bool:
    """Whether a card has come to its end: posted, and nothing to press."""
    return "Posted by Olu" in message.shown_text() or "P-1 is posted" in message.shown_text()


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket"])
@pytest.mark.parametrize("failing", [False, True], ids=["well", "one call in three fails"])
async def test_the_whole_way_of_a_post(tmp_path: Path, socket: bool, failing: bool) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        async with serving(slack, tmp_path / "data", socket=socket) as program:
            if failing:
                slack.faults.every(3, KINDS, seed=11, spare=NOT_RETRIED)
                for kind in KINDS:
                    slack.faults.next("chat.postMessage", kind)
                    slack.faults.next("chat.update", kind)
            await play(School(slack))
            await quiet(program)
            for name in (HEAD, TEACHER, OWNER):
                rows = [message_row(message) for message in slack.inbox(user(name))]
                assert len(rows) == len(set(rows)), f"{name} got a message twice"
                assert rows == sorted(rows), f"{name} got messages out of order"
            assert [len(slack.inbox(user(name))) for name in (HEAD, TEACHER, OWNER)] == [3, 4, 2]
            if failing:
                assert {kind.kind for kind in KINDS} <= {trouble.kind for _, trouble in slack.faults.applied}
            cards = [card for name in (HEAD, TEACHER, OWNER) for card in slack.inbox(user(name))]
            assert all(over(card) and not card.buttons() for card in cards)


def message_row(message: Message) -> int:
    """The number of the outbox row that a message carries."""
    metadata = message.versions[0].metadata or {}
    return int(metadata["event_payload"]["row"].partition("-")[0])
