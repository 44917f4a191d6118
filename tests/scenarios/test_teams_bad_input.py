"""Requests that are not from Teams, or are no activity: a plain 4xx with a reason, and nothing kept or logged."""

import io
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.teams import authentication
from policy.post import State
from tests.fakes.school import HEAD, TEACHER
from tests.fakes.teams import Answer, FakeTeams, SentRequest, keys
from tests.scenarios.on_teams import OnTeams, enrol
from tests.scenarios.serving import kept, post_of, quiet, serving, tidied
from tests.scenarios.stage import SECRET
from tests.scenarios.teams_stage import (
    OTHER_TENANT,
    TeamsStage,
    approving,
    genuine,
    teams_stage,
    turned_away,
)

Json = dict[str, Any]


Headers = dict[str, str]


HOUR = 3600


@pytest.fixture
async def stage(tmp_path: Path, said: Callable[[], str]) -> AsyncIterator[TeamsStage]:
    async with teams_stage(tmp_path, said) as stage:
        yield stage


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Microsoft's keys may be asked for as often as one likes."""
    monkeypatch.setattr(authentication, "PAUSE", 0.0)
    monkeypatch.setattr(authentication, "PAUSE_WITHOUT", 0.0)


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def as_ours(teams: FakeTeams) -> Json:
    """The header of a token that calls itself Microsoft's."""
    return {"kid": keys.key_id(teams.signing)}


def now() -> int:
    return int(time.time())


TOKENS: dict[str, Callable[[FakeTeams], Headers]] = {
    "unsigned": lambda teams: {},
    "no token": lambda teams: {"Authorization": "Bearer "},
    "no scheme": lambda teams: {"Authorization": teams.token()},
    "another scheme": lambda teams: {"Authorization": f"Basic {teams.token()}"},
    "garbage": lambda teams: bearer(SECRET),
    "garbage in three parts": lambda teams: bearer(f"{SECRET}.{SECRET}.{SECRET}"),
    "garbage that is not ASCII": lambda teams: bearer("quokka\xe9.\xfc.\xdf"),
    "a very long one": lambda teams: bearer(f"{teams.token()}{'A' * 5000}"),
    "cut short": lambda teams: bearer(teams.token()[:-20]),
    "without its signature": lambda teams: bearer(f"{teams.token().rpartition('.')[0]}."),
    "the claims of another": lambda teams: bearer(spliced(teams.token(), teams.token(key="stranger", aud=SECRET))),
    "a stranger's key": lambda teams: teams.signed(key="stranger"),
    "a stranger's key under Microsoft's name": lambda teams: teams.signed(key="stranger", headers=as_ours(teams)),
    "HS256": lambda teams: teams.signed(headers={"alg": "HS256"}),
    "alg none": lambda teams: teams.signed(headers={"alg": "none"}),
    "an unknown key": lambda teams: teams.signed(headers={"kid": SECRET}),
    "no key named": lambda teams: teams.signed(headers={"kid": None}),
    "expired": lambda teams: teams.signed(nbf=now() - 2 * HOUR, exp=now() - HOUR),
    "not yet valid": lambda teams: teams.signed(nbf=now() + HOUR, exp=now() + 2 * HOUR),
    "without an end": lambda teams: teams.signed(exp=None),
    "without a beginning": lambda teams: teams.signed(nbf=None),
    "an end of words": lambda teams: teams.signed(exp=SECRET),
    "another app's": lambda teams: teams.signed(aud="11111111-2222-3333-4444-555555555555"),
    "nobody's": lambda teams: teams.signed(aud=None),
    "another issuer": lambda teams: teams.signed(iss="https://sts.windows.net/"),
    "no issuer": lambda teams: teams.signed(iss=None),
    "another serviceurl": lambda teams: teams.signed(serviceurl="https://smba.trafficmanager.net/uk/"),
    "no serviceurl": lambda teams: teams.signed(serviceurl=None),
    "an empty serviceurl": lambda teams: teams.signed(serviceurl=""),
}


def spliced(one: str, other: str) -> str:
    """The claims of one token under the header and the signature of another."""
    head, _, signature = one.split(".")
    return f"{head}.{other.split('.')[1]}.{signature}"


@pytest.mark.parametrize("what", TOKENS)
async def test_a_request_that_is_not_microsofts_is_turned_away(stage: TeamsStage, what: str) -> None:
    headers = TOKENS[what](stage.teams)
    await turned_away(stage, 401, lambda: stage.teams.post_raw(genuine(stage.teams), headers))
    await turned_away(stage, 401, lambda: stage.teams.post_raw(approving(stage), headers))
    assert (await post_of(stage.program)).status is State.WAITING


def elsewhere(teams: FakeTeams) -> Json:
    """A genuine activity that wants its answers sent to another place than its token speaks of."""
    return genuine(teams, serviceUrl="https://elsewhere.example/")


async def test_an_activity_that_wants_its_answers_elsewhere_is_turned_away(stage: TeamsStage) -> None:
    teams = stage.teams
    await turned_away(stage, 401, lambda: teams.post_raw(elsewhere(teams), teams.signed()))
    calls = len(teams.calls)
    assert (await teams.post_raw(genuine(teams), teams.signed())).status == 200
    await teams.until(lambda: len(teams.calls) > calls)


async def test_a_key_that_may_not_speak_for_the_channel_is_refused(stage: TeamsStage) -> None:
    teams = stage.teams
    await turned_away(stage, 401, lambda: teams.post_raw(genuine(teams, channelId="webchat"), teams.signed()))


@pytest.mark.usefixtures("in_a_hurry")
async def test_another_channel_is_refused_although_the_key_may_speak_for_it(stage: TeamsStage) -> None:
    teams = stage.teams
    teams.endorsements = ["msteams", "webchat"]
    teams.rotate_keys()
    await turned_away(stage, 403, lambda: teams.post_raw(genuine(teams, channelId="webchat"), teams.signed()))


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_key_that_may_no_longer_speak_for_teams_is_refused(stage: TeamsStage) -> None:
    teams = stage.teams
    teams.endorsements = ["webchat"]
    teams.rotate_keys()
    await turned_away(stage, 401, lambda: teams.post_raw(approving(stage), teams.signed()))


@pytest.mark.usefixtures("in_a_hurry")
async def test_keys_that_were_changed_are_learnt_and_old_ones_serve_until_then(stage: TeamsStage) -> None:
    teams = stage.teams
    teams.rotate_keys()
    teams.keys_fail = True
    await turned_away(stage, 401, lambda: teams.post_raw(approving(stage), teams.signed()))
    assert (await teams.post_raw(genuine(teams), teams.signed(key="old"))).status == 200
    teams.keys_fail = False
    assert (await teams.post_raw(approving(stage), teams.signed())).status == 200
    await stage.school.card(TEACHER, "is approved: ready for")
    await quiet(stage.program)
    await turned_away(stage, 401, lambda: teams.post_raw(genuine(teams), teams.signed(key="old")))


async def test_unknown_keys_do_not_make_exeat_ask_again_and_again(stage: TeamsStage) -> None:
    teams = stage.teams
    fetched = teams.key_fetches
    for number in range(20):
        headers = teams.signed(headers={"kid": f"key-{number}"})
        await turned_away(stage, 401, lambda signed=headers: teams.post_raw(genuine(teams), signed))  # type: ignore[misc]
    assert teams.key_fetches == fetched, "it had asked less than a minute before"


@pytest.mark.usefixtures("in_a_hurry")
async def test_without_microsofts_keys_nobody_comes_in_until_they_can_be_had(
    tmp_path: Path, said: Callable[[], str]
) -> None:
    async with FakeTeams() as teams:
        enrol(teams)
        teams.keys_fail = True
        async with serving(OnTeams(teams, having=()), tmp_path / "data") as program:
            await tidied(program)
            before = kept(tmp_path)
            for _ in range(3):
                answer = await teams.deliver(genuine(teams))
                assert answer.status == 401
            assert kept(tmp_path) == before
            teams.keys_fail = False
            await teams.install(TEACHER)
            await teams.until(lambda: teams.inbox(TEACHER))
            await quiet(program)
    assert "Traceback" not in said()
    assert SECRET not in said()


TENANTS: dict[str, Json] = {
    "of the channel data": {"channelData": {"tenant": {"id": OTHER_TENANT}}},
    "of the conversation": {
        "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": OTHER_TENANT},
    },
    "of the sender": {"from_": {"id": "29:1", "aadObjectId": OTHER_TENANT, "tenantId": OTHER_TENANT}},
    "none": {"channelData": None, "conversation": {"id": "a:1", "conversationType": "personal"}},
    "empty": {"channelData": {"tenant": {"id": ""}}, "conversation": {"id": "a:1", "tenantId": ""}},
    "words": {"channelData": {"tenant": {"id": SECRET}}},
    "a list": {"channelData": {"tenant": {"id": [SECRET]}}},
}


@pytest.mark.parametrize("what", TENANTS)
async def test_another_tenant_is_turned_away(stage: TeamsStage, what: str) -> None:
    teams = stage.teams
    for activity in (genuine(teams), teams.activity(HEAD, "installationUpdate", action="remove"), approving(stage)):
        changed = {name.rstrip("_"): value for name, value in TENANTS[what].items()}
        forged = {name: value for name, value in {**activity, **changed}.items() if value is not None}
        await turned_away(stage, 403, lambda sent=forged: teams.deliver(sent))  # type: ignore[misc]


LACKING = ("type", "id", "from", "conversation", "serviceUrl", "channelId")


MALFORMED: dict[str, Json] = {
    **{f"no {name}": {name: None} for name in LACKING},
    **{f"a list for {name}": {name: [SECRET]} for name in LACKING},
    **{f"an empty {name}": {name: {} if name in ("from", "conversation") else ""} for name in LACKING},
    "a sender without an id": {"from": {"aadObjectId": SECRET}},
    "a conversation whose id is a number": {"conversation": {"id": 1}},
    "an id without an end": {"id": SECRET * 1000},
    "words that are a list": {"text": [SECRET]},
    "attachments that are an object": {"attachments": {SECRET: 1}},
    "entities that are words": {"entities": SECRET},
    "a recipient that is words": {"recipient": SECRET},
    "channel data that are a list": {"channelData": [SECRET]},
    "members that are an object": {"membersAdded": {SECRET: 1}},
    "a reply to a number": {"replyToId": 1},
    "a service that is no address": {"serviceUrl": SECRET},
    "a service without https": {"serviceUrl": "http://elsewhere.example/"},
    "a service with a password": {"serviceUrl": f"https://{SECRET}:{SECRET}@elsewhere.example/"},
    "a service on the disk": {"serviceUrl": f"file:///{SECRET}"},
}


@pytest.mark.parametrize("what", MALFORMED)
async def test_what_is_no_activity_gets_a_plain_400(stage: TeamsStage, what: str) -> None:
    teams, changed = stage.teams, MALFORMED[what]
    activity = {name: value for name, value in {**genuine(teams), **changed}.items() if value is not None}
    await turned_away(stage, 400, lambda: teams.post_raw(activity, teams.signed()))
    await turned_away(stage, 400, lambda: teams.post_raw(activity))


BODIES: dict[str, tuple[int, bytes]] = {
    "nothing": (400, b""),
    "not JSON": (400, b'{"quokka'),
    "a JSON list": (400, b'[{"type": "message", "text": "quokka"}]'),
    "JSON words": (400, b'"quokka"'),
    "JSON nothing": (400, b"null"),
    "not UTF-8": (400, b'{"type": "quokka\xff\xfe"}'),
    "UTF-16": (400, '{"type": "quokka"}'.encode("utf-16")),
    "half a character": (400, b'{"type": "quokka\\ud800"}'),
    "deep as a well": (400, b'{"quokka":' * 100_000),
    "deep as a well and well formed": (400, b'{"quokka":' * 50_000 + b"1" + b"}" * 50_000),
    "a number without an end": (400, b'{"quokka":' + b"9" * 100_000 + b"e999999}"),
}


@pytest.mark.parametrize("signed", [True, False], ids=["signed", "unsigned"])
@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_is_none_gets_a_plain_4xx(stage: TeamsStage, what: str, signed: bool) -> None:
    status, body = BODIES[what]
    headers = stage.teams.signed() if signed else {}
    await turned_away(stage, status, lambda: stage.teams.post_raw(body, headers))


@pytest.mark.parametrize("says", [True, False], ids=["says so", "does not say so"])
async def test_a_body_too_large_is_turned_away(stage: TeamsStage, says: bool) -> None:
    large, teams = b'{"text": "' + SECRET.encode() * 200_000 + b'"}', stage.teams

    async def in_parts() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    await turned_away(stage, 413, lambda: posted(teams, io.BytesIO(large) if says else in_parts()))


async def posted(teams: FakeTeams, body: Any, *more: tuple[str, str]) -> Answer:
    """The answer to a body with a good token, sent by a client that sends anything."""
    headers = [("Content-Type", "application/json"), *teams.signed().items(), *more]
    async with (
        aiohttp.ClientSession() as session,
        session.post(teams.way.url, data=body, headers=headers) as answer,
    ):
        return Answer(answer.status, await answer.text())


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "text/xml", "multipart/form-data"]
)
async def test_a_body_of_another_kind_is_turned_away(stage: TeamsStage, kind: str) -> None:
    teams = stage.teams
    await turned_away(stage, 400, lambda: teams.post_raw(genuine(teams), {**teams.signed(), "Content-Type": kind}))


async def test_two_tokens_are_one_too_many(stage: TeamsStage) -> None:
    teams = stage.teams
    body = json.dumps(genuine(teams)).encode()
    await turned_away(stage, 400, lambda: posted(teams, body, ("Authorization", "Bearer x")))


async def test_only_the_messaging_address_is_there_and_only_for_posts(stage: TeamsStage) -> None:
    teams, statuses = stage.teams, dict[str, int]()
    signed, body = {"Content-Type": "application/json", **teams.signed()}, json.dumps(genuine(teams)).encode()

    async def send() -> None:
        for path in ("/", "/api", "/api/messages/", "/api/messages/1", "/slack/events"):
            url = teams.way.url.replace("/api/messages", path)
            statuses[path] = (await teams.way.send(SentRequest(url, signed, body))).status
        async with aiohttp.ClientSession() as session:
            for method in ("GET", "PUT", "DELETE", "OPTIONS"):
                async with session.request(method, teams.way.url, data=body, headers=signed) as answer:
                    statuses[method] = answer.status

    await stage.unmoved(send())
    assert set(statuses.values()) == {404, 405}, statuses
