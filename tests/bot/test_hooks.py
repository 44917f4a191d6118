"""The hook, over HTTP: who may bring comments, what comes back, and that nothing is kept by halves."""

import asyncio
import gzip
import io
import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.hooks import LARGEST, MOST, SIGNATURE, SKEW, TIMESTAMP, Hooks, hook_routes, sign
from bot.settings import Environment
from handlers.dispatch import Dispatch
from policy.comment import Comment, State
from storage.contract import Unavailable
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import HEAD, MONDAY, OWNER, harbour

SECRET, TOKEN = "s" * 32, "t" * 32
NOW = 1_800_000_000
PAGE = Path(__file__).parents[2] / "docs" / "hooks.md"


@dataclass
class Tool:
    """A school's own tool, which calls the hook at the address."""

    desk: Desk
    url: str
    session: aiohttp.ClientSession

    async def raw(self, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        """The status and the JSON that come back for just that."""
        async with self.session.post(f"{self.url}/hooks/comments", data=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def signed(self, body: bytes, timestamp: str = str(NOW), **more: str) -> tuple[int, Any]:
        """What comes back for a body that is signed."""
        return await self.raw(body, {TIMESTAMP: timestamp, SIGNATURE: sign(SECRET, timestamp, body), **more})

    async def bring(self, said: Any) -> tuple[int, Any]:
        """What comes back for comments."""
        return await self.signed(json.dumps(said).encode())

    async def kept(self) -> list[Comment]:
        """All comments, newest first."""
        async with self.desk.store.transaction("harbour") as tx:
            return await tx.find(Comment, limit=1000)


async def serve(dispatch: Dispatch, *, secret: str = SECRET, token: str = TOKEN) -> web.AppRunner:
    """The hooks, listening at any free port."""
    app = web.Application()
    app.add_routes(Hooks(dispatch, secret, token, clock=lambda: NOW).routes())
    runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


def at(runner: web.AppRunner) -> str:
    """The address of a runner."""
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def tool(tmp_path: Path) -> AsyncIterator[Tool]:
    desk = await open_desk(tmp_path / "data", harbour(), HEAD, OWNER)
    runner = await serve(desk.dispatch)
    async with aiohttp.ClientSession() as session:
        yield Tool(desk, at(runner), session)
    await runner.cleanup()
    await desk.store.close()


def item(**more: Any) -> dict[str, Any]:
    """A comment as a tool sends it."""
    return {"account": "page", "id": "17", "text": "Term?", "received": MONDAY.isoformat()} | more


async def test_a_signed_comment_is_logged(tool: Tool) -> None:
    assert await tool.bring(item()) == (200, {"comments": [{"item": 0, "became": "logged", "record": "C-1"}]})
    assert [comment.text for comment in await tool.kept()] == ["Term?"]


async def test_replayed_a_hundred_times_it_is_one(tool: Tool) -> None:
    answers = [await tool.bring(item()) for _ in range(100)]
    assert {status for status, _ in answers} == {200}
    assert [said["comments"][0]["became"] for _, said in answers] == ["logged"] + ["known"] * 99
    assert len(await tool.kept()) == 1


async def test_a_list_says_of_each_what_became_of_it(tool: Tool) -> None:
    await tool.bring(item())
    replied = {"account": "page", "id": "17", "replied": {"at": MONDAY.isoformat()}}
    status, said = await tool.bring([replied, item(id="18"), {"account": "page", "id": "19", "deleted": True}])
    assert status == 200
    assert [(each["item"], each["became"], each.get("record")) for each in said["comments"]] == [
        (0, "answered", "C-1"),
        (1, "logged", "C-2"),
        (2, "nothing", None),
    ]
    assert {comment.id: comment.status for comment in await tool.kept()} == {
        "C-1": State.ANSWERED,
        "C-2": State.OPEN,
    }
    assert await tool.bring([]) == (200, {"comments": []})


async def test_of_a_request_with_a_fault_nothing_is_kept_and_the_field_is_named(tool: Tool) -> None:
    status, said = await tool.bring([item(), item(id="18", received="soon")])
    assert status == 400
    [fault] = said["faults"]
    assert (fault["item"], fault["field"]) == (1, "received")
    assert "not a time" in fault["why"]
    assert await tool.kept() == []
    assert (await tool.bring(item()))[1]["comments"][0]["record"]


async def test_other_words_under_one_id_are_said_to_have_been_left_out(tool: Tool) -> None:
    await tool.bring(item())
    _, said = await tool.bring(item(text="Something else"))
    assert "Those are kept" in said["comments"][0]["note"]
    assert [comment.text for comment in await tool.kept()] == ["Term?"]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (401, {TIMESTAMP: ""}),
        (401, {SIGNATURE: ""}),
        (401, {TIMESTAMP: str(NOW - SKEW - 1)}),
        (401, {TIMESTAMP: str(NOW + SKEW + 1)}),
        (401, {TIMESTAMP: str(NOW + 1)}),
        (401, {SIGNATURE: "v1=" + "0" * 64}),
        (401, {SIGNATURE: sign("another" * 5, str(NOW), b"{}")}),
        (401, {SIGNATURE: sign(SECRET, str(NOW), b"[]")}),
        (401, {"Authorization": "Bearer wrong"}),
        (401, {"Authorization": ""}),
        (400, {TIMESTAMP: "soon"}),
        (400, {TIMESTAMP: "9" * 400}),
        (400, {TIMESTAMP: "٣٣٣"}),
        (400, {SIGNATURE: "v1=é"}),
    ],
)
async def test_who_does_not_prove_who_they_are_is_turned_away(
    tool: Tool, status: int, headers: dict[str, str]
) -> None:
    made = {TIMESTAMP: str(NOW), SIGNATURE: sign(SECRET, str(NOW), b"{}")} | headers
    given = {name: value for name, value in made.items() if value or name == "Authorization"}
    answer, said = await tool.raw(b"{}", given)
    assert answer == status
    assert said["error"]


async def test_a_signature_counts_for_five_minutes_on_either_side(tool: Tool) -> None:
    for timestamp in (NOW - SKEW, NOW + SKEW):
        assert (await tool.signed(b"[]", str(timestamp)))[0] == 200


async def test_a_header_given_twice_is_turned_away(tool: Tool) -> None:
    made = {TIMESTAMP: str(NOW), SIGNATURE: sign(SECRET, str(NOW), b"[]")}
    for twice in (*made.items(), ("Authorization", f"Bearer {TOKEN}")):
        headers = [*made.items(), twice, *([twice] if twice[0] not in made else [])]
        async with tool.session.post(f"{tool.url}/hooks/comments", data=b"[]", headers=headers) as answer:
            assert answer.status == 400


async def test_a_token_is_taken_from_this_machine_and_over_https(tool: Tool) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert (await tool.raw(b"[]", bearer))[0] == 200
    assert (await tool.raw(b"[]", {**bearer, "X-Forwarded-Proto": "https"}))[0] == 200
    status, said = await tool.raw(b"[]", {**bearer, "X-Forwarded-Proto": "http"})
    assert status == 401
    assert "HTTPS" in said["error"]


async def test_a_token_that_was_not_set_is_not_taken_nor_a_signature_without_a_secret(tool: Tool) -> None:
    for secret, token, headers in (
        (SECRET, "", {"Authorization": "Bearer "}),
        (SECRET, "", {"Authorization": f"Bearer {TOKEN}"}),
        ("", TOKEN, {TIMESTAMP: str(NOW), SIGNATURE: sign("", str(NOW), b"[]")}),
    ):
        runner = await serve(tool.desk.dispatch, secret=secret, token=token)
        status, said = await Tool(tool.desk, at(runner), tool.session).raw(b"[]", headers)
        await runner.cleanup()
        assert status == 401
        assert "is not set" in said["error"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"5", b'"x"', b"[5]", b"[[]]", b"\xff", b"[" * 100_000, b'{"text": "\\ud800"}', b"NaN"],
)
async def test_what_is_no_object_is_turned_away(tool: Tool, body: bytes) -> None:
    status, said = await tool.signed(body)
    assert status == 400
    assert said["error"]


async def test_more_than_a_hundred_are_turned_away(tool: Tool) -> None:
    assert (await tool.bring([item(id=str(n)) for n in range(MOST + 1)]))[0] == 400
    assert await tool.kept() == []
    assert (await tool.bring([item(id=str(n)) for n in range(MOST)]))[0] == 200
    assert len(await tool.kept()) == MOST


async def test_a_body_too_large_is_turned_away_also_when_it_does_not_say_so(tool: Tool) -> None:
    fits = b"[" + b" " * (LARGEST - 2) + b"]"
    assert (await tool.signed(fits))[0] == 200
    large = fits + b" "
    headers = {TIMESTAMP: str(NOW), SIGNATURE: sign(SECRET, str(NOW), large)}

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    for body in (io.BytesIO(large), pieces()):
        assert (await tool.raw(body, headers))[0] == 413
    packed = {**headers, "Content-Encoding": "gzip"}
    assert (await tool.raw(gzip.compress(large), packed))[0] == 413


async def test_a_body_that_does_not_unpack_is_turned_away(tool: Tool) -> None:
    headers = {TIMESTAMP: str(NOW), SIGNATURE: sign(SECRET, str(NOW), b"[]"), "Content-Encoding": "gzip"}
    async with tool.session.post(f"{tool.url}/hooks/comments", data=b"[]", headers=headers) as answer:
        assert answer.status == 400


async def test_when_nothing_can_be_kept_it_is_to_be_sent_again(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(school: str) -> Any:
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(tool.desk.store, "transaction", full)
        status, said = await tool.bring(item())
    assert status == 503
    assert "again" in said["error"]
    assert (await tool.bring(item()))[1]["comments"][0]["became"] == "logged"


async def test_a_mistake_of_our_own_is_no_traceback_and_keeps_nothing(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("handlers.comments.arriving.tell", None)
        status, said = await tool.bring(item())
    assert (status, set(said)) == (503, {"error", "number"})
    assert await tool.kept() == []


def test_without_a_secret_or_a_token_there_is_no_route(tool_dispatch: Dispatch) -> None:
    assert hook_routes(Environment(), tool_dispatch) == []
    for said in ({"exeat_hook_secret": SECRET}, {"exeat_hook_token": TOKEN}):
        [route] = hook_routes(Environment.model_validate(said), tool_dispatch)
        assert (route.method, route.path) == ("POST", "/hooks/comments")


@pytest.fixture
def tool_dispatch(tool: Tool) -> Dispatch:
    return tool.desk.dispatch


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
TIMES = st.sampled_from([MONDAY.isoformat(), "01/03/2027 08:30", "0001-01-01T00:00", "9999-12-31T23:59:59-14:00"])
COMMENTS = st.fixed_dictionaries(
    {"account": JSON | st.just("page"), "id": JSON | st.text(min_size=1)},
    optional={
        "text": JSON | st.text(min_size=1),
        "received": JSON | TIMES,
        "kind": JSON,
        "deleted": JSON,
        "replied": JSON | st.fixed_dictionaries({"at": TIMES}),
        "link": JSON,
        "writer": st.text(),
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=JSON | COMMENTS | st.lists(COMMENTS, max_size=4))
async def test_whatever_is_sent_is_never_our_mistake(tool: Tool, said: Any) -> None:
    body = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
    assert (await tool.signed(body))[0] in (200, 400)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300))
async def test_whatever_bytes_are_sent_are_never_our_mistake(tool: Tool, body: bytes) -> None:
    assert (await tool.signed(body))[0] in (200, 400)


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl")
async def test_the_pages_own_example_is_taken(tool: Tool) -> None:
    found = re.search(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    script = found[1].replace("$(date +%s)", str(NOW))
    assert script != found[1]
    variables = {"PATH": os.environ["PATH"], "EXEAT_HOOK_SECRET": SECRET, "EXEAT_PUBLIC_URL": tool.url}
    ran = await asyncio.create_subprocess_exec(
        "sh", "-euc", script, env=variables, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, trouble = await ran.communicate()
    assert (ran.returncode, trouble) == (0, b"")
    assert json.loads(said) == {"comments": [{"item": 0, "became": "logged", "record": "C-1"}]}


def pages_json() -> list[Any]:
    """Each piece of JSON on the page that is sent."""
    found = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [said for said in map(json.loads, found) if "comments" not in said]


async def test_the_pages_comments_are_taken(tool: Tool) -> None:
    tool.desk.now = MONDAY.replace(month=4)
    logged, replied = pages_json()
    assert [(await tool.bring(said))[1]["comments"][0]["became"] for said in (logged, replied)] == [
        "logged",
        "answered",
    ]
