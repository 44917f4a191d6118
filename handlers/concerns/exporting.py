"""A concern laid out to be read outside Exeat, for somebody who may read it; that it was stands in its log."""

from dataclasses import replace
from typing import Any

from cards.concern_file import facts, standing
from cards.concern_pages import CAREFUL, Exported
from cards.export import Chapter, Item, Line, Section, Table
from cards.wording import moment
from handlers.concerns.access import add, reads
from handlers.concerns.climbing import may_hear
from handlers.concerns.reading import sight
from handlers.keeping.judging import with_key
from handlers.people import known_by
from handlers.turn import Scene, Turn
from policy.concern import Concern
from policy.concern.entry import Act, ConcernEntry, entries_key
from policy.joined import part_named
from policy.people import Person, is_staff
from policy.record import ref
from policy.school import School
from storage.codec import plain
from storage.rows import AuditEntry

VERB = "export.concern"

WHY = "typed on the server"
"""By what right, in the audit."""


async def note_export(turn: Turn, reference: str, address: str) -> tuple[Concern, Person]:
    """Write into its log and the audit that it is exported for somebody, and have all who may read it told.

    Raises NotFound alike where there is no such concern, nobody of that address, and where they may not read it.
    """
    said = address.strip().casefold()
    met = await known_by(turn.tx, said, turn.school.roster)
    people = [known for person in met if (known := part_named(person, [said])) is not None]
    concern = await turn.tx.get(Concern, reference.strip().upper())
    for person in people:
        if concern is not None and _may_have(turn, concern, person):
            await add(turn, concern, Act.EXPORTED, f"For {person.name}")
            turn.tx.audit(_entry(turn, concern, person))
            await _tell(turn, concern)
            return concern, person
    raise turn.nothing_there()


async def laid_out(scene: Scene, concern: Concern, reader: Person) -> Exported:
    """All that whoever reads it in the chat sees, and its whole log."""
    seen = replace(scene, viewer=reader)
    entries = [each async for each in with_key(seen, ConcernEntry, entries_key(concern.id))]
    entries.sort(key=lambda entry: entry.place)
    view = await sight(seen, concern, entries)
    said = [Line("What happened", concern.report.what, typed=True)] if concern.report.what else []
    lines = [Line("How it stands", standing(concern, view)), *said]
    lines += [Line(label, text) for label, text in facts(concern, view)]
    item = Item(concern.KIND, concern.id, concern.id, (Section("The concern", tuple(lines)),))
    rows = tuple((moment(each.at, view.zone), each.act.label, view.name(each.by), each.text) for each in entries)
    log = Table("What was done, oldest first", ("When", "What", "By", "What it says"), rows)
    return Exported(reader.name, scene.now, Chapter("concern", "What is kept", (item,)), log)


def concern_data(found: Exported, school: School) -> dict[str, Any]:
    """The same as stands on its page, for a program."""
    return {
        "school": school.name,
        "for": found.reader,
        "as_of": plain(found.made_at),
        "read_first": list(CAREFUL),
        "concern": plain(found.chapter.items[0]),
        "log": [dict(zip(found.log.heads, row, strict=True)) for row in found.log.rows],
    }


def _may_have(turn: Turn, concern: Concern, person: Person) -> bool:
    return is_staff(person, turn.school.roster) and reads(replace(turn, viewer=person), concern)


def _entry(turn: Turn, concern: Concern, person: Person) -> AuditEntry:
    why = f"{WHY}, for {person.id}"
    return AuditEntry(turn.now, turn.viewer.id, VERB, ref(concern), concern.version, concern.state, authority=why)


async def _tell(turn: Turn, concern: Concern) -> None:
    """Have everybody who may read it open Exeat: also whoever it was made for, who should have been there."""
    found = [person for id in concern.readers if (person := await turn.part(id)) is not None]
    for person in {each.id: each for each in found if may_hear(turn, concern, each)}.values():
        turn.alert("concern.waits", person, concern)
