"""Taking a comment in: it is logged, its time is worked out, and whoever looks after the account hears of it."""

from datetime import datetime

from cards.comment import receipt_card
from cards.comment_forms import log_form
from handlers.comments.access import keep, sight
from handlers.comments.brought import LONGEST_TEXT
from handlers.comments.brought import writer as shortened
from handlers.comments.nagging import pass_on, tell
from handlers.fields import link, moment, needed, text
from handlers.looks import looked
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Reply, Say
from handlers.turn import Turn
from policy.comment import WORDS, Comment, Kind, is_same, log, words_key
from policy.refused import Unusable
from policy.text import clean, shorten

registry = Registry()

KINDS = frozenset(Kind)

MOST_ALIKE = 20
"""Among how many comments of the same words, newest first, one is looked for that is this one."""

LONGEST_BOX, LONGEST_LINK = 3_000, 500
"""How many characters a form takes of a text, and of an address."""


class Twice(Unusable):
    """It seems to be logged already, as the comment whose id is `kept`. Sent again, it counts as another."""

    def __init__(self, twin: Comment) -> None:
        said = f"{twin.id} has the same words and is {WORDS[twin.status]}. If this is another one, send it again."
        super().__init__({"text": said})
        self.kept = twin.id


@registry.command("logcomment", needs=staff, summary="Log what somebody wrote to the school", hint="[text]")
async def logcomment(turn: Turn) -> Reply:
    """The form, with any text that was typed after the command."""
    return Ask(log_form(turn.school.accounts, turn.now, text=clean(turn.request.text)))


@registry.shortcut(
    "comment.log", "Log as comment", needs=staff, summary="Log this message as a comment that needs an answer"
)
async def from_message(turn: Turn) -> Reply:
    """The form, filled in with a message of the chat. Who posted it there is not who wrote to the school."""
    message = turn.request.message
    if message is None:
        return await logcomment(turn)
    sent = min(message.sent_at or turn.now, turn.now)
    words, cut = shorten(message.text, LONGEST_BOX)
    address = message.link if len(message.link) <= LONGEST_LINK else ""
    return Ask(log_form(turn.school.accounts, sent, text=words, address=address, cut=cut))


@registry.form("comment.new", needs=staff)
async def new(turn: Turn) -> Reply:
    """A comment is logged."""
    try:
        comment = await _read(turn)
    except Unusable as wrong:
        twin = wrong.kept if isinstance(wrong, Twice) else turn.request.payload.get("twin", "")
        return Invalid(log_form(turn.school.accounts, turn.now, twin=twin), turn.request.fields, wrong.errors)
    comment = await take(turn, comment)
    return Say(receipt_card(comment, await sight(turn, comment), turn.now))


async def take(turn: Turn, comment: Comment) -> Comment:
    """Keep a new comment, and say at once what is due to be said of it."""
    moved, nag = await pass_on(turn, comment)
    await looked(turn, comment.account)
    comment = await keep(turn, moved)
    if nag is not None:
        await tell(turn, comment, nag, fresh=True)
    return comment


async def _read(turn: Turn) -> Comment:
    request, errors = turn.request, dict[str, str]()
    account = turn.school.account(text(request, "account"))
    if account is None:
        errors["account"] = "Please choose one of the school's accounts."
    kind = text(request, "kind")
    if kind not in KINDS:
        errors["kind"] = "Please choose what it is."
    received = moment(request, "received")
    if received is None:
        errors["received"] = "Please say when it was received."
    words = address = ""
    try:
        words = needed(request, "text", "Please type what they wrote, word for word.")
        if len(words) > LONGEST_TEXT:
            errors["text"] = f"It has {len(words):,} characters, and {LONGEST_TEXT:,} are the most."
    except Unusable as wrong:
        errors |= wrong.errors
    try:
        address = link(request, "link")
    except Unusable as wrong:
        errors |= wrong.errors
    if errors or account is None or received is None:
        raise Unusable(errors)
    writer, by = shortened(text(request, "writer")), turn.viewer.id
    twin = await _twin(turn, account.id, words, writer, received)
    if twin is not None and twin.id != request.payload.get("twin"):
        raise Twice(twin)
    id = await turn.tx.new_id(Comment)
    school, calendar = turn.school.id, turn.school.calendar
    return log(id, school, account.id, Kind(kind), writer, words, address, received, by, turn.now, calendar)


async def _twin(turn: Turn, account: str, words: str, writer: str, received: datetime) -> Comment | None:
    """The comment that this is, as good as surely, if it has been logged or brought before."""
    alike = await turn.tx.find(Comment, key=words_key(account, words), limit=MOST_ALIKE)
    return next((each for each in alike if is_same(each, words, writer, received)), None)
