"""A wording that is approved beforehand, as people see it: its author, whoever decides, and whoever may use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never
from zoneinfo import ZoneInfo

from cards.model import (
    Button,
    Card,
    Difference,
    Element,
    Facts,
    Notice,
    Quote,
    Text,
    Tone,
    only,
)
from cards.wording import listed, moment, opening
from policy.checks import Finding
from policy.clauses import cite
from policy.deciding import CLAUSE as DECIDING
from policy.post import Decision, Verdict
from policy.record import ref
from policy.template import CLAUSE, EDITABLE, EVERYWHERE, LIVE, WORDS, State, Template, Use

LONGEST_QUOTE = 1_200
"""How many characters of a wording a card shows before it offers the rest behind a button."""

PURPOSE = {Use.ACKNOWLEDGES: "to acknowledge comments", Use.ANSWERS: "to answer comments"}
"""What a wording is for, to follow "words"."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is looking: what the viewer is to the wording, and the words the card needs.

    `names` and `accounts` map the ids of people and of accounts to their names; `deciders` are the names of those
    it waits for; `advice` is what is worth a second look in it.
    """

    zone: ZoneInfo
    names: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    deciders: tuple[str, ...] = ()
    author: bool = False
    decides: bool = False
    advice: tuple[Finding, ...] = ()

    def name(self, id: str) -> str:
        """The name behind an id."""
        return self.names.get(id, "somebody who has left")

    def place(self, template: Template) -> str:
        """Where the wording may be used, to follow "on"."""
        if template.account == EVERYWHERE:
            return "every account"
        return self.accounts.get(template.account, "an account the school no longer has")


def template_card(template: Template, reader: Reader, *, in_full: bool = False) -> Card:
    """The wording as it stands, with what this viewer may do about it. One that is withdrawn has no buttons."""
    status = standing(template, reader)
    body: list[Element] = [Text(status, Tone.STRONG), *_why(template, reader), _particulars(template, reader)]
    body += _changes(template, reader)
    body.append(Quote(template.text) if in_full else quote_of(template))
    if template.status is State.PROPOSED and (reader.author or reader.decides):
        body += advised(reader)
    title = f"{template.id}: {template.name}"
    return Card(title, f"{title}. {status} “{opening(template.text)}”", tuple(body), buttons(template, reader))


def standing(template: Template, reader: Reader) -> str:
    """Where the wording stands, in a sentence or two."""
    who = reader.name(template.decision.by) if template.decision else ""
    match template.status:
        case State.PROPOSED if reader.decides:
            return "Waiting for your decision."
        case State.PROPOSED if reader.deciders:
            return f"Waiting for {listed(reader.deciders, 'or')}."
        case State.PROPOSED:
            return "Waiting, but nobody can decide just now: please speak to the school office."
        case State.APPROVED:
            return f"Approved by {who}. It may be used word for word."
        case State.REJECTED:
            return f"Rejected by {who}."
        case State.RETIRED:
            return f"Withdrawn by {reader.name(template.retired_by)}. Please do not use it any more."
        case _:
            assert_never(template.status)


def buttons(template: Template, reader: Reader) -> tuple[Button, ...]:
    """What the viewer can do about the wording now."""
    found: list[Button] = []
    if reader.decides and template.status is State.PROPOSED:
        found.append(press(template, "Approve", "template.approve", Tone.PRIMARY))
        found.append(press(template, "Reject", "template.reject", Tone.DANGER))
    if reader.author and template.status in EDITABLE:
        found.append(press(template, "Edit", "template.edit"))
    takes_back = template.status in LIVE if reader.author else template.status is State.APPROVED and reader.decides
    if takes_back:
        found.append(press(template, "Withdraw", "template.withdraw"))
    return tuple(found)


def press(template: Template, label: str, verb: str, tone: Tone = Tone.PLAIN) -> Button:
    """A button about this version of the wording."""
    return Button(label, verb, ref(template), template.version, tone, about=f"{label}: {template.id}")


def advised(reader: Reader) -> tuple[Notice, ...]:
    """What is worth a second look."""
    return tuple(Notice(f"{each.message} {each.then}".strip(), cite(each.clause)) for each in reader.advice)


def receipt_card(template: Template, reader: Reader) -> Card:
    """What its author is told at once."""
    who = listed(reader.deciders, "or")
    said = f"It is with {who}. You will be told when it is decided."
    if not who:
        said = "Nobody can decide on it just now. Please tell the school office."
    title = f"{template.id} is on its way"
    return Card(title, f"{title}. {said}", (Text(said), *advised(reader)))


def decided_card(template: Template, reader: Reader) -> Card:
    """What the author hears of a decision, and what to do. Once it has moved on the card only says where it is."""
    if template.status is State.PROPOSED:
        return moved_card(template, reader)
    then = {
        State.APPROVED: f"Colleagues can choose it from now on, {PURPOSE[template.use]}.",
        State.REJECTED: "Press Edit to change it and send it again, or leave it.",
    }.get(template.status, "Comments are answered in other words from now on.")
    status = standing(template, reader)
    title = f"{template.id}: {WORDS[template.status]}"
    about = Text(f"The wording: {template.name}", Tone.QUIET)
    body = (Text(status, Tone.STRONG), *_why(template, reader), about, Text(then))
    return Card(title, f"{title}. {status} {then}", body, only(buttons(template, reader), "Edit"))


def moved_card(template: Template, reader: Reader) -> Card:
    """What is left of a message once the wording has moved on from it: where it is now, and nothing to press."""
    status = standing(template, reader)
    return Card(f"{template.id}: {WORDS[template.status]}", f"{template.id}: {status}", (Text(status),))


def nag_card(template: Template, reader: Reader) -> Card:
    """A reminder to whoever decides that a wording still waits."""
    if template.status is not State.PROPOSED:
        return moved_card(template, reader)
    since = moment(template.waiting_since, reader.zone)
    lead = f"{template.id} from {reader.name(template.author)} has waited since {since}."
    then = Notice("Until it is approved, nobody can answer a comment with these words at once.", cite(CLAUSE))
    body = (Text(lead), _particulars(template, reader), quote_of(template), then)
    return Card(f"Still waiting: {template.id}", lead, body, buttons(template, reader))


def nobody_card(template: Template, reader: Reader) -> Card:
    """A word to the author that nobody can decide just now."""
    if template.status is not State.PROPOSED or reader.deciders:
        return moved_card(template, reader)
    said = f"{template.id} waits, and nobody can decide on it just now."
    then = "Please tell the school office: the headteacher can name somebody with /away."
    title = f"Nobody can decide on {template.id}"
    return Card(title, f"{said} {then}", (Text(said), Text(then)), buttons(template, reader))


def _particulars(template: Template, reader: Reader) -> Facts:
    rows = [
        ("Name", template.name),
        ("From", reader.name(template.author)),
        (
            "Account",
            reader.place(template).capitalize() if template.account == EVERYWHERE else reader.place(template),
        ),
        ("What it is for", template.use.label),
    ]
    if template.version > 1:
        rows.append(("Version", str(template.version)))
    return Facts(tuple(rows))


def _why(template: Template, reader: Reader) -> tuple[Element, ...]:
    """By what right it was approved, the reason it was rejected, or what was decided of an earlier version."""
    last = template.decision
    if last is None or template.status is State.RETIRED:
        return ()
    reason = (Quote(last.reason),) if last.reason else ()
    if template.status is State.APPROVED:
        return (Text(f"Decided {moment(last.at, reader.zone)}, {_right(last)}.", Tone.QUIET),)
    if template.status is State.REJECTED:
        return reason
    if last.verdict is Verdict.APPROVE:
        said = f"The approval of version {last.version} no longer counts: the wording was changed after it."
        return (Notice(said, cite(DECIDING), Tone.WARNING),)
    return (Text(f"{reader.name(last.by)} rejected version {last.version}:", Tone.QUIET), *reason)


def _right(decision: Decision) -> str:
    """The right to decide: "as headteacher", "for the headteacher, who is away until …"."""
    return decision.authority if decision.authority.startswith("for ") else f"as {decision.authority}"


def _changes(template: Template, reader: Reader) -> tuple[Element, ...]:
    """What changed in the text since it was last decided, for whoever must read it again."""
    changed = template.status is State.PROPOSED and template.before not in ("", template.text)
    if not changed or not (reader.author or reader.decides):
        return ()
    return (
        Text("What changed since it was last decided", Tone.STRONG),
        Difference("Text", template.before, template.text),
    )


def quote_of(template: Template) -> Quote:
    """The words, with the rest behind a button where they are long."""
    whole = press(template, "Open", "template.open") if len(template.text) > LONGEST_QUOTE else None
    return Quote(template.text, whole)
