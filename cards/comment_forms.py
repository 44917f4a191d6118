"""The forms of a comment: logging it, saying what was said, closing it, moderating it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from cards.comment import DID
from cards.model import ChoiceField, Form, MomentField, Notice, Part, PersonField, Quote, Text, TextField, Tone
from cards.wording import moment, opening
from policy.account import Account
from policy.comment import Act, Comment, Kind
from policy.record import ref
from policy.template import Template

OWN = "own"
"""The choice of words of one's own, where approved ones are offered."""

MOST_CHOICES, MOST_WORDINGS = 90, 8
"""How many approved wordings a form offers, and how many of them it shows in full."""

REASONS = (
    (
        "Unkind",
        "We have removed a comment because it was unkind to somebody. Please help us keep this page friendly.",
    ),
    ("Abusive", "We have removed a comment that was abusive. Abuse is not allowed on the school's pages."),
    ("Private information", "We have removed a comment that shared somebody's private information."),
    ("Off the subject", "We have removed a comment that was off the subject or advertised something."),
    ("Blocked after abuse", "We have blocked somebody who kept posting abusive comments on this page."),
)
"""Reasons to give to readers, that name nobody: each by a short name, and in full."""


def log_form(
    accounts: Sequence[Account],
    received: datetime,
    *,
    text: str = "",
    address: str = "",
    cut: int = 0,
    twin: str = "",
) -> Form:
    """Somebody wrote to the school: what, where, who and when. `cut` characters of the text did not fit.

    `twin` is a comment that has the same words: once it was named to somebody, what they send again is another.
    """
    said = f" Its last {cut:,} characters did not fit: please add what matters of them." if cut else ""
    chosen = accounts[0].id if len(accounts) == 1 else ""
    return Form(
        verb="comment.new",
        title="Log a comment",
        parts=(
            TextField("text", "Text", text, f"What they wrote, word for word.{said}", required=True, lines=4),
            ChoiceField(
                "account", "Account", tuple((each.id, each.name) for each in accounts), chosen, required=True
            ),
            ChoiceField(
                "kind", "Kind", tuple((kind.value, kind.label) for kind in Kind), Kind.COMMENT.value, required=True
            ),
            TextField("writer", "Who wrote it", hint="The name they use there.", longest=200),
            TextField("link", "Link", address, "Where it can be seen, if it has an address.", longest=500),
            MomentField(
                "received", "When it was received", received, "The time to answer runs from then.", required=True
            ),
        ),
        payload={"twin": twin} if twin else {},
    )


def reply_form(comment: Comment, wordings: Sequence[Template], *, closes: bool, free: bool) -> Form:
    """What was said in public and where; or words that go to the headteacher first, unless replies are free."""
    verb, title = ("comment.answer.send", "Answer") if closes else ("comment.acknowledge.send", "Acknowledge")
    shown = wordings[:MOST_CHOICES]
    parts: list[Part] = [Quote(opening(comment.text, 300))]
    if shown:
        options = (*((wording_choice(each), each.name) for each in shown), (OWN, "My own words"))
        parts += [
            part for each in shown[:MOST_WORDINGS] for part in (Text(f"{each.name}:", Tone.QUIET), Quote(each.text))
        ]
        parts.append(ChoiceField("wording", "Wording", options, options[0][0], required=True))
    what = "What you said, word for word."
    if not free:
        what = (
            "Your words, as they are to be said. They go to the headteacher first; you will be told when to use them."
        )
    only = "Only for words of your own. " if shown else ""
    parts.append(TextField("text", "Text", hint=f"{only}{what}", required=not shown, lines=4))
    if shown or free:
        later = "" if free else " Leave it empty for words that are to be approved first."
        where = f"Where it was said: a link, or a few words.{later}"
        parts.append(TextField("where", "Where", hint=where, required=free, longest=500))
    note = "What counts is what was said to them, not a note among colleagues."
    return Form(verb, f"{title} {comment.id}", tuple(parts), ref(comment), comment.version, note)


def wording_choice(wording: Template) -> str:
    """What a form holds for a wording: exactly the version that it shows."""
    return f"{wording.id}/{wording.version}"


def assign_form(comment: Comment) -> Form:
    """Who is to deal with it."""
    who = PersonField("to", "Assign to", hint="A colleague. They hear of it from now on.", required=True)
    return Form("comment.assign.send", f"Assign {comment.id}", (who,), ref(comment), comment.version)


def close_form(comment: Comment) -> Form:
    """It asks nothing of the school any more, and why."""
    options = (("not_for_us", "Not for us"), ("deleted", "Whoever wrote it has deleted it"))
    parts = (
        Quote(opening(comment.text, 300)),
        ChoiceField("what", "What happened", options, "not_for_us", required=True),
        TextField("reason", "The reason", hint="Why nothing has to be said.", required=True, lines=2, longest=500),
    )
    return Form("comment.close.send", f"Close {comment.id}", parts, ref(comment), comment.version)


def moderate_form(comment: Comment, named: str = "") -> Form:
    """What was done, and what readers were told. `named`: somebody whom the words seem to name, to look at again."""
    warning = (
        Notice(
            f"The reason seems to name somebody: {named}. Please take the name out. If it is none, send it again.",
            tone=Tone.WARNING,
        ),
    )
    parts: tuple[Part, ...] = (
        *(warning if named else ()),
        Text("Its words are kept here as evidence:", Tone.QUIET),
        Quote(opening(comment.text, 300)),
        ChoiceField("act", "What was done", tuple((act.value, f"It was {DID[act]}") for act in Act), required=True),
        Text("Words that readers may be given:", Tone.QUIET),
        *(Text(f"{name}: {reason}", Tone.QUIET) for name, reason in REASONS),
        ChoiceField(
            "reason",
            "What readers were told",
            (*((str(number), name) for number, (name, _) in enumerate(REASONS)), (OWN, "My own words, below")),
        ),
        TextField("told", "Text", hint="Only for words of your own: exactly what readers were told.", lines=3),
        TextField(
            "exception",
            "Or why they are told nothing",
            hint="For example: the comment was a private message, so nobody else saw it.",
            lines=2,
            longest=500,
        ),
    )
    return Form(
        "comment.moderate.send",
        f"Moderate {comment.id}",
        parts,
        ref(comment),
        comment.version,
        "Readers are told why, without naming anybody, unless there is a good reason not to.",
        payload={"named": marked(named)} if named else {},
    )


def marked(named: str) -> str:
    """A short mark of the names that somebody was warned of, and of no others."""
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def snooze_form(comment: Comment, until: Sequence[datetime], zone: ZoneInfo) -> Form:
    """Until when it may be left alone, always before it is due."""
    options = tuple((at.isoformat(), moment(at, zone)) for at in until)
    done = "dealt with" if comment.kind is Kind.OFFENSIVE else "answered"
    parts = (
        Text(f"It must be {done} by {moment(comment.due, zone)}."),
        ChoiceField("until", "When to remind you", options, options[0][0], required=True),
    )
    return Form("comment.snooze.send", f"Snooze {comment.id}", parts, ref(comment), comment.version)
