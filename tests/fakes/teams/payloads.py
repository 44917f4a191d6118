"""What Teams sends to an app, built as it would be built.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-basics
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

from tests.fakes.teams.people import Channel, User, made_id
from tests.fakes.teams.tenant import Tenant
from tests.fakes.teams.wire import Json

DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"


def without_none(value: Mapping[str, Any]) -> Json:
    """The object without what is None."""
    return {name: part for name, part in value.items() if part is not None}


def activity(teams: Tenant, user: User, type: str, channel: Channel | None, fields: Mapping[str, Any]) -> Json:
    """What every activity has, with `fields` laid over it; a field of None is left out."""
    moment = datetime.fromtimestamp(teams.wall(), UTC)
    id = teams.new_id()
    shape: Json = {
        "type": type,
        "id": id if type == "message" else f"f:{made_id(teams.tenant, 'activity', id)}",
        "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "localTimestamp": moment.isoformat(timespec="milliseconds"),
        "localTimezone": "Europe/London",
        "locale": "en-GB",
        "serviceUrl": teams.url,
        "channelId": "msteams",
        "from": user.account(),
        "recipient": {"id": teams.bot_id, "name": teams.bot_name},
        "conversation": _conversation(user, channel, id),
        "channelData": _channel_data(teams, channel),
        "entities": [
            {
                "locale": "en-GB",
                "country": "GB",
                "platform": "Web",
                "timezone": "Europe/London",
                "type": "clientInfo",
            }
        ],
    }
    return without_none({**shape, **fields})


def _conversation(user: User, channel: Channel | None, id: str) -> Json:
    if channel is None:
        return {"conversationType": "personal", "tenantId": user.tenant, "id": user.conversation}
    common: Json = {"isGroup": True, "tenantId": user.tenant}
    if channel.group:
        return {**common, "conversationType": "groupChat", "id": channel.id}
    return {**common, "conversationType": "channel", "id": f"{channel.id};messageid={id}"}


def _channel_data(teams: Tenant, channel: Channel | None) -> Json:
    data: Json = {"tenant": {"id": teams.tenant}}
    if channel is None or channel.group:
        return data
    team: Json = {"teamsChannelId": channel.id, "teamsTeamId": channel.team}
    return {**team, "channel": {"id": channel.id}, "team": {"id": channel.team}, **data}


def written(teams: Tenant, text: str, *, mention: bool, attachments: list[Json]) -> Json:
    """The fields of a message that somebody typed: the words as HTML beside the plain ones."""
    name = teams.bot_name
    words = escape(text, quote=False)
    plain = f"<at>{name}</at> {words}".rstrip() if mention else words
    inner = f'<span itemscope itemtype="http://schema.skype.com/Mention" itemid="0">{name}</span>&nbsp;{words}'
    html = inner if mention else words
    as_html: Json = {"contentType": "text/html", "content": f"<p>{html}</p>"}
    said: Json = {"type": "mention", "mentioned": {"id": teams.bot_id, "name": name}, "text": f"<at>{name}</at>"}
    return {
        "text": plain,
        "textFormat": "plain",
        "attachments": [*attachments, as_html] if html or attachments else [],
        "mentions": [said] if mention else [],
    }


def download(url: str, filename: str, unique: str) -> Json:
    """An uploaded file, as an attachment."""
    kind = filename.rpartition(".")[2].lower()
    content = {"downloadUrl": url, "uniqueId": unique, "fileType": kind}
    return {"contentType": DOWNLOAD, "contentUrl": url.partition("?")[0], "name": filename, "content": content}


def execute(action: Json, data: Json) -> Json:
    """The value of adaptiveCard/action."""
    kept = without_none({name: action.get(name) for name in ("type", "id", "title", "verb")})
    return {"action": {**kept, "data": data}, "trigger": "manual"}


def on_message(command: str, message: Json) -> Json:
    """The value of composeExtension/fetchTask: a message action, used on a message.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module
    """
    context = {"theme": "default"}
    return {"commandId": command, "commandContext": "message", "messagePayload": message, "context": context}


def a_message(teams: Tenant, html: str, more: Mapping[str, Any]) -> Json:
    """A message as a message action hands it over."""
    shape: Json = {
        "id": teams.new_id(),
        "replyToId": None,
        "createdDateTime": "2027-03-01T08:30:00.123Z",
        "lastModifiedDateTime": None,
        "deleted": False,
        "summary": None,
        "importance": "normal",
        "locale": "en-gb",
        "linkToMessage": "https://teams.microsoft.com/l/message/19:general@thread.tacv2/1",
        "from": {"device": None, "conversation": None, "user": {"userIdentityType": "aadUser", "displayName": "Ann"}},
        "body": {"contentType": "html", "content": html},
        "attachments": [],
        "mentions": [],
        "reactions": [],
    }
    return {**shape, **more}


def task(data: Json) -> Json:
    """The value of task/fetch and task/submit."""
    return {"data": data, "context": {"theme": "default"}}
