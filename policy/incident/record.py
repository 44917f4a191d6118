"""An incident: what was reported, who leads on it, and where it stands until it is closed.

What people wrote about it stands in its chronology, to which is only ever added; what may be done to it stands in
`policy.incident.steps`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from policy.record import Plain

CLAUSE = "assess-incidents"

BREACH_CLAUSE = "report-conduct"

LONGEST_AGO = timedelta(days=3 * 366)
"""How long ago what is reported may have happened."""


class Kind(StrEnum):
    """What sort of thing happened."""

    DEFAMATORY = "defamatory"
    DISCRIMINATORY = "discriminatory"
    OFFENSIVE = "offensive"
    HARASSING = "harassing"
    BULLYING = "bullying"
    DATA = "data"
    CONFIDENTIALITY = "confidentiality"
    COPYRIGHT = "copyright"
    PERSONAL_ACCOUNT = "personal_account"
    PERSONAL_GAIN = "personal_gain"
    CONDUCT = "conduct"
    PRESS = "press"
    PICTURE = "picture"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The kind as a form and a card name it."""
        return _LABELS[self]

    @property
    def clause(self) -> str:
        """The id of the policy clause that it touches."""
        return _CLAUSES.get(self, "act-on-breaches")


_LABELS = {
    Kind.DEFAMATORY: "Defamatory",
    Kind.DISCRIMINATORY: "Discriminatory",
    Kind.OFFENSIVE: "Offensive",
    Kind.HARASSING: "Harassing",
    Kind.BULLYING: "Bullying",
    Kind.DATA: "Data protection",
    Kind.CONFIDENTIALITY: "Confidentiality",
    Kind.COPYRIGHT: "Copyright",
    Kind.PERSONAL_ACCOUNT: "A personal account that harms the school",
    Kind.PERSONAL_GAIN: "Personal gain",
    Kind.CONDUCT: "Conduct of pupils or parents",
    Kind.PRESS: "Contact by the press",
    Kind.PICTURE: "A picture taken by mistake",
    Kind.OTHER: "Something else",
}

_CLAUSES = {
    Kind.DEFAMATORY: "report-conduct",
    Kind.DISCRIMINATORY: "report-conduct",
    Kind.OFFENSIVE: "report-conduct",
    Kind.HARASSING: "report-conduct",
    Kind.BULLYING: "step-in-early",
    Kind.DATA: "data-protection",
    Kind.CONFIDENTIALITY: "confidentiality",
    Kind.COPYRIGHT: "copyright",
    Kind.PERSONAL_ACCOUNT: "no-harm-to-the-school",
    Kind.PERSONAL_GAIN: "no-personal-gain",
    Kind.CONDUCT: "families-conduct",
    Kind.PRESS: "journalists",
    Kind.PICTURE: "compromising-picture",
}

CHOSEN = tuple(kind for kind in Kind if kind not in (Kind.PRESS, Kind.PICTURE))
"""The kinds that a report may be of; the others have forms of their own."""


class State(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    ASSESSED = "assessed"
    CLOSED = "closed"


LIVE = (State.REPORTED, State.ASSESSED)
"""The states in which something is still to be done."""

WORDS: dict[State, str] = {
    State.REPORTED: "reported, and not assessed yet",
    State.ASSESSED: "assessed",
    State.CLOSED: "closed",
}
"""Each state in words, to follow "is"."""


class Severity(StrEnum):
    """How heavily an incident weighs."""

    MINOR = "minor"
    SERIOUS = "serious"
    CRITICAL = "critical"


class Personal(StrEnum):
    """Whether personal data are involved, as far as is known."""

    NO = "no"
    YES = "yes"
    UNSURE = "unsure"


class Verdict(StrEnum):
    """What was decided about a personal data breach."""

    NOT_REPORTABLE = "not_reportable"
    REPORTABLE = "reportable"
    """It has to be reported to the ICO and has not been yet, so the clock goes on."""
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Report:
    """What whoever reported it said. Times are aware UTC; `about` is a person's id, "" for nobody in particular.

    `of_head`: it is about the headteacher. `at_risk`: somebody may be in danger now.
    """

    what: str
    kind: Kind = Kind.OTHER
    where: str = ""
    link: str = ""
    happened_at: datetime | None = None
    involved: str = ""
    about: str = ""
    of_head: bool = False
    at_risk: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a breach, why, by whom and when (aware UTC; once reported, when that was done);
    `reference` is the ICO's own.
    """

    verdict: Verdict
    why: str
    by: str
    at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Breach:
    """Personal data may have been breached. The clock starts when the school became aware (aware UTC)."""

    aware_at: datetime
    decision: Decision | None = None

    @property
    def runs(self) -> bool:
        """Whether the clock still runs."""
        return self.decision is None or self.decision.verdict is Verdict.REPORTABLE


@dataclass(frozen=True, slots=True)
class Press:
    """Who from the press asks, how they can be reached, and by when (aware UTC) they want an answer, if they said."""

    outlet: str
    contact: str = ""
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """How heavily it weighs and why, and which outside bodies it was referred to."""

    severity: Severity
    rationale: str
    agencies: tuple[str, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: that action was taken, never what was done to whom. `behaviour`: under the behaviour policy."""

    words: str
    behaviour: bool
    lessons: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident(Plain):
    """An incident. `by` reported it, `lead` leads on it by `authority`; `readers` are those who may read its file,
    fixed when it was reported and added to by name, and `hidden` those who may not, whatever they are later.

    `entries` counts its chronology. `comment` is the comment it came from. `told` are the reminders given, `nagged`
    the moment of the last one to assess or to close, `pressed` of the last about the breach.
    """

    id: str
    school: str
    report: Report
    by: str
    reported_at: datetime
    lead: str
    authority: str
    readers: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    status: State = State.REPORTED
    breach: Breach | None = None
    press: Press | None = None
    assessment: Assessment | None = None
    outcome: Outcome | None = None
    entries: int = 0
    comment: str = ""
    told: tuple[str, ...] = ()
    nagged: datetime | None = None
    pressed: datetime | None = None
    next_due: datetime | None = None
    rev: int = 0

    KIND: ClassVar[str] = "incident"
    PREFIX: ClassVar[str] = "I"
    SEALED: ClassVar[bool] = True

    @property
    def state(self) -> str:
        return self.status.value

    @property
    def owner(self) -> str:
        return self.lead

    @property
    def keys(self) -> tuple[str, ...]:
        found = [reader_key(each) for each in self.readers] + [f"reported:{self.by}"]
        return (*found, BREACH_KEY) if self.breach is not None else tuple(found)

    @property
    def live(self) -> bool:
        """Whether something is still to be done."""
        return self.status in LIVE


BREACH_KEY = "breach"
"""The key by which the breach log is found."""


def reader_key(person: str) -> str:
    """The key by which the incidents are found that somebody may read."""
    return f"reader:{person}"
