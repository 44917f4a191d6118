"""The school as the rules see it: who is who, when it is staffed, its accounts, its contacts, its policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from policy.account import Account
from policy.calendar import Calendar
from policy.comment.due import BEFORE, Rung
from policy.people import Person, Role, Roster
from policy.retention import RULES, Retention


@dataclass(frozen=True, slots=True)
class Contacts:
    """Whom to ring: telephone numbers and addresses as the school wrote them."""

    lado: str = ""
    childrens_social_care: str = ""
    emergency: str = "999"
    helplines: tuple[str, ...] = ()
    dsl: str = ""
    chair_of_governors: str = ""
    agencies: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What the form and the receipt of a concern must show and is not there, by the fields' names."""
        needed = {
            "lado": self.lado,
            "emergency": self.emergency,
            "helplines": " ".join(self.helplines),
            "dsl": self.dsl,
            "chair_of_governors": self.chair_of_governors,
        }
        return tuple(name for name, number in needed.items() if not number)


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """The school's own policy: its file, its version and when it is next reviewed (local date)."""

    file: str = ""
    version: str = ""
    next_review: date | None = None


@dataclass(frozen=True, slots=True)
class CommentRules:
    """How comments are handled here: the reminders before a deadline, and where the complaints procedure is."""

    reminders: tuple[Rung, ...] = BEFORE
    complaints: str = ""


class Concerns(StrEnum):
    """Whether safeguarding concerns are taken, and how much of one is written down."""

    OFF = "off"
    ALERT_ONLY = "alert_only"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Safeguarding:
    """How safeguarding concerns are handled here."""

    concerns: Concerns = Concerns.OFF


@dataclass(frozen=True, slots=True)
class School:
    """One school, as `exeat.toml` describes it. `id` is a fixed slug that every record carries."""

    id: str
    name: str
    calendar: Calendar
    roster: Roster
    accounts: tuple[Account, ...]
    contacts: Contacts = field(default_factory=Contacts)
    policy: PolicyDocument = field(default_factory=PolicyDocument)
    head_may_approve_own: bool = False
    comments: CommentRules = field(default_factory=CommentRules)
    months_kept: Mapping[str, int] = field(default_factory=lambda: dict(RULES))
    safeguarding: Safeguarding = field(default_factory=Safeguarding)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown and days are counted."""
        return self.calendar.zone

    @property
    def retention(self) -> Retention:
        """How long records are kept here."""
        return Retention(self.calendar, self.months_kept)

    def account(self, id: str) -> Account | None:
        """The account with that slug, if the school has it."""
        return next((account for account in self.accounts if account.id == id), None)

    def owns(self, person: Person, account: Account) -> bool:
        """Whether the person looks after the account."""
        return bool(self.roster.names(person).intersection(account.owners))

    def is_head(self, person: Person) -> bool:
        """Whether the person is the headteacher."""
        return self.roster.holds(person, Role.HEADTEACHER)

    def is_admin(self, person: Person) -> bool:
        """Whether the person looks after Exeat."""
        return self.roster.holds(person, Role.ADMIN)
