"""The same listeners over Socket Mode: forms, presses, unacknowledged events, and a socket that is lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack import SlackSocket
from tests.fakes.school import TEACHER
from tests.fakes.slack import Fault
from tests.fakes.slack_desk import Failing, SlackDesk, slack_desk, user

TOM = user(TEACHER)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[SlackDesk]:
    async with slack_desk(tmp_path / "data") as desk:
        desk.slack.socket.redeliver_after = 0.2
        link = SlackSocket(desk.edge, desk.slack.app_token, ping=0.2, patience=2.0)
        await link.start()
        await desk.slack.socket.connected()
        desk.slack.connect_socket()
        yield desk
        await desk.edge.close()
        await link.close()


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
