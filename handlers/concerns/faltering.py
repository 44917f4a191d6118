"""A concern whose own clock fails, so that Exeat cannot carry it on: people are told to do what it does not."""

from cards.concern import faltered_card, numbers, ring_on_card
from cards.model import Card
from handlers.concerns.access import add, author, manages, raised, reads
from handlers.concerns.climbing import who_hear
from handlers.concerns.reading import waits_view
from handlers.concerns.routing import way_of
from handlers.registry import Registry
from handlers.turn import Scene, Turn
from policy.concern import Concern
from policy.concern.due import tell
from policy.concern.entry import Act
from policy.people import Person

registry = Registry()

VIEW = "concern.faltered"


@registry.falters(Concern)
async def falters(turn: Turn, concern: Concern) -> None:
    """Once a day, as long as it lasts: those who act on it are told that nobody is reminded. One that climbs goes to
    everybody of its way at once, and whoever raised it hears whom to ring.
    """
    if not await turn.once(VIEW, concern):
        return
    people = {person.id: person for person in await who_hear(turn, concern, concern.told)}
    if concern.climbs or not people:
        fresh = await _fresh(turn, concern, people)
        concern = tell(concern, [person.id for person in fresh])
        turn.tx.put(concern)
        people |= {person.id: person for person in fresh}
    for person in people.values():
        turn.alert(VIEW, person, concern)
    if concern.climbs and (reporter := await author(turn, concern)) is not None:
        turn.alert(VIEW, reporter, concern)


@registry.view(VIEW, Concern, sure=True)
async def faltered_view(scene: Scene, concern: Concern) -> Card | None:
    """That Exeat does not go on with it: to those who may read it, and to whoever raised it with whom to ring."""
    if reads(scene, concern) and scene.first:
        return faltered_card(concern, acknowledges=manages(scene, concern))
    if reads(scene, concern):
        return await waits_view(scene, concern)
    if not raised(scene, concern):
        return None
    return ring_on_card(concern, numbers(scene.school.contacts, (await way_of(scene, concern)).accused))


async def _fresh(turn: Turn, concern: Concern, known: dict[str, Person]) -> list[Person]:
    """Everybody of its way who has not heard of it, from now on written down as told."""
    rungs = (await way_of(turn, concern)).rungs
    found = {person.id: person for rung in rungs for person in rung if person.id not in known}
    for person in found.values():
        await add(turn, concern, Act.TOLD, person.name)
    return list(found.values())
