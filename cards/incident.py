"""An incident as a chat may show it: that there is one, where it stands and by when what is due; never what was said.

What people wrote stands in its file (`cards.incident_file`), which opens in a window of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from cards.model import Button, Card, Element, Facts, Notice, Quote, Row, Text, Tone
from cards.wording import counted, moment
from policy.clauses import cite
from policy.incident import BREACH_CLAUSE, CLAUSE, Incident, Kind, Severity, State, Verdict
from policy.incident.due import hours_left
from policy.record import ref
from policy.school import Contacts

SEVERITIES = {
    Severity.MINOR: "Minor",
    Severity.SERIOUS: "Serious",
    Severity.CRITICAL: "Critical: act today",
}

HOLDING_LINE = (
    "Thank you for asking. I cannot speak for the school. I have passed your question on, "
    "and somebody will get back to you."
)
"""What whoever is asked by the press may say meanwhile."""

VERDICTS = {
    Verdict.NOT_REPORTABLE: "Not reportable",
    Verdict.REPORTABLE: "Reportable, not reported yet",
    Verdict.REPORTED: "Reported to the ICO",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """Who is looking, and the words the card needs.

    `leads`: the viewer leads on it, or is the headteacher or the chair among its readers. `reads`: the viewer may
    read the file. `decides`: they may decide on personal data. `officer` is the name of the data protection officer
    who was told, "" for none.
    """

    zone: ZoneInfo
    now: datetime
    names: Mapping[str, str] = field(default_factory=dict)
    leads: bool = False
    reads: bool = False
    decides: bool = False
    officer: str = ""

    def name(self, id: str) -> str:
        """The name behind an id."""
        return self.names.get(id, "somebody who has left")


def incident_card(incident: Incident, sight: Sight) -> Card:
    """What those who may read its file have in their chat, drawn again whenever something changes."""
    title = f"{incident.id}: an incident"
    status = standing(incident, sight)
    body: list[Element] = [Text(status, Tone.STRONG), *at_risk(incident), particulars(incident, sight)]
    if incident.live and sight.leads:
        body.append(Notice(_next(incident), cite(CLAUSE)))
    now = " Please open it now." if incident.report.at_risk and incident.status is State.REPORTED else ""
    return Card(title, f"{title}. {status}{now}", (*body, *clock_notice(incident, sight)), buttons(incident, sight))


def reporter_card(incident: Incident, sight: Sight) -> Card:
    """What whoever reported it sees of it: that it arrived and where it stands."""
    title = f"{incident.id}: your report"
    status = reporter_standing(incident, sight)
    rows = (("Reported", moment(incident.reported_at, sight.zone)), ("Kind", incident.report.kind.label))
    body = (Text(status, Tone.STRONG), Facts(rows), Text("You can add to it; nothing is taken away.", Tone.QUIET))
    return Card(title, f"{title}. {status}", body, (opens(incident), press(incident, "Add note", "incident.note")))


def receipt_card(incident: Incident, sight: Sight, contacts: Contacts) -> Card:
    """What whoever reported it is told at once."""
    said = f"It is with {sight.name(incident.lead)}, {incident.authority}."
    body: list[Element] = []
    if incident.press is not None:
        body += held()
    body.append(Text(said))
    if incident.report.at_risk:
        body.append(danger(contacts))
    if incident.breach is not None:
        ends = incident.breach.aware_at + timedelta(hours=72)
        who = f"{sight.officer}, the data protection officer, is told as well." if sight.officer else ""
        clock = f"If it has to be reported, 72 hours run until {moment(ends, sight.zone)}."
        body.append(Notice(f"{who} {clock}".strip(), cite(BREACH_CLAUSE)))
    body.append(Text("To add to it or see where it stands, type /incidents.", Tone.QUIET))
    title = f"{incident.id} is reported"
    return Card(title, f"{title}. {said}", tuple(body))


def not_ready_card() -> Card:
    """What whoever was asked by the press is told where Exeat cannot pass it on."""
    said = "Exeat cannot pass this on yet. Please tell the headteacher yourself, before you answer."
    return Card("A journalist asks", said, (*held(), Text(said)))


def held() -> list[Element]:
    """What may be said to the press meanwhile."""
    return [Text("Until somebody has got back to you, say only this:", Tone.STRONG), Quote(HOLDING_LINE)]


def danger(contacts: Contacts) -> Notice:
    """Whom to ring when somebody may be in danger now."""
    lead = f" on {contacts.dsl}" if contacts.dsl else ""
    said = (
        f"If somebody is in danger now, ring {contacts.emergency or '999'}. If a child may be at risk, also tell the "
        f"safeguarding lead yourself now{lead}. A report here does not do that for you."
    )
    return Notice(said, tone=Tone.DANGER)


def at_risk(incident: Incident) -> list[Element]:
    """That whoever reported it fears for somebody, until it has been weighed up."""
    if not incident.report.at_risk or incident.status is not State.REPORTED:
        return []
    return [Notice("Whoever reported it says that somebody may be at risk now.", tone=Tone.DANGER)]


def standing(incident: Incident, sight: Sight) -> str:
    """Where it stands, in a sentence, to those who may read its file."""
    match incident.status:
        case State.REPORTED:
            return "To be assessed."
        case State.ASSESSED if incident.assessment is not None:
            severity = SEVERITIES[incident.assessment.severity]
            return f"Assessed by {sight.name(incident.assessment.by)}: {severity[0].lower()}{severity[1:]}."
        case State.ASSESSED:
            return "Assessed."
        case State.CLOSED:
            return f"Closed by {sight.name(incident.outcome.by)}." if incident.outcome else "Closed."
        case _:
            assert_never(incident.status)


def reporter_standing(incident: Incident, sight: Sight) -> str:
    """Where it stands, in a sentence, to whoever reported it."""
    match incident.status:
        case State.REPORTED:
            return f"It is with {sight.name(incident.lead)}, who has not assessed it yet."
        case State.ASSESSED:
            return f"It has been assessed. {sight.name(incident.lead)} is dealing with it."
        case State.CLOSED:
            return "It is closed: action was taken where it was needed."
        case _:
            assert_never(incident.status)


def particulars(incident: Incident, sight: Sight) -> Facts:
    """What may stand in a chat."""
    rows = [("Kind", incident.report.kind.label)]
    rows.append(("Reported", f"{moment(incident.reported_at, sight.zone)}, by {sight.name(incident.by)}"))
    rows.append(("Leads", f"{sight.name(incident.lead)}, {incident.authority}"))
    if incident.press is not None and incident.press.deadline is not None:
        rows.append(("The press wants to hear by", moment(incident.press.deadline, sight.zone)))
    if incident.breach is not None:
        rows += _clock(incident, sight)
    rows.append(("Chronology", counted(incident.entries, "entry", "entries")))
    return Facts(tuple(rows))


def clock_notice(incident: Incident, sight: Sight) -> tuple[Element, ...]:
    """What the breach clock asks for, while it runs."""
    if hours_left(incident, sight.now) is None or not incident.live:
        return ()
    said = "Decide whether it has to be reported to the ICO, and press Data decision. The clock does not stop for it."
    return (Notice(said, cite(BREACH_CLAUSE), Tone.WARNING),)


def left(span: timedelta) -> str:
    """How much of a clock is left, in whole hours once a begun minute counts: "41 hours left", "3 hours over"."""
    minutes = -(-abs(span) // timedelta(minutes=1))
    hours = minutes // 60
    said = counted(hours, "hour", "hours") if hours else counted(minutes, "minute", "minutes")
    return f"{said} {'over' if span < timedelta() else 'left'}"


def buttons(incident: Incident, sight: Sight) -> tuple[Button, ...]:
    """What this viewer may do; each opens a window, so that what is written there stays out of the chat."""
    if not sight.reads:
        return ()
    found = [opens(incident)]
    if sight.leads and incident.live:
        tone = Tone.PRIMARY if incident.status is State.REPORTED else Tone.PLAIN
        found.append(press(incident, "Assess", "incident.assess", tone))
    found.append(press(incident, "Add note", "incident.note"))
    if sight.decides and incident.live and incident.breach is not None and incident.breach.runs:
        found.append(press(incident, "Data decision", "incident.decide", Tone.PRIMARY))
    if sight.leads and incident.live:
        found.append(press(incident, "Assign", "incident.assign"))
    if sight.leads and incident.status is State.ASSESSED and not (incident.breach and incident.breach.runs):
        found.append(press(incident, "Close", "incident.close"))
    return tuple(found)


def press(incident: Incident, label: str, verb: str, tone: Tone = Tone.PLAIN, **payload: str) -> Button:
    """A button about this incident that opens a window."""
    name = ref(incident)
    return Button(label, verb, name, 1, tone, about=f"{label}: {incident.id}", payload=payload, dialog=True)


def row(incident: Incident, sight: Sight) -> Row:
    """The incident on a line of a list."""
    said = [standing(incident, sight), f"{incident.report.kind.label}."]
    if (span := hours_left(incident, sight.now)) is not None:
        said.append(f"Personal data: {left(span)}.")
    found = [opens(incident)]
    if sight.leads and incident.status is State.REPORTED:
        found.insert(0, press(incident, "Assess", "incident.assess", Tone.PRIMARY))
    return Row(f"{incident.id}: reported {moment(incident.reported_at, sight.zone)}", " ".join(said), tuple(found))


def reporter_row(incident: Incident, sight: Sight) -> Row:
    """The same to whoever reported it."""
    found = (opens(incident), press(incident, "Add note", "incident.note"))
    title = f"{incident.id}: your report of {moment(incident.reported_at, sight.zone)}"
    return Row(title, reporter_standing(incident, sight), found)


def list_card(rows: Sequence[Row], more: bool) -> Card:
    """The answer to /incidents."""
    report = Button("Report an incident", "reportincident", tone=Tone.PRIMARY, dialog=True)
    if not rows:
        said = "There is no incident here for you."
        return Card("Incidents", said, (Text(said),), (report,))
    said = f"{counted(len(rows), 'incident', 'incidents')} here for you."
    end = (Text("There are older ones; /incidents all shows closed ones too.", Tone.QUIET),) if more else ()
    return Card("Incidents", said, (Text(said), *rows, *end), (report,))


def nobody(contacts: Contacts, *, of_head: bool) -> str:
    """Whom to turn to when nobody can be told of a report."""
    if of_head and contacts.chair_of_governors:
        return f"Please ring the chair of governors on {contacts.chair_of_governors}."
    if of_head:
        return "Please speak to the chair of governors."
    return "Please speak to a senior member of staff."


def _next(incident: Incident) -> str:
    if incident.status is State.REPORTED:
        if incident.report.kind is Kind.PRESS:
            return "Say what the press is told, and by whom; then press Assess."
        return "Read what was reported and press Assess: how heavily it weighs, and whom it needs."
    if incident.breach is not None and incident.breach.runs:
        return "Press Assign to give somebody a task. It can be closed once the data decision is made."
    return "Press Assign to give somebody a task, and Close when action has been taken."


def _clock(incident: Incident, sight: Sight) -> list[tuple[str, str]]:
    breach = incident.breach
    if breach is None:
        return []
    rows = [("Known since", moment(breach.aware_at, sight.zone))]
    if breach.decision is not None:
        decided = f"{VERDICTS[breach.decision.verdict]}; {sight.name(breach.decision.by)}, "
        rows.append(("Personal data", f"{decided}{moment(breach.decision.at, sight.zone)}"))
    if (span := hours_left(incident, sight.now)) is not None:
        ends = breach.aware_at + timedelta(hours=72)
        rows.append(("72 hours end", f"{moment(ends, sight.zone)} ({left(span)})"))
    return rows


def opens(incident: Incident) -> Button:
    """What opens its file."""
    return press(incident, "Open", "incident.open")
