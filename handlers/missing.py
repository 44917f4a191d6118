"""People whom the configuration names and nobody can be reached by: the admins are told, for as long as it lasts."""

from collections.abc import Set
from datetime import datetime

from cards.missing import Unreached, missing_card, missing_part
from cards.model import Card, Element
from handlers.reach import has_removed, is_reached
from handlers.registry import Registry
from handlers.turn import Scene
from policy.address import Address
from policy.people import EXEAT, Role
from policy.school import School
from storage.contract import Transaction
from storage.rows import Outgoing, Seen

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


async def tell_of_unreached(
    tx: Transaction, school: School, now: datetime, *, installed: Set[str], served: Set[str] | None = None
) -> bool:
    """Have the admins told whom Exeat cannot reach, at most once a working day; whether they now will be.

    `now` is aware; `served` names the platforms on which people can be written to, None: any; `installed` those on
    which somebody must first have added Exeat. Only in staffed hours, and not before there is an admin who can be
    told.
    """
    if not school.calendar.is_staffed(now):
        return False
    key = f"{EXEAT.id}/missing/{school.calendar.today(now)}"
    scene = Scene(tx, school, now, EXEAT, served=served, installed=installed)
    if await tx.seen(key) is not None or not await unreached(scene):
        return False
    told = [admin for admin in await scene.holders(Role.ADMIN) if await is_reached(scene, admin)]
    for admin in told:
        tx.queue(Outgoing(school.id, VIEW, admin.id, created=now, not_before=now))
    if told:
        tx.mark_seen(Seen(key, None, "", now))
    return bool(told)


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
