"""The sandbox begins at a school that has gone live: its roles are pinned and its test alerts acknowledged."""

from datetime import datetime

from handlers.safeguarding.pins import everyone_pinned, kept_pins
from handlers.safeguarding.readiness import drills_of
from handlers.turn import Scene
from policy.drill import OPENING, Drill, Opening, acknowledge, ask
from policy.people import EXEAT
from policy.pin import PINNED, configured, pin
from policy.school import Concerns, School
from storage.contract import Store


async def rehearse(store: Store, school: School, now: datetime) -> None:
    """Leave nothing to be done before concerns are taken, as if everybody had done it at the moment `now` (UTC).

    Everybody must have been met. Nothing is done where concerns are switched off.
    """
    if school.safeguarding.concerns is Concerns.OFF:
        return
    async with store.transaction(school.id) as tx:
        scene = Scene(tx, school, now, EXEAT)
        if not await kept_pins(scene):
            for role in PINNED:
                tx.put(pin(role, school.id, configured(school.roster, role), now))
        for person in await everyone_pinned(scene):
            found = await drills_of(scene, person)
            drill = found[0] if found else Drill(await tx.new_id(Drill), school.id, person.id, now)
            tx.put(acknowledge(ask(drill, now, school.calendar), now, school.calendar))
        kept = await tx.get(Opening, OPENING)
        tx.put(Opening(OPENING, school.id, now, kept.rev if kept else 0))
