"""Checks on a draft: those that block it, and those that advise its author and the headteacher."""

from collections.abc import Iterable
from datetime import datetime

from policy.account import Account
from policy.checks.advice import advice
from policy.checks.blocking import FURTHEST, blocking, of_time
from policy.checks.draft import SOURCE, SOURCE_NOTE, TEXT, Draft, Finding, PictureDraft, alt_field, who_field

__all__ = [
    "FURTHEST",
    "SOURCE",
    "SOURCE_NOTE",
    "TEXT",
    "Draft",
    "Finding",
    "PictureDraft",
    "alt_field",
    "check_draft",
    "check_time",
    "errors",
    "who_field",
]


def check_draft(draft: Draft, account: Account, known: Iterable[Account] = ()) -> tuple[Finding, ...]:
    """Everything the checks notice about a draft for that account, the blocking findings first.

    `known` are the school's accounts, which a text may mention freely.
    """
    return (*blocking(draft, account), *advice(draft, (account, *known)))


def check_time(planned: datetime | None, now: datetime) -> tuple[Finding, ...]:
    """What is wrong with the moment for which a post is planned: it has passed, or is too far off. Both aware."""
    return tuple(of_time(planned, now)) if planned is not None else ()


def errors(findings: Iterable[Finding]) -> dict[str, str]:
    """The blocking findings as `policy.refused.Unusable` takes them: by field, what is wrong and what to do."""
    found: dict[str, str] = {}
    for each in findings:
        if each.blocking:
            sentence = f"{each.message} {each.then}"
            found[each.field] = f"{found[each.field]} {sentence}" if each.field in found else sentence
    return found
