"""How a frozen dataclass becomes JSON and comes back, whatever it holds, also from an older schema."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from policy.record import Record
from storage.contract import Damaged, Unavailable

T = TypeVar("T")
R = TypeVar("R", bound=Record)
Doc = dict[str, Any]
"""A JSON object: only dicts with string keys, lists, strings, numbers, booleans and None."""
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}
_FIELDS: dict[type[Any], tuple[str, ...]] = {}


class TooNew(Unavailable):
    """The record was written by a newer Exeat than this one."""


def moment(at: datetime) -> str:
    """The moment as UTC ISO text of fixed width, which sorts as the moments do. Raises ValueError if naive."""
    if at.utcoffset() is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def plain(value: object) -> Any:
    """The value as JSON can hold it. Raises TypeError for what has no such form, ValueError for a naive time."""
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return moment(value)
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Mapping():
            return {_name(key): plain(item) for key, item in value.items()}
        case tuple() | list():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted(plain(item) for item in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {name: plain(getattr(value, name)) for name in _fields(type(value))}
    raise TypeError(f"a record cannot hold {type(value).__name__}")


def build(cls: type[T], doc: Doc) -> T:
    """The dataclass from what `plain` made of it. Raises ValueError, which names fields but quotes none."""
    return _read(cls, orjson.dumps(doc))


def checked(value: T) -> T:
    """The dataclass as it will come back. Raises TypeError or ValueError when it would not."""
    return build(type(value), plain(value))


def encode(record: Record, rev: int) -> Doc:
    """The envelope that is stored, under the revision given: what it is found by, and its body as JSON text.

    The body stays text until it is asked for, so that a store of many records starts quickly and is small.
    Raises TypeError or ValueError when the record could not be read back as it is.
    """
    body = orjson.dumps(plain(record) | {"rev": rev}).decode()
    _read(type(record), body)
    return {
        "kind": record.KIND,
        "id": record.id,
        "school": record.school,
        "rev": rev,
        "version": record.version,
        "state": plain(record.state),
        "owner": record.owner,
        "next_due": None if record.next_due is None else moment(record.next_due),
        "keys": list(record.keys),
        "schema": record.SCHEMA,
        "body": body,
    }


def decode(kind: type[R], doc: Doc) -> R:
    """The record in the envelope, brought up to the schema of today.

    Raises TooNew for a schema that this Exeat does not know yet, Damaged for a body that does not fit.
    """
    name, schema, body = f"{doc['kind']} {doc['id']}", doc["schema"], doc["body"]
    if schema > kind.SCHEMA:
        raise TooNew(
            f"{name} was written by a newer Exeat (schema {schema}; this one knows {kind.SCHEMA}). "
            "Install the newer Exeat again, or restore a backup from before the update."
        )
    try:
        if schema < kind.SCHEMA:
            return build(kind, upgrade(kind, orjson.loads(body), schema))
        return _read(kind, body)
    except ValueError as error:
        raise Damaged(f"{name} does not read as a {kind.__name__}: {error}") from error


def upgrade(kind: type[Record], body: Doc, schema: int) -> Doc:
    """The body brought from the schema given to the kind's own. Raises ValueError when a step is missing."""
    for step in range(schema, kind.SCHEMA):
        if step not in kind.UPGRADES:
            raise ValueError(f"{kind.__name__} has no upgrade from schema {step}")
        body = kind.UPGRADES[step](body)
    return body


def _read(cls: type[T], text: str | bytes) -> T:
    if cls not in _ADAPTERS:
        _ADAPTERS[cls] = TypeAdapter(cls)
    try:
        built: T = _ADAPTERS[cls].validate_json(text, strict=True)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False, include_context=False)
        places = [".".join(map(str, one["loc"])) + ": " + one["type"] for one in wrong]
        raise ValueError(f"{cls.__name__}: {', '.join(places)}") from None
    return built


def _fields(cls: type[Any]) -> tuple[str, ...]:
    if cls not in _FIELDS:
        _FIELDS[cls] = tuple(field.name for field in fields(cls))
    return _FIELDS[cls]


def _name(key: object) -> str:
    if isinstance(key, Enum):
        key = key.value
    if not isinstance(key, str):
        raise TypeError(f"a mapping's names are text, not {type(key).__name__}")
    return key
