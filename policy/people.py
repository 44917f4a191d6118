"""People: who somebody is on each platform, and which of them the school admits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from policy.record import Upgrade
from policy.refused import NotAdmitted, Unusable


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """One account on one platform: `slack:T01:U02`, `teams:<tenant>:<Entra object id>`, `sandbox:demo:ann`."""

    platform: str
    tenant: str
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.tenant}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """The identity written as `platform:tenant:id`. Raises ValueError for anything else."""
        platform, tenant, id = text.split(":", 2)
        if not (platform and tenant and id):
            raise ValueError(f"not an identity: {text!r}")
        return cls(platform, tenant, id)


class Standing(StrEnum):
    """What the platform says of an account."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    EXTERNAL = "external"


class Role(StrEnum):
    """What somebody is to the school."""

    HEADTEACHER = "headteacher"
    DEPUTY = "deputies"
    DSL = "dsl"
    DEPUTY_DSL = "deputy_dsls"
    CHAIR = "chair_of_governors"
    DPO = "data_protection_officer"
    OFFICE = "office"
    ADMIN = "admins"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody known from a platform. `id` is the first identity they were met by and never changes.

    `same_as` is the id of the person they turned out to be (same verified e-mail, or `[[people.same]]`);
    records made under either id count as theirs.
    """

    id: str
    school: str
    name: str
    email: str
    identities: tuple[Identity, ...]
    standing: Standing = Standing.MEMBER
    same_as: str = ""
    rev: int = 0

    KIND: ClassVar[str] = "person"
    PREFIX: ClassVar[str] = ""
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}

    @property
    def version(self) -> int:
        return 1

    @property
    def state(self) -> str:
        return self.standing.value

    @property
    def owner(self) -> str:
        return self.canonical

    @property
    def next_due(self) -> datetime | None:
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        email = (f"email:{self.email}",) if self.email else ()
        return (*(f"identity:{identity}" for identity in self.identities), *email, *self.refs)

    @property
    def canonical(self) -> str:
        """The one id that stands for this person, whichever of their accounts was met."""
        return self.same_as or self.id

    @property
    def refs(self) -> tuple[str, ...]:
        """The ways `exeat.toml` may name this person: e-mail, `slack:U…`, `teams:…`."""
        named = tuple(f"{identity.platform}:{identity.id}" for identity in self.identities)
        return (self.email, *named) if self.email else named


def meet(identity: Identity, school: str, *, name: str, email: str, standing: Standing) -> Person:
    """A person as first met on a platform; the e-mail (verified there) is case-folded."""
    return Person(str(identity), school, name, email.strip().casefold(), (identity,), standing)


def refresh(person: Person, *, name: str, email: str, standing: Standing) -> Person:
    """The person with what the platform says today."""
    return replace(person, name=name, email=email.strip().casefold(), standing=standing)


def same_person(one: Person, other: Person) -> bool:
    """Whether two accounts are one human being: linked, or of one verified e-mail."""
    return one.canonical == other.canonical or bool(one.email and one.email == other.email)


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is who, from `exeat.toml`: refs (lower-case e-mails, `slack:U…`, `teams:…`) by role."""

    staff: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    roles: tuple[tuple[Role, tuple[str, ...]], ...] = ()
    same: tuple[tuple[str, ...], ...] = ()

    def refs(self, role: Role) -> tuple[str, ...]:
        """The refs that hold the role, in the order of the configuration."""
        return next((refs for held, refs in self.roles if held is role), ())

    def holds(self, person: Person, role: Role) -> bool:
        """Whether the person holds the role today, under any of their accounts or `[[people.same]]` names."""
        names = self.names(person)
        return any(ref in names for ref in self.refs(role))

    def roles_of(self, person: Person) -> tuple[Role, ...]:
        """All the person's roles."""
        return tuple(role for role in Role if self.holds(person, role))

    def names(self, person: Person) -> frozenset[str]:
        """Every ref that means this person."""
        own = frozenset(person.refs)
        return own.union(*(group for group in self.same if own.intersection(group)))

    def everyone(self) -> tuple[str, ...]:
        """Every ref that the roles name, once."""
        return tuple(dict.fromkeys(ref for _, refs in self.roles for ref in refs))


def admit(person: Person, roster: Roster) -> None:
    """Raises NotAdmitted unless the person is staff here. Absence is refusal.

    With `[people] staff`, those it lists and those who hold a role; without it, the full members of a
    Slack workspace (or the sandbox's players). Guests, bots, deactivated, external and blocked people never.
    """
    names = roster.names(person)
    if person.standing is not Standing.MEMBER or names.intersection(roster.blocked):
        raise _not_staff()
    listed = names.intersection(roster.staff) or names.intersection(roster.everyone())
    domain = any(ref.startswith("*@") and person.email.endswith(ref[1:]) for ref in roster.staff)
    if listed or (domain and person.email):
        return
    if roster.staff or person.identities[0].platform == "teams":
        raise _not_staff()


def _not_staff() -> NotAdmitted:
    return NotAdmitted(
        "Exeat cannot help you here yet.",
        "It works for the school's own staff, and your account is not on the school's list.",
        "If you work here, ask the school office to add you.",
    )


@dataclass(frozen=True, slots=True)
class Away:
    """A person's absence: the days (local dates, both included) and who acts for them, if anybody."""

    id: str
    school: str
    person: str
    delegate: str
    first: date
    last: date
    made_at: datetime
    state: str = "planned"
    rev: int = 0

    KIND: ClassVar[str] = "away"
    PREFIX: ClassVar[str] = "A"
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}

    @property
    def version(self) -> int:
        return 1

    @property
    def owner(self) -> str:
        return self.person

    @property
    def next_due(self) -> datetime | None:
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        return ()

    def covers(self, day: date) -> bool:
        """Whether the person is away on the local date."""
        return self.state == "planned" and self.first <= day <= self.last

    def cancelled(self) -> "Away":
        """The absence called off: the person is back."""
        return replace(self, state="cancelled")


def plan_away(
    id: str, person: Person, delegate: Person | None, first: date, last: date, now: datetime, today: date
) -> Away:
    """A new absence. Raises Unusable for dates in the past or the wrong way round, or for naming oneself."""
    errors: dict[str, str] = {}
    if last < first:
        errors["last"] = "The last day is before the first. Please check the two dates."
    elif last < today:
        errors["last"] = "Those days have passed. Please give days from today on."
    elif (last - first).days > 366:
        errors["last"] = "That is longer than a year. Please give at most a year at a time."
    if delegate is not None and same_person(person, delegate):
        errors["delegate"] = "Please name somebody else: nobody stands in for themselves."
    if errors:
        raise Unusable(errors)
    return Away(id, person.school, person.canonical, delegate.canonical if delegate else "", first, last, now)


def away_on(day: date, absences: Iterable[Away]) -> Away | None:
    """The absence that covers the local date: the one named last, when several do."""
    return max((a for a in absences if a.covers(day)), key=lambda a: a.made_at, default=None)
