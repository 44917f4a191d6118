"""Every step that a wording may take.

Only exactly the words that were approved may be used: a change has to be approved anew.
"""

from dataclasses import replace
from datetime import datetime

from policy.deciding import CLAUSE as DECIDING
from policy.post import Decision, Verdict
from policy.refused import Refused, WrongState
from policy.template.record import EDITABLE, LIVE, WORDS, State, Template, Use


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
