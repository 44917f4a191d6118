"""Taking somebody's names out of records that stay: out of whatever was typed, and out of nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from secrets import token_hex
from typing import Any, TypeVar, cast

from policy.joined import Subject
from policy.masking import Names, places_of
from policy.people import Person
from policy.record import Record
from policy.school import School

R = TypeVar("R", bound=Record)

TAKEN_OUT = "[name taken out]"

LEFT_ALONE = frozenset({"id", "school", "rev", "salt", "fingerprint", "authority"})
"""Fields in which nobody types anything."""


class Unnaming:
    """Takes one person's names, addresses and member ids out of records.

    A name that somebody else has too is theirs as well, and stays; so do words of the school's own name and accounts.
    """

    def __init__(self, subject: Subject, others: Iterable[Person], school: School) -> None:
        members = [each.id for each in _identities(subject) if each.platform == "slack"]
        elsewhere = [account.name for each in others for account in each.accounts]
        plain = (school.name, *(account.name for account in school.accounts), *elsewhere)
        self._names, self._emails = Names((*subject.names, *members), plain), subject.emails
        self._ids = subject.ids
        self._slugs = frozenset(account.id for account in school.accounts)

    def record(self, record: R) -> R:
        """The record without their names: itself where there are none. What was fingerprinted gets a new salt, so
        that what was taken out cannot be guessed by its old fingerprint.
        """
        changed = self._without(record)
        if changed == record:
            return record
        return replace(changed, salt=token_hex(16)) if hasattr(record, "salt") else cast(R, changed)

    def text(self, said: str) -> str:
        """The text without their names."""
        parts, at = list[str](), 0
        for start, end in places_of(said, self._names, self._emails):
            parts += [said[at:start], TAKEN_OUT]
            at = end
        return "".join((*parts, said[at:]))

    def concerns(self, record: Record) -> bool:
        """Whether they have a part in the record, by id or by name."""
        return any(each in self._ids for each in _texts(record)) or self.record(record) is not record

    def _without(self, part: Any) -> Any:
        match part:
            case Enum():
                return part
            case str():
                return part if part in self._ids or part in self._slugs else self.text(part)
            case tuple():
                return tuple(self._without(each) for each in part)
        if not is_dataclass(part) or isinstance(part, type):
            return part
        typed = (each.name for each in fields(part) if each.init and each.name not in LEFT_ALONE)
        found = {name: getattr(part, name) for name in typed}
        changed = {name: self._without(value) for name, value in found.items()}
        return part if changed == found else replace(part, **changed)


def _identities(subject: Subject) -> Iterator[Any]:
    return (account.identity for each in subject.people for account in each.accounts)


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif is_dataclass(part) and not isinstance(part, type):
        for each in fields(part):
            yield from _texts(getattr(part, each.name))
    elif isinstance(part, Sequence):
        for each in part:
            yield from _texts(each)
