"""The Slack stand-in's Web API through Slack's own client: what each method does, refuses, and how it fails."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Fault

ANN, BEN = "U0ANN", "U0BEN"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def field(label: str) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "x"}
    return {"type": "input", "block_id": label.lower(), "label": plain(label), "element": element}


def modal(*labels: str) -> dict[str, Any]:
    blocks = [field(label) for label in labels]
    return {"type": "modal", "title": plain("Draft a post"), "submit": plain("Send"), "blocks": blocks}


FORM = modal("Text", "Account", "When")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as standin:
        standin.add_user(ANN, "Ann Teacher", "ann@school.example")
        standin.add_user(BEN, "Ben Head", "ben@school.example")
        yield standin


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.url, retry_handlers=[])


async def refusal(call: Any) -> str:
    """The error that Slack answers to a call that it refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_triggers_serve_once_and_for_three_seconds(slack: FakeSlack, client: AsyncWebClient) -> None:
    trigger = slack.new_trigger(ANN)
    await client.views_open(trigger_id=trigger, view=FORM)
    assert await refusal(client.views_open(trigger_id=trigger, view=FORM)) == "exchanged_trigger_id"
    old = slack.new_trigger(ANN)
    slack.expire_triggers()
    assert await refusal(client.views_open(trigger_id=old, view=FORM)) == "expired_trigger_id"
    assert await refusal(client.views_open(trigger_id="made.up", view=FORM)) == "invalid_arguments"


async def test_views_change_under_their_hash_and_keep_what_was_typed(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    opened = await client.views_open(trigger_id=slack.new_trigger(ANN), view=FORM)
    (view,) = slack.modals(ANN)
    await slack.fill(ANN, view, {"Text": "We won"})
    stale = view.hash
    fewer = modal("Text", "Account")
    await client.views_update(view_id=view.id, hash=opened["view"]["hash"], view=fewer)
    assert view.fields() == ["Text", "Account"]
    assert view.value("Text") == "We won"
    assert await refusal(client.views_update(view_id=view.id, hash=stale, view=fewer)) == "hash_conflict"
    for _ in range(2):
        await client.views_push(trigger_id=slack.new_trigger(ANN, view.id), view=fewer)
    push = client.views_push(trigger_id=slack.new_trigger(ANN, view.id), view=fewer)
    assert await refusal(push) == "push_limit_reached"
    assert slack.modals(ANN)[1].previous == view.id
    await slack.close(ANN, view, everything=True)
    assert await refusal(client.views_update(view_id=view.id, view=fewer)) == "not_found"


async def test_messages_are_updated_read_back_and_deleted(slack: FakeSlack, client: AsyncWebClient) -> None:
    channel = (await client.conversations_open(users=ANN))["channel"]["id"]
    metadata = {"event_type": "row", "event_payload": {"id": "7"}}
    block = {"type": "section", "text": plain("One")}
    sent = [
        await client.chat_postMessage(channel=channel, text=f"n{number}", blocks=[block], metadata=metadata)
        for number in range(3)
    ]
    await client.chat_update(channel=channel, ts=sent[0]["ts"], text="now")
    message = slack.inbox(ANN)[0]
    assert (message.text, message.blocks, message.metadata, message.edits) == ("now", [], metadata, 1)
    read = await client.conversations_history(channel=channel, include_all_metadata=True, oldest=sent[0]["ts"])
    assert [found["text"] for found in read["messages"]] == ["n2", "n1"]
    assert read["messages"][0]["metadata"] == metadata
    page = await client.conversations_history(channel=channel, limit=2)
    assert (page["has_more"], "metadata" in page["messages"][0]) == (True, False)
    rest = await client.conversations_history(channel=channel, cursor=page["response_metadata"]["next_cursor"])
    assert [found["text"] for found in rest["messages"]] == ["now"]
    await client.chat_delete(channel=channel, ts=sent[0]["ts"])
    assert len(slack.inbox(ANN)) == 2
    assert await refusal(client.chat_update(channel=ANN, ts=sent[1]["ts"], text="x")) == "channel_not_found"
    assert await refusal(client.chat_update(channel=channel, ts="1.1", text="x")) == "message_not_found"
    assert await refusal(client.chat_postMessage(channel="C0NONE", text="x")) == "channel_not_found"
    assert await refusal(client.api_call("chat.postMessage", json={"channel": channel})) == "no_text"
    other = client.chat_postEphemeral(channel=channel, user=BEN, text="x")
    assert await refusal(other) == "user_not_in_channel"


async def test_people_are_listed_in_pages_and_found(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.add_user("U0OLD", "Old Hand", "old@school.example", deleted=True)
    slack.add_user("U0GUEST", "A Guest", "guest@else.example", guest=True)
    slack.add_user("U0EXT", "Other School", "ext@else.example", external_team="T0ELSE")
    listed = [member async for page in await client.users_list(limit=2) for member in page["members"]]
    assert [member["id"] for member in listed] == list(slack.users)
    shapes = {member["id"]: member for member in listed}
    assert shapes["U0GUEST"]["is_restricted"]
    assert shapes["U0EXT"]["team_id"] == "T0ELSE"
    assert (await client.users_lookupByEmail(email="ANN@school.example"))["user"]["id"] == ANN
    assert await refusal(client.users_lookupByEmail(email="old@school.example")) == "users_not_found"
    assert await refusal(client.users_info(user="U0NONE")) == "user_not_found"
    assert await refusal(client.conversations_open(users="U0OLD")) == "user_disabled"
    slack.scopes.discard("users:read.email")
    assert "email" not in (await client.users_info(user=ANN))["user"]["profile"]
    assert await refusal(client.users_lookupByEmail(email="ann@school.example")) == "missing_scope"


async def test_tokens_are_checked(slack: FakeSlack) -> None:
    for token, error in (
        ("", "not_authed"),
        ("xoxb-no", "invalid_auth"),
        (slack.app_token, "not_allowed_token_type"),
    ):
        client = AsyncWebClient(token=token, base_url=slack.url)
        assert await refusal(client.auth_test()) == error
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.url)
    assert await refusal(client.apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
    assert (await client.auth_test())["team_id"] == slack.team


async def test_files_come_and_go(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.add_file("F1", ANN, "us.png", "image/png", b"picture")
    info = (await client.files_info(file="F1"))["file"]
    async with aiohttp.ClientSession() as session:
        bearer = {"Authorization": f"Bearer {slack.bot_token}"}
        async with session.get(info["url_private_download"], headers=bearer) as response:
            assert (await response.read(), response.content_type) == (b"picture", "image/png")
        async with session.get(info["url_private_download"]) as response:
            assert (response.status, response.content_type) == (200, "text/html")
    assert await refusal(client.files_info(file="F2")) == "file_not_found"
    uploaded = await client.files_upload_v2(filename="clean.png", content=b"cleaned", alt_txt="The team")
    file = slack.files[uploaded["files"][0]["id"]]
    assert (file.content, file.alt_text, file.ready) == (b"cleaned", "The team", True)
    await client.chat_postMessage(channel=ANN, text="x", blocks=[picture(file.id)])
    bad = client.chat_postMessage(channel=ANN, text="x", blocks=[picture("F0NONE")])
    assert await refusal(bad) == "invalid_blocks"


def picture(file: str) -> dict[str, Any]:
    return {"type": "image", "slack_file": {"id": file}, "alt_text": "The team"}


async def test_an_answer_address_serves_five_times(slack: FakeSlack) -> None:
    url = slack.new_response_url(ANN, slack.direct(ANN))
    async with aiohttp.ClientSession() as session:
        answers = [(await session.post(url, json={"text": f"n{n}"})).status for n in range(6)]
    assert answers == [200] * 5 + [404]
    assert [shown.text for shown in slack.ephemerals] == [f"n{n}" for n in range(5)]


async def test_calls_fail_as_ordered(slack: FakeSlack, client: AsyncWebClient) -> None:
    say = "chat.postMessage"
    slack.faults.next(say, Fault.RATE_LIMIT(retry_after=7))
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel=ANN, text="1")
    assert (limited.value.response.status_code, limited.value.response.headers["Retry-After"]) == (429, "7")
    slack.faults.next(say, Fault.ERROR_500)
    with pytest.raises(SlackApiError) as broken:
        await client.chat_postMessage(channel=ANN, text="2")
    assert broken.value.response.status_code == 500
    slack.faults.next(say, Fault.API_ERROR("internal_error"))
    assert await refusal(client.chat_postMessage(channel=ANN, text="3")) == "internal_error"
    slack.faults.next(say, Fault.DROP)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=ANN, text="4")
    assert slack.inbox(ANN) == []
    slack.faults.next(say, Fault.ACCEPT_THEN_DROP)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=ANN, text="5")
    assert [message.text for message in slack.inbox(ANN)] == ["5"]
    assert len(slack.calls) == len(slack.faults.applied) == 5


async def test_a_slow_call_waits_for_its_gate(slack: FakeSlack, client: AsyncWebClient) -> None:
    gate = asyncio.Event()
    slack.faults.next("chat.postMessage", Fault.SLOW(gate))
    call = asyncio.create_task(client.chat_postMessage(channel=ANN, text="late"))
    await slack.until(lambda: slack.faults.applied)
    assert slack.inbox(ANN) == []
    gate.set()
    await call
    assert slack.inbox(ANN)[0].text == "late"
    gate.clear()
    slack.faults.next("chat.postMessage", Fault.LATE(gate))
    call = asyncio.create_task(client.chat_postMessage(channel=ANN, text="done"))
    await slack.until(lambda: len(slack.inbox(ANN)) == 2)
    assert not call.done()
    gate.set()
    await call


async def test_one_call_in_three_fails_the_same_way_each_time(slack: FakeSlack, client: AsyncWebClient) -> None:
    async def run() -> list[bool]:
        slack.faults.every(3, [Fault.ERROR_500, Fault.DROP], seed=5, spare={"auth.test"})
        fine = []
        for _ in range(12):
            await client.auth_test()
            try:
                await client.conversations_open(users=ANN)
                fine.append(True)
            except (SlackApiError, aiohttp.ClientConnectionError):
                fine.append(False)
        return fine

    first, second = await run(), await run()
    assert first == second
    assert [sum(first[start : start + 3]) for start in range(0, 12, 3)] == [2, 2, 2, 2]
    slack.faults.none()
    await client.users_info(user=ANN)
