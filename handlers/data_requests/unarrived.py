"""A message about a request for data that never arrives: whoever noted it and the others are to say it in person."""

from cards.data_request import missed_card
from cards.model import Card
from handlers.data_requests.asking import message
from handlers.registry import Registry
from handlers.turn import Scene, Turn
from policy.data_request import DataRequest, misses
from storage.rows import Outgoing

registry = Registry()

VIEW = "data_request.missed"


@registry.carried(DataRequest)
async def carried(turn: Turn, request: DataRequest, row: Outgoing, arrived: bool) -> None:
    """Have it said, once of each who was to be told and was not, to whoever noted the request and to the others."""
    moved = misses(request, row.person)
    if arrived or row.view != DataRequest.KIND or moved is request:
        return
    turn.tx.put(moved)
    for id in dict.fromkeys((request.by, *request.told)):
        if id not in moved.missed and (person := await turn.part(id)) is not None:
            turn.send(VIEW, person, moved, nag=True)


@registry.view(VIEW, DataRequest, sure=True)
async def missed(scene: Scene, request: DataRequest) -> Card | None:
    """Whom the message has not reached, to those who know of the request."""
    if await message(scene, request) is None:
        return None
    return missed_card(request, [await scene.name(id) for id in request.missed])
