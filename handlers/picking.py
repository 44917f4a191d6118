"""Somebody picked in a form: a colleague, or why it cannot be them."""

from handlers.turn import Turn
from policy.people import Identity, Person, admit
from policy.refused import NotAdmitted, Unusable

NOT_STAFF = "That person is not on the school's staff list. Please name a colleague."

NOT_MET = "Exeat has not met them yet. Ask them to open Exeat in the chat and type exeat, then try again."


async def colleague(turn: Turn, identity: Identity, field: str) -> Person:
    """Whoever was picked in that field, if they are staff. Raises Unusable."""
    found = await turn.tx.find(Person, key=f"identity:{identity}", limit=1)
    if not found:
        raise Unusable({field: NOT_STAFF if identity in turn.turned_away else NOT_MET})
    try:
        admit(found[0], identity, turn.school.roster)
    except NotAdmitted:
        raise Unusable({field: NOT_STAFF}) from None
    return found[0]
