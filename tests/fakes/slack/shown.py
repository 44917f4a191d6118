"""What a person reads and could press in blocks: text, labels, and whatever in it is alive.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.slack.wire import Json

_ENTITY = re.compile(r"<([^<>\n]+)>")
_BARE_LINK = re.compile(r"(?<![\w<|])(?:https?://|mailto:)[^\s<>|]+")
_STYLES = (
    re.compile(r"```(.+?)```", re.DOTALL),
    re.compile(r"(?<![\w`])`([^`\n]+)`(?![\w`])"),
    re.compile(r"(?<![\w*])\*(?! )([^*\n]+?)(?<! )\*(?![\w*])"),
    re.compile(r"(?<!\w)_(?! )([^_\n]+?)(?<! )_(?!\w)"),
    re.compile(r"(?<![\w~])~(?! )([^~\n]+?)(?<! )~(?![\w~])"),
)


def unescaped(text: str) -> str:
    """The three entities that Slack decodes, decoded once."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def rendered(text: str) -> str:
    """mrkdwn as it appears: entities and links resolved, style marks gone (so typed `*stars*` are missed)."""
    shown = _ENTITY.sub(lambda match: _resolved(match.group(1)), text)
    for style in _STYLES:
        shown = style.sub(r"\1", shown)
    return unescaped(shown)


def _resolved(inner: str) -> str:
    target, _, label = inner.partition("|")
    if label:
        return label
    if target[:1] in {"@", "#"}:
        return target
    return f"@{target[1:]}" if target.startswith("!") else target


def alive_in_mrkdwn(text: str, *, verbatim: bool = False) -> list[str]:
    """The mentions and links in mrkdwn that would work: `<!channel>`, `<@U1>`, `<http://…>`, bare links."""
    found = [match.group(0) for match in _ENTITY.finditer(text)]
    if not verbatim:
        found += _BARE_LINK.findall(_ENTITY.sub(" ", text))
    return found


def shown_in_blocks(blocks: list[Json]) -> str:
    """Every word in `blocks`, one line a piece; buttons as `[Label]`, pictures as their alt text."""
    return "\n".join(line for block in blocks for line in _lines(block) if line)


def _lines(block: Json) -> Iterator[str]:
    match block["type"]:
        case "rich_text":
            yield from (_rich(element) for element in block["elements"])
        case "image":
            yield from (_text(block[name]) for name in ("title",) if name in block)
            yield block["alt_text"]
        case "markdown":
            yield block["text"]
        case _:
            for name in ("text", "label", "hint"):
                if name in block:
                    yield _text(block[name])
            yield from (_text(entry) for entry in block.get("fields", []))
            for element in _elements(block):
                yield from _element_lines(element)


def _elements(block: Json) -> list[Json]:
    if block["type"] == "rich_text":
        return []
    alone = [block[name] for name in ("accessory", "element") if name in block]
    return alone + list(block.get("elements", []))


def _element_lines(element: Json) -> Iterator[str]:
    match element["type"]:
        case "plain_text" | "mrkdwn":
            yield _text(element)
        case "button":
            yield f"[{_text(element['text'])}]"
        case "image":
            yield element["alt_text"]
        case _:
            if "placeholder" in element:
                yield _text(element["placeholder"])
            if "initial_value" in element:
                yield element["initial_value"]
            for option in element.get("options", []):
                yield _text(option["text"])
                if "description" in option:
                    yield _text(option["description"])


def _text(value: Json) -> str:
    text = str(value["text"])
    return rendered(text) if value["type"] == "mrkdwn" else text


def _rich(element: Json) -> str:
    inner = element.get("elements", [])
    match element["type"]:
        case "rich_text_list":
            return "\n".join(_rich(item) for item in inner)
        case "rich_text_section" | "rich_text_quote" | "rich_text_preformatted":
            return "".join(_rich(piece) for piece in inner)
        case "text":
            return str(element["text"])
        case "link":
            return str(element.get("text", element["url"]))
        case "user" | "usergroup" | "channel":
            return "@" + str(element.get("user_id") or element.get("usergroup_id") or element["channel_id"])
        case "broadcast":
            return f"@{element['range']}"
        case "emoji":
            return f":{element['name']}:"
        case "date":
            return str(element.get("fallback", element["timestamp"]))
        case _:
            return str(element.get("value", ""))


def alive_in_blocks(blocks: list[Json]) -> list[str]:
    """Everything in `blocks` that would mention or link somebody or something, in order."""
    return [found for block in blocks for found in _alive(block)]


def _alive(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _alive(item)
    elif isinstance(value, dict):
        match value.get("type"):
            case "mrkdwn":
                yield from alive_in_mrkdwn(value["text"], verbatim=bool(value.get("verbatim")))
            case "markdown":
                yield from re.findall(r"\[[^\]]*\]\([^)]*\)|https?://\S+", value["text"])
            case "plain_text" | "text":
                return
            case "link" | "user" | "usergroup" | "channel" | "broadcast":
                yield _live_piece(value)
            case _:
                for name, part in value.items():
                    if name not in {"value", "url", "image_url", "slack_file"}:
                        yield from _alive(part)


def _live_piece(piece: Json) -> str:
    if piece["type"] == "broadcast":
        return f"<!{piece['range']}>"
    if piece["type"] == "link":
        return f"<{piece['url']}>"
    return f"<@{piece.get('user_id') or piece.get('usergroup_id') or piece.get('channel_id')}>"


def placed_elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each (block, element) that can be pressed or filled in, in reading order."""
    for block in blocks:
        for element in _elements(block):
            if "action_id" in element:
                yield block, element


def button_labels(blocks: list[Json]) -> list[str]:
    """The labels of the buttons, in reading order."""
    return [_text(element["text"]) for _, element in placed_elements(blocks) if element["type"] == "button"]


def field_labels(blocks: list[Json]) -> list[str]:
    """The labels of the input blocks, in reading order."""
    return [_text(block["label"]) for block in blocks if block["type"] == "input"]
