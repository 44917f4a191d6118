"""Slack's rules for blocks and views: every size, type and duplicate that it would refuse, with a JSON pointer.

https://docs.slack.dev/reference/block-kit
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import rich_text
from tests.fakes.slack.wire import Json

PLAIN = frozenset({"plain_text"})
EITHER = frozenset({"plain_text", "mrkdwn"})
INPUTS = frozenset(
    {"plain_text_input", "number_input", "email_text_input", "url_text_input", "file_input", "checkboxes"}
    | {"static_select", "multi_static_select", "users_select", "multi_users_select", "radio_buttons"}
    | {"datepicker", "timepicker", "datetimepicker", "conversations_select", "channels_select"}
)
ACCESSORIES = (INPUTS - {"plain_text_input", "file_input", "number_input"}) | {"button", "overflow", "image"}
IN_ACTIONS = ACCESSORIES - {"image", "multi_static_select", "multi_users_select"}
OPTIONS_AT_MOST = {"radio_buttons": 10, "checkboxes": 10, "overflow": 5}
WITH_OPTIONS = frozenset({"static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow"})

EVERY_INPUT = frozenset({"type", "action_id", "focus_on_load", "placeholder", "confirm"})
KEYS: Mapping[str, frozenset[str]] = {
    "button": frozenset(["type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"]),
    "image": frozenset({"type", "image_url", "slack_file", "alt_text"}),
    "overflow": frozenset({"type", "action_id", "options", "confirm"}),
    "plain_text_input": EVERY_INPUT
    | {"initial_value", "multiline", "min_length", "max_length", "dispatch_action_config"},
    "email_text_input": EVERY_INPUT | {"initial_value", "dispatch_action_config"},
    "url_text_input": EVERY_INPUT | {"initial_value", "dispatch_action_config"},
    "number_input": EVERY_INPUT
    | {"initial_value", "is_decimal_allowed", "min_value", "max_value", "dispatch_action_config"},
    "static_select": EVERY_INPUT | {"options", "option_groups", "initial_option"},
    "multi_static_select": EVERY_INPUT | {"options", "option_groups", "initial_options", "max_selected_items"},
    "radio_buttons": EVERY_INPUT - {"placeholder"} | {"options", "initial_option"},
    "checkboxes": EVERY_INPUT - {"placeholder"} | {"options", "initial_options"},
    "datepicker": EVERY_INPUT | {"initial_date"},
    "timepicker": EVERY_INPUT | {"initial_time", "timezone"},
    "datetimepicker": EVERY_INPUT - {"placeholder"} | {"initial_date_time"},
    "users_select": EVERY_INPUT | {"initial_user"},
    "multi_users_select": EVERY_INPUT | {"initial_users", "max_selected_items"},
    "conversations_select": EVERY_INPUT
    | {"initial_conversation", "default_to_current_conversation", "response_url_enabled", "filter"},
    "channels_select": EVERY_INPUT | {"initial_channel", "response_url_enabled"},
    "file_input": frozenset({"type", "action_id", "filetypes", "max_files"}),
}


@dataclass(slots=True)
class Inspection:
    """One look over blocks: what is wrong with them, gathered as it goes."""

    surface: str
    has_file: Callable[[str], bool]
    problems: list[str] = field(default_factory=list)
    focused: int = 0

    def say(self, problem: str, where: str) -> None:
        self.problems.append(f"{problem} [json-pointer:{where}]")

    def keys(self, value: object, allowed: frozenset[str], where: str) -> bool:
        """Whether `value` is an object; extra keys are reported."""
        if not isinstance(value, dict):
            self.say("must be an object", where)
            return False
        for extra in sorted(value.keys() - allowed):
            self.say(f"invalid additional property: {extra}", where)
        return True

    def string(self, value: object, longest: int, where: str, *, shortest: int = 0) -> None:
        if not isinstance(value, str):
            self.say("must be a string", where)
        elif len(value) > longest:
            self.say(f"must be less than {longest + 1} characters", where)
        elif len(value) < shortest:
            self.say(f"must be more than {shortest - 1} characters", where)

    def text(self, value: object, kinds: frozenset[str], longest: int, where: str) -> None:
        """A text object of one of `kinds`, 1 to `longest` characters."""
        if not self.keys(value, frozenset({"type", "text", "emoji", "verbatim"}), where):
            return
        assert isinstance(value, dict)
        kind = value.get("type")
        if kind not in kinds:
            self.say(f"unsupported text type: {kind}", f"{where}/type")
        if "verbatim" in value and kind == "plain_text":
            self.say("invalid additional property: verbatim", where)
        if "emoji" in value and kind == "mrkdwn":
            self.say("invalid additional property: emoji", where)
        self.string(value.get("text"), longest, f"{where}/text", shortest=1)

    def items(self, value: object, most: int, where: str, *, least: int = 1) -> list[Any]:
        """The list at `where` when it holds `least` to `most` items, else an empty one."""
        if not isinstance(value, list):
            self.say("must be an array", where)
            return []
        if not least <= len(value) <= most:
            self.say(f"must have between {least} and {most} items", where)
        return value

    def unique(self, values: list[object], what: str, where: str) -> None:
        known = [value for value in values if value is not None]
        for value in sorted({str(value) for value in known if known.count(value) > 1}):
            self.say(f"{what} `{value}` already exists", where)


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
        _element(look, block["accessory"], ACCESSORIES, f"{where}/accessory")


def _divider(look: Inspection, block: Json, where: str) -> None:
    """A divider holds nothing."""


def _header(look: Inspection, block: Json, where: str) -> None:
    look.text(block.get("text"), PLAIN, 150, f"{where}/text")


def _context(look: Inspection, block: Json, where: str) -> None:
    for number, element in enumerate(look.items(block.get("elements"), 10, f"{where}/elements")):
        here = f"{where}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            _element(look, element, frozenset({"image"}), here)
        else:
            look.text(element, EITHER, 3000, here)


def _actions(look: Inspection, block: Json, where: str) -> None:
    elements = look.items(block.get("elements"), 25, f"{where}/elements")
    for number, element in enumerate(elements):
        _element(look, element, IN_ACTIONS, f"{where}/elements/{number}")
    ids = [element.get("action_id") for element in elements if isinstance(element, dict)]
    look.unique(ids, "action_id", where)


def _input(look: Inspection, block: Json, where: str) -> None:
    look.text(block.get("label"), PLAIN, 2000, f"{where}/label")
    if "hint" in block:
        look.text(block["hint"], PLAIN, 2000, f"{where}/hint")
    _element(look, block.get("element"), INPUTS, f"{where}/element")
    element = block.get("element")
    if isinstance(element, dict) and element.get("type") == "file_input" and look.surface != "modal":
        look.say("file_input is for modals only", f"{where}/element")


def _image(look: Inspection, block: Json, where: str) -> None:
    if "title" in block:
        look.text(block["title"], PLAIN, 2000, f"{where}/title")
    _picture(look, block, where)


def _markdown(look: Inspection, block: Json, where: str) -> None:
    if look.surface != "message":
        look.say("markdown is for messages only", where)
    look.string(block.get("text"), 12_000, f"{where}/text", shortest=1)


def _rich_text(look: Inspection, block: Json, where: str) -> None:
    for problem, there in rich_text.problems(block, where):
        look.say(problem, there)


def _picture(look: Inspection, value: Json, where: str) -> None:
    look.string(value.get("alt_text"), 2000, f"{where}/alt_text", shortest=1)
    if ("image_url" in value) == ("slack_file" in value):
        look.say("exactly one of image_url and slack_file is required", where)
    if "image_url" in value:
        look.string(value["image_url"], 3000, f"{where}/image_url", shortest=1)
    if "slack_file" in value:
        file = value["slack_file"]
        named = isinstance(file, dict) and str(file.get("id") or file.get("url") or "")
        if not named or not look.has_file(named):
            look.say("invalid slack file", f"{where}/slack_file")


def _element(look: Inspection, element: object, allowed: frozenset[str], where: str) -> None:
    kind = element.get("type") if isinstance(element, dict) else None
    if not isinstance(element, dict) or kind not in allowed:
        look.say(f"unsupported element type: {kind}", where)
        return
    look.keys(element, KEYS[str(kind)], where)
    for name, longest in (("action_id", 255), ("value", 2000), ("url", 3000), ("accessibility_label", 75)):
        if name in element:
            look.string(element[name], longest, f"{where}/{name}", shortest=1 if name == "action_id" else 0)
    if "placeholder" in element:
        look.text(element["placeholder"], PLAIN, 150, f"{where}/placeholder")
    if "confirm" in element:
        _confirm(look, element["confirm"], f"{where}/confirm")
    look.focused += element.get("focus_on_load") is True
    if kind == "button":
        _button(look, element, where)
    elif kind == "image":
        _picture(look, element, where)
    elif kind in WITH_OPTIONS:
        _options(look, element, where)
    elif kind == "plain_text_input":
        _typed(look, element, where)
    elif kind == "file_input" and not 1 <= element.get("max_files", 10) <= 10:
        look.say("max_files must be between 1 and 10", f"{where}/max_files")


def _button(look: Inspection, element: Json, where: str) -> None:
    look.text(element.get("text"), PLAIN, 75, f"{where}/text")
    if element.get("style", "primary") not in {"primary", "danger"}:
        look.say("style must be primary or danger", f"{where}/style")


def _typed(look: Inspection, element: Json, where: str) -> None:
    for name in ("min_length", "max_length"):
        if name in element and not 0 <= element[name] <= 3000:
            look.say(f"{name} must be between 0 and 3000", f"{where}/{name}")
    if "initial_value" in element:
        longest = min(3000, element.get("max_length", 3000))
        look.string(element["initial_value"], longest, f"{where}/initial_value")


def _confirm(look: Inspection, confirm: object, where: str) -> None:
    if not look.keys(confirm, frozenset({"title", "text", "confirm", "deny", "style"}), where):
        return
    assert isinstance(confirm, dict)
    for name, longest in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if name in confirm:
            look.text(confirm[name], EITHER if name == "text" else PLAIN, longest, f"{where}/{name}")
    if "text" not in confirm:
        look.say("missing required field: text", where)


def _options(look: Inspection, element: Json, where: str) -> None:
    kind = element["type"]
    every: list[Any] = []
    if "option_groups" in element:
        for number, group in enumerate(look.items(element["option_groups"], 100, f"{where}/option_groups")):
            look.text(group.get("label"), PLAIN, 75, f"{where}/option_groups/{number}/label")
            every += look.items(group.get("options"), 100, f"{where}/option_groups/{number}/options")
    else:
        every = look.items(element.get("options"), OPTIONS_AT_MOST.get(kind, 100), f"{where}/options")
    kinds = EITHER if kind in {"radio_buttons", "checkboxes"} else PLAIN
    for number, option in enumerate(every):
        here = f"{where}/options/{number}"
        if look.keys(option, frozenset({"text", "value", "description", "url"}), here):
            look.text(option.get("text"), kinds, 75, f"{here}/text")
            look.string(option.get("value"), 150, f"{here}/value")
            if "description" in option:
                look.text(option["description"], kinds, 75, f"{here}/description")
    initial = element.get("initial_options", [element["initial_option"]] if "initial_option" in element else [])
    for choice in initial:
        if choice not in every:
            look.say("initial option is not one of the options", where)


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
