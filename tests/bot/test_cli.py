"""The commands as an administrator types them: each in a process of its own, with nothing of ours around it."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from bot.cli.commands import commands
from bot.settings import parse_school
from policy.people import Role
from storage.vault import Vault

REQUIRED = ("--name", "Harbour Primary School", "--headteacher", "Head@Harbour.example")
ACCOUNT = ("--account", "Harbour on Facebook", "--platform", "facebook")


@dataclass(frozen=True)
class Exeat:
    """`exeat` typed in a folder, with only those variables set."""

    folder: Path

    def environment(self, variables: dict[str, str]) -> dict[str, str]:
        """PATH, and what is given."""
        home = self.folder / "home"
        return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "COLUMNS": "100", **variables}

    def __call__(self, *typed: str, said: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run it to its end. A traceback is never what anybody should see."""
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *typed],
            cwd=self.folder,
            env=self.environment(variables),
            input=said,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "Traceback" not in done.stderr
        return done

    def init(self) -> None:
        """A school to work with."""
        assert self("init", *REQUIRED, *ACCOUNT).returncode == 0


@pytest.fixture
def exeat(tmp_path: Path) -> Exeat:
    return Exeat(tmp_path)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "demo",
        "serve",
        "init",
        "doctor",
        "due",
        "import comments",
        "backup",
        "restore",
        "audit verify",
        "audit export",
        "keys new",
        "keys rotate",
        "keys escrow",
        "keys recover",
        "manifest slack",
        "manifest teams",
    ],
)
def test_help_teaches_by_an_example(exeat: Exeat, typed: str) -> None:
    done = exeat(*typed.split(), "--help")
    assert done.returncode == 0
    assert f"exeat {typed}".strip() in done.stdout
    assert not typed or "Example:" in done.stdout


def test_what_a_command_is_for_is_said_whole_in_every_list() -> None:
    for group in ([], *([each.name] for each in commands.registered_groups if each.name)):
        listed = CliRunner().invoke(commands, [*group, "--help"], prog_name="exeat").stdout
        listed = listed.partition("Commands:")[2]
        assert listed
        assert "..." not in listed


def test_a_command_does_not_wait_for_the_chats_libraries(tmp_path: Path) -> None:
    listed = subprocess.check_output(
        [sys.executable, "-c", "import bot.cli, sys; print(*sys.modules)"], cwd=tmp_path, text=True, timeout=60
    )
    assert {"typer", "bot.cli.commands"} <= set(listed.split())
    assert set(listed.split()).isdisjoint({"slack_bolt", "slack_sdk", "botbuilder", "msrest"})


def test_a_new_key_is_one_that_seals_and_another_each_time(exeat: Exeat) -> None:
    one, other = (exeat("keys", "new").stdout.strip() for _ in range(2))
    assert one != other
    vault = Vault.of(f"{one},{other}")
    assert vault.unseal("name", vault.seal("name", "words")) == "words"


@pytest.mark.parametrize(
    ("received", "due", "because"),
    [
        ("2027-03-27T10:00", "2027-03-30T23:59:00+01:00", "Received on a Saturday"),
        ("2027-03-25T10:00", "2027-03-26T10:00:00+00:00", "24 hours later"),
        ("2027-03-26T23:59", "2027-03-27T23:59:00+00:00", "Good Friday"),
        ("2027-06-02T09:00:00+00:00", "2027-06-03T10:00:00+01:00", "24 hours later"),
        ("2027-03-28T01:30", "2027-03-30T23:59:00+01:00", "never on a clock"),
        ("2027-10-31T01:30", "2027-11-01T23:59:00+00:00", "came twice"),
    ],
)
def test_due_gives_its_reason_and_the_moment_on_the_last_line(
    exeat: Exeat, received: str, due: str, because: str
) -> None:
    done = exeat("due", received)
    assert done.returncode == 0
    *above, last = done.stdout.splitlines()
    assert last == due
    assert datetime.fromisoformat(last).utcoffset() is not None
    assert because in "\n".join(above)
    assert "answer-in-24h" in above[-1] or "answer-in-24h" in above[-2]


def test_due_goes_by_the_schools_own_calendar(exeat: Exeat) -> None:
    exeat.init()
    file = exeat.folder / "exeat.toml"
    days = 'closures = ["2027-07-26"]\ntreat_as_weekend = true\n'
    file.write_text(file.read_text("utf-8").replace("[calendar]\n", f"[calendar]\n{days}"), "utf-8")
    assert exeat("due", "2027-07-26T10:00").stdout.splitlines()[-1] == "2027-07-27T23:59:00+01:00"


@pytest.mark.parametrize("received", ["soon", "2027-03-27", "2027-02-30T10:00", "10:00", ""])
def test_due_says_how_a_time_is_written(exeat: Exeat, received: str) -> None:
    done = exeat("due", received)
    assert (done.returncode, done.stdout) == (2, "")
    assert "such as 2027-03-27T10:00" in done.stderr or "Write, for example, 2027-03-27T10:00" in done.stderr


def test_init_writes_what_was_answered(exeat: Exeat) -> None:
    more = ("--staff", "*@harbour.example", "--deputy", "d@harbour.example", "--owner", "slack:U02AB3CD4")
    done = exeat("init", *REQUIRED, *ACCOUNT, *more)
    assert done.returncode == 0
    file = exeat.folder / "exeat.toml"
    school = parse_school(file.read_text("utf-8"), file)
    assert (school.id, school.name) == ("harbour-primary-school", "Harbour Primary School")
    assert school.roster.staff == ("*@harbour.example",)
    assert school.roster.refs(Role.HEADTEACHER) == ("head@harbour.example",)
    assert school.roster.refs(Role.DEPUTY) == ("d@harbour.example",)
    assert school.accounts[0].owners == ("slack:u02ab3cd4",)


def test_init_never_writes_over_a_file_unasked(exeat: Exeat) -> None:
    (exeat.folder / "exeat.toml").write_text("mine", "utf-8")
    done = exeat("init", *REQUIRED, *ACCOUNT)
    assert (done.returncode, (exeat.folder / "exeat.toml").read_text("utf-8")) == (2, "mine")
    assert "--force" in done.stderr
    assert exeat("init", "--force", *REQUIRED, *ACCOUNT).returncode == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ((*REQUIRED,), "--account is needed"),
        ((*ACCOUNT, "--name", "Harbour"), "--headteacher is needed"),
        ((*REQUIRED, "--account", "Page", "--platform", "facebok"), 'Did you mean "facebook"?'),
        ((*REQUIRED, *ACCOUNT, "--deputy", "head@harbour.example"), "Nobody stands in for themselves"),
    ],
)
def test_init_refuses_what_it_cannot_use_and_writes_nothing(
    exeat: Exeat, typed: tuple[str, ...], sentence: str
) -> None:
    done = exeat("init", *typed)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not (exeat.folder / "exeat.toml").exists()


def test_init_asks_at_a_terminal_until_the_answer_can_be_used(exeat: Exeat) -> None:
    ours, theirs = os.openpty()
    answers = ["Harbour", "helen", "head@harbour.example", "", "", "", "", "", "Page", "website", "", ""]
    running = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "init"],
        cwd=exeat.folder,
        env=exeat.environment({}),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    said, _ = running.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert running.returncode == 0, said
    assert '"helen" does not name a person' in said
    file = exeat.folder / "exeat.toml"
    assert parse_school(file.read_text("utf-8"), file).roster.refs(Role.HEADTEACHER) == ("head@harbour.example",)


def test_every_fault_of_the_configuration_is_told_at_once(exeat: Exeat) -> None:
    (exeat.folder / "exeat.toml").write_text("[school]\nnmae = 'x'\n[people]\ndsl = 3\n", "utf-8")
    done = exeat("serve", EXEAT_PORT="http")
    assert (done.returncode, done.stdout) == (2, "")
    for part in ("EXEAT_PORT", "exeat.toml, line 2: school.nmae", "exeat.toml, line 4: people.dsl", "accounts"):
        assert part in done.stderr
    assert done.stderr.splitlines()[-1].endswith("things to put right; nothing was done.")


def test_serve_without_a_chat_says_what_to_set(exeat: Exeat) -> None:
    exeat.init()
    done = exeat("serve")
    assert done.returncode == 2
    assert "SLACK_BOT_TOKEN" in done.stderr
    assert "exeat demo" in done.stderr


def test_serve_says_when_slack_is_out_of_reach(exeat: Exeat) -> None:
    exeat.init()
    done = exeat(
        "serve", SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="hush", SLACK_API_URL="http://127.0.0.1:9/api/"
    )
    assert done.returncode == 1
    assert "http://127.0.0.1:9/api/" in done.stderr
    assert "hush" not in done.stderr
    assert "xoxb-1" not in done.stderr


def test_the_manifest_is_json_for_slack(exeat: Exeat) -> None:
    exeat.init()
    done = exeat("manifest", "slack", "--url", "https://exeat.harbour.example")
    assert done.returncode == 0
    commands = json.loads(done.stdout)["features"]["slash_commands"]
    assert {"/draftpost", "/posts", "/away", "/exeat"} <= {command["command"] for command in commands}
    assert commands[0]["url"] == "https://exeat.harbour.example/slack/events"
    done = exeat("manifest", "slack", "--socket-mode", "--out", "manifest.json")
    assert done.returncode == 0
    assert json.loads((exeat.folder / "manifest.json").read_text("utf-8"))["settings"]["socket_mode_enabled"]


def test_the_manifest_needs_an_address_or_socket_mode(exeat: Exeat) -> None:
    exeat.init()
    done = exeat("manifest", "slack")
    assert done.returncode == 2
    assert "--url" in done.stderr
    assert "--socket-mode" in done.stderr


TEAMS = {
    "TEAMS_APP_ID": "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c",
    "TEAMS_APP_PASSWORD": "hunter2~is-not-to-be-read",
    "TEAMS_TENANT_ID": "7f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c",
}


def test_the_package_for_teams_is_written_once(exeat: Exeat) -> None:
    assert exeat("init", *REQUIRED, *ACCOUNT, "--staff", "*@harbour.example").returncode == 0
    typed = ("manifest", "teams", "--out", "exeat.zip", "--privacy", "https://harbour.example/privacy")
    done = exeat(*typed, **TEAMS)
    assert (done.returncode, "Teams admin centre" in done.stdout) == (0, True)
    first = (exeat.folder / "exeat.zip").read_bytes()
    with ZipFile(BytesIO(first)) as package:
        made = json.loads(package.read("manifest.json"))
    assert made["bots"][0]["botId"] == TEAMS["TEAMS_APP_ID"]
    assert made["developer"]["privacyUrl"] == "https://harbour.example/privacy"
    assert TEAMS["TEAMS_APP_PASSWORD"].encode() not in first
    refused = exeat(*typed, **TEAMS)
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)
    assert exeat(*typed, "--force", **TEAMS).returncode == 0
    assert (exeat.folder / "exeat.zip").read_bytes() == first
    printed = exeat("manifest", "teams", "--version", "1.2.3", **TEAMS)
    assert json.loads(printed.stdout)["version"] == "1.2.3"


@pytest.mark.parametrize(
    ("more", "variables", "code", "sentence"),
    [
        ((), {}, 2, "TEAMS_APP_ID is not set"),
        ((), {"TEAMS_APP_ID": TEAMS["TEAMS_APP_ID"]}, 2, "TEAMS_TENANT_ID: It is not set"),
        ((), TEAMS, 2, 'staff = ["*@school.example"]'),
        (("--privacy", "harbour.example"), TEAMS, 2, "is not a web address"),
        (("--version", "one"), TEAMS, 2, "such as 1.0.1"),
    ],
)
def test_no_package_for_teams_without_what_it_needs(
    exeat: Exeat, more: tuple[str, ...], variables: dict[str, str], code: int, sentence: str
) -> None:
    exeat.init()
    done = exeat("manifest", "teams", "--out", "exeat.zip", *more, **variables)
    assert done.returncode == code
    assert sentence in done.stderr
    assert not (exeat.folder / "exeat.zip").exists()


def test_the_template_for_teams_needs_no_settings(exeat: Exeat) -> None:
    done = exeat("manifest", "teams", "--template")
    assert done.returncode == 0
    assert json.loads(done.stdout)["bots"][0]["botId"] == "00000000-0000-0000-0000-000000000000"


def test_what_was_backed_up_is_put_back_and_its_audit_is_sound(exeat: Exeat) -> None:
    exeat.init()
    subprocess.run([sys.executable, "-c", FILL], cwd=exeat.folder, env=exeat.environment({}), check=True, timeout=60)
    assert "Sound: 1 row" in exeat("audit", "verify").stdout
    done = exeat("backup", "kept.tar.gz")
    assert done.returncode == 0
    assert "kept.tar.gz" in done.stdout
    assert exeat("backup", "kept.tar.gz").returncode == 2, "nothing is written over"
    refused = exeat("restore", "kept.tar.gz")
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr
    assert exeat("restore", "kept.tar.gz", EXEAT_DATA="elsewhere").returncode == 0
    assert exeat("audit", "export", "audit.jsonl", EXEAT_DATA="elsewhere").returncode == 0
    assert "Sound: 1 row" in exeat("audit", "verify", "audit.jsonl").stdout
    text = (exeat.folder / "audit.jsonl").read_text("utf-8")
    (exeat.folder / "audit.jsonl").write_text(text.replace("draftpost", "approve"), "utf-8")
    broken = exeat("audit", "verify", "audit.jsonl")
    assert broken.returncode == 1
    assert "Row 1 is not as it was written" in broken.stderr


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        (("backup", "x.tar.gz"), 1, "no records at data"),
        (("audit", "verify"), 1, "no records at data"),
        (("audit", "verify", "nowhere.jsonl"), 1, "nowhere.jsonl"),
        (("restore", "nowhere.tar.gz"), 2, "no file nowhere.tar.gz"),
        (("restore", "exeat.toml"), 1, "does not read as a backup"),
        (("backup",), 2, "Missing argument 'FILE'"),
        (("nonsense",), 2, "No such command 'nonsense'"),
        (("demo", "--port", "99999"), 2, "Invalid value for '--port'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    exeat: Exeat, typed: tuple[str, ...], code: int, sentence: str
) -> None:
    exeat.init()
    done = exeat(*typed)
    assert done.returncode == code
    assert sentence in done.stderr


def test_the_demo_serves_its_page_on_any_free_port_until_it_is_stopped(exeat: Exeat) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "demo", "--port", "0", "--no-browser"],
        cwd=exeat.folder,
        env=exeat.environment({"PYTHONUNBUFFERED": "1"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    url = re.search(r"http://127\.0\.0\.1:\d+/", running.stdout.readline())
    assert url is not None
    with urllib.request.urlopen(url[0], timeout=10) as page:
        assert page.status == 200
    running.send_signal(signal.SIGINT)
    _, complaints = running.communicate(timeout=30)
    assert (running.returncode, complaints) == (0, "")
    assert [path.name for path in exeat.folder.iterdir()] == [], "the sandbox keeps nothing here"


FILL = """
import asyncio
from datetime import UTC, datetime
from pathlib import Path
from storage.rows import AuditEntry
from storage.tiny import open_tiny

async def fill():
    store = await open_tiny(Path("data"))
    async with store.transaction("harbour-primary-school") as tx:
        tx.audit(AuditEntry(datetime(2027, 3, 1, tzinfo=UTC), "slack:T0:U0", "draftpost"))
    await store.close()

asyncio.run(fill())
"""
"""Leaves one row of audit in ./data, as a server would have."""


def test_before_going_live_the_doctor_says_all_that_is_missing_and_leaves_with_1(exeat: Exeat) -> None:
    exeat.init()
    done = exeat("doctor", "--golive", EXEAT_PORT="9")
    assert done.returncode == 1
    for missing in ("EXEAT_KEY", "[contacts] lado", "[people] chair_of_governors", "[safeguarding] concerns"):
        assert missing in done.stdout
    assert "No chat is configured" not in done.stdout


def test_before_going_live_a_faulty_file_is_told_first(exeat: Exeat) -> None:
    exeat.init()
    file = exeat.folder / "exeat.toml"
    file.write_text(file.read_text("utf-8").replace('# concerns = "off"', 'concerns = "on"'), "utf-8")
    done = exeat("doctor", "--golive", EXEAT_PORT="9")
    assert done.returncode == 1
    assert "safeguarding.concerns" in done.stdout
