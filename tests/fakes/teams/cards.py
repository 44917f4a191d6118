"""What Teams would refuse, or would not draw, in an activity and its Adaptive Card."""

import json

from tests.fakes.teams import elements
from tests.fakes.teams.inspection import Inspection
from tests.fakes.teams.wire import Json, TeamsError

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
VERSION = "1.5"
WARN_BYTES, MOST_BYTES = 28 * 1024, 80 * 1024
_OF_CARDS = frozenset(
    {"type", "version", "$schema", "body", "actions", "fallbackText", "speak", "lang", "rtl", "msteams", "minHeight"}
    | {"verticalContentAlignment"}
)
_OF_ACTIVITIES = frozenset(
    {"type", "text", "textFormat", "summary", "attachments", "attachmentLayout", "entities", "channelData", "from"}
    | {"recipient", "conversation", "id", "replyToId", "importance", "inputHint", "locale", "serviceUrl", "channelId"}
)


def size(value: Json) -> int:
    """How many bytes it is on the wire."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def problems_in_card(card: object) -> list[str]:
    """What Teams would refuse or leave out in the content of an Adaptive Card."""
    look = Inspection()
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        return ["the content must be an AdaptiveCard"]
    look.keys(card, _OF_CARDS, "")
    if card.get("version") != VERSION:
        look.say(f"version must be {VERSION!r}", "/version")
    for name in ("fallbackText", "speak", "lang"):
        if name in card:
            look.kind(card[name], str, f"/{name}")
    elements.elements(look, card.get("body", []), "/body")
    elements.actions(look, card.get("actions", []), "/actions")
    if not card.get("body") and not card.get("actions"):
        look.say("the card is empty", "")
    if size(card) > MOST_BYTES:
        look.say(f"larger than {MOST_BYTES} bytes: {size(card)}", "")
    return look.problems


def problems_in_attachment(attachment: object) -> list[str]:
    """The same for an attachment that holds one."""
    if not isinstance(attachment, dict) or attachment.get("contentType") != ADAPTIVE:
        return [f"the attachment must be of type {ADAPTIVE}"]
    if extra := sorted(attachment.keys() - {"contentType", "content", "contentUrl", "name"}):
        return [f"unknown property in the attachment: {extra[0]}"]
    return problems_in_card(attachment.get("content"))


def checked(activity: Json) -> None:
    """Looks an activity over that the app sends.

    Raises:
        TeamsError: 400 with every complaint, or 413.
    """
    if size(activity) > MOST_BYTES:
        raise TeamsError(413, "MessageSizeTooBig", f"{size(activity)} bytes; at most {MOST_BYTES}")
    look = Inspection()
    if activity.get("type") not in {"message", "typing"}:
        look.say(f"unknown activity type: {activity.get('type')!r}", "/type")
    look.keys(activity, _OF_ACTIVITIES, "")
    for name in ("text", "summary"):
        if activity.get(name) is not None:
            look.kind(activity[name], str, f"/{name}")
    if activity.get("textFormat", "markdown") not in {"markdown", "plain", "xml"}:
        look.say("unknown textFormat", "/textFormat")
    attachments = activity.get("attachments") or []
    if look.kind(attachments, list, "/attachments"):
        if len(attachments) > 1:
            look.say("the stand-in shows one card a message", "/attachments")
        for attachment in attachments:
            look.problems += problems_in_attachment(attachment)
    if activity.get("type") == "message" and not (activity.get("text") or attachments):
        look.say("a message needs text or a card", "")
    if look.problems:
        raise TeamsError(400, "BadSyntax", "; ".join(look.problems))


def warnings(activity: Json) -> list[str]:
    """What Teams takes, and somebody will be sorry for."""
    found: list[str] = []
    if size(activity) > WARN_BYTES:
        found.append(f"{size(activity)} bytes: some of Teams' paths take {WARN_BYTES} only")
    if activity.get("attachments") and not activity.get("summary"):
        found.append("no summary: phones show 'sent a card'")
    summary = str(activity.get("summary") or "")
    if "\n" in summary:
        found.append("a summary of more than one line")
    return found
