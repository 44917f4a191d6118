"""What a card's button or form carries on Teams and brings back: small ids only, never believed but looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from cards.carried import Carried, Foreign, brought_back, carry
from cards.limits import TEAMS
from cards.model import Button, Form, FormButton
from cards.teams.rich import Json

OURS = "exeat"
"""Where in an action's data our part stands; what was typed stands beside it."""

THEIRS = "msteams"
"""Where in it the part for Teams stands."""

ASKED = "q"
"""Which inputs the form has: Teams leaves those out that are empty."""


@dataclass(frozen=True, slots=True)
class Came:
    """What a press or a form brought back. `nonce` tells forms apart, and is empty for a button of a card."""

    carried: Carried
    nonce: str
    dialog: bool


def of_button(button: Button, school: str, *, window: bool = False) -> Json:
    """The data of a card's button; in a `window` it opens none. Raises ValueError when its ids do not fit."""
    ids = {**carry(school, button.record, button.version, button.payload), "verb": button.verb}
    return {**_packed(ids), THEIRS: {"type": "task/fetch"}} if button.dialog and not window else _packed(ids)


def of_form(form: Form, school: str, nonce: str, asked: Sequence[str]) -> Json:
    """The data of a form's Send. `asked` are the ids of its inputs. Raises ValueError when they do not fit."""
    return _packed(_of_form(form, school, nonce, asked, form.payload, form.verb))


def of_form_button(button: FormButton, form: Form, school: str, nonce: str, asked: Sequence[str]) -> Json:
    """The data of a button inside a form: the form's own, with the button's payload laid over."""
    payload = {**form.payload, **button.payload}
    return _packed({**_of_form(form, school, nonce, asked, payload, button.verb), "f": 1})


def came(verb: str, data: Mapping[str, Any]) -> Came:
    """A press or a sent form, from an action's data. `verb` is the one that came beside it, or "". Raises Foreign
    for what Exeat never wrote.
    """
    carried = data.get(OURS) if isinstance(data, Mapping) else None
    if not isinstance(carried, dict):
        raise Foreign("nothing of Exeat's")
    own, nonce = carried.get("verb"), carried.get("n", "")
    if not isinstance(own, str) or (verb and verb != own):
        raise Foreign("another verb")
    again, dialog = carried.get("f") == 1, carried.get("d") == 1
    if not isinstance(nonce, str) or len(nonce) > TEAMS.nonce or ((again or dialog) and not nonce):
        raise Foreign("a form without its nonce")
    return Came(replace(brought_back(own, carried), again=again), nonce, dialog)


def asked(data: Mapping[str, Any]) -> list[str]:
    """The ids of the inputs that the form had. Raises ValueError for what no form has."""
    carried = data.get(OURS)
    ids = carried.get(ASKED, []) if isinstance(carried, dict) else []
    if not isinstance(ids, list) or not all(isinstance(id, str) for id in ids):
        raise ValueError("not the inputs of a form")
    return ids


def _of_form(
    form: Form, school: str, nonce: str, asked: Sequence[str], payload: Mapping[str, str], verb: str
) -> dict[str, Any]:
    ids = {**carry(school, form.record, form.version, payload), "verb": verb, "n": nonce, ASKED: list(asked)}
    return {**ids, "d": 1} if form.dialog else ids


def _packed(ids: dict[str, Any]) -> Json:
    size = len(orjson.dumps(ids))
    if size > TEAMS.payload:
        raise ValueError(f"a payload of {size} bytes where a card may carry {TEAMS.payload}")
    return {OURS: ids}
