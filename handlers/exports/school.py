"""Everything of the school, laid out to be read without a chat and without Exeat."""

from cards.export import (
    Chapter,
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
    When,
    Who,
    Whole,
    Words,
)
from handlers.entries import Log
from handlers.exports.reading import Progress, all_of, in_order, in_words, lay_out
from handlers.registry import Registry
from handlers.turn import Scene
from policy.record import is_sealed
from storage.codec import plain
from storage.rows import Count


async def whole(
    scene: Scene, registry: Registry, count: Count, *, progress: Progress = lambda done, total: None
) -> Whole:
    """All that has a way out of Exeat. What is sealed is left out where there is no key."""
    exporters = [each for each in in_order(registry) if scene.sealing or not is_sealed(each.record)]
    logs = [each for each in registry.logs.values() if scene.sealing or not is_sealed(each.record)]
    sealed = [each.title for each in in_order(registry) if is_sealed(each.record)]
    sealed += [each.title for each in registry.logs.values() if is_sealed(each.record)]
    laid = await lay_out(scene, exporters, count, progress)
    pictures = {
        piece.sha256
        for each in laid
        for sheet in each.sheets
        for part in sheet.parts
        for piece in part.pieces
        if isinstance(piece, Photo) and piece.sha256
    }
    return Whole(
        made_at=scene.now,
        chapters=tuple(
            [
                Chapter(
                    each.exporter.name,
                    each.exporter.title,
                    tuple([await _item(scene, sheet) for sheet in each.sheets]),
                )
                for each in laid
            ]
        ),
        logs={log.name: await table_of(scene, log) for log in logs},
        raw={each.name: [plain(record) async for record in all_of(scene, each.record)][::-1] for each in exporters},
        left_out=() if scene.sealing else tuple(sealed),
        pictures=frozenset(pictures),
    )


async def table_of(scene: Scene, log: Log) -> Table:
    """A log, oldest first. Raises Keyless where its records are sealed and there is no key."""
    rows = [row async for record in all_of(scene, log.record) if (row := await log.handler(scene, record))]
    return Table(log.title, log.heads, tuple(reversed(rows)), "There is none.")


async def _item(scene: Scene, sheet: Sheet) -> Item:
    return Item(sheet.kind, sheet.id, sheet.title, tuple([await _section(scene, part) for part in sheet.parts]))


async def _section(scene: Scene, part: Part) -> Section:
    return Section(part.title, tuple([await _line(scene, piece) for piece in part.pieces]))


async def _line(scene: Scene, piece: Piece) -> Line:
    match piece:
        case Fact(label, text):
            return Line(label, text)
        case When(label, at):
            return Line(label, in_words(at, scene.school.zone))
        case Who(label, id):
            return Line(label, await scene.name(id))
        case Named(label, text) | Words(label, text):
            return Line(label, text, typed=True)
        case Photo():
            said = piece.alt or "Nobody has said what it shows."
            text = f"{said} ({piece.name})" if piece.name else said
            return Line(piece.label, text, typed=True, sha256=piece.sha256)
