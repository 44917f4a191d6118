"""The environment: names an administrator relies on, mistakes told together, and no secret in any of them."""

import os
from base64 import urlsafe_b64encode
from datetime import date
from pathlib import Path

import pytest

from bot.settings import Environment, Misconfigured, misspelt, read_environment, read_settings

SECRET = "hunter2-is-not-to-be-read"
KEY, OTHER_KEY = (urlsafe_b64encode(each * 32).decode() for each in (b"k", b"o"))
APP, TENANT = "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c", "7f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c"
TEAMS = {"TEAMS_APP_ID": APP, "TEAMS_APP_PASSWORD": SECRET, "TEAMS_TENANT_ID": TENANT}

TOML = """\
[school]
name = "Harbour Primary"

[people]
headteacher = "helen@harbour.example"

[[accounts]]
name = "Page"
platform = "facebook"
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without any of Exeat's variables, in a folder of its own."""
    for name in [name for name in os.environ if name.startswith(("EXEAT_", "SLACK_", "TEAMS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def refused() -> str:
    with pytest.raises(Misconfigured) as caught:
        read_environment()
    return str(caught.value)


def test_nothing_need_be_set() -> None:
    environment = read_environment()
    assert (environment.exeat_host, environment.exeat_port) == ("127.0.0.1", 3978)
    assert environment.exeat_data == Path("data")
    assert environment.slack_api_url == "https://slack.com/api/"
    assert environment.exeat_tick_seconds == 30
    assert not environment.slack
    assert not environment.teams
    assert environment.teams_login_url == "https://login.microsoftonline.com"
    assert environment.teams_openid_url == "https://login.botframework.com/v1/.well-known/openidconfiguration"


def test_what_is_set_empty_counts_as_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_PORT", "")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")
    assert read_environment().exeat_port == 3978
    assert not read_environment().slack


def test_slacks_address_ends_in_the_slash_that_methods_are_put_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api")
    assert read_environment().slack_api_url == "http://127.0.0.1:9/api/"


def test_every_mistake_is_told_at_once_and_no_secret_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_PORT", "http")
    monkeypatch.setenv("EXEAT_TICK_SECONDS", "0")
    monkeypatch.setenv("EXEAT_PUBLIC_URL", "exeat.school.example")
    monkeypatch.setenv("EXEAT_SMTP_URL", SECRET)
    monkeypatch.setenv("EXEAT_MAIL_FROM", "exeat")
    monkeypatch.setenv("SLACK_BOT_TOKEN", SECRET)
    monkeypatch.setenv("SLACK_APP_TOKEN", SECRET)
    said = refused()
    for name in ("PORT", "TICK_SECONDS", "PUBLIC_URL", "SMTP_URL", "MAIL_FROM"):
        assert f"environment: EXEAT_{name}: " in said
    assert "environment: SLACK_BOT_TOKEN: It does not begin with xoxb-." in said
    assert "environment: SLACK_APP_TOKEN: It does not begin with xapp-." in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("set_to", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "Set SLACK_SIGNING_SECRET (over HTTPS) or SLACK_APP_TOKEN"),
        ({"SLACK_SIGNING_SECRET": "abc"}, "Set SLACK_BOT_TOKEN too"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "Set SLACK_BOT_TOKEN too"),
        ({"TEAMS_APP_ID": APP}, "TEAMS_APP_PASSWORD: It is not set, and TEAMS_APP_ID is."),
        ({"TEAMS_APP_ID": APP}, "TEAMS_TENANT_ID: It is not set, and TEAMS_APP_ID is."),
        ({"TEAMS_TENANT_ID": TENANT}, "Set it too: it is under Application (client) ID"),
        (
            {"TEAMS_APP_ID": APP, "TEAMS_TENANT_ID": TENANT},
            "It is not set, and TEAMS_APP_ID and TEAMS_TENANT_ID are.",
        ),
        ({"TEAMS_APP_PASSWORD": SECRET, "TEAMS_TENANT_ID": TENANT}, "TEAMS_APP_ID: It is not set"),
        ({"EXEAT_SMTP_URL": "smtp://mail.school.example"}, "Set EXEAT_MAIL_FROM"),
        ({"EXEAT_SMTP_URL": f"smtp://exeat:{SECRET}/x@mail.school.example"}, "write %40 for @"),
        ({"EXEAT_SMTP_URL": f"smtp://{SECRET}@mail.school.example"}, "It is not a mail server's address."),
        ({"EXEAT_SMTP_URL": "imap://mail.school.example"}, "It is not a mail server's address."),
    ],
)
def test_half_of_what_belongs_together_is_told(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], missing: str
) -> None:
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    said = refused()
    assert missing in said
    assert SECRET not in said


def test_secrets_never_appear_where_the_environment_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", f"xoxb-{SECRET}")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    monkeypatch.setenv("EXEAT_SMTP_URL", f"smtp://exeat:{SECRET}@mail.school.example")
    monkeypatch.setenv("EXEAT_MAIL_FROM", "exeat@school.example")
    monkeypatch.setenv("EXEAT_KEY", KEY)
    for name, value in TEAMS.items():
        monkeypatch.setenv(name, value)
    environment = read_environment()
    assert environment.slack
    assert environment.teams
    assert SECRET not in f"{environment!r} {environment}"
    assert KEY not in f"{environment!r} {environment}"


def test_several_keys_may_be_given_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_KEY", f"{KEY}, {OTHER_KEY}")
    assert read_environment().exeat_key is not None


@pytest.mark.parametrize("key", ["too short", KEY[:-1], f"{KEY},{SECRET}", ","])
def test_what_is_no_key_is_refused_without_being_quoted(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("EXEAT_KEY", key)
    said = refused()
    assert "exeat keys new" in said
    assert SECRET not in said
    assert KEY[:-1] not in said


def test_teams_is_read_with_its_ids_in_lower_case_and_the_day_its_secret_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    more = {"TEAMS_SECRET_EXPIRES": "2027-06-03", "TEAMS_LOGIN_URL": "https://login.microsoftonline.us/"}
    for name, value in {**TEAMS, "TEAMS_APP_ID": APP.upper(), **more}.items():
        monkeypatch.setenv(name, value)
    environment = read_environment()
    assert (environment.teams_app_id, environment.teams_tenant_id) == (APP, TENANT)
    assert environment.teams_secret_expires == date(2027, 6, 3)
    assert environment.teams_login_url == "https://login.microsoftonline.us"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TEAMS_APP_ID", "exeat", "Application (client) ID"),
        ("TEAMS_APP_ID", "00000000-0000-0000-0000-000000000000", "Application (client) ID"),
        ("TEAMS_TENANT_ID", "harbour.onmicrosoft.com", "Directory (tenant) ID"),
        ("TEAMS_APP_PASSWORD", "8f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c", "It looks like the Secret ID"),
        ("TEAMS_SECRET_EXPIRES", "3/6/2027", 'such as "2026-12-21"'),
        ("TEAMS_LOGIN_URL", "login", "is not a web address"),
        ("TEAMS_OPENID_URL", "openid", "is not a web address"),
    ],
)
def test_what_teams_cannot_use_is_told_and_where_to_find_the_right_one(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    for each, right in {**TEAMS, name: value}.items():
        monkeypatch.setenv(each, right)
    fault = refused()
    assert f"environment: {name}: " in fault
    assert said in fault
    assert SECRET not in fault


def test_on_teams_the_school_must_say_who_its_staff_are(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("exeat.toml").write_text(TOML, "utf-8")
    assert not read_settings().school.roster.staff
    for name, value in TEAMS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as caught:
        read_settings()
    (fault,) = caught.value.faults
    assert (fault.place, fault.line, fault.key) == ("exeat.toml", 4, "people.staff")
    assert 'staff = ["*@school.example"]' in fault.instead
    Path("exeat.toml").write_text(TOML.replace("[people]", '[people]\nstaff = ["*@harbour.example"]'), "utf-8")
    assert read_settings().environment.teams


def test_a_misspelt_variable_is_guessed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_PROT", "1")
    monkeypatch.setenv("SLACK_SIGNING_SECRT", "1")
    assert misspelt() == [("EXEAT_PROT", "EXEAT_PORT"), ("SLACK_SIGNING_SECRT", "SLACK_SIGNING_SECRET")]


@pytest.mark.parametrize("name", ["EXEAT_HOOK_SECRET", "EXEAT_HOOK_TOKEN"])
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("s" * 31, "fewer than 32 characters"),
        (f" {'s' * 31} ", "fewer than 32 characters"),
        (f"{'s' * 20} {'s' * 20}", "a space"),
        ("é" * 32, "an accented letter"),
        ("s" * 32 + "\n", "a line end"),
    ],
)
def test_what_proves_who_calls_the_hook_is_long_and_can_be_sent(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    monkeypatch.setenv(name, value)
    said = refused()
    assert name in said
    assert why in said
    assert value.strip() not in said
    monkeypatch.setenv(name, "s" * 32)
    read_environment()


def test_the_hooks_token_is_not_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_HOOK_SECRET", "s" * 32)
    monkeypatch.setenv("EXEAT_HOOK_TOKEN", "s" * 32)
    said = refused()
    assert "EXEAT_HOOK_TOKEN: It is the same as EXEAT_HOOK_SECRET." in said
    assert "s" * 32 not in said
    monkeypatch.setenv("EXEAT_HOOK_TOKEN", "t" * 32)
    read_environment()


def test_the_faults_of_the_environment_and_of_the_file_come_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_PORT", "http")
    monkeypatch.setenv("EXEAT_CONFIG", "ours.toml")
    Path("ours.toml").write_text("[school]\n", "utf-8")
    with pytest.raises(Misconfigured) as caught:
        read_settings()
    assert {fault.place for fault in caught.value.faults} == {"environment", "ours.toml"}


def test_a_file_that_is_not_there_says_how_to_make_one() -> None:
    with pytest.raises(Misconfigured, match="Run exeat init"):
        read_settings()


def test_a_file_that_is_not_utf8_says_on_which_line() -> None:
    Path("exeat.toml").write_bytes("[school]\nname = 'École'\n".encode("latin-1"))
    with pytest.raises(Misconfigured) as caught:
        read_settings()
    assert [(fault.line, fault.instead) for fault in caught.value.faults] == [(2, "Save it as UTF-8 in your editor.")]


def test_every_variable_is_explained_to_the_administrator() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
    names = [name.upper() for name in Environment.model_fields]
    assert [name for name in names if f"`{name}`" not in page] == []
