"""The manifest from which Slack makes the app."""

from typing import Any

from bot.manifest.wording import ABOUT, GREEN
from cards.limits import SLACK_MANIFEST
from cards.text import clip
from handlers.registry import Registry
from policy.school import School

SLACK_PATH = "/slack/events"
"""Where Slack sends commands, presses, forms and events over HTTP."""

SCOPES = (
    "app_mentions:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "im:history",
    "im:write",
    "users:read",
    "users:read.email",
)
EVENTS = ("app_home_opened", "app_mention", "message.im", "team_join", "user_change")


def slack_manifest(registry: Registry, school: School, public_url: str | None, socket_mode: bool) -> dict[str, Any]:
    """The app's manifest for one school, as JSON. `public_url` is where Slack reaches Exeat over HTTP.

    Raises ValueError when HTTP is wanted without a public https address, or for more commands than Slack takes.
    https://docs.slack.dev/reference/app-manifest
    """
    if not socket_mode and not (public_url or "").startswith("https://"):
        raise ValueError("Slack needs a public https address (EXEAT_PUBLIC_URL), or Socket Mode (SLACK_APP_TOKEN)")
    address = {} if socket_mode else {"url": f"{(public_url or '').rstrip('/')}{SLACK_PATH}"}
    request = {} if socket_mode else {"request_url": address["url"]}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Exeat",
            "description": clip(f"Leave to post for {school.name}", SLACK_MANIFEST.description),
            "long_description": ABOUT,
            "background_color": GREEN,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Exeat", "always_online": True},
            "slash_commands": _commands(registry, address),
            "shortcuts": _shortcuts(registry),
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _shortcuts(registry: Registry) -> list[dict[str, Any]]:
    return [
        {
            "name": clip(spec.label, SLACK_MANIFEST.shortcut),
            "type": "message",
            "callback_id": spec.verb,
            "description": clip(spec.summary, SLACK_MANIFEST.shortcut_description),
        }
        for spec in registry.shortcuts()
    ]


def _commands(registry: Registry, address: dict[str, str]) -> list[dict[str, Any]]:
    commands = [
        {
            "command": spec.label,
            "description": clip(spec.summary, SLACK_MANIFEST.command_description),
            **({"usage_hint": clip(spec.hint, SLACK_MANIFEST.usage_hint)} if spec.hint else {}),
            "should_escape": True,
            **address,
        }
        for spec in registry.commands()
    ]
    if len(commands) > SLACK_MANIFEST.commands:
        raise ValueError(f"{len(commands)} commands where Slack takes {SLACK_MANIFEST.commands}")
    return commands
