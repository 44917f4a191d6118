"""Closing an incident: that action was taken, never what was done to whom, and what the school learnt."""

from cards.incident_forms import YES, close_form
from handlers.fields import needed, text
from handlers.incidents.access import add, keep, leader_of, tell
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.turn import Turn
from policy.incident import Incident, Outcome, close
from policy.incident.chronology import Act
from policy.refused import Unusable

registry = Registry()

CLAUSE = "act-on-breaches"


@registry.button("incident.close", "Close", needs=leader_of, record=Incident, bound=False, clause=CLAUSE)
async def ask_close(turn: Turn, incident: Incident) -> Reply:
    """Asks how it ended."""
    close(incident, Outcome("", False, "", turn.viewer.id, turn.now))
    return Ask(close_form(incident))


@registry.form("incident.close.send", needs=leader_of, record=Incident, bound=False, clause=CLAUSE)
async def closed(turn: Turn, incident: Incident) -> Reply:
    """It is over."""
    try:
        words = needed(turn.request, "outcome", "Please say how it ended.")
    except Unusable as wrong:
        return Invalid(close_form(incident), turn.request.fields, wrong.errors)
    behaviour, lessons = text(turn.request, "behaviour") == YES, text(turn.request, "lessons")
    moved = close(incident, Outcome(words, behaviour, lessons, turn.viewer.id, turn.now))
    said = [
        words,
        "Taken up under the behaviour policy." if behaviour else "",
        f"Lessons: {lessons}" if lessons else "",
    ]
    kept = keep(turn, await add(turn, moved, Act.CLOSED, "\n".join(each for each in said if each)))
    await tell(turn, kept)
    reporter = await turn.person(kept.by)
    if reporter is not None and not await turn.is_viewer(kept.by) and kept.by not in kept.readers:
        turn.send("incident.reporter", reporter, kept)
    return Nothing()
