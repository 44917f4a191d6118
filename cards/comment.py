"""A comment as people see it: what was said, by when it must be answered, what has been done, and what can be."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from cards.model import Button, Card, Element, Facts, Notice, Quote, Text, Tone
from cards.wording import counted, listed, moment, opening
from policy.clauses import cite
from policy.comment import WORDS, Act, Comment, Kind, Said, State
from policy.record import ref

LONGEST_QUOTE = 1_200
"""How many characters of a comment a card shows before it offers the rest behind a button."""

DID = {
    Act.HIDE: "hidden",
    Act.DELETE: "deleted",
    Act.BLOCK: "deleted, and its writer blocked",
    Act.REPORT: "reported to the platform",
}
"""What was done, to follow "it was"."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Who is looking, and the words the card needs.

    `names` maps people's ids to their names; `carers` are the names of those it is with; `acts` is whether the
    viewer may deal with it; `procedure` says where the complaints procedure is; `words` is where the post in
    `comment.reply` stands, to follow "is".
    """

    zone: ZoneInfo
    account: str
    names: Mapping[str, str] = field(default_factory=dict)
    carers: tuple[str, ...] = ()
    acts: bool = False
    procedure: str = ""
    words: str = ""

    def name(self, id: str) -> str:
        """The name behind an id."""
        return self.names.get(id, "somebody who has left")


def comment_card(comment: Comment, sight: Sight, *, in_full: bool = False) -> Card:
    """The comment as it stands, with what this viewer may do about it. One that is over has no buttons."""
    title = f"{comment.id}: {noun(comment)} on {sight.account}"
    status = standing(comment, sight)
    body: list[Element] = [Text(status, Tone.STRONG), _particulars(comment, sight), _quote(comment, in_full)]
    body += _done(comment, sight)
    if comment.live:
        body += _advice(comment, sight)
    found = buttons(comment) if sight.acts else ()
    return Card(title, f"{title}. {status} {opening(comment.text)}".strip(), tuple(body), found)


def nag_card(comment: Comment, sight: Sight, now: datetime) -> Card:
    """A reminder of one comment: how long is left, and what can be done."""
    card = comment_card(comment, sight)
    lead = f"{comment.id}: {left(comment, now)}."
    return Card(
        f"Still open: {comment.id}", f"{lead} {opening(comment.text)}", (Text(lead), *card.body), card.buttons
    )


def receipt_card(comment: Comment, sight: Sight, now: datetime) -> Card:
    """What whoever logged it is told at once."""
    said = f"{comment.id} is logged"
    who = (
        f"It is with {listed(sight.carers)}." if sight.carers else "Nobody can be told of it: please ask the office."
    )
    body = (Text(who), Text(f"{left(comment, now).capitalize()}."), Notice(comment.rule, cite(comment.clause)))
    return Card(said, f"{said}. {who}", body)


def standing(comment: Comment, sight: Sight) -> str:
    """Where the comment stands, in a sentence."""
    match comment.status:
        case State.OPEN if comment.kind is Kind.OFFENSIVE:
            return f"To be dealt with by {moment(comment.due, sight.zone)}."
        case State.OPEN:
            return f"To be answered by {moment(comment.due, sight.zone)}, if only to say that it was seen."
        case State.ACKNOWLEDGED if comment.acknowledged:
            return f"Acknowledged by {sight.name(comment.acknowledged.by)}; an answer may still follow."
        case State.ACKNOWLEDGED:
            return "Acknowledged."
        case State.ANSWERED if comment.answered:
            return f"Answered by {sight.name(comment.answered.by)}."
        case State.DELETED:
            return f"{WORDS[comment.status].capitalize()}; closed by {sight.name(comment.closed_by)}."
        case State.ANSWERED | State.NOT_FOR_US | State.MODERATED:
            return f"{WORDS[comment.status].capitalize()}, by {sight.name(comment.closed_by)}."
        case _:
            assert_never(comment.status)


def left(comment: Comment, now: datetime) -> str:
    """How long is left, in words: "3 hours left", "20 minutes left", "due now", "2 hours late"."""
    if comment.status is State.ACKNOWLEDGED:
        return "acknowledged, and not answered yet"
    span = comment.due - now
    late, span = span < timedelta(), abs(span)
    minutes = round(span / timedelta(minutes=1))
    if not minutes:
        return "due now"
    hours, days = minutes // 60, minutes // 1440
    if days >= 2:
        said = counted(days, "day", "days")
    elif hours >= 1:
        said = counted(hours, "hour", "hours")
    else:
        said = counted(minutes, "minute", "minutes")
    return f"{said} {'late' if late else 'left'}"


def noun(comment: Comment) -> str:
    """What it is, in a word or two."""
    match comment.kind:
        case Kind.COMMENT | Kind.QUESTION | Kind.COMPLAINT:
            return comment.kind.value
        case Kind.MESSAGE:
            return "private message"
        case Kind.OFFENSIVE:
            return "offensive comment"
        case _:
            assert_never(comment.kind)


def buttons(comment: Comment) -> tuple[Button, ...]:
    """What can be done about a comment: while it is not over, and to make an incident of a moderated one."""
    if comment.status is State.MODERATED:
        return (replace(press(comment, "Report as incident", "comment.incident"), dialog=True),)
    if not comment.live:
        return ()
    offensive = comment.kind is Kind.OFFENSIVE
    first = comment.status is State.OPEN
    moderate = press(comment, "Moderate", "comment.moderate", Tone.PRIMARY if offensive else Tone.PLAIN)
    found = [moderate] if offensive else []
    if first and not offensive:
        found.append(press(comment, "Acknowledge", "comment.acknowledge", Tone.PRIMARY))
    found.append(press(comment, "Answered", "comment.answer", Tone.PLAIN if first else Tone.PRIMARY))
    found += [press(comment, "Assign", "comment.assign"), press(comment, "Not for us", "comment.close")]
    found += [] if offensive else [moderate]
    return (*found, press(comment, "Snooze", "comment.snooze")) if first else tuple(found)


def press(comment: Comment, label: str, verb: str, tone: Tone = Tone.PLAIN) -> Button:
    """A button about this comment."""
    return Button(label, verb, ref(comment), comment.version, tone, about=f"{label}: {comment.id}")


def _particulars(comment: Comment, sight: Sight) -> Facts:
    rows = ([("From", comment.writer)] if comment.writer else []) + [("Account", sight.account)]
    rows.append(("Received", moment(comment.received_at, sight.zone)))
    rows.append(("Logged", f"{moment(comment.logged_at, sight.zone)}, by {sight.name(comment.by)}"))
    if comment.link:
        rows.append(("Link", comment.link))
    if comment.live:
        rows.append(("With", listed(sight.carers) or "nobody who can be reached"))
    if comment.closed_at is not None:
        rows.append(("Closed", moment(comment.closed_at, sight.zone)))
    return Facts(tuple(rows))


def _quote(comment: Comment, in_full: bool) -> Quote:
    long = len(comment.text) > LONGEST_QUOTE and not in_full
    return Quote(comment.text, press(comment, "Open", "comment.open") if long else None)


def _done(comment: Comment, sight: Sight) -> list[Element]:
    """What has been said and done, oldest first."""
    body: list[Element] = []
    for did, said in (("Acknowledged", comment.acknowledged), ("Answered", comment.answered)):
        body += _said(did, said, sight) if said else []
    if comment.reply and comment.live:
        body.append(Text(f"Words for it: {comment.reply}{f', which is {sight.words}' if sight.words else ''}."))
    if comment.reason:
        body += [Text("The reason:", Tone.QUIET), Quote(comment.reason)]
    if comment.moderation is not None:
        body.append(Text(f"It was {DID[comment.moderation.act]}."))
        if comment.moderation.told:
            body += [Text("What readers were told:", Tone.QUIET), Quote(comment.moderation.told)]
        else:
            body += [Text("Readers were told nothing, because:", Tone.QUIET), Quote(comment.moderation.exception)]
    return body


def _said(did: str, said: Said, sight: Sight) -> list[Element]:
    at = f"{did} on {moment(said.at, sight.zone)}, by {sight.name(said.by)}, {_right(said.right)}"
    where = [Text(f"Where: {said.where}", Tone.QUIET)] if said.where else []
    return [
        Text(f"{at}{':' if said.words else '.'}", Tone.QUIET),
        *([Quote(said.words)] if said.words else []),
        *where,
    ]


def _right(right: str) -> str:
    match right:
        case "free":
            return "in their own words, as this account allows"
        case "reported":
            return "as the platform's own record says"
        case _:
            return f"with approved words ({right})"


def _advice(comment: Comment, sight: Sight) -> list[Element]:
    """Why the time is what it is, and what the kind asks for."""
    found: list[Element] = []
    if comment.status is State.OPEN:
        found.append(Notice(comment.rule, cite(comment.clause)))
    if comment.kind is Kind.COMPLAINT:
        where = f": {sight.procedure}" if sight.procedure else ""
        found.append(Notice(f"It is a complaint. Please point to the school's complaints procedure{where}."))
    if comment.kind is Kind.OFFENSIVE:
        evidence = "Its words are kept here as evidence. Then press Moderate, and tell readers why."
        found.append(Notice(evidence, cite("act-and-explain"), Tone.WARNING))
    return found
