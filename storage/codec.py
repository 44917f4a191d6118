"""How a frozen dataclass becomes JSON and comes back, whatever it holds, also from an older schema."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from policy.record import Record, is_hidden, is_sealed
from storage.contract import Damaged, Unavailable
from storage.vault import Keyless, Vault

T = TypeVar("T")
R = TypeVar("R", bound=Record)
Doc = dict[str, Any]
"""A JSON object: only dicts with string keys, lists, strings, numbers, booleans and None."""
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


class TooNew(Unavailable):
    """The record was written by a newer Exeat than this one."""


def moment(at: datetime) -> str:
    """The moment as UTC ISO text of fixed width, which sorts as the moments do. Raises ValueError if naive."""
    if at.utcoffset() is None:
        raise ValueError(f"{at!r} has no time zone")
    return _in_utc(at if at.tzinfo is UTC else at.astimezone(UTC))


@lru_cache(maxsize=256)
def _in_utc(at: datetime) -> str:
    """A request speaks of its own moment in all that it writes."""
    return at.isoformat(timespec="microseconds")


def plain(value: object) -> Any:
    """The value as JSON can hold it. Raises TypeError for what has no such form, ValueError for a naive time."""
    return orjson.loads(_json(value))


def _json(value: object) -> bytes:
    try:
        return orjson.dumps(value, _uncommon, orjson.OPT_PASSTHROUGH_DATETIME)
    except orjson.JSONEncodeError as error:
        if error.__cause__ is not None:
            raise error.__cause__ from None
        raise TypeError(f"a record cannot hold this: {error}") from None


def _uncommon(value: object) -> Any:
    """What JSON has no form for, in one that it has."""
    match value:
        case datetime():
            return moment(value)
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(plain(item) for item in value)
    raise TypeError(f"a record cannot hold {type(value).__name__}")


def build(cls: type[T], doc: Doc) -> T:
    """The dataclass from what `plain` made of it. Raises ValueError, which names fields but quotes none."""
    return _read(cls, orjson.dumps(doc))


def checked(value: T) -> T:
    """The dataclass as it will come back. Raises TypeError or ValueError when it would not."""
    return _read(type(value), _json(value))


def kept(value: T) -> tuple[T, Doc]:
    """The dataclass as it will come back, and what is kept of it. Raises as `checked` does."""
    content = _json(value)
    return _read(type(value), content), orjson.loads(content)


def text(value: object) -> str:
    """What `plain` makes of the value, as JSON text."""
    return _json(value).decode()


def encode(record: Record, rev: int, vault: Vault | None = None) -> Doc:
    """The envelope that is stored, under the revision given: what it is found by, and its body as JSON text.

    The body stays text until it is asked for, so that a store of many records starts quickly and is small; that of
    a sealed kind stays sealed, unless the kind is hidden: then all of the envelope is sealed where it is kept. Raises
    TypeError or ValueError when the record could not be read back as it is, and Keyless when it is to be sealed and
    there is no vault.
    """
    content = {name: getattr(record, name) for name in _fields(type(record))}
    body = _json(content | {"rev": rev}).decode()
    _kept(type(record), body)
    if is_sealed(type(record)):
        sealing = _vault(vault, record.KIND)
        if not is_hidden(type(record)):
            body = sealing.seal(_name(record.school, record.KIND, record.id), body)
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


def decode(kind: type[R], doc: Doc, vault: Vault | None = None) -> R:
    """The record in the envelope, brought up to the schema of today.

    Raises TooNew for a schema that this Exeat does not know yet, Damaged for a body that does not fit, Keyless or
    WrongKey for one that is sealed and cannot be opened.
    """
    schema, body = doc["schema"], doc["body"]
    if schema > kind.SCHEMA:
        raise TooNew(
            f"{doc['kind']} {doc['id']} was written by a newer Exeat (schema {schema}; this one knows {kind.SCHEMA})."
            " Install the newer Exeat again, or restore a backup from before the update."
        )
    if is_sealed(kind):
        sealing = _vault(vault, kind.KIND)
        if not is_hidden(kind):
            body = sealing.unseal(_name(doc["school"], doc["kind"], doc["id"]), body)
    try:
        if schema < kind.SCHEMA:
            return build(kind, upgrade(kind, orjson.loads(body), schema))
        record: R = _kept(kind, body)
        return record
    except ValueError as error:
        raise Damaged(f"{doc['kind']} {doc['id']} does not read as a {kind.__name__}: {error}") from error


def upgrade(kind: type[Record], body: Doc, schema: int) -> Doc:
    """The body brought from the schema given to the kind's own. Raises ValueError when a step is missing."""
    for step in range(schema, kind.SCHEMA):
        if step not in kind.UPGRADES:
            raise ValueError(f"{kind.__name__} has no upgrade from schema {step}")
        body = kind.UPGRADES[step](body)
    return body


@cache
def _fields(kind: type[Record]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))  # type: ignore[arg-type]


def _vault(vault: Vault | None, kind: str) -> Vault:
    if vault is None:
        raise Keyless(kind)
    return vault


def _name(school: str, kind: str, id: str) -> str:
    """What a sealed body is bound to."""
    return f"{school}/{kind}/{id}"


@lru_cache(maxsize=4_096)
def _kept(cls: type[Any], body: str) -> Any:
    """`_read`, remembering what was read lately: records are frozen, so one reading serves everybody."""
    return _read(cls, body)


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
