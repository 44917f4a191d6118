"""A school to test with: Harbour Primary, its people and its accounts."""

from datetime import UTC, datetime

from policy.account import Account, Platform
from policy.calendar import Calendar
from policy.people import Identity, Known, Person, Role, Roster, Standing, meet
from policy.school import School

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
"""A working Monday in winter, 09:00 in London."""

HEAD, DEPUTY, DEPUTY_TWO, TEACHER, COLLEAGUE, OWNER, ADMIN = "helen", "dev", "dora", "tom", "cara", "olu", "ada"

PAGE = Account(
    "page",
    "Harbour page",
    Platform.FACEBOOK,
    "Facebook",
    "https://example.org/page",
    ("olu@harbour.example",),
    check_every=0,
)
SHORT = Account("short", "Harbour on X", Platform.X, "X", "https://example.org/x", check_every=0)


def harbour(*, own: bool = False, deputies: tuple[str, ...] = (DEPUTY, DEPUTY_TWO)) -> School:
    """The school; `own` lets the headteacher approve their own posts."""
    return School(
        id="harbour",
        name="Harbour Primary",
        calendar=Calendar(),
        roster=Roster(
            staff=("*@harbour.example",),
            blocked=("blocked@harbour.example",),
            roles=(
                (Role.HEADTEACHER, (email(HEAD),)),
                (Role.DEPUTY, tuple(email(each) for each in deputies)),
                (Role.ADMIN, (email(ADMIN),)),
            ),
        ),
        accounts=(PAGE, SHORT),
        head_may_approve_own=own,
    )


def email(name: str) -> str:
    """The address of somebody at the school."""
    return f"{name}@harbour.example"


def identity(name: str, platform: str = "sandbox", tenant: str = "demo") -> Identity:
    """Somebody's account on a platform."""
    return Identity(platform, tenant, name)


def known(name: str, standing: Standing = Standing.MEMBER, platform: str = "sandbox", tenant: str = "demo") -> Known:
    """What the platform says of somebody."""
    return Known(identity(name, platform, tenant), name.title(), email(name), standing)


def person(name: str) -> Person:
    """Somebody, as met in the sandbox."""
    return meet(known(name), "harbour")
