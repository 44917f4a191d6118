"""The front door: what Exeat can do, how things stand, and each person's home."""

from cards.model import Element
from cards.welcome import help_card, home_card
from handlers.entries import Spec
from handlers.needs import staff
from handlers.registry import Registry, merge
from handlers.request import Reply, Say
from handlers.turn import Scene, Turn
from policy.refused import Refused


def with_front_door(rooms: Registry) -> Registry:
    """The registry with /exeat and the home page, which speak of everything in it."""
    whole = merge([rooms])

    @whole.command("exeat", needs=staff, summary="What Exeat can do, and how things stand")
    async def exeat(turn: Turn) -> Reply:
        """The short list, also for anything that nothing else answers to."""
        named: dict[str, list[str]] = {}
        for spec in whole.commands():
            if await _may(turn, spec):
                named.setdefault(spec.summary, []).append(f"{spec.label} {spec.hint}".strip())
        typed = [(" or ".join(labels), summary) for summary, labels in named.items()]
        lost = turn.request.text.strip(" ?!.").casefold() not in ("", "help")
        return Say(help_card(turn.school.name, typed, await _parts(turn), lost=lost))

    @whole.button("home", "Home", needs=staff)
    async def home(turn: Turn) -> Reply:
        """What waits for whoever looks, and what they have sent."""
        return Say(home_card(turn.school.name, await _parts(turn)))

    async def _parts(scene: Scene) -> list[tuple[Element, ...]]:
        return [await part(scene) for part in whole.homes]

    return whole


async def _may(turn: Turn, spec: Spec) -> bool:
    """Whether the viewer may use the command; what they may not is left out of the list."""
    try:
        await spec.needs(turn, None)
    except Refused:
        return False
    return True
