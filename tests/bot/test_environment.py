"""The environment: names an administrator relies on, mistakes told together, and no secret in any of them."""

import os
from pathlib import Path

import pytest

from bot.settings import Misconfigured, misspelt, read_environment, read_settings

SECRET = "hunter2-is-not-to-be-read"


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
        ({"EXEAT_SMTP_URL": "smtp://mail.school.example"}, "Set EXEAT_MAIL_FROM"),
    ],
)
def test_half_of_what_belongs_together_is_told(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], missing: str
) -> None:
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert missing in refused()


def test_secrets_never_appear_where_the_environment_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", f"xoxb-{SECRET}")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    monkeypatch.setenv("EXEAT_SMTP_URL", f"smtp://exeat:{SECRET}@mail.school.example")
    monkeypatch.setenv("EXEAT_MAIL_FROM", "exeat@school.example")
    monkeypatch.setenv("EXEAT_KEY", SECRET)
    environment = read_environment()
    assert environment.slack
    assert SECRET not in f"{environment!r} {environment}"


def test_a_misspelt_variable_is_guessed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEAT_PROT", "1")
    monkeypatch.setenv("SLACK_SIGNING_SECRT", "1")
    assert misspelt() == [("EXEAT_PROT", "EXEAT_PORT"), ("SLACK_SIGNING_SECRT", "SLACK_SIGNING_SECRET")]


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
