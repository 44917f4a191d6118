"""Filling in inputs as a person does: a plain value to what the client sends, with the client's own checks."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

from tests.fakes.teams.people import User
from tests.fakes.teams.shown import Typed, inputs, value_of
from tests.fakes.teams.wire import Json

Value = str | bool | int | date | time | Sequence[str] | None


def find(card: Json, key: str) -> Json:
    """The one input that goes by `key`: its label, or else its id.

    Raises:
        LookupError: none or more than one does; names what there is.
    """
    every = inputs(card)
    found = [each for each in every if each.get("label") == key] or [each for each in every if each["id"] == key]
    if len(found) != 1:
        raise LookupError(f"{len(found)} fields go by {key!r} among {[(e.get('label'), e['id']) for e in every]}")
    return found[0]


def typed_value(part: Json, value: Value, people: Iterable[User]) -> str | None:
    """What the input holds once `value` is put in.

    Raises:
        LookupError: an option or a person that is not there. ValueError: not what such an input takes.
    """
    if value is None or value == "":
        return None
    match part["type"]:
        case "Input.Toggle":
            return str(part.get("valueOn", "true") if value is True else part.get("valueOff", "false"))
        case "Input.ChoiceSet" if "choices.data" in part:
            return _person(str(value), people)
        case "Input.ChoiceSet":
            several = (
                [value] if isinstance(value, str) else list(value) if isinstance(value, Sequence) else [str(value)]
            )
            return ",".join(_option(part, each) for each in several)
        case "Input.Date":
            day = value.date() if isinstance(value, datetime) else value
            return (day if isinstance(day, date) else date.fromisoformat(str(day))).isoformat()
        case "Input.Time":
            return (value if isinstance(value, time) else time.fromisoformat(str(value))).strftime("%H:%M")
        case "Input.Number":
            return str(float(str(value))).removesuffix(".0")
        case _:
            return str(value)


def _option(part: Json, value: str) -> str:
    choices = part.get("choices", [])
    for choice in choices:
        if value in (choice["title"], choice["value"]):
            return str(choice["value"])
    raise LookupError(f"no option {value!r}; there are {[choice['title'] for choice in choices]}")


def _person(value: str, people: Iterable[User]) -> str:
    every = list(people)
    for user in every:
        if value in (user.display, user.name, user.object_id, user.email):
            return user.object_id
    raise LookupError(f"nobody is called {value!r}; there are {[user.display for user in every]}")


def refused_by_client(card: Json, typed: Typed) -> dict[str, str]:
    """What the Teams client refuses before anything is sent: label -> the complaint."""
    complaints: dict[str, str] = {}
    for part in inputs(card):
        complaint = _complaint(part, value_of(part, typed))
        if complaint:
            complaints[str(part.get("label") or part["id"])] = complaint
    return complaints


def _complaint(part: Json, held: str | None) -> str:
    words = str(part.get("errorMessage") or "This is not valid.")
    if part["type"] == "Input.Toggle":
        return words if part.get("isRequired") and held != part.get("valueOn", "true") else ""
    if not held:
        return words if part.get("isRequired") else ""
    if part["type"] == "Input.Text":
        if len(held) > part.get("maxLength", len(held)):
            return f"No more than {part['maxLength']} characters can be typed."
        return words if part.get("regex") and not re.search(part["regex"], held) else ""
    if part["type"] in {"Input.Date", "Input.Time"}:
        low, high = part.get("min") or held, part.get("max") or held
        return "" if low <= held <= high else words
    if part["type"] == "Input.Number":
        low, high = part.get("min", float(held)), part.get("max", float(held))
        return "" if low <= float(held) <= high else words
    return ""


def sent(card: Json, typed: Typed) -> dict[str, str]:
    """What goes with the button's data: an empty box is "", a choice not made is left out."""
    values: dict[str, str] = {}
    for part in inputs(card):
        held = value_of(part, typed)
        if held is not None:
            values[part["id"]] = held
        elif part["type"] != "Input.ChoiceSet":
            values[part["id"]] = ""
    return values


def merged(data: Mapping[str, object], values: Mapping[str, str]) -> Json:
    """The button's data with what was typed beside it; the inputs win, as in the client."""
    return {**data, **values}
