"""Presses and forms that were forged, sent again or sent back: refused kindly, counted once, taken when put right."""

import json
from typing import Any

import pytest

from tests.fakes.school import HEAD, OWNER, TEACHER
from tests.fakes.slack import Answer, FakeSlack, Message, View
from tests.scenarios.on_slack import OnSlack
from tests.scenarios.school import School
from tests.scenarios.serving import audited, post_of, quiet
from tests.scenarios.stage import HELEN, OLU, SECRET, TOM, Stage, told_after


def carried(card: Message, button: str, **changed: object) -> dict[str, Any]:
    """What a press on a button sends, with parts of what the button carries forged."""
    elements = [each for block in card.blocks for each in block.get("elements", [])]
    found = next(each for each in elements if each.get("text", {}).get("text") == button)
    value = json.loads(found["value"]) | changed
    action = {"action_id": found["action_id"], "block_id": "b", "type": "button", "action_ts": "1.1"}
    return {"actions": [action | {"value": json.dumps(value)}]}


FORGED: dict[str, tuple[dict[str, Any], str]] = {
    "a post that is not there": ({"i": "P-999"}, "There is nothing here for you"),
    "a kind that is not a post's": ({"k": "person"}, "There is nothing here for you"),
    "a kind that is no kind": ({"k": SECRET}, "There is nothing here for you"),
    "an id of words": ({"i": f"../{SECRET}"}, "There is nothing here for you"),
    "a later version": ({"v": 99}, "has changed since this card was drawn"),
    "an earlier version": ({"v": -1}, "has changed since this card was drawn"),
    "another school": ({"s": "other"}, "another school"),
    "a version of words": ({"v": SECRET}, "no longer works"),
    "no school": ({"s": None}, "no longer works"),
}


@pytest.mark.parametrize("what", FORGED)
async def test_forged_ids_are_refused_kindly(stage: Stage, what: str) -> None:
    changed, words = FORGED[what]
    told: list[str] = []

    async def press() -> None:
        told.append(
            await told_after(stage.slack, HEAD, stage.card, "Approve", **carried(stage.card, "Approve", **changed))
        )

    await stage.unmoved(press())
    assert words in told[0]
    assert SECRET not in told[0] or "has changed" in told[0]


async def test_a_teacher_who_forges_the_heads_press_changes_nothing(stage: Stage) -> None:
    slack = stage.slack
    before = len(slack.inbox(TOM))
    told = await told_after(slack, TEACHER, stage.card, "Approve")
    assert "You cannot decide on your own post" in told
    refused = await told_after(slack, OWNER, stage.card, "Approve")
    assert "This is not yours to decide" in refused
    await quiet(stage.program)
    assert len(slack.inbox(TOM)) == before + 1
    assert (await post_of(stage.program)).decisions == ()
    assert [row.entry.verb for row in await audited(stage.program)] == ["post.new"]


async def test_somebody_elses_form_is_not_theirs_to_send(stage: Stage) -> None:
    slack, school = stage.slack, School(OnSlack(stage.slack))
    form = await school.form(TEACHER, await school.card(TEACHER, "P-1", button="Edit"), "Edit")

    async def send() -> None:
        sent = await slack.submit(OLU, form, {"Text": f"{SECRET} was here"})
        assert sent.status == 200
        assert "There is nothing here for you" in form.shown_text()

    await stage.unmoved(send())
    assert (await post_of(stage.program)).version == 1


async def test_a_form_made_to_speak_of_another_post_is_refused(stage: Stage) -> None:
    slack = stage.slack
    form = await (await slack.command(OLU, "/draftpost")).opened()
    meta = {"s": "harbour", "v": 1, "k": "post", "i": "P-1", "p": {"pictures": "9"}}
    view = {**slack.view_shape(form), "callback_id": "post.edit.send", "private_metadata": json.dumps(meta)}

    async def send() -> None:
        sent = await slack.submit(OLU, form, {"Text": SECRET, "Account": "Harbour page"}, overrides={"view": view})
        assert sent.status == 200
        assert "There is nothing here for you" in form.shown_text() or sent.errors

    await stage.unmoved(send())


async def test_a_replay_byte_by_byte_has_no_second_effect(stage: Stage) -> None:
    slack, sent = stage.slack, stage.slack.http.sent
    form = await (await slack.command(TOM, "/draftpost")).opened()
    await slack.submit(TOM, form, {"Text": "Only once", "Account": "Harbour page"})
    submission = sent[-1]
    await School(OnSlack(slack)).card(HEAD, "P-2", button="Approve")
    await slack.press(HELEN, stage.card, "Approve")
    press = sent[-1]
    await School(OnSlack(slack)).card(TEACHER, "P-1 is approved: ready for")
    await slack.change_user(OLU, name="Olu Ade")
    event = sent[-1]
    await quiet(stage.program)

    async def again() -> None:
        for request in (submission, press, event) * 3:
            assert (await slack.replay(request)).status == 200

    await stage.unmoved(again())
    assert [row.entry.verb for row in await audited(stage.program)] == ["post.new", "post.new", "post.approve"]


async def test_the_same_form_with_other_words_is_said_to_have_been_received(stage: Stage) -> None:
    slack = stage.slack
    form = await (await slack.command(TOM, "/draftpost")).opened()
    sent = await slack.submit(TOM, form, {"Text": "First words", "Account": "Harbour page"})
    view = json.loads(json.dumps(sent.payload["view"]).replace("First words", f"Second {SECRET}"))
    await School(OnSlack(slack)).card(HEAD, "P-2", button="Approve")
    await quiet(stage.program)
    answers: list[Answer] = []

    async def again() -> None:
        answers.append(await slack.deliver("interactive", {**sent.payload, "view": view}))

    await stage.unmoved(again())
    assert "already received as P-2" in answers[0].body
    assert (await post_of(stage.program, "P-2")).content.text == "First words"


async def typed_into(slack: FakeSlack, view: View, text: str, account: str) -> dict[str, str]:
    """What comes back when this is sent."""
    return dict((await slack.submit(TOM, view, {"Text": text, "Account": account})).labelled_errors)


async def test_a_form_sent_back_with_errors_and_corrected_is_accepted(stage: Stage) -> None:
    slack = stage.slack
    form = await (await slack.command(TOM, "/draftpost")).opened()

    async def wrong() -> None:
        errors = await typed_into(slack, form, f"{SECRET} " * 100, "Harbour on X")
        assert list(errors) == ["Text"]
        assert "too long: X takes 280" in errors["Text"]
        errors = await typed_into(slack, form, " \u200b ", "Harbour page")
        assert "There is nothing to post yet" in errors["Text"]

    await stage.unmoved(wrong())
    assert form.value("Account")["text"]["text"] == "Harbour page"
    assert await typed_into(slack, form, f"The {SECRET}, in short", "Harbour on X") == {}
    await School(OnSlack(slack)).card(HEAD, "P-2", "in short", button="Approve")
    assert (await post_of(stage.program, "P-2")).content.account == "short"
