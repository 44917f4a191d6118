"""Filling in fields as a person does: a plain value to the state that Slack sends, with the client's own checks."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from tests.fakes.slack.shown import placed_elements
from tests.fakes.slack.wire import Json

_VALUE_OF: Mapping[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "file_input": ("files", ""),
}
_LISTS = frozenset({"multi_static_select", "checkboxes", "multi_users_select", "file_input"})


def is_field(element: Json) -> bool:
    """Whether the element holds a value."""
    return element["type"] in _VALUE_OF


def state_at_first(blocks: list[Json], kept: Mapping[str, Mapping[str, Json]]) -> dict[str, dict[str, Json]]:
    """The state of `blocks` when drawn: what was typed under the same ids and type, else the initial values."""
    state: dict[str, dict[str, Json]] = {}
    for block, element in placed_elements(blocks):
        if not is_field(element):
            continue
        before = kept.get(block["block_id"], {}).get(element["action_id"])
        same = before is not None and before["type"] == element["type"]
        held = before if before is not None and same else _initial(element)
        state.setdefault(block["block_id"], {})[element["action_id"]] = held
    return state


def _initial(element: Json) -> Json:
    name, initial = _VALUE_OF[element["type"]]
    empty: Any = [] if element["type"] in _LISTS else None
    return {"type": element["type"], name: element.get(initial, empty)}


def find(blocks: list[Json], key: str) -> tuple[Json, Json]:
    """The one (block, field) that goes by `key`: its label, block id, action id or `block/action`.

    Raises:
        LookupError: none or more than one does; names what there is.
    """
    found = [(block, element) for block, element in placed_elements(blocks) if is_field(element)]
    for names in (_label_names, _id_names):
        matches = [(block, element) for block, element in found if key in names(block, element)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise LookupError(f"{len(matches)} fields go by {key!r}")
    raise LookupError(f"no field {key!r}; there are {[sorted(_label_names(b, e)) for b, e in found]}")


def _label_names(block: Json, element: Json) -> set[str]:
    return {block["label"]["text"]} if "label" in block else set()


def _id_names(block: Json, element: Json) -> set[str]:
    block_id, action_id = block["block_id"], element["action_id"]
    return {block_id, action_id, f"{block_id}/{action_id}"}


def state_of(element: Json, value: Any, files: Mapping[str, Json]) -> Json:
    """The state of `element` holding `value`: text, option label or value, aware datetime, date, time, ids, None.

    Raises:
        LookupError: an option or file that is not there. ValueError: a naive datetime.
    """
    kind: str = element["type"]
    name = _VALUE_OF[kind][0]
    if value is None or value in ("", []):
        return {"type": kind, name: [] if kind in _LISTS else None}
    match kind:
        case "static_select" | "radio_buttons":
            held: Any = _option(element, value)
        case "multi_static_select" | "checkboxes":
            held = [_option(element, each) for each in _several(value)]
        case "multi_users_select":
            held = _several(value)
        case "file_input":
            held = [files[each] for each in _several(value)]
        case "datetimepicker":
            held = _moment(value)
        case "datepicker" | "timepicker":
            held = value.strftime("%H:%M") if isinstance(value, time) else _iso(value)
        case _:
            held = str(value)
    return {"type": kind, name: held}


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]


def _moment(value: Any) -> int:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a datetimepicker needs an aware datetime")
        return int(value.timestamp())
    return int(value)


def _iso(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _option(element: Json, value: Any) -> Json:
    groups = element.get("option_groups", [{"options": element.get("options", [])}])
    options: list[Json] = [option for group in groups for option in group["options"]]
    for option in options:
        if value in (option["text"]["text"], option["value"]):
            return option
    raise LookupError(f"no option {value!r}; there are {[option['text']['text'] for option in options]}")


def refused_by_client(blocks: list[Json], values: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """What Slack's own client refuses before anything is sent: block id -> the complaint."""
    complaints: dict[str, str] = {}
    for block, element in placed_elements(blocks):
        if block["type"] != "input":
            continue
        held = values[block["block_id"]][element["action_id"]][_VALUE_OF[element["type"]][0]]
        if held in (None, "", []):
            if not block.get("optional"):
                complaints[block["block_id"]] = "Please complete this required field."
            continue
        length = len(held) if isinstance(held, str) else 0
        longest = element.get("max_length", 3000)
        if element["type"] == "plain_text_input" and length > longest:
            complaints[block["block_id"]] = f"This entry must be less than {longest + 1} characters."
        if element["type"] == "plain_text_input" and length < element.get("min_length", 0):
            complaints[block["block_id"]] = f"This entry must be at least {element['min_length']} characters."
        if element["type"] == "file_input" and len(held) > element.get("max_files", 10):
            complaints[block["block_id"]] = "Too many files."
    return complaints
