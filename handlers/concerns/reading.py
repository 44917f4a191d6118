"""What is shown of concerns: alerts and receipts in the chat, the file in a window, and to anybody else nothing."""

from collections.abc import Sequence

from cards.concern import alert_card, list_card, numbers, reporter_card, row
from cards.concern_file import PAGE, Sight, file_card, log_card, receipt_card
from cards.model import Card, Element, Text
from handlers.concerns.access import manages, note_reading, raised, reader, reader_or_author, reads
from handlers.concerns.routing import way_of
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Reply, Say
from handlers.turn import Scene, Turn
from policy.concern import Concern, State, calls_key, looked_at, reader_key
from policy.concern.about import CLAUSE
from policy.concern.due import lado_due, schedule
from policy.concern.entry import ConcernEntry, entries_key
from policy.concern.kept import concern_kept
from policy.concern.record import LIVE
from policy.data_request import OPEN, DataRequest
from policy.people import EXEAT
from policy.retention import CONCERNS

registry = Registry()

LONGEST_LIST = 10
"""How many concerns a list shows."""

MOST_OPEN = 500
"""How many are looked at of those that are open, or call for somebody."""

LONGEST_LOG = 2_000
"""How many entries of a log are looked at."""


async def is_request_open(scene: Scene) -> bool:
    """Whether a request for data waits for its answer. What it might touch does not go until then."""
    return bool(await scene.tx.find(DataRequest, state=OPEN, limit=1))


registry.retains(Concern, concern_kept, CONCERNS, parts=(ConcernEntry,), waits=is_request_open)


@registry.view("concern", Concern, sure=True)
async def concern_view(scene: Scene, concern: Concern) -> Card | None:
    """The alert, to those who may read it; whoever raised it sees that it was sent."""
    if not reads(scene, concern):
        return await reporter_view(scene, concern)
    return alert_card(concern, waits=concern.climbs, acknowledges=manages(scene, concern))


@registry.view("concern.waits", Concern, sure=True)
async def waits_view(scene: Scene, concern: Concern) -> Card | None:
    """That something about it waits, and nothing of what that is."""
    if not reads(scene, concern):
        return None
    return alert_card(concern, waits=scene.first or concern.waits, acknowledges=manages(scene, concern))


@registry.view("concern.reporter", Concern, sure=True)
async def reporter_view(scene: Scene, concern: Concern) -> Card | None:
    """That it was sent, and whether it was seen, to whoever raised it."""
    return reporter_card(concern) if raised(scene, concern) else None


@registry.command("concerns", needs=staff, summary="The safeguarding concerns that you may open", quiet=True)
async def concerns(turn: Turn) -> Reply:
    """The references of those that the viewer may read; to anybody else the same answer as where there are none."""
    return await _listed(turn, 0)


@registry.button("concerns.more", "More", needs=staff, quiet=True)
async def more(turn: Turn) -> Reply:
    """Those that come after."""
    return await _listed(turn, _skipped(turn))


@registry.button(
    "concern.open", "Open", needs=reader_or_author, record=Concern, bound=False, clause=CLAUSE, quiet=True
)
async def opened(turn: Turn, concern: Concern) -> Reply:
    """The file, and that it was read is kept; to whoever raised it, how it stands and whom to ring. To have read it
    ends the climb of one that was taken up already.
    """
    if not reads(turn, concern):
        return await receipt(turn, concern)
    await note_reading(turn, concern)
    if concern.calls and manages(turn, concern):
        concern = schedule(looked_at(concern), turn.school.calendar)
        turn.tx.put(concern)
    page, more = await entries_of(turn, concern)
    return Say(file_card(concern, page, await sight(turn, concern, page), more=more))


@registry.button("concern.page", "Older", needs=reader, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def older(turn: Turn, concern: Concern) -> Reply:
    """Older entries of its log; that they were read is kept as well."""
    skipped = _skipped(turn)
    await note_reading(turn, concern)
    page, more = await entries_of(turn, concern, skipped)
    return Say(log_card(concern, page, await sight(turn, concern, page), skipped=skipped, more=more))


@registry.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """That something waits, to those whom it waits for."""
    found = [each for each in await mine(scene) if each.waits]
    rest = (Text("There are more. Type /concerns to see them all."),) if len(found) > LONGEST_LIST else ()
    return (*(row(each) for each in found[:LONGEST_LIST]), *rest)


async def receipt(turn: Turn, concern: Concern) -> Reply:
    """How it stands, for whoever raised it."""
    way = await way_of(turn, concern)
    return Say(receipt_card(concern, numbers(turn.school.contacts, way.accused), Sight(turn.school.zone)))


async def sight(scene: Scene, concern: Concern, entries: Sequence[ConcernEntry] = ()) -> Sight:
    """How the viewer sees it, with the names that its file needs."""
    ids = {concern.by, concern.manager, *concern.readers, *(each.by for each in entries)} - {"", EXEAT.id}
    ids |= {each.by for each in (*concern.acknowledged, concern.outcome, concern.held) if each is not None}
    return Sight(
        zone=scene.school.zone,
        names={EXEAT.id: EXEAT.name} | {id: await scene.name(id) for id in sorted(ids)},
        manages=manages(scene, concern),
        lado_due=lado_due(concern, scene.school.calendar) if concern.risk.may_be else None,
    )


async def entries_of(scene: Scene, concern: Concern, skipped: int = 0) -> tuple[list[ConcernEntry], bool]:
    """The newest entries of its log after so many, and whether there are older ones."""
    found = await scene.tx.find(ConcernEntry, key=entries_key(concern.id), limit=LONGEST_LOG)
    ordered = sorted(found, key=lambda entry: entry.place, reverse=True)
    return ordered[skipped : skipped + PAGE], len(ordered) > skipped + PAGE


async def mine(scene: Scene, closed: int = 0) -> list[Concern]:
    """The concerns that the viewer may read: what waits for somebody, then what is open, then the newest so many that
    are closed; the newest of each first.
    """
    found: dict[str, Concern] = {}
    for id in scene.known.ids if scene.sealing else ():
        key = reader_key(id)
        kept = await scene.tx.find(Concern, key=calls_key(id), limit=MOST_OPEN)
        for state in LIVE:
            kept += await scene.tx.find(Concern, state=state.value, key=key, limit=MOST_OPEN)
        kept += await scene.tx.find(Concern, state=State.CLOSED.value, key=key, limit=closed)
        found |= {each.id: each for each in kept if reads(scene, each)}
    return sorted(found.values(), key=lambda each: (each.waits, each.live, each.raised_at), reverse=True)


async def _listed(turn: Turn, skipped: int) -> Reply:
    found, end = await mine(turn, skipped + LONGEST_LIST + 1), skipped + LONGEST_LIST
    return Say(list_card([row(each) for each in found[skipped:end]], end if len(found) > end else 0))


def _skipped(turn: Turn) -> int:
    """How many a page leaves out, of a list or a log."""
    said = turn.request.payload.get("skip", "")
    return int(said) if said.isdecimal() and len(said) < 7 else 0
