"""What else can be done about a comment: it is passed on, left for a while, closed, or moderated."""

from datetime import datetime

from cards.comment_forms import OWN, REASONS, assign_form, close_form, marked, moderate_form, snooze_form
from handlers.comments.access import handles, keep
from handlers.fields import needed, text
from handlers.picking import colleague
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.turn import Turn
from policy.comment import (
    LIVE,
    Comment,
    Kind,
    Moderation,
    State,
    assign,
    deleted,
    moderate,
    moderation,
    not_for_us,
    only,
    seems_to_name,
    snooze,
)
from policy.comment.due import snoozes
from policy.people import Identity
from policy.refused import Unusable, WrongState

registry = Registry()

MODERATION = "act-and-explain"


@registry.button("comment.assign", "Assign", needs=handles, record=Comment, bound=False)
async def ask_assign(turn: Turn, comment: Comment) -> Reply:
    """Asks who is to deal with it."""
    only(comment, *LIVE)
    return Ask(assign_form(comment))


@registry.form("comment.assign.send", needs=handles, record=Comment, bound=False)
async def assigned(turn: Turn, comment: Comment) -> Reply:
    """Somebody takes it over, and gets its card."""
    named = turn.request.fields.get("to")
    try:
        if not isinstance(named, Identity):
            raise Unusable({"to": "Please choose a colleague."})
        person = await colleague(turn, named, "to")
        if await turn.absence(person) is not None:
            raise Unusable({"to": f"{person.name} is away. Please choose somebody who is here."})
    except Unusable as wrong:
        return Invalid(assign_form(comment), turn.request.fields, wrong.errors)
    kept = await keep(turn, assign(comment, person.id))
    if not await turn.is_viewer(person.id):
        turn.send("comment", person, kept)
    return Nothing()


@registry.button("comment.close", "Not for us", needs=handles, record=Comment, bound=False)
async def ask_close(turn: Turn, comment: Comment) -> Reply:
    """Asks why nothing has to be said."""
    only(comment, *LIVE)
    return Ask(close_form(comment))


@registry.form("comment.close.send", needs=handles, record=Comment, bound=False)
async def closed(turn: Turn, comment: Comment) -> Reply:
    """It asks nothing of the school any more."""
    try:
        reason = needed(turn.request, "reason", "Please say why nothing has to be said.")
    except Unusable as wrong:
        return Invalid(close_form(comment), turn.request.fields, wrong.errors)
    close = deleted if text(turn.request, "what") == "deleted" else not_for_us
    await keep(turn, close(comment, reason, turn.viewer.id, turn.now))
    return Nothing()


@registry.button("comment.snooze", "Snooze", needs=handles, record=Comment, bound=False)
async def ask_snooze(turn: Turn, comment: Comment) -> Reply:
    """Asks until when it may be left alone."""
    only(comment, State.OPEN)
    until, offensive = snoozes(comment, turn.now, turn.school.calendar), comment.kind is Kind.OFFENSIVE
    if not until:
        raise WrongState(
            f"{comment.id} cannot wait any longer.",
            f"There is no time left before it must be {'dealt with' if offensive else 'answered'}.",
            "Press Moderate." if offensive else "Press Acknowledge to say that it was seen.",
            clause=comment.clause,
        )
    return Ask(snooze_form(comment, until, turn.school.zone))


@registry.form("comment.snooze.send", needs=handles, record=Comment, bound=False)
async def snoozed(turn: Turn, comment: Comment) -> Reply:
    """No reminder until then."""
    said = text(turn.request, "until")
    offered = {at.isoformat(): at for at in snoozes(comment, turn.now, turn.school.calendar)}
    try:
        until = snooze(comment, _moment(said), turn.now)
        if said not in offered:
            raise Unusable({"until": "That time is no longer offered. Please choose another."})
    except Unusable as wrong:
        if not offered:
            return await ask_snooze(turn, comment)
        form = snooze_form(comment, tuple(offered.values()), turn.school.zone)
        return Invalid(form, turn.request.fields, wrong.errors)
    await keep(turn, until)
    return Nothing()


@registry.button("comment.moderate", "Moderate", needs=handles, record=Comment, bound=False, clause=MODERATION)
async def ask_moderate(turn: Turn, comment: Comment) -> Reply:
    """Asks what was done, and what readers were told."""
    only(comment, *LIVE)
    return Ask(moderate_form(comment))


@registry.form("comment.moderate.send", needs=handles, record=Comment, bound=False, clause=MODERATION)
async def moderated(turn: Turn, comment: Comment) -> Reply:
    """Something was done about it, and readers know why, or it is kept why they do not."""
    only(comment, *LIVE)
    try:
        done = _moderation(turn)
    except Unusable as wrong:
        return Invalid(moderate_form(comment), turn.request.fields, wrong.errors)
    named = seems_to_name(done.told, comment.writer)
    if named and turn.request.payload.get("named") != marked(named):
        wrong_ = {"told": f"This seems to name somebody: {named}. If it does not, send it again."}
        return Invalid(moderate_form(comment, named), turn.request.fields, wrong_)
    await keep(turn, moderate(comment, done))
    return Nothing()


def _moment(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None:
        raise Unusable({"until": "Please choose one of the times."})
    return at


def _moderation(turn: Turn) -> Moderation:
    chosen = text(turn.request, "reason")
    return moderation(
        text(turn.request, "act"),
        next((words for number, (_, words) in enumerate(REASONS) if str(number) == chosen), ""),
        text(turn.request, "told"),
        text(turn.request, "exception"),
        turn.viewer.id,
        turn.now,
        means_own=chosen == OWN,
    )
