"""What stands in front of the turn: an activity that is too large or not well formed gets no further."""

from ipaddress import ip_address
from typing import Any

from aiohttp import web
from yarl import URL

from bot.body import Turned, json_object, whole

Json = dict[str, Any]

LARGEST = 1024 * 1024
"""The largest body in bytes. Teams' own stay far below it."""

LONGEST = 2048
"""How many characters an id or an address may have."""

_NUMBERED = frozenset(["message", "invoke"])
_SHAPES: dict[str, type] = {
    "attachments": list,
    "channelData": dict,
    "entities": list,
    "membersAdded": list,
    "membersRemoved": list,
    "recipient": dict,
    "action": str,
    "name": str,
    "replyToId": str,
    "text": str,
}


async def read(request: web.Request) -> Json:
    """The activity in a request, parsed but not believed: who sent it is for the authentication to say.

    Raises Turned with 413 for what is too large, 408 for what comes too slowly, and 400 for what is not an activity.
    https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object
    """
    body = await whole(request, LARGEST)
    if request.content_type != "application/json":
        raise Turned(400, "not JSON")
    activity = json_object(body)
    _check(activity)
    return activity


def is_loopback(service: str) -> bool:
    """Whether an address is on this machine."""
    try:
        host = URL(service).host or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _check(activity: Json) -> None:
    for name in ("type", "channelId", "serviceUrl"):
        _id(activity, name)
    for name in ("from", "conversation"):
        part = activity.get(name)
        if not isinstance(part, dict):
            raise Turned(400, f"no {name}")
        _id(part, "id", name)
    if activity["type"] in _NUMBERED:
        _id(activity, "id")
    for name, shape in _SHAPES.items():
        if activity.get(name) is not None and not isinstance(activity[name], shape):
            raise Turned(400, f"malformed {name}")
    _check_service(activity["serviceUrl"])


def _id(part: Json, name: str, of: str = "") -> None:
    value = part.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        raise Turned(400, f"no {of} {name}".replace("  ", " "))


def _check_service(service: str) -> None:
    """Answers go to this address, so it is https, but for a stand-in on this machine."""
    try:
        url = URL(service)
    except ValueError as error:
        raise Turned(400, "malformed serviceUrl") from error
    if not url.host or url.user or not (url.scheme == "https" or (url.scheme == "http" and is_loopback(service))):
        raise Turned(400, "malformed serviceUrl")
