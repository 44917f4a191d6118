"""What a button or form carries and brings back, on any platform: small ids only, never believed but looked up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from policy.record import Ref

LONGEST = 3_000
"""How many bytes all the ids of a payload may have together, as JSON: room for a command's text of 500 characters."""


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


def carry(school: str, record: Ref | None, version: int, payload: Mapping[str, str]) -> dict[str, Any]:
    """The ids as JSON, in few characters: platforms allow little room."""
    carried: dict[str, Any] = {"s": school, "v": version}
    if record is not None:
        carried |= {"k": record.kind, "i": record.id}
    if payload:
        carried["p"] = dict(payload)
    return carried


def brought_back(verb: str, carried: Mapping[str, Any]) -> Carried:
    """What `carry` packed. Raises Foreign for what it never did."""
    school, kind, id, version = (carried.get(name) for name in "skiv")
    if not (verb and isinstance(school, str) and school and type(version) is int):
        raise Foreign("a verb, a school or a version is missing")
    record = Ref(kind, id) if isinstance(kind, str) and isinstance(id, str) else None
    payload = strings(carried.get("p"))
    if len(orjson.dumps([verb, school, str(record), payload])) > LONGEST:
        raise Foreign("more than Exeat ever writes")
    return Carried(verb, school, record, version, payload)


def strings(value: object) -> dict[str, str]:
    """The text in an object, by name; whatever else is in it is left out."""
    if not isinstance(value, dict):
        return {}
    return {str(name): part for name, part in value.items() if isinstance(part, str)}
