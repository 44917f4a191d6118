"""Incidents, their tasks and the breach log laid out to be read outside Exeat."""

from cards.export import Fact, Named, Part, Piece, Sheet, When, Who, Words
from cards.incident import SEVERITIES, VERDICTS
from cards.wording import moment
from handlers.registry import Registry
from handlers.turn import Scene
from policy.incident import WORDS as STANDS
from policy.incident import Breach, Incident
from policy.incident.chronology import Act, Entry, entries_key
from policy.incident.due import in_time
from policy.incident.task import Task

registry = Registry()

PAGE = 500

HEADS = ("No.", "Aware", "Reported by", "What", "Decision and why", "When", "ICO reference", "Within 72 hours")


@registry.exports("incidents", "Incidents", Incident)
async def incident(scene: Scene, incident: Incident) -> Sheet:
    """An incident with its chronology. Whoever reported it gets what they wrote and where it stands; what others did
    about it is theirs by date alone, and what they wrote of it is held.
    """
    by, report = incident.by, incident.report
    told: list[Piece] = [
        When("Reported", incident.reported_at),
        Who("Reported by", by),
        Fact("Kind", report.kind.label),
        Words("What happened", report.what, by),
    ]
    told += [When("When it happened", report.happened_at)] if report.happened_at else []
    told += [Words("Where", report.where, by)] if report.where else []
    told += [Words("Link", report.link, by)] if report.link else []
    told += [Named("Who is involved", report.involved)] if report.involved else []
    if incident.press is not None:
        told.append(Named("Asked by", incident.press.outlet))
        told += [Named("To reach them", incident.press.contact)] if incident.press.contact else []
        told += [When("They want an answer by", incident.press.deadline)] if incident.press.deadline else []
    told += [Fact("Somebody may be in danger now", "yes" if report.at_risk else "no")]
    told += [Fact("From comment", incident.comment)] if incident.comment else []
    told += [Fact("Stands as", STANDS[incident.status])]
    parts = [Part("Reported", (by,), tuple(told)), *_standing(incident), *_steps(incident)]
    parts += [_entry(each, by) for each in await entries_of(scene, incident)]
    touches = [(id, "It is kept from them, because it is or may be about them.") for id in incident.hidden]
    touches += [(report.about, "It was reported as being about them.")] if report.about else []
    return Sheet(incident.KIND, incident.id, f"Incident {incident.id}", tuple(parts), tuple(touches), sealed=True)


@registry.exports("tasks", "Tasks given because of an incident", Task)
async def task(scene: Scene, task: Task) -> Sheet:
    """A task: theirs who have it, with what they said; and, by date alone, theirs who gave it."""
    pieces: list[Piece] = [
        When("Given", task.at),
        Who("By", task.by),
        Fact("Because of", f"incident {task.incident}"),
    ]
    pieces.append(Words("What was asked", task.text, task.by, held=True))
    pieces += [When("Done", task.done_at)] if task.done_at else []
    pieces += [Words("What they said", task.note, task.to)] if task.note else []
    given = (When("Given", task.at), Who("By", task.by), Who("To", task.to))
    parts = (Part("A task", (task.to,), tuple(pieces)), Part("Giving it", (task.by,), given))
    return Sheet(task.KIND, task.id, f"Task {task.id}", parts, sealed=True)


@registry.log("breaches", "Personal data breaches", Incident, HEADS)
async def breach(scene: Scene, incident: Incident) -> tuple[str, ...] | None:
    """The row of a personal data breach."""
    if incident.breach is None:
        return None
    decision = incident.breach.decision
    return (
        incident.id,
        moment(incident.breach.aware_at, scene.school.zone),
        await scene.name(incident.by),
        incident.report.what,
        f"{VERDICTS[decision.verdict]}. {decision.why}" if decision else "Not decided yet.",
        moment(decision.at, scene.school.zone) if decision else "",
        decision.reference if decision else "",
        _kept(incident.breach, scene),
    )


async def entries_of(scene: Scene, incident: Incident) -> list[Entry]:
    """Its chronology, oldest first."""
    found = list[Entry]()
    while page := await scene.tx.find(
        Entry, key=entries_key(incident.id), after=found[-1].id if found else None, limit=PAGE
    ):
        found += page
    return sorted(found, key=lambda entry: entry.number)


def _standing(incident: Incident) -> list[Part]:
    leads = (Who("Led by", incident.lead), Fact("As", incident.authority.partition(",")[0]))
    parts = [Part("Leads on it", (incident.lead,), leads)]
    for each in incident.readers:
        parts.append(Part("May read it", (each,), (Who("Reader", each),)))
    if incident.hidden or incident.report.about or incident.report.of_head:
        hidden: list[Piece] = [Who("About", incident.report.about)] if incident.report.about else []
        hidden += [Fact("About the headteacher", "yes")] if incident.report.of_head else []
        hidden += [Who("Kept from", each) for each in incident.hidden]
        parts.append(Part("About whom it is", (), tuple(hidden)))
    return parts


def _steps(incident: Incident) -> list[Part]:
    parts = list[Part]()
    if assessed := incident.assessment:
        pieces: list[Piece] = [When("When", assessed.at), Who("By", assessed.by)]
        pieces += [Words("Severity", SEVERITIES[assessed.severity], assessed.by, held=True)]
        pieces += [Words("Why", assessed.rationale, assessed.by, held=True)] if assessed.rationale else []
        pieces += [Words("Referred to", each, assessed.by, held=True) for each in assessed.agencies]
        parts.append(Part("Assessed", (assessed.by,), tuple(pieces)))
    if incident.breach is not None:
        parts.append(_breach(incident.breach))
    if ended := incident.outcome:
        pieces = [When("When", ended.at), Who("By", ended.by)]
        pieces += [Words("How it ended", ended.words, ended.by, held=True)]
        taken_up = "yes" if ended.behaviour else "no"
        pieces += [Words("Taken up under the behaviour policy", taken_up, ended.by, held=True)]
        pieces += [Words("Lessons", ended.lessons, ended.by, held=True)] if ended.lessons else []
        parts.append(Part("Closed", (ended.by,), tuple(pieces)))
    return parts


def _breach(breach: Breach) -> Part:
    pieces: list[Piece] = [When("The school became aware", breach.aware_at)]
    if breach.decision is None:
        return Part("Personal data", (), tuple(pieces))
    decision = breach.decision
    pieces += [When("When", decision.at), Who("By", decision.by)]
    pieces += [Words("Decision", VERDICTS[decision.verdict], decision.by, held=True)]
    pieces += [Words("Why", decision.why, decision.by, held=True)]
    pieces += [Words("The ICO's reference", decision.reference, decision.by, held=True)] if decision.reference else []
    return Part("Personal data", (decision.by,), tuple(pieces))


def _entry(entry: Entry, reporter: str) -> Part:
    held = entry.by != reporter or entry.act is not Act.NOTE
    pieces: list[Piece] = [When("When", entry.at), Who("By", entry.by)]
    pieces += [Fact("Puts right", f"no. {entry.corrects}")] if entry.corrects else []
    pieces += [Words("What it says", entry.text, entry.by, held=held)]
    return Part(f"Chronology, no. {entry.number}: {entry.act.label}", (entry.by,), tuple(pieces))


def _kept(breach: Breach, scene: Scene) -> str:
    """Whether what had to be done in 72 hours was done in them."""
    kept = in_time(breach, scene.now)
    if kept is None:
        return "They still run"
    if breach.runs:
        return "No: nothing is settled, and they are over"
    return "Yes" if kept else "No"
