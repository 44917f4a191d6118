"""Whether concerns are taken, and whom an alert is known to reach: what the test alerts have shown."""

from cards.drill import Holder
from handlers.reach import is_reached
from handlers.safeguarding.pins import held, holder, kept_pins, pinned
from handlers.turn import Scene
from policy.drill import OPENING, Drill, Opening, is_acknowledged
from policy.people import Person, Role, same_person
from policy.pin import PINNED
from policy.school import Concerns


async def is_live(scene: Scene) -> bool:
    """Whether concerns are taken: switched on, with a key and numbers to ring, opened when every holder had
    acknowledged a test alert, and still with a headteacher or a DSL, and a chair who is neither, who have.
    """
    if scene.school.safeguarding.concerns is Concerns.OFF or not scene.sealing or scene.school.contacts.missing:
        return False
    opening = await scene.tx.get(Opening, OPENING)
    return opening is not None and opening.since is not None and await has_routes(scene)


async def acknowledged(scene: Scene, person: Person) -> bool:
    """Whether the person has acknowledged a test alert this term. Whoever has not is not a route."""
    calendar = scene.school.calendar
    return any(is_acknowledged(drill, scene.now, calendar) for drill in await drills_of(scene, person))


async def drills_of(scene: Scene, person: Person) -> list[Drill]:
    """The test alerts of somebody, under each of their ids."""
    return [drill for id in person.ids for drill in await scene.tx.find(Drill, owner=id, limit=1)]


async def standing(scene: Scene) -> list[Holder]:
    """How each holder stands with the test alerts, by role."""
    roles: dict[tuple[str, ...], list[Role]] = {}
    for role in PINNED:
        for names in await held(scene, role):
            roles.setdefault(names, []).append(role)
    return [await _standing(scene, names, tuple(each)) for names, each in roles.items()]


async def _standing(scene: Scene, names: tuple[str, ...], roles: tuple[Role, ...]) -> Holder:
    person = await holder(scene, names)
    if person is None:
        return Holder(names[0], roles)
    drills = await drills_of(scene, person)
    return Holder(
        names[0],
        roles,
        person,
        await is_reached(scene, person),
        max((each.asked for each in drills if each.asked), default=None),
        max((each.acknowledged for each in drills if each.acknowledged), default=None),
        await acknowledged(scene, person),
    )


async def is_ready(scene: Scene) -> bool:
    """Whether concerns may be opened: the roles are settled, and every holder has acknowledged one this term."""
    pins = await kept_pins(scene)
    if not pins or any(kept.proposed is not None for kept in pins):
        return False
    return all(each.this_term for each in await standing(scene)) and await has_routes(scene)


async def has_routes(scene: Scene) -> bool:
    """Whether there are a headteacher or a DSL, and a chair who is neither, who have acknowledged a test alert."""
    first = [*await pinned(scene, Role.HEADTEACHER), *await pinned(scene, Role.DSL)]
    first = [person for person in first if await _has_acknowledged(scene, person)]
    chairs = [person for person in await pinned(scene, Role.CHAIR) if await _has_acknowledged(scene, person)]
    return any(not same_person(one, chair) for one in first for chair in chairs)


async def _has_acknowledged(scene: Scene, person: Person) -> bool:
    return any(drill.acknowledged is not None for drill in await drills_of(scene, person))
