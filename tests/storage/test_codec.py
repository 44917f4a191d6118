"""Records as JSON and back: every shape a record may have, older schemas, and what cannot be kept."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.record import Upgrade
from storage.codec import TooNew, decode, encode, moment
from storage.contract import Damaged, Unavailable
from tests.storage.note import Note


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    by: Person
    tag: Literal["asked"] = "asked"


@dataclass(frozen=True, slots=True)
class Answered:
    by: Person
    at: datetime
    tag: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True)
class Everything:
    """A record with one of everything."""

    id: str
    school: str
    colours: tuple[Colour, ...]
    steps: tuple[Asked | Answered, ...]
    pairs: tuple[tuple[str, int], ...]
    names: frozenset[str]
    counts: dict[str, int]
    day: date | None
    price: Decimal
    share: float
    at: datetime
    rev: int = 0
    state: str = "open"
    owner: str = ""
    version: int = 1
    next_due: datetime | None = None
    keys: tuple[str, ...] = ()

    KIND: ClassVar[str] = "everything"
    PREFIX: ClassVar[str] = "E"
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}


texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)).flatmap(
    lambda naive: st.integers(-14, 14).map(lambda hours: naive.replace(tzinfo=timezone(timedelta(hours=hours))))
)
people = st.builds(Person, texts, st.none() | st.integers(-(2**53), 2**53))
everything = st.builds(
    Everything,
    id=texts,
    school=st.just("harbour"),
    colours=st.lists(st.sampled_from(Colour)).map(tuple),
    steps=st.lists(st.builds(Asked, people) | st.builds(Answered, people, moments)).map(tuple),
    pairs=st.lists(st.tuples(texts, st.integers(-9, 9))).map(tuple),
    names=st.frozensets(texts),
    counts=st.dictionaries(texts, st.integers(0, 99)),
    day=st.none() | st.dates(),
    price=st.decimals(allow_nan=False, allow_infinity=False),
    share=st.floats(allow_nan=False, allow_infinity=False),
    at=moments,
    next_due=st.none() | moments,
    keys=st.lists(texts).map(tuple),
)


@given(everything, st.integers(1, 1000))
def test_what_comes_back_is_what_was_kept(record: Everything, rev: int) -> None:
    back = decode(Everything, encode(record, rev))
    assert back == replace(record, rev=rev)
    assert back.at.utcoffset() == timedelta(0)
    assert [type(step) for step in back.steps] == [type(step) for step in record.steps]


@given(moments, moments)
def test_moments_sort_as_their_text(one: datetime, other: datetime) -> None:
    assert (one < other) == (moment(one) < moment(other))


def test_the_envelope_says_what_the_record_is_found_by() -> None:
    due = datetime(2027, 1, 4, 10, tzinfo=timezone(timedelta(hours=1)))
    envelope = encode(Note("N-1", next_due=due, keys=("account:page",)), 4)
    del envelope["body"]
    assert envelope == {
        "kind": "note",
        "id": "N-1",
        "school": "harbour",
        "rev": 4,
        "version": 1,
        "state": "open",
        "owner": "ann",
        "next_due": "2027-01-04T09:00:00.000000+00:00",
        "keys": ["account:page"],
        "schema": 1,
    }


def _named(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "text"} | {"title": body["text"]}


def _loud(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"title": body["title"].upper()}


@dataclass(frozen=True, slots=True)
class NoteToday:
    """The note as a later Exeat has it: `text` became `title` (2), then capital letters (3)."""

    id: str
    school: str
    title: str
    state: str
    owner: str
    next_due: datetime | None
    keys: tuple[str, ...]
    rev: int
    version: int

    KIND: ClassVar[str] = "note"
    PREFIX: ClassVar[str] = "N"
    SCHEMA: ClassVar[int] = 3
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {1: _named, 2: _loud}


def test_an_older_schema_is_upgraded_step_by_step() -> None:
    envelope = encode(Note("N-1", text="boats"), 7)
    before = dict(envelope)
    today = decode(NoteToday, envelope)
    assert (today.title, today.rev) == ("BOATS", 7)
    assert envelope == before


def test_a_newer_schema_is_refused_in_clear_words() -> None:
    envelope = encode(decode(NoteToday, encode(Note("N-1"), 1)), 2)
    with pytest.raises(TooNew, match=r"N-1 was written by a newer Exeat \(schema 3; this one knows 1\)") as caught:
        decode(Note, envelope)
    assert isinstance(caught.value, Unavailable)


def test_a_missing_upgrade_names_the_step() -> None:
    class Gap(NoteToday):
        UPGRADES: ClassVar[Mapping[int, Upgrade]] = {2: _loud}

    with pytest.raises(Damaged, match="no upgrade from schema 1"):
        decode(Gap, encode(Note("N-1"), 1))


def test_a_body_that_does_not_fit_names_the_record() -> None:
    envelope = encode(Note("N-1"), 1)
    with pytest.raises(Damaged, match="note N-1 does not read as a Note"):
        decode(Note, envelope | {"body": envelope["body"].replace('"ann"', "3")})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"next_due": datetime(2027, 1, 4)}, "no time zone"),
        ({"text": 3}, "Note: text: string_type"),
        ({"keys": "ab"}, "Note: keys: tuple_type"),
        ({"text": object()}, "cannot hold object"),
        ({"text": b"bytes"}, "cannot hold bytes"),
    ],
)
def test_what_could_not_be_read_back_is_not_kept(changes: dict[str, object], error: str) -> None:
    with pytest.raises((ValueError, TypeError), match=error):
        encode(Note("N-1").but(**changes), 1)


def test_an_error_quotes_nothing_of_what_a_person_wrote() -> None:
    envelope = encode(Note("N-1", text="the secret"), 1)
    spoilt = envelope | {"body": envelope["body"].replace('"rev":1', '"rev":"the secret"')}
    with pytest.raises(Damaged, match="rev: int_type") as caught:
        decode(Note, spoilt)
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_utc_is_what_is_kept() -> None:
    assert moment(datetime(2027, 7, 1, 12, tzinfo=UTC)) == "2027-07-01T12:00:00.000000+00:00"
