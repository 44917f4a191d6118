"""A compromising picture: text only. Where it might show a child, nothing is kept, and the answer is whom to ring."""

from dataclasses import replace

from cards.incident_picture import (
    DELETED,
    checklist_card,
    child_form,
    deletion_form,
    in_words,
    no_files_card,
    still_there,
    stop_card,
)
from cards.model import FileRef
from handlers.fields import moment, needed, text
from handlers.incidents.reporting import begin, take
from handlers.incidents.routing import route
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Reply, Say
from handlers.turn import Turn
from policy.incident import Kind, Report, checked
from policy.refused import Unusable

registry = Registry()

CLAUSE = "compromising-picture"

WHAT = "A picture was taken by mistake that could be misread or misused. It is not kept."


@registry.command("compromisingpicture", needs=staff, summary="You took a picture that could be misread")
async def compromisingpicture(turn: Turn) -> Reply:
    """The one question that comes first. A picture sent along is refused, and nothing of it is kept."""
    if any(isinstance(value, FileRef) for value in turn.request.fields.values()):
        return Say(no_files_card(), refused=True)
    return Ask(child_form())


@registry.form("picture.child", needs=staff, clause=CLAUSE)
async def child(turn: Turn) -> Reply:
    """Yes or not sure: stop and ring. No: what is to be deleted."""
    match text(turn.request, "child"):
        case "yes" | "unsure":
            return Say(stop_card(turn.school.contacts))
        case "no":
            return Ask(deletion_form()) if turn.sealing else Say(checklist_card())
        case _:
            wrong = {"child": "Please choose one. If you do not know, choose Not sure."}
            return Invalid(child_form(), turn.request.fields, wrong)


@registry.form("picture.report", needs=staff, clause=CLAUSE)
async def reported(turn: Turn) -> Reply:
    """It was deleted, and the headteacher hears of it as of any incident."""
    try:
        where = needed(turn.request, "where", "Please say where it was taken.")
        deleted = {name: text(turn.request, name) for name, _ in DELETED}
        others = text(turn.request, "others")
        said = f"{WHAT}\n{in_words(deleted, others)}"
        report = checked(Report(said, Kind.PICTURE, where, happened_at=moment(turn.request, "happened")), turn.now)
    except Unusable as wrong:
        return Invalid(deletion_form(), turn.request.fields, wrong.errors)
    way = await route(turn, None, of_head=False, personal=False)
    receipt = await take(turn, await begin(turn, report, way), way)
    return Say(replace(receipt.card, body=(*still_there(deleted, others), *receipt.card.body)))
