"""Who may read a concern no more, and that it has to stay: both are settled in its file, and seen nowhere else."""

from cards.concern_forms import hold_form, unreader_form
from handlers.concerns.access import add, keep, manager
from handlers.fields import text
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.turn import Turn
from policy.concern import Concern, Held, remove_reader
from policy.concern.about import CLAUSE
from policy.concern.entry import Act
from policy.concern.kept import hold, release
from policy.refused import Unusable, WrongState

registry = Registry()


@registry.button(
    "concern.unreader", "Remove reader", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True
)
async def ask_unreader(turn: Turn, concern: Concern) -> Reply:
    """Asks who reads it no more, of those who were added by name."""
    if not concern.added:
        raise WrongState("Nobody was added to those who may read this.", then="There is nothing to take back.")
    return Ask(unreader_form(concern, await _added(turn, concern)))


@registry.form("concern.unreader.send", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def reader_removed(turn: Turn, concern: Concern) -> Reply:
    """They read nothing of it from now on: for them it is as if there were none."""
    said = text(turn.request, "person")
    if said not in concern.added:
        wrong = {"person": "Please choose one of these."}
        return Invalid(unreader_form(concern, await _added(turn, concern)), turn.request.fields, wrong)
    person = await turn.part(said)
    moved = remove_reader(concern, person.ids if person is not None else (said,))
    await add(turn, moved, Act.UNREADER, await turn.name(said))
    keep(turn, moved)
    return Nothing()


@registry.button("concern.hold", "Hold", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def ask_hold(turn: Turn, concern: Concern) -> Reply:
    """Asks why it has to stay."""
    hold(concern, Held("?", turn.viewer.id, turn.now))
    return Ask(hold_form(concern))


@registry.form("concern.hold.send", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def held(turn: Turn, concern: Concern) -> Reply:
    """It stays from now on."""
    try:
        moved = hold(concern, Held(text(turn.request, "reason"), turn.viewer.id, turn.now))
    except Unusable as wrong:
        return Invalid(hold_form(concern), turn.request.fields, wrong.errors)
    await add(turn, moved, Act.HELD, text(turn.request, "reason"))
    keep(turn, moved)
    return Nothing()


@registry.button("concern.release", "Release", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def released(turn: Turn, concern: Concern) -> Reply:
    """It is held no longer: once its time is over, it goes."""
    moved = release(concern)
    await add(turn, moved, Act.RELEASED)
    keep(turn, moved)
    return Nothing()


async def _added(turn: Turn, concern: Concern) -> list[tuple[str, str]]:
    return [(id, await turn.name(id)) for id in concern.added]
