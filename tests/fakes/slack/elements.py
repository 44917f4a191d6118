"""Slack's rules for what stands inside blocks: buttons, fields, pictures, options and confirm dialogs.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Mapping
from typing import Any

from tests.fakes.slack.inspection import EITHER, PLAIN, Inspection
from tests.fakes.slack.wire import Json

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


def picture(look: Inspection, value: Json, where: str) -> None:
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


def element_problems(look: Inspection, element: object, allowed: frozenset[str], where: str) -> None:
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
        picture(look, element, where)
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
