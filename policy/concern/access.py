"""That somebody has asked for what is kept about them, and which concerns that touches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from policy.concern.about import names_of
from policy.concern.meant import means, might_mean
from policy.concern.record import Concern
from policy.people import Person, Role, Roster
from policy.record import Plain
from policy.refused import Unusable

MAY_ASK = (Role.DPO, Role.HEADTEACHER, Role.ADMIN)
"""The roles that answer requests for data."""


@dataclass(frozen=True, slots=True)
class Access(Plain):
    """A request for data, until it has been held against every concern; then it goes.

    `who` is the name of whoever asks, chosen or typed, and `names` is everything by which they are known, if they
    were chosen by their account. `by` noted it, at `noted_at` (UTC); it was `received` on a local date, and `due` is
    the last day (local) for the answer.
    """

    id: str
    school: str
    by: str
    noted_at: datetime
    who: str
    names: tuple[str, ...]
    received: date
    due: date
    rev: int = 0

    KIND: ClassVar[str] = "access_request"
    HIDDEN: ClassVar[bool] = True

    @property
    def state(self) -> str:
        return "noted"

    @property
    def owner(self) -> str:
        return self.by

    @property
    def next_due(self) -> datetime | None:
        return self.noted_at


def whose(picked: Person | None, typed: str, roster: Roster) -> tuple[str, tuple[str, ...]]:
    """The name of whoever asks, and everything by which they are known. Raises Unusable when nobody is named."""
    if picked is None and not typed:
        raise Unusable({"name": "Please choose who asks, or write their name."})
    names = names_of(picked, roster) if picked is not None else ()
    return typed or (picked.name if picked is not None else ""), tuple(sorted(names))


def touches(request: Access, concern: Concern, reporter: Person | None) -> bool:
    """Whether a concern may name whoever asks: as who raised it, as who it is about, or among what was written."""
    known = frozenset(request.names)
    if concern.by in known or not known.isdisjoint(concern.excluded):
        return True
    account = concern.account
    if any(might_mean(said, request.who) for said in (*concern.named, account.who, account.affected)):
        return True
    if means(f"{account.what} {account.where}", request.who):
        return True
    hidden = any(might_mean(request.who, name) for name in concern.excluded if "@" in name and ":" not in name)
    return not known and (hidden or (reporter is not None and might_mean(request.who, reporter.name)))


def others(request: Access, people: Sequence[Person], roster: Roster) -> list[Person]:
    """Those of the people who do not ask themselves. Where only a name was typed, whoever might be meant by it is
    left out as well, unless nobody else is left.
    """
    if request.names:
        return [each for each in people if names_of(each, roster).isdisjoint(request.names)]
    apart = [each for each in people if not might_mean(request.who, each.name)]
    return apart or [each for each in people if not means(request.who, each.name)]
