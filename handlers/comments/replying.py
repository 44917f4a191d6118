"""Acknowledging and answering: what was said in public and where, in words that somebody may use."""

from collections.abc import Sequence

from cards.comment_forms import OWN, reply_form, wording_choice
from cards.model import Form
from handlers.care import cares_for
from handlers.comments.access import BACK, RUNNING, handles, keep
from handlers.fields import needed, text
from handlers.posts.sending import put_forward
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.templates import usable
from handlers.turn import Turn
from policy.account import Account, Replies
from policy.checks import Draft, check_draft, errors
from policy.comment import CLAUSE, LIVE, Comment, Said, acknowledge, answer, only, propose, to_acknowledge, unpropose
from policy.content import Content
from policy.post import Post, draft, send
from policy.refused import Unusable
from policy.template import Template, Use

registry = Registry()

WHERE = "Please say where it was said: a link, or a few words."

ONE_OF_TWO = "Please choose “My own words” for these, or empty this box."

NOT_SAID_YET = (
    "Words of your own go to the headteacher before they are said, so please leave out where. "
    "If they were said already, please tell the headteacher."
)


@registry.button("comment.acknowledge", "Acknowledge", needs=handles, record=Comment, bound=False, clause=CLAUSE)
async def ask_acknowledged(turn: Turn, comment: Comment) -> Reply:
    """Asks what was said to show that it was seen."""
    to_acknowledge(comment)
    return Ask(await _form(turn, comment, closes=False))


@registry.form("comment.acknowledge.send", needs=handles, record=Comment, bound=False, clause=CLAUSE)
async def acknowledged(turn: Turn, comment: Comment) -> Reply:
    """It was said, or the words for it go to be approved."""
    to_acknowledge(comment)
    return await _respond(turn, comment, closes=False)


@registry.button("comment.answer", "Answered", needs=handles, record=Comment, bound=False, clause=CLAUSE)
async def ask_answered(turn: Turn, comment: Comment) -> Reply:
    """Asks what was answered."""
    only(comment, *LIVE)
    return Ask(await _form(turn, comment, closes=True))


@registry.form("comment.answer.send", needs=handles, record=Comment, bound=False, clause=CLAUSE)
async def answered(turn: Turn, comment: Comment) -> Reply:
    """It was said, or the words for it go to be approved."""
    only(comment, *LIVE)
    return await _respond(turn, comment, closes=True)


async def _respond(turn: Turn, comment: Comment, *, closes: bool) -> Reply:
    try:
        said = await _said(turn, comment, closes=closes)
        if said is None:
            return await _put_forward(turn, comment, closes=closes)
    except Unusable as wrong:
        return Invalid(await _form(turn, comment, closes=closes), turn.request.fields, wrong.errors)
    await keep(turn, answer(comment, said) if closes else acknowledge(comment, said))
    return Nothing()


async def _said(turn: Turn, comment: Comment, *, closes: bool) -> Said | None:
    """What was said, if the words may be used as they are; None for words that have to be approved first."""
    chosen, typed = text(turn.request, "wording"), text(turn.request, "text")
    ready = await _wordings(turn, comment, closes=closes)
    wording = next((each for each in ready if wording_choice(each) == chosen), None)
    if chosen not in ("", OWN) and wording is None:
        raise Unusable({"wording": "These words are no longer approved. Please choose others."})
    if wording is not None and typed not in ("", wording.text):
        raise Unusable({"text": f"{wording.name} is chosen above. {ONE_OF_TWO}"})
    if wording is None and not await _free(turn, comment):
        if text(turn.request, "where"):
            raise Unusable({"where" if ready else "text": NOT_SAID_YET})
        return None
    words, right = (
        (wording.text, wording.id)
        if wording is not None
        else (needed(turn.request, "text", "Please type what you said, word for word."), Replies.FREE.value)
    )
    return Said(words, needed(turn.request, "where", WHERE), turn.viewer.id, turn.now, right)


async def _put_forward(turn: Turn, comment: Comment, *, closes: bool) -> Reply:
    """Words of one's own become a post that is read first, and settle the comment once they are up."""
    words = needed(turn.request, "text", "Please type what you would like to say. It goes to the headteacher first.")
    before = await turn.tx.get(Post, comment.reply) if comment.reply else None
    if not await _in_the_way(turn, before):
        comment = unpropose(comment)
    account = _account(turn, comment)
    findings = check_draft(Draft(words, (), None, ""), account, turn.school.accounts)
    if wrong := errors(findings):
        raise Unusable({"text": " ".join(wrong.values())})
    number, salt = await turn.tx.new_id(Post), turn.random(32).hex()
    content = Content(words, account.id)
    advice = tuple(each for each in findings if not each.blocking)
    post = draft(number, turn.school.id, turn.viewer.id, content, advice, salt, turn.now, reply_to=comment.id)
    await keep(turn, propose(comment, post.id, closes=closes))
    turn.send("post", turn.viewer, post)
    return await put_forward(turn, send(post, turn.now))


async def _in_the_way(turn: Turn, before: Post | None) -> bool:
    """Whether the words that somebody wrote before are to be dealt with first."""
    if before is None or before.status in RUNNING:
        return before is not None
    return before.status in BACK and await turn.is_viewer(before.author)


async def _form(turn: Turn, comment: Comment, *, closes: bool) -> Form:
    return reply_form(
        comment, await _wordings(turn, comment, closes=closes), closes=closes, free=await _free(turn, comment)
    )


async def _wordings(turn: Turn, comment: Comment, *, closes: bool) -> Sequence[Template]:
    use = Use.ANSWERS if closes else Use.ACKNOWLEDGES
    return [each for each in await usable(turn, comment.account) if each.use is use]


async def _free(turn: Turn, comment: Comment) -> bool:
    """Whether the viewer may use words of their own: not somebody to whom it is only assigned."""
    account = turn.school.account(comment.account)
    return account is not None and account.replies is Replies.FREE and await cares_for(turn, account.id)


def _account(turn: Turn, comment: Comment) -> Account:
    account = turn.school.account(comment.account)
    if account is None:
        raise Unusable({"text": "The school no longer has this account. Please press Not for us, and say so."})
    return account
