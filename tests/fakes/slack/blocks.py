"""Slack's rules for blocks and views: every size, type and duplicate that it would refuse, with a JSON pointer.

https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Callable, Mapping

from tests.fakes.slack import rich_text
from tests.fakes.slack.elements import ACCESSORIES, IN_ACTIONS, INPUTS, element_problems, picture
from tests.fakes.slack.inspection import EITHER, PLAIN, Inspection
from tests.fakes.slack.wire import Json


def problems_in_blocks(blocks: object, surface: str, has_file: Callable[[str], bool]) -> list[str]:
    """What Slack would refuse in `blocks` on a `surface` of message, modal or home."""
    look = Inspection(surface, has_file)
    _blocks(look, blocks, "/blocks")
    return look.problems


def problems_in_view(view: object, kinds: frozenset[str], has_file: Callable[[str], bool]) -> list[str]:
    """What Slack would refuse in `view`, of one of the `kinds` modal and home."""
    look = Inspection("modal", has_file)
    common = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    modal = {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
    if not isinstance(view, dict) or view.get("type") not in kinds:
        look.say(f"view must be of type {' or '.join(sorted(kinds))}", "/view/type")
        return look.problems
    look.surface = view["type"]
    look.keys(view, frozenset(common | (modal if look.surface == "modal" else set())), "/view")
    if look.surface == "modal":
        look.text(view.get("title"), PLAIN, 24, "/view/title")
        for name in ("submit", "close"):
            if view.get(name) is not None:
                look.text(view[name], PLAIN, 24, f"/view/{name}")
    for name, longest in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if view.get(name) is not None:
            look.string(view[name], longest, f"/view/{name}")
    _blocks(look, view.get("blocks"), "/view/blocks")
    if look.surface == "modal" and view.get("submit") is None and _has_input(view.get("blocks")):
        look.say("missing required field: submit (there is an input block)", "/view")
    if look.focused > 1:
        look.say("only one element may have focus_on_load", "/view")
    return look.problems


def _has_input(blocks: object) -> bool:
    return isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)


def _blocks(look: Inspection, blocks: object, where: str) -> None:
    most = 50 if look.surface == "message" else 100
    found = look.items(blocks, most, where, least=0)
    for number, block in enumerate(found):
        here = f"{where}/{number}"
        if not isinstance(block, dict) or block.get("type") not in BLOCKS:
            kind = block.get("type") if isinstance(block, dict) else block
            look.say(f"unsupported block type: {kind}", here)
            continue
        allowed, inspect = BLOCKS[block["type"]]
        look.keys(block, allowed | {"type", "block_id"}, here)
        if "block_id" in block:
            look.string(block["block_id"], 255, f"{here}/block_id", shortest=1)
        inspect(look, block, here)
    ids = [block.get("block_id") for block in found if isinstance(block, dict)]
    look.unique(ids, "block_id", where)


def _section(look: Inspection, block: Json, where: str) -> None:
    if "text" not in block and "fields" not in block:
        look.say("one of text or fields is required", where)
    if "text" in block:
        look.text(block["text"], EITHER, 3000, f"{where}/text")
    if "fields" in block:
        for number, entry in enumerate(look.items(block["fields"], 10, f"{where}/fields")):
            look.text(entry, EITHER, 2000, f"{where}/fields/{number}")
    if "accessory" in block:
        element_problems(look, block["accessory"], ACCESSORIES, f"{where}/accessory")


def _divider(look: Inspection, block: Json, where: str) -> None:
    """A divider holds nothing."""


def _header(look: Inspection, block: Json, where: str) -> None:
    look.text(block.get("text"), PLAIN, 150, f"{where}/text")


def _context(look: Inspection, block: Json, where: str) -> None:
    for number, element in enumerate(look.items(block.get("elements"), 10, f"{where}/elements")):
        here = f"{where}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            element_problems(look, element, frozenset({"image"}), here)
        else:
            look.text(element, EITHER, 3000, here)


def _actions(look: Inspection, block: Json, where: str) -> None:
    elements = look.items(block.get("elements"), 25, f"{where}/elements")
    for number, element in enumerate(elements):
        element_problems(look, element, IN_ACTIONS, f"{where}/elements/{number}")
    ids = [element.get("action_id") for element in elements if isinstance(element, dict)]
    look.unique(ids, "action_id", where)


def _input(look: Inspection, block: Json, where: str) -> None:
    look.text(block.get("label"), PLAIN, 2000, f"{where}/label")
    if "hint" in block:
        look.text(block["hint"], PLAIN, 2000, f"{where}/hint")
    element_problems(look, block.get("element"), INPUTS, f"{where}/element")
    element = block.get("element")
    if isinstance(element, dict) and element.get("type") == "file_input" and look.surface != "modal":
        look.say("file_input is for modals only", f"{where}/element")


def _image(look: Inspection, block: Json, where: str) -> None:
    if "title" in block:
        look.text(block["title"], PLAIN, 2000, f"{where}/title")
    picture(look, block, where)


def _markdown(look: Inspection, block: Json, where: str) -> None:
    if look.surface != "message":
        look.say("markdown is for messages only", where)
    look.string(block.get("text"), 12_000, f"{where}/text", shortest=1)


def _rich_text(look: Inspection, block: Json, where: str) -> None:
    for problem, there in rich_text.problems(block, where):
        look.say(problem, there)


Inspect = Callable[[Inspection, Json, str], None]
BLOCKS: Mapping[str, tuple[frozenset[str], Inspect]] = {
    "section": (frozenset({"text", "fields", "accessory", "expand"}), _section),
    "divider": (frozenset(), _divider),
    "header": (frozenset({"text"}), _header),
    "context": (frozenset({"elements"}), _context),
    "actions": (frozenset({"elements"}), _actions),
    "input": (frozenset({"label", "element", "hint", "optional", "dispatch_action"}), _input),
    "image": (frozenset({"image_url", "slack_file", "alt_text", "title"}), _image),
    "markdown": (frozenset({"text"}), _markdown),
    "rich_text": (frozenset({"elements"}), _rich_text),
}
