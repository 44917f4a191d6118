"""The same listeners over Socket Mode: forms, presses, unacknowledged events, and a socket that is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.slack import SlackSocket
from storage.contract import Store, Transaction
from tests.fakes.school import TEACHER
from tests.fakes.slack import Fault
from tests.fakes.slack_desk import Failing, SlackDesk, slack_desk, user

TOM = user(TEACHER)


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[SlackDesk]:
    async with slack_desk(tmp_path / "data") as desk:
        desk.slack.socket.redeliver_after = 0.2
        yield desk


@pytest.fixture
async def link(school: SlackDesk) -> AsyncIterator[SlackSocket]:
    link = SlackSocket(school.edge, school.slack.app_token, ping=0.2, patience=2.0)
    await link.start()
    await school.slack.socket.connected()
    school.slack.connect_socket()
    yield link
    await school.edge.close()
    await link.close()


@pytest.fixture
def desk(school: SlackDesk, link: SlackSocket) -> SlackDesk:
    """A school at Slack whose socket is open."""
    return school


class Held:
    """The store given, in which nothing begins before it is let go; `asked` says that something is to."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked, self.let_go = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def transaction(self, school: str) -> AsyncIterator[Transaction]:
        """As the store's, once it is let go."""
        self.asked.set()
        await self.let_go.wait()
        async with self._store.transaction(school) as tx:
            yield tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_a_form_is_opened_filled_in_and_taken(desk: SlackDesk) -> None:
    asked = await desk.slack.command(TOM, "/draftpost", "Hello")
    form = await asked.opened()
    sent = await desk.slack.submit(TOM, form, {"Account": "Harbour page"})
    assert (sent.problem, sent.response_action) == ("", "update")
    assert [post.content.text for post in await desk.posts()] == ["Hello"]


async def test_a_command_is_answered_through_the_socket(desk: SlackDesk) -> None:
    asked = await desk.slack.command(TOM, "/posts")
    assert asked.ephemeral is not None
    assert asked.ephemeral.ephemeral_to == TOM


async def test_an_event_that_could_not_be_carried_out_is_redelivered(desk: SlackDesk) -> None:
    store, desk.dispatch.store = desk.dispatch.store, Failing()  # type: ignore[assignment]
    envelopes = desk.slack.socket.envelopes
    told = asyncio.create_task(desk.slack.change_user(TOM, guest=True))
    await desk.slack.until(lambda: envelopes and envelopes[-1].sendings >= 2)
    assert envelopes[-1].acks == []
    desk.dispatch.store = store
    assert (await told).ok
    assert len(envelopes[-1].acks) == 1


async def test_what_has_come_in_is_answered_before_the_socket_closes(desk: SlackDesk, link: SlackSocket) -> None:
    form = await (await desk.slack.command(TOM, "/draftpost", "Last")).opened()
    desk.dispatch.store = held = Held(desk.dispatch.store)
    sending = asyncio.create_task(desk.slack.submit(TOM, form, {"Account": "Harbour page"}))
    await held.asked.wait()
    closing = asyncio.create_task(link.close())
    await asyncio.sleep(0)
    held.let_go.set()
    await closing
    assert (await sending).response_action == "update"


async def test_a_socket_closes_though_something_is_never_answered(desk: SlackDesk, link: SlackSocket) -> None:
    form = await (await desk.slack.command(TOM, "/draftpost", "Never")).opened()
    desk.dispatch.store = held = Held(desk.dispatch.store)
    sending = asyncio.create_task(desk.slack.submit(TOM, form, {"Account": "Harbour page"}))
    await held.asked.wait()
    async with asyncio.timeout(10):
        await link.close()
    sending.cancel()


async def test_a_socket_closes_though_slack_does_not_take_leave(desk: SlackDesk, link: SlackSocket) -> None:
    desk.slack.socket.fall_silent()
    async with asyncio.timeout(5):
        await link.close()


async def test_a_lost_ack_has_no_second_effect(desk: SlackDesk) -> None:
    form = await (await desk.slack.command(TOM, "/draftpost", "Once")).opened()
    desk.slack.socket.lose_next_ack()
    sent = await desk.slack.submit(TOM, form, {"Account": "Harbour page"})
    assert sent.response_action == "update"
    assert desk.slack.socket.envelopes[-1].sendings >= 2
    assert len(await desk.posts()) == 1


async def test_a_disconnect_in_mid_form_is_survived(desk: SlackDesk) -> None:
    form = await (await desk.slack.command(TOM, "/draftpost", "Kept")).opened()
    await desk.slack.socket.order_disconnect()
    await desk.slack.socket.connected(2)
    sent = await desk.slack.submit(TOM, form, {"Account": "Harbour page"})
    assert sent.response_action == "update"
    assert len(await desk.posts()) == 1


@pytest.mark.parametrize("politely", [True, False])
async def test_a_socket_that_breaks_is_opened_again(desk: SlackDesk, politely: bool) -> None:
    desk.slack.faults.next("apps.connections.open", Fault.ERROR_500, times=2)
    await desk.slack.socket.drop(politely=politely)
    await desk.slack.socket.connected(2)
    asked = await desk.slack.command(TOM, "/posts")
    assert asked.ephemeral is not None
