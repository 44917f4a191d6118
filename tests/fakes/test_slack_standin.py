"""The Slack stand-in against a small Bolt app, over signed HTTP and over Socket Mode."""

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
        blocks = [
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
    await handler.connect_async()
    await slack.socket.connected()
    yield bolt
    await handler.close_async()


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
