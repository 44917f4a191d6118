"""Forms on the Slack stand-in: what each kind of field sends and what each kind of answer does to the screen."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from tests.fakes.slack import FakeSlack, View

ANN = "U0ANN"
Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def asked(label: str, element: Block, **more: Any) -> Block:
    block_id = label.lower()
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "x", **element},
        **more,
    }


def modal(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain("Form"), "submit": plain("Send"), "blocks": list(blocks), **more}


def choices(kind: str, **more: Any) -> Block:
    options = [{"text": plain(word), "value": word.lower()} for word in ("Ours", "Licensed")]
    return {"type": kind, "options": options, **more}


TEXT = asked("Text", {"type": "plain_text_input"})


@dataclass
class Scripted:
    """An app that answers what it was told to and remembers what it was sent."""

    answers: list[Block] = field(default_factory=list)
    seen: list[Block] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            self.seen.append(await request.json())
        else:
            self.seen.append(json.loads(parse_qs(await request.text())["payload"][0]))
        return web.json_response(self.answers.pop(0)) if self.answers else web.Response()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as standin:
        standin.add_user(ANN, "Ann Teacher", "ann@school.example")
        yield standin


@pytest.fixture
async def app(slack: FakeSlack) -> AsyncIterator[Scripted]:
    scripted = Scripted()
    server = web.Application()
    server.router.add_post("/", scripted.answer)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    yield scripted
    await runner.cleanup()


def on_screen(slack: FakeSlack, body: Block) -> View:
    view = slack.new_view(ANN, body)
    slack.modals(ANN).append(view)
    return view


@pytest.mark.parametrize(
    ("element", "value", "sent"),
    [
        ({"type": "plain_text_input"}, "a & <b>", {"value": "a & <b>"}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        (choices("static_select"), "Ours", {"selected_option": {"text": plain("Ours"), "value": "ours"}}),
        (choices("radio_buttons"), "ours", {"selected_option": {"text": plain("Ours"), "value": "ours"}}),
        (choices("checkboxes"), ["Ours"], {"selected_options": [{"text": plain("Ours"), "value": "ours"}]}),
        (choices("checkboxes"), [], {"selected_options": []}),
        ({"type": "datepicker"}, date(2027, 3, 1), {"selected_date": "2027-03-01"}),
        ({"type": "timepicker"}, time(9, 5), {"selected_time": "09:05"}),
        ({"type": "datetimepicker"}, datetime(2027, 3, 1, tzinfo=UTC), {"selected_date_time": 1803859200}),
        ({"type": "datetimepicker"}, None, {"selected_date_time": None}),
        ({"type": "users_select"}, "U0BEN", {"selected_user": "U0BEN"}),
        ({"type": "multi_users_select"}, ["U0BEN"], {"selected_users": ["U0BEN"]}),
    ],
)
async def test_each_field_sends_its_own_shape(
    slack: FakeSlack, app: Scripted, element: Block, value: Any, sent: Block
) -> None:
    view = on_screen(slack, modal(asked("Asked", element, optional=True)))
    await slack.submit(ANN, view, {"Asked": value})
    state = app.seen[0]["view"]["state"]["values"]["asked"]["x"]
    assert state == {"type": element["type"], **sent}


async def test_a_form_starts_with_its_initial_values(slack: FakeSlack, app: Scripted) -> None:
    first = choices("static_select")["options"][0]
    view = on_screen(
        slack,
        modal(
            asked("Text", {"type": "plain_text_input", "initial_value": "As it was"}),
            asked("Source", choices("static_select", initial_option=first)),
            asked("When", {"type": "datetimepicker", "initial_date_time": 1803859200}),
        ),
    )
    await slack.submit(ANN, view, {})
    values = app.seen[0]["view"]["state"]["values"]
    assert values["text"]["x"]["value"] == "As it was"
    assert values["source"]["x"]["selected_option"] == first
    assert values["when"]["x"]["selected_date_time"] == 1803859200


async def test_errors_keep_the_form_and_what_was_typed(slack: FakeSlack, app: Scripted) -> None:
    app.answers = [{"response_action": "errors", "errors": {"text": "Too short."}}]
    view = on_screen(slack, modal(TEXT))
    refused = await slack.submit(ANN, view, {"Text": "a"})
    assert (refused.response_action, refused.labelled_errors) == ("errors", {"Text": "Too short."})
    assert view.value("Text") == "a"
    accepted = await slack.submit(ANN, view, {"Text": "abc"})
    assert (accepted.errors, accepted.problem) == ({}, "")
    assert view.closed


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "vanish"},
    ],
)
async def test_an_answer_that_slack_would_not_take_is_a_problem(
    slack: FakeSlack, app: Scripted, answer: Block
) -> None:
    app.answers = [answer]
    view = on_screen(slack, modal(TEXT))
    assert (await slack.submit(ANN, view, {"Text": "a"})).problem
    assert slack.modals(ANN) == [view]


async def test_answers_update_push_close_and_clear(slack: FakeSlack, app: Scripted) -> None:
    view = on_screen(slack, modal(TEXT))
    app.answers = [
        {"response_action": "update", "view": modal(TEXT, title=plain("Updated"))},
        {"response_action": "push", "view": modal(TEXT, title=plain("Pushed"))},
        {"response_action": "push", "view": modal(TEXT, title=plain("Third"))},
    ]
    await slack.submit(ANN, view, {"Text": "kept"})
    assert (view.title, view.value("Text"), len(view.history)) == ("Updated", "kept", 2)
    await slack.submit(ANN, view)
    pushed = slack.modals(ANN)[-1]
    assert (pushed.title, pushed.previous, pushed.root) == ("Pushed", view.id, view.id)
    assert pushed.value("Text") is None
    await slack.submit(ANN, pushed, {"Text": "on"})
    assert [open_view.title for open_view in slack.modals(ANN)] == ["Updated", "Pushed", "Third"]
    await slack.submit(ANN, slack.modals(ANN)[-1], {"Text": "done"})
    assert [open_view.title for open_view in slack.modals(ANN)] == ["Updated", "Pushed"]
    app.answers = [{"response_action": "clear"}]
    await slack.submit(ANN, pushed)
    assert slack.modals(ANN) == []


async def test_a_field_that_the_app_listens_to_is_reported_at_once(slack: FakeSlack, app: Scripted) -> None:
    picture = asked("Picture", {"type": "file_input", "max_files": 1}, dispatch_action=True, optional=True)
    view = on_screen(slack, modal(picture, TEXT))
    slack.add_file("F1", ANN, "us.png", "image/png", b"png")
    await slack.fill(ANN, view, {"Picture": "F1", "Text": "typed"})
    (change,) = app.seen
    assert (change["type"], change["container"]) == ("block_actions", {"type": "view", "view_id": view.id})
    assert change["actions"][0]["files"][0]["id"] == "F1"
    assert change["view"]["state"]["values"]["picture"]["x"]["files"][0]["mimetype"] == "image/png"


async def test_closing_is_told_only_to_an_app_that_asked(slack: FakeSlack, app: Scripted) -> None:
    await slack.close(ANN, on_screen(slack, modal(TEXT)))
    assert app.seen == []
    await slack.close(ANN, on_screen(slack, modal(TEXT, notify_on_close=True)))
    assert (app.seen[0]["type"], app.seen[0]["is_cleared"]) == ("view_closed", False)
    assert slack.modals(ANN) == []


async def test_pressing_needs_a_button_that_is_there(slack: FakeSlack, app: Scripted) -> None:
    button = {"type": "button", "action_id": "whole", "text": plain("Show whole"), "value": "P-1"}
    view = on_screen(slack, modal({"type": "actions", "block_id": "b", "elements": [button]}))
    with pytest.raises(LookupError, match="Show whole"):
        await slack.press(ANN, view, "Approve")
    await slack.press(ANN, view, "Show whole")
    pressed = app.seen[0]
    assert (pressed["actions"][0]["action_id"], pressed["view"]["id"]) == ("whole", view.id)
    assert "response_url" not in pressed


async def test_a_person_who_changes_is_heard_of(slack: FakeSlack, app: Scripted) -> None:
    await slack.change_user(ANN, deleted=True, event_id="Ev9")
    told = app.seen[0]
    assert (told["event_id"], told["event"]["type"]) == ("Ev9", "user_change")
    assert told["event"]["user"]["deleted"]
