"""Who may read an incident and lead on it, and how it is kept: with its chronology, to which is only ever added."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from cards.incident import Sight
from handlers.incidents.routing import may_lead, officers
from handlers.turn import Scene, Turn
from policy.incident import Incident, add_reader
from policy.incident.chronology import Act, Entry
from policy.incident.due import schedule
from policy.people import EXEAT, Person, Role, is_among, might_be_same_person, same_person
from policy.refused import NotAllowed

LEADING = (Role.HEADTEACHER, Role.CHAIR)
"""The roles whose holders, as readers of a file, may lead on it as well."""


async def sight(scene: Scene, incident: Incident, entries: Sequence[Entry] = ()) -> Sight:
    """How the viewer sees the incident, with the names its cards need."""
    decided = [each.by for each in (incident.assessment, incident.outcome) if each]
    decided += [incident.breach.decision.by] if incident.breach and incident.breach.decision else []
    ids = {incident.by, incident.lead, *decided, *(each.by for each in entries)} - {"", EXEAT.id}
    told = [each.name for each in await deciders(scene, incident)] if incident.breach else []
    return Sight(
        zone=scene.school.zone,
        now=scene.now,
        names={EXEAT.id: EXEAT.name} | {id: await scene.name(id) for id in sorted(ids)},
        leads=await leads(scene, incident),
        reads=await reads(scene, incident),
        decides=await decides(scene, incident),
        officer=", ".join(told),
    )


async def reads(scene: Scene, incident: Incident) -> bool:
    """Whether the viewer may read the file: named among its readers, and not somebody it might be about."""
    return await reads_it(scene, incident, scene.viewer)


async def reads_it(scene: Scene, incident: Incident, person: Person) -> bool:
    """The same of anybody."""
    if await is_hidden(scene, incident, person):
        return False
    return await _is_one_of(scene, incident.readers, person, same_person)


async def is_hidden(scene: Scene, incident: Incident, person: Person) -> bool:
    """Whether it is kept from that person. A doubt counts against them."""
    return await _is_one_of(scene, incident.hidden, person, might_be_same_person)


async def hidden_from(scene: Scene, incident: Incident) -> list[Person]:
    """Those it is kept from."""
    return [each for id in incident.hidden if (each := await scene.person(id)) is not None]


async def leads(scene: Scene, incident: Incident) -> bool:
    """Whether the viewer leads: whoever it went to, while they may, and among its readers the headteacher and the
    chair.
    """
    if not await reads(scene, incident):
        return False
    if any(scene.school.roster.holds(scene.viewer, role) for role in LEADING):
        return True
    if not await scene.is_viewer(incident.lead):
        return False
    return await may_lead(scene, scene.viewer, await hidden_from(scene, incident), of_head=incident.report.of_head)


async def decides(scene: Scene, incident: Incident) -> bool:
    """Whether the viewer may decide on personal data: whoever leads, and the data protection officer."""
    if await leads(scene, incident):
        return True
    return is_among(scene.viewer, await deciders(scene, incident))


async def deciders(scene: Scene, incident: Incident) -> list[Person]:
    """The data protection officer, and whoever stands in, as far as they may read the file."""
    found = await officers(scene, await hidden_from(scene, incident))
    return [each for each in found if await reads_it(scene, incident, each)]


async def open_to_officers(turn: Turn, incident: Incident) -> Incident:
    """The data protection officer, and whoever stands in today, may read the file from now on."""
    for officer in await officers(turn, await hidden_from(turn, incident)):
        if not await reads_it(turn, incident, officer):
            said = f"{officer.name} may read the file, for the data protection officer's work."
            incident = await add(turn, add_reader(incident, officer.id), Act.READER, said)
    return incident


async def reader(turn: Turn, incident: Any) -> None:
    """Whoever may read the file; for anybody else it is as if there were none."""
    if not await reads(turn, incident):
        raise turn.nothing_there()


async def reader_or_reporter(turn: Turn, incident: Any) -> None:
    """Whoever may read the file, and whoever reported it, who sees their own words."""
    if not await turn.is_viewer(incident.by):
        await reader(turn, incident)


async def leader_of(turn: Turn, incident: Any) -> None:
    """Whoever leads on it."""
    await reader(turn, incident)
    if await leads(turn, incident):
        return
    if await turn.is_viewer(incident.lead):
        raise NotAllowed(
            f"You no longer lead on {incident.id}, so nothing was done.",
            "You led in somebody's place, and that is over.",
            "Press Add note for what you know; they deal with the rest.",
            clause="lead-on-incidents",
        )
    raise NotAllowed(
        f"{await turn.name(incident.lead)} leads on {incident.id}, so nothing was done.",
        "You may read its file and add to it.",
        "Press Add note for what you know.",
        clause="lead-on-incidents",
    )


async def decider(turn: Turn, incident: Any) -> None:
    """Whoever may decide on personal data."""
    if not await decides(turn, incident):
        await leader_of(turn, incident)


async def add(turn: Turn, incident: Incident, act: Act, text: str, *, corrects: int = 0) -> Incident:
    """Write an entry into the chronology in the viewer's name. The incident, which counts it, is still to be kept."""
    number = incident.entries + 1
    id = await turn.tx.new_id(Entry)
    entry = Entry(id, turn.school.id, incident.id, number, turn.now, turn.viewer.id, act, text, corrects)
    turn.tx.put(entry)
    return replace(incident, entries=number)


def keep(turn: Turn, incident: Incident) -> Incident:
    """Save the incident with the moment of its next reminder, and say in the audit what was done."""
    incident = schedule(incident, turn.school.calendar)
    turn.save(incident)
    return incident


async def tell(turn: Turn, incident: Incident, *others: Person) -> None:
    """Let whoever leads, and the others, know that there is something new in the file; not whoever did it."""
    lead = await turn.person(incident.lead)
    told = [each for each in (lead, *others) if each is not None and not same_person(each, turn.viewer)]
    for person in told:
        turn.send("incident.news", person, incident, nag=True)


async def _is_one_of(
    scene: Scene, ids: Iterable[str], person: Person, is_same: Callable[[Person, Person], bool]
) -> bool:
    for id in ids:
        other = await scene.person(id)
        if id in person.ids or (other is not None and is_same(person, other)):
            return True
    return False
