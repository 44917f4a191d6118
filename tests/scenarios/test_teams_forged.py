"""Presses on Teams that were forged, borrowed or smuggled in through another door: refused kindly, with no effect."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.school import COLLEAGUE, DEPUTY, HEAD, OWNER, TEACHER
from tests.scenarios.serving import audited, post_of, quiet
from tests.scenarios.stage import SECRET
from tests.scenarios.teams_stage import TeamsStage, data_of, filled, form_before, form_of, teams_stage

Json = dict[str, Any]


Way = Callable[[TeamsStage, str, Json], Awaitable[str]]


@pytest.fixture
async def stage(tmp_path: Path, said: Callable[[], str]) -> AsyncIterator[TeamsStage]:
    async with teams_stage(tmp_path, said) as stage:
        yield stage


WAYS: dict[str, Way] = {
    "a press": lambda stage, name, data: stage.executed(name, data),
    "an old client": lambda stage, name, data: stage.submitted(name, data),
    "a window": lambda stage, name, data: stage.windowed(name, data),
    "a window's form": lambda stage, name, data: stage.windowed(name, data, invoke="task/submit"),
}
"""By which doors the data of a button can come in."""


FORGED: dict[str, tuple[Json, str]] = {
    "a post that is not there": ({"i": "P-999"}, "There is nothing here for you"),
    "a kind that is not a post's": ({"k": "person"}, "There is nothing here for you"),
    "a kind that is no kind": ({"k": SECRET}, "There is nothing here for you"),
    "an id of words": ({"i": f"../{SECRET}"}, "There is nothing here for you"),
    "an id that is none": ({"i": 1}, "There is nothing here for you"),
    "a later version": ({"v": 99}, "has changed since this card was drawn"),
    "an earlier version": ({"v": -1}, "has changed since this card was drawn"),
    "another school": ({"s": "other"}, "another school"),
    "a version of words": ({"v": SECRET}, "no longer works"),
    "a version that is true": ({"v": True}, "no longer works"),
    "no version": ({"v": None}, "no longer works"),
    "no school": ({"s": None}, "no longer works"),
    "a school that is a list": ({"s": ["harbour"]}, "no longer works"),
    "no verb": ({"verb": None}, "no longer works"),
    "a form's button without a form": ({"f": 1}, "no longer works"),
    "a window's form without a form": ({"d": 1}, "no longer works"),
    "a nonce that is a list": ({"n": [SECRET]}, "no longer works"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", FORGED)
async def test_forged_ids_are_refused_kindly(stage: TeamsStage, what: str, way: str) -> None:
    changed, words = FORGED[what]
    told: list[str] = []

    async def press() -> None:
        told.append(await WAYS[way](stage, HEAD, data_of(stage.card, "Approve", **changed)))

    await stage.unmoved(press())
    assert words in told[0]
    assert SECRET not in told[0] or "has changed" in told[0]


NOT_OURS: dict[str, Any] = {
    "nothing": {},
    "words": {"exeat": SECRET},
    "a list": {"exeat": [{"s": "harbour"}]},
    "another app's": {"myapp": {"verb": "post.approve"}},
    "our ids beside the rest": {"verb": "post.approve", "s": "harbour", "k": "post", "i": "P-1", "v": 1},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", NOT_OURS)
async def test_what_no_button_of_ours_sends_is_refused_kindly(stage: TeamsStage, what: str, way: str) -> None:
    told: list[str] = []

    async def press() -> None:
        told.append(await WAYS[way](stage, HEAD, NOT_OURS[what]))

    await stage.unmoved(press())
    assert "no longer works" in told[0]
    assert SECRET not in told[0] or way == "a window's form", "which shows what was typed, lest it be lost"


async def test_a_verb_beside_the_data_that_is_another_is_refused(stage: TeamsStage) -> None:
    told: list[str] = []

    async def press() -> None:
        told.append(await stage.executed(HEAD, data_of(stage.card, "History"), verb="post.approve"))
        told.append(await stage.executed(HEAD, data_of(stage.card, "Approve"), verb="post.history"))

    await stage.unmoved(press())
    assert all("no longer works" in words for words in told)


@pytest.mark.parametrize("way", WAYS)
async def test_a_press_on_a_card_that_was_made_for_somebody_else_decides_nothing(stage: TeamsStage, way: str) -> None:
    told: dict[str, str] = {}

    async def press() -> None:
        for name in (TEACHER, OWNER, COLLEAGUE, DEPUTY):
            told[name] = await WAYS[way](stage, name, data_of(stage.card, "Approve"))

    await stage.unmoved(press())
    assert "You cannot decide on your own post" in told[TEACHER]
    assert all("This is not yours to decide" in told[name] for name in (OWNER, COLLEAGUE, DEPUTY))
    assert (await post_of(stage.program)).decisions == ()
    assert [row.entry.verb for row in await audited(stage.program)] == ["post.new"]


@pytest.mark.parametrize("button", ["History", "Reject", "Request changes"])
async def test_nobody_sees_through_a_borrowed_button_what_is_not_theirs(stage: TeamsStage, button: str) -> None:
    told: list[str] = []

    async def press() -> None:
        for way in WAYS.values():
            told.append(await way(stage, COLLEAGUE, data_of(stage.card, button)))

    await stage.unmoved(press())
    assert not any(SECRET in words for words in told)


@pytest.mark.parametrize("way", WAYS)
async def test_a_press_from_a_channel_does_nothing(stage: TeamsStage, way: str) -> None:
    """Exeat's buttons stand in people's own chats only."""
    teams = stage.teams
    where = teams.add_channel("Staffroom")
    data = data_of(stage.card, "Approve")
    match way:
        case "a press":
            activity = teams.invoke(
                HEAD, "adaptiveCard/action", {"action": {"verb": "post.approve", "data": data}}, conversation=where
            )
        case "an old client":
            activity = teams.activity(HEAD, channel="Staffroom", value=data)
        case _:
            invoke = "task/fetch" if way == "a window" else "task/submit"
            activity = teams.invoke(HEAD, invoke, {"data": data}, conversation=where)

    async def press() -> None:
        answer = await teams.deliver(activity)
        assert answer.status == 200
        assert "no longer works" in answer.body or way == "an old client"

    await stage.unmoved(press())
    assert SECRET not in json.dumps([each.shown_text() for each in teams.channel("Staffroom")])


SMUGGLED: dict[str, Any] = {
    "an object": {"surface": "teams", "id": "https://elsewhere.example/x", "name": "x.jpg"},
    "a list of objects": [{"surface": "teams", "id": "https://elsewhere.example/x"}],
    "a number": 1,
    "nothing": None,
}


@pytest.mark.parametrize("field", ["picture_1", "file_1", "text", "exeat.picture_1~file"])
@pytest.mark.parametrize("what", SMUGGLED)
async def test_a_file_smuggled_in_as_a_field_is_refused(stage: TeamsStage, what: str, field: str) -> None:
    form = await form_of(stage)
    told: list[str] = []

    async def send() -> None:
        for verb in ("post.new", "post.keep", "files"):
            data = {**filled(form, SECRET, verb=verb, p={"pictures": "1"}), field: SMUGGLED[what]}
            told.append(await stage.executed(TEACHER, data))
            told.append(await stage.submitted(TEACHER, data))

    await stage.unmoved(send())
    assert all("no longer works" in words for words in told)


@pytest.mark.parametrize("field", ["picture_1", "file_1", "file_1~choice", "file_1~person", "picture_1~person"])
async def test_an_address_smuggled_in_as_a_field_is_not_fetched(stage: TeamsStage, field: str) -> None:
    form, teams = await form_of(stage), stage.teams
    address = teams.attached(("IMG_1.jpg", b"quokka"))["content"]["downloadUrl"]
    data = {**filled(form, "With a file", p={"pictures": "1"}), field: address}
    assert "P-2 is on its way" in await stage.executed(TEACHER, data)
    assert "No picture came with that" in await stage.executed(
        TEACHER, {**data_of(form_before(form), "Send", verb="files"), field: address}
    )
    assert "No picture came with that" in await stage.executed(
        TEACHER, {"exeat": {"s": "harbour", "v": 0, "verb": "files"}, field: address}
    )
    await stage.school.card(HEAD, "P-2", "With a file", button="Approve")
    await quiet(stage.program)
    assert (await post_of(stage.program, "P-2")).pictures == ()
    assert not [call for call in teams.calls if call.method in ("file", "attachment")]


async def test_a_window_for_what_is_no_window_gives_no_other_right(stage: TeamsStage) -> None:
    form = await form_of(stage, OWNER)
    told: list[str] = []

    async def ask() -> None:
        for invoke in ("task/fetch", "task/submit"):
            for verb in ("post.approve", "post.reject", "post.edit", "post.withdraw", "post.history"):
                told.append(await stage.windowed(OWNER, data_of(stage.card, "Approve", verb=verb), invoke=invoke))
            told.append(
                await stage.windowed(
                    OWNER, filled(form, SECRET, verb="post.edit.send", k="post", i="P-1", v=1), invoke=invoke
                )
            )

    await stage.unmoved(ask())
    refused = ("This is not yours to decide", "There is nothing here for you")
    assert all(any(words in each for words in refused) for each in told), told


async def test_a_window_for_a_verb_that_is_none_says_what_exeat_can_do(stage: TeamsStage) -> None:
    told: list[str] = []

    async def ask() -> None:
        for verb in ("post.destroy", "due", "fetched", "__class__", "-"):
            told.append(await stage.windowed(HEAD, {"exeat": {"s": "harbour", "v": 0, "verb": verb}}))

    await stage.unmoved(ask())
    assert all("/draftpost" in words for words in told)


async def test_a_command_through_a_window_is_the_same_form_and_counts_once(stage: TeamsStage) -> None:
    teams = stage.teams
    opened = await teams.deliver(
        teams.invoke(TEACHER, "task/fetch", {"data": {"exeat": {"s": "harbour", "v": 0, "verb": "draftpost"}}})
    )
    assert opened.json is not None
    content = opened.json["task"]["value"]["card"]["content"]
    send = next(each for block in content["body"] for each in block.get("actions", []) if each["title"] == "Send")[
        "data"
    ]
    data = {**send, "text": "From a window", "account~choice": "page"}
    assert "no longer works" in await stage.executed(TEACHER, data), "a window's form counts in a window only"
    for _ in range(3):
        await stage.windowed(TEACHER, data, invoke="task/submit")
    await stage.school.card(HEAD, "P-2", "From a window", button="Approve")
    await quiet(stage.program)
    assert [row.entry.verb for row in await audited(stage.program)] == ["post.new", "post.new"]


@pytest.mark.parametrize(
    "name", ["signin/verifyState", "composeExtension/query", "fileConsent/invoke", "task/other", SECRET, ""]
)
async def test_an_invoke_that_exeat_does_not_know_does_nothing(stage: TeamsStage, name: str) -> None:
    async def send() -> None:
        value = {"action": {"verb": "post.approve", "data": data_of(stage.card, "Approve")}}
        answer = await stage.teams.deliver(stage.teams.invoke(HEAD, name, {**value, **value["action"]}))
        assert (answer.status, answer.body) == (501, "")

    await stage.unmoved(send())
