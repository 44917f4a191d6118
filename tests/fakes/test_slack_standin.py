"""The Slack stand-in against a small Bolt app, over signed HTTP and over Socket Mode."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Fault

ANN, BEN = "U0ANN", "U0BEN"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def input_block(block_id: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    element = {"action_id": "x", **element}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def option(text: str) -> dict[str, Any]:
    return {"text": plain(text), "value": text.lower()}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Draft a post"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }


FORM = modal(
    input_block("text", "Text", {"type": "plain_text_input", "multiline": True, "max_length": 40}),
    input_block("account", "Account", {"type": "static_select", "options": [option("Facebook"), option("X")]}),
    input_block("when", "When", {"type": "datetimepicker"}, optional=True),
    input_block("picture", "Picture", {"type": "file_input", "max_files": 1}, optional=True),
    input_block("extra", "Declarations", {"type": "checkboxes", "options": [option("Ours")]}, optional=True),
)


@dataclass
class Bolt:
    """A bare app: a form, a card with a button, a Home tab; and what reached it."""

    slack: FakeSlack
    app: AsyncApp = field(init=False)
    seen: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        client = AsyncWebClient(token=self.slack.bot_token, base_url=self.slack.url, retry_handlers=[])
        secret = self.slack.signing_secret
        self.app = AsyncApp(client=client, signing_secret=secret, process_before_response=True)
        self.app.command("/draftpost")(self.draft)
        self.app.view("form")(self.sent)
        self.app.action("approve")(self.approve)
        self.app.event("app_home_opened")(self.home)

    async def draft(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        self.seen.append(body)
        if body["text"] == "help":
            await ack(text="Type /draftpost")
            return
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    async def sent(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        self.seen.append(body)
        text = body["view"]["state"]["values"]["text"]["x"]["value"]
        if text == "bad":
            await ack(response_action="errors", errors={"text": "Say more."})
            return
        await ack()
        blocks: list[dict[str, Any]] = [
            {"type": "section", "text": {"type": "mrkdwn", "text": f"*Post* {text}"}},
            {"type": "actions", "elements": [button("approve", "Approve", "P-1"), button("no", "Reject", "P-1")]},
        ]
        await client.chat_postMessage(channel=BEN, text="A post waits", blocks=blocks)

    async def approve(self, ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        self.seen.append(body)
        await ack()
        container = body["container"]
        await client.chat_update(channel=container["channel_id"], ts=container["message_ts"], text="Approved")
        await respond(text="Thank you", replace_original=False)

    async def home(self, event: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        self.seen.append(body)
        view = {"type": "home", "blocks": [{"type": "header", "text": plain("What waits for you")}]}
        await client.views_publish(user_id=event["user"], view=view)


def button(action: str, label: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": plain(label), "value": value}


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as standin:
        standin.add_user(ANN, "Ann Teacher", "ann@school.example")
        standin.add_user(BEN, "Ben Head", "ben@school.example")
        yield standin


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.url, retry_handlers=[])


@pytest.fixture
async def bolt(slack: FakeSlack) -> AsyncIterator[Bolt]:
    bolt = Bolt(slack)
    runner = web.AppRunner(bolt.app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield bolt
    await runner.cleanup()


@pytest.fixture
async def socketed(slack: FakeSlack) -> AsyncIterator[Bolt]:
    bolt = Bolt(slack)
    handler = AsyncSocketModeHandler(bolt.app, slack.app_token, ping_interval=0.2)
    slack.connect_socket()
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.socket.connected()
    yield bolt
    await handler.close_async()  # type: ignore[no-untyped-call]


async def whole_story(slack: FakeSlack, bolt: Bolt) -> None:
    form = await (await slack.command(ANN, "/draftpost", "sports day & more")).opened()
    assert bolt.seen[-1]["text"] == "sports day &amp; more"
    assert form.fields() == ["Text", "Account", "When", "Picture", "Declarations"]
    refused = await slack.submit(ANN, form, {"Text": "bad", "Account": "Facebook"})
    assert refused.labelled_errors == {"Text": "Say more."}
    assert slack.modals(ANN) == [form]
    assert form.value("Text") == "bad"
    assert "Say more." in form.shown_text()
    done = await slack.submit(ANN, form, {"Text": "We won"})
    assert done.status == 200
    assert slack.modals(ANN) == []
    await slack.until(lambda: slack.inbox(BEN))
    (card,) = slack.inbox(BEN)
    assert card.shown_text() == "Post We won\n[Approve]\n[Reject]"
    assert card.buttons() == ["Approve", "Reject"]
    await slack.press(BEN, card, "Approve")
    await slack.until(lambda: slack.responses)
    assert (card.shown_text(), card.blocks, card.edits) == ("Approved", [], 1)
    assert slack.ephemerals[-1].ephemeral_to == BEN
    await slack.press(BEN, card.versions[0], "approve")
    await slack.until(lambda: card.edits == 2)
    await slack.open_home(BEN)
    home = await slack.until(lambda: slack.home(BEN))
    assert home.shown_text() == "What waits for you"


async def test_whole_story_over_http(slack: FakeSlack, bolt: Bolt) -> None:
    await whole_story(slack, bolt)


async def test_whole_story_over_socket_mode(slack: FakeSlack, socketed: Bolt) -> None:
    await whole_story(slack, socketed)


async def refusal(call: Any) -> str:
    """The error that Slack answers to a call that it refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_payloads_look_like_slacks(slack: FakeSlack, bolt: Bolt) -> None:
    form = await (await slack.command(ANN, "/draftpost", "ask @ben.head at http://x.example/?a=1&b=2")).opened()
    command = bolt.seen[-1]
    assert command["text"] == f"ask <@{BEN}|ben.head> at <http://x.example/?a=1&amp;b=2>"
    assert command["team_id"] == slack.team
    assert command["channel_id"] == slack.direct(ANN)
    assert command["is_enterprise_install"] == "false"
    slack.add_file("F1", ANN, "us.png", "image/png", b"png")
    when = 1_800_000_000
    values = {"Text": "We won", "account/x": "x", "When": when, "Picture": ["F1"], "Declarations": ["Ours"]}
    await slack.submit(ANN, form, values)
    sent = bolt.seen[-1]
    state = sent["view"]["state"]["values"]
    assert sent["type"] == "view_submission"
    assert sent["user"] == {"id": ANN, "username": "ann.teacher", "name": "ann.teacher", "team_id": slack.team}
    assert sent["view"]["hash"] == form.hash
    assert state["text"]["x"] == {"type": "plain_text_input", "value": "We won"}
    assert state["account"]["x"] == {"type": "static_select", "selected_option": option("X")}
    assert state["when"]["x"] == {"type": "datetimepicker", "selected_date_time": when}
    assert state["extra"]["x"] == {"type": "checkboxes", "selected_options": [option("Ours")]}
    assert state["picture"]["x"]["files"][0]["id"] == "F1"
    await slack.press(BEN, await slack.until(lambda: slack.inbox(BEN)[0]), "Approve")
    press = bolt.seen[-1]
    assert press["actions"][0]["value"] == "P-1"
    assert press["container"]["message_ts"] == press["message"]["ts"]
    assert press["channel"] == {"id": slack.direct(BEN), "name": "directmessage"}
    assert press["response_url"].startswith(slack.host)
    await slack.open_home(BEN, event_id="Ev1")
    assert bolt.seen[-1]["event_id"] == "Ev1"
    assert bolt.seen[-1]["event"]["channel"] == slack.direct(BEN)


async def test_slacks_own_client_holds_a_form_back(slack: FakeSlack, bolt: Bolt) -> None:
    form = await (await slack.command(ANN, "/draftpost")).opened()
    before = len(bolt.seen)
    missing = await slack.submit(ANN, form, {"Text": "x" * 41})
    assert not missing.sent
    assert set(missing.labelled_errors) == {"Text", "Account"}
    assert len(bolt.seen) == before
    with pytest.raises(LookupError, match="no option"):
        await slack.submit(ANN, form, {"Account": "MySpace"})


async def test_a_command_is_answered_to_its_person_only(slack: FakeSlack, bolt: Bolt) -> None:
    result = await slack.command(ANN, "/draftpost", "help")
    assert result.view is None
    assert result.ephemeral in slack.ephemerals
    assert result.ephemeral is not None
    assert result.ephemeral.shown_text() == "Type /draftpost"
    assert (await slack.command(ANN, "/nothing")).status == 404


async def test_signatures_times_and_replays(slack: FakeSlack, bolt: Bolt) -> None:
    await slack.command(ANN, "/draftpost", "help")
    body = slack.http.sent[-1].body
    assert (await slack.replay()).status == 200
    assert len(bolt.seen) == 2
    assert (await slack.raw(body)).status == 200
    for forged in (
        await slack.raw(body, signed=False),
        await slack.raw(body, secret="another"),
        await slack.raw(body, timestamp=slack.wall() - 400),
        await slack.raw(body, {"X-Slack-Signature": "v0=00"}),
    ):
        assert forged.status == 401
    assert len(bolt.seen) == 3


async def test_the_same_doing_twice_and_a_forged_one(slack: FakeSlack, bolt: Bolt) -> None:
    first = await slack.command(ANN, "/draftpost", "help")
    assert (await slack.again(first)).status == 200
    assert bolt.seen[0]["trigger_id"] == bolt.seen[1]["trigger_id"]
    await slack.command("U0NOBODY", "/draftpost", "help", overrides={"team_id": "T0OTHER"})
    assert (bolt.seen[-1]["team_id"], bolt.seen[-1]["user_id"]) == ("T0OTHER", "U0NOBODY")


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
    fewer = modal(*FORM["blocks"][:2])
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


async def test_slack_gives_up_waiting_and_tries_events_again(slack: FakeSlack) -> None:
    tries: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        tries.append(request.headers.get("X-Slack-Retry-Num", ""))
        return web.Response(status=503 if len(tries) < 3 else 200)

    async def never(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    app = web.Application()
    app.router.add_post("/events", answer)
    app.router.add_post("/never", never)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host = f"http://127.0.0.1:{runner.addresses[0][1]}"
    slack.connect_http(f"{host}/events")
    assert (await slack.say(ANN, "hello")).status == 503
    assert (await slack.event({"type": "message"}, retries=3)).ok
    assert tries == ["", "", "1"]
    slack.ack_within = 0.05
    slack.connect_http(f"{host}/never")
    assert (await slack.say(ANN, "hello")).timed_out
    await runner.cleanup()


async def test_an_envelope_comes_again_when_its_ack_is_lost(slack: FakeSlack, socketed: Bolt) -> None:
    slack.socket.lose_next_ack()
    result = await slack.command(ANN, "/draftpost", "help")
    assert result.status == 200
    assert [body["trigger_id"] for body in socketed.seen] == [result.payload["trigger_id"]] * 2
    assert slack.socket.envelopes[-1].sendings == 2
    assert slack.socket.greeted == 2


async def test_an_envelope_comes_again_when_nobody_acks_it(slack: FakeSlack, socketed: Bolt) -> None:
    slack.socket.redeliver_after, slack.socket.patience = 0.05, 0.3
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    result = await slack.command(ANN, "/unknown")
    assert result.timed_out
    assert slack.socket.envelopes[-1].sendings > 1


@pytest.mark.parametrize("politely", [True, False])
async def test_a_form_survives_the_loss_of_its_socket(slack: FakeSlack, socketed: Bolt, politely: bool) -> None:
    form = await (await slack.command(ANN, "/draftpost")).opened()
    await slack.socket.drop(politely=politely)
    done = await slack.submit(ANN, form, {"Text": "We won", "Account": "X"})
    assert done.status == 200
    assert slack.socket.greeted == 2
    await slack.until(lambda: slack.inbox(BEN))


async def test_a_form_survives_an_ordered_reconnection(slack: FakeSlack, socketed: Bolt) -> None:
    form = await (await slack.command(ANN, "/draftpost")).opened()
    await slack.socket.order_disconnect()
    done = await slack.submit(ANN, form, {"Text": "We won", "Account": "X"})
    assert done.status == 200
    await slack.socket.connected(greeted=2)
    assert slack.socket.envelopes[-1].sendings == 1
