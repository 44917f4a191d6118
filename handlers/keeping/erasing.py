"""Erasing: a single record, or somebody: what is theirs alone goes, and their names go from what has to stay."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from handlers.dispatch import Dispatch
from handlers.entries import Retained
from handlers.exports.reading import all_of
from handlers.exports.subject import find_subject
from handlers.keeping.judging import parts_of
from handlers.keeping.removing import DELETED, note, remove
from handlers.keeping.unnaming import Unnaming
from handlers.registry import Registry
from handlers.turn import Scene, Turn
from policy.address import Address
from policy.hold import Hold
from policy.joined import Subject
from policy.people import Person, is_staff
from policy.pin import Pin
from policy.record import Record, Ref, ref
from policy.school import Concerns

T = TypeVar("T")

Work = Callable[[Turn], Awaitable[T]]

PERSON, RECORD = "erase.person", "erase.record"

WHY = "erasure, typed on the server"
"""By what right, in the audit."""


class Fate(StrEnum):
    """What comes of a record when somebody is erased."""

    GOES = "goes"
    """It is theirs alone: it is deleted with all that belongs to it."""
    UNNAMED = "unnamed"
    """The school has to keep it: their names are taken out of it."""
    OPEN = "open"
    """Something is still to be done with it: it stays as it is for now."""
    HELD = "held"
    """Somebody has said that it must stay as it is."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done with a record and its parts, and why. `texts` are those out of which names are taken."""

    fate: Fate
    record: Ref
    why: str
    texts: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All that erasing somebody comes to. `returns`: they are on the school's list, and would be met again."""

    subject: Subject
    unnaming: Unnaming
    steps: tuple[Step, ...]
    returns: bool

    @property
    def whole(self) -> bool:
        """Whether nothing stands in the way of forgetting who they are."""
        return not any(step.fate in (Fate.OPEN, Fate.HELD) for step in self.steps)


async def plan(scene: Scene, registry: Registry, said: str) -> Plan:
    """What erasing whoever is known by that address comes to. Raises Unknown when nobody is, or several; Keyless when
    something is sealed and there is no key.

    A kind that never leaves Exeat in an export is left alone here too.
    """
    subject, others = await find_subject(scene, said)
    unnaming = Unnaming(subject, others, scene.school)
    exported = {each.record.KIND for each in registry.exporters.values()} - {Person.KIND, Address.KIND}
    parts = {kind.KIND for each in registry.retained.values() for kind in each.parts}
    steps = list[Step]()
    for kind in sorted(exported - parts):
        async for record in all_of(scene, registry.kinds[kind]):
            step = await _step(scene, registry.retained.get(kind), record, subject, unnaming)
            steps += [step] if step else []
    returns = any(is_staff(each, scene.school.roster) for each in subject.people)
    return Plan(subject, unnaming, tuple(steps), returns)


async def _step(
    scene: Scene, each: Retained | None, record: Record, subject: Subject, unnaming: Unnaming
) -> Step | None:
    if isinstance(record, Hold):
        named = unnaming.record(record) is not record
        return Step(Fate.HELD, ref(record), "It says why something is held, and names them.") if named else None
    if isinstance(record, Pin) and _holds(scene, subject, record):
        return Step(Fate.OPEN, ref(record), "They hold this role for concerns, or are to hold it.")
    parts = await parts_of(scene, each, record) if each else []
    theirs = each is not None and each.whose(record) in subject.ids
    if not theirs and not any(unnaming.concerns(one) for one in (record, *parts)):
        return None
    if await scene.tx.get(Hold, str(ref(record))) is not None:
        return Step(Fate.HELD, ref(record), "It is held.")
    if each is not None and (kept := each.kept(record, parts, scene.school.retention)).until is None:
        return Step(Fate.OPEN, ref(record), kept.why)
    if theirs:
        return Step(Fate.GOES, ref(record), "It is theirs alone.")
    texts = tuple(ref(one) for one in (record, *parts) if unnaming.record(one) is not one)
    return Step(Fate.UNNAMED, ref(record), "The school has to keep it.", texts) if texts else None


def _holds(scene: Scene, subject: Subject, pin: Pin) -> bool:
    """Whether they hold a safeguarding role, or are proposed for it: out of that they come by a confirmed change, and
    where concerns are switched off nothing waits for one.
    """
    if scene.school.safeguarding.concerns is Concerns.OFF:
        return False
    names = {name for each in (*pin.called, *pin.coming) for name in each}
    return any(not names.isdisjoint(account.refs) for each in subject.people for account in each.accounts)


async def carry_out(dispatch: Dispatch, found: Plan) -> None:
    """Do what was planned, a record at a time; who they are is forgotten last, if nothing is open or held.

    What was done stays done when it breaks off, and may be done again. The bytes are still to be purged.
    """
    for step in found.steps:
        if step.fate is Fate.GOES:
            await dispatch.own(PERSON, _removing(dispatch.registry, step.record))
        for name in step.texts:
            await dispatch.own(PERSON, _taking_names(dispatch.registry, name, found.unnaming))
    if found.whole:
        await dispatch.own(PERSON, _forgetting(found.subject))


async def erase_record(dispatch: Dispatch, name: Ref) -> int:
    """Delete one record and its parts, whatever its state; how many parts. The bytes are still to be purged.

    Raises WrongState when it is held, LookupError when there is none.
    """
    return await dispatch.own(RECORD, _removing(dispatch.registry, name))


def _removing(registry: Registry, name: Ref) -> Work[int]:
    async def work(turn: Turn) -> int:
        each = registry.retained[name.kind]
        record = await turn.tx.get(each.record, name.id)
        if record is None:
            raise LookupError(str(name))
        return await remove(turn, each, record, WHY)

    return work


def _taking_names(registry: Registry, name: Ref, unnaming: Unnaming) -> Work[None]:
    async def work(turn: Turn) -> None:
        record = await turn.tx.get(registry.kinds[name.kind], name.id)
        if record is not None and (changed := unnaming.record(record)) is not record:
            turn.tx.put(changed)
            note(turn, changed, changed.state, WHY, getattr(changed, "fingerprint", ""))

    return work


def _forgetting(subject: Subject) -> Work[None]:
    async def work(turn: Turn) -> None:
        for person in subject.people:
            kept = await turn.tx.get(Person, person.id)
            if kept is not None:
                turn.tx.delete(Person, kept.id, kept.rev)
                note(turn, kept, DELETED, WHY)
        for id in sorted(subject.ids):
            address = await turn.tx.get(Address, id)
            if address is not None:
                turn.tx.delete(Address, address.id, address.rev)
            turn.tx.forget_person(id)

    return work
