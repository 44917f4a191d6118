"""A wording that is approved once and used again: what is kept of it and every step it may take."""

from policy.template.record import (
    CLAUSE,
    EDITABLE,
    EVERYWHERE,
    LIVE,
    LONGEST_NAME,
    WORDS,
    State,
    Template,
    Use,
    check,
    fits,
    name_key,
    usable_key,
)
from policy.template.steps import approve, edit, noted, only, propose, reject, retire, waiting

__all__ = [
    "CLAUSE",
    "EDITABLE",
    "EVERYWHERE",
    "LIVE",
    "LONGEST_NAME",
    "WORDS",
    "State",
    "Template",
    "Use",
    "approve",
    "check",
    "edit",
    "fits",
    "name_key",
    "noted",
    "only",
    "propose",
    "reject",
    "retire",
    "usable_key",
    "waiting",
]
