"""Messages about several comments: of each sort the latest stays up to date, and those before it point to it."""

from collections.abc import Iterable
from dataclasses import replace

from handlers.turn import Turn
from policy.digest import CURRENT, Digest, digest_key
from policy.people import Person
from policy.record import ref

MOST = 10
"""How many messages of one sort to one person are looked at; there are two at the most."""


async def send_digest(turn: Turn, view: str, person: Person) -> None:
    """Have the message sent. The one before it says from now on that there is a newer one."""
    for earlier in await turn.tx.find(Digest, key=digest_key(view, person.id), limit=MOST):
        if not earlier.replaced:
            turn.tx.put(replace(earlier, replaced=True))
            continue
        for shown in await turn.tx.shown(ref(earlier)):
            turn.tx.unshow(shown.key)
        turn.tx.delete(Digest, earlier.id, earlier.rev)
    digest = Digest(await turn.tx.new_id(Digest), turn.school.id, view, person.id, turn.now)
    turn.tx.put(digest)
    turn.send(view, person, digest, nag=True)


async def redraw_digests(turn: Turn, people: Iterable[Person]) -> None:
    """Have what those people were sent last drawn again, because one of its comments has moved on."""
    for id in {id: None for person in people for id in person.ids}:
        for digest in await turn.tx.find(Digest, owner=id, state=CURRENT, limit=MOST):
            await turn.redraw(digest)
