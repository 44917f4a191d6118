"""Decisions on wordings."""

from cards.template_forms import reject_form
from handlers.fields import text
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.templates.access import decides, keep
from handlers.turn import Turn
from policy.deciding import CLAUSE as DECIDING
from policy.template import Template, approve, reject, waiting

registry = Registry()


@registry.button("template.approve", "Approve", needs=decides, record=Template, clause=DECIDING)
async def approved(turn: Turn, template: Template) -> Reply:
    """It may be used from now on."""
    by = await _last_decider(turn, template)
    return await _decided(turn, approve(template, turn.viewer.id, turn.authority, turn.now, decided_by=by))


@registry.button("template.reject", "Reject", needs=decides, record=Template, clause=DECIDING)
async def ask_reason(turn: Turn, template: Template) -> Reply:
    """Asks why not."""
    waiting(template, await _last_decider(turn, template))
    return Ask(reject_form(template))


@registry.form("template.reject.send", needs=decides, record=Template, clause=DECIDING)
async def rejected(turn: Turn, template: Template) -> Reply:
    """It may not be used, and its author is told why."""
    reason = text(turn.request, "reason")
    if not reason:
        wrong = {"reason": "Please give a reason: the author will read it."}
        return Invalid(reject_form(template), turn.request.fields, wrong)
    by = await _last_decider(turn, template)
    return await _decided(turn, reject(template, turn.viewer.id, turn.authority, turn.now, reason, decided_by=by))


async def _decided(turn: Turn, template: Template) -> Reply:
    """Keep the decision, and tell the author."""
    template = keep(turn, template)
    author = await turn.person(template.author)
    if author is not None:
        turn.send("template.decided", author, template)
    return Nothing()


async def _last_decider(turn: Turn, template: Template) -> str:
    return await turn.name(template.decision.by) if template.decision else ""
