"""What the admins hear of messages that could not be delivered, reminders that failed and keys that end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from cards.letters import (
    LONGEST_LIST,
    Undelivered,
    Why,
    dead_card,
    hidden_card,
    late_card,
    renewed_card,
    secret_card,
    stuck_card,
)
from cards.model import Card
from handlers.registry import Registry
from handlers.turn import Scene, Turn
from policy.people import Role
from policy.secret import OF_TEAMS, Secret, is_hour, passed_warning
from storage.rows import Errand, Outgoing

REGISTRY = Registry()

FRESH = timedelta(days=1)
"""How far back a card about undelivered messages looks."""

ENDING, HIDDEN_VIEW = "watch.secret", "watch.hidden"

BEFORE: Mapping[str, Why] = {
    "user_not_found": Why.GONE,
    "user_disabled": Why.GONE,
    "channel_not_found": Why.GONE,
    "nobody_of_that_name": Why.GONE,
    "forbiddenoperationexception": Why.NOT_INSTALLED,
    "messagewritesblocked": Why.BLOCKED,
    "conversationblockedbyuser": Why.BLOCKED,
    "botnotinconversationroster": Why.BLOCKED,
    "conversationnotfound": Why.BLOCKED,
    "cannot_dm": Why.BLOCKED,
    "restricted_action": Why.BLOCKED,
    "forbidden": Why.BLOCKED,
    "botdisabledbyadmin": Why.SWITCHED_OFF,
}
"""What the platforms' words, case-folded, mean in letters kept while they stood there alone."""


@REGISTRY.view("relay.dead")
async def dead_letters(scene: Scene, record: None) -> Card | None:
    """What could not be delivered in the last day: to whom and why, and never what it said or was about."""
    if not scene.school.is_admin(scene.viewer):
        return None
    found = await scene.tx.dead_letters(LONGEST_LIST + 1)
    fresh = [letter for letter in found if letter.at > scene.now - FRESH]
    shown = [
        Undelivered(
            await scene.name(letter.row.person), BEFORE.get(letter.reason.casefold(), letter.reason), letter.at
        )
        for letter in fresh[:LONGEST_LIST]
    ]
    return dead_card(shown, len(fresh) > len(shown), scene.school.zone) if shown else None


@REGISTRY.view("watch.late")
async def late(scene: Scene, record: None) -> Card | None:
    """Something that was due has not been done."""
    return late_card() if scene.school.is_admin(scene.viewer) else None


@REGISTRY.view("watch.stuck")
async def stuck(scene: Scene, record: None) -> Card | None:
    """A chat takes no messages."""
    return stuck_card() if scene.school.is_admin(scene.viewer) else None


@REGISTRY.view(HIDDEN_VIEW)
async def hidden(scene: Scene, record: None) -> Card | None:
    """Something sealed that was due cannot be worked out: that, and nothing of what it is."""
    return hidden_card() if scene.school.is_admin(scene.viewer) else None


@REGISTRY.view(ENDING, Secret)
async def secret(scene: Scene, kept: Secret) -> Card | None:
    """A key of Exeat's is about to end. Once it has been renewed, nothing is sent and what was sent says so."""
    today = scene.school.calendar.today(scene.now)
    if not scene.school.is_admin(scene.viewer):
        return None
    if passed_warning(kept.ends, today) is None:
        return None if scene.first else renewed_card(kept.ends)
    return secret_card(kept.ends, today)


async def to_admins(scene: Scene, view: str) -> list[Outgoing]:
    """The rows that tell every admin, still to be put into the outbox."""
    return [scene.row(view, admin) for admin in await scene.holders(Role.ADMIN)]


async def tell_admins(turn: Turn, view: str, *, mail: bool = False) -> None:
    """Have every admin told; by e-mail as well, if so said."""
    for row in await to_admins(turn, view):
        turn.tx.queue(row)
        if mail:
            turn.tx.queue(replace(row, task=Errand.MAIL))


async def tell_of_hidden(turn: Turn) -> None:
    """Have the admins told that something sealed cannot be worked out, once a day however much it is."""
    if await turn.once(HIDDEN_VIEW):
        await tell_admins(turn, HIDDEN_VIEW)


async def warn_of_secret(turn: Turn, ends: date) -> Secret | None:
    """Have the admins warned that a secret ends on that day (local): once at each of the days for it, also over a
    restart. The secret, where they will be now. Where there is no admin yet to be told, it waits for one.
    """
    calendar = turn.school.calendar
    if not is_hour(turn.now, calendar):
        return None
    admins = await turn.holders(Role.ADMIN)
    kept = await turn.tx.get(Secret, OF_TEAMS)
    ending = (kept or Secret(OF_TEAMS, turn.school.id, ends)).ending(ends)
    told = ending.warn(calendar.today(turn.now)) if admins else ending
    if told != kept:
        turn.tx.put(told)
    if told == ending:
        return None
    for admin in admins:
        turn.send(ENDING, admin, told, nag=True)
    return told
