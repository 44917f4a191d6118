"""Microsoft's rules for Adaptive Cards 1.5 in Teams, as tables: each element's properties and what they may hold.

https://adaptivecards.io/explorer and
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from collections.abc import Mapping
from typing import Any

from tests.fakes.teams import checks
from tests.fakes.teams.checks import Check
from tests.fakes.teams.inspection import Inspection
from tests.fakes.teams.wire import Json

PEOPLE = frozenset({"graph.microsoft.com/users", "graph.microsoft.com/users?scope=currentContext"})
MOST_ACTIONS = 6


def _data(look: Inspection, value: Any, where: str) -> None:
    if not look.kind(value, dict, where):
        return
    special = value.get("msteams")
    if special is not None and special != {"type": "task/fetch"}:
        look.say(f"the stand-in knows no msteams {special!r}", f"{where}/msteams")


def _only_words_or(check: Check) -> Check:
    """Shorthand: a string stands for the object."""

    def either(look: Inspection, value: Any, where: str) -> None:
        if not isinstance(value, str):
            check(look, value, where)

    return either


def _query(look: Inspection, value: Any, where: str) -> None:
    if not look.kind(value, dict, where):
        return
    look.keys(value, frozenset({"type", "dataset", "associatedInputs", "count", "skip", "value"}), where)
    if value.get("type") != "Data.Query" or value.get("dataset") not in PEOPLE:
        look.say("must be a Data.Query of graph.microsoft.com/users", where)


def _fallback(look: Inspection, value: Any, where: str) -> None:
    if value == "drop":
        return
    aside = Inspection()
    part(aside, value, where, ACTIONS if look.in_action else ELEMENTS)
    look.problems += aside.problems


def part(look: Inspection, value: Any, where: str, known: Mapping[str, "Shape"]) -> None:
    """One element or action of the `known` types."""
    if not isinstance(value, dict) or value.get("type") not in known:
        kind = value.get("type") if isinstance(value, dict) else value
        look.say(f"unknown type: {kind!r}", where)
        return
    shape = known[value["type"]]
    outer, look.in_action = look.in_action, known is ACTIONS
    look.keys(value, frozenset(shape.properties) | {"type"}, where)
    for name in shape.needed:
        if name not in value:
            look.say(f"missing required property: {name}", where)
    for name, check in shape.properties.items():
        if name in value:
            check(look, value[name], f"{where}/{name}")
    if value.get("id"):
        look.named(str(value["id"]), where)
    if shape.also is not None:
        shape.also(look, value, where)
    look.in_action = outer


class Shape:
    """What one type of element or action may hold."""

    def __init__(
        self, properties: Mapping[str, Check], needed: tuple[str, ...] = (), also: Check | None = None
    ) -> None:
        self.properties, self.needed, self.also = properties, needed, also


def _element(look: Inspection, value: Any, where: str) -> None:
    part(look, value, where, ELEMENTS)


def _action(look: Inspection, value: Any, where: str) -> None:
    part(look, value, where, ACTIONS)


def actions(look: Inspection, value: Any, where: str) -> None:
    """A row of actions: those after the sixth that stand in it are not drawn."""
    checks.list_of(_action)(look, value, where)
    if isinstance(value, list):
        shown = [each for each in value if isinstance(each, dict) and each.get("mode", "primary") == "primary"]
        if len(shown) > MOST_ACTIONS:
            look.say(f"only {MOST_ACTIONS} actions are drawn, and there are {len(shown)}", where)


def elements(look: Inspection, value: Any, where: str) -> None:
    """A list of elements."""
    checks.list_of(_element)(look, value, where)


def _kind(type: str, shape: "Shape", *, bare: bool = False) -> Check:
    def check(look: Inspection, value: Any, where: str) -> None:
        named = {"type": type, **value} if bare and isinstance(value, dict) else value
        part(look, named, where, {type: shape})

    return check


def _input_rules(look: Inspection, value: Json, where: str) -> None:
    look.inputs.append(str(value.get("id", "")))
    if value.get("isRequired") and not value.get("label"):
        look.say("a required input needs a label", where)
    if (value.get("isRequired") or value.get("regex")) and not value.get("errorMessage"):
        look.say("an input with a rule needs an errorMessage", where)


def _choice_rules(look: Inspection, value: Json, where: str) -> None:
    _input_rules(look, value, where)
    choices = value.get("choices", [])
    if "choices.data" in value or not isinstance(choices, list):
        return
    values = [each.get("value") for each in choices if isinstance(each, dict)]
    if not values:
        look.say("must have choices", where)
    if len(set(values)) < len(values):
        look.say("two choices with one value", f"{where}/choices")
    chosen = value["value"].split(",") if value.get("isMultiSelect") and value.get("value") else [value.get("value")]
    for each in chosen:
        if each and each not in values:
            look.say(f"{each!r} is not one of the choices", f"{where}/value")


def _text_rules(look: Inspection, value: Json, where: str) -> None:
    _input_rules(look, value, where)
    longest = value.get("maxLength")
    if isinstance(longest, int) and len(str(value.get("value", ""))) > longest:
        look.say("holds more than its maxLength", f"{where}/value")


_SPACING = checks.one_of("default", "none", "small", "medium", "large", "extraLarge", "padding")
_ALIGN = checks.one_of("left", "center", "right")
_TOP = checks.one_of("top", "center", "bottom")
_STYLE = checks.one_of("default", "emphasis", "good", "attention", "warning", "accent")
_COLOR = checks.one_of("default", "dark", "light", "accent", "good", "warning", "attention")
_FONT = checks.one_of("default", "small", "medium", "large", "extraLarge")
_WEIGHT = checks.one_of("default", "lighter", "bolder")
_FACE = checks.one_of("default", "monospace")

_COMMON: Mapping[str, Check] = {
    "id": checks.words,
    "isVisible": checks.boolean,
    "separator": checks.boolean,
    "spacing": _SPACING,
    "height": checks.one_of("auto", "stretch"),
    "fallback": _fallback,
    "requires": checks.any_object,
}
_OF_TEXT: Mapping[str, Check] = {
    "text": checks.text,
    "color": _COLOR,
    "fontType": _FACE,
    "isSubtle": checks.boolean,
    "size": _FONT,
    "weight": _WEIGHT,
}
_OF_ACTIONS: Mapping[str, Check] = {
    "title": checks.words,
    "iconUrl": checks.picture,
    "id": checks.words,
    "style": checks.one_of("default", "positive", "destructive"),
    "fallback": _fallback,
    "tooltip": checks.text,
    "isEnabled": checks.boolean,
    "mode": checks.one_of("primary", "secondary"),
    "requires": checks.any_object,
}
_SENDS: Mapping[str, Check] = {**_OF_ACTIONS, "data": _data, "associatedInputs": checks.one_of("auto", "none")}

ACTIONS: Mapping[str, Shape] = {
    "Action.Execute": Shape({**_SENDS, "verb": checks.text}, ("title",)),
    "Action.Submit": Shape(_SENDS, ("title",)),
    "Action.OpenUrl": Shape({**_OF_ACTIONS, "url": checks.link}, ("title", "url")),
}

_RUN = Shape(
    {**_OF_TEXT, "selectAction": _action}
    | dict.fromkeys(("highlight", "italic", "strikethrough", "underline"), checks.boolean),
    ("text",),
)
_FACT = Shape({"title": checks.words, "value": checks.text}, ("title", "value"))
_CHOICE = Shape({"title": checks.words, "value": checks.words}, ("title", "value"))
_BOX: Mapping[str, Check] = {
    "items": elements,
    "style": _STYLE,
    "bleed": checks.boolean,
    "minHeight": checks.text,
    "selectAction": _action,
    "verticalContentAlignment": _TOP,
    "rtl": checks.boolean,
}
_COLUMN = Shape({**_COMMON, **_BOX, "width": checks.width})
_CELL = Shape(_BOX, ("items",))
_OF_TABLES: Mapping[str, Check] = {"horizontalCellContentAlignment": _ALIGN, "verticalCellContentAlignment": _TOP}
_ROW = Shape({"cells": checks.list_of(_kind("TableCell", _CELL)), "style": _STYLE, **_OF_TABLES}, ("cells",))
_TABLE_COLUMN = Shape({"width": checks.width, **_OF_TABLES})
_OF_INPUTS: Mapping[str, Check] = {
    **_COMMON,
    "label": checks.words,
    "isRequired": checks.boolean,
    "errorMessage": checks.words,
    "placeholder": checks.text,
    "value": checks.text,
}
_RANGE: Mapping[str, Check] = {"min": checks.text, "max": checks.text}

INPUTS: Mapping[str, Shape] = {
    "Input.Text": Shape(
        {
            **_OF_INPUTS,
            "isMultiline": checks.boolean,
            "maxLength": checks.length,
            "regex": checks.text,
            "style": checks.one_of("text", "tel", "url", "email", "password"),
        },
        ("id",),
        _text_rules,
    ),
    "Input.Date": Shape({**_OF_INPUTS, **_RANGE}, ("id",), _input_rules),
    "Input.Time": Shape({**_OF_INPUTS, **_RANGE}, ("id",), _input_rules),
    "Input.Number": Shape(
        {**_OF_INPUTS, "min": checks.number, "max": checks.number, "value": checks.number}, ("id",), _input_rules
    ),
    "Input.Toggle": Shape(
        {
            **_OF_INPUTS,
            "title": checks.words,
            "valueOn": checks.text,
            "valueOff": checks.text,
            "wrap": checks.boolean,
        },
        ("id", "title"),
        _input_rules,
    ),
    "Input.ChoiceSet": Shape(
        {
            **_OF_INPUTS,
            "choices": checks.list_of(_kind("Input.Choice", _CHOICE, bare=True)),
            "choices.data": _query,
            "isMultiSelect": checks.boolean,
            "style": checks.one_of("compact", "expanded", "filtered"),
            "wrap": checks.boolean,
        },
        ("id",),
        _choice_rules,
    ),
}

ELEMENTS: Mapping[str, Shape] = {
    **INPUTS,
    "TextBlock": Shape(
        {
            **_COMMON,
            **_OF_TEXT,
            "horizontalAlignment": _ALIGN,
            "maxLines": checks.number,
            "wrap": checks.boolean,
            "style": checks.one_of("default", "heading"),
        },
        ("text",),
    ),
    "RichTextBlock": Shape(
        {
            **_COMMON,
            "horizontalAlignment": _ALIGN,
            "inlines": checks.list_of(_only_words_or(_kind("TextRun", _RUN)), least=1),
        },
        ("inlines",),
    ),
    "FactSet": Shape({**_COMMON, "facts": checks.list_of(_kind("Fact", _FACT, bare=True), least=1)}, ("facts",)),
    "Container": Shape({**_COMMON, **_BOX}, ("items",)),
    "ColumnSet": Shape(
        {
            **_COMMON,
            "columns": checks.list_of(_kind("Column", _COLUMN, bare=True)),
            "style": _STYLE,
            "bleed": checks.boolean,
            "minHeight": checks.text,
            "horizontalAlignment": _ALIGN,
            "selectAction": _action,
        },
    ),
    "ActionSet": Shape({**_COMMON, "actions": actions}, ("actions",)),
    "Image": Shape(
        {
            **_COMMON,
            "url": checks.picture,
            "altText": checks.words,
            "backgroundColor": checks.text,
            "height": checks.text,
            "width": checks.text,
            "horizontalAlignment": _ALIGN,
            "selectAction": _action,
            "size": checks.one_of("auto", "stretch", "small", "medium", "large"),
            "style": checks.one_of("default", "person"),
            "msteams": checks.any_object,
        },
        ("url", "altText"),
    ),
    "Table": Shape(
        {
            **_COMMON,
            "columns": checks.list_of(_kind("TableColumnDefinition", _TABLE_COLUMN, bare=True)),
            "rows": checks.list_of(_kind("TableRow", _ROW)),
            "firstRowAsHeader": checks.boolean,
            "showGridLines": checks.boolean,
            "gridStyle": _STYLE,
            **_OF_TABLES,
        },
        ("columns", "rows"),
    ),
}
