"""A copy of what is kept about one person, without anybody else in it, and a sheet of all that was left out."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from cards.export import (
    Chapter,
    Copy,
    Fact,
    Item,
    Line,
    Named,
    Part,
    Photo,
    Piece,
    Section,
    Sheet,
    Table,
    Touch,
    When,
    Who,
    Withheld,
    Words,
)
from handlers.exports.reading import Laid, Progress, in_order, in_words, lay_out
from handlers.exports.subject import find_subject
from handlers.registry import Registry
from handlers.turn import Scene
from policy.deadlines import access_due
from policy.joined import Subject
from policy.masking import (
    A_COLLEAGUE,
    A_COLLEAGUES_WORDS,
    A_PICTURE,
    AN_OUTSIDER,
    ANOTHERS_WORDS,
    CONFIDENTIAL,
    Instead,
    Mask,
    Names,
)
from policy.people import EXEAT, Person
from storage.rows import AuditRow, Count

TO_DECIDE = "Read it, and decide what of it is about them and can be given without giving away somebody else."


async def copy_of(
    scene: Scene,
    said: str,
    registry: Registry,
    count: Count,
    audit: AsyncIterator[AuditRow],
    *,
    received: date | None = None,
    given: Set[str] = frozenset(),
    progress: Progress = lambda done, total: None,
) -> Copy:
    """The copy for whoever is known by that address. `given` are the keys of what is given after all.

    Raises Unknown when nobody is known by it, or several; Keyless when something is sealed and there is no key.
    """
    subject, others = await find_subject(scene, said)
    laid = await lay_out(scene, in_order(registry), count, progress)
    names = {id: each.name for each in others for id in each.ids}
    making = _Making(scene, subject, _mask(scene, subject, others, laid), given, names)
    chapters = [making.chapter(each) for each in laid]
    kinds = {each.exporter.record.KIND for each in laid}
    return Copy(
        subject=subject,
        made_at=scene.now,
        chapters=tuple(each for each in chapters if each.items),
        audit=await _audit(scene, subject, kinds, audit),
        withheld=tuple(making.withheld.values()),
        touches=tuple(making.touches),
        pictures=frozenset(making.pictures),
        due=access_due(received, scene.school.calendar) if received else None,
        unused=frozenset(given) - making.used,
    )


def _mask(scene: Scene, subject: Subject, others: Sequence[Person], laid: Iterable[Laid]) -> Mask:
    names = [account.name for each in others for account in each.accounts]
    names += [
        piece.name
        for each in laid
        for sheet in each.sheets
        for part in sheet.parts
        for piece in part.pieces
        if isinstance(piece, Named)
    ]
    school = scene.school
    plain = (school.name, *(account.name for account in school.accounts), *subject.names)
    return Mask(Names(names, plain), Names(subject.names), subject.emails, school.accounts)


@dataclass(slots=True)
class _Making:
    """The copy while it is made."""

    scene: Scene
    subject: Subject
    mask: Mask
    given: Set[str]
    names: dict[str, str]
    withheld: dict[str, Withheld] = field(default_factory=dict)
    touches: list[Touch] = field(default_factory=list)
    pictures: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def chapter(self, laid: Laid) -> Chapter:
        """Of each record of a kind, what is this person's; and what touches them is noted."""
        items = list[Item]()
        for sheet in laid.sheets:
            own = [part for part in sheet.parts if self.subject.ids.intersection(part.of)]
            sections = [Section(part.title, tuple(self.lines(sheet, part))) for part in own]
            if sections:
                items.append(Item(sheet.kind, sheet.id, sheet.title, tuple(sections)))
            self._note(sheet, own)
        return Chapter(laid.exporter.name, laid.exporter.title, tuple(items))

    def lines(self, sheet: Sheet, part: Part) -> Iterable[Line]:
        """The lines of a part, with whatever is not this person's taken out."""
        for number, piece in enumerate(part.pieces):
            yield self._line(sheet, part, piece, number)

    def _line(self, sheet: Sheet, part: Part, piece: Piece, number: int) -> Line:
        match piece:
            case Fact(label, text):
                return Line(label, text)
            case When(label, at):
                return Line(label, in_words(at, self.scene.school.zone))
            case Who(label, id) if id in self.subject.ids:
                return Line(label, self.subject.name)
            case Who(label, EXEAT.id):
                return Line(label, EXEAT.name)
            case Who(label, id):
                name = self.names.get(id, "somebody who has left")
                return Line(label, self._keep_back(sheet, part, label, name, A_COLLEAGUE, quote=True))
            case Named(label, name):
                return Line(label, self._keep_back(sheet, part, label, name, AN_OUTSIDER), True)
            case Words(label, text, by, held):
                return Line(label, self._words(sheet, part, label, text, by, held=held), typed=True)
            case Photo():
                return self._photo(sheet, part, piece)

    def _words(self, sheet: Sheet, part: Part, label: str, text: str, by: str, *, held: bool) -> str:
        if by not in self.subject.ids:
            return self._keep_back(sheet, part, label, text, A_COLLEAGUES_WORDS if by else ANOTHERS_WORDS)
        if held:
            return self._keep_back(sheet, part, label, text, CONFIDENTIAL)
        parts, at = list[str](), 0
        for each in self.mask.find(text):
            original = text[each.start : each.end]
            kept = self._keep_back(sheet, part, label, original, each.instead, quote=True)
            parts += [text[at : each.start], kept]
            at = each.end
        return "".join((*parts, text[at:]))

    def _photo(self, sheet: Sheet, part: Part, photo: Photo) -> Line:
        said = self._words(sheet, part, f"{photo.label}: what it shows", photo.alt, photo.by, held=False)
        name = self._words(sheet, part, f"{photo.label}: its file", photo.name, photo.by, held=False)
        text = f"{said or 'Nobody has said what it shows.'} ({name})" if name else said
        if not photo.sha256:
            return Line(photo.label, text, typed=True)
        original = f"picture {photo.sha256}"
        mine = photo.by in self.subject.ids and photo.empty
        kept = original if mine else self._keep_back(sheet, part, photo.label, original, A_PICTURE)
        if kept != original:
            return Line(photo.label, f"{text} {A_PICTURE.words}", typed=True)
        self.pictures.add(photo.sha256)
        return Line(photo.label, text, typed=True, sha256=photo.sha256)

    def _keep_back(
        self, sheet: Sheet, part: Part, label: str, original: str, instead: Instead, *, quote: bool = False
    ) -> str:
        """What stands in the copy: the original where it is given after all. `quote`: it may be quoted to whoever
        decides though it is in a confidential file, for the person asking wrote it.
        """
        where = f"{part.title}: {label}"
        said = "\0".join((sheet.kind, sheet.id, where, original))
        key = hashlib.sha256(said.encode()).hexdigest()[:8]
        if key in self.given:
            self.used.add(key)
            return original
        quoted = original if quote or not sheet.sealed else ""
        kept_back = Withheld(
            key, sheet.kind, sheet.id, sheet.title, where, quoted, instead=instead.words, why=instead.why
        )
        self.withheld.setdefault(key, kept_back)
        return instead.words

    def _note(self, sheet: Sheet, own: Sequence[Part]) -> None:
        """What touches this person and is in no part of theirs; not that they are named beside what is."""
        known = bool(own) or any(id in self.subject.ids for id, _ in sheet.touches)
        whys = [why for id, why in sheet.touches if id in self.subject.ids]
        for part in sheet.parts:
            if part not in own:
                pieces = [piece for piece in part.pieces if not (known and isinstance(piece, Who))]
                whys += [why for piece in pieces if (why := self._why(piece, part))]
        if whys:
            self.touches.append(Touch(sheet.kind, sheet.id, sheet.title, " ".join(dict.fromkeys(whys)), TO_DECIDE))

    def _why(self, piece: Piece, part: Part) -> str:
        where = f"{part.title}, {piece.label[0].lower()}{piece.label[1:]}"
        match piece:
            case Who(_, id):
                return f"They are named in it: {where}." if id in self.subject.ids else ""
            case Words(_, text) | Named(_, text):
                found = self.mask.names_subject(text)
            case Photo():
                found = self.mask.names_subject(f"{piece.alt}\n{piece.name}")
            case Fact() | When():
                return ""
            case _:
                assert_never(piece)
        return f"“{found}” stands in it: {where}." if found else ""


async def _audit(scene: Scene, subject: Subject, kinds: Set[str], rows: AsyncIterator[AuditRow]) -> Table:
    """What they did, as the audit has it; of records of a kind that never leaves Exeat, nothing."""
    found = list[tuple[str, ...]]()
    async for row in rows:
        entry = row.entry
        if entry.person in subject.ids and (entry.record is None or entry.record.kind in kinds):
            record = str(entry.record) if entry.record else ""
            by_right = entry.authority.partition(",")[0]
            when = in_words(entry.at, scene.school.zone)
            found.append((when, entry.verb, record, str(entry.version or ""), entry.state, by_right))
    heads = ("When", "What was done", "To what", "Version", "Then stood as", "As")
    return Table("What you did in Exeat, from the record of who did what", heads, tuple(found), "Nothing.")
