"""Who looks after the school's accounts and what comes to them today, and who stands in for them."""

from collections.abc import Iterable

from handlers.reach import is_gone
from handlers.turn import Scene
from policy.comment import Comment
from policy.people import Person, Role, is_among, is_staff, once


async def keepers(scene: Scene, account: str) -> list[Person]:
    """Who looks after the account today: its owners, with a delegate for whoever is away.

    Where none of them can be told, the office; then the headteacher; then the deputies.
    """
    known = scene.school.account(account)
    if known is not None and (found := await present(scene, await scene.by_refs(known.owners))):
        return found
    for role in (Role.OFFICE, Role.HEADTEACHER, Role.DEPUTY):
        if found := await present(scene, await scene.holders(role)):
            return found
    return []


async def carers(scene: Scene, comment: Comment) -> list[Person]:
    """Who is to deal with it and is reminded of it: whoever it is assigned to, else who looks after its account."""
    if comment.assigned:
        person = await scene.person(comment.assigned)
        if person is not None and (found := await present(scene, [person])):
            return found
    return await keepers(scene, comment.account)


async def heads(scene: Scene) -> list[Person]:
    """The headteacher; while away, their delegate or else the deputies."""
    return await present(scene, await scene.holders(Role.HEADTEACHER)) or await present(
        scene, await scene.holders(Role.DEPUTY)
    )


async def cares_for(scene: Scene, account: str) -> bool:
    """Whether the viewer may deal with whatever comes to the account."""
    known = scene.school.account(account)
    if (known is not None and scene.school.owns(scene.viewer, known)) or await leads(scene):
        return True
    return is_among(scene.viewer, await keepers(scene, account))


async def leads(scene: Scene) -> bool:
    """Whether the viewer sees the comments of every account, by their role or in the headteacher's place today."""
    return sees_all(scene) or is_among(scene.viewer, await heads(scene))


def sees_all(scene: Scene) -> bool:
    """Whether the viewer sees the comments of every account: the headteacher, the deputies and the office."""
    return any(scene.school.roster.holds(scene.viewer, role) for role in (Role.HEADTEACHER, Role.DEPUTY, Role.OFFICE))


async def present(scene: Scene, people: Iterable[Person]) -> list[Person]:
    """Those who are here and can be written to; of somebody who is away, whoever they named."""
    found: list[Person] = []
    for person in people:
        here: Person | None = person
        if (away := await scene.absence(person)) is not None:
            here = await scene.person(away.delegate) if away.delegate else None
        if here is None or not is_staff(here, scene.school.roster) or await is_gone(scene, here):
            continue
        if here is not person and await scene.absence(here) is not None:
            continue
        found.append(here)
    return once(found)
