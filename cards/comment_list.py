"""Several comments at once: what is open, most pressing first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cards.comment import left, noun, press
from cards.model import Button, Card, Element, Row, Text, Tone
from cards.wording import counted, moment, opening
from policy.comment import Comment, Kind, State


@dataclass(frozen=True, slots=True)
class Queue:
    """The comments to be listed, most pressing first, how many there are after them (at least, where `more` says
    so), how many were passed over before, the names of the accounts by id, and how many of all are `late`.
    """

    comments: tuple[Comment, ...]
    beyond: int
    more: bool
    skipped: int
    now: datetime
    zone: ZoneInfo
    accounts: Mapping[str, str]
    account: str = ""
    late: int = 0

    @property
    def total(self) -> str:
        """How many there are in all, in words."""
        number = self.skipped + len(self.comments) + self.beyond
        said = counted(number, "open comment", "open comments")
        return f"More than {said}" if self.more else said


def queue_card(queue: Queue, unwatched: Sequence[Element] = ()) -> Card:
    """The answer to /comments; `unwatched` is what to say of accounts that nobody has looked at in time."""
    where = f" on {queue.accounts.get(queue.account, queue.account)}" if queue.account else ""
    if not queue.comments and queue.skipped:
        said = "There is nothing more in this list. Type /comments to see it from the beginning."
        return Card("Comments", said, (Text(said),))
    if not queue.comments:
        said = f"No comment{where} waits for an answer from you."
        return Card("Comments", said, (Text(said), *unwatched, Text("To log one, type /logcomment.", Tone.QUIET)))
    return Card(
        "Comments",
        f"{queue.total}{where}.",
        (Text(f"{queue.total}{where}."), *rows(queue), *more_rows(queue), *unwatched),
    )


def digest_card(queue: Queue) -> Card:
    """A reminder of several comments."""
    late = f", {queue.late} of these late" if queue.late else ""
    if queue.late > 1 and queue.late == len(queue.comments) + queue.beyond and not queue.more:
        late = ", all of these late"
    said = f"{queue.total} to be dealt with{late}."
    if all(each.status is State.ACKNOWLEDGED for each in queue.comments):
        seen = counted(len(queue.comments) + queue.beyond, "comment was", "comments were")
        said = f"{'More than ' if queue.more else ''}{seen} acknowledged, and not answered yet."
    return Card("Comments are waiting", said, (Text(said), *rows(queue), *more_rows(queue)))


def overdue_card(queue: Queue) -> Card:
    """What the headteacher hears of comments that nobody answered in time."""
    late = counted(len(queue.comments) + queue.beyond, "comment is", "comments are")
    said = f"{'More than ' if queue.more else ''}{late} overdue. Whoever looks after the account has been reminded."
    return Card("Comments are overdue", said, (Text(said), *rows(queue), *more_rows(queue)))


def complaints_card(queue: Queue) -> Card:
    """What the headteacher hears of complaints that came while nobody was there, or several at once."""
    found = counted(len(queue.comments) + queue.beyond, "complaint is", "complaints are")
    said = f"{found} open. Whoever looks after the account has been told."
    return Card("Complaints have come in", said, (Text(said), *rows(queue), *more_rows(queue)))


def done_card() -> Card:
    """What is left of a message once all that it spoke of has been dealt with."""
    said = "Nothing that stood here waits any more."
    return Card("All dealt with", said, (Text(said, Tone.QUIET),))


def replaced_card() -> Card:
    """What is left of a message once a later one was asked for."""
    said = "This message is out of date. Type /comments to see what is open now."
    return Card("Comments", said, (Text(said, Tone.QUIET),))


def rows(queue: Queue) -> tuple[Element, ...]:
    """Each comment on a line, with what is quickest to do about it."""
    return tuple(_row(comment, queue) for comment in queue.comments)


def _row(comment: Comment, queue: Queue) -> Row:
    where = queue.accounts.get(comment.account, "an account the school no longer has")
    who = f" from {comment.writer}" if comment.writer else ""
    due = f"; by {moment(comment.due, queue.zone)}" if comment.status is State.OPEN else ""
    detail = f"A {noun(comment)} on {where}{who}: {left(comment, queue.now)}{due}."
    if noun(comment)[0] in "aeiou":
        detail = f"An{detail[1:]}"
    opens = press(comment, "Open", "comment.open")
    quickest, verb = "Acknowledge", "comment.acknowledge"
    if comment.kind is Kind.OFFENSIVE:
        quickest, verb = "Moderate", "comment.moderate"
    found = (press(comment, quickest, verb, Tone.PRIMARY), opens) if comment.status is State.OPEN else (opens,)
    return Row(f"{comment.id}: {opening(comment.text)}", detail, found)


def more_rows(queue: Queue) -> Sequence[Element]:
    """The way to the rest of the list, where there is more of it."""
    if not queue.beyond and not queue.more:
        return ()
    payload = {"skip": str(queue.skipped + len(queue.comments)), "account": queue.account}
    return (Row("There are more.", "", (Button("More", "comments.more", payload=payload),)),)
