"""What happens when an incident falls due: whoever leads is reminded, and the breach clock speaks at any hour."""

from collections.abc import Iterable

from handlers.incidents.access import add, deciders, hidden_from, is_hidden, open_to_officers
from handlers.incidents.routing import leader, may_lead
from handlers.reach import is_gone
from handlers.registry import Registry
from handlers.turn import Turn
from policy.incident import Incident, pass_to
from policy.incident.chronology import Act
from policy.incident.due import fall_due, schedule
from policy.people import Person, is_staff

registry = Registry()


@registry.due(Incident)
async def due(turn: Turn, incident: Incident) -> None:
    """Say what has fallen due, once, and move the incident on in the same commit."""
    moved, nag = fall_due(incident, turn.now, turn.school.calendar)
    if nag is not None:
        moved = await _led(turn, moved)
        moved = await open_to_officers(turn, moved) if nag.breach else moved
        moved = schedule(moved, turn.school.calendar)
    turn.tx.put(moved)
    if nag is None:
        return
    lead = await turn.person(moved.lead)
    if nag.assess and lead is not None and await turn.once(f"incidents/{lead.id}/{turn.now:%Y-%m-%dT%H}"):
        turn.send("incidents.assess", lead, nag=True)
    if nag.open and lead is not None and lead.id == incident.lead:
        turn.send("incident", lead, moved, nag=True)
    if nag.press and lead is not None:
        turn.send("incident.press", lead, moved, nag=True)
    if nag.breach:
        for person in await _of_breach(turn, moved, lead):
            turn.send("incident.breach", person, moved, nag=True)


async def _led(turn: Turn, incident: Incident) -> Incident:
    """The incident with somebody who can lead on it today: whoever led may be away or have left, or whoever they
    stood in for may be back.
    """
    lead = await turn.person(incident.lead)
    if lead is not None and await _can(turn, incident, lead):
        return incident
    hidden = await hidden_from(turn, incident)
    found = await leader(turn, hidden, of_head=incident.report.of_head)
    if found is None or found.person.id == incident.lead:
        return incident
    moved = pass_to(incident, found.person.id, found.authority)
    moved = await add(turn, moved, Act.LEAD, f"{found.person.name} leads from now on, {found.authority}.")
    turn.send("incident", found.person, moved)
    return moved


async def _can(turn: Turn, incident: Incident, lead: Person) -> bool:
    """Whether they can be told of it today."""
    if not is_staff(lead, turn.school.roster) or await is_gone(turn, lead) or await is_hidden(turn, incident, lead):
        return False
    if await turn.absence(lead) is not None:
        return False
    hidden = await hidden_from(turn, incident)
    return await may_lead(turn, lead, hidden, of_head=incident.report.of_head)


async def _of_breach(turn: Turn, incident: Incident, lead: Person | None) -> Iterable[Person]:
    """Whoever leads and the data protection officer."""
    found = [lead] if lead is not None else []
    found += [each for each in await deciders(turn, incident) if each.id not in {other.id for other in found}]
    return found
