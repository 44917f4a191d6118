"""Harbour Primary School: the made-up school in which the sandbox plays."""

from dataclasses import dataclass

from policy.account import Account, Platform
from policy.calendar import Calendar
from policy.people import Identity, Known, Role, Roster
from policy.school import Concerns, Contacts, PolicyDocument, Safeguarding, School


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody at the school whom whoever sits at the page can be. `work` is what they are there."""

    slug: str
    name: str
    work: str

    @property
    def identity(self) -> Identity:
        """Their account on the sandbox."""
        return Identity("sandbox", "demo", self.slug)

    @property
    def email(self) -> str:
        """Their address. What is mailed to it stands in their place on the page, and goes nowhere."""
        return f"{self.slug}@harbour.example"

    @property
    def known(self) -> Known:
        """What the sandbox says of their account."""
        return Known(self.identity, self.name, self.email)

    @property
    def initials(self) -> str:
        """The first letters of their names."""
        return "".join(part[0] for part in self.name.split())


PRIYA = Player("priya", "Priya Shah", "Class teacher")
RUTH = Player("ruth", "Ruth Adeyemi", "Headteacher")
TOM = Player("tom", "Tom Griffiths", "Deputy headteacher and deputy DSL")
JOE = Player("joe", "Joe Bennett", "School office")
AILEEN = Player("aileen", "Aileen Mackenzie", "Safeguarding lead (DSL)")
GRACE = Player("grace", "Grace Okafor", "Chair of governors")

PLAYERS = (PRIYA, RUTH, JOE, TOM, AILEEN, GRACE)
"""Everybody who can be played, in the order of their places on the page."""

_OFFICE = (JOE.email,)

SCHOOL = School(
    id="harbour-primary",
    name="Harbour Primary School",
    calendar=Calendar(),
    roster=Roster(
        staff=tuple(player.email for player in PLAYERS),
        roles=(
            (Role.HEADTEACHER, (RUTH.email,)),
            (Role.DEPUTY, (TOM.email,)),
            (Role.DSL, (AILEEN.email,)),
            (Role.DEPUTY_DSL, (TOM.email,)),
            (Role.CHAIR, (GRACE.email,)),
            (Role.DPO, _OFFICE),
            (Role.OFFICE, _OFFICE),
            (Role.ADMIN, _OFFICE),
        ),
    ),
    accounts=(
        Account(
            "facebook", "School Facebook page", Platform.FACEBOOK, "", "https://facebook.example/harbour", _OFFICE
        ),
        Account("x", "School X account", Platform.X, "", "https://x.example/harbour", _OFFICE),
        Account("website", "School website", Platform.WEBSITE, "", "https://harbour.example", _OFFICE),
    ),
    contacts=Contacts(
        lado="01632 960100",
        helplines=("0800 028 0285",),
        dsl="01632 960101",
        chair_of_governors="01632 960102",
        agencies=("Police, 101", "Professionals online safety helpline, 0344 381 4772"),
    ),
    policy=PolicyDocument(version="2026"),
    safeguarding=Safeguarding(Concerns.RECORD),
)
