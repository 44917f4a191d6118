"""What Teams sends, as Requests. Only ids are taken from an activity, and only after checking that they are there."""

import html
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from bot.teams.markup import in_words
from cards.carried import Foreign
from cards.model import FileRef, Value
from cards.teams import came, values
from handlers.dispatch import UNKNOWN
from handlers.entries import FILES
from handlers.request import Message, Request
from policy.address import Address
from policy.people import Identity
from policy.text import clean

Json = Mapping[str, Any]

FILE = "application/vnd.microsoft.teams.file.download.info"
FORWARDED = "forwardedMessageReference"

MOST_FILES = 10
"""How many files of one message are looked at: as many as Teams lets somebody send at once."""

_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LINK = re.compile(r"https?://[^\s<>\"]+")
_TAG = re.compile(r"<at\b[^<>]*>([^<>]*)</at>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Whence:
    """Where on Teams an activity came from. `address` is where its sender can be answered alone, if they can.

    `message` is the activity's own id, and `card` that of the message whose card was pressed.
    """

    identity: Identity
    service: str
    conversation: str
    personal: bool
    address: Address | None
    message: str
    card: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message, a press or a sent form. `nonce` is the form's own name, and empty for what is none; `dialog`: the
    form stands in a dialog.
    """

    request: Request
    nonce: str = ""
    dialog: bool = False


def tenants(activity: Json) -> set[str]:
    """Every tenant that an activity names, in lower case."""
    data = activity.get("channelData") or {}
    named = (data.get("tenant"), activity["conversation"], activity["from"])
    ids = [named[0].get("id") if isinstance(named[0], dict) else None, *(each.get("tenantId") for each in named[1:])]
    return {str(id).casefold() for id in ids if id}


def sender(activity: Json, tenant: str) -> Identity | None:
    """Who sent it; None when that is no person."""
    account = activity["from"]
    id, role = account.get("aadObjectId"), account.get("role")
    if role not in (None, "", "user") or account["id"].startswith("28:"):
        return None
    if not isinstance(id, str) or not _ACCOUNT.fullmatch(id):
        return None
    return Identity("teams", tenant, id)


def is_personal(activity: Json) -> bool:
    """Whether it comes from somebody's own chat with Exeat."""
    return bool(activity["conversation"].get("conversationType") == "personal")


def address(activity: Json, identity: Identity, school: str, at: datetime) -> Address:
    """The chat that an activity came from, as one in which its sender can be reached."""
    member, bot = activity["from"]["id"], _id(activity.get("recipient"))
    return Address(str(identity), school, activity["serviceUrl"], activity["conversation"]["id"], member, bot, at)


def whence(activity: Json, identity: Identity, address: Address | None) -> Whence:
    """Where it came from, and where its sender is answered alone."""
    return Whence(
        identity,
        activity["serviceUrl"],
        activity["conversation"]["id"],
        is_personal(activity),
        address,
        activity.get("id") or "",
        activity.get("replyToId") or "",
    )


def joined(activity: Json) -> bool | None:
    """Whether Exeat was added (True) or removed (False); None when it is about something else."""
    if activity["type"] == "installationUpdate":
        return {"add": True, "add-upgrade": True, "remove": False}.get(activity.get("action") or "")
    if activity["type"] != "conversationUpdate":
        return None
    me = _id(activity.get("recipient"))
    if me and me in map(_id, activity.get("membersAdded") or ()):
        return True
    return False if me and me in map(_id, activity.get("membersRemoved") or ()) else None


def typed(activity: Json) -> tuple[str, bool]:
    """A message's words as they were typed, without Exeat's own mention, and whether it was mentioned."""
    text, me, mentioned = activity.get("text") or "", _id(activity.get("recipient")), False
    for entity in activity.get("entities") or ():
        if not isinstance(entity, dict) or entity.get("type") != "mention":
            continue
        tag = entity.get("text")
        if me and _id(entity.get("mentioned")) == me and isinstance(tag, str) and tag:
            text, mentioned = text.replace(tag, " "), True
    text = html.unescape(_TAG.sub(r"@\1", text))
    return text.replace("\xa0", " ").replace("\r\n", "\n").strip(), mentioned


def said(activity: Json, identity: Identity, at: datetime, commands: frozenset[str]) -> Request:
    """Words or files written to Exeat: a command with or without its slash, files alone, or a cry for help.

    A command takes files with it. They come in the personal chat only: elsewhere Teams hands out none.
    """
    words, _ = typed(activity)
    first, *rest = words.split(maxsplit=1)[:2] or [""]
    verb, files = first.removeprefix("/").casefold(), _files(activity) if is_personal(activity) else {}
    if verb in commands:
        text = rest[0] if rest else ""
    elif files:
        verb, text = FILES, words
    else:
        verb, text = UNKNOWN, words
    key = f"teams:{activity['id']}"
    accompanied = any(map(_is_file, activity.get("attachments") or ()))
    return Request(key, identity, verb, at, text=text, fields=files, attaches=False, accompanied=accompanied)


def brought(activity: Json, identity: Identity, verb: str, data: object, zone: ZoneInfo, at: datetime) -> Incoming:
    """A press or a sent form, from an action's data. Raises Foreign for what Exeat never wrote.

    One form is taken once for one verb on one version of one record, so that a retry and a double press count
    once, while a form that was put in the place of another is a form of its own.
    """
    if not isinstance(data, dict):
        raise Foreign("no data")
    back = came(verb, data)
    carried = back.carried
    key = f"teams:{activity['id']}"
    fields: Mapping[str, Value] = {}
    if back.nonce:
        key = f"teams:{back.nonce}:{carried.verb}:{carried.record}:{carried.version}"
        try:
            fields = values(data, tenant=identity.tenant, zone=zone)
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            raise Foreign("a form that Exeat did not make") from error
    request = Request(
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
        attaches=False,
    )
    return Incoming(request, back.nonce, back.dialog)


def pointed(activity: Json, identity: Identity, at: datetime) -> Incoming:
    """Something done to a message, from its menu. Raises Foreign for what Teams never sends.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module
    """
    value = activity.get("value")
    verb = value.get("commandId") if isinstance(value, dict) else None
    message = value.get("messagePayload") if isinstance(value, dict) else None
    if not isinstance(verb, str) or not isinstance(message, dict):
        raise Foreign("no message")
    key = f"teams:{activity['id']}"
    return Incoming(Request(key, identity, verb, at, message=_message(message), attaches=False))


def boxes(data: Json) -> tuple[str, ...]:
    """What was written in a form's boxes: the inputs whose ids name no other kind."""
    return tuple(text for name, text in data.items() if "~" not in name and isinstance(text, str) and text)


def opens_dialog(data: object) -> bool:
    """Whether an action's data belongs to a button that opens a dialog."""
    theirs = data.get("msteams") if isinstance(data, dict) else None
    return isinstance(theirs, dict) and theirs.get("type") == "task/fetch"


def fresh_nonce() -> str:
    """A new form's own name."""
    return secrets.token_hex(16)


def _message(message: Json) -> Message:
    """The words of a message and of what was forwarded in it, whose own time counts where there is one."""
    body = message.get("body")
    body = body if isinstance(body, dict) else {}
    content = body.get("content")
    whole = content if isinstance(content, str) else ""
    text, links = in_words(whole) if body.get("contentType") != "text" else (whole.strip(), [])
    said, sent = [text] if text else [], [message.get("createdDateTime")]
    forwarded = [each for each in message.get("attachments") or () if _is_forwarded(each)]
    for each in map(_original, forwarded):
        words, more = in_words(str(each.get("originalMessageContent") or ""))
        said += [words] if words else []
        links += more
        sent = [each.get("originalSentDateTime")] if len(forwarded) == 1 else sent
    links = list(dict.fromkeys([*links, *_LINK.findall("\n".join(said))]))
    words = clean("\n\n".join(said))
    return Message(words, links[0] if len(links) == 1 else "", _moment(sent[0]))


def _is_forwarded(attachment: object) -> bool:
    return isinstance(attachment, dict) and attachment.get("contentType") == FORWARDED


def _original(attachment: Json) -> Json:
    content = attachment.get("content")
    try:
        found = orjson.loads(content) if isinstance(content, str) else content
    except orjson.JSONDecodeError:
        found = None
    return found if isinstance(found, dict) else {}


def _moment(text: object) -> datetime | None:
    """A moment that Teams wrote down; None for none, or for one without its zone."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _is_file(attachment: object) -> bool:
    """Whether an attachment is anything but the words of the message; a picture may also stand among those."""
    if not isinstance(attachment, dict):
        return False
    is_words = attachment.get("contentType") == "text/html"
    return not is_words or "<img" in str(attachment.get("content")).casefold()


def _files(activity: Json) -> dict[str, Value]:
    found: list[FileRef] = []
    for each in activity.get("attachments") or ():
        if not isinstance(each, dict):
            continue
        kind, content = each.get("contentType"), each.get("content")
        if kind == FILE and isinstance(content, dict):
            link = content.get("downloadUrl")
        elif isinstance(kind, str) and kind.startswith("image/"):
            link = each.get("contentUrl")
        else:
            continue
        if isinstance(link, str) and link:
            found.append(FileRef("teams", link, str(each.get("name") or "")))
    return {f"file_{number}": file for number, file in enumerate(found[:MOST_FILES], 1)}


def _id(account: object) -> str:
    id = account.get("id") if isinstance(account, dict) else None
    return id if isinstance(id, str) else ""
