"""Requests for data: noted by whoever answers them, and told to those who may read a concern that one touches.

Whoever notes one gets the same answer whatever there is. It is held against the concerns afterwards, by the clock, so
that neither the answer nor the time it takes can tell.
"""

from datetime import date
from typing import Any

from cards.access import access_form, keyless_card, noted_card, request_text, sheet_card, touched_card
from cards.model import Card
from handlers.concerns.access import add, note_reading, reader, reads
from handlers.concerns.climbing import may_hear
from handlers.concerns.raising import chosen
from handlers.exports.reading import all_of
from handlers.fields import text
from handlers.keeping.judging import with_key
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Reply, Say
from handlers.turn import Scene, Turn
from policy.concern import Concern
from policy.concern.about import CLAUSE
from policy.concern.access import MAY_ASK, Access, others, touches, whose
from policy.concern.entry import Act, ConcernEntry, entries_key
from policy.deadlines import access_due
from policy.people import Identity
from policy.refused import NotAllowed, Unusable

registry = Registry()

DATA = "data-protection"


async def answers_requests(turn: Turn, record: Any) -> None:
    """The data protection officer, the headteacher and the admins."""
    if not any(turn.school.roster.holds(turn.viewer, role) for role in MAY_ASK):
        raise NotAllowed(
            "Nothing was noted: requests for data are for the data protection officer.",
            "They answer within a month of the day on which the request came.",
            "Please pass it on to them today.",
            clause=DATA,
        )


@registry.command(
    "subjectaccess", needs=answers_requests, summary="Note that somebody asks for what is kept about them", quiet=True
)
async def asked(turn: Turn) -> Reply:
    """Who asks, and since when."""
    return Ask(access_form(_today(turn))) if turn.sealing else Say(keyless_card())


@registry.form("access.new", needs=answers_requests, clause=DATA, quiet=True)
async def new(turn: Turn) -> Reply:
    """It is noted, and answered; what it touches is looked for afterwards."""
    if not turn.sealing:
        return Say(keyless_card())
    named, received = turn.request.fields.get("person"), turn.request.fields.get("received")
    try:
        if type(received) is not date or received > _today(turn):
            raise Unusable({"received": "Please say on which day the request came."})
        picked = await chosen(turn, named) if isinstance(named, Identity) else None
        if isinstance(named, Identity) and picked is None:
            raise Unusable({"person": "Exeat could not find out who that is. Please write their name below."})
        who, names = whose(picked, text(turn.request, "name"), turn.school.roster)
    except Unusable as wrong:
        return Invalid(access_form(_today(turn)), turn.request.fields, wrong.errors)
    due = turn.school.calendar.today(access_due(received, turn.school.calendar).at)
    id = await turn.tx.new_id(Access)
    turn.save(Access(id, turn.school.id, turn.viewer.id, turn.now, who, names, received, due))
    return Say(noted_card(due))


@registry.view("access_request", Access, sure=True)
async def noted_view(scene: Scene, request: Access) -> Card | None:
    """The answer, to whoever noted it."""
    return noted_card(request.due) if request.by in scene.known.ids else None


@registry.due(Access)
async def due(turn: Turn, request: Access) -> None:
    """It is held against every concern; of each that it touches, those who may read it are told. Then it goes."""
    async for concern in all_of(turn, Concern):
        if isinstance(concern, Concern) and touches(request, concern, await turn.part(concern.by)):
            await _tell(turn, concern, request)
    turn.tx.delete(Access, request.id, request.rev)


@registry.view("concern.asked", Concern, sure=True)
async def touched_view(scene: Scene, concern: Concern) -> Card | None:
    """That a request touches it, to those who may read it."""
    return touched_card(concern) if reads(scene, concern) else None


@registry.button("concern.sheet", "Open", needs=reader, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def sheet(turn: Turn, concern: Concern) -> Reply:
    """Who asks, until when, and what to weigh; that it was read is kept."""
    found = [each async for each in with_key(turn, ConcernEntry, entries_key(concern.id))]
    await note_reading(turn, concern)
    return Say(sheet_card(concern, [each for each in found if each.act is Act.REQUESTED]))


async def _tell(turn: Turn, concern: Concern, request: Access) -> None:
    await add(turn, concern, Act.REQUESTED, request_text(request.who, request.received, request.due))
    found = [person for id in concern.readers if (person := await turn.part(id)) is not None]
    readers = {each.id: each for each in found if may_hear(turn, concern, each)}
    for person in others(request, list(readers.values()), turn.school.roster):
        turn.alert("concern.asked", person, concern)


def _today(turn: Turn) -> date:
    return turn.school.calendar.today(turn.now)
