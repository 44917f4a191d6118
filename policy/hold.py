"""A legal hold: somebody has said that a record must stay as it is, until they say otherwise."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from policy.record import Plain, Ref
from policy.refused import NotFound, Unusable, WrongState

CLAUSE = "data-protection"

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Hold(Plain):
    """That a record is held, by whom and why. Its `id` is the record's kind and id, so that a record is held once.

    `by` is a person's id, or Exeat's where it was typed on the server; `at` is aware UTC.
    """

    id: str
    school: str
    reason: str
    by: str
    at: datetime
    rev: int = 0

    KIND: ClassVar[str] = "hold"

    @property
    def state(self) -> str:
        return "held"

    @property
    def owner(self) -> str:
        return self.by

    @property
    def record(self) -> Ref:
        """What is held."""
        return named(self.id)


def hold(record: Ref, school: str, reason: str, by: str, now: datetime) -> Hold:
    """A hold from now on. Raises Unusable without a reason, or with one that is too long."""
    if not reason:
        raise Unusable({"reason": "Please say why it has to stay, such as a case number. Leave out names."})
    if len(reason) > LONGEST_REASON:
        raise Unusable({"reason": f"That is too long. Please use at most {LONGEST_REASON} characters."})
    return Hold(str(record), school, reason, by, now)


def named(said: str) -> Ref:
    """The record that is meant by `kind/id`. Raises ValueError for anything else."""
    kind, slash, id = said.partition("/")
    if not (kind and slash and id):
        raise ValueError(f"not a record: {said!r}")
    return Ref(kind, id)


def held_already(kept: Hold) -> WrongState:
    """The refusal of a second hold."""
    return WrongState(
        f"{kept.record.id} is held already, so nothing was changed.",
        "One hold is enough to keep it.",
        "To give another reason, release it first.",
    )


def not_held(record: Ref) -> NotFound:
    """The refusal of a release where there is no hold."""
    return NotFound(
        f"{record.id} is not held, so nothing was changed.", then="exeat retention holds lists all holds."
    )


def stays(record: Ref) -> WrongState:
    """The refusal to delete what is held."""
    return WrongState(
        f"{record.id} is held, so it was not deleted.",
        "Somebody has said that it must stay.",
        "It can be deleted once the hold is released.",
        clause=CLAUSE,
    )
