"""Comments that a program or a file brings: each is kept once, and what is said of it later is taken in."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from handlers.comments.access import keep
from handlers.comments.brought import Arrived, missing, read, writer
from handlers.comments.nagging import has_room, pass_on, tell
from handlers.entries import Brought, Column, Landed
from handlers.registry import Registry
from handlers.turn import Turn
from policy.comment import WORDS, Comment, Kind, adopt, answer, deleted, is_same, log, words_key
from policy.comment.due import Nag
from policy.people import EXEAT
from policy.record import ref
from policy.refused import Unusable
from storage.rows import Seen

registry = Registry()

GONE = "The program that brought it says that whoever wrote it has taken it down."

OTHER_WORDS = "Other words came under this id before. Those are kept, and these are not."

BY_HAND = "It was logged by hand before, and is known by this id from now on."

MOST_ALIKE = 20
"""Among how many comments of the same words, newest first, one is looked for that was logged by hand."""

NOT_KNOWN = "Nothing was known of it, so there was nothing to close."

UNNAMED = "row:"
"""Begins the id of a row that has none of its own; a digest of what it says follows."""

COLUMNS = (
    Column("account", "one of the school's accounts, by its name or its id in exeat.toml", required=True),
    Column("text", "what they wrote, word for word", required=True),
    Column("received", "when: 2027-03-02T14:30:00Z, or 02/03/2027 14:30 in the school's time", required=True),
    Column("kind", "comment (if left out), question, complaint, message or offensive"),
    Column("writer", "who wrote it"),
    Column("link", "where it can be seen: the whole address"),
    Column("id", "the platform's own id of it"),
    Column("replied", "when the school replied, if it did; it is then closed as answered"),
    Column("reply", "what the school replied"),
)

EXAMPLE = ("page", "When does term begin?", "02/03/2027 14:30", "question", "A parent", "", "1789", "", "")


class Became(StrEnum):
    """What became of a comment that was brought."""

    LOGGED = "logged"
    ANSWERED = "answered"
    DELETED = "deleted"
    KNOWN = "known"
    """It was there already."""
    NOTHING = "nothing"
    """It was taken down or replied to, and Exeat had never heard of it."""


@dataclass(slots=True)
class _Delivery:
    """What was brought together: comments by key, as they stand now, and what is to be said of new ones."""

    turn: Turn
    at_once: bool
    known: dict[str, Comment] = field(default_factory=dict)
    fresh: list[tuple[str, Nag]] = field(default_factory=list)
    rooms: dict[tuple[str, Kind], bool] = field(default_factory=dict)
    adopted: set[str] = field(default_factory=set)

    async def look_up(self, arrived: Arrived) -> None:
        """Find the comment, if it is kept. All are looked up before the first is saved: that is cheap."""
        if arrived.key in self.known:
            return
        for comment in await self.turn.tx.find(Comment, key=arrived.key, limit=1):
            self.known[arrived.key] = comment
            return
        if arrived.text and arrived.received is not None:
            await self._look_by_hand(arrived, arrived.received)

    async def _look_by_hand(self, arrived: Arrived, received: datetime) -> None:
        """Find the comment, if somebody has logged it without the platform's id of it."""
        key = words_key(arrived.account, arrived.text)
        for comment in await self.turn.tx.find(Comment, key=key, limit=MOST_ALIKE):
            free = not comment.external and comment.id not in self.adopted
            if free and is_same(comment, arrived.text, arrived.writer, received):
                self.known[arrived.key] = comment
                self.adopted.add(comment.id)
                return

    async def take(self, arrived: Arrived) -> Landed:
        """Log the comment, or note what is new of it. Raises Unusable, before anything is changed."""
        before = self.known.get(arrived.key)
        if before is None and self._only_closes(arrived):
            return Landed(Became.NOTHING, note=NOT_KNOWN, key=arrived.key)
        by_hand = before is not None and not before.external
        if before is not None and by_hand:
            before = adopt(before, arrived.id, arrived.received or before.received_at, self.turn.school.calendar)
        after = _moved(before or _new(self.turn, arrived), arrived, self.turn)
        if before is not None and after is before and not by_hand:
            note = f"It is {WORDS[before.status]}.{self._other_words(before, arrived)}"
            return Landed(Became.KNOWN, before.id, note, arrived.key)
        if before is None:
            after = await self._begin(after, arrived.key)
        self.known[arrived.key] = await keep(self.turn, after)
        if by_hand:
            became = Became.KNOWN if after is before else _BECAME.get(after.state, Became.KNOWN)
            return Landed(became, after.id, BY_HAND, arrived.key)
        note = self._other_words(before, arrived).strip() if before else ""
        return Landed(_BECAME.get(after.state, Became.LOGGED), after.id, note, arrived.key)

    def _other_words(self, before: Comment, arrived: Arrived) -> str:
        return f" {OTHER_WORDS}" if arrived.text and arrived.text != before.text else ""

    def _only_closes(self, arrived: Arrived) -> bool:
        """Whether so little is said of a comment that it can only close one that is known. A row says all of it."""
        if arrived.gone and arrived.replied is None:
            return bool(missing(arrived, {}))
        return self.at_once and arrived.replied is not None and not arrived.text and arrived.received is None

    async def _begin(self, comment: Comment, key: str) -> Comment:
        """A new comment gets its number and, where people are told at once, its first step on the ladder."""
        turn = self.turn
        comment = replace(comment, id=await turn.tx.new_id(Comment))
        if not self.at_once:
            return comment
        turn.tx.mark_seen(Seen(f"{EXEAT.id}/{key}", ref(comment), "", turn.now))
        if comment.live and await self._has_room(comment):
            comment, nag = await pass_on(turn, comment)
            if nag is not None:
                self.fresh.append((key, nag))
        return comment

    async def _has_room(self, comment: Comment) -> bool:
        """Whether it is told of at once; what comes in one request takes the place of one."""
        of = comment.account, comment.kind
        if of not in self.rooms:
            self.rooms[of] = await has_room(self.turn, comment)
        return self.rooms[of]

    async def tell(self) -> None:
        """Say what is due of new ones: of a single one by its card, of several in one message."""
        still = [(self.known[key], nag) for key, nag in self.fresh if self.known[key].live]
        for comment, nag in still:
            await tell(self.turn, comment, nag, fresh=len(still) == 1)


_BECAME = {"answered": Became.ANSWERED, "deleted": Became.DELETED}


@registry.hook("comments")
async def hooked(turn: Turn, items: Sequence[Brought]) -> list[Landed]:
    """Comments that a program brings as they come: whoever looks after the account hears of them at once."""
    delivery = _Delivery(turn, at_once=True)
    landed = await _taken(delivery, items)
    await delivery.tell()
    return landed


@registry.importer("comments", "Take in comments from a CSV file", COLUMNS, EXAMPLE)
async def imported(turn: Turn, items: Sequence[Brought]) -> list[Landed]:
    """Comments of a file: they wait for the clock, which puts all of somebody's into one message.

    Of a row that is known something is said only where its words are left out.
    """
    landed = await _taken(_Delivery(turn, at_once=False), [_of_row(turn, item) for item in items])
    return [
        replace(
            each,
            note=OTHER_WORDS if OTHER_WORDS in each.note else "",
            errors={_COLUMN.get(name, name): why for name, why in each.errors.items()},
        )
        for each in landed
    ]


_COLUMN = {"replied.at": "replied", "replied.text": "reply"}


async def _taken(delivery: _Delivery, items: Sequence[Brought]) -> list[Landed]:
    turn, arrived = delivery.turn, list[Arrived | Landed]()
    for item in items:
        try:
            one = read(item, turn.school, turn.now)
            await delivery.look_up(one)
            arrived.append(one)
        except Unusable as wrong:
            arrived.append(Landed(errors=wrong.errors))
    return [each if isinstance(each, Landed) else await _one(delivery, each) for each in arrived]


async def _one(delivery: _Delivery, arrived: Arrived) -> Landed:
    try:
        return await delivery.take(arrived)
    except Unusable as wrong:
        return Landed(errors=wrong.errors, key=arrived.key)


def _new(turn: Turn, arrived: Arrived) -> Comment:
    """A comment that has no number yet. Raises Unusable when too little is said of it, or it is too old."""
    if arrived.received is None or not arrived.text:
        raise Unusable(missing(arrived, {}))
    return log(
        "",
        turn.school.id,
        arrived.account,
        arrived.kind,
        writer(arrived.writer),
        arrived.text,
        arrived.link,
        arrived.received,
        EXEAT.id,
        turn.now,
        turn.school.calendar,
        external=arrived.id,
    )


def _moved(comment: Comment, arrived: Arrived, turn: Turn) -> Comment:
    """The comment with what is new of it; the same one when nothing is."""
    if not comment.live:
        return comment
    if (said := arrived.replied) is not None:
        if said.at < comment.received_at:
            raise Unusable({"replied.at": "That is before it was received."})
        return answer(comment, said if said.where else replace(said, where=comment.link))
    return deleted(comment, GONE, EXEAT.id, turn.now) if arrived.gone else comment


def _of_row(turn: Turn, row: Brought) -> Brought:
    """A row as a program would send it: with an id in any case, and what was replied in one place."""
    item = {name: row.get(name) for name in ("account", "text", "received", "kind", "writer", "link", "id")}
    if row.get("replied") or row.get("reply"):
        item["replied"] = {"at": row.get("replied"), "text": row.get("reply")}
    if not str(item["id"] or "").strip():
        item["id"] = UNNAMED + _digest(turn, item)
    return item


def _digest(turn: Turn, item: Brought) -> str:
    """One and the same for whatever says the same of one comment, however its time is written."""
    try:
        one = read({**item, "id": "1", "replied": None}, turn.school, turn.now)
    except Unusable:
        return "unreadable"
    said = (one.account, str(one.received), one.writer, one.text)
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:32]
