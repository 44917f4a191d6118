"""Deciding on a post: approve, request changes, reject."""

from cards.model import Form
from cards.post_forms import reason_form
from handlers.answering import moved
from handlers.fields import text
from handlers.posts.access import author_of, decides, hand_over, keep
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.seats import might_decide
from handlers.turn import Turn
from policy.deciding import CLAUSE
from policy.people import Person
from policy.post import Post, State, Verdict, already, decide

registry = Registry()


@registry.comes
async def comes(turn: Turn, person: Person) -> None:
    """Somebody who decides is met, or comes back: they get what waits."""
    if await might_decide(turn, person):
        await hand_over(turn)


@registry.button("post.approve", "Approve", needs=decides, record=Post, clause=CLAUSE)
async def approve(turn: Turn, post: Post) -> Reply:
    """Approved: its author and whoever looks after the account get a card to post from."""
    post = keep(turn, await _decided(turn, post, Verdict.APPROVE))
    await moved(turn, post)
    account = turn.school.account(post.content.account)
    owners = await turn.by_refs(account.owners) if account else []
    author = await author_of(turn, post)
    turn.send("post.ready", author, post)
    for owner in owners:
        if owner.id != author.id:
            turn.send("post.ready", owner, post)
    return Nothing()


@registry.button("post.changes", "Request changes", needs=decides, record=Post, clause=CLAUSE)
async def changes(turn: Turn, post: Post) -> Reply:
    """Asks what should change."""
    await _still_waiting(turn, post)
    return Ask(_changes_form(post))


@registry.form("post.changes.send", needs=decides, record=Post, clause=CLAUSE)
async def send_back(turn: Turn, post: Post) -> Reply:
    """Back to its author, with what should change."""
    reason = text(turn.request, "reason")
    if not reason:
        wrong = {"reason": "Please say what should change, so that the author knows what to do."}
        return Invalid(_changes_form(post), turn.request.fields, wrong)
    return await _tell_author(turn, await _decided(turn, post, Verdict.CHANGES, reason))


@registry.button("post.reject", "Reject", needs=decides, record=Post, clause=CLAUSE)
async def reject(turn: Turn, post: Post) -> Reply:
    """Asks why not."""
    await _still_waiting(turn, post)
    return Ask(_reject_form(post))


@registry.form("post.reject.send", needs=decides, record=Post, clause=CLAUSE)
async def rejected(turn: Turn, post: Post) -> Reply:
    """It does not go out, and its author is told why."""
    reason = text(turn.request, "reason")
    if not reason:
        wrong = {"reason": "Please give a reason: the author will read it."}
        return Invalid(_reject_form(post), turn.request.fields, wrong)
    return await _tell_author(turn, await _decided(turn, post, Verdict.REJECT, reason))


async def _decided(turn: Turn, post: Post, verdict: Verdict, reason: str = "") -> Post:
    by = await _last_decider(turn, post)
    return decide(post, verdict, turn.viewer.id, turn.authority, turn.now, reason=reason, decided_by=by)


async def _still_waiting(turn: Turn, post: Post) -> None:
    if post.status is not State.WAITING:
        raise already(post, await _last_decider(turn, post))


async def _last_decider(turn: Turn, post: Post) -> str:
    return await turn.name(post.last_decision.by) if post.last_decision else ""


async def _tell_author(turn: Turn, post: Post) -> Reply:
    post = keep(turn, post)
    await moved(turn, post)
    turn.send("post.decided", await author_of(turn, post), post)
    return Nothing()


def _changes_form(post: Post) -> Form:
    return reason_form(
        post,
        "post.changes.send",
        f"Request changes to {post.id}",
        "What should change",
        "The author reads this and sends it again.",
    )


def _reject_form(post: Post) -> Form:
    return reason_form(post, "post.reject.send", f"Reject {post.id}", "The reason", "The author reads this.")
