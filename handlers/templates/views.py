"""What is shown of wordings: their cards, the list, the reminders."""

from cards.model import Card, Element
from cards.template import decided_card, nag_card, nobody_card, template_card
from cards.template_list import APPROVED, PROPOSED, Listing, digest_card, list_card, rows
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Reply, Say, Show
from handlers.seats import might_decide
from handlers.templates.access import MOST, by_name, look, may_decide, may_see, reader_of, sees
from handlers.turn import Scene, Turn
from policy.record import ref
from policy.template import State, Template

registry = Registry()

WHOLE = "template.whole"

LONGEST_LIST = 5
"""How many wordings a list shows of each sort before it offers more."""


@registry.command("templates", needs=staff, summary="Words approved for answering comments")
async def templates(turn: Turn) -> Reply:
    """The wordings that may be used, and those that are proposed, for whoever may see them."""
    return Say(list_card(await listing(turn)))


@registry.button("templates.more", "More", needs=staff)
async def more(turn: Turn) -> Reply:
    """The next of a part of the list."""
    part, said = turn.request.payload.get("part"), turn.request.payload.get("skip", "")
    skip = int(said) if said.isdecimal() and len(said) < 6 else 0
    if part not in (APPROVED, PROPOSED) or not skip:
        return Say(list_card(await listing(turn)))
    return Say(list_card(await listing(turn, (part,), skip)))


@registry.button("template.open", "Open", needs=sees, record=Template, bound=False)
async def open_template(turn: Turn, template: Template) -> Reply:
    """All of the wording."""
    return Show(ref(template), template_card(template, await reader_of(turn, template), in_full=True), WHOLE)


@registry.view("template", Template)
async def template_view(scene: Scene, template: Template) -> Card | None:
    """The wording's own card."""
    found = await look(scene, template)
    return template_card(template, found) if found else None


@registry.view(WHOLE, Template)
async def whole_view(scene: Scene, template: Template) -> Card | None:
    """All of the wording, where it was opened."""
    found = await look(scene, template)
    return template_card(template, found, in_full=True) if found else None


@registry.view("template.decided", Template)
async def decided_view(scene: Scene, template: Template) -> Card | None:
    """What the author hears of a decision."""
    found = await look(scene, template)
    return decided_card(template, found) if found else None


@registry.view("template.nag", Template)
async def nag_view(scene: Scene, template: Template) -> Card | None:
    """It still waits. Nothing to say once it does not."""
    if scene.first and template.status is not State.PROPOSED:
        return None
    found = await look(scene, template)
    return nag_card(template, found) if found else None


@registry.view("template.nobody", Template)
async def nobody_view(scene: Scene, template: Template) -> Card | None:
    """It waits, and nobody can decide on it."""
    found = await look(scene, template)
    if scene.first and (template.status is not State.PROPOSED or (found and found.deciders)):
        return None
    return nobody_card(template, found) if found else None


@registry.view("templates.digest")
async def digest_view(scene: Scene, record: None) -> Card | None:
    """Every wording that waits for the viewer this morning; None when nothing does any more."""
    found = await _waiting_for(scene)
    return digest_card(found) if found.proposed else None


@registry.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """The wordings that wait for the viewer."""
    return rows(await _waiting_for(scene))


async def listing(scene: Scene, parts: tuple[str, ...] = (APPROVED, PROPOSED), skip: int = 0) -> Listing:
    """The approved wordings by name, and the proposed ones that the viewer may see, oldest first; from `skip` on."""
    found = sorted(await scene.tx.find(Template, state=State.APPROVED.value, limit=MOST), key=by_name)
    return await _listed(
        scene,
        found if APPROVED in parts else [],
        [each for each in await _proposed(scene) if await may_see(scene, each)] if PROPOSED in parts else [],
        skip,
    )


async def _waiting_for(scene: Scene) -> Listing:
    """What waits for the viewer's decision, oldest first."""
    if not await might_decide(scene, scene.viewer):
        return Listing()
    return await _listed(scene, [], [each for each in await _proposed(scene) if await may_decide(scene, each)])


async def _listed(scene: Scene, approved: list[Template], proposed: list[Template], skip: int = 0) -> Listing:
    """A page of each part, with what the viewer is to each wording."""
    end = skip + LONGEST_LIST
    return Listing(
        approved=tuple([(each, await reader_of(scene, each)) for each in approved[skip:end]]),
        proposed=tuple([(each, await reader_of(scene, each)) for each in proposed[skip:end]]),
        skipped=skip,
        more_approved=max(0, len(approved) - end),
        more_proposed=max(0, len(proposed) - end),
    )


async def _proposed(scene: Scene) -> list[Template]:
    found = await scene.tx.find(Template, state=State.PROPOSED.value, limit=MOST)
    return sorted(found, key=lambda each: each.waiting_since)
