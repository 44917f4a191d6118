"""The tree of refusals. Each carries the sentences a person is shown: what happened, why, what to do next.

Refused
├── NotAllowed        this person may not do this
│   ├── NotAdmitted   this person is not staff here, as far as Exeat knows
│   └── OwnWork       nobody decides on their own work
├── WrongState        the record has moved on, so this no longer applies
├── Stale             the button was drawn for an earlier version
├── AlreadyReceived   the same form was sent before with other words
├── NotFound          no such record, or none this person may see
└── Unusable          what was given cannot be used; `errors` says which field and why

Three more stand beside the one handler that knows their reason: `Unmet`, of NotAdmitted, in `handlers/dispatch`;
`UnknownAccount`, of WrongState, in `handlers/concerns/raising.py`; `Twice`, of Unusable, in
`handlers/comments/taking.py`.
"""

from collections.abc import Mapping


class Refused(Exception):
    """Something was asked that the rules do not allow. Nothing was changed.

    `what` says what happened, `why` gives the reason, `then` says what to do next, and `clause` is the
    id of the policy clause the rule stands on (see `policy.clauses`), or "" when it is not the policy's.
    """

    def __init__(self, what: str, why: str = "", then: str = "", *, clause: str = "") -> None:
        self.what, self.why, self.then, self.clause = what, why, then, clause
        super().__init__(" ".join(part for part in (what, why, then) if part))


class NotAllowed(Refused):
    """This person may not do this."""


class NotAdmitted(NotAllowed):
    """This person is not staff here, as far as Exeat knows."""


class OwnWork(NotAllowed):
    """Nobody decides on their own work."""


class WrongState(Refused):
    """The record has moved on, so this no longer applies."""


class Stale(Refused):
    """The button was drawn for an earlier version of the record."""


class AlreadyReceived(Refused):
    """The same form was sent before with other words."""


class NotFound(Refused):
    """There is no such record, or none this person may see: the two are not told apart."""


class Unusable(Refused):
    """What was given cannot be used. `errors` maps a field's name to what is wrong with it."""

    def __init__(self, errors: Mapping[str, str], what: str = "Something in the form needs another look."):
        self.errors = dict(errors)
        super().__init__(what, " ".join(self.errors.values()))
