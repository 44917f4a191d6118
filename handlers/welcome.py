"""The front door: what Exeat can do, how things stand, and each person's home."""

from cards.model import Element
from cards.welcome import help_card, home_card
from handlers.needs import staff
from handlers.registry import Registry, merge
from handlers.request import Reply, Say
from handlers.turn import Scene, Turn


def with_front_door(rooms: Registry) -> Registry:
    """The registry with /exeat and the home page, which speak of everything in it."""
    whole = merge([rooms])

    @whole.command("exeat", needs=staff, summary="What Exeat can do, and how things stand")
    async def exeat(turn: Turn) -> Reply:
        """The short list, also for anything that nothing else answers to."""
        typed = [(f"{spec.label} {spec.hint}".strip(), spec.summary) for spec in whole.commands()]
        return Say(help_card(turn.school.name, typed, await _parts(turn)))

    @whole.button("home", "Home", needs=staff)
    async def home(turn: Turn) -> Reply:
        """What waits for whoever looks, and what they have sent."""
        return Say(home_card(turn.school.name, await _parts(turn)))

    async def _parts(scene: Scene) -> list[tuple[Element, ...]]:
        return [await part(scene) for part in whole.homes]

    return whole
