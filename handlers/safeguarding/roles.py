"""A change of a safeguarding role: proposed by the configuration, confirmed by another holder, told to all."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from cards.model import Card, Element, Row
from cards.pin import Change, Seat, pin_card, pin_row, pins_card
from handlers.registry import Registry
from handlers.request import Nothing, Reply
from handlers.safeguarding.cases import look_again, look_at_closed
from handlers.safeguarding.drills import make_ready
from handlers.safeguarding.pins import (
    confirmers,
    everyone_concerned,
    everyone_pinned,
    holder,
    kept_pins,
    look_over,
    vouch_for,
    wanted,
)
from handlers.turn import Scene, Turn
from policy.joined import part_named, parts
from policy.people import Person, Role, is_among, is_staff, same_person
from policy.pin import (
    PINNED,
    Names,
    Pin,
    confirm,
    not_theirs,
    pin,
    propose,
    remind,
    renew,
    rest,
    turn_down,
)
from policy.school import Concerns

SETTLING = timedelta(minutes=1)
"""How long after the first pins it is looked whether somebody, met in that very moment, has not been told of them."""

REGISTRY = Registry()


async def confirming(turn: Turn, kept: Pin) -> None:
    """Another holder, whom the change does not touch; to whoever is not told of it there is nothing there."""
    if is_among(turn.known, await confirmers(turn, kept)):
        turn.authority = "holds a safeguarding role"
    elif is_among(turn.known, await everyone_concerned(turn)):
        raise not_theirs()
    else:
        raise turn.nothing_there()


@REGISTRY.begins
async def begins(turn: Turn) -> None:
    """The first pins, told to all; afterwards what the configuration has changed is proposed, and asked about."""
    if turn.school.safeguarding.concerns is Concerns.OFF:
        return
    pins = {kept.role: kept for kept in await kept_pins(turn)}
    if not pins or await _nobody_left(turn, pins.values()):
        await _begin_anew(turn, pins)
        return
    for role, kept in pins.items():
        after = propose(kept, await wanted(turn, role), turn.now, turn.school.calendar)
        if after != kept:
            turn.save(after)
        if after.version != kept.version:
            _tell(turn, after, await everyone_concerned(turn))
    for kept in pins.values():
        await vouch_for(turn, kept)
    await look_over(turn)
    await look_at_closed(turn)


@REGISTRY.comes
async def comes(turn: Turn, person: Person) -> None:
    """Whoever is met after the roles were pinned is told of them as the others were."""
    if turn.school.safeguarding.concerns is Concerns.OFF:
        return
    await look_over(turn)
    if not is_staff(person, turn.school.roster):
        await look_at_closed(turn, person)
    pins = await kept_pins(turn)
    told = await everyone_concerned(turn) if pins else []
    for part in (each for each in parts(person) if is_among(each, told)):
        await _tell_of_all(turn, part, pins[0])
        for kept in pins:
            if kept.asks:
                turn.send("pin", part, kept)


@REGISTRY.button("pin.confirm", "Confirm", needs=confirming, record=Pin)
async def confirmed(turn: Turn, kept: Pin) -> Reply:
    """It takes effect, and all are told, old and new; whoever is new gets a test alert."""
    told = await everyone_concerned(turn)
    after = confirm(kept, turn.known.id, turn.now)
    turn.save(after)
    await vouch_for(turn, after)
    await look_over(turn)
    await look_again(turn)
    _tell(turn, after, told)
    await make_ready(turn)
    return Nothing()


@REGISTRY.button("pin.refuse", "Not right", needs=confirming, record=Pin)
async def refused(turn: Turn, kept: Pin) -> Reply:
    """Things stay as they were, and all are told."""
    after = turn_down(kept, turn.known.id, turn.now)
    turn.save(after)
    _tell(turn, after, await everyone_concerned(turn))
    return Nothing()


@REGISTRY.due(Pin)
async def due(turn: Turn, kept: Pin) -> None:
    """Whoever may confirm is reminded each working morning until it is decided; the admins, where nobody may.

    Where nothing is to be decided, whoever was met just as the roles were pinned is told of them.
    """
    if turn.school.safeguarding.concerns is Concerns.OFF:
        turn.tx.put(rest(kept))
        return
    after, said = remind(kept, turn.now, turn.school.calendar)
    turn.tx.put(after)
    if kept.proposed is None:
        for person in await everyone_concerned(turn):
            await _tell_of_all(turn, person, (await kept_pins(turn))[0])
    if not said:
        return
    asked = await confirmers(turn, kept)
    here = [person for person in asked if await turn.absence(person) is None]
    for person in here or asked or await turn.holders(Role.ADMIN):
        turn.send("pin", person, after, nag=True)


@REGISTRY.view("pin", Pin, sure=True)
async def pin_view(scene: Scene, kept: Pin) -> Card | None:
    """The change, to everybody it is told to; the buttons to those who may confirm it."""
    before = await scene.by_refs(name for names in kept.before for name in names)
    if not is_among(scene.known, [*await everyone_concerned(scene), *before]):
        return None
    if scene.first and kept.proposed is None and kept.by == "":
        return None
    return pin_card(await _change(scene, kept))


@REGISTRY.view("pins", sure=True)
async def pins_view(scene: Scene, record: None) -> Card | None:
    """Who holds the roles, to everybody who is told of them."""
    pins = await kept_pins(scene)
    if not pins or not is_among(scene.known, await everyone_concerned(scene)):
        return None
    return pins_card([await _change(scene, kept) for kept in pins])


@REGISTRY.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """The changes that wait for the viewer to confirm them."""
    if scene.school.safeguarding.concerns is Concerns.OFF:
        return ()
    rows = list[Row]()
    for kept in await kept_pins(scene):
        if kept.asks and is_among(scene.known, await confirmers(scene, kept)):
            rows.append(pin_row(await _change(scene, kept)))
    return tuple(rows)


async def _begin_anew(turn: Turn, pins: dict[Role, Pin]) -> None:
    made: list[Pin] = []
    for role in PINNED:
        names, kept = await wanted(turn, role), pins.get(role)
        made.append(renew(kept, names, turn.now) if kept else pin(role, turn.school.id, names, turn.now))
    made[0] = replace(made[0], next_due=turn.now + SETTLING)
    for each in made:
        turn.save(each)
        await vouch_for(turn, each)
    for person in await everyone_concerned(turn):
        await _tell_of_all(turn, person, made[0])
    await look_over(turn)
    if await everyone_pinned(turn):
        await look_again(turn)


async def _tell_of_all(turn: Turn, person: Person, kept: Pin) -> None:
    """Once since the roles were pinned, or the first of them was last changed."""
    if await turn.once(f"pins/{kept.since.isoformat()}/{person.id}"):
        turn.send("pins", person)


async def _nobody_left(turn: Turn, pins: Iterable[Pin]) -> bool:
    """Whether none of the holders has an account any more, in any chat: then nobody could ever confirm anything."""
    return not await turn.by_refs(name for kept in pins for names in kept.answering for name in names)


def _tell(turn: Turn, kept: Pin, people: Iterable[Person]) -> None:
    """All but whoever decided, whose card shows it."""
    for person in people:
        if not same_person(person, turn.known):
            turn.send("pin", person, kept)


async def _change(scene: Scene, kept: Pin) -> Change:
    may = await confirmers(scene, kept) if kept.proposed is not None else ()
    return Change(
        kept,
        scene.school.zone,
        tuple([await _seat(scene, *both) for both in zip(kept.held, kept.answering, strict=True)]),
        None if kept.proposed is None else tuple([await _seat(scene, names) for names in kept.proposed]),
        tuple(person.name for person in may),
        is_among(scene.known, may),
        await scene.name(kept.by) if kept.by else "",
    )


async def _seat(scene: Scene, names: Names, answering: Names = ()) -> Seat:
    """Somebody who is named; with the names that they answer to, if they hold the role."""
    if answering and (found := await holder(scene, answering)) is not None:
        return Seat(found.name, names)
    met = await scene.by_refs(names)
    people = [known for person in met if (known := part_named(person, names)) is not None]
    return Seat(people[0].name if people else "", names, bool(people) and not answering)
