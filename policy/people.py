"""People: who somebody is on each platform, and which of them the school admits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from policy.record import Plain, Upgrade
from policy.refused import NotAdmitted


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """One account on one platform: `slack:T01:U02`, `teams:<tenant>:<object id>`, `sandbox:demo:ann`."""

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


MAIL = "mail"
"""The post, among the platforms on which people can be written to; nobody has an account there."""


@dataclass(frozen=True, slots=True)
class Known:
    """An account as its platform describes it today; the e-mail, case-folded, is one the platform has verified."""

    identity: Identity
    name: str
    email: str
    standing: Standing = Standing.MEMBER

    @property
    def refs(self) -> tuple[str, ...]:
        """The ways `exeat.toml` may name this account: e-mail, `slack:U…`, `teams:…`."""
        named = f"{self.identity.platform}:{self.identity.id}".casefold()
        return (self.email, named) if self.email else (named,)


def _told_apart(body: dict[str, Any]) -> dict[str, Any]:
    """Accounts that were joined before it was kept why: those are known to be one person's that share an e-mail."""
    groups = dict[str, list[str]]()
    for account in body["accounts"]:
        identity = ":".join(account["identity"][part] for part in ("platform", "tenant", "id"))
        groups.setdefault(account["email"] or identity, []).append(identity)
    if len(groups) < 2:
        return body
    known = {body["id"], *body["formerly"]}
    nameless = [group[0] for group in groups.values() if known.isdisjoint(group)]
    return body | {"apart": list(groups.values()), "formerly": [*body["formerly"], *nameless]}


@dataclass(frozen=True, slots=True)
class Person(Plain):
    """Somebody known from one platform or several. `id` is the first identity they were met by and never changes.

    When two people turn out to be one (same verified e-mail, or `[[people.same]]`), one record takes the other's
    accounts and its id among `formerly`; the other keeps only `same_as`. Records made under either id are theirs.
    `uses` is the identity by which somebody with several accounts last asked for something. `apart` are their
    identities in groups, of which only the configuration says that they are one person's; empty, where none are.
    """

    id: str
    school: str
    accounts: tuple[Known, ...]
    formerly: tuple[str, ...] = ()
    same_as: str = ""
    uses: str = ""
    apart: tuple[tuple[str, ...], ...] = ()
    rev: int = 0

    KIND: ClassVar[str] = "person"
    SCHEMA: ClassVar[int] = 2
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {1: _told_apart}

    @property
    def state(self) -> str:
        return "linked" if self.same_as else "active" if self.active else "left"

    @property
    def owner(self) -> str:
        return self.id

    @property
    def keys(self) -> tuple[str, ...]:
        identities = (f"identity:{account.identity}" for account in self.accounts)
        return tuple(dict.fromkeys((*identities, *self.refs)))

    @property
    def name(self) -> str:
        """What the platforms call them."""
        return next((account.name for account in self.accounts if account.name), "") or "Somebody"

    @property
    def active(self) -> tuple[Known, ...]:
        """The accounts that are full members today."""
        return tuple(account for account in self.accounts if account.standing is Standing.MEMBER)

    @property
    def emails(self) -> frozenset[str]:
        """The verified e-mails of their active accounts."""
        return frozenset(account.email for account in self.active if account.email)

    @property
    def refs(self) -> tuple[str, ...]:
        """The ways `exeat.toml` may name this person."""
        return tuple(ref for account in self.accounts for ref in account.refs)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id under which records may name this person."""
        return (self.id, *self.formerly, *((self.same_as,) if self.same_as else ()))

    def accounts_of(self, identities: Iterable[str]) -> tuple[Known, ...]:
        """Those of their accounts."""
        meant = set(identities)
        return tuple(account for account in self.accounts if str(account.identity) in meant)

    def account(self, identity: Identity) -> Known | None:
        """The account of that identity."""
        return next((account for account in self.accounts if account.identity == identity), None)


EXEAT = Person("exeat", "", (Known(Identity("exeat", "exeat", "exeat"), "Exeat", ""),))
"""Exeat itself, as the audit names it when the clock or the relay does something."""


def is_account(ref: str) -> bool:
    """Whether a ref names an account, and not an address."""
    return ":" in ref


def meet(known: Known, school: str) -> Person:
    """A person as first met on a platform."""
    return Person(str(known.identity), school, (known,))


def same_person(one: Person, other: Person) -> bool:
    """Whether two records are one human being: linked, or of one verified e-mail."""
    return not (set(one.ids).isdisjoint(other.ids) and one.emails.isdisjoint(other.emails))


def might_be_same_person(one: Person, other: Person) -> bool:
    """Whether they could be one human being: also when the address they share is that of an account that has left.

    For keeping somebody from their own work, where a doubt counts against them; never for giving a right.
    """
    emails = ({account.email for account in person.accounts if account.email} for person in (one, other))
    return same_person(one, other) or not set.isdisjoint(*emails)


def is_among(person: Person, people: Iterable[Person]) -> bool:
    """Whether the person is one of those people, whichever of their accounts it is."""
    return any(same_person(person, each) for each in people)


def once(people: Iterable[Person]) -> list[Person]:
    """The people, each of them once, in the order in which they came."""
    found: list[Person] = []
    for person in people:
        if not is_among(person, found):
            found.append(person)
    return found


def is_staff(person: Person, roster: "Roster") -> bool:
    """Whether the person is admitted under any of their accounts today."""
    for account in person.active:
        try:
            admit(person, account.identity, roster)
        except NotAdmitted:
            continue
        return True
    return False


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is who, from `exeat.toml`: refs (lower-case e-mails, `slack:U…`, `teams:…`) by role.

    `named` are all the refs that the roles name, `listed` those and the staff's; `domains` are the endings of
    addresses that are admitted; `any_hour` are those who wish to be reminded outside staffed hours as well.
    """

    staff: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    roles: tuple[tuple[Role, tuple[str, ...]], ...] = ()
    same: tuple[tuple[str, ...], ...] = ()
    any_hour: tuple[str, ...] = ()
    by_role: dict[Role, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    named: tuple[str, ...] = field(init=False, repr=False, compare=False)
    listed: frozenset[str] = field(init=False, repr=False, compare=False)
    domains: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named = tuple(dict.fromkeys(ref for _, refs in self.roles for ref in refs))
        object.__setattr__(self, "by_role", dict(self.roles))
        object.__setattr__(self, "named", named)
        object.__setattr__(self, "listed", frozenset((*self.staff, *named)))
        object.__setattr__(self, "domains", tuple(ref[1:] for ref in self.staff if ref.startswith("*@")))

    def refs(self, role: Role) -> tuple[str, ...]:
        """The refs that hold the role, in the order of the configuration."""
        return self.by_role.get(role, ())

    def holds(self, person: Person, role: Role) -> bool:
        """Whether the person holds the role today, under any of their accounts or `[[people.same]]` names."""
        return not self.names(person).isdisjoint(self.refs(role))

    def names(self, person: Person) -> frozenset[str]:
        """Every ref that means this person."""
        own = frozenset((*person.refs, *person.ids))
        return own.union(*(group for group in self.same if own.intersection(group)))

    def alike(self, ref: str) -> tuple[str, ...]:
        """The ref, and those that `[[people.same]]` says mean the same person."""
        others = (other for group in self.same if ref in group for other in group)
        return tuple(dict.fromkeys((ref, *others)))

    def addresses(self, person: Person) -> tuple[str, ...]:
        """Where somebody gets e-mail: the addresses of their accounts, and those by which the configuration names
        them. Nowhere once they have left, and not at the address of an account that has.
        """
        left = {account.email for account in person.accounts} - person.emails
        named = (name for name in self.names(person) if "@" in name and ":" not in name)
        return tuple(sorted({*person.emails, *named} - left)) if person.active else ()


def admit(person: Person, by: Identity, roster: Roster) -> None:
    """Raises NotAdmitted unless the person, using that account, is staff here. Absence is refusal.

    With `[people] staff`, those it lists and those who hold a role; without it, the full members of a
    Slack workspace (or the sandbox's players). Guests, bots, deactivated, external and blocked people never.
    """
    used, names = person.account(by), roster.names(person)
    if used is None or used.standing is not Standing.MEMBER or not names.isdisjoint(roster.blocked):
        raise _not_staff()
    if not names.isdisjoint(roster.listed) or any(email.endswith(roster.domains) for email in person.emails):
        return
    if roster.staff or by.platform == "teams":
        raise _not_staff()


def _not_staff() -> NotAdmitted:
    return NotAdmitted(
        "Exeat cannot help you here yet.",
        "It works for the school's own staff, and your account is not on the school's list.",
        "If you work here, ask the school office to add you.",
    )
