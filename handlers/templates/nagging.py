"""Whoever decides on wordings gets what waits, and is reminded of it."""

from typing import assert_never

from handlers.reach import is_gone
from handlers.registry import Registry
from handlers.seats import might_decide
from handlers.templates.access import MOST, asked
from handlers.turn import Turn
from policy.people import Person
from policy.record import ref
from policy.template import State, Template
from policy.template.due import Rung, fall_due

registry = Registry()


@registry.comes
async def comes(turn: Turn, person: Person) -> None:
    """Somebody who decides is met, or comes back: they get what waits."""
    if await might_decide(turn, person):
        await hand_over(turn)


async def hand_over(turn: Turn) -> None:
    """Put every wording that waits before whoever decides now, except those who have its card already."""
    after: str | None = None
    while page := await turn.tx.find(Template, state=State.PROPOSED.value, after=after, limit=MOST):
        for template in page:
            have = {shown.person for shown in await turn.tx.shown(ref(template)) if shown.view == "template"}
            for person in await asked(turn, template):
                if have.isdisjoint(person.ids):
                    turn.send("template", person, template)
        after = page[-1].id


@registry.due(Template)
async def due(turn: Turn, template: Template) -> None:
    """Remind whoever decides, once, and move the wording on in the same commit."""
    moved, rung = fall_due(template, turn.now, turn.school.calendar)
    turn.tx.put(moved)
    if rung is None:
        return
    people = await asked(turn, moved)
    if all([await is_gone(turn, person) for person in people]):
        await _tell_nobody_can(turn, moved)
    today = turn.school.calendar.today(turn.now)
    for person in people:
        match rung:
            case Rung.FIRST:
                turn.send("template.nag", person, moved, nag=True)
            case Rung.MORNING:
                if await turn.once(f"wordings/{person.id}/{today}"):
                    turn.send("templates.digest", person, nag=True)
            case _:
                assert_never(rung)


async def _tell_nobody_can(turn: Turn, template: Template) -> None:
    """Tell the author, at most once a day for each version, that nobody can decide on it."""
    author = await turn.person(template.author)
    if author is not None and await turn.once(f"nobody/{template.id}/{template.version}"):
        turn.send("template.nobody", author, template, nag=True)
