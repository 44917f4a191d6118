"""Who looks after a comment, who may see it, and how it looks to each of them."""

from collections.abc import Iterable

from cards.comment import Sight
from handlers.care import carers, cares_for, heads
from handlers.digests import redraw_digests
from handlers.seats import deciders_of
from handlers.turn import Scene, Turn
from policy.comment import Comment
from policy.comment.due import schedule
from policy.people import Person, is_among
from policy.post import OPEN, WORDS, Post, State
from policy.refused import NotAllowed

RUNNING = frozenset({State.FETCHING, State.WAITING, State.APPROVED})
"""The states in which words for a comment are on their way out, whoever wrote them."""

BACK = frozenset({State.DRAFT, State.CHANGES})
"""The states in which they are back with their author, and keep nobody else from writing others."""


async def sight(scene: Scene, comment: Comment) -> Sight:
    """How the viewer sees the comment, with the names its cards need."""
    account = scene.school.account(comment.account)
    said = [each.by for each in (comment.acknowledged, comment.answered, comment.moderation) if each]
    ids = {comment.by, comment.closed_by, comment.assigned, *said} - {""}
    reply = await scene.tx.get(Post, comment.reply) if comment.reply else None
    return Sight(
        zone=scene.school.zone,
        account=account.name if account else "an account the school no longer has",
        names={id: await scene.name(id) for id in sorted(ids)},
        carers=tuple(each.name for each in await carers(scene, comment)),
        acts=await may_act(scene, comment),
        procedure=scene.school.comments.complaints,
        words=WORDS[reply.status] if reply else "",
    )


async def may_act(scene: Scene, comment: Comment) -> bool:
    """Whether the viewer may deal with it: assigned, an owner, whoever stands in, the office, the head, a deputy."""
    if comment.assigned and await scene.is_viewer(comment.assigned):
        return True
    return await cares_for(scene, comment.account)


async def may_see(scene: Scene, comment: Comment) -> bool:
    """Whether it is this viewer's to see: whoever may deal with it, whoever logged it, whoever reads words for it."""
    if await may_act(scene, comment) or await scene.is_viewer(comment.by):
        return True
    reply = await scene.tx.get(Post, comment.reply) if comment.reply else None
    asked = await deciders_of(scene, reply.author) if reply is not None else ()
    return is_among(scene.viewer, (each.person for each in asked))


async def sees(turn: Turn, comment: Comment) -> None:
    """Whoever may see it."""
    if not await may_see(turn, comment):
        raise turn.nothing_there()


async def handles(turn: Turn, comment: Comment) -> None:
    """Whoever may deal with it."""
    if await may_act(turn, comment):
        return
    await sees(turn, comment)
    with_whom = " and ".join(each.name for each in await carers(turn, comment))
    raise NotAllowed(
        "Only whoever looks after the account can do that.",
        f"{comment.id} is with {with_whom}." if with_whom else "",
        "You can tell them what you know.",
    )


def eager(scene: Scene, people: Iterable[Person]) -> list[Person]:
    """Those of the people who wish to be reminded outside staffed hours as well."""
    wish = set(scene.school.roster.any_hour)
    return [each for each in people if wish & scene.school.roster.names(each)]


async def timed(scene: Scene, comment: Comment) -> Comment:
    """The comment with the moment of its next reminder."""
    school = scene.school
    at_any_hour = bool(school.roster.any_hour) and bool(eager(scene, await carers(scene, comment)))
    return schedule(comment, school.calendar, school.comments.reminders, eager=at_any_hour)


async def keep(turn: Turn, comment: Comment) -> Comment:
    """Save the comment with the moment of its next reminder, and say in the audit what was done.

    Where words for it are not needed any more, their card says so, and messages that list it are drawn again.
    """
    before = await turn.tx.get(Comment, comment.id)
    comment = await timed(turn, comment)
    turn.save(comment)
    if before is not None and before.reply and before.status is not comment.status:
        reply = await turn.tx.get(Post, before.reply)
        if reply is not None and reply.status in OPEN:
            turn.tx.put(reply)
    if before is not None and (before.status, before.assigned) != (comment.status, comment.assigned):
        people = (*await carers(turn, before), *await carers(turn, comment), *await heads(turn))
        await redraw_digests(turn, people)
    return comment
