"""The guard in front of Bolt: what is not Slack's own, or not well formed, gets a plain 4xx and leaves no trace."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web

from bot.body import Turned
from bot.slack.guard import LARGEST, Guard
from tests.fakes.slack import FakeSlack

FORM = urlencode({"command": "/posts", "text": "a&b é", "empty": ""}).encode()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A stand-in that speaks to nothing but a guard, which answers with what it read."""
    async with FakeSlack() as slack:
        guard = Guard(slack.signing_secret, time.time)
        hasty = Guard(slack.signing_secret, time.time, slowest=0.05)

        async def handle(request: web.Request) -> web.Response:
            try:
                return web.json_response({"read": await (hasty if request.path == "/hasty" else guard).read(request)})
            except Turned as turned:
                return web.json_response({"reason": turned.reason}, status=turned.status)

        app = web.Application()
        app.router.add_post("/{guard:|hasty}", handle)
        runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        yield slack
        await runner.cleanup()


async def test_a_signed_form_is_read(slack: FakeSlack) -> None:
    answer = await slack.raw(FORM)
    assert answer.json == {"read": {"command": "/posts", "text": "a&b é", "empty": ""}}


async def test_a_signed_interaction_is_read_from_its_payload(slack: FakeSlack) -> None:
    answer = await slack.raw(urlencode({"payload": '{"type":"block_actions"}'}).encode())
    assert answer.json == {"read": {"type": "block_actions"}}


async def test_a_signed_event_is_read(slack: FakeSlack) -> None:
    answer = await slack.raw(b'{"event":{"text":"\\u00e9"}}', content_type="application/json")
    assert answer.json == {"read": {"event": {"text": "é"}}}


async def test_a_clock_within_five_minutes_is_near_enough(slack: FakeSlack) -> None:
    assert (await slack.raw(FORM, timestamp=int(time.time()) - 290)).status == 200
    assert (await slack.raw(FORM, timestamp=int(time.time()) + 290)).status == 200


@pytest.mark.parametrize(
    ("status", "how"),
    [
        (401, {"signed": False}),
        (401, {"secret": "not the secret"}),
        (401, {"timestamp": 1_000_000_000}),
        (401, {"timestamp": 9_999_999_999}),
        (401, {"headers": {"X-Slack-Signature": "v0=" + "0" * 64}}),
        (401, {"headers": {"X-Slack-Signature": ""}}),
        (401, {"signed": False, "headers": {"X-Slack-Signature": "v0=" + "0" * 64}}),
        (400, {"timestamp": "soon"}),
        (400, {"timestamp": "-5"}),
        (400, {"timestamp": "1.5"}),
        (400, {"timestamp": "9" * 400}),
        (400, {"timestamp": "٣٣٣"}),
        (400, {"headers": {"X-Slack-Signature": "v0=é"}}),
        (400, {"content_type": "text/plain"}),
        (400, {"content_type": "multipart/form-data; boundary=x"}),
        (400, {"content_type": "application/json"}),
    ],
)
async def test_what_is_not_slacks_is_turned_away(slack: FakeSlack, status: int, how: dict[str, Any]) -> None:
    answer = await slack.raw(FORM, **how)
    assert answer.status == status
    assert "posts" not in answer.body


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"x"', "application/json"),
        (b"\xff", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"payload=", "application/x-www-form-urlencoded"),
        (b"payload=%7B", "application/x-www-form-urlencoded"),
        (b"payload=[]", "application/x-www-form-urlencoded"),
        (b"payload={}&payload={}", "application/x-www-form-urlencoded"),
        (b"text=a&text=b", "application/x-www-form-urlencoded"),
        (b"\xff=1", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(500)), "application/x-www-form-urlencoded"),
    ],
)
async def test_a_malformed_body_is_turned_away(slack: FakeSlack, body: bytes, content_type: str) -> None:
    assert (await slack.raw(body, content_type=content_type)).status == 400


async def test_a_header_given_twice_is_turned_away(slack: FakeSlack) -> None:
    made = slack.http.signed(FORM)
    headers = [("Content-Type", "application/x-www-form-urlencoded"), *made.items()]
    for name, value in made.items():
        call = slack._session.post(slack.http.url, data=FORM, headers=[*headers, (name, value)])
        async with call as answer:
            assert answer.status == 400


async def test_a_body_too_large_is_turned_away_also_when_it_does_not_say_so(slack: FakeSlack) -> None:
    large = b"a=" + b"x" * LARGEST
    headers = {"Content-Type": "application/x-www-form-urlencoded", **slack.http.signed(large)}

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    for body in (io.BytesIO(large), pieces()):
        async with slack._session.post(slack.http.url, data=body, headers=headers) as answer:
            assert answer.status == 413


async def test_whoever_sends_a_body_drop_by_drop_does_not_keep_the_door_open(slack: FakeSlack) -> None:
    async def drops() -> AsyncIterator[bytes]:
        yield FORM[:1]
        await asyncio.Event().wait()

    headers = {"Content-Type": "application/x-www-form-urlencoded", **slack.http.signed(FORM)}
    for length in ({}, {"Content-Length": str(len(FORM))}):
        call = slack._session.post(f"{slack.http.url}hasty", data=drops(), headers=headers | length)
        async with asyncio.timeout(10), call as answer:
            assert answer.status == 408


async def test_a_body_that_does_not_unpack_is_turned_away(slack: FakeSlack) -> None:
    assert (await slack.raw(FORM, {"Content-Encoding": "gzip"})).status == 400


async def test_the_largest_body_is_read(slack: FakeSlack) -> None:
    body = b"a=" + b"x" * (LARGEST - 2)
    assert (await slack.raw(body)).status == 200
