"""Who decides today: the roles, the absences and the delegates, read from the store for the rules to weigh."""

from handlers.turn import Scene
from policy.away import Away
from policy.deciding import Decider, Seat, Seats, deciders
from policy.people import Person, Role, is_staff


async def seats_today(scene: Scene) -> Seats:
    """Who sits where today; read once in a scene."""
    if scene.seats is None:
        heads = await scene.holders(Role.HEADTEACHER)
        deputies = [await _seat(scene, each) for each in await scene.holders(Role.DEPUTY)]
        scene.seats = Seats(await _seat(scene, heads[0]) if heads else None, tuple(deputies))
    return scene.seats


async def deciders_of(scene: Scene, author: str) -> tuple[Decider, ...]:
    """Everyone who may decide on the author's posts now; empty when nobody can."""
    writer = await scene.person(author)
    if writer is None:
        return ()
    return deciders(writer, await seats_today(scene), scene.school.head_may_approve_own)


def has_seat(scene: Scene, person: Person) -> bool:
    """Whether the person decides on posts by their role."""
    names, roster = scene.school.roster.names(person), scene.school.roster
    return not (names.isdisjoint(roster.refs(Role.HEADTEACHER)) and names.isdisjoint(roster.refs(Role.DEPUTY)))


async def might_decide(scene: Scene, person: Person) -> bool:
    """Whether somebody might decide on anybody's post today: by their role, or in somebody's place."""
    if has_seat(scene, person):
        return True
    keys = (f"delegate:{id}" for id in person.ids)
    return any([await scene.tx.find(Away, key=key, limit=1) for key in keys])


async def _seat(scene: Scene, holder: Person) -> Seat:
    """Somebody in their role, with the absence that covers today and whom they named for it."""
    away = await scene.absence(holder)
    delegate = await scene.person(away.delegate) if away and away.delegate else None
    if delegate is not None and (not is_staff(delegate, scene.school.roster) or await scene.absence(delegate)):
        delegate = None
    return Seat(holder, away, delegate)
