"""Dialogs on Teams: what is typed in them never enters a chat, and is never lost."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cards.led_nowhere import NOT_HERE
from cards.model import Button, Card, ChoiceField, Form, FormButton, Notice, Text, TextField
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply, Say
from handlers.turn import Turn
from tests.fakes.school import TEACHER
from tests.fakes.slack_desk import Failing
from tests.fakes.teams import Dialog, Message
from tests.fakes.teams_desk import TeamsDesk, teams_desk

WORDS = "quokka: what nobody else may read"


def worry(registry: Registry) -> None:
    """A command whose form must not enter a chat, and all that can become of it."""

    def form(payload: dict[str, str] | None = None) -> Form:
        kinds = ChoiceField("kind", "Kind", (("a", "One thing"), ("b", "Another")), "a")
        parts = (TextField("text", "What happened", lines=5), kinds, FormButton("More", "worry.more"))
        return Form("worry.send", "A worry", parts, payload=payload or {}, dialog=True)

    @registry.command("worry", needs=staff, summary="Tell of a worry")
    async def command(turn: Turn) -> Reply:
        return Ask(form())

    @registry.button("worry.more", "More", needs=staff)
    async def more(turn: Turn) -> Reply:
        return Ask(form({"more": "1"}))

    @registry.form("worry.send", needs=staff)
    async def send(turn: Turn) -> Reply:
        text = turn.request.fields["text"]
        match text:
            case "quiet":
                return Nothing()
            case "broken":
                raise RuntimeError(WORDS)
            case str() if text.startswith("wrong"):
                return Invalid(form(), turn.request.fields, {"text": "Please say it otherwise."})
            case str() if text.startswith("refused"):
                return Say(Card("No", "That cannot be.", (Notice("That cannot be.", "Clause 7"),)), refused=True)
        link, act = Button("Rules", url="https://example.org/"), Button("Act on it", "worry")
        return Say(Card("Thank you", "Thank you.", (Text("It has been passed on."),), (link, act)))

    @registry.command("window", needs=staff, summary="A card with a button for a window")
    async def window(turn: Turn) -> Reply:
        buttons = tuple(Button(verb, verb, dialog=True) for verb in ("worry", "peek", "hush", "away"))
        return Say(Card("Windows", "Windows.", (), (*buttons, Button("Straight", "worry"))))

    @registry.button("peek", "peek", needs=staff)
    async def peek(turn: Turn) -> Reply:
        return Say(Card("Secret", WORDS, (Text(WORDS),), (Button("Act on it", "worry"),)))

    @registry.button("hush", "hush", needs=staff)
    async def hush(turn: Turn) -> Reply:
        return Nothing()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TeamsDesk]:
    async with teams_desk(tmp_path / "data", also=worry) as desk:
        yield desk


async def offer(desk: TeamsDesk, typed: str = "") -> Message:
    """The button that opens the form."""
    return await (await desk.teams.command(TEACHER, f"worry {typed}")).answered()


async def opened(desk: TeamsDesk) -> Dialog:
    """The form, in its dialog."""
    pressed = await desk.teams.press(TEACHER, await offer(desk), "Open")
    assert pressed.dialog is not None
    return pressed.dialog


def chat(desk: TeamsDesk) -> str:
    """All that Exeat ever put into the chat, in every version."""
    return str([version.activity for each in desk.teams.inbox(TEACHER) for version in each.versions])


async def test_a_form_for_a_dialog_is_offered_by_a_button_that_says_nothing(desk: TeamsDesk) -> None:
    card = await offer(desk, WORDS)
    assert card.buttons() == ["Open"]
    assert card.fields() == []
    assert "worry" not in f"{card.shown_text()}{card.summary}".casefold()
    assert "quokka" not in chat(desk)


async def test_it_opens_and_what_is_sent_never_enters_the_chat(desk: TeamsDesk) -> None:
    dialog = await opened(desk)
    assert dialog.title == "A worry"
    before = len(desk.teams.history(TEACHER))
    sent = await desk.teams.submit(TEACHER, dialog, {"text": WORDS})
    assert sent.dialog is dialog
    assert "passed on" in dialog.shown_text()
    assert dialog.buttons() == ["Rules"], "what has been sent is only to be read"
    await desk.edge.close()
    assert len(desk.teams.history(TEACHER)) == before
    assert "quokka" not in chat(desk)


async def test_nothing_to_say_closes_it_with_a_word(desk: TeamsDesk) -> None:
    dialog = await opened(desk)
    sent = await desk.teams.submit(TEACHER, dialog, {"text": "quiet"})
    assert (sent.toast, dialog.closed) == ("Done.", True)
    assert "quiet" not in chat(desk)


async def test_an_error_keeps_the_form_as_it_was_typed(desk: TeamsDesk) -> None:
    dialog = await opened(desk)
    await desk.teams.submit(TEACHER, dialog, {"text": f"wrong {WORDS}", "kind~choice": "Another"})
    assert "Please say it otherwise." in dialog.shown_text()
    assert (dialog.value("text"), dialog.value("kind~choice")) == (f"wrong {WORDS}", "b")
    await desk.teams.submit(TEACHER, dialog, {"text": "right"})
    assert "passed on" in dialog.shown_text()
    assert "quokka" not in chat(desk)


async def test_another_shape_of_the_form_keeps_what_was_typed(desk: TeamsDesk) -> None:
    dialog = await opened(desk)
    desk.teams.fill(TEACHER, dialog, {"text": WORDS})
    await desk.teams.press(TEACHER, dialog, "More")
    assert dialog.value("text") == WORDS
    assert "quokka" not in chat(desk)


async def test_a_refusal_shows_all_that_was_typed(desk: TeamsDesk) -> None:
    dialog = await opened(desk)
    await desk.teams.submit(TEACHER, dialog, {"text": f"refused\n{WORDS}"})
    assert "That cannot be." in dialog.shown_text()
    assert "Clause 7" in dialog.shown_text()
    assert WORDS in dialog.shown_text()
    assert "quokka" not in chat(desk)


async def test_trouble_shows_all_that_was_typed(desk: TeamsDesk, capsys: pytest.CaptureFixture[str]) -> None:
    dialog = await opened(desk)
    await desk.teams.submit(TEACHER, dialog, {"text": "broken"})
    assert "Nothing was saved" in dialog.shown_text()
    assert "broken" in dialog.shown_text()
    dialog = await opened(desk)
    desk.dispatch.store = Failing()  # type: ignore[assignment]
    await desk.teams.submit(TEACHER, dialog, {"text": WORDS})
    assert "Nothing was saved" in dialog.shown_text()
    assert WORDS in dialog.shown_text()
    await desk.edge.close()
    out = capsys.readouterr()
    assert "quokka" not in out.out + out.err + chat(desk)


async def test_a_form_of_an_earlier_exeat_shows_all_that_was_typed(desk: TeamsDesk) -> None:
    dialog = await opened(desk)
    sent = await desk.teams.submit(TEACHER, dialog, {"text": f"wrong {WORDS}"})
    data = {**sent.activity["value"]["data"], "exeat": {"old": 1}}
    answer = await desk.teams.deliver({**sent.activity, "id": "f:1", "value": {"data": data}})
    assert answer.status == 200
    assert "no longer works" in answer.body
    assert WORDS in answer.body


async def windows(desk: TeamsDesk) -> Message:
    return await (await desk.teams.command(TEACHER, "window")).answered()


async def test_a_card_in_a_dialog_is_to_be_read(desk: TeamsDesk) -> None:
    pressed = await desk.teams.press(TEACHER, await windows(desk), "peek")
    assert pressed.dialog is not None
    assert WORDS in pressed.dialog.shown_text()
    assert pressed.dialog.buttons() == []
    await desk.edge.close()
    assert "quokka" not in chat(desk)


async def test_nothing_to_open_says_that_it_is_done(desk: TeamsDesk) -> None:
    assert (await desk.teams.press(TEACHER, await windows(desk), "hush")).toast == "Done."


async def test_a_form_that_is_none_for_dialogs_works_in_one(desk: TeamsDesk) -> None:
    pressed = await desk.teams.press(TEACHER, await windows(desk), "away")
    assert pressed.dialog is not None
    kinds = [action["type"] for action in _actions(pressed.dialog.card)]
    assert kinds
    assert set(kinds) == {"Action.Submit"}, "dialogs know no other"


def _actions(part: Any) -> Any:
    if isinstance(part, dict):
        if str(part.get("type")).startswith("Action."):
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _actions(each)


async def test_a_plain_button_gives_the_button_that_opens_the_dialog(desk: TeamsDesk) -> None:
    [told] = (await desk.teams.press(TEACHER, await windows(desk), "Straight")).messages
    assert (told.buttons(), told.fields()) == (["Open"], [])
    assert "worry" not in f"{told.shown_text()}{told.summary}".casefold()
    pressed = await desk.teams.press(TEACHER, told, "Open")
    assert pressed.dialog is not None
    assert pressed.dialog.title == "A worry"


async def test_a_client_without_dialogs_is_told_and_nothing_is_shown_in_the_chat(desk: TeamsDesk) -> None:
    """Such a client sends what the button carries as a message."""
    pressed = await desk.teams.press(TEACHER, await windows(desk), "peek")
    data = pressed.activity["value"]["data"]
    dialog = await opened(desk)
    sent = await desk.teams.submit(TEACHER, dialog, {"text": f"wrong {WORDS}"})
    for value in (data, sent.activity["value"]["data"]):
        before = len(desk.teams.inbox(TEACHER))
        await desk.teams.deliver(desk.teams.activity(TEACHER, value=value, replyToId="1"))
        await desk.edge.close()
        [told] = desk.teams.inbox(TEACHER)[before:]
        assert NOT_HERE.title in told.shown_text()
    executed = {"type": "Action.Execute", "verb": "worry.send", "data": sent.activity["value"]["data"]}
    activity = desk.teams.activity(TEACHER, "invoke")
    answer = await desk.teams.deliver({**activity, "name": "adaptiveCard/action", "value": {"action": executed}})
    assert "no longer works" in answer.body
    await desk.edge.close()
    assert "quokka" not in chat(desk)


async def test_a_dialogs_answer_is_plain_json(desk: TeamsDesk) -> None:
    pressed = await desk.teams.press(TEACHER, await offer(desk), "Open")
    found = orjson.loads(pressed.answer.body)
    assert found["task"]["type"] == "continue"
    assert found["task"]["value"]["card"]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert found["task"]["value"]["card"]["content"]["type"] == "AdaptiveCard"
