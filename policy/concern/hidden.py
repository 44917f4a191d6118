"""From whom a concern is hidden: whoever it is, or might be, about, by everything that they are called."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from policy.concern.about import ACCUSED, ASKED, TO_NOBODY, About, Holders, names_of
from policy.concern.meant import alike, hinted_roles, means, meant_roles, might_mean
from policy.people import Person, Role, same_person


def called(typed: str = "", picked: Sequence[Person] = ()) -> tuple[str, ...]:
    """What those it is about are called: the name that was typed, and those of the accounts that were chosen."""
    names = (typed, *(account.name for person in picked for account in person.accounts))
    return tuple(dict.fromkeys(name for name in names if name))


def meant_by(said: Sequence[str], holders: Holders, reporter: Person | None = None) -> frozenset[str]:
    """All the names of the holders who might be called so; but not of the `reporter`: they know whom they mean."""
    found = frozenset[str]().union(*(holders.names(role) for name in said for role in meant_roles(name)))
    people = (person for name in said for person in _named(name, holders, reporter, might_mean))
    return found.union(*(holders.names_of(person) for person in people))


def hidden_from(
    about: About,
    holders: Holders,
    *,
    could_be: Iterable[Role] = (),
    picked: Sequence[Person] = (),
    typed: str = "",
    reporter: Person | None = None,
    spared: Iterable[str] = (),
) -> tuple[str, ...]:
    """All the names of those it is, or might be, about.

    `could_be` are the roles whose holder it might be, where somebody is not sure, and it is not the `reporter`;
    `picked` are those who were chosen by their account, met or not, and `typed` is a name or a role: whoever it means
    is among them, and whoever it only might mean, unless they are `spared`.
    """
    found = frozenset[str]().union(*(holders.names(role) for role in could_be))
    if reporter is not None:
        found -= names_of(reporter, holders.pinned)
    found = found.union(*(holders.names(role) for role in ACCUSED.get(about, ())))
    found = found.union(*(holders.names_of(person) for person in picked))
    found |= _meant(typed, picked, holders, reporter)
    return tuple(sorted(found | (_might_be_meant(typed, picked, holders, reporter) - frozenset(spared))))


def doubts(
    holders: Holders, *, picked: Sequence[Person] = (), typed: str = "", reporter: Person | None = None
) -> dict[Role, frozenset[str]]:
    """The roles whose holders might be meant by what was said, which is to be asked; and the names of those holders.

    Whoever is meant for certain is not asked about, unless nobody could be told because of it.
    """
    by_role = frozenset[str]().union(*(holders.names_of(person) for person in picked))
    by_role = by_role.union(*(_names_but(role, holders, reporter) for role in meant_roles(typed)))
    certain = by_role | _meant(typed, picked, holders, reporter)
    possible = certain | _might_be_meant(typed, picked, holders, reporter)
    found: dict[Role, frozenset[str]] = {}
    for role in ASKED:
        if names := holders.names(role) & (possible - (by_role if role in TO_NOBODY else certain)):
            found[role] = names
    return found


def unlike(holders: Holders, picked: Sequence[Person], reporter: Person | None = None) -> frozenset[str]:
    """The names of the holders who might be called as an account that was chosen is, and have no word of its name."""
    found = meant_by(called("", picked), holders, reporter)
    return found - _meant("", picked, holders, reporter) - _might_be_meant("", picked, holders, reporter)


def _meant(typed: str, picked: Sequence[Person], holders: Holders, reporter: Person | None) -> frozenset[str]:
    """All the names of the holders of a role that stands alone, and of those whose whole name was typed or chosen."""
    said, chosen = called(typed, picked), called("", picked)
    roles = (role for name in said for role in meant_roles(name))
    found = frozenset[str]().union(*(_names_but(role, holders, reporter) for role in roles))
    people = [person for name in said for person in _named(name, holders, reporter, means)]
    people += [person for name in chosen for person in _named(name, holders, reporter, _is_meant)]
    return found.union(*(holders.names_of(person) for person in people))


def _might_be_meant(
    typed: str, picked: Sequence[Person], holders: Holders, reporter: Person | None
) -> frozenset[str]:
    """All the names of the holders of a role among other words, of those whose name was typed in part, and of those
    who have a word of their name in common with an account that was chosen: it may be another of theirs.
    """
    roles = hinted_roles(typed) - meant_roles(typed)
    found = frozenset[str]().union(*(_names_but(role, holders, reporter, alone=True) for role in roles))
    people = [*_named(typed, holders, reporter, might_mean)]
    people += [person for name in called("", picked) for person in _named(name, holders, reporter, alike)]
    return found.union(*(holders.names_of(person) for person in people))


def _named(
    said: str, holders: Holders, reporter: Person | None, says: Callable[[str, str], bool]
) -> Iterator[Person]:
    """The holders whose name, under any of their accounts, or address it says."""
    for person in (each for role in ASKED for each in holders.of(role)):
        if reporter is not None and same_person(person, reporter):
            continue
        if any(says(said, name) for account in person.accounts for name in (account.name, account.email) if name):
            yield person


def _is_meant(chosen: str, name: str) -> bool:
    return means(name, chosen)


def _names_but(role: Role, holders: Holders, reporter: Person | None, *, alone: bool = False) -> frozenset[str]:
    """The names of a role's holders; without whoever raises it where they are one of several, or hold it `alone`."""
    names = holders.names(role)
    if reporter is None:
        return names
    others = any(not same_person(person, reporter) for person in holders.of(role))
    return names - names_of(reporter, holders.pinned) if others or alone else names
