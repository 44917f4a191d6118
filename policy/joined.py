"""Accounts of one human being made one person, and which of them are known to be theirs, not only said to be.

That two accounts have one verified e-mail shows that they are one person's; that `[[people.same]]` says so does not,
until a holder of a safeguarding role has confirmed it. For most of what Exeat does either is enough. What is about
somebody's safety goes by a `part`: the accounts that are known to be one person's, as if there were no others.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from policy.people import Identity, Known, Person, Roster, is_account


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody with all their accounts. `ids` are those by which records may name them; `emails` also of accounts
    that are gone.
    """

    people: tuple[Person, ...]
    ids: frozenset[str]
    names: tuple[str, ...]
    emails: frozenset[str]

    @property
    def name(self) -> str:
        """What the platforms call them."""
        return self.names[0] if self.names else "Somebody"


def refresh(person: Person, known: Known) -> Person:
    """The person with what a platform says today of an account, which may be new to them."""
    if person.account(known.identity) is None:
        with_it = replace(person, accounts=(*person.accounts, known))
        return _grouped(with_it, (*_groups(person), (str(known.identity),)))
    accounts = (known if account.identity == known.identity else account for account in person.accounts)
    return _grouped(replace(person, accounts=tuple(accounts)), _groups(person))


def join(keeper: Person, other: Person) -> tuple[Person, Person]:
    """Two records of one human being made one: the keeper with everything, and what is left of the other."""
    accounts = (*keeper.accounts, *other.accounts)
    formerly = tuple(dict.fromkeys((*keeper.formerly, other.id, *other.formerly)))
    return (
        _grouped(replace(keeper, accounts=accounts, formerly=formerly), (*_groups(keeper), *_groups(other))),
        replace(other, accounts=(), formerly=(), same_as=keeper.id, apart=()),
    )


def give_up(person: Person, address: str, gone: Set[Identity]) -> Person:
    """The person without an address at those of their accounts that have it no longer."""
    accounts = tuple(
        replace(each, email="") if each.identity in gone and each.email == address else each
        for each in person.accounts
    )
    return person if accounts == person.accounts else replace(person, accounts=accounts)


def vouch(person: Person, names: Iterable[str], before: Iterable[str] = ()) -> Person:
    """The person, of whom it has been confirmed that those of their accounts which go by the names are one's.

    `before` are the accounts and addresses by which that one was known: of those addresses, none brings in an account
    that is not among them, for it may have been given to somebody else.
    """
    named, known = set(names), set(before)
    fresh = {name for name in named if is_account(name) or name not in known}
    meant = [
        group
        for group in person.apart
        if _answers(person, group, named if _is_one_of(person, group, known) else fresh)
    ]
    others = [group for group in person.apart if group not in meant]
    return _grouped(person, (tuple(id for group in meant for id in group), *others)) if len(meant) > 1 else person


def parts(person: Person) -> tuple[Person, ...]:
    """The person, as as many people as their accounts are not known to be one's."""
    return tuple(_part(person, group) for group in person.apart) or (person,)


def part_ways(person: Person, roster: Roster) -> tuple[Person, ...]:
    """The person, as several again where the configuration alone made them one, and says nothing of them any more."""
    said = {name for group in roster.same for name in group}
    if not person.apart or not said.isdisjoint(person.refs):
        return (person,)
    return tuple(replace(each, uses="") for each in parts(person))


def part_of(person: Person, id: str) -> Person:
    """Whoever the person is known to be by one of their ids; by any other, somebody without accounts."""
    if not person.apart:
        return person
    found = next((_part(person, group) for group in person.apart if id in group), None)
    return found or replace(person, id=id, accounts=(), formerly=(), apart=())


def part_named(person: Person, names: Iterable[str]) -> Person | None:
    """Whoever of the person is known to go by one of these names: one that is an account's own; None, if nobody."""
    named = set(names)
    groups = [group for group in _groups(person) if _answers(person, group, named)]
    return _part(person, tuple(id for group in groups for id in group)) if groups else None


def _groups(person: Person) -> tuple[tuple[str, ...], ...]:
    return person.apart or (tuple(str(account.identity) for account in person.accounts),)


def _answers(person: Person, group: tuple[str, ...], named: set[str]) -> bool:
    """Whether a group is meant by one of the names. An account that has left is not meant by its address once that is
    another's: it may have been given to somebody else.
    """
    others = {account.email for account in person.active if str(account.identity) not in group}
    accounts = person.accounts_of(group)
    lent = others - {account.email for account in accounts if account in person.active}
    return not named.isdisjoint({ref for account in accounts for ref in account.refs} - lent)


def _is_one_of(person: Person, group: tuple[str, ...], refs: set[str]) -> bool:
    """Whether one of the accounts of a group is named, and not only its address."""
    accounts = {ref for account in person.accounts_of(group) for ref in account.refs if is_account(ref)}
    return not accounts.isdisjoint(refs)


def _part(person: Person, group: tuple[str, ...]) -> Person:
    if len(group) == len(person.accounts):
        return replace(person, apart=())
    first, *rest = [id for id in (person.id, *person.formerly) if id in group]
    return replace(person, id=first, accounts=person.accounts_of(group), formerly=tuple(rest), apart=())


def _grouped(person: Person, groups: Iterable[tuple[str, ...]]) -> Person:
    """The person with their accounts in these groups, of which any that share a verified e-mail are one. Each group
    has an id, by which records can name that part of them.
    """
    apart = list[tuple[str, ...]]()
    for group in groups:
        linked = [other for other in apart if _emails(person, other) & _emails(person, group)]
        apart = [other for other in apart if other not in linked]
        apart.append(tuple(id for each in (*linked, group) for id in each))
    ids = person.ids
    nameless = tuple(group[0] for group in apart if group and set(ids).isdisjoint(group))
    return replace(person, apart=tuple(apart) if len(apart) > 1 else (), formerly=(*person.formerly, *nameless))


def _emails(person: Person, group: tuple[str, ...]) -> frozenset[str]:
    return replace(person, accounts=person.accounts_of(group)).emails
