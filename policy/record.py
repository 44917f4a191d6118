"""What every kind of record shows to the store: its name, its counters and what it can be found by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Protocol

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes a stored body of one schema number and gives the body of the next."""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A record named by its kind and id, as buttons and outbox rows carry it."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


class Record(Protocol):
    """A frozen dataclass that the store can keep.

    `rev` belongs to the store: 0 before the first commit, then one more at each. `version` belongs to
    the content: it is what a decision quotes. `next_due` is an aware UTC moment, or None when nothing
    is waited for. `keys` are small indexed strings such as `account:harbour-page`.

    A kind with `SEALED: ClassVar[bool] = True` is confidential: all of it is sealed at rest but what it is found by.
    A kind with `HIDDEN: ClassVar[bool] = True` is sealed whole, and with it every row that names it: nothing of it
    stands in the clear at rest but `next_due`.
    """

    KIND: ClassVar[str]
    PREFIX: ClassVar[str]
    SCHEMA: ClassVar[int]
    UPGRADES: ClassVar[Mapping[int, Upgrade]]

    @property
    def id(self) -> str: ...
    @property
    def school(self) -> str: ...
    @property
    def rev(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def next_due(self) -> datetime | None: ...
    @property
    def keys(self) -> tuple[str, ...]: ...


class Plain:
    """What most kinds of record say of themselves; a kind says otherwise where it differs."""

    __slots__ = ()

    PREFIX: ClassVar[str] = ""
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}

    @property
    def version(self) -> int:
        """It is not decided upon, so it has no versions."""
        return 1

    @property
    def owner(self) -> str:
        """It is nobody's."""
        return ""

    @property
    def next_due(self) -> datetime | None:
        """Nothing is waited for."""
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        """It is found by nothing else."""
        return ()


@cache
def is_sealed(kind: type[Record]) -> bool:
    """Whether records of the kind are sealed at rest."""
    return bool(getattr(kind, "SEALED", False)) or is_hidden(kind)


@cache
def is_hidden(kind: type[Record]) -> bool:
    """Whether nothing at rest shows that there are records of the kind, nor any row that names one."""
    return bool(getattr(kind, "HIDDEN", False))


def ref(record: Record) -> Ref:
    """The record's name."""
    return Ref(record.KIND, record.id)
