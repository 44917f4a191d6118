"""Words that the headteacher approves beforehand, so that a comment can be acknowledged or answered with them.

Only exactly the words that were approved may be used: a change has to be approved anew.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from policy.account import Account
from policy.calendar import Calendar
from policy.checks.length import length_on
from policy.deadlines import first_nag, next_morning
from policy.deciding import CLAUSE as DECIDING
from policy.post import Decision, Verdict
from policy.record import Upgrade
from policy.refused import Refused, WrongState

CLAUSE = "answer-in-24h"

LONGEST_NAME = 60
"""How long the name of a wording may be, in characters."""

EVERYWHERE = ""
"""Stands for an account where a wording may be used on every one."""


class State(StrEnum):
    """Where a wording stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETIRED = "retired"


LIVE = (State.PROPOSED, State.APPROVED)
"""The states in which a wording is in use, or may come to be."""

EDITABLE = (*LIVE, State.REJECTED)
"""The states in which its author may change it."""

WORDS: dict[State, str] = {
    State.PROPOSED: "waiting for a decision",
    State.APPROVED: "approved",
    State.REJECTED: "rejected",
    State.RETIRED: "withdrawn",
}
"""Each state in words, to follow "is"."""


class Use(StrEnum):
    """What a wording is for."""

    ACKNOWLEDGES = "acknowledges"
    ANSWERS = "answers"

    @property
    def label(self) -> str:
        """The use as a form names it."""
        return _LABELS[self]


_LABELS = {Use.ACKNOWLEDGES: "To acknowledge", Use.ANSWERS: "To answer"}


class Rung(StrEnum):
    """A step of the ladder: what is due to be said to whoever decides."""

    FIRST = "first"
    """After four staffed hours."""
    MORNING = "morning"
    """Each working morning after that: one digest."""


@dataclass(frozen=True, slots=True)
class Template:
    """A wording. `author` is a person's id, `account` an account's slug or `EVERYWHERE`; times are aware UTC.

    `salt` (hex) keeps fingerprints from telling the words. `decision` is the latest, on whichever version, and
    `before` the text that it was about, once that has been changed. `nagged` is the moment of the last reminder.
    `over_at` is when it came to be rejected or withdrawn.
    """

    id: str
    school: str
    author: str
    salt: str
    name: str
    text: str
    account: str
    use: Use
    made_at: datetime
    waiting_since: datetime
    version: int = 1
    status: State = State.PROPOSED
    decision: Decision | None = None
    before: str = ""
    nagged: datetime | None = None
    retired_by: str = ""
    over_at: datetime | None = None
    next_due: datetime | None = None
    rev: int = 0

    KIND: ClassVar[str] = "template"
    PREFIX: ClassVar[str] = "T"
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[Mapping[int, Upgrade]] = {}

    @property
    def state(self) -> str:
        return self.status.value

    @property
    def owner(self) -> str:
        return self.author

    @property
    def keys(self) -> tuple[str, ...]:
        named = (name_key(self.name),) if self.status in LIVE else ()
        return (*named, usable_key(self.account)) if self.status is State.APPROVED else named

    @property
    def fingerprint(self) -> str:
        """The salted SHA-256 (hex) over everything that an approval is bound to."""
        parts = json.dumps([self.name, self.text, self.account, self.use])
        return hmac.new(bytes.fromhex(self.salt), parts.encode(), hashlib.sha256).hexdigest()

    @property
    def approval(self) -> Decision | None:
        """The approval of exactly what stands here now; None when there is none."""
        last = self.decision
        if last is None or last.verdict is not Verdict.APPROVE or last.version != self.version:
            return None
        return last if hmac.compare_digest(last.fingerprint, self.fingerprint) else None

    @property
    def usable(self) -> bool:
        """Whether it may be used as it stands."""
        return self.status is State.APPROVED and self.approval is not None


def name_key(name: str) -> str:
    """The key by which a wording in use, or proposed, is found by its name, however that is written."""
    return f"name:{' '.join(name.casefold().split())}"


def usable_key(account: str) -> str:
    """The key by which the approved wordings of one account, or of every account, are found."""
    return f"usable:{account or '*'}"


def check(name: str, text: str, accounts: Iterable[Account]) -> dict[str, str]:
    """What is wrong with a wording for those accounts, by field, and what to do; empty when it can be taken."""
    wrong: dict[str, str] = {}
    if not name:
        wrong["name"] = "Please give it a short name, by which colleagues will know it."
    elif len(name) > LONGEST_NAME:
        wrong["name"] = f"That name is too long. Please use at most {LONGEST_NAME} characters."
    if not text:
        wrong["text"] = "There are no words here yet. Please type exactly what may be said."
        return wrong
    over, account = max(((_over(text, each), each) for each in accounts), key=lambda pair: pair[0], default=(0, None))
    if account is not None and over > 0:
        many = "1 character" if over == 1 else f"{over:,} characters"
        takes = f"{account.name} is on {account.platform_name}, which takes {account.longest:,}"
        wrong["text"] = f"The text is {many} too long: {takes}. Please shorten it, or choose another account."
    return wrong


def fits(template: Template, account: Account) -> bool:
    """Whether the wording is for that account, and not too long for it."""
    return template.account in (EVERYWHERE, account.id) and _over(template.text, account) <= 0


def _over(text: str, account: Account) -> int:
    return length_on(account.platform, text) - account.longest


def propose(
    id: str, school: str, author: str, name: str, text: str, account: str, use: Use, salt: str, now: datetime
) -> Template:
    """A new wording, put before whoever decides."""
    return Template(id, school, author, salt, name, text, account, use, now, now)


def edit(template: Template, name: str, text: str, account: str, use: Use, now: datetime) -> Template:
    """A new version, put before whoever decides: what was approved before may no longer be used.

    Raises Refused when nothing was changed, WrongState when it has been withdrawn.
    """
    only(template, "changed", *EDITABLE)
    if (name, text, account, use) == (template.name, template.text, template.account, template.use):
        raise Refused(
            f"Nothing was changed in {template.id}.",
            "What you sent is the same as what is there.",
            f"It stays as it was: {WORDS[template.status]}.",
        )
    decided = template.decision is not None and template.decision.version == template.version
    return replace(
        template,
        name=name,
        text=text,
        account=account,
        use=use,
        version=template.version + 1,
        status=State.PROPOSED,
        before=template.text if decided else template.before,
        waiting_since=now,
        nagged=None,
    )


def approve(template: Template, by: str, authority: str, now: datetime, *, decided_by: str = "") -> Template:
    """The present version may be used. Raises WrongState when it is not waiting.

    `decided_by` names whoever decided before, for the refusal. The caller has checked the authority.
    """
    return _decided(template, Verdict.APPROVE, State.APPROVED, by, authority, now, "", decided_by)


def reject(
    template: Template, by: str, authority: str, now: datetime, reason: str, *, decided_by: str = ""
) -> Template:
    """The present version may not be used, and why. Raises WrongState when it is not waiting."""
    return _decided(template, Verdict.REJECT, State.REJECTED, by, authority, now, reason, decided_by)


def _decided(
    template: Template,
    verdict: Verdict,
    status: State,
    by: str,
    authority: str,
    now: datetime,
    reason: str,
    decided_by: str,
) -> Template:
    waiting(template, decided_by)
    decision = Decision(verdict, by, authority, template.version, template.fingerprint, now, reason)
    return replace(template, status=status, decision=decision)


def retire(template: Template, by: str) -> Template:
    """It is no longer to be used. Raises WrongState when it is neither in use nor proposed."""
    only(template, "withdrawn", *LIVE)
    return replace(template, status=State.RETIRED, retired_by=by)


def noted(template: Template, now: datetime) -> Template:
    """The wording with the moment at which it came to be rejected or withdrawn; none while it is neither."""
    return replace(template, over_at=None if template.status in LIVE else template.over_at or now)


def waiting(template: Template, decided_by: str = "") -> None:
    """Raises WrongState unless it waits for a decision; the refusal says who decided what."""
    if template.status is State.PROPOSED:
        return
    by = f" by {decided_by}" if decided_by and template.status is not State.RETIRED else ""
    raise WrongState(
        f"{template.id} was already {WORDS[template.status]}{by}.",
        "The first decision counts.",
        "Type /templates to see what still waits for you.",
        clause=DECIDING,
    )


def only(template: Template, doing: str, *states: State) -> None:
    """Raises WrongState unless the wording is in one of the states."""
    if template.status not in states:
        raise WrongState(
            f"{template.id} cannot be {doing} now: it is {WORDS[template.status]}.",
            "It has moved on since your card was drawn.",
            "Type /templates to see the wordings as they stand.",
        )


def schedule(template: Template, calendar: Calendar) -> Template:
    """The wording with `next_due` at the next moment (UTC) at which somebody is to be reminded of it."""
    if template.status is not State.PROPOSED:
        return replace(template, next_due=None)
    if template.nagged is None:
        return replace(template, next_due=first_nag(template.waiting_since, calendar))
    return replace(template, next_due=next_morning(template.nagged, calendar))


def fall_due(template: Template, now: datetime, calendar: Calendar) -> tuple[Template, Rung | None]:
    """What has fallen due by now, with the wording moved on so that it is said once; in staffed hours only."""
    due = schedule(template, calendar)
    if due.next_due is None or due.next_due > now:
        return due, None
    if not calendar.is_staffed(now):
        return replace(template, next_due=calendar.next_staffed_start(now)), None
    rung = Rung.FIRST if template.nagged is None else Rung.MORNING
    return schedule(replace(template, nagged=now), calendar), rung
