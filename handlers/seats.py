"""Who decides today: the roles, the absences and the delegates, read from the store for the rules to weigh."""

from dataclasses import dataclass

from handlers.turn import Scene
from policy.deciding import Decider, Seat, deciders
from policy.people import Person, Role, same_person


@dataclass(frozen=True, slots=True)
class Seats:
    """The headteacher's seat, None while nobody answers to that name, and the deputies'."""

    head: Seat | None
    deputies: tuple[Seat, ...]

    def might_decide(self, person: Person) -> bool:
        """Whether there is any post that the person might decide on today."""
        seats = (self.head, *self.deputies) if self.head else self.deputies
        people = (each for seat in seats for each in (seat.holder, seat.delegate) if each is not None)
        return any(same_person(person, each) for each in people)


async def seats_today(scene: Scene) -> Seats:
    """Who sits where today."""
    heads = await scene.holders(Role.HEADTEACHER)
    deputies = [await _seat(scene, each) for each in await scene.holders(Role.DEPUTY)]
    return Seats(await _seat(scene, heads[0]) if heads else None, tuple(deputies))


async def deciders_of(scene: Scene, author: str, seats: Seats | None = None) -> tuple[Decider, ...]:
    """Everyone who may decide on the author's posts now; empty when nobody can."""
    writer = await scene.person(author)
    if writer is None:
        return ()
    seats = seats or await seats_today(scene)
    return deciders(writer, seats.head, seats.deputies, scene.school.head_may_approve_own)


async def _seat(scene: Scene, holder: Person) -> Seat:
    """Somebody in their role, with the absence that covers today and whom they named for it."""
    away = await scene.absence(holder)
    delegate = await scene.person(away.delegate) if away and away.delegate else None
    return Seat(holder, away, delegate)
