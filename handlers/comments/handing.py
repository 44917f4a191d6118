"""Comments handed over: whoever comes to look after an account hears of what is open on it."""

from handlers.care import carers, keepers
from handlers.comments.nagging import NAGS
from handlers.comments.views import kept, queue
from handlers.digests import send_digest
from handlers.registry import Registry
from handlers.turn import Scene, Turn
from policy.comment import Comment, State
from policy.people import Person
from policy.record import ref

registry = Registry()

MOST = 20
"""How many open comments that are assigned to somebody are handed over."""


@registry.comes
async def comes(turn: Turn, person: Person) -> None:
    """Somebody is met, or comes back."""
    await _tell(turn, person)


async def hand_over(turn: Turn, person: Person) -> None:
    """Somebody goes away or comes back: whoever has their comments now hears of them."""
    told = list[Person]()
    for account in turn.school.accounts:
        if turn.school.owns(person, account):
            told += [each for each in await keepers(turn, account.id) if not turn.school.owns(each, account)]
    for id in person.ids:
        for comment in await turn.tx.find(Comment, state=State.OPEN.value, owner=id, limit=MOST):
            told += await carers(turn, comment)
    for each in {each.id: each for each in (*told, person)}.values():
        await _tell(turn, each)


async def _tell(turn: Turn, person: Person) -> None:
    """Have them told of what is open and with them, in staffed hours and once a day, unless they have its cards."""
    if not turn.school.calendar.is_staffed(turn.now):
        return
    scene = Scene(turn.tx, turn.school, turn.now, person, served=turn.served, installed=turn.installed)
    found = await queue(scene, await kept(scene), states=(State.OPEN,), theirs=True)
    have = [{each.person for each in await turn.tx.shown(ref(comment))} for comment in found.comments]
    if all(not shown.isdisjoint(person.ids) for shown in have):
        return
    if await turn.once(f"handed/{person.id}/{turn.school.calendar.today(turn.now)}"):
        await send_digest(turn, NAGS, person)
