"""Forms and presses on Teams, over signed HTTP: pressed twice, too late, by the wrong person or by an old client."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.teams import answers
from bot.teams.answers import BELOW
from policy.post import State
from tests.fakes.school import HEAD, OWNER, TEACHER
from tests.fakes.slack_desk import Failing
from tests.fakes.teams import Fault, HeldBack, Message, Outcome
from tests.fakes.teams_desk import TeamsDesk, teams_desk

Json = dict[str, Any]

TEXT, ACCOUNT = "text", "account~choice"
"""Fields of the form of a post, by their ids."""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TeamsDesk]:
    async with teams_desk(tmp_path / "data") as desk:
        yield desk


async def form_of(desk: TeamsDesk, text: str = "") -> Message:
    """The form of a new post."""
    return await (await desk.teams.command(TEACHER, f"draftpost {text}")).answered()


async def drafted(desk: TeamsDesk, text: str = "We won the race") -> Outcome:
    """A post that the teacher has sent."""
    sent = await desk.teams.submit(TEACHER, await form_of(desk), {TEXT: text, ACCOUNT: "Harbour page"})
    assert sent.toast == ""
    return sent


async def card_for(desk: TeamsDesk, name: str) -> Message:
    """The card that somebody was sent to decide."""
    return next(each for each in await desk.deliver() if each.viewer == name)


async def since(desk: TeamsDesk, outcome: Outcome) -> list[Message]:
    """What Exeat has written to the person since, once it has written all it will."""
    await desk.edge.close()
    return outcome.messages


def data_of(message: Message, label: str) -> Json:
    """What the button of a card carries."""
    found = list(_actions(message.card, label))
    assert len(found) == 1
    return dict(found[0]["data"])


def _actions(part: Any, label: str) -> Any:
    if isinstance(part, dict):
        if part.get("title") == label and str(part.get("type")).startswith("Action."):
            yield part
            return
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _actions(each, label)


async def test_a_command_is_answered_by_its_form_with_what_was_typed_after_it(desk: TeamsDesk) -> None:
    asked = await desk.teams.command(TEACHER, "/draftpost Fish & chips <today>\nhttps://x.example")
    assert (asked.status, asked.answer.body) == (200, "")
    form = await asked.answered()
    assert form.value(TEXT) == "Fish & chips <today>\nhttps://x.example"
    assert form.live_entities() == []


async def test_a_form_is_taken_and_its_receipt_stands_in_its_place_for_good(desk: TeamsDesk) -> None:
    form = await form_of(desk)
    sent = await desk.teams.submit(TEACHER, form, {TEXT: "*We* <at>all</at> won", ACCOUNT: "Harbour page"})
    assert sent.card is not None
    assert "Helen" in sent.card.shown_text()
    assert sent.card.fields() == sent.card.buttons() == []
    await desk.edge.close()
    assert form.versions[-1].only_for == "", "what Teams shows after an answer alone, it forgets"
    assert "Helen" in form.shown_text()
    assert [post.content.text for post in await desk.posts()] == ["*We* <at>all</at> won"]


async def test_the_answer_of_an_invoke_is_plain_json(desk: TeamsDesk) -> None:
    """botbuilder's own way in writes it as JSON in a JSON string, or fails."""
    sent = await drafted(desk)
    assert sent.status == 200
    assert sent.answer.headers["Content-Type"].startswith("application/json")
    assert sent.json is not None
    assert sent.json["type"] == "application/vnd.microsoft.card.adaptive"
    assert sent.json["value"]["type"] == "AdaptiveCard"


async def test_a_form_sent_twice_counts_once(desk: TeamsDesk) -> None:
    form = await form_of(desk)
    screen = form.latest
    desk.teams.fill(TEACHER, form, {TEXT: "We won", ACCOUNT: "Harbour page"})
    sent = await desk.teams.press(TEACHER, form, "Send")
    again = await desk.teams.again(sent)
    other_device = await desk.teams.deliver({**sent.activity, "id": "f:another-press"})
    assert screen.fields() == form.versions[0].fields()
    assert len(await desk.posts()) == 1
    for answer in (again, other_device):
        assert answer.json is not None
        assert answer.json["type"] == "application/vnd.microsoft.card.adaptive"
        assert "P-1" in answer.body


async def test_two_presses_of_send_at_the_same_moment_are_one_post(desk: TeamsDesk) -> None:
    sent = await drafted(desk)
    data = {**sent.activity["value"]["action"]["data"]}
    data["exeat"] = {**data["exeat"], "n": "0" * 32}
    action = {**sent.activity["value"]["action"], "data": data}
    activities = [{**sent.activity, "id": f"f:{n}", "value": {"action": action}} for n in range(6)]
    answers = await asyncio.gather(*map(desk.teams.deliver, activities))
    assert {answer.status for answer in answers} == {200}
    assert len(await desk.posts()) == 2


async def test_a_form_already_taken_keeps_what_it_took(desk: TeamsDesk) -> None:
    form = await form_of(desk)
    sent = await desk.teams.submit(TEACHER, form, {TEXT: "We won", ACCOUNT: "Harbour page"})
    other = {**sent.activity["value"]["action"]["data"], "text": "Other words"}
    action = {**sent.activity["value"]["action"], "data": other}
    answer = await desk.teams.deliver({**sent.activity, "id": "f:2", "value": {"action": action}})
    assert answer.json is not None
    assert answer.json["type"] == "application/vnd.microsoft.activity.message"
    assert "already received as P-1" in answer.json["value"]
    assert [post.content.text for post in await desk.posts()] == ["We won"]


async def test_a_form_with_an_error_stays_as_it_was_typed_and_is_taken_when_corrected(desk: TeamsDesk) -> None:
    form = await form_of(desk)
    wrong = await desk.teams.submit(TEACHER, form, {TEXT: "x" * 400, ACCOUNT: "Harbour on X"})
    assert wrong.card is not None
    assert "120 characters too long" in wrong.card.shown_text()
    assert form.value(TEXT) == "x" * 400
    assert form.value(ACCOUNT) == "short"
    assert await desk.posts() == []
    right = await desk.teams.submit(TEACHER, form, {TEXT: "Short"})
    assert right.card is not None
    assert right.card.fields() == []
    assert [post.content.text for post in await desk.posts()] == ["Short"]


async def test_a_button_in_a_form_brings_what_was_typed_along(desk: TeamsDesk) -> None:
    form = await form_of(desk)
    desk.teams.fill(TEACHER, form, {TEXT: "A picture comes"})
    pressed = await desk.teams.press(TEACHER, form, "Add a picture")
    assert pressed.card is not None
    assert [post.content.text for post in await desk.posts()] == ["A picture comes"]
    assert (await desk.teams.again(pressed)).status == 200
    assert len(await desk.posts()) == 1


async def test_a_press_on_a_card_decides_and_the_second_press_is_told(desk: TeamsDesk) -> None:
    await drafted(desk)
    card = await card_for(desk, HEAD)
    assert card.live_entities() == []
    pressed = await desk.teams.press(HEAD, card, "Approve")
    assert pressed.toast == "Done."
    assert (await desk.posts())[0].status is State.APPROVED
    second = await desk.teams.press(HEAD, card.versions[0], "Approve")
    assert "already approved" in second.toast
    [told] = await since(desk, second)
    assert "already approved" in told.shown_text()


async def test_the_same_press_delivered_four_times_has_one_effect(desk: TeamsDesk) -> None:
    await drafted(desk)
    pressed = await desk.teams.press(HEAD, await card_for(desk, HEAD), "Approve")
    for _ in range(3):
        assert (await desk.teams.again(pressed)).status == 200
    assert len((await desk.posts())[0].decisions) == 1


async def test_a_press_that_needs_words_sends_a_form(desk: TeamsDesk) -> None:
    await drafted(desk)
    pressed = await desk.teams.press(HEAD, await card_for(desk, HEAD), "Reject")
    assert pressed.toast == BELOW
    [form] = pressed.messages
    assert "We won the race" in form.shown_text()
    with pytest.raises(HeldBack):
        await desk.teams.submit(HEAD, form, {})
    sent = await desk.teams.submit(HEAD, form, {form.fields()[0]: "It names a pupil."})
    assert sent.card is not None
    assert "done" in sent.card.shown_text()
    assert (await desk.posts())[0].status is State.REJECTED


async def test_a_form_that_does_not_arrive_is_told_of(desk: TeamsDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "FIRST_WAIT", 0.0)
    await drafted(desk)
    card = await card_for(desk, HEAD)
    for trouble in (Fault.API_ERROR(403, "MessageWritesBlocked"), Fault.BAD_GATEWAY, Fault.DROP):
        desk.teams.faults.next("send", trouble, times=1 if trouble.status == 403 else answers.TRIES)
        assert "did not open" in (await desk.teams.press(HEAD, card, "Reject")).toast
        await desk.teams.message(HEAD, "posts")
        await desk.edge.close()


async def test_an_answer_is_tried_again_and_a_form_sent_twice_is_one_form(
    desk: TeamsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "FIRST_WAIT", 0.0)
    for trouble in (Fault.RATE_LIMIT(0), Fault.PRECONDITION, Fault.ACCEPT_THEN_DROP):
        desk.teams.faults.next("send", trouble)
    typed = await desk.teams.command(TEACHER, "/draftpost")
    await desk.edge.close()
    twice = [message for message in typed.messages if message.fields()]
    assert len(twice) == 2
    for form in twice:
        await desk.teams.submit(TEACHER, form, {"Text": "Once", "Account": "Harbour page"})
    assert [post.content.text for post in await desk.posts()] == ["Once"]


async def test_a_form_that_takes_too_long_is_not_waited_for(desk: TeamsDesk) -> None:
    await drafted(desk)
    card, gate = await card_for(desk, HEAD), asyncio.Event()
    desk.edge.answers.patience = 0.05
    desk.teams.faults.next("send", Fault.SLOW(gate))
    pressed = await desk.teams.press(HEAD, card, "Reject")
    gate.set()
    assert "did not open" in pressed.toast
    assert "nothing was saved" in pressed.toast


async def test_a_form_that_is_refused_stays_open_with_what_was_typed(desk: TeamsDesk) -> None:
    await drafted(desk)
    card = await card_for(desk, HEAD)
    [form] = (await desk.teams.press(HEAD, card, "Reject")).messages
    await desk.teams.press(HEAD, card, "Approve")
    field = form.fields()[0]
    sent = await desk.teams.submit(HEAD, form, {field: "A reason that took long to write"})
    assert sent.card is None
    assert "already approved" in sent.toast
    assert form.value(field) == "A reason that took long to write"
    assert form.edits == 0


async def test_a_client_without_execute_does_the_same(desk: TeamsDesk) -> None:
    form = await form_of(desk)
    sent = await desk.teams.submit(TEACHER, form, {TEXT: "x" * 400, ACCOUNT: "Harbour on X"}, legacy=True)
    assert (sent.status, sent.answer.body) == (200, "")
    await desk.edge.close()
    assert form.edits == 1
    assert "120 characters too long" in form.shown_text()
    assert form.value(TEXT) == "x" * 400
    sent = await desk.teams.submit(TEACHER, form, {TEXT: "Short"}, legacy=True)
    await desk.teams.again(sent)
    await desk.edge.close()
    assert len(await desk.posts()) == 1
    assert form.fields() == []
    card = await card_for(desk, HEAD)
    asked = await desk.teams.press(HEAD, card, "Reject", legacy=True)
    [reason] = await since(desk, asked)
    await desk.teams.press(HEAD, card, "Approve", legacy=True)
    refused = await desk.teams.submit(HEAD, reason, {reason.fields()[0]: "Too late"}, legacy=True)
    [told] = await since(desk, refused)
    assert "already approved" in told.shown_text()
    assert reason.edits == 0
    assert (await desk.posts())[0].status is State.APPROVED


async def test_when_the_form_is_gone_its_receipt_is_sent(desk: TeamsDesk) -> None:
    form = await form_of(desk)
    desk.teams.fill(TEACHER, form, {TEXT: "We won", ACCOUNT: "Harbour page"})
    desk.teams.faults.next("update", Fault.API_ERROR(404, "ActivityNotFoundInConversation"))
    sent = await desk.teams.press(TEACHER, form, "Send", legacy=True)
    [receipt] = await since(desk, sent)
    assert "P-1" in receipt.shown_text()


STRANGE: list[Any] = [
    None,
    "x",
    7,
    [],
    {},
    {"action": None},
    {"action": "approve"},
    {"action": ["approve"]},
    {"action": {"verb": "post.approve"}},
    {"action": {"verb": ["x"], "data": {}}},
    {"action": {"type": "Action.Submit", "verb": "post.approve", "data": "x"}},
    {"action": {"type": "Action.Http", "data": {"exeat": {}}}},
    {"action": {"type": "Action.Execute", "verb": "post.approve", "data": {"exeat": "x"}}},
    {"action": {"type": "Action.Execute", "verb": "post.approve", "data": {"exeat": {"verb": "posts"}}}},
    {"action": {"type": "Action.Execute", "verb": "x", "data": {"exeat": {"verb": "x", "s": 7, "v": "x"}}}},
    {"action": {"verb": "x", "data": {"exeat": {"verb": "x", "s": "harbour", "v": 1, "n": 7}}}},
    {"action": {"verb": "x", "data": {"exeat": {"verb": "x", "s": "harbour", "v": 1, "n": "1", "d": 1}}}},
    {"data": "x"},
    {"data": {"exeat": []}},
]


@pytest.mark.parametrize("value", STRANGE, ids=range(len(STRANGE)))
@pytest.mark.parametrize("name", ["adaptiveCard/action", "task/fetch", "task/submit"])
async def test_a_strange_payload_is_answered_kindly(desk: TeamsDesk, name: str, value: Any) -> None:
    activity = {**desk.teams.activity(TEACHER, "invoke"), "name": name, "value": value}
    answer = await desk.teams.deliver(activity)
    assert answer.status == 200
    assert "no longer works" in answer.body
    assert "Traceback" not in answer.body


@pytest.mark.parametrize("value", STRANGE[1:], ids=range(len(STRANGE) - 1))
async def test_a_strange_message_is_answered_kindly(desk: TeamsDesk, value: Any) -> None:
    before = len(desk.teams.inbox(TEACHER))
    answer = await desk.teams.deliver(desk.teams.activity(TEACHER, value=value))
    assert (answer.status, answer.body) == (200, "")
    await desk.edge.close()
    [told] = desk.teams.inbox(TEACHER)[before:]
    assert "no longer works" in told.shown_text()


@pytest.mark.parametrize("name", ["composeExtension/query", "signin/verifyState", "fileConsent/invoke", "", None])
async def test_an_invoke_that_exeat_does_not_know_is_not_implemented(desk: TeamsDesk, name: str | None) -> None:
    activity = {**desk.teams.activity(TEACHER, "invoke"), "name": name, "value": {}}
    answer = await desk.teams.deliver(activity)
    assert (answer.status, answer.body) == (501, "")


async def test_a_forged_or_garbled_press_does_nothing(desk: TeamsDesk) -> None:
    await drafted(desk)
    card = await card_for(desk, HEAD)
    pressed = await desk.teams.press(HEAD, card, "History")
    action, data = pressed.activity["value"]["action"], data_of(card, "Approve")
    changes: list[Json] = [{"i": "P-999"}, {"v": 99}, {"s": "other"}, {"k": "person"}, {"i": None}]
    for n, change in enumerate(changes):
        forged = {**data, "exeat": {**data["exeat"], **change}}
        value = {"action": {**action, "verb": data["exeat"]["verb"], "data": forged}}
        answer = await desk.teams.deliver({**pressed.activity, "id": f"f:{n}", "value": value})
        assert answer.status == 200
    mine = {"action": {**action, "verb": data["exeat"]["verb"], "data": data}}
    teacher = desk.teams.activity(TEACHER, "invoke")
    answer = await desk.teams.deliver({**teacher, "name": "adaptiveCard/action", "value": mine})
    assert answer.status == 200
    await desk.edge.close()
    assert (await desk.posts())[0].status is State.WAITING


async def test_a_press_in_a_channel_does_nothing(desk: TeamsDesk) -> None:
    await drafted(desk)
    data = data_of(await card_for(desk, HEAD), "Approve")
    activity = desk.teams.activity(HEAD, "invoke", channel="staffroom")
    value = {"action": {"type": "Action.Execute", "verb": data["exeat"]["verb"], "data": data}}
    answer = await desk.teams.deliver({**activity, "name": "adaptiveCard/action", "value": value})
    assert "no longer works" in answer.body
    assert (await desk.posts())[0].status is State.WAITING


async def test_when_the_store_fails_people_are_told_that_nothing_was_saved(
    desk: TeamsDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    await drafted(desk)
    card, form = await card_for(desk, HEAD), await form_of(desk)
    desk.dispatch.store = Failing()  # type: ignore[assignment]
    asked = await desk.teams.command(OWNER, "posts")
    assert "Nothing was saved" in (await asked.answered()).shown_text()
    assert "Nothing was saved" in (await desk.teams.press(HEAD, card, "Approve")).toast
    sent = await desk.teams.submit(TEACHER, form, {TEXT: "Kept", ACCOUNT: "Harbour page"})
    assert "Nothing was saved" in sent.toast
    assert form.value(TEXT) == "Kept"
    legacy = await desk.teams.press(TEACHER, form, "Send", legacy=True)
    assert "Nothing was saved" in (await legacy.answered()).shown_text()
    out = capsys.readouterr()
    assert "trouble" in out.out + out.err


async def test_an_address_that_cannot_be_kept_keeps_nobody_waiting(desk: TeamsDesk) -> None:
    desk.teams.add_user("nina", "Nina", "nina@harbour.example")
    kept, desk.surface.addresses._store = desk.surface.addresses._store, Failing()  # type: ignore[assignment]
    answered = await (await desk.teams.command("nina", "exeat")).answered()
    assert "/draftpost" in answered.shown_text()
    await desk.edge.close()
    nina = desk.identity("nina")
    assert desk.surface.addresses.noted(nina) is not None
    desk.surface.addresses._store = kept
    await (await desk.teams.command("nina", "exeat")).answered()
    assert desk.surface.addresses.noted(nina) is None
    assert str(nina) in {each.id for each in desk.surface.addresses.all()}, "kept at the next chance"


async def test_no_words_reach_the_log(desk: TeamsDesk, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "quokka"
    form = await form_of(desk, secret)
    await desk.teams.submit(TEACHER, form, {TEXT: secret, ACCOUNT: "Harbour page"})
    await desk.teams.message(TEACHER, secret)
    for value in (secret, {"exeat": secret}, {"exeat": {"verb": secret, "s": "harbour", "v": 1}}):
        await desk.teams.deliver(desk.teams.activity(TEACHER, value=value))
        invoke = {**desk.teams.activity(TEACHER, "invoke"), "name": "task/submit", "value": {"data": value}}
        await desk.teams.deliver(invoke)
    desk.teams.faults.next("send", Fault.BAD_GATEWAY)
    await desk.teams.command(TEACHER, f"draftpost {secret}")
    desk.dispatch.store = Failing()  # type: ignore[assignment]
    await desk.teams.command(TEACHER, f"draftpost {secret}")
    await desk.edge.close()
    out = capsys.readouterr()
    assert "strange payload" in out.out + out.err
    assert secret not in out.out + out.err
