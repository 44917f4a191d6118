"""The climb of a concern until somebody sees to it, and the reminders of the LADO once somebody has."""

from dataclasses import replace
from datetime import timedelta

from cards.concern import numbers, unseen_card
from cards.model import Card
from handlers.concerns.access import add, author, raised
from handlers.concerns.routing import is_here, ladder, way_of
from handlers.reach import is_gone
from handlers.registry import Registry
from handlers.turn import Scene, Turn
from policy.concern import Climb, Concern, State, call
from policy.concern.about import is_hidden_from
from policy.concern.due import climb, next_told, press, put_back, reminded, rest, schedule, tell
from policy.concern.entry import Act
from policy.concern.route import Route
from policy.people import Person, is_among, is_staff

registry = Registry()

AGE, MOST = timedelta(days=36_500), 10_000
"""Before when whatever waits at all falls due, and how many concerns that do are looked at."""


async def step(turn: Turn, concern: Concern, way: Route) -> Concern:
    """Take the next step of the climb: the first, when it has just been raised or calls for somebody. It is still to
    be kept. One that was taken up already climbs over those who have heard of it before it goes on along its way.
    """
    concern = replace(concern, row=way.row)
    if concern.calls:
        way = replace(way, rungs=await _rungs(turn, concern, way))
    moved, taken = climb(concern, await ladder(turn, way), turn.now, turn.school.calendar)
    people = {person.id: person for rung in way.rungs for person in rung}
    for id in taken.alert:
        turn.alert(_view(moved), people[id], moved)
        await add(turn, moved, Act.TOLD, people[id].name)
    for id in taken.mail:
        turn.alert(_view(moved), people[id], moved, mail=True)
        await add(turn, moved, Act.MAILED, people[id].name)
    if taken.unseen:
        await add(turn, moved, Act.UNSEEN)
        if (reporter := await author(turn, moved)) is None:
            return rest(moved, turn.school.calendar)
        turn.alert("concern.unseen", reporter, moved)
    return moved


async def tell_of_addition(turn: Turn, concern: Concern) -> Concern:
    """Have somebody open Exeat because something was added, and have it climb until they do. It is still to be kept.

    Whoever the climb that is under way has reached is told; where that is nobody, its next step is taken.
    """
    if not concern.climbs:
        concern = call(concern)
    elif concern.climb is not Climb.UNSEEN:
        reached = await _here(turn, await who_hear(turn, concern, concern.climbed))
        for person in reached:
            turn.alert("concern.waits", person, concern)
        if reached:
            return concern
    return await step(turn, replace(concern, mornings=0), await way_of(turn, concern))


@registry.begins
async def begins(turn: Turn) -> None:
    """What waits for a moment that it took from a clock that was ahead, and was put right, waits no longer for it."""
    waiting = await turn.tx.find(Concern, due_before=turn.now + AGE, limit=MOST) if turn.sealing else []
    for concern in waiting:
        moved = put_back(concern, turn.now, turn.school.calendar)
        if moved is not concern:
            turn.tx.put(moved)


@registry.due(Concern)
async def due(turn: Turn, concern: Concern) -> None:
    """Say what has fallen due, once, and move the concern on in the same commit. One that was taken up climbs again
    when nobody is left who could act on it, or be reminded, and still holds a role that it goes to.
    """
    if concern.climbs:
        turn.tx.put(await step(turn, concern, await way_of(turn, concern)))
        return
    if not concern.live:
        turn.tx.put(await _handed_on(turn, concern))
        return
    moved, said = press(concern, turn.now, turn.school.calendar)
    way = await way_of(turn, moved)
    rungs = [_holding(rung, way) for rung in await _who_heard(turn, moved)]
    here = [found for rung in rungs if (found := await _here(turn, rung))]
    left = [person for rung in rungs for person in rung if not await is_gone(turn, person)]
    if not (here if said else left):
        moved = await step(turn, call(moved), way)
    elif said:
        for person in here[0]:
            turn.alert("concern.waits", person, moved)
        moved = reminded(moved, tuple(person.id for person in here[0]))
    turn.tx.put(moved)


async def _handed_on(turn: Turn, concern: Concern) -> Concern:
    """One that is closed: where nobody is left of those whom it had reached, whoever would be told next may read it,
    and hold it. They are sent nothing: nothing waits for them.
    """
    reached = await who_hear(turn, concern, concern.told)
    if not any([not await is_gone(turn, person) for person in reached]):
        way = await way_of(turn, concern)
        next = next_told(await ladder(turn, way))
        for person in (each for rung in way.rungs for each in rung if each.id in next):
            await add(turn, concern, Act.READER, person.name)
        concern = tell(concern, next)
    return schedule(concern, turn.school.calendar)


@registry.view("concern.unseen", Concern, sure=True)
async def unseen_view(scene: Scene, concern: Concern) -> Card | None:
    """That nobody has seen it yet and whom to ring, to whoever raised it."""
    if not raised(scene, concern):
        return None
    accused = (await way_of(scene, concern)).accused
    return unseen_card(concern, numbers(scene.school.contacts, accused))


def may_hear(turn: Turn, concern: Concern, person: Person) -> bool:
    """Whether somebody may be told that something about it waits."""
    return is_staff(person, turn.school.roster) and not is_hidden_from(person, concern.excluded)


async def who_hear(turn: Turn, concern: Concern, ids: tuple[str, ...]) -> tuple[Person, ...]:
    """Those of these ids who may still be told of it."""
    found = [person for id in dict.fromkeys(ids) if id and (person := await turn.part(id)) is not None]
    return tuple({person.id: person for person in found if may_hear(turn, concern, person)}.values())


def _view(concern: Concern) -> str:
    return "concern" if concern.status is State.SENT else "concern.waits"


async def _rungs(turn: Turn, concern: Concern, way: Route) -> tuple[tuple[Person, ...], ...]:
    """The way of one that was taken up: those who heard of it and still hold its roles, then the others who heard of
    it, then on. Where none of them holds a role any more, those who do are told at the same time.
    """
    heard = await _who_heard(turn, concern)
    holding = [_holding(rung, way) for rung in heard]
    others = [tuple(each for each in rung if each not in still) for rung, still in zip(heard, holding, strict=True)]
    if any(holding):
        return (*holding, *others, *way.rungs)
    first = next((rung for rung in others if rung), ())
    return ((*first, *(way.rungs[0] if way.rungs else ())), *others, *way.rungs)


def _holding(people: tuple[Person, ...], way: Route) -> tuple[Person, ...]:
    """Those of the people who hold a role that it goes to; all of them, where nobody else does."""
    holders = [person for rung in way.rungs for person in rung]
    return tuple(person for person in people if is_among(person, holders)) if holders else people


async def _who_heard(turn: Turn, concern: Concern) -> tuple[tuple[Person, ...], ...]:
    """Those who may act on it: whoever manages it and has taken it up, then everybody else whom it has reached."""
    taken_up = (concern.manager, *(each.by for each in concern.acknowledged))
    return await who_hear(turn, concern, taken_up), await who_hear(turn, concern, concern.told)


async def _here(turn: Turn, people: tuple[Person, ...]) -> list[Person]:
    return [person for person in people if await is_here(turn, person)]
