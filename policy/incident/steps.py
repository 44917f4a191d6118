"""What may be done to an incident: each step gives the incident after it, or is refused with the reason.

The steps say nothing of reminders: `policy.incident.due.schedule` sets `next_due` from where an incident stands.
"""

from dataclasses import replace
from datetime import datetime

from policy.calendar import as_utc
from policy.incident.record import (
    BREACH_CLAUSE,
    CLAUSE,
    LIVE,
    LONGEST_AGO,
    WORDS,
    Assessment,
    Breach,
    Decision,
    Incident,
    Kind,
    Outcome,
    Personal,
    Report,
    State,
    Verdict,
)
from policy.refused import Unusable, WrongState


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


def reported_breach(
    report: Report, personal: Personal, aware: datetime | None, now: datetime
) -> tuple[Report, Breach | None]:
    """What is reported, and the breach clock that begins with it. Something else with personal data in it is a matter
    of data protection.

    Raises Unusable for data protection without personal data, and as `begin_breach` does.
    """
    if report.kind is Kind.DATA and personal is Personal.NO:
        raise Unusable({"personal": "You chose Data protection. Please choose Yes or Not sure, or another kind."})
    breach = begin_breach(personal, aware, now)
    if breach is not None and report.kind is Kind.OTHER:
        report = replace(report, kind=Kind.DATA)
    return report, breach


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


def decision_on(
    incident: Incident, verdict: Verdict, why: str, reported: datetime | None, reference: str, by: str, now: datetime
) -> Decision:
    """A decision on the breach, as of now; one that was reported, as of when that was done, if that was said.

    Raises Unusable for a time of reporting before the school became aware, or one that has not come.
    """
    done = as_utc(reported) if reported and verdict is Verdict.REPORTED else None
    if done is not None and (done > now or (incident.breach and done < incident.breach.aware_at)):
        raise Unusable({"reported": "That is not between when the school first knew and now. Please look again."})
    return Decision(verdict, why, by, done or now, reference)


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
