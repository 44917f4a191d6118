"""To whom a safeguarding concern goes, by person: who is told first, and who next.

Nobody is told by what they are alone: whoever it is, or might be, about is left out of every rung, whichever of
their roles would have brought them there. Somebody who stands in for a person who is away is no way round that: a
concern goes to those who hold a safeguarding role themselves, and to nobody's delegate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from policy.concern.about import ACCUSED, DECISIVE, TO_NOBODY, About, Holders, Nobody, Risk, Row, is_hidden_from
from policy.people import Person, Role, is_among, might_be_same_person
from policy.refused import Unusable


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


def check_reader(person: Person, by: Person, excluded: Iterable[str], way: Route, holders: Holders) -> None:
    """Raises Unusable where `by` may not have somebody read it: one whom it is hidden from, hidden by the names
    `excluded`, and, of a concern that is or might be about the DSL, one of their deputies, whom the headteacher adds.
    """
    if is_hidden_from(person, excluded, holders.roster):
        raise Unusable({"person": "It is hidden from them. Please choose somebody else."})
    deputies = holders.of(Role.DEPUTY_DSL)
    is_deputy = is_among(person, deputies) or holders.roster.holds(person, Role.DEPUTY_DSL)
    if Role.DSL in way.accused and is_deputy and not is_among(by, holders.of(Role.HEADTEACHER)):
        raise Unusable({"person": "Only the headteacher may add one of the DSL's deputies here."})


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
