"""Knowing who is who: accounts met on a platform become people, and accounts of one human being become one."""

from collections.abc import Set
from dataclasses import replace

from policy.joined import give_up, join, part_of, part_ways, refresh, vouch
from policy.people import Identity, Known, Person, Roster, Standing, admit, meet
from policy.pin import PINNED, Pin
from policy.school import School
from storage.contract import Transaction


async def link_up(
    tx: Transaction, school: School, known: Known, gone: Set[Identity] = frozenset()
) -> tuple[Person, bool]:
    """Keep what a platform says of an account; join it to the person it turns out to belong to. `gone` are accounts
    that are kept with its address and have it no longer.

    Gives the person, and whether anything was new. An account not kept before is kept only if the school admits it;
    two must not be linked at once, for neither would see the other. Raises NotAdmitted.
    """
    found = await tx.find(Person, key=f"identity:{known.identity}", limit=1)
    kept = found[0] if found else None
    before = await _alone(tx, school.roster, kept, known.identity) if kept else None
    left = give_up(before, known.email, gone) if before else None
    others = await _others(tx, school.roster, refresh(left, known) if left else meet(known, school.id), known, gone)
    if left is None and others:
        before = left = others.pop(0)
    person, rests = refresh(left, known) if left else meet(known, school.id), list[Person]()
    for other in others:
        person, rest = join(person, other)
        rests.append(rest)
    if person.apart:
        person = await _vouched(tx, person)
    if not found:
        admit(person, known.identity, school.roster)
    for rest in rests:
        tx.put(rest)
    if person != before:
        tx.put(person)
    return person, person != kept


async def beside(tx: Transaction, known: Known) -> list[Identity]:
    """The accounts that are kept with the address of another that is met, and are not known to be of one person with
    it. What is kept of them may be of before.
    """
    if not known.email or known.standing is not Standing.MEMBER:
        return []
    found = await tx.find(Person, key=known.email, limit=8)
    mine = [
        account
        for each in found
        if each.account(known.identity)
        for account in part_of(each, str(known.identity)).accounts
    ]
    return [
        account.identity
        for each in found
        for account in each.active
        if account.email == known.email and account not in mine
    ]


async def as_one(tx: Transaction, id: str) -> Person | None:
    """The person that the id means, who may have turned out to be another, and that one another again."""
    person = await tx.get(Person, id) or next(iter(await tx.find(Person, key=f"identity:{id}", limit=1)), None)
    while person is not None and person.same_as:
        person = await tx.get(Person, person.same_as)
    return person


async def known_by(tx: Transaction, name: str, roster: Roster) -> list[Person]:
    """Everybody who answers, or answered, to a roster ref or to another that means the same person."""
    return [person for each in roster.alike(name) for person in await tx.find(Person, key=each, limit=8)]


async def _alone(tx: Transaction, roster: Roster, kept: Person, identity: Identity) -> Person:
    """Whoever has the account, without those whom the configuration has joined to them and does not any more: each
    of those is kept with what was theirs.
    """
    apart, found = part_ways(kept, roster), kept
    for each in apart if len(apart) > 1 else ():
        own = await tx.get(Person, each.id)
        part = replace(each, rev=own.rev if own is not None else 0)
        tx.put(part)
        for left in [await tx.get(Person, id) for id in part.formerly]:
            if left is not None and left.same_as:
                tx.put(replace(left, same_as=part.id))
        found = part if part.account(identity) is not None else found
    return found


async def _others(tx: Transaction, roster: Roster, person: Person, known: Known, gone: Set[Identity]) -> list[Person]:
    """Other records of the same human being: of one verified e-mail, or named as one in the configuration. An address
    of an account that has left joins nobody by itself: it may have been given to somebody else. Those whose address
    is `gone` are kept without it from now on.
    """
    if not person.active:
        return []
    names = person.emails | {name for group in roster.same if set(group) & set(person.refs) for name in group}
    found = {other.id: other for name in sorted(names) for other in await tx.find(Person, key=name, limit=8)}
    others = list[Person]()
    for before in (each for each in found.values() if each.id != person.id):
        other = give_up(before, known.email, gone)
        if other is not before:
            tx.put(other)
        if not person.emails.isdisjoint(other.emails) or _is_said_to_be(person, other, roster):
            others.append(other)
    return others


def _is_said_to_be(person: Person, other: Person, roster: Roster) -> bool:
    """Whether the configuration joins a name that is the one's alone to a name that is the other's alone."""
    own, theirs = set(person.refs), set(other.refs)
    return any(set(group) & (own - theirs) and set(group) & (theirs - own) for group in roster.same)


async def _vouched(tx: Transaction, person: Person) -> Person:
    """The person, with what has been confirmed of their accounts by holders of the safeguarding roles."""
    for role in PINNED:
        kept = await tx.get(Pin, role.value)
        for names, known in kept.vouched if kept is not None else ():
            person = vouch(person, names, known)
    return person
