"""Whom a concern is about, as whoever raises it says, and who holds the roles that this touches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from policy.people import Person, Role, Roster

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
        refs = frozenset((*self.roster.refs(role), *self.pinned.refs(role)))
        same = (frozenset(group) for group in (*self.roster.same, *self.pinned.same) if refs.intersection(group))
        return refs.union(*same, *(self.names_of(person) for person in self.of(role)))

    def names_of(self, person: Person) -> frozenset[str]:
        """Everything by which somebody is known: also the addresses by which they held a role before."""
        return names_of(person, self.roster) | names_of(person, self.pinned)

    @property
    def confirmed(self) -> "Holders":
        """The same without what is only configured. Nobody confirms who looks after Exeat."""
        people = {role: people for role, people in self.people.items() if role in ROUTED}
        return Holders(people, self.pinned, self.pinned)


def names_of(person: Person, roster: Roster = NO_ROSTER) -> frozenset[str]:
    """Everything by which somebody is known: ids, accounts, addresses, also of accounts that have left."""
    accounts = (str(account.identity) for account in person.accounts)
    return roster.names(person).union(accounts)


def is_hidden_from(person: Person, excluded: Iterable[str], roster: Roster = NO_ROSTER) -> bool:
    """Whether a concern is kept from somebody: one of the names that it is hidden from might be theirs.

    Without a roster only their own accounts speak against them: so it is asked of those who have been told.
    """
    return not names_of(person, roster).isdisjoint(excluded)
