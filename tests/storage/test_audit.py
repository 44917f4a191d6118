"""The audit chain: any change to any row is noticed and named, also in an exported file."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.record import Ref
from storage.audit import START, export, link, verify, verify_file
from storage.codec import build, plain
from storage.rows import AuditEntry, AuditRow
from tests.storage.contract import NOW, SCHOOL


def chain(last: AuditRow | None, school: str, entry: AuditEntry) -> AuditRow:
    """The entry in its place after the row given."""
    return build(AuditRow, link(plain(last) if last else None, school, plain(entry)))


def rows(count: int, school: str = SCHOOL) -> list[AuditRow]:
    """A sound chain."""
    made: list[AuditRow] = []
    for number in range(count):
        entry = AuditEntry(
            NOW + timedelta(minutes=number), f"person{number}", "wrote", Ref("note", "N-1"), number, "open"
        )
        made.append(chain(made[-1] if made else None, school, entry))
    return made


async def stream(made: list[AuditRow]) -> AsyncIterator[AuditRow]:
    for row in made:
        yield row


CHANGES: list[dict[str, Any]] = [
    {"person": "somebody"},
    {"verb": "read"},
    {"at": NOW - timedelta(microseconds=1)},
    {"record": None},
    {"record": Ref("note", "N-2")},
    {"version": 99},
    {"state": "shut"},
    {"fingerprint": "f"},
    {"authority": "deputy"},
]


def test_a_sound_chain() -> None:
    made = rows(5)
    verdict = verify(made)
    assert (verdict.sound, verdict.rows, verdict.head, verdict.broken) == (True, 5, made[-1].hash, None)
    assert made[0].previous == START
    assert verify([]).sound


@given(st.integers(0, 9), st.sampled_from(CHANGES))
def test_a_changed_row_is_named(place: int, change: dict[str, Any]) -> None:
    made = rows(10)
    made[place] = replace(made[place], entry=replace(made[place].entry, **change))
    verdict = verify(made)
    assert (verdict.broken, verdict.rows) == (place + 1, place)
    assert verdict.why == "its content is not what was written"


@given(st.integers(0, 8))
def test_a_changed_row_with_its_hash_made_anew_breaks_the_next(place: int) -> None:
    made = rows(10)
    forged = chain(made[place - 1] if place else None, SCHOOL, replace(made[place].entry, person="somebody"))
    made[place] = forged
    assert verify(made).broken == place + 2


@given(st.integers(0, 8))
def test_a_row_taken_out_or_put_twice_or_swapped(place: int) -> None:
    made = rows(10)
    assert verify(made[:place] + made[place + 1 :]).broken == place + 1
    assert verify([*made[: place + 1], *made[place:]]).broken == place + 2
    made[place], made[place + 1] = made[place + 1], made[place]
    assert verify(made).broken == place + 1


def test_a_row_of_another_school() -> None:
    made = rows(3)
    other = chain(made[-1], "hill", made[-1].entry)
    assert verify([*made, other]).broken == 4


def test_rows_cut_off_the_end_show_in_the_count_and_the_head() -> None:
    made = rows(3)
    assert verify(made[:2]) != verify(made)
    assert verify(made[:2]).sound


async def test_an_export_can_be_checked_offline(tmp_path: Path) -> None:
    path, made = tmp_path / "audit.jsonl", rows(20)
    assert await export(stream(made), path) == 20
    assert path.stat().st_mode & 0o777 == 0o600
    assert verify_file(path) == verify(made)


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [(b'"person":"person7"', b'"person":"person8"', 8), (b'"seq":7', b'"seq":70', 7), (b'"seq":4', b'"seq:4', 4)],
)
async def test_a_changed_export_names_the_row(tmp_path: Path, old: bytes, new: bytes, broken: int) -> None:
    path = tmp_path / "audit.jsonl"
    await export(stream(rows(9)), path)
    path.write_bytes(path.read_bytes().replace(old, new))
    verdict = verify_file(path)
    assert (verdict.broken, verdict.rows) == (broken, broken - 1)
    assert verdict.why
