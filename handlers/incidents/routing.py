"""To whom a report goes, and from whom it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from cards.incident import nobody
from handlers.reach import is_gone
from handlers.seats import seats_today
from handlers.turn import Scene
from policy.incident.leading import Lead, leaders
from policy.people import Person, Role, is_among, is_staff, might_be_same_person, once
from policy.refused import NotAllowed


@dataclass(frozen=True, slots=True)
class Route:
    """Who leads, who may read the file (the lead among them), and whom it is hidden from."""

    lead: Lead
    readers: tuple[Person, ...]
    hidden: tuple[Person, ...]


async def route(scene: Scene, subject: Person | None, *, of_head: bool, personal: bool) -> Route:
    """The way of a report about `subject` (None: nobody in particular). Raises NotAllowed when nobody is left."""
    heads = await scene.holders(Role.HEADTEACHER)
    of_head = of_head or (subject is not None and any(might_be_same_person(subject, head) for head in heads))
    hidden = tuple(each for each in (subject, *(heads if of_head else ())) if each is not None)
    lead = await leader(scene, hidden, of_head=of_head)
    if lead is None:
        raise NotAllowed(
            "Exeat kept nothing of this, because there is nobody here whom it could tell.",
            "Whoever a report is about must not be the one who gets it.",
            nobody(scene.school.contacts, of_head=of_head),
            clause="lead-on-incidents",
        )
    told = await officers(scene, hidden) if personal else []
    also = [] if of_head else _open_to(scene, heads, hidden)
    return Route(lead, tuple(once((lead.person, *also, *told))), hidden)


async def leader(scene: Scene, hidden: Sequence[Person], *, of_head: bool) -> Lead | None:
    """Who leads on it today, of those who can be told; None when nobody is left."""
    chairs = await scene.holders(Role.CHAIR)
    for lead in leaders(await seats_today(scene), chairs, hidden, of_head=of_head):
        if is_staff(lead.person, scene.school.roster) and not await is_gone(scene, lead.person):
            return lead
    return None


async def may_lead(scene: Scene, person: Person, hidden: Sequence[Person], *, of_head: bool) -> bool:
    """Whether the person may lead today: what somebody was named for ends when whoever named them is back."""
    chairs = await scene.holders(Role.CHAIR)
    found = leaders(await seats_today(scene), chairs, hidden, of_head=of_head)
    return is_among(person, (lead.person for lead in found))


async def officers(scene: Scene, hidden: Sequence[Person]) -> list[Person]:
    """The data protection officer, and whoever stands in while they are away; nobody whom it might be about."""
    found = list[Person]()
    for officer in await scene.holders(Role.DPO):
        found.append(officer)
        away = await scene.absence(officer)
        stand_in = await scene.person(away.delegate) if away and away.delegate else None
        found += [stand_in] if stand_in is not None else []
    return once(_open_to(scene, found, hidden))


def _open_to(scene: Scene, people: Sequence[Person], hidden: Sequence[Person]) -> list[Person]:
    """Those of the people whom it is not hidden from."""
    return [
        each
        for each in people
        if is_staff(each, scene.school.roster) and not any(might_be_same_person(each, other) for other in hidden)
    ]
