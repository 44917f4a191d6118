"""What is shown of incidents: their cards, their files, the list, the reminders."""

from collections.abc import Sequence

from cards.incident import incident_card, list_card, reporter_card, reporter_row, row
from cards.incident_file import PAGE, ROOM, file_card, own_file_card, page_card
from cards.incident_reminders import assess_card, breach_card, news_card, press_card
from cards.model import Card, Element
from handlers.incidents.access import decides, leads, reader_or_reporter, reads, sight
from handlers.incidents.reporting import ready
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Reply, Say
from handlers.turn import Scene, Turn
from policy.incident import LIVE, Incident, State, reader_key
from policy.incident.chronology import Act, Entry, entries_key
from policy.incident.kept import incident_kept
from policy.incident.task import Task

registry = Registry()
registry.retains(Incident, incident_kept, "incidents", "breaches", parts=(Entry, Task))

ALL = "all"
"""What asks for closed incidents too."""

LONGEST_LIST = 10
"""How many incidents a list shows."""


@registry.view("incident", Incident)
async def incident_view(scene: Scene, incident: Incident) -> Card | None:
    """The card of those who may read its file; whoever reported it sees only that it arrived."""
    if await reads(scene, incident):
        return incident_card(incident, await sight(scene, incident))
    return await reporter_view(scene, incident)


@registry.view("incident.reporter", Incident)
async def reporter_view(scene: Scene, incident: Incident) -> Card | None:
    """What whoever reported it sees."""
    found = await scene.is_viewer(incident.by)
    return reporter_card(incident, await sight(scene, incident)) if found else None


@registry.view("incidents.assess")
async def assess_view(scene: Scene, record: None) -> Card | None:
    """What the viewer has still to assess."""
    found = [each for each in await mine(scene, (State.REPORTED,)) if await scene.is_viewer(each.lead)]
    return assess_card([row(each, await sight(scene, each)) for each in found]) if found else None


@registry.view("incident.news", Incident)
async def news_view(scene: Scene, incident: Incident) -> Card | None:
    """That there is something new in the file, to those who may read it."""
    return news_card(incident, await sight(scene, incident)) if await reads(scene, incident) else None


@registry.view("incident.breach", Incident)
async def breach_view(scene: Scene, incident: Incident) -> Card | None:
    """A reminder of the breach clock; the incident's own card once it no longer runs."""
    if not await reads(scene, incident):
        return None
    found = await sight(scene, incident)
    card = breach_card(incident, found)
    return card if card is not None or scene.first else incident_card(incident, found)


@registry.view("incident.press", Incident)
async def press_view(scene: Scene, incident: Incident) -> Card | None:
    """A reminder that the press waits; the incident's own card once it is dealt with."""
    if not await reads(scene, incident):
        return None
    found = await sight(scene, incident)
    card = press_card(incident, found)
    return card if card is not None or scene.first else incident_card(incident, found)


@registry.command("incidents", needs=staff, summary="Incidents that are yours to deal with, or that you reported")
async def incidents(turn: Turn) -> Reply:
    """Those that the viewer may read, and their own reports; with "all", the closed ones too."""
    ready(turn)
    states: tuple[State, ...] = tuple(State) if turn.request.text.strip().casefold() == ALL else LIVE
    found = await mine(turn, states)
    rows = [row(each, await sight(turn, each)) for each in found]
    rows += [reporter_row(each, await sight(turn, each)) for each in await reported(turn, states)]
    return Say(list_card(rows[:LONGEST_LIST], more=len(rows) > LONGEST_LIST))


@registry.button("incident.open", "Open", needs=reader_or_reporter, record=Incident, bound=False)
async def opened(turn: Turn, incident: Incident) -> Reply:
    """The file; to whoever reported it, their own words."""
    page, more = await page_of(turn, incident)
    if not await reads(turn, incident):
        return Say(own_file_card(incident, page, await sight(turn, incident, page), older=more))
    about = await turn.name(incident.report.about) if incident.report.about else ""
    names = [await turn.name(id) for id in incident.readers]
    found, refers = await sight(turn, incident, page), bool(turn.school.contacts.agencies)
    return Say(file_card(incident, page, found, about=about, readers=names, older=more, refers=refers))


@registry.button("incident.page", "Older", needs=reader_or_reporter, record=Incident, bound=False)
async def older(turn: Turn, incident: Incident) -> Reply:
    """Older entries of its chronology; to whoever reported it, their own."""
    said = turn.request.payload.get("before", "")
    before = int(said) if said.isdecimal() and len(said) < 7 else incident.entries + 1
    page, more = await page_of(turn, incident, before=before)
    return Say(page_card(incident, page, await sight(turn, incident, page), older=more))


@registry.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """The incidents that wait for the viewer: those they lead on, and breaches that are theirs to decide."""
    if not scene.sealing:
        return ()
    found = [each for each in await mine(scene, LIVE) if await _waits(scene, each)]
    return tuple([row(each, await sight(scene, each)) for each in found[:LONGEST_LIST]])


async def _waits(scene: Scene, incident: Incident) -> bool:
    """Whether there is something for the viewer to do."""
    runs = incident.breach is not None and incident.breach.runs
    return await leads(scene, incident) or (runs and await decides(scene, incident))


async def page_of(scene: Scene, incident: Incident, *, before: int = 0) -> tuple[list[Entry], bool]:
    """As many of the newest entries, or of those before that number, as a window shows whole, newest first; and
    whether there are more. Whoever may not read the file finds the notes that they wrote themselves.
    """
    whole, found, room = await reads(scene, incident), list[Entry](), ROOM
    for number in range((before or incident.entries + 1) - 1, 0, -1):
        for entry in await scene.tx.find(Entry, key=f"{entries_key(incident.id)}:{number}", limit=1):
            if not whole and not (entry.act is Act.NOTE and await scene.is_viewer(entry.by)):
                continue
            room -= len(entry.text)
            if found and (room < 0 or len(found) == PAGE):
                return found, True
            found.append(entry)
    return found, False


async def mine(scene: Scene, states: Sequence[State]) -> list[Incident]:
    """The incidents that the viewer may read, newest first."""
    return await _found(scene, [reader_key(id) for id in scene.viewer.ids], states, readable=True)


async def reported(scene: Scene, states: Sequence[State]) -> list[Incident]:
    """Those that the viewer reported and may not read the file of."""
    return await _found(scene, [f"reported:{id}" for id in scene.viewer.ids], states, readable=False)


async def _found(scene: Scene, keys: Sequence[str], states: Sequence[State], *, readable: bool) -> list[Incident]:
    found: dict[str, Incident] = {}
    for state in states:
        for key in keys:
            for each in await scene.tx.find(Incident, state=state.value, key=key, limit=LONGEST_LIST + 1):
                if await reads(scene, each) is readable:
                    found[each.id] = each
    return sorted(found.values(), key=lambda each: each.reported_at, reverse=True)
