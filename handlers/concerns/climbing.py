"""The climb of a concern that nobody has acknowledged, and the reminders of the LADO once somebody has."""

from dataclasses import replace

from cards.concern import numbers, unseen_card
from cards.model import Card
from handlers.concerns.access import add, author, raised
from handlers.concerns.routing import ladder, way_of
from handlers.registry import Registry
from handlers.turn import Scene, Turn
from policy.concern import Concern, State
from policy.concern_due import climb, press
from policy.concern_entry import Act
from policy.people import Person, is_staff
from policy.safeguarding import Route, is_hidden_from

registry = Registry()


async def step(turn: Turn, concern: Concern, way: Route) -> Concern:
    """Take the next step of the climb: the first, when it has just been raised. It is still to be kept."""
    concern = replace(concern, row=way.row)
    moved, taken = climb(concern, await ladder(turn, way), turn.now, turn.school.calendar)
    people = {person.id: person for rung in way.rungs for person in rung}
    for id in taken.alert:
        turn.alert("concern", people[id], moved)
        await add(turn, moved, Act.TOLD, people[id].name)
    for id in taken.mail:
        turn.alert("concern", people[id], moved, mail=True)
        await add(turn, moved, Act.MAILED, people[id].name)
    if taken.unseen:
        await add(turn, moved, Act.UNSEEN)
        if (reporter := await author(turn, moved)) is not None:
            turn.alert("concern.unseen", reporter, moved)
    return moved


async def tell_managers(turn: Turn, concern: Concern) -> None:
    """Have those who act on it open Exeat: whoever manages it, and everybody who has taken it up; all who have been
    told, before anybody has.
    """
    taken_up = (concern.manager, *(each.by for each in concern.acknowledged))
    ids = dict.fromkeys(concern.told if concern.status is State.SENT else taken_up)
    found = [person for id in ids if id and (person := await turn.part(id)) is not None]
    found = [person for person in found if may_hear(turn, concern, person)]
    if not any([await turn.absence(person) is None for person in found]):
        told = [await turn.part(id) for id in concern.told]
        found += [person for person in told if person is not None and may_hear(turn, concern, person)]
    for person in {person.id: person for person in found}.values():
        turn.alert("concern.waits", person, concern)


@registry.due(Concern)
async def due(turn: Turn, concern: Concern) -> None:
    """Say what has fallen due, once, and move the concern on in the same commit."""
    if concern.status is State.SENT:
        turn.tx.put(await step(turn, concern, await way_of(turn, concern)))
        return
    moved, said = press(concern, turn.now, turn.school.calendar)
    turn.tx.put(moved)
    if said:
        await tell_managers(turn, moved)


@registry.view("concern.unseen", Concern, sure=True)
async def unseen_view(scene: Scene, concern: Concern) -> Card | None:
    """That nobody has seen it yet and whom to ring, to whoever raised it."""
    if not raised(scene, concern):
        return None
    accused = (await way_of(scene, concern)).accused
    return unseen_card(concern, numbers(scene.school.contacts, accused))


def may_hear(turn: Turn, concern: Concern, person: Person) -> bool:
    """Whether somebody may be told that something about it waits."""
    return is_staff(person, turn.school.roster) and not is_hidden_from(person, concern.excluded)
