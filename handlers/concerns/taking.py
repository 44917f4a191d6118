"""Taking a concern up, and adding to it."""

from cards.concern_forms import note_form
from handlers.concerns.access import add, author, keep, manager, manages, raised, reader_or_author
from handlers.concerns.climbing import tell_of_addition
from handlers.fields import needed
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.safeguarding.pins import pinned
from handlers.turn import Turn
from policy.concern import Concern, acknowledge
from policy.concern.about import CLAUSE
from policy.concern.entry import Act
from policy.people import Role, is_among
from policy.refused import Unusable, WrongState

registry = Registry()


@registry.button(
    "concern.acknowledge", "Acknowledge", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True
)
async def acknowledged(turn: Turn, concern: Concern) -> Reply:
    """Somebody takes it up: nobody else is alerted, and whoever raised it hears that it was seen."""
    leads = [each for role in (Role.DSL, Role.DEPUTY_DSL) for each in await pinned(turn, role)]
    lead = is_among(turn.known, leads)
    moved = acknowledge(concern, turn.known.id, turn.known.ids, turn.now, lead=lead)
    if moved is concern:
        return Nothing()
    await add(turn, moved, Act.ACKNOWLEDGED)
    kept = keep(turn, moved)
    if not concern.acknowledged and (reporter := await author(turn, kept)) is not None:
        turn.send("concern.reporter", reporter, kept)
    return Nothing()


@registry.button("concern.note", "Add note", needs=reader_or_author, record=Concern, bound=False, quiet=True)
async def ask_note(turn: Turn, concern: Concern) -> Reply:
    """Asks what is to be added."""
    _written(concern)
    return Ask(note_form(concern))


@registry.form("concern.note.send", needs=reader_or_author, record=Concern, bound=False, quiet=True)
async def noted(turn: Turn, concern: Concern) -> Reply:
    """It is added, also when the concern is closed; what others than those who act on it add is put before them."""
    _written(concern)
    try:
        words = needed(turn.request, "text", "Please type what is to be added.")
    except Unusable as wrong:
        return Invalid(note_form(concern), turn.request.fields, wrong.errors)
    by_author = raised(turn, concern)
    await add(turn, concern, Act.ADDED if by_author else Act.NOTE, words)
    quiet = manages(turn, concern) and not by_author
    keep(turn, concern if quiet else await tell_of_addition(turn, concern))
    return Nothing()


def _written(concern: Concern) -> None:
    if not concern.written:
        raise WrongState(
            f"Nothing was added: no account of {concern.id} is kept in Exeat.",
            "This school keeps its cases elsewhere.",
            "Please tell whoever it went to, or write it where the case is kept.",
        )
