"""Writing to Teams call by call, against a service that answers as it is told: tokens, order, pace, every trouble."""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
import structlog
from aiohttp import web

from bot.surface import Ambiguous, Gone, Permanent, Transient
from bot.teams.connector import Connector
from bot.teams.errors import Outage, retry_after
from bot.teams.pace import MOST, Pace

TENANT, APP, SECRET = "t-1", "app-1", "a-client-secret"
CONVERSATION = "19:a/b c@thread.v2;messageid=1"
HELLO = {"type": "message", "text": "hello"}

Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(status: int, body: Any = None, **headers: str) -> Respond:
    """An answer of the service; header names with _ for -."""

    async def respond(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({} if body is None else body, status=status, headers=named)

    return respond


def refusal(status: int, code: str, **headers: str) -> Respond:
    return answer(status, {"error": {"code": code, "message": "a secret sentence"}}, **headers)


async def drop(request: web.Request) -> web.StreamResponse:
    """No answer at all."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@dataclass
class Service:
    """A connector and a login. `next` are the answers to the next calls; after them each is taken."""

    next: list[Respond] = field(default_factory=list)
    logins: list[Respond] = field(default_factory=list)
    calls: list[tuple[str, str, str, Any]] = field(default_factory=list)
    tokens: list[dict[str, str]] = field(default_factory=list)
    now: float = 1000.0
    seconds: object = 3600

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/login/{tenant}/oauth2/v2.0/token", self._login)
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.host = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.url = f"{self.host}/uk"
        self.connector = Connector(
            APP, SECRET, TENANT, login=f"{self.host}/login/", seconds=0.5, clock=lambda: self.now
        )
        return self

    async def __aexit__(self, *of: object) -> None:
        await self.connector.close()
        await self._runner.cleanup()

    async def _login(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.tokens.append({"tenant": request.match_info["tenant"], **form})
        if self.logins:
            return await self.logins.pop(0)(request)
        return web.json_response({"access_token": f"token-{len(self.tokens)}", "expires_in": self.seconds})

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.calls.append(
            (request.method, request.raw_path, request.headers.get("Authorization", ""), json.loads(body or b"null"))
        )
        if self.next:
            return await self.next.pop(0)(request)
        return web.json_response({"id": f"m-{len(self.calls)}"})

    async def send(self) -> str:
        return await self.connector.send(self.url, CONVERSATION, HELLO)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with Service() as service:
        yield service


@pytest.mark.parametrize("end", ["", "/"])
async def test_ids_go_quoted_into_the_path_with_the_token(service: Service, end: str) -> None:
    url, connector = f"{service.url}{end}", service.connector
    assert await connector.send(url, CONVERSATION, HELLO) == "m-1"
    await connector.update(url, CONVERSATION, "f:1/2", HELLO)
    assert await connector.member(url, CONVERSATION, "29:x/y") == {"id": "m-3"}
    assert await connector.open_conversation(url, "28:app", "29:x") == "m-4"
    where = "/uk/v3/conversations/19%3Aa%2Fb%20c%40thread.v2%3Bmessageid%3D1"
    assert [call[:3] for call in service.calls] == [
        ("POST", f"{where}/activities", "Bearer token-1"),
        ("PUT", f"{where}/activities/f%3A1%2F2", "Bearer token-1"),
        ("GET", f"{where}/members/29%3Ax%2Fy", "Bearer token-1"),
        ("POST", "/uk/v3/conversations", "Bearer token-1"),
    ]
    assert service.calls[0][3] == HELLO
    opened = service.calls[3][3]
    assert (opened["bot"], opened["members"], opened["tenantId"]) == ({"id": "28:app"}, [{"id": "29:x"}], TENANT)
    assert opened["channelData"] == {"tenant": {"id": TENANT}}


async def test_the_token_is_asked_for_once_with_the_apps_credentials(service: Service) -> None:
    await asyncio.gather(*(service.connector.send(service.url, f"c{n}", HELLO) for n in range(12)))
    assert service.tokens == [
        {
            "tenant": TENANT,
            "grant_type": "client_credentials",
            "client_id": APP,
            "client_secret": SECRET,
            "scope": "https://api.botframework.com/.default",
        }
    ]


async def test_the_token_is_renewed_five_minutes_before_it_ends(service: Service) -> None:
    await service.send()
    service.now += 3299
    await service.send()
    service.now += 2
    await service.send()
    assert [call[2] for call in service.calls] == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


async def test_a_waiter_that_gives_up_does_not_take_the_token_from_the_others(service: Service) -> None:
    asked, gate = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        asked.set()
        await gate.wait()
        return web.json_response({"access_token": "late", "expires_in": 3600})

    service.logins.append(slow)
    first, second = asyncio.create_task(service.send()), asyncio.create_task(service.send())
    await asked.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    gate.set()
    await second
    assert [call[2] for call in service.calls] == ["Bearer late"]
    assert len(service.tokens) == 1


async def test_a_token_that_is_no_longer_taken_is_fetched_again_once(service: Service) -> None:
    await service.send()
    service.next.append(refusal(401, "Unauthorized"))
    await service.send()
    assert [call[2] for call in service.calls] == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    service.next += [refusal(401, "BotNotRegistered"), refusal(401, "BotNotRegistered")]
    with pytest.raises(Outage, match="BotNotRegistered"):
        await service.send()
    assert len(service.tokens) == 3


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, "invalid_client"), (400, "unauthorized_client"), (400, "invalid_request"), (400, "invalid_client")],
)
async def test_an_app_that_the_login_refuses_is_an_outage(service: Service, status: int, error: str) -> None:
    service.logins.append(answer(status, {"error": error, "error_description": "AADSTS7000222: …"}))
    with pytest.raises(Outage) as told:
        await service.send()
    assert told.value.code == error
    assert service.calls == []
    await service.send()


@pytest.mark.parametrize(
    "trouble",
    [
        answer(429, Retry_After="9"),
        answer(503),
        drop,
        answer(200, []),
        answer(200, {"expires_in": 3600}),
        answer(200, {"access_token": "x", "expires_in": "soon"}),
        answer(200, {"access_token": "x\r\nX-Evil: 1", "expires_in": 3600}),
    ],
)
async def test_a_login_in_trouble_surely_sent_nothing(service: Service, trouble: Respond) -> None:
    service.logins.append(trouble)
    with pytest.raises(Transient) as told:
        await service.send()
    assert not isinstance(told.value, Outage)
    assert service.calls == []
    assert await service.send() == "m-1"


async def test_the_playground_gets_no_token(service: Service) -> None:
    connector = Connector("", "", TENANT, login=service.host, seconds=0.5)
    await connector.send(service.url, CONVERSATION, HELLO)
    assert (service.calls[0][2], service.tokens) == ("", [])
    service.next.append(refusal(401, "Unauthorized"))
    with pytest.raises(Outage):
        await connector.send(service.url, CONVERSATION, HELLO)
    await connector.close()


async def test_the_token_never_travels_in_the_clear(service: Service) -> None:
    with pytest.raises(Permanent, match="insecure_service"):
        await service.connector.send("http://smba.example/uk", CONVERSATION, HELLO)
    for address in ("ftp://127.0.0.1/uk", "http://[bad", "nothing"):
        with pytest.raises(Permanent):
            await service.connector.send(address, CONVERSATION, HELLO)


@pytest.mark.parametrize("trouble", [answer(500), answer(502), answer(503), answer(504), answer(408), drop])
async def test_what_was_sent_may_have_arrived_and_the_rest_is_simply_asked_again(
    service: Service, trouble: Respond
) -> None:
    service.next.append(trouble)
    with pytest.raises(Ambiguous):
        await service.send()
    assert len(service.calls) == 1
    connector = service.connector
    for call in (
        lambda: connector.update(service.url, CONVERSATION, "m", HELLO),
        lambda: connector.member(service.url, CONVERSATION, "29:x"),
        lambda: connector.open_conversation(service.url, "28:app", "29:x"),
        lambda: connector.fetch(f"{service.url}/v3/attachments/1", 9, signed=True),
    ):
        service.next += [trouble, trouble]
        with pytest.raises(Transient):
            await call()
        service.next.clear()


async def test_a_message_without_an_answer_in_time_is_ambiguous(service: Service) -> None:
    gate = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await gate.wait()
        return web.json_response({"id": "late"})

    service.next.append(slow)
    with pytest.raises(Ambiguous):
        await service.send()
    gate.set()


async def test_an_unreachable_service_surely_got_nothing(service: Service) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Transient, match="unreachable"):
        await service.connector.send(nobody, CONVERSATION, HELLO)


@pytest.mark.parametrize("status", [429, 412])
async def test_a_throttled_message_waits_as_long_as_teams_says(service: Service, status: int) -> None:
    service.next.append(refusal(status, "Throttled", Retry_After="37"))
    with pytest.raises(Transient) as told:
        await service.send()
    assert (told.value.code, told.value.seconds) == ("Throttled", 37)
    service.next.append(refusal(status, "Throttled"))
    with pytest.raises(Transient) as told:
        await service.send()
    assert told.value.seconds is None


NOON = "Mon, 01 Mar 2027 12:00:00 GMT"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0),
        ("1.5", 1.5),
        ("Mon, 01 Mar 2027 12:01:30 GMT", 90),
        ("Mon, 01 Mar 2027 11:00:00 GMT", 0),
        ("Sun, 01 Mar 2099 12:00:00 GMT", None),
        ("-1", None),
        ("nan", None),
        ("999999", None),
        ("soon", None),
        ("", None),
    ],
)
def test_waits_are_said_in_seconds_or_as_a_moment(said: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": said, "Date": NOON}) == seconds


def test_a_moment_without_a_clock_beside_it_goes_by_ours() -> None:
    assert retry_after({"Retry-After": "Mon, 01 Mar 1999 12:00:00 GMT"}) == 0


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, {"error": {"code": "MessageWritesBlocked"}}, "blocked:MessageWritesBlocked"),
        (403, {"errorCode": 209, "message": '{"subCode": "MessageWritesBlocked"}'}, "blocked:MessageWritesBlocked"),
        (403, {"error": {"code": "BotNotInConversationRoster"}}, "blocked:BotNotInConversationRoster"),
        (403, {"error": "ConversationBlockedByUser"}, "blocked:ConversationBlockedByUser"),
        (403, {"error": {"code": "ForbiddenOperationException"}}, "not_installed:ForbiddenOperationException"),
        (403, {"error": {"code": "BotDisabledByAdmin"}}, "switched_off:BotDisabledByAdmin"),
        (404, {"error": {"code": "ConversationNotFound"}}, "blocked:ConversationNotFound"),
        (413, {"error": {"code": "MessageSizeTooBig"}}, "MessageSizeTooBig"),
        (400, {"error": {"code": "Bad argument: what Tom wrote"}}, "http_400"),
        (400, [], "http_400"),
        (307, {}, "http_307"),
    ],
)
async def test_what_can_never_arrive_is_permanent_and_says_why(
    service: Service, status: int, body: Any, reason: str
) -> None:
    service.next.append(answer(status, body, Location="/elsewhere"))
    with pytest.raises(Permanent) as told:
        await service.send()
    assert told.value.reason == reason
    assert len(service.calls) == 1


async def test_what_is_no_longer_there(service: Service) -> None:
    service.next.append(refusal(404, "ActivityNotFoundInConversation"))
    with pytest.raises(Gone):
        await service.connector.update(service.url, CONVERSATION, "m", HELLO)
    service.next.append(refusal(404, "MemberNotFoundInConversation"))
    assert await service.connector.member(service.url, CONVERSATION, "29:x") is None


async def test_a_message_that_was_taken_has_arrived_whatever_the_answer_lacks(service: Service) -> None:
    for taken in (answer(202, {}), answer(200, []), answer(200, {"id": 7})):
        service.next.append(taken)
        assert await service.send() == ""
    service.next.append(answer(201, {}))
    with pytest.raises(Transient):
        await service.connector.open_conversation(service.url, "28:app", "29:x")


async def test_one_message_at_a_time_goes_into_a_conversation_and_in_order(service: Service) -> None:
    under_way, most, order = Counter[str](), Counter[str](), list[str]()
    everywhere = asyncio.Event()

    async def take(request: web.Request) -> web.StreamResponse:
        where = request.path.split("/")[4]
        under_way[where] += 1
        most[where] = max(most[where], under_way[where])
        if len(most) == 3:
            everywhere.set()
        await everywhere.wait()
        under_way[where] -= 1
        order.append(f"{where}-{(await request.json())['n']}")
        return web.json_response({"id": "m"})

    service.next += [take] * 12
    sends = (service.connector.send(service.url, f"c{n % 3}", {"n": n}) for n in range(12))
    await asyncio.gather(*sends)
    assert most == {"c0": 1, "c1": 1, "c2": 1}
    for place in range(3):
        assert [said for said in order if said.startswith(f"c{place}")] == [
            f"c{place}-{n}" for n in range(place, 12, 3)
        ]


async def test_a_message_that_fails_lets_the_next_one_go(service: Service) -> None:
    service.next += [answer(403), answer(500)]
    results = await asyncio.gather(*(service.send() for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [Permanent, Ambiguous, str]


async def test_no_more_go_within_a_second_than_teams_takes() -> None:
    now, slept = 100.0, list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pace = Pace(3, 1.0, lambda: now, sleep)
    for _ in range(3):
        await pace()
    assert slept == []
    now = 100.25
    for _ in range(4):
        await pace()
    assert slept == pytest.approx([0.75, 0.75, 0.75, 1.75])
    now = 103.0
    slept.clear()
    for _ in range(3):
        await pace()
    assert slept == []


async def test_however_they_come_no_second_holds_more_than_it_may() -> None:
    now, went = 0.0, list[float]()

    async def sleep(seconds: float) -> None:
        went[-1] += seconds

    pace = Pace(5, 1.0, lambda: now, sleep)
    for step in (0.0, 0.1, 0.0, 0.7, 0.0, 0.0, 0.05, 0.0, 2.0, 0.0, 0.0) * 9:
        now += step
        went.append(now)
        await pace()
    went.sort()
    assert all(later - first >= 1.0 - 1e-9 for first, later in zip(went, went[5:], strict=False))


async def test_whoever_stops_waiting_takes_no_turn() -> None:
    now, asleep, wake = 0.0, asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        nonlocal now
        asleep.set()
        await wake.wait()
        now += seconds

    pace = Pace(1, 1.0, lambda: now, sleep)
    await pace()
    for _ in range(20):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await pace()
    asleep.clear()
    waiting = asyncio.create_task(pace())
    await asleep.wait()
    wake.set()
    await waiting
    assert now == 1.0, "the next turn, not the one after twenty others"


async def test_a_connector_stays_below_what_teams_takes(service: Service) -> None:
    slept = list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    assert 0 < MOST < 50
    service.connector._pace._sleep = sleep
    for _ in range(MOST):
        await service.connector.member(service.url, CONVERSATION, "29:x")
    assert slept == []
    await service.connector.member(service.url, CONVERSATION, "29:x")
    assert slept == [1.0]


async def test_calls_are_paced(service: Service) -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        turns += 1

    service.connector._pace = turn  # type: ignore[assignment]
    await service.send()
    await service.connector.member(service.url, CONVERSATION, "29:x")
    await service.connector.fetch(f"{service.url}/file", 99, signed=False)
    assert turns == 2


async def test_only_what_is_signed_carries_the_token(service: Service) -> None:
    url = f"{service.url}/v3/attachments/1/views/original"
    found = await service.connector.fetch(url, 99, signed=True)
    assert json.loads(found) == {"id": "m-1"}
    await service.connector.fetch(url, 99, signed=False)
    assert [call[2] for call in service.calls] == ["Bearer token-1", ""]
    service.next.append(answer(302, Location="https://evil.example/x"))
    assert await service.connector.fetch(url, 99, signed=True) == "https://evil.example/x"
    assert len(service.calls) == 3


async def test_a_page_is_no_picture_and_neither_is_what_grows_beyond_the_limit(service: Service) -> None:
    def file(kind: str, content: bytes, *, sized: bool = True) -> Respond:
        async def respond(request: web.Request) -> web.StreamResponse:
            if sized:
                return web.Response(body=content, content_type=kind)
            stream = web.StreamResponse(headers={"Content-Type": kind})
            stream.enable_chunked_encoding()
            stream.enable_compression()
            await stream.prepare(request)
            await stream.write(content)
            await stream.write_eof()
            return stream

        return respond

    url = f"{service.url}/file"
    service.next += [
        file("text/html", b"<p>Sign in</p>"),
        file("image/png", b"x" * 101),
        file("image/png", b"x" * 1_000_000, sized=False),
    ]
    for code in ("file_not_there", "file_too_large", "file_too_large"):
        with pytest.raises(Permanent, match=code):
            await service.connector.fetch(url, 100, signed=False)
    service.next += [file("image/png", b"x" * 100), file("application/octet-stream", b"x" * 100, sized=False)]
    for _ in range(2):
        assert await service.connector.fetch(url, 100, signed=False) == b"x" * 100


async def test_logs_hold_no_secret_no_token_and_no_words(service: Service) -> None:
    service.next += [refusal(401, "Unauthorized"), refusal(403, "MessageWritesBlocked")]
    service.logins += [answer(200, {"access_token": "token-x", "expires_in": 99}), answer(401, {"error": "x"})]
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            result = (await asyncio.gather(service.send(), return_exceptions=True))[0]
            for told in (str(result), repr(result), str(logs)):
                assert not any(word in told for word in (SECRET, "token-x", "hello", "a secret sentence"))
