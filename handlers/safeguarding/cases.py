"""Concerns that are looked at again at once, because who holds a role, or who is left, has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from handlers.turn import Turn
from policy.concern import Climb, Concern, State, reader_key
from policy.concern.due import begin_again
from policy.concern.record import LIVE
from policy.people import Person, is_staff

MOST = 10_000
"""How many concerns of a state are looked at."""


async def look_again(turn: Turn) -> None:
    """Have every live case that is in somebody's hands looked at now: those hands may hold no role any more. A climb
    that has told everybody in the chat already begins again, also of what was added to a closed one and nobody saw.
    So is looked at what was closed, and nobody of those whom it had reached is left.
    """
    for state in LIVE if turn.sealing else ():
        found = await turn.tx.find(Concern, state=state, limit=MOST)
        _due_now(turn, [each for each in found if not each.climbs])
        _due_now(turn, [begin_again(each) for each in found if each.climbs and each.climb is not Climb.CHAT])
    await _look_at(turn, None, climbing=True)


async def look_at_closed(turn: Turn, gone: Person | None = None) -> None:
    """Have each closed case looked at now of which nobody is left who could act on it; of those only that somebody
    who is gone could read, if it is said who.
    """
    for key in [reader_key(id) for id in gone.ids] if gone is not None else [None]:
        await _look_at(turn, key)


async def _look_at(turn: Turn, key: str | None, *, climbing: bool = False) -> None:
    found = await turn.tx.find(Concern, state=State.CLOSED.value, key=key, limit=MOST) if turn.sealing else []
    resting = [each for each in found if each.next_due is None]
    _due_now(turn, [each for each in resting if not each.climbs and not await _any_left(turn, each.told)])
    if climbing:
        _due_now(turn, [begin_again(each) for each in resting if each.climbs])


async def _any_left(turn: Turn, ids: Sequence[str]) -> bool:
    people = [await turn.part(id) for id in ids]
    return any(person is not None and is_staff(person, turn.school.roster) for person in people)


def _due_now(turn: Turn, concerns: Iterable[Concern]) -> None:
    for each in concerns:
        turn.tx.put(replace(each, next_due=turn.now, mornings=0))
