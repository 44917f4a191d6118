"""Who holds the safeguarding roles as far as concerns go, and who may say that a change of them is right."""

from handlers.turn import Scene
from policy.people import Person, Role, is_staff, once
from policy.pin import PINNED, Names, Pin, configured, is_known_by, may_confirm


async def pinned(scene: Scene, role: Role) -> list[Person]:
    """Who holds the role for concerns, of those who are on the staff; whoever the configuration names, before any
    role was pinned.
    """
    return [person for names in await held(scene, role) if (person := await holder(scene, names)) is not None]


async def held(scene: Scene, role: Role) -> tuple[Names, ...]:
    """The names of those who hold the role for concerns, whether or not anybody answers to them."""
    kept = await scene.tx.get(Pin, role.value)
    return kept.held if kept is not None else configured(scene.school.roster, role)


async def holder(scene: Scene, names: Names) -> Person | None:
    """Whoever answers to the names, if they are on the staff and have no account that is not known to be theirs."""
    for person in await scene.by_refs(names):
        if is_known_by(person, names) and is_staff(person, scene.school.roster):
            return person
    return None


async def everyone_pinned(scene: Scene) -> list[Person]:
    """Everybody who holds a safeguarding role for concerns, each once."""
    return once([person for role in PINNED for person in await pinned(scene, role)])


async def kept_pins(scene: Scene) -> list[Pin]:
    """The pins of all the roles; none before the first start with concerns switched on."""
    found = [await scene.tx.get(Pin, role.value) for role in PINNED]
    return [each for each in found if each is not None]


async def confirmers(scene: Scene, kept: Pin) -> tuple[Person, ...]:
    """Who may say whether the change that the pin waits for is right."""
    newcomers = await scene.by_refs(name for names in kept.coming for name in names)
    return may_confirm(kept, await everyone_pinned(scene), newcomers, scene.school.roster)


async def everyone_concerned(scene: Scene) -> list[Person]:
    """Who is told of a change: the holders for concerns, those whom the configuration names, and the admins."""
    names = [name for kept in await kept_pins(scene) for each in kept.held for name in each]
    proposed = [name for role in PINNED for name in scene.school.roster.refs(role)]
    people = [*await scene.by_refs([*names, *proposed]), *await scene.holders(Role.ADMIN)]
    return [person for person in once(people) if is_staff(person, scene.school.roster)]
