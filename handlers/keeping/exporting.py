"""Legal holds laid out to be read outside Exeat."""

from cards.export import Fact, Part, Sheet, When, Who, Words
from handlers.registry import Registry
from handlers.turn import Scene
from policy.hold import Hold

registry = Registry()


@registry.exports("holds", "Records that are held", Hold)
async def hold(scene: Scene, hold: Hold) -> Sheet:
    """A hold: theirs who put it."""
    pieces = (
        Fact("What is held", str(hold.record)),
        When("Since", hold.at),
        Who("By", hold.by),
        Words("Why", hold.reason, hold.by),
    )
    return Sheet(hold.KIND, hold.id, f"Hold on {hold.record}", (Part("Held", (hold.by,), pieces),))
