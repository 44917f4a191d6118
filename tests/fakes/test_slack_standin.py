"""The Slack stand-in against a small Bolt app, over signed HTTP and over Socket Mode."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack

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
    slack.socket.redeliver_after = 0.02
    typing = asyncio.create_task(slack.command(ANN, "/unknown"))
    await slack.until(lambda: slack.socket.envelopes and slack.socket.envelopes[0].sendings > 2)
    assert not typing.done()
    typing.cancel()


async def test_a_person_sees_that_an_unanswered_press_timed_out(slack: FakeSlack, socketed: Bolt) -> None:
    slack.socket.patience = 0.05
    assert (await slack.command(ANN, "/unknown")).timed_out


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
