"""Holding a record, so that neither time nor anybody deletes it; and letting go of it again."""

from cards.hold import Listed, hold_form, holds_card
from cards.model import Card
from handlers.fields import text
from handlers.incidents.access import reads
from handlers.keeping.removing import note
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Reply, Say
from handlers.turn import Scene, Turn
from policy.away import Away
from policy.comment import Comment
from policy.hold import CLAUSE, Hold, held_already, hold, not_held
from policy.incident import Incident
from policy.people import Role
from policy.post import Post
from policy.record import Record, Ref, ref
from policy.refused import NotAllowed, Unusable
from policy.template import Template

registry = Registry()

KINDS: tuple[type[Record], ...] = (Post, Comment, Incident)
"""What can be held in the chat, by its short id; on the server, whatever is deleted by time can be."""

MOST = 20
"""How many holds a list shows."""


async def holder(turn: Turn, record: object) -> None:
    """The headteacher and the data protection officer, who answer for what is kept."""
    if not _may_hold(turn):
        raise NotAllowed(
            "Only the headteacher and the data protection officer can hold a record.",
            "They answer for what the school keeps.",
            "Please ask one of them.",
            clause=CLAUSE,
        )


@registry.command("holds", needs=holder, summary="Hold a record so that it is not deleted, or see what is held")
async def holds(turn: Turn) -> Reply:
    """What is held, each with the way to release it; and the way to hold another."""
    return Say(await _list(turn))


@registry.button("hold.ask", "Hold", needs=holder, clause=CLAUSE)
async def ask(turn: Turn) -> Reply:
    """Asks which record, and why."""
    return Ask(hold_form())


@registry.form("hold.new", needs=holder, clause=CLAUSE)
async def new(turn: Turn) -> Reply:
    """It is held from now on."""
    try:
        record = await _meant(turn, text(turn.request, "record"))
        await put(turn, record, text(turn.request, "reason"))
    except Unusable as wrong:
        return Invalid(hold_form(), turn.request.fields, wrong.errors)
    return Say(await _list(turn))


@registry.button("hold.release", "Release", needs=holder, record=Hold, clause=CLAUSE)
async def release(turn: Turn, kept: Hold) -> Reply:
    """It is held no longer: once its time is over, it goes."""
    if not await _may_know(turn, kept.record):
        raise turn.nothing_there()
    await let_go(turn, kept.record)
    return Say(await _list(turn))


@registry.view("hold", Hold)
async def view(scene: Scene, kept: Hold) -> Card | None:
    """All that is held, to whoever may hold."""
    return await _list(scene) if _may_hold(scene) else None


async def is_held(scene: Scene, record: Ref) -> Hold | None:
    """The hold on a record, if there is one."""
    return await scene.tx.get(Hold, str(record))


async def put(turn: Turn, record: Record, reason: str) -> Hold:
    """Hold the record. Raises WrongState when it is held already, Unusable without a reason.

    The record is kept anew with it, unchanged: of a hold and a deletion at once, the later one then looks again.
    """
    kept = await is_held(turn, ref(record))
    if kept is not None:
        raise held_already(kept)
    turn.tx.put(record)
    kept = hold(ref(record), turn.school.id, reason, turn.viewer.id, turn.now)
    turn.save(kept)
    return kept


async def let_go(turn: Turn, record: Ref) -> None:
    """Release the record. Raises NotFound when it is not held."""
    kept = await is_held(turn, record)
    if kept is None:
        raise not_held(record)
    turn.touched = ref(kept)
    turn.tx.delete(Hold, kept.id, kept.rev)
    note(turn, kept, "released", turn.authority)


def _may_hold(scene: Scene) -> bool:
    roles = (Role.HEADTEACHER, Role.DPO)
    return any(scene.school.roster.holds(scene.viewer, role) for role in roles)


async def _list(scene: Scene) -> Card:
    held = await scene.tx.find(Hold, limit=MOST + 1)
    found = [each for each in held[:MOST] if await _may_know(scene, each.record)]
    return holds_card(
        [Listed(each, await scene.name(each.by)) for each in found], len(held) > MOST, scene.school.zone
    )


async def _meant(turn: Turn, said: str) -> Record:
    """The record of that short id, if the viewer may know of it. Raises Unusable otherwise, whichever it is."""
    id = said.strip().upper()
    for kind in KINDS:
        record = await turn.tx.get(kind, id) if id.startswith(f"{kind.PREFIX}-") else None
        if record is not None and await _may_know(turn, ref(record)):
            return record
    raise Unusable({"record": "There is nothing here for you under that name. Write it as P-12, C-40 or I-3."})


async def _may_know(scene: Scene, name: Ref) -> bool:
    """Whether somebody who may hold may know that there is such a record: nothing of an incident that they may not
    read, of a post that was never sent, or of any kind that is not named here.
    """
    match name.kind:
        case Post.KIND:
            post = await scene.tx.get(Post, name.id)
            return post is None or not post.unsent
        case Incident.KIND:
            incident = await scene.tx.get(Incident, name.id) if scene.sealing else None
            return incident is not None and await reads(scene, incident)
    return name.kind in (Comment.KIND, Template.KIND, Away.KIND)
