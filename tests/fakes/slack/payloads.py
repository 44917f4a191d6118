"""What Slack sends to an app: commands, presses, submissions and events, in its own shapes.

https://docs.slack.dev/reference/interaction-payloads
"""

import re
from collections.abc import Mapping

from tests.fakes.slack.chat_methods import message_shape
from tests.fakes.slack.surfaces import MessageVersion, View
from tests.fakes.slack.wire import Json
from tests.fakes.slack.workspace import Workspace


def escaped(slack: Workspace, text: str) -> str:
    """Command text as Slack hands it over with `should_escape`: entities, and known names and links as tags."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = re.sub(r"https?://[^\s<>]+", lambda found: f"<{found.group(0)}>", safe)
    people = {user.handle: user.id for user in slack.users.values()}
    channels = {name: id for id, name in slack.channel_names.items() if not id.startswith("D")}
    safe = re.sub(r"(?<!\w)@([\w.-]+)", lambda found: _tag("@", people, found), safe)
    return re.sub(r"(?<![\w&])#([\w-]+)", lambda found: _tag("#", channels, found), safe)


def _tag(mark: str, known: Mapping[str, str], found: "re.Match[str]") -> str:
    name = found.group(1)
    return f"<{mark}{known[name]}|{name}>" if name in known else found.group(0)


def command_form(slack: Workspace, user: str, command: str, text: str, channel: str) -> dict[str, str]:
    """The form of a slash command."""
    return {
        "token": slack.verification_token,
        "team_id": slack.team,
        "team_domain": slack.team_domain,
        "channel_id": channel,
        "channel_name": slack.channel_names.get(channel, "privategroup"),
        "user_id": user,
        "user_name": _handle(slack, user),
        "command": command,
        "text": escaped(slack, text),
        "api_app_id": slack.app_id,
        "is_enterprise_install": "false",
        "response_url": slack.new_response_url(user, channel),
        "trigger_id": slack.new_trigger(user),
    }


def _handle(slack: Workspace, user: str) -> str:
    return slack.users[user].handle if user in slack.users else "somebody"


def _interaction(slack: Workspace, kind: str, user: str) -> Json:
    handle = _handle(slack, user)
    team = slack.users[user].team if user in slack.users else slack.team
    return {
        "type": kind,
        "team": {"id": slack.team, "domain": slack.team_domain},
        "user": {"id": user, "username": handle, "name": handle, "team_id": team},
        "api_app_id": slack.app_id,
        "token": slack.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def block_actions(slack: Workspace, user: str, place: MessageVersion | View, action: Json) -> Json:
    """A press or a change in a message, an ephemeral, a modal or the Home tab."""
    payload = _interaction(slack, "block_actions", user) | {"actions": [action]}
    if isinstance(place, View):
        payload["trigger_id"] = slack.new_trigger(user, place.id if place.body["type"] == "modal" else "")
        payload["container"] = {"type": "view", "view_id": place.id}
        return payload | {"view": slack.view_shape(place)}
    payload |= {
        "trigger_id": slack.new_trigger(user),
        "container": {
            "type": "message",
            "message_ts": place.ts,
            "channel_id": place.channel,
            "is_ephemeral": bool(place.ephemeral_to),
        },
        "channel": {"id": place.channel, "name": slack.channel_names.get(place.channel, "privategroup")},
        "state": {"values": {}},
        "response_url": slack.new_response_url(user, place.channel, place.ts),
    }
    if not place.ephemeral_to:
        payload["message"] = message_shape(slack, place)
    return payload


def message_action(slack: Workspace, user: str, callback_id: str, channel: str, message: Json) -> Json:
    """A message shortcut, used on a message."""
    return _interaction(slack, "message_action", user) | {
        "callback_id": callback_id,
        "trigger_id": slack.new_trigger(user),
        "response_url": slack.new_response_url(user, channel),
        "action_ts": slack.new_ts(),
        "message_ts": message["ts"],
        "channel": {"id": channel, "name": slack.channel_names.get(channel, "privategroup")},
        "message": message,
    }


def action_of(slack: Workspace, block: Json, element: Json, state: Json | None = None) -> Json:
    """One entry of `actions`: what was pressed, or the `state` of the field that changed."""
    action: Json = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "type": element["type"],
        "action_ts": slack.new_ts(),
    }
    if element["type"] == "button":
        action["text"] = {"emoji": True, **element["text"]}
        action |= {name: element[name] for name in ("value", "style", "url") if name in element}
    return action | (state or {})


def view_submission(slack: Workspace, user: str, view: View) -> Json:
    """A modal sent."""
    return _interaction(slack, "view_submission", user) | {
        "trigger_id": slack.new_trigger(user, view.id),
        "view": slack.view_shape(view),
        "response_urls": [],
    }


def view_closed(slack: Workspace, user: str, view: View, *, cleared: bool) -> Json:
    """A modal closed by its person, when the app asked to be told."""
    shape = _interaction(slack, "view_closed", user)
    return shape | {"view": slack.view_shape(view), "is_cleared": cleared}


def event_envelope(slack: Workspace, event: Json, event_id: str | None) -> Json:
    """An Events API body around `event`."""
    authorization = {
        "enterprise_id": None,
        "team_id": slack.team,
        "user_id": slack.bot_user,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": slack.verification_token,
        "team_id": slack.team,
        "context_team_id": slack.team,
        "context_enterprise_id": None,
        "api_app_id": slack.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id or f"Ev0{slack.number():08d}",
        "event_time": int(slack.wall()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": "4-eyJldCI6Im1lc3NhZ2UifQ",
    }
