"""Slack's rules for a rich_text block: its sections, lists, quotes and the pieces inside them.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from collections.abc import Iterator, Mapping

from tests.fakes.slack.wire import Json

Problem = tuple[str, str]

PIECES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "text": (frozenset({"text"}), frozenset({"style"})),
    "link": (frozenset({"url"}), frozenset({"text", "style", "unsafe"})),
    "user": (frozenset({"user_id"}), frozenset({"style"})),
    "usergroup": (frozenset({"usergroup_id"}), frozenset({"style"})),
    "channel": (frozenset({"channel_id"}), frozenset({"style"})),
    "broadcast": (frozenset({"range"}), frozenset({"style"})),
    "emoji": (frozenset({"name"}), frozenset({"unicode", "skin_tone", "style"})),
    "date": (frozenset({"timestamp", "format"}), frozenset({"url", "fallback", "style"})),
    "color": (frozenset({"value"}), frozenset({"style"})),
}
STYLES = frozenset({"bold", "italic", "strike", "code", "highlight", "client_highlight", "unlink", "underline"})
CONTAINERS: Mapping[str, frozenset[str]] = {
    "rich_text_section": frozenset(),
    "rich_text_preformatted": frozenset({"border", "language"}),
    "rich_text_quote": frozenset({"border"}),
    "rich_text_list": frozenset({"style", "indent", "offset", "border"}),
}


def problems(block: Json, where: str) -> Iterator[Problem]:
    """What Slack would refuse in a rich_text block, with where it stands."""
    elements = block.get("elements")
    if not isinstance(elements, list):
        yield "must be an array", f"{where}/elements"
        return
    for number, element in enumerate(elements):
        yield from _container(element, f"{where}/elements/{number}")


def _container(element: object, where: str) -> Iterator[Problem]:
    kind = element.get("type") if isinstance(element, dict) else None
    if not isinstance(element, dict) or kind not in CONTAINERS:
        yield f"unsupported element type: {kind}", where
        return
    for extra in sorted(element.keys() - CONTAINERS[str(kind)] - {"type", "elements"}):
        yield f"invalid additional property: {extra}", where
    inner = element.get("elements")
    if not isinstance(inner, list):
        yield "must be an array", f"{where}/elements"
        return
    if kind == "rich_text_list":
        if element.get("style") not in {"bullet", "ordered"}:
            yield "style must be bullet or ordered", f"{where}/style"
        for number, item in enumerate(inner):
            if not isinstance(item, dict) or item.get("type") != "rich_text_section":
                yield "a list holds rich_text_section only", f"{where}/elements/{number}"
            else:
                yield from _container(item, f"{where}/elements/{number}")
        return
    for number, piece in enumerate(inner):
        yield from _piece(piece, kind == "rich_text_preformatted", f"{where}/elements/{number}")


def _piece(piece: object, preformatted: bool, where: str) -> Iterator[Problem]:
    kind = piece.get("type") if isinstance(piece, dict) else None
    if not isinstance(piece, dict) or kind not in PIECES or (preformatted and kind not in {"text", "link"}):
        yield f"unsupported element type: {kind}", where
        return
    needed, optional = PIECES[str(kind)]
    for missing in sorted(needed - piece.keys()):
        yield f"missing required field: {missing}", where
    for extra in sorted(piece.keys() - needed - optional - {"type"}):
        yield f"invalid additional property: {extra}", where
    if kind == "text" and not (isinstance(piece.get("text"), str) and piece["text"]):
        yield "must be more than 0 characters", f"{where}/text"
    if kind == "broadcast" and piece.get("range") not in {"here", "channel", "everyone"}:
        yield "range must be here, channel or everyone", f"{where}/range"
    style = piece.get("style")
    if style is not None and (not isinstance(style, dict) or style.keys() - STYLES):
        yield "unknown style", f"{where}/style"
