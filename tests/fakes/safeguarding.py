"""A school that takes safeguarding concerns: who holds which role, and how somebody raises one, form after form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from handlers.request import Ask, Reply
from policy.concern import Concern
from policy.concern.entry import ConcernEntry, entries_key
from policy.people import Identity, Role
from policy.record import ref
from policy.school import Concerns, Contacts, Safeguarding, School
from tests.fakes.desk import Desk, open_desk
from tests.fakes.golive import go_live
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, TEACHER, email, harbour, identity

DSL, SECOND_DSL, THIRD_DSL, CHAIR, OUTSIDER = "dina", "dot", "desmond", "grace", "olu"

HOLDERS: Mapping[Role, Sequence[str]] = {
    Role.HEADTEACHER: (HEAD,),
    Role.DSL: (DSL,),
    Role.DEPUTY_DSL: (SECOND_DSL, THIRD_DSL),
    Role.CHAIR: (CHAIR,),
    Role.ADMIN: (ADMIN,),
}

PEOPLE = (TEACHER, COLLEAGUE, HEAD, DSL, SECOND_DSL, THIRD_DSL, CHAIR, ADMIN, OUTSIDER)

CONTACTS = Contacts(
    lado="01632 960003",
    helplines=("NSPCC whistleblowing advice line, 0800 028 0285",),
    dsl="01632 960001",
    chair_of_governors="01632 960002",
    agencies=("Police, 101",),
)

SECRET = "The zebra came at night"
"""What happened; it is in no alert, no log and nobody else's chat."""


def with_holders(school: School, holders: Mapping[Role, Sequence[str]] = HOLDERS) -> School:
    """The school with these people, and no others, in roles."""
    roles = tuple((role, tuple(email(each) for each in names)) for role, names in holders.items())
    return replace(school, roster=replace(school.roster, roles=roles))


def safe_harbour(mode: Concerns = Concerns.RECORD, **more: Any) -> School:
    """Harbour Primary as it takes concerns."""
    made = with_holders(harbour(), more.pop("holders", HOLDERS))
    return replace(made, contacts=more.pop("contacts", CONTACTS), safeguarding=Safeguarding(mode), **more)


async def safe_desk(folder: Path, school: School | None = None, *, keyless: bool = False) -> Desk:
    """A desk at a school that has gone live, with everybody met and nothing left to be sent."""
    desk = await open_desk(folder, school or safe_harbour(), *PEOPLE, keyless=keyless)
    await go_live(desk)
    return desk


async def tell(
    desk: Desk,
    who: str | Identity = TEACHER,
    *,
    about: str = "colleague",
    risk: str = "no",
    person: str | Identity | None = COLLEAGUE,
    **answers: Any,
) -> Reply:
    """Somebody goes through the forms, as far as they lead; what they are told at the end.

    `answers` are those of the later forms, by field.
    """
    picked = identity(person) if isinstance(person, str) else person
    given: dict[str, Any] = {
        "about": about,
        "risk": risk,
        "person": picked,
        "what": SECRET,
        "dsl": "no",
        "head": "no",
    }
    given |= answers
    reply = await desk.ask(who, "concern")
    while isinstance(reply, Ask):
        fields = {each.name: given[each.name] for each in reply.form.fields if given.get(each.name) is not None}
        reply = await desk.ask(who, reply.form.verb, fields=fields, payload=dict(reply.form.payload))
    return reply


async def raised(desk: Desk, who: str = TEACHER, **answers: Any) -> Concern:
    """A concern as it stands once somebody has raised it."""
    before = {each.id for each in await concerns(desk)}
    await tell(desk, who, **answers)
    (found,) = [each for each in await concerns(desk) if each.id not in before]
    return found


async def concerns(desk: Desk) -> list[Concern]:
    """Every concern that is kept."""
    async with desk.store.transaction(desk.school.id) as tx:
        return await tx.find(Concern, limit=100)


async def now(desk: Desk, concern: Concern) -> Concern:
    """The concern as it stands."""
    (found,) = [each for each in await concerns(desk) if each.id == concern.id]
    return found


async def log(desk: Desk, concern: Concern) -> list[ConcernEntry]:
    """Its log, oldest first."""
    async with desk.store.transaction(desk.school.id) as tx:
        found = await tx.find(ConcernEntry, key=entries_key(concern.id), limit=1_000)
    return sorted(found, key=lambda entry: entry.place)


async def do(desk: Desk, who: str | Identity, verb: str, concern: Concern, **fields: Any) -> Reply:
    """Somebody presses a button about it, or sends a form."""
    return await desk.ask(who, verb, ref(concern), version=1, fields=fields)
