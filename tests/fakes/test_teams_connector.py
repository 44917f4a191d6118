"""What the Teams stand-in answers to the app: login, connector, files, and trouble to order."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import aiohttp
import pytest

from tests.fakes.teams import FakeTeams, Fault, Trouble
from tests.fakes.teams.echo import Echo, card, echo, message
from tests.fakes.teams.wire import Json

HELLO: Json = {"type": "message", "text": "Hello"}


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with FakeTeams() as standin:
        standin.add_user("ann", "Ann Teacher", "Ann@School.example")
        standin.add_user("guy", "Guy Guest", "guy@else.example", guest=True)
        standin.users["ann"].installed = True
        yield standin


@pytest.fixture
async def app(teams: FakeTeams) -> AsyncIterator[Echo]:
    async with echo(teams) as listening:
        yield listening


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "another"}, 400, "unauthorized_client"),
        ({"client_secret": "another"}, 401, "invalid_client"),
        ({"scope": "openid"}, 400, "invalid_scope"),
        ({"tenant": "another"}, 400, "invalid_request"),
    ],
)
async def test_the_login_looks_at_everything(
    teams: FakeTeams, app: Echo, change: dict[str, str], status: int, error: str
) -> None:
    got, body = await app.log_in(**change)
    assert (got, body["error"], body["error_description"][:6]) == (status, error, "AADSTS")
    assert teams.token_fetches == 2


async def test_tokens_are_needed_end_and_can_be_refused(teams: FakeTeams, app: Echo) -> None:
    assert (await app.ask("POST", app.place("ann"), HELLO))[0] == 201
    teams.expire_tokens()
    status, body = await app.ask("POST", app.place("ann"), HELLO)
    assert (status, body["error"]["code"]) == (401, "Unauthorized")
    now = 1000.0
    teams.wall = lambda: now
    teams.token_seconds = 60
    assert (await app.log_in())[1]["expires_in"] == 60
    assert (await app.ask("POST", app.place("ann"), HELLO))[0] == 201
    now = 1061.0
    assert (await app.ask("POST", app.place("ann"), HELLO))[0] == 401
    teams.login_rejects = True
    assert (await app.log_in())[0] == 401
    assert len(teams.inbox("ann")) == 2
    assert [call.method for call in teams.calls] == ["login", "send", "send", "login", "send", "send", "login"]
    assert teams.calls[1].body == HELLO


async def test_messages_are_sent_changed_and_taken_away(teams: FakeTeams, app: Echo) -> None:
    first = await app.send("ann", HELLO)
    assert first < await app.send("ann", HELLO)
    changed = {**HELLO, "id": first, "text": "Changed", "from": {"id": teams.bot_id}}
    assert await app.ask("PUT", app.place("ann", f"activities/{first}"), changed) == (200, {"id": first})
    assert [each.text for each in teams.inbox("ann")] == ["Changed", "Hello"]
    assert await app.ask("DELETE", app.place("ann", f"activities/{first}")) == (200, {})
    assert [each.text for each in teams.inbox("ann")] == ["Hello"]
    for method in ("PUT", "DELETE"):
        status, body = await app.ask(method, app.place("ann", f"activities/{first}"), changed)
        assert (status, body["error"]["code"]) == (404, "ActivityNotFoundInConversation")
    assert (await app.ask("POST", app.place("ann"), {"type": "typing"}))[0] == 202
    assert len(teams.inbox("ann")) == 1


async def test_an_app_changes_only_its_own(teams: FakeTeams, app: Echo) -> None:
    written = await teams.message("ann", "mine")
    path = app.place("ann", f"activities/{written.activity['id']}")
    assert (await app.ask("PUT", path, HELLO))[0] == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {**HELLO, "from": {"id": "28:another"}},
        {**HELLO, "conversation": {"id": "a:another"}},
        {**HELLO, "channelId": "slack"},
        message(card({"type": "Marquee"})),
    ],
)
async def test_a_wrong_activity_is_refused(teams: FakeTeams, app: Echo, wrong: Json) -> None:
    status, body = await app.ask("POST", app.place("ann"), wrong)
    assert (status, set(body["error"])) == (400, {"code", "message"})
    assert teams.inbox("ann") == []


async def test_whom_the_app_cannot_write_to(teams: FakeTeams, app: Echo) -> None:
    status, body = await app.ask("POST", app.place("guy"), HELLO)
    assert (status, body["error"]["code"]) == (404, "ConversationNotFound")
    assert (await app.ask("POST", "conversations/a%3Anowhere/activities", HELLO))[0] == 404
    sent = await app.send("ann", HELLO)
    for undo in (teams.block, teams.remove_user):
        undo("ann")
        for method, path in (("POST", "activities"), ("PUT", f"activities/{sent}")):
            status, body = await app.ask(method, app.place("ann", path), HELLO)
            assert (status, body["error"]["code"]) == (403, "MessageWritesBlocked")
        teams.unblock("ann")
    teams.users["ann"].gone = False
    assert (await app.ask("POST", app.place("ann"), HELLO))[0] == 201
    await teams.uninstall("ann")
    assert (await app.ask("POST", app.place("ann"), HELLO))[0] == 403
    assert (await app.ask("GET", app.place("ann", "pagedmembers")))[0] == 403


async def test_rosters(teams: FakeTeams, app: Echo) -> None:
    ann = teams.users["ann"]
    for id in (ann.object_id, ann.id):
        status, found = await app.ask("GET", app.place("ann", f"members/{quote(id, safe='')}"))
        assert (status, found["aadObjectId"], found["id"]) == (200, ann.object_id, ann.id)
        assert (found["email"], found["name"], found["userRole"]) == ("Ann@School.example", "Ann Teacher", "user")
        assert (found["tenantId"], found["userPrincipalName"]) == (teams.tenant, "Ann@School.example")
    assert (await app.ask("GET", app.place("ann", f"members/{teams.object_id('guy')}")))[0] == 404
    channel = quote(teams.add_channel("staff"), safe="")
    status, guest = await app.ask("GET", f"conversations/{channel}/members/{teams.object_id('guy')}")
    assert (status, guest["userRole"], "#EXT#" in guest["userPrincipalName"]) == (200, "guest", True)
    for number in range(60):
        teams.add_user(f"p{number}", "Pat", f"p{number}@school.example")
    _, page = await app.ask("GET", f"conversations/{channel}/pagedmembers?pageSize=50")
    _, rest = await app.ask(
        "GET", f"conversations/{channel}/pagedmembers?pageSize=50&continuationToken={page['continuationToken']}"
    )
    assert (len(page["members"]), len(rest["members"]), "continuationToken" in rest) == (50, 12, False)
    teams.remove_user("ann")
    assert (await app.ask("GET", app.place("ann", f"members/{ann.object_id}")))[0] == 404


async def test_opening_a_conversation(teams: FakeTeams, app: Echo) -> None:
    ann, guy = teams.users["ann"], teams.users["guy"]
    asked: Json = {"bot": {"id": teams.bot_id}, "members": [{"id": ann.id}], "tenantId": teams.tenant}
    status, body = await app.ask("POST", "conversations", asked)
    assert (status, body["id"]) == (201, ann.conversation)
    in_data = {**asked, "tenantId": None, "channelData": {"tenant": {"id": teams.tenant}}}
    assert (await app.ask("POST", "conversations", {**in_data, "members": [{"id": ann.object_id}]}))[0] == 201
    for change, expected in (
        ({"members": [{"id": guy.id}]}, 403),
        ({"members": [{"id": "29:nobody"}]}, 404),
        ({"members": []}, 400),
        ({"bot": {"id": teams.app_id}}, 400),
        ({"tenantId": "another"}, 400),
        ({"isGroup": True}, 400),
    ):
        assert (await app.ask("POST", "conversations", {**asked, **change}))[0] == expected


async def test_channels_begin_a_thread_for_each_post(teams: FakeTeams, app: Echo) -> None:
    place = quote(teams.add_channel("staff"), safe="")
    for _ in range(2):
        assert (await app.ask("POST", f"conversations/{place}/activities", HELLO))[0] == 201
    first, second = teams.channel("staff")
    assert first.conversation != second.conversation
    thread = quote(first.conversation, safe="")
    assert (await app.ask("PUT", f"conversations/{thread}/activities/{first.id}", HELLO))[0] == 200


async def test_files_are_fetched_without_the_token_and_pictures_with_it(teams: FakeTeams, app: Echo) -> None:
    sent = await teams.message("ann", "", files=[("sports day.png", b"file"), b"picture"])
    uploaded = sent.activity["attachments"][0]["content"]["downloadUrl"]
    pasted = sent.activity["attachments"][1]["contentUrl"]
    bearer = {"Authorization": f"Bearer {app.token}"}

    async def get(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
        async with app.session.get(url, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.read()

    assert await get(uploaded, {}) == (200, b"file")
    assert await get(pasted, bearer) == (200, b"picture")
    assert (await get(pasted, {}))[0] == 401
    assert teams.leaks == []
    assert (await get(uploaded, bearer))[0] == 401
    assert teams.leaks == [app.token]
    assert (await get(uploaded.partition("?")[0], {}))[0] == 403
    teams.uploads[0].unsized = True
    assert await get(uploaded, {}) == (200, b"file")
    teams.uploads[0].redirect = pasted
    assert (await get(uploaded, {}))[0] == 302
    assert [name for name, _, _ in teams.calls][-1] == "file"


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (Fault.ERROR_500, 500),
        (Fault.BAD_GATEWAY, 502),
        (Fault.UNAVAILABLE, 503),
        (Fault.GATEWAY_TIMEOUT, 504),
        (Fault.PRECONDITION, 412),
        (Fault.UNAUTHORIZED, 401),
        (Fault.RATE_LIMIT(7), 429),
        (Fault.API_ERROR(403, "BotDisabledByAdmin"), 403),
    ],
)
async def test_trouble_with_a_status(teams: FakeTeams, app: Echo, trouble: Trouble, status: int) -> None:
    teams.faults.next("send", trouble)
    headers = {"Authorization": f"Bearer {app.token}"}
    async with app.session.post(f"{teams.url}v3/{app.place('ann')}", json=HELLO, headers=headers) as answer:
        assert answer.status == status
        assert answer.headers.get("Retry-After") == ("7" if status == 429 else None)
    assert teams.inbox("ann") == []
    assert (await app.ask("POST", app.place("ann"), HELLO))[0] == 201
    assert teams.faults.applied == [("send", trouble)]


async def test_dropped_connections(teams: FakeTeams, app: Echo) -> None:
    for trouble, arrived in ((Fault.DROP, 0), (Fault.ACCEPT_THEN_DROP, 1)):
        teams.faults.next("send", trouble)
        with pytest.raises(aiohttp.ClientConnectionError):
            await app.ask("POST", app.place("ann"), HELLO)
        assert len(teams.inbox("ann")) == arrived


async def test_slow_and_late_answers(teams: FakeTeams, app: Echo) -> None:
    for trouble, already in ((Fault.SLOW, 0), (Fault.LATE, 1)):
        gate, before = asyncio.Event(), len(teams.inbox("ann"))
        teams.faults.next("send", trouble(gate))
        asking = asyncio.create_task(app.ask("POST", app.place("ann"), HELLO))
        if already:
            await teams.until(lambda before=before: len(teams.inbox("ann")) > before)  # type: ignore[misc]
        else:
            await teams.until(lambda trouble=trouble: teams.faults.applied)  # type: ignore[misc]
        assert len(teams.inbox("ann")) == before + already
        assert not asking.done()
        gate.set()
        assert (await asking)[0] == 201


async def test_one_call_in_each_few_fails(teams: FakeTeams, app: Echo) -> None:
    async def ten() -> list[int]:
        return [(await app.ask("POST", app.place("ann"), HELLO))[0] for _ in range(10)]

    kinds = (Fault.BAD_GATEWAY, Fault.PRECONDITION)
    teams.faults.every(5, kinds, seed=3, spare={"login"})
    first = await ten()
    assert [status for status in first if status != 201] == [status for status in first if status in (412, 502)]
    assert len(teams.faults.applied) == 2
    assert {name for name, _ in teams.faults.applied} == {"send"}
    teams.faults.every(5, kinds, seed=3, spare={"login"})
    assert await ten() == first
    teams.faults.none()
    assert await ten() == [201] * 10


async def test_trouble_with_keys_and_login(teams: FakeTeams, app: Echo) -> None:
    for name, url in (("openid", teams.openid_url), ("keys", f"{teams.host}/v1/.well-known/keys")):
        teams.faults.next(name, Fault.BAD_GATEWAY)
        async with app.session.get(url) as answer:
            assert answer.status == 502
        async with app.session.get(url) as answer:
            assert answer.status == 200
            body = await answer.json()
    (key,) = body["keys"]
    assert key["endorsements"] == ["msteams"]
    assert (key["kid"], key["kty"], key["use"]) == (key["x5t"], "RSA", "sig")
    assert "d" not in key
    teams.faults.next("login", Fault.ERROR_500)
    with pytest.raises(aiohttp.ContentTypeError):
        await app.log_in()
