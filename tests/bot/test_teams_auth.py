"""Whose a request is on Teams: genuine tokens, forged ones, and Microsoft's keys as they come, change and fail."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.teams import Authentication, TeamsEdge
from bot.teams.authentication import FRESH, PAUSE, PAUSE_WITHOUT
from tests.fakes.school import TEACHER
from tests.fakes.teams import FakeTeams, Fault, keys
from tests.fakes.teams_desk import TeamsDesk, teams_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TeamsDesk]:
    async with teams_desk(tmp_path / "data") as desk:
        yield desk


@dataclass
class Checking:
    """An authentication beside the stand-in, with a clock that is moved by hand."""

    teams: FakeTeams
    now: float = 1_000_000.0
    authentication: Authentication = field(init=False)

    def __post_init__(self) -> None:
        self.authentication = Authentication(
            self.teams.app_id, metadata=self.teams.openid_url, clock=lambda: self.now
        )

    async def passes(self, **how: Any) -> bool:
        """Whether an activity with such a token is taken."""
        activity = SimpleNamespace(channel_id="msteams", service_url=self.teams.url)
        try:
            await self.authentication.authenticate_request(activity, f"Bearer {self.teams.token(**how)}")
        except PermissionError:
            return False
        return True


@pytest.fixture
async def checking() -> AsyncIterator[Checking]:
    async with FakeTeams() as teams:
        checking = Checking(teams)
        yield checking
        await checking.authentication.close()


NOBODYS: list[dict[str, Any]] = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer x"},
    {"Authorization": "Bearer x.y.z"},
    {"Authorization": "Bearer e30.e30.e30"},
    {"Authorization": "Bearer ....."},
    {"Authorization": "Bearer é"},
    {"Authorization": "Bearer " + "x" * 4_000},
    {"Authorization": "Basic dXNlcjp3b3Jk"},
    {"Authorization": "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6N30.e30.AAAA"},
    {"Authorization": "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6WzFdfQ.e30.AAAA"},
    {"Authorization": "Bearer W10.e30.AAAA"},
]


@pytest.mark.parametrize("headers", NOBODYS, ids=range(len(NOBODYS)))
async def test_without_a_token_that_is_one_nobody_comes_in(desk: TeamsDesk, headers: dict[str, str]) -> None:
    answer = await desk.teams.post_raw(desk.teams.activity(TEACHER, text="posts"), headers)
    assert answer.status == 401
    assert answer.json is not None
    assert set(answer.json) == {"error"}


FORGED: list[dict[str, Any]] = [
    {"exp": 1_000_000_000},
    {"exp": None},
    {"exp": "soon"},
    {"nbf": 9_999_999_999},
    {"nbf": None},
    {"iss": "https://api.example.org"},
    {"iss": None},
    {"aud": "99999999-0000-4000-8000-000000000000"},
    {"aud": None},
    {"aud": ""},
    {"serviceurl": "https://smba.trafficmanager.net/elsewhere/"},
    {"serviceurl": None},
    {"serviceurl": ["x"]},
    {"key": "stranger"},
    {"headers": {"kid": "nobody's"}},
    {"headers": {"kid": None}},
    {"headers": {"alg": "HS256"}},
    {"headers": {"alg": "none"}},
]


@pytest.mark.parametrize("how", FORGED, ids=str)
async def test_a_token_that_is_not_microsofts_for_this_is_refused(desk: TeamsDesk, how: dict[str, Any]) -> None:
    activity = desk.teams.activity(TEACHER, text="posts")
    before = len(desk.teams.inbox(TEACHER))
    answer = await desk.teams.post_raw(activity, desk.teams.signed(**how))
    assert answer.status == 401
    await desk.edge.close()
    assert len(desk.teams.inbox(TEACHER)) == before


async def test_a_strangers_key_under_the_name_of_microsofts_is_refused(desk: TeamsDesk) -> None:
    signed = desk.teams.signed(key="stranger", headers={"kid": keys.key_id(desk.teams.signing)})
    answer = await desk.teams.post_raw(desk.teams.activity(TEACHER, text="posts"), signed)
    assert answer.status == 401


async def test_a_genuine_token_lets_an_activity_in(desk: TeamsDesk) -> None:
    answer = await desk.teams.deliver(desk.teams.activity(TEACHER, "typing"))
    assert (answer.status, answer.body) == (200, "")


async def test_a_token_is_good_for_its_own_service_only(desk: TeamsDesk) -> None:
    activity = {**desk.teams.activity(TEACHER, text="posts"), "serviceUrl": "https://evil.example/"}
    answer = await desk.teams.post_raw(activity, desk.teams.signed())
    assert answer.status == 401


async def test_two_tokens_are_one_too_many(desk: TeamsDesk) -> None:
    token = desk.teams.signed()["Authorization"]
    headers = [("Content-Type", "application/json"), ("Authorization", token), ("Authorization", token)]
    body = json.dumps(desk.teams.activity(TEACHER, "typing"))
    async with (
        aiohttp.ClientSession() as session,
        session.post(desk.teams.way.url, data=body, headers=headers) as answer,
    ):
        assert answer.status == 400


async def test_clocks_may_differ_by_five_minutes(checking: Checking) -> None:
    now = checking.teams.wall()
    assert await checking.passes(exp=int(now) - 280)
    assert await checking.passes(nbf=int(now) + 280)
    assert not await checking.passes(exp=int(now) - 320)
    assert not await checking.passes(nbf=int(now) + 320)


async def test_a_key_for_another_channel_is_refused(checking: Checking) -> None:
    checking.teams.endorsements = ["webchat"]
    assert not await checking.passes()


async def test_the_keys_are_asked_for_once_for_many_requests_at_once(checking: Checking) -> None:
    assert all(await asyncio.gather(*(checking.passes() for _ in range(20))))
    assert await checking.passes()
    assert checking.teams.key_fetches == 1


async def test_a_new_key_of_microsofts_is_taken_at_once(checking: Checking) -> None:
    assert await checking.passes()
    checking.now += PAUSE
    checking.teams.rotate_keys()
    assert await checking.passes()
    assert checking.teams.key_fetches == 2
    assert not await checking.passes(key="old")


async def test_unknown_keys_make_exeat_ask_at_most_once_a_minute(checking: Checking) -> None:
    assert await checking.passes()
    for _ in range(5):
        assert not await checking.passes(headers={"kid": "nobody's"})
    assert checking.teams.key_fetches == 1
    checking.now += PAUSE
    for _ in range(5):
        assert not await checking.passes(headers={"kid": "nobody's"})
    assert checking.teams.key_fetches == 2


async def test_old_keys_serve_while_new_ones_cannot_be_had(checking: Checking) -> None:
    assert await checking.passes()
    checking.now += FRESH
    checking.teams.keys_fail = True
    assert await checking.passes()
    await checking.authentication.close()
    assert not await checking.passes(headers={"kid": "nobody's"})
    assert await checking.passes()


async def test_after_a_day_the_keys_are_asked_for_again_while_a_request_goes_on(checking: Checking) -> None:
    assert await checking.passes()
    checking.teams.rotate_keys()
    checking.now += FRESH
    gate = asyncio.Event()
    checking.teams.faults.next("keys", Fault.LATE(gate))
    assert await checking.passes(key="old"), "nobody waits for it"
    gate.set()
    await checking.authentication.close()
    assert checking.teams.key_fetches == 2
    assert not await checking.passes(key="old"), "a key that Microsoft has taken back"
    assert await checking.passes()


async def test_until_there_are_keys_they_are_asked_for_every_few_seconds(checking: Checking) -> None:
    checking.teams.keys_fail = True
    asked = len(checking.teams.calls)
    for _ in range(50):
        assert not await checking.passes()
    assert len(checking.teams.calls) - asked + checking.teams.key_fetches <= 2, "one asking, however many come"
    checking.teams.keys_fail = False
    checking.now += PAUSE_WITHOUT - 0.1
    assert not await checking.passes()
    checking.now += 0.1
    assert await checking.passes()


@pytest.mark.parametrize("method", ["openid", "keys"])
@pytest.mark.parametrize("trouble", [Fault.ERROR_500, Fault.DROP, Fault.RATE_LIMIT(1)], ids=lambda each: each.kind)
async def test_trouble_with_the_keys_is_a_refusal(checking: Checking, method: str, trouble: Any) -> None:
    checking.teams.faults.next(method, trouble, times=4)
    assert not await checking.passes()
    checking.teams.faults.none()
    checking.now += PAUSE_WITHOUT
    assert await checking.passes()


STRANGE_KEYS: list[Any] = [
    [],
    {},
    "x",
    7,
    {"jwks_uri": 7},
    {"jwks_uri": "x"},
    {"jwks_uri": "SELF", "keys": 7},
    {"jwks_uri": "SELF", "keys": [7]},
    {"jwks_uri": "SELF", "keys": [{"kty": "RSA", "kid": "a"}]},
    {"jwks_uri": "SELF", "keys": [{"kty": "RSA", "kid": "a", "n": 7, "e": []}]},
    {"jwks_uri": "SELF", "keys": [{"kty": "RSA", "kid": "a", "n": "AA", "e": "AA", "endorsements": 7}]},
    {"jwks_uri": "SELF", "keys": [{"kty": "EC", "kid": "a"}, {"kty": "RSA", "kid": []}, {"kty": "oct", "k": "x"}]},
]


@pytest.mark.parametrize("found", STRANGE_KEYS, ids=range(len(STRANGE_KEYS)))
async def test_senseless_keys_are_a_refusal(checking: Checking, found: Any) -> None:
    async def serve(request: web.Request) -> web.Response:
        itself = str(request.url)
        return web.json_response(
            {**found, "jwks_uri": itself} if isinstance(found, dict) and found.get("jwks_uri") == "SELF" else found
        )

    app = web.Application()
    app.router.add_get("/", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    metadata = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    checking.authentication = Authentication(checking.teams.app_id, metadata=metadata)
    try:
        assert not await checking.passes()
        assert not await checking.passes(headers={"kid": "a"})
    finally:
        await runner.cleanup()


def test_without_an_app_nothing_can_be_checked_and_that_is_an_error() -> None:
    with pytest.raises(ValueError, match="TEAMS_APP_ID"):
        Authentication("")


async def test_an_edge_checks_for_its_own_app(desk: TeamsDesk) -> None:
    with pytest.raises(ValueError, match="not this app"):
        TeamsEdge(desk.dispatch, desk.surface, Authentication("x"), app_id=desk.teams.app_id)
    with pytest.raises(ValueError, match="not this app"):
        TeamsEdge(desk.dispatch, desk.surface, None, app_id=desk.teams.app_id)


async def test_the_playground_is_let_in_from_this_machine_to_this_machine_only(desk: TeamsDesk) -> None:
    edge = TeamsEdge(desk.dispatch, desk.surface, None)
    app = web.Application()
    app.add_routes(edge.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    desk.teams.connect(f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages")
    try:
        activity = desk.teams.activity(TEACHER, "typing")
        assert (await desk.teams.post_raw(activity)).status == 200
        elsewhere = {**activity, "serviceUrl": "https://evil.example/"}
        assert (await desk.teams.post_raw(elsewhere)).status == 401
        other = {**activity, "channelData": {"tenant": {"id": "other"}}}
        assert (await desk.teams.post_raw(other)).status == 403
    finally:
        await edge.close()
        await runner.cleanup()


async def test_the_log_says_why_and_nothing_that_was_sent(
    desk: TeamsDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    activity = desk.teams.activity(TEACHER, text="quokka")
    await desk.teams.post_raw(activity, {"Authorization": "Bearer quokka.quokka.quokka"})
    await desk.teams.post_raw(activity, desk.teams.signed(headers={"kid": "quokka"}))
    await desk.teams.post_raw(b"{quokka", desk.teams.signed())
    await desk.teams.post_raw({**activity, "text": ["quokka"]}, desk.teams.signed())
    out = capsys.readouterr()
    assert (out.out + out.err).count("turned away") == 4
    assert "quokka" not in out.out + out.err
