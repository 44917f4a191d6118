"""Concerns that are looked at again at once, because who holds a role, or who is left, has changed."""

from collections.abc import Iterable
from dataclasses import replace

from handlers.turn import Turn
from policy.concern import Concern
from policy.concern.record import LIVE

MOST = 10_000
"""How many concerns of a state are looked at."""


async def look_again(turn: Turn) -> None:
    """Have every live case that is in somebody's hands looked at now: those hands may hold no role any more."""
    for state in LIVE if turn.sealing else ():
        _due_now(turn, [each for each in await turn.tx.find(Concern, state=state, limit=MOST) if not each.climbs])


def _due_now(turn: Turn, concerns: Iterable[Concern]) -> None:
    for each in concerns:
        turn.tx.put(replace(each, next_due=turn.now))
