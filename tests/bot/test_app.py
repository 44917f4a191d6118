"""The whole program: built from settings, serving a school on the Slack stand-in, and stopped."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.app import Patience, Program, build
from bot.chats import CannotStart
from bot.settings import Environment, Settings
from policy.drill import OPENING, Opening
from policy.record import Ref
from policy.school import Concerns, Safeguarding
from storage.contract import Unavailable
from storage.tiny import open_tiny
from storage.vault import Vault, new_key
from tests.fakes.school import DEPUTY, HEAD, MONDAY, OWNER, TEACHER, email, harbour
from tests.fakes.slack import FakeSlack, Fault
from tests.fakes.slack_desk import user
from tests.fakes.world import until
from tests.storage.whisper import Whisper

HELEN, TOM = user(HEAD), user(TEACHER)

Serving = Callable[[Settings], AbstractAsyncContextManager[Program]]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        for name in (HEAD, DEPUTY, TEACHER, OWNER):
            slack.add_user(user(name), name.title(), email(name))
        yield slack


def settings(slack: FakeSlack, folder: Path, *, socket: bool = False) -> Settings:
    """Harbour Primary over HTTP, or over Socket Mode, at any free port."""
    environment = Environment(
        slack_bot_token=slack.bot_token,
        slack_signing_secret=None if socket else slack.signing_secret,
        slack_app_token=slack.app_token if socket else None,
        slack_api_url=slack.url,
        exeat_data=folder,
        exeat_port=0,
        exeat_tick_seconds=0.05,
    )
    return Settings(harbour(), environment)


@asynccontextmanager
async def served(
    given: Settings, *, keyless: bool = False, patience: Patience | None = None
) -> AsyncIterator[Program]:
    """The program, taking requests; afterwards told to stop, as SIGTERM does."""
    program = await build(given, keyless=keyless, patience=patience or Patience())
    stop, started = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(program.run(stop, started.set))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if running.done():
        await running
    try:
        yield program
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await running


def shown(slack: FakeSlack, person: str, words: str) -> Callable[[], bool]:
    """Whether somebody's conversation with Exeat holds the words."""
    return lambda: any(words in str(message.blocks) for message in slack.inbox(person))


async def draft(slack: FakeSlack, text: str) -> None:
    """A teacher sends a post."""
    form = await (await slack.command(TOM, "/draftpost")).opened()
    sent = await slack.submit(TOM, form, {"Text": text, "Account": "Harbour page"})
    assert (sent.problem, sent.errors) == ("", {})


async def test_a_post_reaches_the_head_over_http(slack: FakeSlack, tmp_path: Path) -> None:
    async with served(settings(slack, tmp_path / "data")) as program:
        slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")
        await until(lambda: not program.unmet)
        await draft(slack, "We won the race")
        await slack.until(shown(slack, HELEN, "We won the race"))


async def test_a_post_reaches_the_head_over_socket_mode(slack: FakeSlack, tmp_path: Path) -> None:
    slack.connect_socket()
    async with served(settings(slack, tmp_path / "data", socket=True)) as program:
        await slack.socket.connected()
        await until(lambda: not program.unmet)
        await draft(slack, "We won the race")
        await slack.until(shown(slack, HELEN, "We won the race"))


async def test_what_was_not_sent_before_a_stop_is_sent_after_the_next_start(slack: FakeSlack, tmp_path: Path) -> None:
    given = settings(slack, tmp_path / "data")
    async with served(given) as program:
        slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")
        await until(lambda: not program.unmet)
        slack.faults.every(1, [Fault.API_ERROR("service_unavailable")], only=["chat.postMessage"])
        await draft(slack, "We won the race")
    slack.faults.none()
    async with served(given):
        await slack.until(shown(slack, HELEN, "We won the race"), within=30)
    assert sum("We won the race" in str(message.blocks) for message in slack.inbox(HELEN)) == 1


async def test_a_message_that_is_under_way_at_a_stop_is_known_to_have_arrived(
    slack: FakeSlack, tmp_path: Path
) -> None:
    given, answer = settings(slack, tmp_path / "data"), asyncio.Event()

    async def answer_once_the_doors_are_shut(port: int) -> None:
        with suppress(OSError):
            while True:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
        answer.set()

    async with served(given) as program:
        slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")
        await until(lambda: not program.unmet)
        slack.faults.next("chat.postMessage", Fault.LATE(answer), times=2)
        await draft(slack, "We won the race")
        await slack.until(shown(slack, HELEN, "We won the race"))
        answering = asyncio.create_task(answer_once_the_doors_are_shut(program.port))
    await answering
    store = await open_tiny(tmp_path / "data")
    async with store.transaction("harbour") as tx:
        assert [each.person for each in await tx.shown(Ref("post", "P-1")) if each.person.endswith(HELEN)]
    await store.close()


async def test_without_a_chat_it_says_what_to_set_and_that_the_demo_needs_nothing(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"SLACK_BOT_TOKEN.*exeat demo") as caught:
        await build(Settings(harbour(), Environment(exeat_data=tmp_path / "data")))
    assert caught.value.code == 2
    assert not (tmp_path / "data").exists()


async def test_a_token_that_slack_refuses_stops_the_first_start(slack: FakeSlack, tmp_path: Path) -> None:
    given = settings(slack, tmp_path / "data")
    slack.faults.next("auth.test", Fault.API_ERROR("invalid_auth"))
    with pytest.raises(CannotStart, match=r"invalid_auth.*exeat doctor"):
        await build(given)
    await (await open_tiny(tmp_path / "data")).close()


async def test_a_token_of_another_workspace_is_refused_at_the_next_start(slack: FakeSlack, tmp_path: Path) -> None:
    given = settings(slack, tmp_path / "data")
    async with served(given):
        pass
    slack.team = "T0OTHER"
    with pytest.raises(CannotStart, match="belongs to the workspace T0OTHER"):
        await build(given)


async def test_a_second_server_on_the_same_records_is_refused(slack: FakeSlack, tmp_path: Path) -> None:
    given = settings(slack, tmp_path / "data")
    async with served(given):
        with pytest.raises(Unavailable, match="Another Exeat is using"):
            await build(given)


async def test_a_port_that_is_taken_is_named(slack: FakeSlack, tmp_path: Path) -> None:
    async with served(settings(slack, tmp_path / "one")) as first:
        given = settings(slack, tmp_path / "two")
        taken = given.environment.model_copy(update={"exeat_port": first.port})
        with pytest.raises(CannotStart, match=f"port {first.port}: address already in use.*EXEAT_PORT"):
            async with served(replace(given, environment=taken)):
                pass


async def test_the_sandbox_is_never_served_beside_a_school(slack: FakeSlack, tmp_path: Path) -> None:
    async with served(settings(slack, tmp_path / "data")) as program, aiohttp.ClientSession() as session:
        for path in ("/", "/say", "/clock", "/events", "/page/app.js"):
            async with session.get(f"http://127.0.0.1:{program.port}{path}") as answer:
                assert answer.status == 404


async def test_it_says_how_it_is_and_nothing_of_anybody(slack: FakeSlack, tmp_path: Path) -> None:
    async with served(settings(slack, tmp_path / "data")) as program, aiohttp.ClientSession() as session:
        said = []
        for path in ("/healthz", "/readyz", "/metrics"):
            async with session.get(f"http://127.0.0.1:{program.port}{path}") as answer:
                assert answer.status == 200
                said.append(await answer.text())
        assert "exeat_outbox_rows" in said[-1]
        assert not any(word in "".join(said) for word in ("Helen", HELEN, "harbour.example", slack.bot_token))


async def test_a_link_to_a_picture_that_is_not_ours_opens_nothing(slack: FakeSlack, tmp_path: Path) -> None:
    async with (
        served(settings(slack, tmp_path / "data")) as program,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{program.port}/pictures/AAAA") as answer,
    ):
        assert answer.status == 404


async def test_a_school_under_another_id_is_not_served_over_its_own_records(slack: FakeSlack, tmp_path: Path) -> None:
    given = settings(slack, tmp_path / "data")
    async with served(given):
        pass
    changed = Settings(replace(given.school, id="harbour-primary-school"), given.environment)
    with pytest.raises(CannotStart, match="those of “harbour”") as refused:
        await build(changed)
    assert refused.value.code == 2
    async with served(given):
        pass


async def test_whoever_never_finishes_a_request_is_let_go(slack: FakeSlack, tmp_path: Path) -> None:
    given, patience = settings(slack, tmp_path / "data"), Patience(idle=0.05)
    async with served(given, patience=patience) as program, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", program.port)
        writer.write(b"POST /slack/events HTTP/1.1\r\nHost: exeat")
        assert await reader.read() == b""
        writer.close()


async def test_it_starts_while_slack_cannot_say_who_is_there(slack: FakeSlack, tmp_path: Path) -> None:
    slack.faults.next("users.list", Fault.API_ERROR("service_unavailable"))
    async with served(settings(slack, tmp_path / "data")) as program:
        slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")
        assert (await slack.command(TOM, "/posts")).status == 200


async def test_it_asks_again_until_slack_has_said_who_is_there(slack: FakeSlack, tmp_path: Path) -> None:
    slack.faults.next("users.list", Fault.API_ERROR("service_unavailable"), times=3)
    async with served(settings(slack, tmp_path / "data"), patience=Patience(again=0.01)) as program:
        slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")
        await until(lambda: not program.unmet)
        await draft(slack, "We won the race")
        await slack.until(shown(slack, HELEN, "We won the race"))


async def test_an_answer_about_people_that_makes_no_sense_does_not_end_the_server(
    slack: FakeSlack, tmp_path: Path
) -> None:
    slack.faults.next("users.list", Fault.ANSWER({"ok": True, "members": 7}))
    async with served(settings(slack, tmp_path / "data")) as program:
        await until(lambda: bool(slack.faults.applied))
        slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")
        await draft(slack, "We won the race")
        assert program.unmet == {"slack"}


async def test_requests_are_taken_and_a_stop_is_heard_while_everybody_is_asked_after(
    slack: FakeSlack, tmp_path: Path
) -> None:
    slack.faults.next("users.list", Fault.SLOW(asyncio.Event()))
    async with asyncio.timeout(40), served(settings(slack, tmp_path / "data")) as program:
        await until(lambda: bool(slack.faults.applied))
        slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")
        form = await (await slack.command(TOM, "/draftpost")).opened()
        sent = await slack.submit(TOM, form, {"Text": "We won the race", "Account": "Harbour page"})
        assert (sent.problem, sent.errors) == ("", {})
        assert program.unmet == {"slack"}


async def test_it_stops_although_a_chat_does_not_close(slack: FakeSlack, tmp_path: Path) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    given, patience = settings(slack, tmp_path / "data"), Patience(chats=0.05)
    async with asyncio.timeout(40), served(given, patience=patience) as program:
        program.chats = [replace(chat, close=never) for chat in program.chats]


TOML = """\
[school]
id = "harbour"
name = "Harbour Primary"
[people]
headteacher = "helen@harbour.example"
[[accounts]]
name = "Harbour page"
platform = "facebook"
"""


async def test_sigterm_ends_the_server_when_what_is_under_way_is_done(slack: FakeSlack, tmp_path: Path) -> None:
    (tmp_path / "exeat.toml").write_text(TOML, "utf-8")
    variables = {
        "PATH": os.environ["PATH"],
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.url,
        "EXEAT_PORT": "0",
    }
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "serve", cwd=tmp_path, env=variables, stderr=asyncio.subprocess.PIPE
    )
    assert running.stderr is not None
    async with asyncio.timeout(60):
        lines = [json.loads(await running.stderr.readline())]
        while not {"serving", "people known"} <= {line["event"] for line in lines}:
            lines.append(json.loads(await running.stderr.readline()))
        port = next(line["port"] for line in lines if line["event"] == "serving")
        slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
        await draft(slack, "We won the race")
        running.send_signal(signal.SIGTERM)
        rest = await running.stderr.read()
        assert await running.wait() == 0, rest
    assert [json.loads(line)["event"] for line in rest.splitlines()][-1] == "stopping"
    log = json.dumps(lines) + rest.decode()
    assert not any(secret in log for secret in (slack.bot_token, slack.signing_secret, "We won", "helen"))
    store = await open_tiny(tmp_path / "data")
    assert (await store.count("harbour")).records[("post", "waiting")] == 1
    await store.close()


async def test_without_its_key_a_school_that_has_something_sealed_whole_is_not_served(
    slack: FakeSlack, tmp_path: Path
) -> None:
    given = settings(slack, tmp_path / "data")
    store = await open_tiny(tmp_path / "data", vault=Vault([new_key()]))
    async with store.transaction("harbour") as tx:
        tx.put(Whisper("K7Q4-9M2X"))
    await store.close()
    with pytest.raises(CannotStart, match=r"EXEAT_KEY.*exeat keys recover.*--without-key") as caught:
        await build(given)
    assert caught.value.code == 2
    async with served(given, keyless=True) as program:
        assert not program.dispatch.store.sealing


async def test_without_its_key_a_school_that_takes_concerns_is_not_served(slack: FakeSlack, tmp_path: Path) -> None:
    given = settings(slack, tmp_path / "data")
    on = Settings(replace(given.school, safeguarding=Safeguarding(Concerns.RECORD)), given.environment)
    async with served(on):
        """Nobody has acknowledged a test alert yet."""
    store = await open_tiny(tmp_path / "data")
    async with store.transaction("harbour") as tx:
        kept = await tx.get(Opening, OPENING)
        tx.put(Opening(OPENING, "harbour", MONDAY, kept.rev if kept else 0))
    await store.close()
    with pytest.raises(CannotStart, match="EXEAT_KEY"):
        await build(on)
    async with served(given):
        """Concerns are switched off."""
