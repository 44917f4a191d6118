"""What Slack sends, as Requests. Only ids are taken from a payload, and only after checking that they are there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cards.carried import Carried, Foreign
from cards.slack import LINK, pressed, sent, values
from handlers.dispatch import UNKNOWN
from handlers.request import Message, Request
from policy.people import Identity, Known, Standing
from policy.text import clean

Json = Mapping[str, Any]

LONGEST_ID = 255
"""In characters. Slack's own ids are far shorter."""

_LINK = re.compile(r"<(https?://[^<>|\s]+)[|>]")
_TAG = re.compile(r"<([@#!])?([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request, and where on Slack its answer belongs. `view` is the modal or home it came from."""

    request: Request
    channel: str = ""
    trigger: str = ""
    view: Json | None = None
    again: bool = False

    @property
    def user(self) -> str:
        return self.request.identity.id


def team_of(body: Json) -> str:
    """The workspace that a payload speaks for, "" when it names none or is an organisation's."""
    team = body.get("team")
    found = team.get("id") if isinstance(team, dict) else body.get("team_id")
    organisation = str(body.get("is_enterprise_install", False)).lower() == "true"
    return found if isinstance(found, str) and not organisation else ""


def typed(text: str) -> str:
    """A command's or message's text as it was typed, without Slack's tags and entities."""
    shown = _TAG.sub(lambda tag: _untagged(*tag.groups()), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def command(body: Json, team: str, at: datetime) -> Incoming:
    """A slash command. Raises Foreign for a form that lacks what Slack always sends."""
    trigger, verb = _text(body, "trigger_id"), _text(body, "command").removeprefix("/")
    identity = Identity("slack", team, _text(body, "user_id"))
    request = Request(f"slack:{trigger}", identity, verb, at, text=typed(str(body.get("text") or "")))
    return Incoming(request, _text(body, "channel_id"), trigger)


def press(body: Json, team: str, at: datetime) -> Incoming | None:
    """A pressed button; None for a link or a field, which ask for nothing. Raises Foreign for a strange payload."""
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(action, dict):
        raise Foreign("no action")
    if action.get("type") != "button" or str(action.get("action_id")).partition("#")[0] == LINK:
        return None
    view = _view(body)
    carried = pressed(action, view)
    trigger, channel = _text(body, "trigger_id"), body.get("channel")
    where = _text(channel, "id") if isinstance(channel, dict) else ""
    fields = _typed_in(view, team) if view is not None and carried.again else {}
    request = _request(f"slack:{trigger}", body, team, at, carried, fields)
    return Incoming(request, where, trigger, view, carried.again)


def shortcut(body: Json, team: str, at: datetime) -> Incoming:
    """Something done to a message, from its menu. Raises Foreign for a strange payload.

    What was forwarded stands in attachments, and its own time in theirs.
    https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """
    trigger, verb, channel = _text(body, "trigger_id"), _text(body, "callback_id"), body.get("channel")
    user = body.get("user")
    identity = Identity("slack", team, _text(user if isinstance(user, dict) else {}, "id"))
    message = body.get("message")
    if not isinstance(message, dict):
        raise Foreign("no message")
    request = Request(f"slack:{trigger}", identity, verb, at, message=_message(message))
    return Incoming(request, _text(channel, "id") if isinstance(channel, dict) else "", trigger)


def submission(body: Json, team: str, at: datetime) -> Incoming:
    """A form that was sent. Raises Foreign for a strange payload.

    One view is taken once for one verb on one version of one record, so that a retry and a double press count
    once, while a form that was put in the place of another is a form of its own.
    """
    view = _view(body)
    if view is None:
        raise Foreign("no view")
    carried = sent(view)
    key = f"slack:{_text(view, 'id')}:{carried.verb}:{carried.record}:{carried.version}"
    request = _request(key, body, team, at, carried, _typed_in(view, team))
    return Incoming(request, trigger=str(body.get("trigger_id") or ""), view=view)


def said(body: Json, team: str, at: datetime, commands: frozenset[str]) -> Incoming | None:
    """Words written to Exeat itself: a command with or without its slash, or else a cry for help.

    None for what is not a person's new message.
    """
    event = body["event"]
    if event.get("bot_id") or event.get("subtype") not in (None, "file_share") or not event.get("user"):
        return None
    words = typed(re.sub(r"^\s*<@[^<>]+>", "", str(event.get("text") or ""))).strip()
    first, _, rest = words.partition(" ")
    verb = first.removeprefix("/").casefold()
    verb, text = (verb, rest.strip()) if verb in commands else (UNKNOWN, words)
    identity = Identity("slack", team, _text(event, "user"))
    files = event.get("subtype") == "file_share" or bool(event.get("files"))
    request = Request(f"slack:{_text(body, 'event_id')}", identity, verb, at, text=text, accompanied=files)
    return Incoming(request, _text(event, "channel"))


def known(user: Json, team: str) -> Known | None:
    """An account as users.info, users.list and user events give it; None for one without an id.

    https://docs.slack.dev/reference/objects/user-object. An e-mail counts unless Slack says that it is unconfirmed,
    and never for somebody from another workspace.
    """
    id, profile = user.get("id"), user.get("profile")
    if not isinstance(id, str) or not 0 < len(id) <= LONGEST_ID:
        return None
    profile = profile if isinstance(profile, dict) else {}
    standing = _standing(user, id, team)
    name = profile.get("real_name") or user.get("real_name") or user.get("name") or ""
    confirmed = user.get("is_email_confirmed") is not False and standing is not Standing.EXTERNAL
    email = str(profile.get("email") or "").casefold() if confirmed else ""
    return Known(Identity("slack", team, id), clean(str(name)), email, standing)


def _standing(user: Json, id: str, team: str) -> Standing:
    if user.get("is_bot") or user.get("is_workflow_bot") or id == "USLACKBOT":
        return Standing.BOT
    if user.get("is_stranger") or user.get("team_id", team) != team:
        return Standing.EXTERNAL
    if user.get("deleted"):
        return Standing.DEACTIVATED
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.MEMBER


def _message(message: Json) -> Message:
    own, attached = message.get("text"), message.get("attachments")
    parts = [own] if isinstance(own, str) and own.strip() else []
    found = [each for each in attached if isinstance(each, dict)] if isinstance(attached, list) else []
    shared = [each for each in found if each.get("is_share") or each.get("is_msg_unfurl")]
    for each in shared if parts else found:
        text = each.get("text") or each.get("fallback")
        parts += [text] if isinstance(text, str) and text.strip() else []
    links = {link for part in parts for link in _LINK.findall(part)}
    dated = shared[0] if len(shared) == 1 else message
    only = typed(links.pop()) if len(links) == 1 else ""
    return Message("\n\n".join(clean(typed(part)) for part in parts), only, _moment(dated.get("ts")))


def _moment(ts: object) -> datetime | None:
    """When a message was sent, from its number: seconds since the epoch."""
    try:
        return datetime.fromtimestamp(float(str(ts)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _request(key: str, body: Json, team: str, at: datetime, carried: Carried, fields: Mapping[str, Any]) -> Request:
    user = body.get("user")
    identity = Identity("slack", team, _text(user if isinstance(user, dict) else {}, "id"))
    return Request(
        key,
        identity,
        carried.verb,
        at,
        school=carried.school,
        record=carried.record,
        version=carried.version,
        text=carried.payload.get("text", ""),
        fields=fields,
        payload=carried.payload,
    )


def _view(body: Json) -> Json | None:
    view = body.get("view")
    if not isinstance(view, dict):
        return None
    blocks = view.get("blocks", [])
    if not isinstance(blocks, list) or not all(map(_is_block, blocks)):
        raise Foreign("a view without its blocks")
    return view


def _typed_in(view: Json, team: str) -> Mapping[str, Any]:
    try:
        return values(view.get("state") or {}, team)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise Foreign("a form that Exeat did not make") from error


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        raise Foreign(f"no {name}")
    return value


def _untagged(mark: str | None, target: str, label: str | None) -> str:
    sign = "@" if mark == "!" else mark or ""
    shown = label or target
    return shown if shown.startswith(sign) else f"{sign}{shown}"


def _is_block(block: object) -> bool:
    return isinstance(block, dict) and isinstance(block.get("block_id"), str)
