"""The doctor: what it finds wrong around a school, and that it says what to do."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.clock import utc_now
from bot.doctor import Finding, Verdict, examine
from policy.away import Away
from policy.people import Identity, Known, Standing, meet
from policy.record import Record
from storage.rows import AuditEntry, Outgoing
from storage.tiny import TinyStore, open_tiny
from tests.fakes.mailbox import mailbox
from tests.fakes.slack import FakeSlack, Fault

MARCH, EIGHTH = datetime(2027, 3, 1, 9, tzinfo=UTC), date(2027, 3, 8)

TOML = """\
[school]
id = "harbour"
name = "Harbour Primary"
[people]
headteacher = "helen@harbour.example"
deputies = ["dev@harbour.example"]
[[accounts]]
name = "Page"
platform = "facebook"
owners = ["helen@harbour.example"]
"""

Write = Callable[[str], None]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        slack.add_user("U0HELEN", "Helen", "helen@harbour.example")
        slack.add_user("U0DEV", "Dev", "dev@harbour.example")
        yield slack


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, slack: FakeSlack) -> Write:
    """Writes the school's file, in an environment in which all is well."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", slack.bot_token)
    monkeypatch.setenv("SLACK_APP_TOKEN", slack.app_token)
    monkeypatch.setenv("SLACK_API_URL", slack.url)
    monkeypatch.setenv("EXEAT_PORT", "9")
    monkeypatch.setenv("EXEAT_DATA", str(tmp_path / "data"))

    def write(text: str) -> None:
        Path("exeat.toml").write_text(text, "utf-8")

    write(TOML)
    return write


async def found(verdict: Verdict = Verdict.FIX, *, now: datetime | None = None) -> list[Finding]:
    """What the doctor finds of one kind, now or at that moment."""
    return [finding for finding in await examine(lambda: now or utc_now()) if finding.verdict is verdict]


async def only_fix() -> Finding:
    (fix,) = await found()
    assert fix.todo
    return fix


async def keep(folder: Path, *records: Record) -> None:
    """Records as a server would have left them."""
    store = await open_tiny(folder)
    async with store.transaction("harbour") as tx:
        for record in records:
            tx.put(record)
    await store.close()


def met(name: str, standing: Standing = Standing.MEMBER) -> Record:
    identity = Identity("slack", "T0SCHOOL", f"U0{name.upper()}")
    return meet(Known(identity, name.title(), f"{name}@harbour.example", standing), "harbour")


def away(name: str, first: date, last: date, delegate: str = "") -> Away:
    whom = f"slack:T0SCHOOL:U0{delegate.upper()}" if delegate else ""
    return Away(f"A-{name}-{first}", "harbour", f"slack:T0SCHOOL:U0{name.upper()}", whom, first, last, MARCH, None)


async def test_a_changed_name_that_changes_the_id_is_named(write: Write, tmp_path: Path) -> None:
    await keep(tmp_path / "data", met("helen"))
    write(TOML.replace('id = "harbour"\n', "").replace("Harbour Primary", "Harbour Primary School"))
    fix = next(one for one in await found() if one.subject == "Records")
    assert "“harbour”" in fix.found
    assert "“harbour-primary-school”" in fix.found


async def test_a_school_in_order_needs_nothing(write: Write) -> None:
    assert await found() == []
    assert {"Slack", "Socket Mode", "Clock", "People", "exeat.toml"} <= {
        one.subject for one in await found(Verdict.FINE)
    }


async def test_each_default_is_explained(write: Write) -> None:
    defaults = {one.subject: one.found for one in await found(Verdict.DEFAULT)}
    assert defaults["[calendar] staffed"] == "08:00 to 17:00 on working days."
    assert "[people] deputies" not in defaults


async def test_a_school_with_nobody_to_take_incidents_past_the_headteacher_is_told(write: Write) -> None:
    roles = {"[people] chair_of_governors", "[people] data_protection_officer"}
    assert roles <= {one.subject for one in await found(Verdict.NOTE)}
    named = 'chair_of_governors = "grace@harbour.example"\ndata_protection_officer = "prue@harbour.example"\n'
    write(TOML.replace("[[accounts]]", f"{named}[[accounts]]"))
    assert roles.isdisjoint({one.subject for one in await found(Verdict.NOTE)})


async def test_a_school_without_an_id_is_told_to_fix_it(write: Write) -> None:
    write(TOML.replace('id = "harbour"\n', ""))
    (note,) = (one for one in await found(Verdict.NOTE) if one.subject == "[school] id")
    assert 'id = "harbour-primary"' in note.todo


async def test_every_fault_of_the_configuration_is_to_be_put_right(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(TOML.replace("platform", "platfrm"))
    monkeypatch.setenv("EXEAT_PORT", "http")
    fixes = await found()
    assert {"EXEAT_PORT", "exeat.toml, line 9", "exeat.toml, line 7"} == {fix.subject for fix in fixes}


async def test_a_configuration_that_is_not_there_yet(write: Write) -> None:
    Path("exeat.toml").unlink()
    fix = await only_fix()
    assert (fix.subject, fix.found) == ("exeat.toml", "There is no such file.")
    assert "exeat init" in fix.todo


async def test_somebody_who_is_not_in_the_workspace(write: Write) -> None:
    write(TOML.replace("helen@", "helena@"))
    fix = await only_fix()
    assert (fix.subject, "the headteacher, looks after Page" in fix.found) == ("helena@harbour.example", True)


async def test_nothing_reaches_somebody_who_is_named_by_an_address_alone(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(TOML.replace("deputies", 'chair_of_governors = "carol@governors.example"\ndeputies'))
    async with mailbox() as box:
        monkeypatch.setenv("EXEAT_SMTP_URL", box.url)
        monkeypatch.setenv("EXEAT_MAIL_FROM", "exeat@harbour.example")
        (chair,) = (one for one in await found(Verdict.NOTE) if one.subject == "carol@governors.example")
        assert "so nothing reaches them through Exeat." in chair.found
        assert box.letters == []
        await examine(utc_now, mail_to="carol@governors.example")
        assert [letter.to for letter in box.letters] == [("carol@governors.example",)]


async def test_a_role_held_by_a_guest(write: Write, slack: FakeSlack) -> None:
    slack.add_user("U0DEV", "Dev", "dev@harbour.example", guest=True)
    fix = await only_fix()
    assert fix.subject == "dev@harbour.example"
    assert "guest" in fix.found


async def absences() -> list[str]:
    """What is said of absences, on a Monday in March; the clock is then wrong, which is not looked at here."""
    return [fix.found for fix in await found(now=MARCH) if fix.subject == "/away"]


async def test_days_away_that_nobody_covers(write: Write, tmp_path: Path) -> None:
    week = away("helen", EIGHTH, EIGHTH + timedelta(days=6))
    await keep(tmp_path / "data", met("helen"), met("dev"), week, away("dev", EIGHTH, EIGHTH + timedelta(days=1)))
    assert await absences() == [
        "Helen (the headteacher) is away and nobody stands in: "
        "2 working days from Monday 8 March 2027 to Tuesday 9 March 2027."
    ]


async def test_days_away_that_have_passed_or_are_a_weekend(write: Write, tmp_path: Path) -> None:
    last_week, weekend = EIGHTH - timedelta(days=14), EIGHTH + timedelta(days=5)
    gone = [away(name, day, day + timedelta(days=1)) for name in ("helen", "dev") for day in (last_week, weekend)]
    await keep(tmp_path / "data", met("helen"), met("dev"), *gone)
    assert await absences() == []


async def test_days_away_that_a_delegate_covers_until_they_are_away_too(write: Write, tmp_path: Path) -> None:
    gone = (away("helen", EIGHTH, EIGHTH, "tess"), away("dev", EIGHTH, EIGHTH, "tess"))
    await keep(tmp_path / "data", met("helen"), met("dev"), met("tess"), *gone)
    assert await absences() == []
    await keep(tmp_path / "data", away("tess", EIGHTH, EIGHTH))
    assert await absences() != []


async def test_messages_that_could_not_be_delivered(write: Write, tmp_path: Path) -> None:
    await keep(tmp_path / "data", met("dev"))
    store = await open_tiny(tmp_path / "data")
    await _bury(store)
    await store.close()
    fix = await only_fix()
    assert (fix.subject, "1 could not be delivered: account_inactive (1). They were for Dev." in fix.found) == (
        "Messages",
        True,
    )


async def _bury(store: TinyStore) -> None:
    async with store.transaction("harbour") as tx:
        tx.queue(Outgoing("harbour", "post", "slack:T0SCHOOL:U0DEV", created=MARCH, not_before=MARCH))
    (row,) = await store.claim("harbour", MARCH, timedelta(minutes=1), 1)
    async with store.transaction("harbour") as tx:
        tx.bury(row, "account_inactive", MARCH)


async def test_an_audit_that_was_altered(write: Write, tmp_path: Path) -> None:
    store = await open_tiny(tmp_path / "data")
    async with store.transaction("harbour") as tx:
        tx.audit(AuditEntry(MARCH, "somebody", "approve"))
    await store.close()
    journal = next(path for path in (tmp_path / "data").iterdir() if b"approve" in path.read_bytes())
    journal.write_bytes(journal.read_bytes().replace(b"approve", b"refused"))
    fix = await only_fix()
    assert fix.subject in ("Audit", "Records")
    assert journal.name in fix.found


async def test_a_policy_whose_review_is_overdue(write: Write) -> None:
    write(f'{TOML}[policy]\nnext_review = "2022-03-31"\nversion = "2021"\nfile = "policy.md"\n')
    notes = {one.subject: one for one in await found(Verdict.NOTE)}
    assert "version 2021, was to be reviewed by 2022-03-31, which has passed" in notes["[policy] next_review"].found
    assert "policy.md" in notes["[policy] file"].found


@pytest.mark.parametrize(("minutes", "verdict"), [(0, Verdict.FINE), (2, Verdict.NOTE), (-9, Verdict.FIX)])
async def test_a_clock_that_goes_wrong(write: Write, minutes: int, verdict: Verdict) -> None:
    now = utc_now() + timedelta(minutes=minutes)
    assert "Clock" in {one.subject for one in await found(verdict, now=now)}


async def test_a_token_that_slack_refuses(write: Write, slack: FakeSlack) -> None:
    slack.faults.next("auth.test", Fault.API_ERROR("token_revoked"))
    fix = await only_fix()
    assert "SLACK_BOT_TOKEN (token_revoked)" in fix.found


async def test_a_scope_that_is_missing(write: Write, slack: FakeSlack) -> None:
    slack.scopes.discard("files:write")
    assert any("files:write" in fix.found for fix in await found())


async def test_slack_out_of_reach(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    assert (await only_fix()).subject == "Slack"


async def test_a_misspelt_variable(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_PUBLIC_ULR", "https://x.example")
    assert "Did you mean EXEAT_PUBLIC_URL?" in {one.todo for one in await found(Verdict.NOTE)}


@asynccontextmanager
async def serving(status: int, said: str) -> AsyncIterator[int]:
    """A server that says so of itself; its port."""

    async def readyz(request: web.Request) -> web.Response:
        return web.Response(status=status, text=said)

    app = web.Application()
    app.router.add_get("/readyz", readyz)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_it_looks_beside_a_server_that_runs(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await open_tiny(tmp_path / "data")
    async with store.transaction("harbour") as tx:
        tx.put(met("helen"))
    async with serving(200, '{"ready": true, "checks": []}') as port:
        monkeypatch.setenv("EXEAT_PORT", str(port))
        assert await found() == []
        assert "person (1)" in next(one.found for one in await found(Verdict.FINE) if one.subject == "Records")
    async with serving(
        503, '{"checks": [{"name": "clock", "well": false, "said": "The clock stands still."}]}'
    ) as port:
        monkeypatch.setenv("EXEAT_PORT", str(port))
        assert "The clock stands still." in (await only_fix()).found
    monkeypatch.setenv("EXEAT_PORT", "9")
    assert "Another Exeat is using" in (await only_fix()).found
    await store.close()
