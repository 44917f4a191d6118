"""What a Slack button or modal carries and brings back: small ids only, never believed but looked up."""

from collections.abc import Mapping
from typing import Any

import orjson

from cards.carried import Carried, Foreign, brought_back, carry, strings
from cards.limits import SLACK
from cards.model import Button, Form, FormButton

LINK = "link"
"""The action of a button that only opens an address: Slack reports the press, and there is nothing to do."""


def of_button(button: Button, school: str) -> str:
    """The value of a card's button. Raises ValueError when its ids do not fit."""
    return _packed(carry(school, button.record, button.version, button.payload), SLACK.button_value)


def of_form_button(button: FormButton) -> str:
    """The value of a button inside a form. Raises ValueError when its ids do not fit."""
    return _packed({"f": 1, "p": dict(button.payload)}, SLACK.button_value)


def of_form(form: Form, school: str) -> str:
    """The private metadata of a form's view. Raises ValueError when its ids do not fit."""
    return _packed(carry(school, form.record, form.version, form.payload), SLACK.private_metadata)


def action_id(verb: str, count: int) -> str:
    """The action of the `count`-th button (from 0) of a verb in one block, where Slack wants each to differ."""
    return f"{verb}#{count}" if count else verb


def pressed(action: Mapping[str, Any], view: Mapping[str, Any] | None = None) -> Carried:
    """A press, from one of `actions` and the view it was in. Raises Foreign for what Exeat never wrote."""
    verb = str(action.get("action_id", "")).partition("#")[0]
    carried = _unpacked(action.get("value"))
    if "f" not in carried:
        return brought_back(verb, carried)
    form = brought_back(verb, _unpacked((view or {}).get("private_metadata")))
    payload = {**form.payload, **strings(carried.get("p"))}
    return Carried(verb, form.school, form.record, form.version, payload, again=True)


def sent(view: Mapping[str, Any]) -> Carried:
    """A form that was sent, from its view. Raises Foreign for what Exeat never wrote."""
    return brought_back(str(view.get("callback_id", "")), _unpacked(view.get("private_metadata")))


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
