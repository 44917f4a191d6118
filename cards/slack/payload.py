"""What a Slack button or modal carries and brings back: small ids only, never believed but looked up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from cards.limits import SLACK
from cards.model import Button, Form, FormButton
from policy.record import Ref

LINK = "link"
"""The action of a button that only opens an address: Slack reports the press, and there is nothing to do."""


class Foreign(ValueError):
    """A payload that Exeat did not write."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What came back from a press or a sent form. `again` is a button that asks for its form in another shape."""

    verb: str
    school: str
    record: Ref | None = None
    version: int | None = None
    payload: Mapping[str, str] = field(default_factory=dict)
    again: bool = False


def of_button(button: Button, school: str) -> str:
    """The value of a card's button. Raises ValueError when its ids do not fit."""
    return _packed(_carried(school, button.record, button.version, button.payload), SLACK.button_value)


def of_form_button(button: FormButton) -> str:
    """The value of a button inside a form. Raises ValueError when its ids do not fit."""
    return _packed({"f": 1, "p": dict(button.payload)}, SLACK.button_value)


def of_form(form: Form, school: str) -> str:
    """The private metadata of a form's view. Raises ValueError when its ids do not fit."""
    return _packed(_carried(school, form.record, form.version, form.payload), SLACK.private_metadata)


def action_id(verb: str, count: int) -> str:
    """The action of the `count`-th button (from 0) of a verb in one block, where Slack wants each to differ."""
    return f"{verb}#{count}" if count else verb


def pressed(action: Mapping[str, Any], view: Mapping[str, Any] | None = None) -> Carried:
    """A press, from one of `actions` and the view it was in. Raises Foreign for what Exeat never wrote."""
    verb = str(action.get("action_id", "")).partition("#")[0]
    carried = _unpacked(action.get("value"))
    if "f" not in carried:
        return _read(verb, carried)
    form = _read(verb, _unpacked((view or {}).get("private_metadata")))
    payload = {**form.payload, **_strings(carried.get("p"))}
    return Carried(verb, form.school, form.record, form.version, payload, again=True)


def sent(view: Mapping[str, Any]) -> Carried:
    """A form that was sent, from its view. Raises Foreign for what Exeat never wrote."""
    return _read(str(view.get("callback_id", "")), _unpacked(view.get("private_metadata")))


def _carried(school: str, record: Ref | None, version: int, payload: Mapping[str, str]) -> dict[str, Any]:
    carried: dict[str, Any] = {"s": school, "v": version}
    if record is not None:
        carried |= {"k": record.kind, "i": record.id}
    if payload:
        carried["p"] = dict(payload)
    return carried


def _packed(value: dict[str, Any], longest: int) -> str:
    text = orjson.dumps(value).decode()
    if len(text) > longest:
        raise ValueError(f"payload of {len(text)} characters where Slack takes {longest}")
    return text


def _unpacked(text: object) -> dict[str, Any]:
    try:
        value = orjson.loads(text) if isinstance(text, str) else None
    except orjson.JSONDecodeError as error:
        raise Foreign("not JSON") from error
    if not isinstance(value, dict):
        raise Foreign("not an object")
    return value


def _read(verb: str, carried: Mapping[str, Any]) -> Carried:
    school, kind, id, version = (carried.get(name) for name in "skiv")
    if not (verb and isinstance(school, str) and school and isinstance(version, int)):
        raise Foreign("a verb, a school or a version is missing")
    record = Ref(kind, id) if isinstance(kind, str) and isinstance(id, str) else None
    return Carried(verb, school, record, version, _strings(carried.get("p")))


def _strings(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): part for name, part in value.items() if isinstance(part, str)}
