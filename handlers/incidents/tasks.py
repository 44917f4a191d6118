"""Tasks that people are given because of an incident. They get their task, and nothing of the file."""

from cards.incident_file import task_card, task_file_card
from cards.incident_forms import done_form
from cards.model import Card, Element, Row
from handlers.fields import text
from handlers.incidents.access import add, keep, tell
from handlers.needs import own
from handlers.registry import Registry
from handlers.request import Ask, Nothing, Reply, Say
from handlers.turn import Scene, Turn
from policy.incident import Incident
from policy.incident.chronology import Act
from policy.incident.task import Task, finish, remind, schedule
from policy.people import Person, is_staff

registry = Registry()

MOST = 20
"""How many open tasks the home page shows."""


async def give(turn: Turn, incident: Incident, person: Person, words: str) -> Incident:
    """Somebody is given a task. The incident, whose chronology says so, is still to be kept."""
    task = Task(await turn.tx.new_id(Task), turn.school.id, incident.id, person.id, words, turn.viewer.id, turn.now)
    task = schedule(task, turn.school.calendar)
    turn.tx.put(task)
    turn.send("task", person, task)
    return await add(turn, incident, Act.TASK, f"To {person.name}: {words}")


@registry.view("task", Task)
async def task_view(scene: Scene, task: Task) -> Card | None:
    """That there is a task, to whoever has it."""
    return task_card(task, await scene.name(task.by)) if await scene.is_viewer(task.to) else None


@registry.button("task.open", "Open", needs=own, record=Task, bound=False)
async def opened(turn: Turn, task: Task) -> Reply:
    """The task itself."""
    return Say(task_file_card(task, await turn.name(task.by)))


@registry.button("task.done", "Done", needs=own, record=Task, bound=False)
async def ask_done(turn: Turn, task: Task) -> Reply:
    """Asks what was done."""
    finish(task, "", turn.now)
    return Ask(done_form(task))


@registry.form("task.done.send", needs=own, record=Task, bound=False)
async def done(turn: Turn, task: Task) -> Reply:
    """It is done, and the chronology says so."""
    note = text(turn.request, "note")
    turn.tx.put(finish(task, note, turn.now))
    incident = await turn.tx.get(Incident, task.incident)
    if incident is not None:
        await tell(turn, keep(turn, await add(turn, incident, Act.DONE, f"{task.text}\n\n{note}".strip())))
    return Nothing()


@registry.due(Task)
async def due(turn: Turn, task: Task) -> None:
    """Whoever has it is reminded each working morning until it is done."""
    moved, said = remind(task, turn.now, turn.school.calendar)
    turn.tx.put(moved)
    holder = await turn.person(task.to)
    if said and holder is not None and is_staff(holder, turn.school.roster):
        turn.send("task", holder, moved, nag=True)


@registry.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """The tasks that wait for whoever looks."""
    found = list[Row]()
    for id in scene.viewer.ids:
        for task in await scene.tx.find(Task, state="open", owner=id, limit=MOST) if scene.sealing else ():
            card = task_card(task, await scene.name(task.by))
            found.append(Row(card.title, card.summary.removeprefix(f"{card.title}. "), card.buttons))
    return tuple(found)
