"""A message in the staff room becomes a comment: "Log as comment" in its menu, on every chat."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.teams.markup import in_words
from policy.comment import Comment
from tests.fakes.school import OWNER, TEACHER
from tests.fakes.slack_desk import user
from tests.scenarios.chat import FORWARDED, SENT, Chat
from tests.scenarios.chats import CHATS
from tests.scenarios.on_slack import slack
from tests.scenarios.on_teams import teams
from tests.scenarios.serving import HandClock, serving

LABEL, VERB = "Log as comment", "comment.log"


@asynccontextmanager
async def playing(on: str, folder: Path) -> AsyncIterator[tuple[Chat, Any]]:
    async with CHATS[on]() as chat, serving(chat, folder / "data", clock=HandClock()) as program:
        yield chat, program


async def logged(program: Any) -> list[Comment]:
    async with program.dispatch.store.transaction("harbour") as tx:
        return await tx.find(Comment, limit=10)  # type: ignore[no-any-return]


@pytest.mark.parametrize("on", CHATS)
async def test_a_message_becomes_a_comment(tmp_path: Path, on: str) -> None:
    async with playing(on, tmp_path) as (chat, program):
        words = "On our page: when does term begin? https://example.org/page/7"
        form = await chat.shortcut(TEACHER, LABEL, words)
        assert words in form.shown_text()
        errors = await chat.send(TEACHER, form, {"Account": "Harbour page", "Kind": "A question"})
        assert errors == {}
        (comment,) = await logged(program)
        assert comment.text == words
        assert comment.link == "https://example.org/page/7"
        assert comment.received_at == SENT.replace(second=0, microsecond=0)
        assert comment.writer == ""
        card: Any = await chat.until(lambda: next(iter(chat.inbox(OWNER)), None))
        assert "when does term begin?" in card.shown_text()


@pytest.mark.parametrize("on", CHATS)
async def test_what_was_forwarded_is_the_comment_and_its_time_counts(tmp_path: Path, on: str) -> None:
    async with playing(on, tmp_path) as (chat, program):
        form = await chat.shortcut(TEACHER, LABEL, "", forwarded="Is the gate open?\nIt was shut & dark.")
        await chat.send(TEACHER, form, {"Account": "Harbour page"})
        (comment,) = await logged(program)
        assert " ".join(comment.text.split()) == "Is the gate open? It was shut & dark."
        assert comment.received_at == FORWARDED.replace(second=0, microsecond=0)


@pytest.mark.parametrize("on", CHATS)
async def test_a_message_without_words_gives_an_empty_form(tmp_path: Path, on: str) -> None:
    async with playing(on, tmp_path) as (chat, program):
        form = await chat.shortcut(TEACHER, LABEL, "")
        errors = await chat.send(TEACHER, form, {"Account": "Harbour page"})
        assert errors
        assert await logged(program) == []


@pytest.mark.parametrize("on", CHATS)
async def test_of_a_very_long_message_the_form_says_what_did_not_fit(tmp_path: Path, on: str) -> None:
    async with playing(on, tmp_path) as (chat, program):
        form = await chat.shortcut(TEACHER, LABEL, "word " * 2_000)
        assert "characters did not fit" in form.shown_text()
        await chat.send(TEACHER, form, {"Account": "Harbour page"})
        (comment,) = await logged(program)
        assert comment.text.startswith("word word")
        assert comment.text.endswith("…")


@pytest.mark.parametrize("who", ["blocked", "guest"])
@pytest.mark.parametrize("socket", [False, True])
async def test_on_slack_nobody_but_staff_can(tmp_path: Path, who: str, socket: bool) -> None:
    async with slack(socket=socket) as chat, serving(chat, tmp_path / "data") as program:
        await chat.slack.shortcut(user(who), VERB, "Words", channel="C0STAFF")
        told = await chat.until(lambda: [*chat.whispers(who), *(each.shown_text() for each in chat.inbox(who))])
        assert "your account is not on the school's list" in "".join(told)
        assert await logged(program) == []


@pytest.mark.parametrize("who", ["blocked", "guest"])
async def test_on_teams_nobody_but_staff_can(tmp_path: Path, who: str) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        await chat.teams.install(who)
        form = await chat.shortcut(who, LABEL, "Words")
        assert "your account is not on the school's list" in form.shown_text()
        assert await logged(program) == []


async def test_on_teams_somebody_who_never_opened_exeat_is_told_to(tmp_path: Path) -> None:
    async with teams(having=()) as chat, serving(chat, tmp_path / "data"):
        form = await chat.shortcut(TEACHER, LABEL, "Words")
        assert "open Exeat under Apps" in form.shown_text()


MESSAGES: dict[str, Any] = {
    "no message": {"message": None},
    "a message that is a list": {"message": []},
    "attachments that are none": {"message": {"text": None, "attachments": "x", "ts": {}}},
    "attachments of attachments": {"message": {"attachments": [1, {"text": 1, "fallback": []}], "ts": "1e999"}},
    "no callback": {"callback_id": None},
    "an unknown callback": {"callback_id": "x" * 200},
    "no channel": {"channel": "general"},
    "no user": {"user": []},
    "no trigger": {"trigger_id": 7},
}


@pytest.mark.parametrize("strange", MESSAGES)
async def test_slack_strange_messages_are_answered_and_do_no_harm(tmp_path: Path, strange: str) -> None:
    async with slack() as chat, serving(chat, tmp_path / "data") as program:
        used = await chat.slack.shortcut(user(TEACHER), VERB, "Words", overrides=MESSAGES[strange])
        assert used.status == 200
        assert await logged(program) == []


VALUES: dict[str, Any] = {
    "nothing": {},
    "no message": {"commandId": VERB},
    "a command that is a list": {"commandId": [VERB], "messagePayload": {}},
    "an empty message": {"commandId": VERB, "messagePayload": {}},
    "a body that is text": {"commandId": VERB, "messagePayload": {"body": "x", "attachments": [1, None]}},
    "what was forwarded is no JSON": {
        "commandId": VERB,
        "messagePayload": {
            "body": {"content": 3},
            "attachments": [{"contentType": "forwardedMessageReference", "content": "{"}],
            "createdDateTime": "never",
        },
    },
    "an unknown command": {"commandId": "x" * 200, "messagePayload": {}},
}


@pytest.mark.parametrize("strange", VALUES)
async def test_teams_strange_messages_are_answered_and_do_no_harm(tmp_path: Path, strange: str) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        activity = chat.teams.invoke(TEACHER, "composeExtension/fetchTask", VALUES[strange])
        answer = await chat.teams.deliver(activity)
        assert answer.status == 200
        assert answer.json is not None
        assert answer.json["task"]["type"] in ("continue", "message")
        assert await logged(program) == []


@pytest.mark.parametrize(
    ("html", "words", "links"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree", []),
        ("<ul><li>One</li><li>Two</li></ul>", "One\nTwo", []),
        ('<p>See <a href="https://a.example/x">this</a></p>', "See this", ["https://a.example/x"]),
        ('<p>Hi <img alt="a smile" src="x"></p>', "Hi a smile", []),
        ("<p>2 &lt; 3 &amp; 4&nbsp;</p>", "2 < 3 & 4", []),
        ("<script>alert(1)</script><b>Bold", "Bold", []),
        ('<a href="javascript:x">no</a>', "no", []),
        ("", "", []),
    ],
)
def test_html_becomes_words(html: str, words: str, links: list[str]) -> None:
    assert in_words(html) == (words, links)
