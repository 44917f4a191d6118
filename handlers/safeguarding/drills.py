"""Test alerts: sent once a term to everybody who holds a safeguarding role, until each has acknowledged theirs."""

from cards.drill import drill_card, drill_row, opening_card, standing_card, standing_part
from cards.model import Card, Element
from handlers.reach import is_reached
from handlers.registry import Registry
from handlers.request import Nothing, Reply, Say
from handlers.safeguarding.pins import everyone_pinned, pinned
from handlers.safeguarding.readiness import drills_of, is_live, is_ready, standing
from handlers.turn import Scene, Turn
from policy.drill import (
    OPENING,
    Drill,
    Opening,
    acknowledge,
    ask,
    follow,
    is_acknowledged,
    is_asked,
    put_off,
    rest,
    schedule,
)
from policy.people import MAIL, Person, Role, is_among, once, same_person
from policy.record import ref
from policy.refused import NotAllowed, WrongState
from policy.school import Concerns
from policy.term import term_name
from storage.rows import AuditEntry

REGISTRY = Registry()


async def overseeing(turn: Turn, record: object) -> None:
    """The admins, the headteacher and the DSL."""
    if not await _oversees(turn):
        raise NotAllowed(
            "Test alerts are not yours to send.",
            "They are sent by the headteacher, the Designated Safeguarding Lead and whoever looks after Exeat.",
            "Please ask one of them.",
        )


async def asked(turn: Turn, drill: Drill) -> None:
    """Whom the test alert was for, by an account that is known to be theirs."""
    if not await _is_for(turn, drill):
        raise turn.nothing_there()


@REGISTRY.begins
async def begins(turn: Turn) -> None:
    """Whoever has not acknowledged a test alert this term will be sent one; none are while concerns are off."""
    await make_ready(turn)


@REGISTRY.comes
async def comes(turn: Turn, person: Person) -> None:
    """A holder who is met is sent a test alert."""
    if _on(turn) and is_among(person, await everyone_pinned(turn)):
        await make_ready(turn)


@REGISTRY.command("testalert", needs=overseeing, summary="Send a test alert to all who hold a safeguarding role")
async def testalert(turn: Turn) -> Reply:
    """Sent now to whoever has not acknowledged one this term and is not away; who has and who has not."""
    if not _on(turn):
        raise WrongState(
            "No test alert was sent: safeguarding concerns are switched off.",
            "Test alerts show that a real one would arrive.",
            "Whoever looks after Exeat switches them on in exeat.toml; docs/safeguarding.md says how.",
        )
    for person in await everyone_pinned(turn):
        drill = await _drill(turn, person)
        if not is_acknowledged(drill, turn.now, turn.school.calendar) and await turn.absence(person) is None:
            await _ask(turn, drill, person)
    return Say(await _standing_card(turn))


@REGISTRY.button("drill.acknowledge", "Acknowledge", needs=asked, record=Drill, bound=False)
async def acknowledged(turn: Turn, drill: Drill) -> Reply:
    """It arrived. When it was the last one that was waited for, concerns are opened."""
    after = acknowledge(drill, turn.now, turn.school.calendar)
    if after != drill:
        turn.save(after)
        await _open_if_ready(turn)
    return Nothing()


@REGISTRY.due(Drill)
async def due(turn: Turn, drill: Drill) -> None:
    """A test alert goes out: at the first staffed moment of a term, then each working morning until it is
    acknowledged; to somebody who is away, when they are back.
    """
    calendar, person = turn.school.calendar, await turn.part(drill.person)
    holders = await everyone_pinned(turn) if _on(turn) else []
    if person is None or not is_among(person, holders):
        turn.tx.put(rest(drill))
        return
    after = schedule(drill, turn.now, calendar)
    if after.next_due is not None and after.next_due > turn.now:
        turn.tx.put(after)
    elif not calendar.is_staffed(turn.now) or await turn.absence(person) is not None:
        turn.tx.put(put_off(drill, turn.now, calendar))
    else:
        await _ask(turn, drill, person)


@REGISTRY.view("drill", Drill, sure=True)
async def drill_view(scene: Scene, drill: Drill) -> Card | None:
    """The test alert, to whom it was sent."""
    return drill_card(drill, scene.school.zone) if await _is_for(scene, drill) else None


@REGISTRY.view("drills.open")
async def open_view(scene: Scene, record: None) -> Card | None:
    """Who has not acknowledged one yet, to those who oversee it; nothing once all have."""
    if not _on(scene) or not await _oversees(scene) or await _all_acknowledged(scene):
        return None
    return await _standing_card(scene)


@REGISTRY.view("opening", Opening)
async def opening_view(scene: Scene, opening: Opening) -> Card | None:
    """Concerns are taken from now on: to those who oversee it, and to every holder."""
    holders = await everyone_pinned(scene)
    if not await _oversees(scene) and not is_among(scene.known, holders):
        return None
    return opening_card(opening, scene.school.zone)


@REGISTRY.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """The viewer's own test alert while it waits; to those who oversee it, who has not acknowledged one yet."""
    if not _on(scene):
        return ()
    drills = [drill for drill in await drills_of(scene, scene.known) if drill.asked and drill.state == "open"]
    rows = tuple(drill_row(drill, scene.school.zone) for drill in drills)
    if not await _oversees(scene) or await _all_acknowledged(scene):
        return rows
    return (*rows, *standing_part(await standing(scene), scene.school.zone))


async def make_ready(turn: Turn) -> None:
    """A test alert is planned for every holder who has not acknowledged one this term, and concerns are opened when
    every holder has acknowledged one; while they are switched off, they are closed.
    """
    if not _on(turn):
        opening = await turn.tx.get(Opening, OPENING)
        if opening is not None and opening.since is not None:
            _keep(turn, Opening(OPENING, turn.school.id, None, opening.rev))
        return
    for person in await everyone_pinned(turn):
        drill = await _drill(turn, person)
        after = schedule(drill, turn.now, turn.school.calendar)
        if after != drill or not drill.rev:
            turn.tx.put(after)
    await _open_if_ready(turn)


async def _open_if_ready(turn: Turn) -> None:
    kept = await turn.tx.get(Opening, OPENING)
    if not _on(turn) or (kept is not None and kept.since is not None) or not await is_ready(turn):
        return
    opening = Opening(OPENING, turn.school.id, turn.now, kept.rev if kept else 0)
    _keep(turn, opening)
    for person in once([*await everyone_pinned(turn), *await turn.holders(Role.ADMIN)]):
        turn.send("opening", person, opening)


def _keep(turn: Turn, opening: Opening) -> None:
    turn.tx.put(opening)
    turn.tx.audit(AuditEntry(turn.now, turn.known.id, turn.request.verb, ref(opening), 1, opening.state))


async def _drill(turn: Turn, person: Person) -> Drill:
    """The person's test alert, a new one if there was none."""
    found = await drills_of(turn, person)
    return found[0] if found else Drill(await turn.tx.new_id(Drill), turn.school.id, person.id, turn.now)


async def _ask(turn: Turn, drill: Drill, person: Person) -> None:
    """One goes out: in the chat, and by e-mail as well where one before it was not acknowledged. The headteacher and
    the admins then hear who has not, once a day.
    """
    calendar = turn.school.calendar
    again, reached = is_asked(drill, turn.now, calendar), await is_reached(turn, person)
    if drill.asked is not None and not again:
        old, drill = follow(drill, await turn.tx.new_id(Drill), turn.now)
        turn.tx.put(old)
    after = ask(drill, turn.now, calendar)
    turn.save(after)
    if reached:
        turn.alert("drill", person, after)
    if again or not reached:
        if turn.served is None or MAIL in turn.served:
            turn.alert("drill", person, after, mail=True)
        heads = await pinned(turn, Role.HEADTEACHER)
        for each in once([*heads, *await turn.holders(Role.ADMIN)]):
            if await turn.once(f"drills/{each.id}/{calendar.today(turn.now)}"):
                turn.send("drills.open", each, nag=True)


async def _standing_card(scene: Scene) -> Card:
    term = term_name(scene.now, scene.school.calendar)
    return standing_card(await standing(scene), term, scene.school.zone, live=await is_live(scene))


async def _all_acknowledged(scene: Scene) -> bool:
    return all(each.this_term for each in await standing(scene))


async def _oversees(scene: Scene) -> bool:
    if scene.school.is_admin(scene.viewer):
        return True
    leads = [*await pinned(scene, Role.HEADTEACHER), *await pinned(scene, Role.DSL)]
    return is_among(scene.known, leads)


async def _is_for(scene: Scene, drill: Drill) -> bool:
    person = await scene.part(drill.person)
    return person is not None and same_person(scene.known, person)


def _on(scene: Scene) -> bool:
    return scene.school.safeguarding.concerns is not Concerns.OFF
