"""Harbour Primary with somebody in each safeguarding role, and how it comes to take concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers.safeguarding.roles import SETTLING
from policy.drill import Drill
from policy.people import Identity, Role
from policy.record import Ref
from policy.school import Concerns, Contacts, Safeguarding, School
from tests.fakes.desk import Desk
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, email, harbour, identity

DSL, DEPUTY_DSL, CHAIR = DEPUTY_TWO, DEPUTY, COLLEAGUE

HOLDERS = (HEAD, DSL, DEPUTY_DSL, CHAIR)

ROLES: Mapping[Role, tuple[str, ...]] = {
    Role.HEADTEACHER: (HEAD,),
    Role.DSL: (DSL,),
    Role.DEPUTY_DSL: (DEPUTY_DSL,),
    Role.CHAIR: (CHAIR,),
    Role.ADMIN: (ADMIN,),
}

CONTACTS = Contacts(
    lado="01632 960123",
    helplines=("NSPCC whistleblowing advice line, 0800 028 0285",),
    dsl="01632 960125",
    chair_of_governors="01632 960126",
)


def roles(**changed: str | Sequence[str]) -> tuple[tuple[Role, tuple[str, ...]], ...]:
    """The roles as a roster has them, some of them held by others: `dsl="tom"`."""
    new = {Role(name): (who,) if isinstance(who, str) else tuple(who) for name, who in changed.items()}
    return tuple((role, tuple(map(email, who))) for role, who in {**ROLES, **new}.items() if who)


def guarded(concerns: Concerns = Concerns.RECORD, **changed: str | Sequence[str]) -> School:
    """The school with all it needs to take concerns, as soon as the test alerts are acknowledged."""
    made = harbour()
    roster = replace(made.roster, roles=roles(**changed))
    return replace(made, roster=roster, contacts=CONTACTS, safeguarding=Safeguarding(concerns))


async def drill_of(desk: Desk, who: str) -> Drill | None:
    """Somebody's test alert, as it stands."""
    async with desk.store.transaction(desk.school.id) as tx:
        found = await tx.find(Drill, owner=str(identity(who)), limit=1)
    return found[0] if found else None


async def acknowledge(desk: Desk, *people: str) -> None:
    """They press Acknowledge on their test alerts."""
    for who in people:
        drill = await drill_of(desk, who)
        assert drill is not None, who
        await desk.ask(who, "drill.acknowledge", Ref("drill", drill.id))


async def go_live(desk: Desk) -> None:
    """The program starts, its first tick comes, and whoever was sent a test alert acknowledges it. Nothing is left to
    be sent.
    """
    await desk.dispatch.begin()
    await desk.dispatch.due()
    async with desk.store.transaction(desk.school.id) as tx:
        drills = await tx.find(Drill, state="open", limit=100)
    for drill in drills:
        await desk.ask(Identity.parse(drill.person), "drill.acknowledge", Ref("drill", drill.id))
    now, desk.now = desk.now, desk.now + SETTLING
    await desk.dispatch.due()
    desk.now = now
    await desk.outbox()
