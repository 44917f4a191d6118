"""The people under examination: roles nobody answers to, and absences nobody covers."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from bot.doctor.finding import Finding, fine, fix, note
from cards.roles import CALLED
from handlers.turn import Scene
from policy.away import OPEN_KEY, Away
from policy.calendar import day_in_words
from policy.people import Known, Person, Role, Standing, meet, same_person
from policy.school import School
from storage.contract import Store

STAND_IN = {Role.HEADTEACHER: Role.DEPUTY, Role.DSL: Role.DEPUTY_DSL}
"""Who stands in for whom, beside a delegate. Other roles are covered by another who holds the same, and an absence
of those who only stand in matters on the days when they would have to.
"""


async def people_findings(
    store: Store | None,
    known: Sequence[Known] | None,
    school: School,
    now: datetime,
    meeting: str,
) -> AsyncIterator[Finding]:
    """Who is missing. `known` is what the chat says today, or None when it could not be asked; `meeting` is how
    somebody comes to be met, to follow "Correct it in exeat.toml, or".
    """
    people = [meet(each, school.id) for each in known or ()]
    if store is not None:
        async with store.transaction(school.id) as tx:
            scene = Scene(tx, school, now, Person("", school.id, ()))
            people += await scene.by_refs(named(school))
            async for finding in _absences(scene):
                yield finding
    if known is None and not people:
        yield note("People", "Whether everybody named can be found will be known once Exeat has been in the chat.")
        return
    for finding in _unanswered(school, people, meeting):
        yield finding


def named(school: School) -> tuple[str, ...]:
    """The refs of everybody who holds a role or looks after an account."""
    owners = (ref for account in school.accounts for ref in account.owners)
    return tuple(dict.fromkeys((*school.roster.named, *owners)))


def _unanswered(school: School, people: Sequence[Person], meeting: str) -> Iterator[Finding]:
    missing = False
    for ref in named(school):
        held = held_by(school, ref)
        found = [person for person in people if ref in school.roster.names(person)]
        if not found:
            missing = True
            todo = f"Correct it in exeat.toml, or {meeting}."
            must = any(ref in school.roster.refs(role) for role in (Role.HEADTEACHER, Role.DSL))
            nobody = f"Nobody in the chat answers to it ({held}), so nothing reaches them through Exeat."
            yield (fix if must else note)(ref, nobody, todo)
        elif not any(person.active for person in found):
            missing = True
            standing = found[0].accounts[0].standing if found[0].accounts else Standing.DEACTIVATED
            yield fix(
                ref,
                f"Their account is not a full member's but {standing.value} ({held}), so Exeat refuses them.",
                "Name somebody else, or have the account made a full member.",
            )
    if not missing:
        yield fine("People", "Everybody who holds a role or looks after an account can be found.")


def held_by(school: School, ref: str) -> str:
    """What somebody is to the school, in words."""
    roles = [CALLED[role] for role in Role if ref in school.roster.refs(role)]
    return ", ".join([*roles, *(f"looks after {a.name}" for a in school.accounts if ref in a.owners)])


async def _absences(scene: Scene) -> AsyncIterator[Finding]:
    """The working days, from today, on which somebody with a role is away and nobody stands in."""
    today = scene.school.calendar.today(scene.now)
    holders = {role: await scene.holders(role) for role in Role}
    absences = {person.id: await _planned(scene, person, today) for held in holders.values() for person in held}
    for role in (role for role in Role if role not in STAND_IN.values()):
        for person in holders[role]:
            others = [each for each in holders[STAND_IN.get(role, role)] if not same_person(each, person)]
            for away in absences[person.id]:
                delegate = await scene.person(away.delegate) if away.delegate else None
                if delegate is not None:
                    absences.setdefault(delegate.id, await _planned(scene, delegate, today))
                cover = [*others, *([delegate] if delegate else [])]
                days = [day for day in _days(away, today, scene) if not _anybody(cover, day, absences)]
                if days:
                    yield fix(
                        "/away",
                        f"{person.name} ({CALLED[role]}) is away and nobody stands in: {_spans(days)}.",
                        "Ask them to name somebody with /away, or name a deputy in exeat.toml.",
                    )


async def _planned(scene: Scene, person: Person, today: date) -> list[Away]:
    found = [away for id in person.ids for away in await scene.tx.find(Away, owner=id, key=OPEN_KEY, limit=50)]
    return [away for away in found if away.last >= today]


def _days(away: Away, today: date, scene: Scene) -> Iterator[date]:
    first = max(away.first, today)
    every = (first + timedelta(number) for number in range((away.last - first).days + 1))
    return (day for day in every if scene.school.calendar.is_working(day))


def _anybody(people: Iterable[Person], day: date, absences: dict[str, list[Away]]) -> bool:
    return any(each.active and not any(away.covers(day) for away in absences.get(each.id, ())) for each in people)


def _spans(days: Sequence[date]) -> str:
    first = f"{day_in_words(days[0])} {days[0].year}"
    return (
        first
        if len(days) == 1
        else f"{len(days)} working days from {first} to {day_in_words(days[-1])} {days[-1].year}"
    )
