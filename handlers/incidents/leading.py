"""What whoever leads on an incident does about it: assess it, add to it, bring others in, decide on personal data."""

from cards import wording
from cards.incident import SEVERITIES, VERDICTS
from cards.incident_forms import assess_form, assign_form, decide_form, note_form, refer_form
from cards.model import Form
from handlers.fields import moment, needed, text
from handlers.incidents.access import (
    add,
    decider,
    deciders,
    is_hidden,
    keep,
    leader_of,
    open_to_officers,
    reader_or_reporter,
    reads,
    tell,
)
from handlers.incidents.tasks import give
from handlers.picking import colleague
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.turn import Turn
from policy.incident import (
    LIVE,
    Assessment,
    Breach,
    Decision,
    Incident,
    Personal,
    Severity,
    Verdict,
    add_reader,
    assess,
    begin_breach,
    decide,
    decision_on,
    only,
    put_right,
    refer,
)
from policy.incident.chronology import Act, corrected
from policy.incident.due import began, begun_over
from policy.people import Identity, Person
from policy.refused import Unusable

registry = Registry()

CLAUSE, BREACH = "assess-incidents", "report-conduct"


@registry.button("incident.assess", "Assess", needs=leader_of, record=Incident, bound=False, clause=CLAUSE)
async def ask_assess(turn: Turn, incident: Incident) -> Reply:
    """Asks how heavily it weighs and whom it needs."""
    only(incident, *LIVE)
    return Ask(_assess_form(turn, incident))


@registry.form("incident.assess.send", needs=leader_of, record=Incident, bound=False, clause=CLAUSE)
async def assessed(turn: Turn, incident: Incident) -> Reply:
    """It has been weighed up; whoever it needs gets a task, and nothing of the file."""
    try:
        assessment, breach = _assessment(turn, incident), _breach(turn, incident)
        person = await _picked(turn, incident)
        task = text(turn.request, "task")
        if person is not None and not task:
            raise Unusable({"task": "Please say what they are asked to do."})
        if task and person is None:
            raise Unusable({"person": "Please say who is to do it, or leave the task empty."})
    except Unusable as wrong:
        return Invalid(_assess_form(turn, incident), turn.request.fields, wrong.errors)
    begins = incident.breach is None and breach is not None
    moved = assess(incident, assessment, breach)
    referred = f" Referred to: {', '.join(assessment.agencies)}." if assessment.agencies else ""
    said = f"{SEVERITIES[assessment.severity]}. {assessment.rationale}{referred}"
    moved = await add(turn, moved, Act.ASSESSED, said)
    if begins:
        moved = await _begin_breach(turn, moved)
    if person is not None:
        moved = await give(turn, moved, person, task)
    kept = keep(turn, moved)
    if begins:
        await _tell_officers(turn, kept)
    return Nothing()


@registry.button("incident.refer", "Refer", needs=leader_of, record=Incident, bound=False, clause=CLAUSE)
async def ask_refer(turn: Turn, incident: Incident) -> Reply:
    """Asks to which outside body, and what was passed on."""
    refer(incident, "")
    return Ask(refer_form(incident, turn.school.contacts.agencies))


@registry.form("incident.refer.send", needs=leader_of, record=Incident, bound=False, clause=CLAUSE)
async def referred(turn: Turn, incident: Incident) -> Reply:
    """It was referred."""
    try:
        agency = _agency(turn)
        if not agency:
            raise Unusable({"agency": "Please choose one of these."})
        words = needed(turn.request, "text", "Please say what was passed on: it is kept in the chronology.")
    except Unusable as wrong:
        return Invalid(refer_form(incident, turn.school.contacts.agencies), turn.request.fields, wrong.errors)
    moved = await add(turn, refer(incident, agency), Act.REFERRED, f"To {agency}: {words}")
    await tell(turn, keep(turn, moved))
    return Nothing()


@registry.button("incident.note", "Add note", needs=reader_or_reporter, record=Incident, bound=False)
async def ask_note(turn: Turn, incident: Incident) -> Reply:
    """Asks what is to be added."""
    return Ask(note_form(incident, corrects=await reads(turn, incident)))


@registry.form("incident.note.send", needs=reader_or_reporter, record=Incident, bound=False)
async def noted(turn: Turn, incident: Incident) -> Reply:
    """It is added, also when the incident is closed."""
    may_correct = await reads(turn, incident)
    try:
        words = needed(turn.request, "text", "Please type what is to be added.")
        number = corrected(text(turn.request, "corrects") if may_correct else "", incident.entries)
    except Unusable as wrong:
        return Invalid(note_form(incident, corrects=may_correct), turn.request.fields, wrong.errors)
    act = Act.CORRECTION if number else Act.NOTE
    await tell(turn, keep(turn, await add(turn, incident, act, words, corrects=number)))
    return Nothing()


@registry.button("incident.assign", "Assign", needs=leader_of, record=Incident, bound=False, clause=CLAUSE)
async def ask_assign(turn: Turn, incident: Incident) -> Reply:
    """Asks who is to do what, and what they see."""
    only(incident, *LIVE)
    return Ask(assign_form(incident))


@registry.form("incident.assign.send", needs=leader_of, record=Incident, bound=False, clause=CLAUSE)
async def assigned(turn: Turn, incident: Incident) -> Reply:
    """Somebody gets a task, or may read the file from now on."""
    only(incident, *LIVE)
    task, file = text(turn.request, "task"), text(turn.request, "what") == "file"
    try:
        person = await _picked(turn, incident)
        if person is None:
            raise Unusable({"person": "Please choose a colleague."})
        if not task and not file:
            raise Unusable({"task": "Please say what they are asked to do."})
    except Unusable as wrong:
        return Invalid(assign_form(incident), turn.request.fields, wrong.errors)
    moved = incident
    new = file and person.id not in incident.readers
    if new:
        moved = await add(turn, add_reader(moved, person.id), Act.READER, f"{person.name} may read the file.")
    if task:
        moved = await give(turn, moved, person, task)
    kept = keep(turn, moved)
    if new:
        turn.send("incident", person, kept)
    return Nothing()


@registry.button("incident.decide", "Data decision", needs=decider, record=Incident, bound=False, clause=BREACH)
async def ask_decide(turn: Turn, incident: Incident) -> Reply:
    """Asks whether the breach has to be reported."""
    decide(incident, Decision(Verdict.REPORTABLE, "", turn.viewer.id, turn.now))
    return Ask(decide_form(incident))


@registry.form("incident.decide.send", needs=decider, record=Incident, bound=False, clause=BREACH)
async def decided(turn: Turn, incident: Incident) -> Reply:
    """The decision stands with its reason and its time."""
    try:
        right = put_right(incident, moment(turn.request, "aware"), turn.now)
        decision = _decision(turn, right)
    except Unusable as wrong:
        return Invalid(decide_form(incident), turn.request.fields, wrong.errors)
    if right.breach != incident.breach:
        right = await _put_right(turn, right)
    moved = decide(right, decision)
    reference = f" The ICO's reference: {decision.reference}." if decision.reference else ""
    said = f"{VERDICTS[decision.verdict]}. {decision.why}{reference}"
    kept = keep(turn, await add(turn, moved, Act.BREACH, said))
    await tell(turn, kept, *await deciders(turn, kept))
    return Nothing()


async def _put_right(turn: Turn, incident: Incident) -> Incident:
    """The clock runs from another moment, and the chronology says so."""
    at = wording.moment(incident.breach.aware_at, turn.school.zone) if incident.breach else ""
    incident = await add(turn, incident, Act.BREACH, f"Put right: the school first knew on {at}.")
    return begun_over(incident, turn.now, turn.school.calendar)


async def _begin_breach(turn: Turn, incident: Incident) -> Incident:
    """The clock has begun: the data protection officer may read the file."""
    return began(await open_to_officers(turn, incident), turn.now, turn.school.calendar)


async def _tell_officers(turn: Turn, incident: Incident) -> None:
    for officer in await deciders(turn, incident):
        turn.send("incident", officer, incident)


async def _picked(turn: Turn, incident: Incident) -> Person | None:
    """The colleague who was chosen, if any. Raises Unusable for one whom it is kept from."""
    named = turn.request.fields.get("person")
    if not isinstance(named, Identity):
        return None
    person = await colleague(turn, named, "person")
    if await is_hidden(turn, incident, person):
        raise Unusable({"person": "It is about them, so they must not hear of it. Please choose somebody else."})
    return person


def _assess_form(turn: Turn, incident: Incident) -> Form:
    return assess_form(incident, turn.school.contacts.agencies)


def _assessment(turn: Turn, incident: Incident) -> Assessment:
    severity, agency = text(turn.request, "severity"), _agency(turn)
    if severity not in frozenset(Severity):
        raise Unusable({"severity": "Please say how serious it is."})
    why = needed(turn.request, "rationale", "Please say why: what you know, and what you weighed.")
    before = incident.assessment.agencies if incident.assessment else ()
    named = (*before, agency) if agency else before
    return Assessment(Severity(severity), why, tuple(dict.fromkeys(named)), turn.viewer.id, turn.now)


def _agency(turn: Turn) -> str:
    """The outside body that was chosen, "" for none. Raises Unusable for one that is not on the school's list."""
    chosen, known = text(turn.request, "agency"), turn.school.contacts.agencies
    if chosen and not (chosen.isdecimal() and len(chosen) < 4 and int(chosen) < len(known)):
        raise Unusable({"agency": "Please choose one of these."})
    return known[int(chosen)] if chosen else ""


def _breach(turn: Turn, incident: Incident) -> Breach | None:
    said = text(turn.request, "personal") or Personal.NO.value
    if incident.breach is not None:
        return None
    if said not in frozenset(Personal):
        raise Unusable({"personal": "Please choose one of the answers."})
    return begin_breach(Personal(said), moment(turn.request, "aware"), turn.now)


def _decision(turn: Turn, incident: Incident) -> Decision:
    verdict = text(turn.request, "verdict")
    if verdict not in frozenset(Verdict):
        raise Unusable({"verdict": "Please choose one of these."})
    why = needed(turn.request, "why", "Please say why: it is kept with the decision.")
    reported, reference = moment(turn.request, "reported"), text(turn.request, "reference")
    return decision_on(incident, Verdict(verdict), why, reported, reference, turn.viewer.id, turn.now)
