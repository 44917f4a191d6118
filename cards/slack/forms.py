"""A form as Slack's modal, and what was typed into one as values."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, assert_never

from cards.limits import SLACK
from cards.model import (
    ChoiceField,
    DateField,
    Divider,
    Field,
    FileField,
    FileRef,
    Form,
    FormButton,
    MomentField,
    Notice,
    Part,
    PersonField,
    Picture,
    Quote,
    Text,
    TextField,
    Tone,
    Value,
)
from cards.slack import payload, rich
from cards.slack.blocks import Page, draw
from cards.slack.rich import Json
from policy.people import Identity
from policy.text import clean

FILE_TYPES = ["jpg", "jpeg", "png", "webp", "heic"]
"""What the file chooser offers, as a convenience: the type is found out from the bytes."""

NOT_SAID = "-"
"""Slack takes no empty option value: this stands for one."""


def form_blocks(
    form: Form, page: Page, values: Mapping[str, Value] | None, errors: Mapping[str, str] | None
) -> list[Json]:
    """The parts of a form, with what was typed and what is wrong with it. Raises ValueError beyond 100 blocks."""
    blocks = list[Json]()
    if len(form.title) > SLACK.view_title:
        blocks.append(rich.header(form.title))
    for are_buttons, group in groupby(form.parts, lambda part: isinstance(part, FormButton)):
        parts = list(group)
        if are_buttons:
            blocks.append(_buttons(parts))
        else:
            for part in parts:
                blocks += _part(part, page, values or {}, errors or {})
    if form.note:
        blocks += draw(Text(form.note), page)
    if len(blocks) > SLACK.view_blocks:
        raise ValueError(f"the form {form.verb!r} has {len(blocks)} blocks where Slack takes {SLACK.view_blocks}")
    return blocks


def values(state: Mapping[str, Any], team: str) -> dict[str, Value]:
    """What was typed, by field, from a view's `state`: moments in aware UTC, people as identities of the team.

    Raises ValueError or KeyError for what no modal of Exeat's could have sent.
    """
    blocks = state.get("values") or {}
    return {name: _value(typed, team) for block in blocks.values() for name, typed in block.items()}


def _value(typed: Mapping[str, Any], team: str) -> Value:
    match typed["type"]:
        case "plain_text_input":
            return str(typed.get("value") or "")
        case "radio_buttons" | "static_select":
            chosen = typed.get("selected_option")
            return "" if not chosen or chosen["value"] == NOT_SAID else str(chosen["value"])
        case "datetimepicker":
            at = typed.get("selected_date_time")
            return None if at is None else datetime.fromtimestamp(int(at), UTC)
        case "datepicker":
            day = typed.get("selected_date")
            return None if not day else date.fromisoformat(day)
        case "users_select":
            user = typed.get("selected_user")
            return Identity("slack", team, str(user)) if user else None
        case "file_input":
            return _file(typed.get("files") or [])
        case other:
            raise ValueError(f"a field of a kind that Exeat does not use: {other!r}")


def _file(files: list[Mapping[str, Any]]) -> Value:
    return FileRef("slack", str(files[0]["id"]), clean(str(files[0].get("name") or ""))) if files else None


def _buttons(parts: Iterable[Part]) -> Json:
    buttons = [part for part in parts if isinstance(part, FormButton)]
    elements = [
        {
            "type": "button",
            "text": rich.plain(button.label, SLACK.button),
            "action_id": payload.action_id(button.verb, sum(each.verb == button.verb for each in buttons[:number])),
            "value": payload.of_form_button(button),
        }
        for number, button in enumerate(buttons)
    ]
    return {"type": "actions", "elements": elements}


def _part(part: Part, page: Page, values: Mapping[str, Value], errors: Mapping[str, str]) -> list[Json]:
    match part:
        case TextField() | ChoiceField() | MomentField() | DateField() | PersonField() | FileField():
            error = errors.get(part.name)
            wrong = draw(Notice(error, tone=Tone.WARNING), page) if error else []
            return [*wrong, _input(part, values.get(part.name, _preset(part)))]
        case Text() | Quote() | Notice() | Picture() | Divider():
            return draw(part, page)
        case FormButton():
            return [_buttons((part,))]
        case _:
            assert_never(part)


def _preset(field: Field) -> Value:
    return None if isinstance(field, FileField) else field.value


def _input(field: Field, value: Value) -> Json:
    element, hint = _element(field, value), field.hint
    if isinstance(field, TextField) and isinstance(value, str) and len(value) > SLACK.typed:
        missing = len(value) - SLACK.typed
        hint = f"The last {missing:,} characters did not fit in Slack's box and are left out here. {hint}"
    block = {
        "type": "input",
        "block_id": field.name,
        "label": rich.plain(field.label, SLACK.label),
        "element": {name: part for name, part in element.items() if part is not None},
        "optional": not field.required,
    }
    return {**block, "hint": rich.plain(hint, SLACK.label)} if hint else block


def _element(field: Field, value: Value) -> Json:
    """The field's element; None stands for what is left out."""
    match field:
        case TextField():
            typed = value[: SLACK.typed] if isinstance(value, str) else ""
            longest = min(SLACK.typed, max(field.longest, len(typed)))
            more: Json = {"multiline": field.lines > 1, "max_length": longest, "initial_value": typed or None}
            return {"type": "plain_text_input", "action_id": field.name, **more}
        case ChoiceField():
            return _choice(field, value)
        case MomentField():
            at = int(value.timestamp()) if isinstance(value, datetime) else None
            return {"type": "datetimepicker", "action_id": field.name, "initial_date_time": at}
        case DateField():
            day = value.isoformat() if isinstance(value, date) else None
            return {"type": "datepicker", "action_id": field.name, "initial_date": day}
        case PersonField():
            user = value.id if isinstance(value, Identity) and value.platform == "slack" else None
            return {"type": "users_select", "action_id": field.name, "initial_user": user}
        case FileField():
            return {"type": "file_input", "action_id": field.name, "filetypes": FILE_TYPES, "max_files": 1}
        case _:
            assert_never(field)


def _choice(field: ChoiceField, value: Value) -> Json:
    options = [_option(given, words) for given, words in field.options[: SLACK.options]]
    if not options:
        options = [_option("", "Nothing to choose from")]
    chosen = next((option for option in options if option["value"] == (value or NOT_SAID)), None)
    few = len(options) <= SLACK.radios and all(len(words) <= SLACK.option for _, words in field.options)
    kind = "radio_buttons" if few else "static_select"
    return {"type": kind, "action_id": field.name, "options": options, "initial_option": chosen}


def _option(value: str, words: str) -> Json:
    if len(value) > SLACK.option_value:
        raise ValueError(f"an option's value has {len(value)} characters where Slack takes {SLACK.option_value}")
    return {"text": rich.plain(words, SLACK.option), "value": value or NOT_SAID}
