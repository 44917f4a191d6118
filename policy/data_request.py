"""That somebody has asked for what is kept about them, and which concerns that may touch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from policy.calendar import Calendar
from policy.concern.about import names_of
from policy.concern.entry import Act, ConcernEntry
from policy.concern.meant import has_word, name_words
from policy.concern.record import Concern
from policy.people import Person, Role, Roster, same_person
from policy.record import Plain, Record
from policy.refused import Unusable, WrongState
from policy.retention import Kept, Retention, months_after

MAY_ASK = (Role.DPO, Role.HEADTEACHER, Role.ADMIN)
"""The roles that answer requests for data."""

OPEN, ANSWERED = "open", "answered"

KEPT_FOR = 1
"""How many months a request is kept after the day on which its answer is due."""

WRITTEN = frozenset({Act.NOTE, Act.ADDED, Act.REFERRED, Act.LADO, Act.CLOSED, Act.HELD})
"""The entries of a log in which somebody wrote something."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks. `name` was chosen or typed; `names` is everything by which they are known, and `called` what
    their accounts go by, or what was typed.
    """

    name: str
    names: tuple[str, ...]
    called: tuple[str, ...]

    @property
    def words(self) -> frozenset[str]:
        """The words by which they may be named."""
        return frozenset[str]().union(*(name_words(name) for name in self.called))


@dataclass(frozen=True, slots=True)
class Answer:
    """That somebody has said that the request is answered, and when (UTC)."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DataRequest(Plain):
    """A request for data, until a month after its answer is due. It says nothing of what it touches.

    `by` noted it, at `noted_at` (UTC); it was `received` on a local date, and `due` is the last day (local) for the
    answer. `told` are those who are asked to look at it, by id, and `missed` those of them whom that never reached.
    """

    id: str
    school: str
    by: str
    noted_at: datetime
    asker: Asker
    received: date
    due: date
    told: tuple[str, ...]
    answered: Answer | None = None
    missed: tuple[str, ...] = ()
    rev: int = 0

    KIND: ClassVar[str] = "data_request"
    HIDDEN: ClassVar[bool] = True

    @property
    def state(self) -> str:
        return OPEN if self.answered is None else ANSWERED

    @property
    def owner(self) -> str:
        return self.by


def asker(picked: Person | None, typed: str, roster: Roster) -> Asker:
    """Whoever asks, chosen by their account or typed. Raises Unusable unless it is one of the two, and when what was
    typed has no word of two letters.
    """
    if picked is not None and typed:
        raise Unusable({"name": "Please choose who asks, or write their name, but not both."})
    if picked is not None:
        called = tuple(dict.fromkeys(account.name for account in picked.accounts if account.name))
        return Asker(picked.name, tuple(sorted(names_of(picked, roster))), called)
    if not typed:
        raise Unusable({"name": "Please choose who asks, or write their name."})
    if not name_words(typed):
        raise Unusable({"name": "Please write more of the name: at least one word of two letters."})
    return Asker(typed, (), (typed,))


def asks(holder: Person, picked: Person | None, typed: str) -> bool:
    """Whether it is the holder of a role who asks: by an account that is known to be theirs, or by all of a name
    that one of theirs goes by.
    """
    if picked is not None:
        return same_person(holder, picked)
    return any(name_words(account.name) == name_words(typed) for account in holder.accounts)


def falls_away(due: date, calendar: Calendar) -> datetime:
    """The moment (UTC) at which a request is kept no longer whose answer is due on that day (local)."""
    return calendar.at(months_after(due, KEPT_FOR) + timedelta(days=1), time.min)


def request_kept(request: DataRequest, parts: Sequence[Record], retention: Retention) -> Kept:
    """Until a month after its answer is due, whether or not it was answered."""
    until = falls_away(request.due, retention.calendar)
    return Kept(request.noted_at, until, "A request is kept for a month after its answer is due.")


def answer(request: DataRequest, by: str, at: datetime) -> DataRequest:
    """It is answered. Raises WrongState when it was before."""
    if request.answered is not None:
        raise WrongState(f"{request.id} is answered already, so nothing was changed.", then="There is nothing to do.")
    return replace(request, answered=Answer(by, at))


def misses(request: DataRequest, person: str) -> DataRequest:
    """Somebody who was to be told of it cannot be. It stays as it is for anybody else, and once it is answered."""
    if person not in request.told or person in request.missed or request.answered is not None:
        return request
    return replace(request, missed=(*request.missed, person))


def is_in(request: DataRequest, concern: Concern) -> bool:
    """Whether whoever asks raised it, or might be whom it is about, by an account."""
    return concern.by in request.asker.names or not set(request.asker.names).isdisjoint(concern.excluded)


def names(request: DataRequest, concern: Concern, reporter: Person | None) -> bool:
    """Whether any word of a name of whoever asks stands in the concern: in what was written, among those it is
    about, or in the name of whoever raised it. Namesakes are among them.
    """
    return any(has_word(said, request.asker.words) for said in _said(concern, reporter))


def is_named_in(request: DataRequest, entry: ConcernEntry) -> bool:
    """Whether any word of a name of whoever asks stands in what somebody wrote into the log of a concern."""
    return entry.act in WRITTEN and has_word(entry.text, request.asker.words)


def _said(concern: Concern, reporter: Person | None) -> Iterable[str]:
    """What stands in a concern, the short before the long."""
    report = concern.report
    yield from concern.named
    yield from (report.who, report.affected, report.contact, report.where)
    yield from (known.name for known in reporter.accounts) if reporter is not None else ()
    yield from (name.partition("@")[0] for name in concern.excluded if "@" in name and ":" not in name)
    yield report.what
