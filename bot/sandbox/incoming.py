"""The page's own requests, read as `handlers.request.Request`. Nothing in them is believed but ids."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from aiohttp.web import FileField
from multidict import MultiDictProxy

from bot.sandbox.harbour import PLAYERS, Player
from cards.model import FileRef, Value
from handlers.dispatch import UNKNOWN
from handlers.registry import Registry
from handlers.request import Request
from policy.people import Identity
from policy.record import Ref

Sent = MultiDictProxy[str | bytes | bytearray | FileField]
Attach = Callable[[Identity, str, bytes], FileRef]

_NONCE = re.compile(r"[A-Za-z0-9-]{16,64}")
_PLAYERS = {player.slug: player for player in PLAYERS}


class Malformed(ValueError):
    """The request is not one that the page could have sent."""


@dataclass(frozen=True, slots=True)
class Came:
    """A request, whoever is playing, and the nonce it came under."""

    player: Player
    nonce: str
    request: Request


def player_of(sent: Sent) -> Player:
    """The player whose pane it came from. Raises Malformed when there is none."""
    if (player := _PLAYERS.get(_text(sent, "who"))) is None:
        raise Malformed("who")
    return player


def typed(sent: Sent, registry: Registry, at: datetime) -> Came:
    """A line typed into a command box. Anything that is no command asks for help."""
    line = _text(sent, "text").strip().removeprefix("/")
    verb, _, rest = line.partition(" ")
    known = {spec.verb for spec in registry.commands()}
    said = (verb.casefold(), rest.strip()) if verb.casefold() in known else (UNKNOWN, line)
    player, nonce = player_of(sent), _nonce(sent)
    files = any(isinstance(value, FileField) for value in sent.values())
    return Came(player, nonce, Request(_key(nonce), player.identity, said[0], at, text=said[1], accompanied=files))


def pressed(sent: Sent, at: datetime) -> Came:
    """A button on a card."""
    return _about(sent, at, {}, "", {})


def filled_in(sent: Sent, at: datetime, zone: ZoneInfo, attach: Attach) -> Came:
    """A form that was sent, or a button in it that asks for it in another shape. Local times are in `zone`;
    `attach` keeps an upload.
    """
    by = player_of(sent).identity
    fields: dict[str, Value] = {}
    for name in sent:
        if name.startswith("field:"):
            _, kind, field = (*name.split(":", 2), "", "")[:3]
            fields[field] = _value(kind, sent[name], zone, lambda *file: attach(by, *file))
    ask = _object(_text(sent, "ask")) if "ask" in sent else {}
    verb, more = ask.get("verb", ""), ask.get("payload", {})
    if not isinstance(verb, str) or not isinstance(more, dict):
        raise Malformed("ask")
    return _about(sent, at, fields, verb, more)


def _about(sent: Sent, at: datetime, fields: Mapping[str, Value], verb: str, more: Mapping[str, object]) -> Came:
    payload = {**_object(_text(sent, "payload") or "{}"), **more}
    version = _text(sent, "version")
    if not version.isdecimal() or len(version) > 9:
        raise Malformed("version")
    player, nonce = player_of(sent), _nonce(sent)
    request = Request(
        _key(nonce),
        player.identity,
        verb or _text(sent, "verb"),
        at,
        school=_text(sent, "school"),
        record=_record(_text(sent, "record")),
        version=int(version),
        fields=fields,
        payload={str(key): str(value) for key, value in payload.items()},
    )
    return Came(player, nonce, request)


def _value(kind: str, value: object, zone: ZoneInfo, attach: Callable[[str, bytes], FileRef]) -> Value:
    if kind == "file":
        return attach(value.filename, value.file.read()) if isinstance(value, FileField) else None
    if not isinstance(value, str):
        raise Malformed(kind)
    try:
        match kind:
            case "text" | "choice":
                return value.replace("\r\n", "\n")
            case "moment":
                return datetime.fromisoformat(value).replace(tzinfo=zone).astimezone(UTC) if value else None
            case "date":
                return date.fromisoformat(value) if value else None
            case "person":
                return Identity.parse(value) if value else None
    except (ValueError, OverflowError) as error:
        raise Malformed(kind) from error
    raise Malformed(kind)


def _text(sent: Sent, name: str) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str):
        raise Malformed(name)
    return value


def _object(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Malformed("payload") from error
    if not isinstance(value, dict):
        raise Malformed("payload")
    return value


def _record(text: str) -> Ref | None:
    kind, slash, id = text.partition("/")
    if text and not (kind and slash and id):
        raise Malformed("record")
    return Ref(kind, id) if text else None


def _nonce(sent: Sent) -> str:
    nonce = _text(sent, "nonce")
    if not _NONCE.fullmatch(nonce):
        raise Malformed("nonce")
    return nonce


def _key(nonce: str) -> str:
    return f"sandbox:{nonce}"
