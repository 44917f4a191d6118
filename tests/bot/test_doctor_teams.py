"""The doctor and Teams: what it finds wrong between Exeat, Microsoft and the people, and that it says what to do."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.clock import utc_now
from bot.doctor import Finding, Verdict, examine
from policy.address import Address
from policy.people import Identity, Known, Person, meet
from policy.place import Place
from policy.record import Record
from storage.tiny import open_tiny

APP, TENANT = "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c", "7f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c"
SECRET = "hunter2~is-not-to-be-read"
MARCH = datetime(2027, 3, 1, 9, tzinfo=UTC)

TOML = """\
[school]
id = "harbour"
name = "Harbour Primary"
[people]
staff = ["*@harbour.example"]
headteacher = "helen@harbour.example"
deputies = ["dev@harbour.example"]
[[accounts]]
name = "Page"
platform = "facebook"
owners = ["dev@harbour.example"]
"""

Set = Callable[..., None]


@dataclass
class Microsoft:
    """As much of Microsoft as the doctor asks, and Exeat's own door behind `/ours`."""

    url: str = ""
    refuses: int = 0
    says: str = ""
    keys: list[dict[str, str]] = field(default_factory=lambda: [{"kid": "a"}, {"kid": "b"}])
    door: int = 401
    ready: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def token(self, request: web.Request) -> web.Response:
        self.asked.append(dict(await request.post()))
        if self.says:
            return web.Response(text=self.says)
        if self.refuses:
            said = {"error": "invalid_client", "error_codes": [self.refuses], "error_description": f"about {APP}"}
            return web.json_response(said, status=401)
        return web.json_response({"access_token": "a token", "expires_in": 3599})

    async def openid(self, request: web.Request) -> web.Response:
        return web.json_response({"jwks_uri": f"{self.url}/keys"})

    async def key_set(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": self.keys})

    async def well(self, request: web.Request) -> web.Response:
        return web.json_response({"checks": []}, status=200 if self.ready else 503)

    async def messages(self, request: web.Request) -> web.Response:
        return web.Response(status=self.door, headers={"Location": "/log-in"})

    @asynccontextmanager
    async def answering(self) -> AsyncIterator["Microsoft"]:
        app = web.Application()
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self.token)
        app.router.add_get("/openid", self.openid)
        app.router.add_get("/keys", self.key_set)
        app.router.add_get("/readyz", self.well)
        app.router.add_get("/healthz", self.well)
        app.router.add_post("/api/messages", self.messages)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield self
        await runner.cleanup()


@pytest.fixture
async def microsoft() -> AsyncIterator[Microsoft]:
    async with Microsoft().answering() as microsoft:
        yield microsoft


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, microsoft: Microsoft) -> None:
    """A school on Teams alone, in which all is well and nothing has been kept yet."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "TEAMS_APP_ID": APP,
        "TEAMS_APP_PASSWORD": SECRET,
        "TEAMS_TENANT_ID": TENANT,
        "TEAMS_SECRET_EXPIRES": (utc_now() + timedelta(days=400)).date().isoformat(),
        "TEAMS_LOGIN_URL": microsoft.url,
        "TEAMS_OPENID_URL": f"{microsoft.url}/openid",
        "EXEAT_PORT": "9",
        "EXEAT_DATA": str(tmp_path / "data"),
    }.items():
        monkeypatch.setenv(name, value)
    Path("exeat.toml").write_text(TOML, "utf-8")


async def found(verdict: Verdict = Verdict.FIX, *, now: datetime | None = None) -> list[Finding]:
    """What the doctor finds of one kind, now or at that moment."""
    findings = await examine(lambda: now or utc_now())
    assert not any(SECRET in f"{finding.found} {finding.todo}" for finding in findings)
    return [finding for finding in findings if finding.verdict is verdict]


async def only_fix() -> Finding:
    (fix,) = await found()
    assert fix.todo
    return fix


async def keep(*records: Record) -> None:
    """Records as a server would have left them."""
    store = await open_tiny(Path("data"))
    async with store.transaction("harbour") as tx:
        for record in records:
            tx.put(record)
    await store.close()


def met(name: str, platform: str = "teams", tenant: str = TENANT) -> Person:
    return meet(Known(Identity(platform, tenant, name), name.title(), f"{name}@harbour.example"), "harbour")


def address(name: str, *, tenant: str = TENANT, is_open: bool = True) -> Address:
    return Address(f"teams:{tenant}:{name}", "harbour", "https://smba.example", "a:1", "29:1", "28:1", MARCH, is_open)


async def test_a_school_in_order_needs_nothing(microsoft: Microsoft) -> None:
    await keep(met("helen"), met("dev"), address("helen"), address("dev"), Place("teams", "harbour", TENANT))
    assert await found() == []
    fine = [finding.found for finding in await found(Verdict.FINE) if finding.subject == "Teams"]
    assert len(fine) == 3
    assert "(2)" in fine[1], "both keys"
    assert microsoft.asked[0]["client_id"] == APP
    assert microsoft.asked[0]["client_secret"] == SECRET
    assert microsoft.asked[0]["scope"] == "https://api.botframework.com/.default"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (7000215, "not its Secret ID"),
        (7000222, "Make a new one"),
        (700016, "Check TEAMS_APP_ID and TEAMS_TENANT_ID"),
        (90002, "Check TEAMS_TENANT_ID"),
        (7000112, "Enterprise applications"),
        (1234567, "Look the number up"),
    ],
)
async def test_a_log_in_that_microsoft_refuses(microsoft: Microsoft, code: int, said: str) -> None:
    microsoft.refuses = code
    fix = await only_fix()
    assert f"(AADSTS{code})" in fix.found
    assert said in fix.todo


async def test_a_log_in_that_makes_no_sense(microsoft: Microsoft) -> None:
    microsoft.says = "<html>Welcome to the school's proxy</html>"
    assert "makes no sense" in (await only_fix()).found


async def test_microsoft_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_LOGIN_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("TEAMS_OPENID_URL", "http://127.0.0.1:9/openid")
    assert [("127.0.0.1:9" in fix.found, fix.subject) for fix in await found()] == [(True, "Teams")] * 2


async def test_no_keys_to_tell_messages_by(microsoft: Microsoft) -> None:
    microsoft.keys = []
    assert "no keys" in (await only_fix()).found


@pytest.mark.parametrize(("status", "verdict"), [(401, Verdict.FINE), (400, Verdict.FINE), (404, Verdict.FIX)])
async def test_whether_the_public_address_leads_to_the_door(
    microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch, status: int, verdict: Verdict
) -> None:
    microsoft.door = status
    await _serving(microsoft, monkeypatch)
    assert f"{microsoft.url}/api/messages" in " ".join(one.found for one in await found(verdict))


async def test_a_door_behind_a_redirect_is_not_reached(microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    microsoft.door = 302
    await _serving(microsoft, monkeypatch)
    assert any("answers 302" in fix.found for fix in await found())


async def _serving(microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_PORT", microsoft.url.rpartition(":")[2])
    monkeypatch.setenv("EXEAT_PUBLIC_URL", microsoft.url)


@pytest.mark.parametrize(
    ("left", "verdict", "said"),
    [
        (61, Verdict.FINE, "ends on"),
        (60, Verdict.NOTE, "in 60 days"),
        (1, Verdict.NOTE, "in 1"),
        (0, Verdict.FIX, ""),
    ],
)
async def test_when_the_secret_ends(monkeypatch: pytest.MonkeyPatch, left: int, verdict: Verdict, said: str) -> None:
    monkeypatch.setenv("TEAMS_SECRET_EXPIRES", (date(2027, 3, 1) + timedelta(days=left)).isoformat())
    assert any(said in one.found for one in await found(verdict, now=MARCH) if one.subject == "TEAMS_SECRET_EXPIRES")


async def test_a_secret_whose_end_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAMS_SECRET_EXPIRES")
    assert "TEAMS_SECRET_EXPIRES" in {one.subject for one in await found(Verdict.NOTE)}


async def test_who_has_never_been_met() -> None:
    await keep(met("dev"), address("dev"))
    fix = await only_fix()
    assert (fix.subject, "the headteacher" in fix.found) == ("helen@harbour.example", True)
    assert "have Exeat added for them in Teams" in fix.todo
    assert "workspace" not in fix.todo


async def test_who_was_met_and_cannot_be_written_to() -> None:
    await keep(met("helen"), met("dev"), address("dev", is_open=False))
    fix = await only_fix()
    assert (fix.subject, "no chat with Exeat in Teams yet" in fix.found) == ("helen@harbour.example", True)
    (note,) = [one for one in await found(Verdict.NOTE) if one.subject == "dev@harbour.example"]
    assert "removed or blocked" in note.found
    assert "a deputy, looks after Page" in note.found


async def test_an_account_in_another_tenant_is_no_way_to_reach_somebody() -> None:
    await keep(met("helen", tenant="other"), address("helen", tenant="other"), met("dev"), address("dev"))
    assert (await only_fix()).subject == "helen@harbour.example"


async def test_records_of_another_tenant() -> None:
    await keep(Place("teams", "harbour", "another"))
    fix = await only_fix()
    assert (fix.subject, "Put another back" in fix.todo) == ("TEAMS_TENANT_ID", True)


async def test_on_teams_the_school_must_say_who_its_staff_are() -> None:
    Path("exeat.toml").write_text(TOML.replace("staff =", "# staff ="), "utf-8")
    fix = await only_fix()
    assert (fix.subject, fix.found.split(":")[0]) == ("exeat.toml, line 4", "people.staff")


async def test_half_a_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAMS_TENANT_ID")
    assert (await only_fix()).subject == "TEAMS_TENANT_ID"


async def test_no_chat_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"):
        monkeypatch.delenv(name)
    fix = await only_fix()
    assert (fix.subject, "docs/teams.md" in fix.todo) == ("Chat", True)
