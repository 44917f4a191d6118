"""Words that the headteacher approves beforehand, so that a comment can be acknowledged or answered with them."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from policy.account import Account
from policy.checks.length import length_on
from policy.post import Decision, Verdict
from policy.record import Plain

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


@dataclass(frozen=True, slots=True)
class Template(Plain):
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
