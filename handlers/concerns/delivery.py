"""What became of an alert on its way: it stands in the log, and one that never arrives makes the next step due."""

from handlers.concerns.access import add
from handlers.registry import Registry
from handlers.turn import ALERT, Turn
from policy.concern import Concern
from policy.concern.due import not_reached
from policy.concern.entry import Act, ConcernEntry, entries_key
from storage.rows import Errand, Outgoing

registry = Registry()

OUTCOMES = (Act.DELIVERED, Act.UNDELIVERED)

LOOKED_AT = 50
"""How many of the newest entries are looked at for what was written down already."""


@registry.carried(Concern)
async def carried(turn: Turn, concern: Concern, row: Outgoing, arrived: bool) -> None:
    """Write down that an alert was delivered, or cannot be; the next person is then told at once."""
    if row.lane != ALERT:
        return
    mail = row.task is Errand.MAIL
    act = Act.DELIVERED if arrived else Act.UNDELIVERED
    said = f"{await turn.name(row.person)}, {'by e-mail' if mail else 'in the chat'}"
    if not await _stands(turn, concern, act, said):
        await add(turn, concern, act, said)
    moved = concern if arrived else not_reached(concern, row.person, turn.school.calendar, mail=mail)
    if moved is not concern:
        turn.tx.put(moved)


async def _stands(turn: Turn, concern: Concern, act: Act, said: str) -> bool:
    """Whether the log ends with this already, so that what is sent each morning does not fill it."""
    newest = await turn.tx.find(ConcernEntry, key=entries_key(concern.id), limit=LOOKED_AT)
    for entry in newest:
        if entry.act not in OUTCOMES:
            return False
        if entry.text == said:
            return entry.act is act
    return False
