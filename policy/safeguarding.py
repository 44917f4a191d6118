"""To whom a safeguarding concern goes, by person: who is told first, who next, and from whom it is hidden.

Nobody is told by what they are alone: whoever it is, or might be, about is left out of every rung, whichever of
their roles would have brought them there. Somebody who stands in for a person who is away is no way round that: a
concern goes to those who hold a safeguarding role themselves, and to nobody's delegate.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from policy.meant import alike, hinted_roles, means, meant_roles, might_mean
from policy.people import Person, Role, Roster, might_be_same_person, same_person

CLAUSE = "abuse-to-dsl"


class About(StrEnum):
    """Whom a concern is about, as whoever raises it says."""

    COLLEAGUE = "colleague"
    DSL = "dsl"
    HEAD = "head"
    BOTH = "both"
    CHAIR = "chair"
    ADMIN = "admin"
    OUTSIDER = "outsider"
    """Supply, a volunteer, former staff, a parent, anybody else."""
    WELFARE = "welfare"
    """A pupil is not well, and nobody is accused."""
    UNSURE = "unsure"


class Risk(StrEnum):
    """Whether a child could have been harmed, or be at risk."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"

    @property
    def may_be(self) -> bool:
        """Whether a child may be at risk."""
        return self is not Risk.NO


class Nobody(StrEnum):
    """Why a concern goes to nobody through Exeat, so that nothing of it is kept."""

    CHAIR = "chair"
    ADMIN = "admin"
    LEFT = "left"


ACCUSED: Mapping[About, frozenset[Role]] = {
    About.DSL: frozenset({Role.DSL}),
    About.HEAD: frozenset({Role.HEADTEACHER}),
    About.BOTH: frozenset({Role.DSL, Role.HEADTEACHER}),
    About.CHAIR: frozenset({Role.CHAIR}),
    About.ADMIN: frozenset({Role.ADMIN}),
}
"""The roles that an answer names by itself."""

ROUTED = (Role.DSL, Role.DEPUTY_DSL, Role.HEADTEACHER, Role.CHAIR)
"""The roles by which somebody may be told."""

NO_ROSTER = Roster()
"""Of somebody who is known by nothing but their own accounts."""

DECISIVE = (Role.DSL, Role.HEADTEACHER, Role.CHAIR, Role.ADMIN)
"""The roles whose holder, as the one it is about, changes the way that a concern takes."""

TO_NOBODY = (Role.CHAIR, Role.ADMIN)
"""The roles of which a concern about the holder goes to nobody through Exeat."""

ASKED = (Role.DSL, Role.DEPUTY_DSL, Role.HEADTEACHER, Role.CHAIR, Role.ADMIN)
"""The roles whose holders might be meant by what was typed."""

Row = tuple[tuple[Role, ...], ...]
"""The rungs of a way by role, lowest first, each told together."""


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds each role for concerns; the configuration's own idea of it; and as much of that as other holders
    have confirmed.

    What is only configured keeps somebody out of what is being raised, where a doubt counts against them. It brings
    nobody in, and it touches nothing that has been raised.
    """

    people: Mapping[Role, tuple[Person, ...]]
    roster: Roster
    pinned: Roster = NO_ROSTER

    def of(self, role: Role) -> tuple[Person, ...]:
        """Who holds the role."""
        return self.people.get(role, ())

    def names(self, role: Role) -> frozenset[str]:
        """Everything by which somebody is known who holds the role, or is down for it, met or not."""
        refs = frozenset(self.roster.refs(role))
        same = (frozenset(group) for group in self.roster.same if refs.intersection(group))
        return refs.union(*same, *(names_of(person, self.roster) for person in self.of(role)))

    @property
    def confirmed(self) -> "Holders":
        """The same without what is only configured. Nobody confirms who looks after Exeat."""
        people = {role: people for role, people in self.people.items() if role in ROUTED}
        return Holders(people, self.pinned, self.pinned)


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a concern: its `rungs`, each told together, and none twice; `row` is what they come from.

    `manager` is the id of whoever is to manage the case, "" for whoever acknowledges it first. `accused` are the
    roles of those it is, or might be, about. `nobody` says why there is no rung, where there is none.
    """

    rungs: tuple[tuple[Person, ...], ...]
    manager: str
    accused: frozenset[Role]
    nobody: Nobody | None = None
    row: Row = ()


def names_of(person: Person, roster: Roster = NO_ROSTER) -> frozenset[str]:
    """Everything by which somebody is known: ids, accounts, addresses, also of accounts that have left."""
    accounts = (str(account.identity) for account in person.accounts)
    return roster.names(person).union(accounts)


def is_hidden_from(person: Person, excluded: Iterable[str], roster: Roster = NO_ROSTER) -> bool:
    """Whether a concern is kept from somebody: one of the names that it is hidden from might be theirs.

    Without a roster only their own accounts speak against them: so it is asked of those who have been told.
    """
    return not names_of(person, roster).isdisjoint(excluded)


def called(typed: str = "", picked: Sequence[Person] = ()) -> tuple[str, ...]:
    """What those it is about are called: the name that was typed, and those of the accounts that were chosen."""
    names = (typed, *(account.name for person in picked for account in person.accounts))
    return tuple(dict.fromkeys(name for name in names if name))


def meant_by(said: Sequence[str], holders: Holders, reporter: Person | None = None) -> frozenset[str]:
    """All the names of the holders who might be called so; but not of the `reporter`: they know whom they mean."""
    found = frozenset[str]().union(*(holders.names(role) for name in said for role in meant_roles(name)))
    people = (person for name in said for person in _named(name, holders, reporter, might_mean))
    return found.union(*(names_of(person, holders.roster) for person in people))


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
    found = found.union(*(names_of(person, holders.roster) for person in picked))
    found |= _meant(typed, picked, holders, reporter)
    return tuple(sorted(found | (_might_be_meant(typed, picked, holders, reporter) - frozenset(spared))))


def doubts(
    holders: Holders, *, picked: Sequence[Person] = (), typed: str = "", reporter: Person | None = None
) -> dict[Role, frozenset[str]]:
    """The roles whose holders might be meant by what was said, which is to be asked; and the names of those holders.

    Whoever is meant for certain is not asked about, unless nobody could be told because of it.
    """
    by_role = frozenset[str]().union(*(names_of(person, holders.roster) for person in picked))
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
    return found.union(*(names_of(person, holders.roster) for person in people))


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
    return found.union(*(names_of(person, holders.roster) for person in people))


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


def route(
    about: About,
    risk: Risk,
    excluded: Sequence[str],
    holders: Holders,
    reporter: Person | None = None,
    spared: Iterable[str] = (),
) -> Route:
    """The way of a concern as it is raised, hidden from the names `excluded`.

    Whoever raises it is not told of it: they know, and nobody is the only one to hear of what they say themselves.
    Where one of the `spared` has the very name that was said, it is hidden from them, and goes to the others.
    """
    accused = _accused(about, excluded, holders)
    if accused.intersection(TO_NOBODY):
        accused -= frozenset(TO_NOBODY) - _accused(about, frozenset(excluded).difference(spared), holders)
    for role, why in ((Role.ADMIN, Nobody.ADMIN), (Role.CHAIR, Nobody.CHAIR)):
        if role in accused:
            return Route((), "", accused, why)
    return _along(_row(about, risk, accused), about, risk, excluded, holders, reporter)


def route_on(
    row: Row,
    about: About,
    risk: Risk,
    excluded: Sequence[str],
    holders: Holders,
    reporter: Person | None = None,
) -> Route:
    """The way of a concern that has been raised, by who holds now, as far as it is confirmed, the roles of its `row`;
    where none was kept, of the row that holds for those it is known to be about.
    """
    sure = holders.confirmed
    row = row or _row(about, risk, _accused(about, excluded, sure))
    return _along(row, about, risk, excluded, sure, reporter)


def _along(
    row: Row, about: About, risk: Risk, excluded: Sequence[str], holders: Holders, reporter: Person | None
) -> Route:
    rungs, told = list[tuple[Person, ...]](), list[Person]()
    for roles in row:
        rung = list[Person]()
        for person in (each for role in roles for each in holders.of(role)):
            known = [*told, *rung, *([reporter] if reporter else [])]
            if any(might_be_same_person(person, other) for other in known):
                continue
            if not is_hidden_from(person, excluded, holders.roster):
                rung.append(person)
        if rung:
            rungs.append(tuple(rung))
            told += rung
    accused = _accused(about, excluded, holders)
    manager = _manager(about, risk, accused, holders, rungs)
    return Route(tuple(rungs), manager, accused, None if rungs else Nobody.LEFT, row)


def _accused(about: About, excluded: Iterable[str], holders: Holders) -> frozenset[Role]:
    """The roles of those it is, or might be, about. It takes more than the configuration to hold one; but nobody is
    asked who looks after Exeat.
    """
    named, sure = frozenset(excluded), holders.confirmed
    held = {role: holders.names(role) if role is Role.ADMIN else sure.names(role) for role in DECISIVE}
    return ACCUSED.get(about, frozenset()).union(role for role, names in held.items() if named & names)


def _row(about: About, risk: Risk, accused: frozenset[Role]) -> Row:
    if Role.HEADTEACHER in accused:
        return ((Role.CHAIR,),)
    if Role.DSL in accused:
        return ((Role.HEADTEACHER,), (Role.CHAIR,))
    match about:
        case About.OUTSIDER | About.WELFARE:
            return ((Role.DSL,), (Role.DEPUTY_DSL,), (Role.HEADTEACHER,))
        case About.COLLEAGUE | About.UNSURE if risk.may_be:
            return ((Role.HEADTEACHER, Role.DSL), (Role.DEPUTY_DSL,), (Role.CHAIR,))
        case About.COLLEAGUE | About.UNSURE:
            return ((Role.DSL,), (Role.DEPUTY_DSL,), (Role.HEADTEACHER,), (Role.CHAIR,))
        case About.DSL | About.HEAD | About.BOTH | About.CHAIR | About.ADMIN:
            return ()
        case _:
            assert_never(about)


def _manager(
    about: About, risk: Risk, accused: frozenset[Role], holders: Holders, rungs: Sequence[Sequence[Person]]
) -> str:
    """An allegation that a child may have been harmed is the headteacher's case."""
    if about not in (About.COLLEAGUE, About.UNSURE) or not risk.may_be or accused or not rungs:
        return ""
    heads = {person.id for person in holders.of(Role.HEADTEACHER)}
    return next((person.id for person in rungs[0] if person.id in heads), "")
