"""Who holds the safeguarding roles as far as concerns go, and who may say that a change of them is right."""

from handlers.turn import Scene, Turn
from policy.joined import part_named, parts, vouch
from policy.people import Person, Role, is_account, is_staff, once
from policy.pin import PINNED, Names, Pin, bind, configured, may_confirm, miss


async def pinned(scene: Scene, role: Role) -> list[Person]:
    """Who holds the role for concerns, of those who are on the staff; whoever the configuration names, before any
    role was pinned.
    """
    return [person for names in await held(scene, role) if (person := await holder(scene, names)) is not None]


async def held(scene: Scene, role: Role) -> tuple[Names, ...]:
    """The names and accounts of those who hold the role for concerns, whether or not anybody answers to them."""
    kept = await scene.tx.get(Pin, role.value)
    return kept.answering if kept is not None else configured(scene.school.roster, role)


async def called(scene: Scene, role: Role) -> tuple[Names, ...]:
    """Everything by which those are known, or were, who hold the role for concerns: what speaks against somebody."""
    kept = await scene.tx.get(Pin, role.value)
    return kept.called if kept is not None else configured(scene.school.roster, role)


async def holder(scene: Scene, names: Names) -> Person | None:
    """Whoever answers to the names, if they are on the staff: with those accounts that are known to be theirs.

    Accounts speak first: an address may have become somebody else's.
    """
    for refs in (tuple(filter(is_account, names)), names):
        for person in await scene.by_refs(refs):
            known = part_named(person, refs)
            if known is not None and is_staff(known, scene.school.roster):
                return known
    return None


async def look_over(turn: Turn) -> None:
    """Keep with each pin by which accounts its holders are known, and tell the others, once, of a holder who can be
    found no longer.
    """
    news = False
    for kept in await kept_pins(turn):
        answered = [await holder(turn, names) for names in kept.answering]
        after, is_news = miss(bind(kept, answered), answered)
        news = news or is_news
        if after != kept:
            turn.tx.put(after)
    for person in await everyone_concerned(turn) if news else []:
        turn.send("pins", person)


async def wanted(scene: Scene, role: Role) -> tuple[Names, ...]:
    """Who holds the role by the configuration, without those whom it admits no longer."""
    found = configured(scene.school.roster, role)
    return tuple([names for names in found if not await _is_turned_away(scene, names)])


async def vouch_for(scene: Scene, kept: Pin) -> None:
    """Keep of each holder that the accounts by which they hold their role are theirs."""
    for names, bound in kept.vouched:
        for person in await scene.by_refs(names):
            if (vouched := vouch(person, names, bound)) != person:
                scene.tx.put(vouched)


async def mailboxes(scene: Scene, person: Person) -> tuple[str, ...]:
    """Where somebody gets e-mail about somebody's safety: the verified addresses of their accounts, and those by
    which they hold a safeguarding role. Nowhere once they have left, and not at the address of an account that has,
    nor at one that is somebody else's by now.
    """
    left = {account.email for account in person.accounts} - person.emails
    pins = await kept_pins(scene)
    groups = [names for kept in pins for names in kept.held]
    if not pins:
        groups = [names for role in PINNED for names in configured(scene.school.roster, role)]
    named = {
        name for names in groups if part_named(person, names) for name in names if "@" in name and ":" not in name
    }
    lent = {name for name in named - person.emails if await _is_elsewhere(scene, name)}
    return tuple(sorted((person.emails | named) - left - lent)) if person.active else ()


async def _is_elsewhere(scene: Scene, address: str) -> bool:
    """Whether an address is that of somebody's account today."""
    return any(address in each.emails for each in await scene.tx.find(Person, key=address, limit=8))


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
    """Who is told of a change: the holders for concerns, those whom the configuration names, and the admins; under
    each of their accounts of which it is not known that they are one person's.
    """
    names = [name for kept in await kept_pins(scene) for each in kept.answering for name in each]
    proposed = [name for role in PINNED for name in scene.school.roster.refs(role)]
    people = [*await scene.by_refs([*names, *proposed]), *await scene.holders(Role.ADMIN)]
    apart = [part for person in people for part in parts(person)]
    return [person for person in once(apart) if is_staff(person, scene.school.roster)]


async def _is_turned_away(scene: Scene, names: Names) -> bool:
    """Whether the configuration admits nobody who answers to the names, though somebody is there."""
    roster = scene.school.roster
    if not set(names).isdisjoint(roster.blocked):
        return True
    met = [person for person in await scene.by_refs(names) if part_named(person, names) is not None]
    return bool(met) and not any(is_staff(person, roster) for person in met)
