"""The door for Teams, over real HTTP: what is not an activity of this school's own gets a plain 4xx and no trace."""

import gzip
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.teams.guard import LARGEST, LONGEST, is_loopback
from tests.fakes.school import TEACHER
from tests.fakes.teams_desk import TeamsDesk, teams_desk

OTHER = "99999999-0000-4000-8000-000000000000"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TeamsDesk]:
    async with teams_desk(tmp_path / "data") as desk:
        yield desk


async def status(desk: TeamsDesk, body: bytes | dict[str, Any], **headers: str) -> int:
    """The status for a body that is signed as it should be."""
    answer = await desk.teams.post_raw(body, {**desk.teams.signed(), **headers})
    assert "Traceback" not in answer.body
    if answer.status >= 400:
        assert answer.json is not None
        assert set(answer.json) == {"error"}
    return answer.status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"7",
        b"\xff\xfe",
        b'{"type": NaN}',
        b'{"a":"\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"--x\r\n\r\n",
    ],
)
async def test_a_body_that_is_no_json_object_is_turned_away(desk: TeamsDesk, body: bytes) -> None:
    assert await status(desk, body) == 400


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_a_body_that_does_not_say_that_it_is_json_is_turned_away(desk: TeamsDesk, kind: str) -> None:
    body = json.dumps(desk.teams.activity(TEACHER, text="posts")).encode()
    assert await status(desk, body, **{"Content-Type": kind}) == 400


@pytest.mark.parametrize("value", [None, "", 7, [], {}, True, "x" * (LONGEST + 1)])
@pytest.mark.parametrize("part", ["type", "id", "channelId", "serviceUrl", "from.id", "conversation.id"])
async def test_an_activity_that_lacks_what_every_one_has_is_turned_away(
    desk: TeamsDesk, part: str, value: object
) -> None:
    activity = desk.teams.activity(TEACHER, text="posts")
    name, _, inner = part.partition(".")
    if inner:
        activity[name][inner] = value
    else:
        activity[name] = value
    assert await status(desk, activity) == 400


@pytest.mark.parametrize("value", [None, "x", 7, [], ["id"], {}])
@pytest.mark.parametrize("part", ["from", "conversation"])
async def test_an_activity_from_nobody_or_nowhere_is_turned_away(desk: TeamsDesk, part: str, value: object) -> None:
    activity = desk.teams.activity(TEACHER, text="posts")
    assert await status(desk, {**activity, part: value}) == 400
    del activity[part]
    assert await status(desk, activity) == 400


@pytest.mark.parametrize(
    "more",
    [
        {"text": 7},
        {"text": ["posts"]},
        {"entities": {}},
        {"attachments": "x"},
        {"channelData": []},
        {"channelData": "x"},
        {"recipient": "28:bot"},
        {"membersAdded": {}},
        {"membersRemoved": 7},
        {"name": {}},
        {"action": []},
        {"replyToId": 7},
    ],
    ids=str,
)
async def test_a_part_of_another_kind_than_it_should_be_is_turned_away(desk: TeamsDesk, more: dict[str, Any]) -> None:
    assert await status(desk, {**desk.teams.activity(TEACHER, text="posts"), **more}) == 400


@pytest.mark.parametrize(
    "service",
    [
        "x",
        "ftp://smba.trafficmanager.net/uk/",
        "http://smba.trafficmanager.net/uk/",
        "https://user:word@smba.trafficmanager.net/uk/",
        "https:///uk/",
        "https://[/",
        "https://x:port/",
        "file:///etc/passwd",
        "http://127.0.0.1.example.org/",
        "//smba.trafficmanager.net/",
    ],
)
async def test_answers_are_sent_to_no_strange_address(desk: TeamsDesk, service: str) -> None:
    activity = {**desk.teams.activity(TEACHER, text="posts"), "serviceUrl": service}
    signed = desk.teams.signed(serviceurl=service)
    assert (await desk.teams.post_raw(activity, signed)).status == 400


@pytest.mark.parametrize(
    ("service", "here"),
    [
        ("http://localhost:1/x", True),
        ("http://127.0.0.1:1", True),
        ("http://[::1]:1/", True),
        ("http://10.0.0.1/", False),
        ("https://example.org/", False),
        ("http://localhost.example.org/", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_this_machine_is_known_by_its_addresses(service: str, here: bool) -> None:
    assert is_loopback(service) is here


async def test_a_body_too_large_is_turned_away_also_when_it_does_not_say_so(desk: TeamsDesk) -> None:
    large = b'{"text":"' + b"x" * LARGEST + b'"}'
    packed = gzip.compress(large)
    assert len(packed) < 10_000
    headers = {"Content-Type": "application/json", **desk.teams.signed()}

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    url = desk.teams.way.url
    async with aiohttp.ClientSession() as session:
        for body, more in ((io.BytesIO(large), {}), (pieces(), {}), (packed, {"Content-Encoding": "gzip"})):
            async with session.post(url, data=body, headers={**headers, **more}) as answer:
                assert answer.status == 413


async def test_the_largest_body_is_read(desk: TeamsDesk) -> None:
    activity = json.dumps(desk.teams.activity(TEACHER, "typing")).encode()
    assert await status(desk, activity[:-1] + b" " * (LARGEST - len(activity)) + b"}") == 200


@pytest.mark.parametrize(
    "more",
    [
        {"channelData": {"tenant": {"id": OTHER}}},
        {"channelData": {"tenant": {"id": ["x"]}}},
        {"conversation": {"conversationType": "personal", "tenantId": OTHER, "id": "a:1"}},
        {"channelData": None, "conversation": {"conversationType": "personal", "id": "a:1"}},
        {"channelData": {"tenant": "x"}, "conversation": {"conversationType": "personal", "id": "a:1"}},
    ],
    ids=["data", "no name", "conversation", "none", "garbled"],
)
@pytest.mark.parametrize("type_", ["message", "invoke", "conversationUpdate", "installationUpdate"])
async def test_another_schools_tenant_is_turned_away_with_a_genuine_token(
    desk: TeamsDesk, more: dict[str, Any], type_: str
) -> None:
    asked = {"text": "posts", "name": "task/fetch", "action": "add", "membersAdded": [{"id": desk.teams.bot_id}]}
    activity = {**desk.teams.activity(TEACHER, type_), **asked, **more}
    before = len(desk.teams.inbox(TEACHER))
    assert await status(desk, activity) == 403
    await desk.edge.close()
    assert len(desk.teams.inbox(TEACHER)) == before


async def test_somebody_from_another_tenant_in_ours_is_turned_away(desk: TeamsDesk) -> None:
    activity = desk.teams.activity(TEACHER, text="posts")
    activity["from"]["tenantId"] = OTHER
    assert await status(desk, activity) == 403


async def test_our_tenant_is_ours_however_its_id_is_written(desk: TeamsDesk) -> None:
    activity = desk.teams.activity(TEACHER, "typing")
    activity["channelData"]["tenant"]["id"] = desk.teams.tenant.upper()
    assert await status(desk, activity) == 200


async def test_another_channel_is_turned_away_with_a_genuine_token(tmp_path: Path) -> None:
    """In Web Chat and Direct Line people write their own `from` and `channelData`."""
    channels = ("webchat", "directline", "emulator", "MSTEAMS")
    async with teams_desk(tmp_path / "data", endorsements=("msteams", *channels)) as desk:
        for channel in channels:
            activity = {**desk.teams.activity(TEACHER, text="posts"), "channelId": channel}
            assert await status(desk, activity) == 403


async def test_before_the_tenant_is_known_nobody_is_served(desk: TeamsDesk) -> None:
    desk.surface.tenant = ""
    assert await status(desk, desk.teams.activity(TEACHER, text="posts")) == 403


async def test_other_methods_and_addresses_are_not_there(desk: TeamsDesk) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(desk.teams.way.url) as answer:
            assert answer.status == 405
        async with session.post(desk.teams.way.url + "/x", data=b"{}") as answer:
            assert answer.status == 404
