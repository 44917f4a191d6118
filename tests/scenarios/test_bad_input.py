"""Requests that are not from Slack, and people who are not staff: a 4xx or a kind refusal, nothing kept or logged."""

import io
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from policy.post import State
from tests.fakes.slack import Answer
from tests.fakes.slack_desk import user
from tests.scenarios.serving import post_of
from tests.scenarios.stage import HELEN, SECRET, TOM, Stage

COMMAND = urlencode({"command": "/draftpost", "text": SECRET, "user_id": TOM, "trigger_id": "1.1"}).encode()

BROKEN: dict[str, tuple[int, bytes, dict[str, Any]]] = {
    "unsigned": (401, COMMAND, {"signed": False}),
    "signed by somebody else": (401, COMMAND, {"secret": "another secret"}),
    "signature of another body": (401, COMMAND, {"headers": {"X-Slack-Signature": "v0=" + "0" * 64}}),
    "stale": (401, COMMAND, {"timestamp": 1_600_000_000}),
    "from the future": (401, COMMAND, {"timestamp": 9_999_999_999}),
    "timestamp of words": (400, COMMAND, {"timestamp": SECRET}),
    "not JSON": (400, b'{"quokka', {"content_type": "application/json"}),
    "not an object": (400, b'["quokka"]', {"content_type": "application/json"}),
    "not UTF-8": (400, b"text=\xff\xfequokka\xff", {"content_type": "application/json"}),
    "payload cut short": (400, b"payload=%7B%22quokka", {}),
    "a field twice": (400, b"text=quokka&text=quokka", {}),
    "neither form nor JSON": (400, b"<quokka/>", {"content_type": "text/xml"}),
    "deep as a well": (400, b'{"quokka":' * 100_000, {"content_type": "application/json"}),
}


@pytest.mark.parametrize("what", BROKEN)
async def test_a_request_that_is_not_slacks_gets_a_plain_4xx(stage: Stage, what: str) -> None:
    status, body, how = BROKEN[what]
    answers: list[Answer] = []

    async def send() -> None:
        answers.append(await stage.slack.raw(body, **how))

    await stage.unmoved(send())
    assert answers[0].status == status
    assert SECRET not in answers[0].body
    assert "Traceback" not in answers[0].body
    assert "turned away" in stage.said()


async def test_a_body_too_large_is_turned_away(stage: Stage) -> None:
    large = b"text=" + SECRET.encode() * 200_000
    http = stage.slack.http
    headers = {"Content-Type": "application/x-www-form-urlencoded", **http.signed(large)}
    statuses: list[int] = []

    async def send() -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.post(http.url, data=io.BytesIO(large), headers=headers) as answer,
        ):
            statuses.append(answer.status)

    await stage.unmoved(send())
    assert statuses == [413]


STRANGERS = {
    "guest": user("guest"),
    "blocked": user("blocked"),
    "not admitted": user("eve"),
    "bot": "U0ROBOT",
    "deactivated": "U0LEFT",
    "of another workspace": "U0OTHER",
}


UNREACHABLE = ("bot", "deactivated")
"""Slack lets nobody write to these."""


@pytest.mark.parametrize("who", STRANGERS)
async def test_whoever_is_not_staff_is_refused_kindly_whatever_they_try(stage: Stage, who: str) -> None:
    slack, me = stage.slack, STRANGERS[who]
    borrowed = await (await slack.command(TOM, "/draftpost")).opened()
    told: list[str] = []

    async def everything() -> None:
        for command in ("/draftpost", "/posts", "/away", "/exeat"):
            asked = await slack.command(me, command, SECRET)
            assert (asked.status, asked.view) == (200, None)
            assert asked.ephemeral is not None
            told.append(asked.ephemeral.shown_text())
        sent = await slack.submit(me, borrowed, {"Text": SECRET, "Account": "Harbour page"})
        assert sent.status == 200
        told.append(borrowed.shown_text())
        for button in ("Approve", "Reject", "History"):
            before = len(slack.inbox(me))
            assert (await slack.press(me, stage.card, button)).status == 200
            if who not in UNREACHABLE:
                told.append((await slack.until(lambda at=before: slack.inbox(me)[at:]))[0].shown_text())  # type: ignore[misc]
        assert (await slack.say(me, f"posts {SECRET}")).status == 200

    await stage.unmoved(everything())
    assert all("Exeat cannot help you here yet" in words and "school office" in words for words in told), told
    assert not any(SECRET in words for words in told[:4])
    assert (await post_of(stage.program)).status is State.WAITING


async def test_another_workspace_is_refused_kindly_whatever_it_tries(stage: Stage) -> None:
    slack, other = stage.slack, {"team": {"id": "T9OTHER", "domain": "other"}}
    form = await (await slack.command(TOM, "/draftpost")).opened()

    async def everything() -> None:
        asked = await slack.command(HELEN, "/posts", overrides={"team_id": "T9OTHER"})
        assert asked.ephemeral is not None
        assert "another workspace" in asked.ephemeral.shown_text()
        sent = await slack.submit(TOM, form, {"Text": SECRET, "Account": "Harbour page"}, overrides=other)
        assert sent.status == 200
        assert "another workspace" in form.shown_text()
        assert (await slack.press(HELEN, stage.card, "Approve", overrides=other)).status == 200
        event = {"type": "user_change", "user": slack.users[TOM].shape() | {"deleted": True}}
        assert (await slack.event(event, overrides={"team_id": "T9OTHER"})).status == 200

    await stage.unmoved(everything())
