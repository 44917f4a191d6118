"""An incident: what was reported, who leads on it, and every step until it is closed.

The steps say nothing of reminders: `policy.incident_due.schedule` sets `next_due` from where an incident stands.
What people wrote about it stands in its chronology (`policy.chronology`), to which is only ever added.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from policy.calendar import as_utc
from policy.record import Upgrade
from policy.refused import Unusable, WrongState

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
class Incident:
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
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}
    SEALED: ClassVar[bool] = True

    @property
    def version(self) -> int:
        return 1

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


def checked(report: Report, now: datetime) -> Report:
    """The report with its times in UTC. Raises Unusable for a time that has not come, or is years ago."""
    happened = as_utc(report.happened_at) if report.happened_at else None
    if happened is not None and happened > now:
        raise Unusable({"happened": "That time has not come yet. Please say when it happened, or leave it empty."})
    if happened is not None and happened < now - LONGEST_AGO:
        raise Unusable({"happened": "That is more than three years ago. Please look at the year."})
    return replace(report, happened_at=happened)


def begin_breach(personal: Personal, aware: datetime | None, now: datetime) -> Breach | None:
    """The breach clock, if personal data are or may be involved. When the school became aware is asked, not assumed.

    Raises Unusable when nobody said when, or for a time that has not come.
    """
    if personal is Personal.NO:
        return None
    if aware is None:
        raise Unusable({"aware": "Please say when somebody at the school first knew: 72 hours run from then."})
    if as_utc(aware) > now:
        raise Unusable({"aware": "That time has not come yet. Please say when somebody first knew."})
    return Breach(as_utc(aware))


def assess(incident: Incident, assessment: Assessment, breach: Breach | None) -> Incident:
    """It has been weighed up; again if need be, for the chronology keeps what was said before.

    `breach` starts the clock if it had not begun; one that runs is not changed by it.
    """
    only(incident, *LIVE)
    kept = incident.breach or breach
    return replace(incident, status=State.ASSESSED, assessment=assessment, breach=kept)


def refer(incident: Incident, agency: str) -> Incident:
    """It was referred to an outside body. Raises WrongState before it was assessed."""
    only(incident, *LIVE)
    before = incident.assessment
    if before is None:
        raise WrongState(
            f"{incident.id} has not been assessed yet, so it was not referred.",
            "Each incident is weighed up first.",
            "Press Assess: there you can say to whom it is referred.",
            clause=CLAUSE,
        )
    agencies = tuple(dict.fromkeys((*before.agencies, agency)))
    return replace(incident, assessment=replace(before, agencies=agencies))


def decide(incident: Incident, decision: Decision) -> Incident:
    """Whether the breach is reported to the ICO, and why. Raises WrongState where there is no breach."""
    only(incident, *LIVE)
    if incident.breach is None:
        raise WrongState(
            f"No personal data are involved in {incident.id}, as far as is known.",
            "So there is nothing to decide.",
            "If that has changed, press Assess and say so.",
            clause=BREACH_CLAUSE,
        )
    return replace(incident, breach=replace(incident.breach, decision=decision))


def put_right(incident: Incident, aware: datetime | None, now: datetime) -> Incident:
    """With another moment at which the school became aware; None leaves it. Raises Unusable for one yet to come."""
    if incident.breach is None or aware is None or as_utc(aware) == incident.breach.aware_at:
        return incident
    right = begin_breach(Personal.YES, aware, now)
    return replace(incident, breach=replace(right or incident.breach, decision=incident.breach.decision))


def close(incident: Incident, outcome: Outcome) -> Incident:
    """It is over. Raises WrongState before it was assessed, and while the breach clock runs."""
    only(incident, *LIVE)
    if incident.status is State.REPORTED:
        raise WrongState(
            f"{incident.id} has not been assessed yet, so it was not closed.",
            "Each incident is weighed up first.",
            "Press Assess, then Close.",
            clause=CLAUSE,
        )
    if incident.breach is not None and incident.breach.runs:
        raise WrongState(
            f"{incident.id} was not closed: nothing is settled about the personal data yet.",
            "A breach is either reported to the ICO or it is kept why not.",
            "Press Data decision first.",
            clause=BREACH_CLAUSE,
        )
    return replace(incident, status=State.CLOSED, outcome=outcome)


def add_reader(incident: Incident, person: str) -> Incident:
    """Somebody may read the file from now on."""
    return incident if person in incident.readers else replace(incident, readers=(*incident.readers, person))


def pass_to(incident: Incident, person: str, authority: str) -> Incident:
    """Somebody else leads on it from now on, and may read it."""
    return replace(add_reader(incident, person), lead=person, authority=authority)


def only(incident: Incident, *states: State) -> None:
    """Raises WrongState unless the incident is in one of the states."""
    if incident.status not in states:
        raise WrongState(
            f"{incident.id} is {WORDS[incident.status]}, so nothing was done.",
            "Its chronology can still be added to.",
            "Press Add note for anything that is missing.",
        )
