"""Reporting an incident: it goes to whoever may lead on it, and to nobody it might be about."""

from dataclasses import replace

from cards.incident import not_ready_card, receipt_card
from cards.incident_forms import YES, journalist_form, report_form
from cards.model import Form
from handlers.comments.access import handles
from handlers.fields import link, moment, needed, text
from handlers.incidents.access import add, keep, sight
from handlers.incidents.routing import Route, route
from handlers.needs import staff
from handlers.picking import colleague
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Reply, Say
from handlers.turn import Scene, Turn
from policy.comment import Comment
from policy.incident import CHOSEN, Incident, Kind, Personal, Press, Report, checked, reported_breach
from policy.incident.chronology import Act
from policy.incident.due import began
from policy.people import Identity, Person
from policy.refused import NotAllowed, Unusable

registry = Registry()

CLAUSE = "report-conduct"


@registry.command("reportincident", needs=staff, summary="Report an incident to whoever leads on it")
async def reportincident(turn: Turn) -> Reply:
    """The form. What was typed after the command is left out: it stands in the chat already."""
    ready(turn)
    return Ask(report_form(turn.school.contacts))


@registry.button("incident.more", "Say more", needs=staff, clause=CLAUSE)
async def more(turn: Turn) -> Reply:
    """The form with everything that may help."""
    return Ask(_form(turn, full=True))


@registry.button("comment.incident", "Report as incident", needs=handles, record=Comment, bound=False, clause=CLAUSE)
async def from_comment(turn: Turn, comment: Comment) -> Reply:
    """The form, filled in with a comment that somebody has moderated."""
    ready(turn)
    account = turn.school.account(comment.account)
    where = account.name if account else ""
    words = f"{comment.writer}: {comment.text}" if comment.writer else comment.text
    contacts = turn.school.contacts
    found = report_form(
        contacts, full=True, text=words, where=where, link=comment.link, kind=Kind.OFFENSIVE, comment=comment.id
    )
    return Ask(found)


@registry.form("incident.new", needs=staff, clause=CLAUSE)
async def new(turn: Turn) -> Reply:
    """An incident is reported."""
    ready(turn)
    try:
        report, subject = await _read(turn)
        report, breach = reported_breach(report, _personal(turn), moment(turn.request, "aware"), turn.now)
    except Unusable as wrong:
        full = turn.request.payload.get("full") == YES or "about" in wrong.errors
        return Invalid(_form(turn, full=full), turn.request.fields, wrong.errors)
    way = await route(turn, subject, of_head=report.of_head, personal=breach is not None)
    return await take(turn, replace(await begin(turn, report, way), breach=breach, comment=await _comment(turn)), way)


@registry.command("journalist", needs=staff, summary="Say that a journalist has asked you something")
async def journalist(turn: Turn) -> Reply:
    """The form, which says what to say meanwhile; where it cannot be passed on, that alone."""
    return Ask(journalist_form()) if turn.sealing else Say(not_ready_card())


@registry.form("incident.press", needs=staff, clause="journalists")
async def pressed(turn: Turn) -> Reply:
    """The press has asked: a holding line for whoever was asked, and the rest to the headteacher."""
    ready(turn)
    deadline = moment(turn.request, "deadline")
    try:
        what = needed(turn.request, "what", "Please say what they want to know.")
        outlet = needed(turn.request, "outlet", "Please say who is asking.")
        if deadline is not None and deadline <= turn.now:
            raise Unusable({"deadline": "That time has passed. Please look at the day, or leave it empty."})
    except Unusable as wrong:
        return Invalid(journalist_form(), turn.request.fields, wrong.errors)
    way = await route(turn, None, of_head=False, personal=False)
    press = Press(outlet, text(turn.request, "contact"), deadline)
    return await take(turn, replace(await begin(turn, Report(what, Kind.PRESS), way), press=press), way)


async def take(turn: Turn, incident: Incident, way: Route) -> Say:
    """Keep a new incident, begin its chronology, and put its card before those who may read it."""
    said = f"Kind: {incident.report.kind.label}. It went to {way.lead.person.name}, {way.lead.authority}."
    incident = keep(turn, began(await add(turn, incident, Act.REPORTED, said), turn.now, turn.school.calendar))
    for person in way.readers:
        turn.send("incident", person, incident)
    return Say(receipt_card(incident, await sight(turn, incident), turn.school.contacts))


def ready(turn: Scene) -> None:
    """Raises NotAllowed where nothing can be sealed, before anybody has written a word."""
    if not turn.sealing:
        raise NotAllowed(
            "Incidents are not switched on here yet, so nothing can be reported in Exeat.",
            "What is reported is sealed, and Exeat has no key to do that with.",
            "Please tell the headteacher yourself. Whoever runs Exeat can set EXEAT_KEY.",
        )


async def begin(turn: Turn, report: Report, way: Route) -> Incident:
    """A new incident that goes that way."""
    lead = way.lead
    return Incident(
        id=await turn.tx.new_id(Incident),
        school=turn.school.id,
        report=report,
        by=turn.viewer.id,
        reported_at=turn.now,
        lead=lead.person.id,
        authority=lead.authority,
        readers=tuple(each.id for each in way.readers),
        hidden=tuple(each.id for each in way.hidden),
    )


async def _read(turn: Turn) -> tuple[Report, Person | None]:
    """What was reported, and whom it is about, if that is a colleague."""
    request, errors = turn.request, dict[str, str]()
    what = address = ""
    try:
        what = needed(request, "what", "Please say what happened, as you saw or heard it.")
    except Unusable as wrong:
        errors |= wrong.errors
    try:
        address = link(request, "link")
    except Unusable as wrong:
        errors |= wrong.errors
    named, subject = request.fields.get("about"), None
    if isinstance(named, Identity):
        try:
            subject = await colleague(turn, named, "about")
        except Unusable as wrong:
            errors |= wrong.errors
    kind = text(request, "kind") or Kind.OTHER.value
    if kind not in CHOSEN:
        errors["kind"] = "Please choose what it is."
    if errors:
        raise Unusable(errors)
    report = Report(
        what=what,
        kind=Kind(kind),
        where=text(request, "where"),
        link=address,
        happened_at=moment(request, "happened"),
        involved=text(request, "involved"),
        about=subject.id if subject else "",
        of_head=text(request, "head") == YES,
        at_risk=text(request, "risk") == YES,
    )
    return checked(report, turn.now), subject


def _personal(turn: Turn) -> Personal:
    said = text(turn.request, "personal") or Personal.NO.value
    if said not in frozenset(Personal):
        raise Unusable({"personal": "Please choose one of the answers."})
    return Personal(said)


async def _comment(turn: Turn) -> str:
    """The comment it comes from, if there is one and whoever reports it may deal with that."""
    id = turn.request.payload.get("comment", "")
    comment = await turn.tx.get(Comment, id) if id else None
    if comment is None:
        return ""
    await handles(turn, comment)
    return comment.id


def _form(turn: Turn, *, full: bool) -> Form:
    return report_form(turn.school.contacts, full=full, comment=turn.request.payload.get("comment", ""))
