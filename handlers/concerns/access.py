"""Who may read a concern and act on it, and how it is kept: with its log, to which is only ever added.

Whatever is asked here is answered from the record and the viewer alone, with nothing more read from the store:
somebody whom a concern is hidden from costs as much as a reference that nobody ever had. The viewer is whoever the
account they use is known to belong to; what only the configuration says of it opens nothing and hides nothing.
"""

from typing import Any

from handlers.turn import Scene, Turn
from policy.concern import Concern
from policy.concern.about import CLAUSE, is_hidden_from
from policy.concern.due import schedule
from policy.concern.entry import Act, ConcernEntry
from policy.people import Person, is_staff
from policy.record import ref
from policy.refused import NotAllowed
from storage.rows import AuditEntry


def reads(scene: Scene, concern: Concern) -> bool:
    """Whether the viewer may read it: told of it or added by name, and not somebody it might be about."""
    return _among(scene, concern.readers) and not _is_hidden(scene, concern)


def manages(scene: Scene, concern: Concern) -> bool:
    """Whether the viewer may act on it: the ladder has reached them."""
    return reads(scene, concern) and _among(scene, concern.told)


def raised(scene: Scene, concern: Concern) -> bool:
    """Whether the viewer raised it."""
    return concern.by in scene.known.ids and not _is_hidden(scene, concern)


async def reader(turn: Turn, concern: Any) -> None:
    """Whoever may read it; for anybody else it is as if there were none."""
    if not reads(turn, concern):
        raise turn.nothing_there()


async def reader_or_author(turn: Turn, concern: Any) -> None:
    """Whoever may read it, and whoever raised it."""
    if not raised(turn, concern):
        await reader(turn, concern)


async def manager(turn: Turn, concern: Any) -> None:
    """Those whom the ladder has reached."""
    await reader(turn, concern)
    if not manages(turn, concern):
        raise NotAllowed(
            "You may read this and add to it, so nothing else was done.",
            "Those who hold a safeguarding role act on it.",
            "Press Add note for what you know.",
            clause=CLAUSE,
        )


async def add(turn: Turn, concern: Concern, act: Act, text: str = "") -> None:
    """Write an entry into its log, in the viewer's name."""
    id = await turn.tx.new_id(ConcernEntry)
    turn.tx.put(ConcernEntry(id, turn.school.id, concern.id, turn.now, turn.viewer.id, act, text))


async def note_reading(turn: Turn, concern: Concern) -> None:
    """That somebody reads it stands in its log and in the audit. The record itself is left as it is."""
    await add(turn, concern, Act.OPENED)
    turn.tx.audit(
        AuditEntry(turn.now, turn.viewer.id, turn.request.verb, ref(concern), concern.version, concern.state)
    )


def keep(turn: Turn, concern: Concern) -> Concern:
    """Save the concern with the moment at which it next wants something, and say in the audit what was done."""
    concern = schedule(concern, turn.school.calendar)
    turn.save(concern)
    return concern


async def author(turn: Turn, concern: Concern) -> Person | None:
    """Whoever raised it, as long as they can be written to: nobody is, once they have left."""
    found = await turn.part(concern.by)
    return found if found is not None and is_staff(found, turn.school.roster) else None


def _among(scene: Scene, ids: tuple[str, ...]) -> bool:
    return not set(scene.known.ids).isdisjoint(ids)


def _is_hidden(scene: Scene, concern: Concern) -> bool:
    return is_hidden_from(scene.known, concern.excluded)
