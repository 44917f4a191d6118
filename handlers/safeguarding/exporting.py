"""Test alerts, and who holds the safeguarding roles, laid out to be read outside Exeat; nothing of any concern."""

from cards.export import Fact, Named, Part, Piece, Sheet, When, Who
from handlers.registry import Registry
from handlers.turn import Scene
from policy.drill import Drill
from policy.pin import Pin

registry = Registry()


@registry.exports("test-alerts", "Test alerts", Drill)
async def drill(scene: Scene, drill: Drill) -> Sheet:
    """The test alerts to somebody in a term."""
    pieces: list[Piece] = [Who("To", drill.person)]
    pieces += [When("Last sent", drill.asked)] if drill.asked else []
    pieces += [When("Acknowledged", drill.acknowledged)] if drill.acknowledged else []
    return Sheet(drill.KIND, drill.id, f"Test alerts {drill.id}", (Part("To them", (drill.person,), tuple(pieces)),))


@registry.exports("safeguarding-roles", "Safeguarding roles", Pin)
async def pin(scene: Scene, kept: Pin) -> Sheet:
    """Who holds a role for concerns; the last decision about it is theirs who made it."""
    pieces: list[Piece] = [Named("Holds it", ", ".join(names)) for names in kept.held]
    pieces += [Named("Waits to be confirmed", ", ".join(names)) for names in kept.coming]
    parts = [Part("A safeguarding role", (), (*pieces, When("Since", kept.since)))]
    if kept.by and kept.at is not None:
        said = Fact("Said", "not right" if kept.turned_down else "confirmed")
        parts.append(Part("Decided on a change", (kept.by,), (Who("By", kept.by), When("When", kept.at), said)))
    return Sheet(kept.KIND, kept.id, f"Safeguarding role {kept.id}", tuple(parts))
