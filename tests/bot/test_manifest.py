"""The Slack manifest: made from the registry, within Slack's published limits, asking for no more than is used."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.manifest import slack_manifest
from cards.limits import SLACK_MANIFEST
from handlers.everything import everything
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Nothing, Reply
from handlers.turn import Turn
from tests.fakes.school import harbour
from tests.fakes.slack.workspace import SCOPES


def manifest(**more: Any) -> dict[str, Any]:
    arguments = {"public_url": "https://exeat.harbour.example", "socket_mode": False, **more}
    return slack_manifest(arguments.pop("registry", None) or everything(), harbour(), **arguments)


def many(count: int) -> Registry:
    registry = Registry()

    async def nothing(turn: Turn) -> Reply:
        return Nothing()

    for number in range(count):
        registry.command(f"c{number}", needs=staff, summary="x" * 3000, hint="y" * 2000)(nothing)
    return registry


def test_it_stays_within_slacks_limits() -> None:
    made = manifest(registry=many(50))
    about = made["display_information"]
    assert 1 <= len(about["name"]) <= 35
    assert 1 <= len(about["description"]) <= 140
    assert 175 <= len(about["long_description"]) <= 4000
    assert about["background_color"].startswith("#")
    assert len(made["features"]["bot_user"]["display_name"]) <= 80
    commands = made["features"]["slash_commands"]
    assert len(commands) == 50
    assert all(len(each["description"]) <= SLACK_MANIFEST.command_description for each in commands)
    assert all(len(each["usage_hint"]) <= SLACK_MANIFEST.usage_hint for each in commands)
    assert json.loads(json.dumps(made)) == made


def test_a_school_with_a_long_name_still_fits() -> None:
    school = replace(harbour(), name="St " + "x" * 300)
    made = slack_manifest(everything(), school, "https://x.example", False)
    assert len(made["display_information"]["description"]) <= 140


def test_every_command_of_the_registry_is_in_it_escaped() -> None:
    commands = manifest()["features"]["slash_commands"]
    assert [each["command"] for each in commands] == [spec.label for spec in everything().commands()]
    assert {"/draftpost", "/posts", "/away", "/exeat"} <= {each["command"] for each in commands}
    assert all(each["should_escape"] is True for each in commands)
    assert all(each["url"] == "https://exeat.harbour.example/slack/events" for each in commands)


def test_over_http_slack_is_told_where_to_send_everything() -> None:
    made = manifest(public_url="https://exeat.harbour.example/")
    address = "https://exeat.harbour.example/slack/events"
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"] == {"is_enabled": True, "request_url": address}
    assert made["settings"]["socket_mode_enabled"] is False


def test_over_socket_mode_there_is_no_address() -> None:
    made = manifest(public_url=None, socket_mode=True)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "http" not in json.dumps({**made, "display_information": {}})
    assert made["settings"]["interactivity"] == {"is_enabled": True}


def test_it_asks_for_what_exeat_uses_and_listens_to() -> None:
    made = manifest()
    assert set(made["oauth_config"]["scopes"]["bot"]) == SCOPES
    assert made["features"]["app_home"]["home_tab_enabled"] is True
    assert set(made["settings"]["event_subscriptions"]["bot_events"]) == {
        "app_home_opened",
        "app_mention",
        "message.im",
        "team_join",
        "user_change",
    }


@pytest.mark.parametrize("url", [None, "", "http://exeat.harbour.example", "exeat.harbour.example"])
def test_http_without_a_public_https_address_is_refused(url: str | None) -> None:
    with pytest.raises(ValueError, match="https"):
        manifest(public_url=url)


def test_more_commands_than_slack_takes_are_refused() -> None:
    with pytest.raises(ValueError, match="51 commands"):
        manifest(registry=many(51))
