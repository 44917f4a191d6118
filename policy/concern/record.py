"""A safeguarding concern: what was raised, who was told, and who may read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from policy.concern.about import About, Risk, Row
from policy.record import Plain, Upgrade
from policy.school import Concerns


class State(StrEnum):
    """Where a concern stands."""

    SENT = "sent"
    """Nobody has acknowledged it yet."""
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


LIVE = (State.SENT, State.ACKNOWLEDGED)
"""The states in which something is still to be done."""


class Climb(StrEnum):
    """How far a climb has come that nobody has stopped by acknowledging."""

    CHAT = "chat"
    """Alerts go out in the chat, rung after rung."""
    MAILED = "mailed"
    """All of the ladder has been told in the chat, and then by e-mail."""
    UNSEEN = "unseen"
    """Whoever raised it has been told whom to ring; it begins again in the morning."""


class Contacted(StrEnum):
    """Whether the local authority's designated officer was contacted."""

    YES = "yes"
    NOT_NEEDED = "not_needed"
    NOT_YET = "not_yet"


class Ending(StrEnum):
    """What a concern came to."""

    ACTED = "acted"
    REFERRED = "referred"
    LOW_LEVEL = "low_level"
    """It falls below the threshold of harm: recorded, with the reason."""
    NOTHING_FURTHER = "nothing_further"


@dataclass(frozen=True, slots=True)
class Report:
    """What whoever raised it said. `urgent`: somebody is in danger now. `who` is a name they typed or chose.

    `contact` says whether they wish to be spoken to, and how. Nothing but that and `urgent` in a concern that is only
    an alert.
    """

    urgent: bool = False
    contact: str = ""
    who: str = ""
    what: str = ""
    where: str = ""
    affected: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has seen that there is a concern and takes it up. `lead`: as the DSL, or one of their deputies."""

    by: str
    at: datetime
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Lado:
    """What became of the question whether the LADO was contacted; `contacted_at` is when, if they were."""

    contacted: Contacted
    by: str
    at: datetime
    contacted_at: datetime | None = None

    @property
    def settled(self) -> bool:
        """Whether the question has had its answer."""
        return self.contacted is not Contacted.NOT_YET


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended."""

    ending: Ending
    by: str
    at: datetime


def _named_by_several(body: dict[str, Any]) -> dict[str, Any]:
    """A name is one of several. The row is left to be worked out, once, when the concern next climbs."""
    return body | {"named": [body["named"]] if body["named"] else []}


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody has said that it must stay, whatever its time: a legal hold, which nobody else hears of."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Concern(Plain):
    """A concern. `by` raised it, and stays its author whatever becomes of them.

    `excluded` are all the names of those it is, or might be, about. `told` are those whom the ladder has reached, and
    `readers` those and whoever was added by name. `manager` manages the case, "" until somebody does. `climbed` are
    those alerted in the climb that is under way, `stepped` the moment of its last step and `latest` those whom that
    step went to; `failed`: it cannot reach them, so that the next is due. `calls`: it has been taken up, and climbs
    again until somebody who acts on it looks. `pressed` is when they were last reminded, and `looked` when it was
    last seen that anybody is left. `mornings` counts how often the climb has come to its end. `named` are the names
    that were typed for whom it is about, or that their accounts go by: whoever is met later may turn out to be meant.
    `spared` are the names of those who might have been meant, of whom whoever raised it said that it is not them.
    `row` are the roles that it goes to, rung by rung, whatever becomes of those who hold them.
    """

    id: str
    school: str
    by: str
    raised_at: datetime
    about: About
    risk: Risk
    mode: Concerns
    report: Report
    excluded: tuple[str, ...]
    named: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    row: Row = ()
    manager: str = ""
    told: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    status: State = State.SENT
    climb: Climb = Climb.CHAT
    climbed: tuple[str, ...] = ()
    stepped: datetime | None = None
    latest: tuple[str, ...] = ()
    mornings: int = 0
    failed: bool = False
    calls: bool = False
    acknowledged: tuple[Acknowledgement, ...] = ()
    lado: Lado | None = None
    pressed: datetime | None = None
    looked: datetime | None = None
    referred: tuple[str, ...] = ()
    outcome: Outcome | None = None
    held: Held | None = None
    next_due: datetime | None = None
    rev: int = 0

    KIND: ClassVar[str] = "concern"
    SCHEMA: ClassVar[int] = 2
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {1: _named_by_several}
    HIDDEN: ClassVar[bool] = True

    @property
    def state(self) -> str:
        return self.status.value

    @property
    def owner(self) -> str:
        return self.manager

    @property
    def keys(self) -> tuple[str, ...]:
        calling = self.readers if self.calls else ()
        return (*(reader_key(each) for each in self.readers), *(calls_key(each) for each in calling))

    @property
    def live(self) -> bool:
        """Whether something is still to be done."""
        return self.status in LIVE

    @property
    def written(self) -> bool:
        """Whether what was said is kept, and not only that there is a concern."""
        return self.mode is Concerns.RECORD

    @property
    def climbs(self) -> bool:
        """Whether alerts go from one person to the next until somebody sees to it."""
        return self.status is State.SENT or self.calls

    @property
    def waits(self) -> bool:
        """Whether it waits for somebody to open it."""
        return self.climbs or self.asks_lado

    @property
    def asks_lado(self) -> bool:
        """Whether the question about the LADO waits for its answer."""
        return self.live and self.risk.may_be and not (self.lado is not None and self.lado.settled)

    @property
    def added(self) -> tuple[str, ...]:
        """Those who were added by name: the ladder has not reached them."""
        return tuple(each for each in self.readers if each not in self.told)

    def has_acknowledged(self, ids: tuple[str, ...]) -> bool:
        """Whether somebody of these ids has."""
        return any(each.by in ids for each in self.acknowledged)


def reader_key(person: str) -> str:
    """The key by which the concerns are found that somebody may read."""
    return f"reader:{person}"


def calls_key(person: str) -> str:
    """The key by which the concerns are found that somebody may read, and that call for somebody who acts on them."""
    return f"calls:{person}"
