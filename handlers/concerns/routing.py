"""To whom a concern goes today: the holders of the roles, whom it is hidden from, and who is here to be told."""

from collections.abc import Sequence

from handlers.reach import is_gone
from handlers.safeguarding.pins import called, mailboxes, pinned
from handlers.safeguarding.readiness import acknowledged
from handlers.turn import Scene
from policy.concern import Concern
from policy.concern.about import ROUTED, Holders
from policy.concern.due import Reach, next_told
from policy.concern.hidden import meant_by
from policy.concern.route import Route, route_on
from policy.people import MAIL, Person, Role, Roster


async def holders(scene: Scene) -> Holders:
    """Who holds each role for concerns today, and who looks after Exeat."""
    people = {role: tuple(await pinned(scene, role)) for role in ROUTED}
    people[Role.ADMIN] = tuple(await scene.holders(Role.ADMIN))
    names = {role: await called(scene, role) for role in ROUTED}
    roles = tuple((role, tuple(name for each in groups for name in each)) for role, groups in names.items())
    same = tuple(group for groups in names.values() for group in groups)
    return Holders(people, scene.school.roster, Roster(roles=roles, same=same))


async def way_of(scene: Scene, concern: Concern) -> Route:
    """The way of a concern that has been raised, by who holds its roles today."""
    found, reporter = await holders(scene), await scene.part(concern.by)
    meant = meant_by(concern.named, found.confirmed, reporter).difference(concern.spared)
    return route_on(concern.row, concern.about, concern.risk, (*concern.excluded, *meant), found, reporter)


async def ladder(scene: Scene, way: Route) -> list[list[Reach]]:
    """The rungs, with who is here and whom a test alert has reached."""
    return [[await _reach(scene, person) for person in rung] for rung in way.rungs]


async def doubtful(scene: Scene, way: Route) -> list[tuple[str, frozenset[Role]]]:
    """The names of those told first whom an alert may not reach, each with the roles that they hold for concerns."""
    found, rungs = await holders(scene), await ladder(scene, way)
    first = next_told(rungs)
    ids = {each.id for rung in rungs for each in rung if each.id in first and not (each.here and each.proven)}
    people = [each for rung in way.rungs for each in rung if each.id in ids]
    return [(each.name, frozenset(role for role in ROUTED if _is_one(each, found.of(role)))) for each in people]


async def is_here(scene: Scene, person: Person) -> bool:
    """Whether somebody is not away, and has not removed Exeat."""
    return await scene.absence(person) is None and not await is_gone(scene, person)


async def is_mailed(scene: Scene, person: Person) -> bool:
    """Whether there is a mail server, and an address to which an alert for somebody may go."""
    serves = scene.served is None or MAIL in scene.served
    return serves and bool(await mailboxes(scene, person))


async def _reach(scene: Scene, person: Person) -> Reach:
    here, proven = await is_here(scene, person), await acknowledged(scene, person)
    return Reach(person.id, here, proven, await is_mailed(scene, person))


def _is_one(person: Person, people: Sequence[Person]) -> bool:
    return any(each.id == person.id for each in people)
