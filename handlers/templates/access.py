"""Who may see, change and decide on a wording, how it looks to each of them, and how it is kept."""

from cards.template import Reader
from handlers.reach import is_gone
from handlers.seats import deciders_of
from handlers.turn import Scene, Turn
from policy.checks.advice import advice
from policy.checks.draft import Draft
from policy.deciding import CLAUSE as DECIDING
from policy.deciding import authority
from policy.people import Person, is_among
from policy.refused import NotAllowed, OwnWork
from policy.template import EVERYWHERE, State, Template, fits, noted, usable_key
from policy.template.due import schedule

MOST = 100
"""How many wordings of one sort are looked at, newest first."""


async def usable(scene: Scene, account: str) -> list[Template]:
    """The approved wordings that may be used on the account with that slug, by name; empty for an unknown one."""
    known = scene.school.account(account)
    if known is None:
        return []
    found = [
        each
        for place in (EVERYWHERE, account)
        for each in await scene.tx.find(Template, key=usable_key(place), limit=MOST)
        if each.usable and fits(each, known)
    ]
    return sorted(found, key=by_name)


async def reader_of(scene: Scene, template: Template) -> Reader:
    """What the viewer is to the wording, with the names its cards need."""
    may = await deciders_of(scene, template.author)
    ids = {template.author, template.retired_by, template.decision.by if template.decision else ""} - {""}
    return Reader(
        zone=scene.school.zone,
        names={id: await scene.name(id) for id in sorted(ids)},
        accounts={each.id: each.name for each in scene.school.accounts},
        deciders=tuple([each.person.name for each in may if each.told and not await is_gone(scene, each.person)]),
        author=await scene.is_viewer(template.author),
        decides=is_among(scene.viewer, (each.person for each in may)),
        advice=tuple(advice(Draft(template.text), scene.school.accounts)),
    )


async def look(scene: Scene, template: Template) -> Reader | None:
    """How the viewer sees the wording; None when it is not theirs to see."""
    return await reader_of(scene, template) if await may_see(scene, template) else None


async def may_see(scene: Scene, template: Template) -> bool:
    """Whether the wording is this viewer's to see: all staff once it is approved; else its author, whoever decides
    or decided, and the headteacher.
    """
    if template.status is State.APPROVED or scene.school.is_head(scene.viewer):
        return True
    if await scene.is_viewer(template.author) or await may_decide(scene, template):
        return True
    return template.decision is not None and await scene.is_viewer(template.decision.by)


async def may_decide(scene: Scene, template: Template) -> bool:
    """Whether the viewer may decide on it today."""
    return is_among(scene.viewer, (each.person for each in await deciders_of(scene, template.author)))


async def asked(scene: Scene, template: Template) -> list[Person]:
    """Who is asked to decide today."""
    return [each.person for each in await deciders_of(scene, template.author) if each.told]


async def sees(turn: Turn, template: Template) -> None:
    """Whoever may see it."""
    if not await may_see(turn, template):
        raise turn.nothing_there()


async def writes(turn: Turn, template: Template) -> None:
    """Its author only."""
    if await turn.is_viewer(template.author):
        return
    await sees(turn, template)
    raise NotAllowed(
        "Only its author can do that.",
        f"{template.id} was proposed by {await turn.name(template.author)}.",
        "You can ask them to, or propose a wording of your own with /templates.",
    )


async def decides(turn: Turn, template: Template) -> None:
    """Whoever decides on posts today, and never its author; by what right is kept for the audit."""
    author = await turn.person(template.author)
    if author is None:
        raise turn.nothing_there()
    try:
        turn.authority = authority(turn.viewer, author, await deciders_of(turn, template.author))
    except OwnWork:
        raise OwnWork(
            "You cannot decide on your own wording.",
            "Somebody else has to read it before it is used.",
            "Whoever may decide on it has it.",
            clause=DECIDING,
        ) from None
    except NotAllowed:
        raise NotAllowed(
            "This is not yours to decide.",
            "Wordings are decided by the headteacher, or by whoever the headteacher named while away.",
            "If it is urgent, please speak to the headteacher.",
            clause=DECIDING,
        ) from None


async def takes_back(turn: Turn, template: Template) -> None:
    """Its author; once it is approved, also whoever decides."""
    needs = decides if template.status is State.APPROVED and await may_decide(turn, template) else writes
    await needs(turn, template)


def keep(turn: Turn, template: Template) -> Template:
    """Save the wording with the moment of its next reminder, and say in the audit what was done."""
    template = schedule(noted(template, turn.now), turn.school.calendar)
    turn.save(template, fingerprint=template.fingerprint)
    return template


def by_name(template: Template) -> tuple[str, str]:
    """What wordings are sorted by."""
    return template.name.casefold(), template.id
