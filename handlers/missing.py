"""People whom the configuration names and nobody can be reached by: the admins are told, for as long as it lasts."""

from cards.missing import Unreached, missing_card, missing_part
from cards.model import Card, Element
from handlers.reach import has_removed, is_reached
from handlers.registry import Registry
from handlers.turn import Scene, Turn
from policy.address import Address
from policy.people import Role

REGISTRY = Registry()
REGISTRY.knows(Address)

VIEW = "people.missing"


@REGISTRY.view(VIEW)
async def missing(scene: Scene, record: None) -> Card | None:
    """Whom Exeat cannot reach, to an admin; nothing when everybody has been met meanwhile."""
    found = await unreached(scene) if scene.school.is_admin(scene.viewer) else ()
    return missing_card(found) if found else None


@REGISTRY.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """The same on an admin's page, and in their answer to /exeat."""
    return missing_part(await unreached(scene)) if scene.school.is_admin(scene.viewer) else ()


async def tell_of_unreached(turn: Turn) -> None:
    """Have the admins told whom Exeat cannot reach, at most once a working day.

    Only in staffed hours, and not before there is an admin who can be told.
    """
    calendar = turn.school.calendar
    if not calendar.is_staffed(turn.now):
        return
    today = f"missing/{calendar.today(turn.now)}"
    if await turn.told(today) is not None or not await unreached(turn):
        return
    told = [admin for admin in await turn.holders(Role.ADMIN) if await is_reached(turn, admin)]
    if told and await turn.once(today):
        for admin in told:
            turn.send(VIEW, admin)


async def unreached(scene: Scene) -> tuple[Unreached, ...]:
    """The names that hold a role or look after an account and by which nobody can be reached, in their order."""
    school = scene.school
    owners = (ref for account in school.accounts for ref in account.owners)
    found: list[Unreached] = []
    for name in dict.fromkeys((*school.roster.named, *owners)):
        people = await scene.by_refs([name])
        if any([await is_reached(scene, person) for person in people]):
            continue
        roles = tuple(role for role in Role if name in school.roster.refs(role))
        accounts = tuple(account.name for account in school.accounts if name in account.owners)
        removed = any([await has_removed(scene, person) for person in people])
        found.append(Unreached(name, roles, accounts, removed))
    return tuple(found)
