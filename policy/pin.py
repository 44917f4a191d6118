"""Who holds a safeguarding role as far as concerns go: not before somebody else who holds one has confirmed a change.

The configuration says who holds a role; a pin says who does for concerns. Whoever can write `exeat.toml` can
propose somebody, and nothing more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from policy.calendar import Calendar
from policy.people import Person, Role, Roster, is_account, might_be_same_person
from policy.record import Plain
from policy.refused import NotAllowed, WrongState

PINNED = (Role.HEADTEACHER, Role.DSL, Role.DEPUTY_DSL, Role.CHAIR)
"""The roles that concerns go by."""

Names = tuple[str, ...]
"""All the refs that mean one person, sorted."""


@dataclass(frozen=True, slots=True)
class Pin(Plain):
    """Who holds a role for concerns. `id` is the role; `held` are its holders since `since` (aware UTC).

    `proposed` are those whom the configuration names instead, None where it names the same; `turned_down`: somebody
    has said that it is not right. `by` decided last, at `at`; `before` are those who held it until the last change.
    `version` counts what was proposed.

    `bound` are, in the order of `held`, the accounts and addresses of whoever has answered: an address may change, an
    account stays somebody's. `missed` are those whom nobody answers to any more, of which the others know.
    """

    id: str
    school: str
    held: tuple[Names, ...]
    since: datetime
    proposed: tuple[Names, ...] | None = None
    asked_at: datetime | None = None
    turned_down: bool = False
    by: str = ""
    at: datetime | None = None
    before: tuple[Names, ...] = ()
    version: int = 1
    next_due: datetime | None = None
    bound: tuple[Names, ...] = ()
    missed: tuple[Names, ...] = ()
    rev: int = 0

    KIND: ClassVar[str] = "pin"

    @property
    def role(self) -> Role:
        """The role."""
        return Role(self.id)

    @property
    def state(self) -> str:
        if self.proposed is None:
            return "settled"
        return "turned down" if self.turned_down else "asked"

    @property
    def asks(self) -> bool:
        """Whether somebody is to say whether the change is right."""
        return self.proposed is not None and not self.turned_down

    @property
    def answering(self) -> tuple[Names, ...]:
        """Those who hold it, each with the accounts by which they are found, whatever becomes of their address."""
        accounts = (tuple(filter(is_account, names)) for names in self._bound)
        return tuple(tuple(dict.fromkeys((*names, *more))) for names, more in zip(self.held, accounts, strict=True))

    @property
    def called(self) -> tuple[Names, ...]:
        """Those who hold it, each with everything by which they are known, or were."""
        return tuple(_merged(*both) for both in self.vouched)

    @property
    def vouched(self) -> tuple[tuple[Names, Names], ...]:
        """Those who hold it: the names that were confirmed, and by which accounts and addresses they are known."""
        return tuple(zip(self.held, self._bound, strict=True))

    @property
    def _bound(self) -> tuple[Names, ...]:
        return tuple(self.bound[place] if place < len(self.bound) else () for place in range(len(self.held)))

    @property
    def coming(self) -> tuple[Names, ...]:
        """Those whom the change would bring."""
        return tuple(names for names in self.proposed or () if names not in self.held)

    @property
    def going(self) -> tuple[Names, ...]:
        """Those whom the change would take away, with everything by which they are known."""
        proposed = self.held if self.proposed is None else self.proposed
        both = zip(self.held, self.called, strict=True)
        return tuple(called for names, called in both if names not in proposed)


def bind(kept: Pin, answered: Sequence[Person | None]) -> Pin:
    """The pin, in which it is kept by which accounts and addresses those are known who answer to it now, in the order
    of `held`. What was known before stays.
    """
    known = ([ref for each in person.accounts for ref in each.refs] if person else () for person in answered)
    return replace(kept, bound=tuple(_merged(*both) for both in zip(kept._bound, known, strict=True)))


def miss(kept: Pin, answered: Sequence[Person | None]) -> tuple[Pin, bool]:
    """The pin, in which it is kept who cannot be found any more, and whether that is news to the others."""
    found = zip(kept.held, kept._bound, answered, strict=True)
    missed = tuple(names for names, bound, person in found if bound and person is None)
    return replace(kept, missed=missed), not set(missed) <= set(kept.missed)


def configured(roster: Roster, role: Role) -> tuple[Names, ...]:
    """Who holds the role by the configuration, each with all the names that it says are theirs."""
    found = ({name}.union(*(group for group in roster.same if name in group)) for name in roster.refs(role))
    return tuple(sorted({tuple(sorted(names)) for names in found}))


def pin(role: Role, school: str, wanted: tuple[Names, ...], now: datetime) -> Pin:
    """The first pin of a role: whoever the configuration names."""
    return Pin(role.value, school, wanted, now)


def propose(kept: Pin, wanted: tuple[Names, ...], now: datetime, calendar: Calendar) -> Pin:
    """The pin as the configuration now would have it: what is new waits, and what is taken back is forgotten.

    What was turned down is not asked again while the configuration goes on saying it.
    """
    if wanted == kept.held:
        return replace(kept, proposed=None, asked_at=None, turned_down=False, next_due=None)
    if wanted == kept.proposed:
        asleep = kept.asks and kept.next_due is None
        return replace(kept, next_due=calendar.next_working_morning(now)) if asleep else kept
    return replace(
        kept,
        proposed=wanted,
        asked_at=now,
        turned_down=False,
        version=kept.version + 1,
        next_due=calendar.next_working_morning(now),
    )


def confirm(kept: Pin, by: str, now: datetime) -> Pin:
    """The change is right: it takes effect now. Raises WrongState where nothing is proposed."""
    if kept.proposed is None:
        raise _nothing_proposed()
    return replace(
        kept,
        held=kept.proposed,
        bound=tuple(_known(kept, names) for names in kept.proposed),
        before=kept.called,
        since=now,
        proposed=None,
        asked_at=None,
        turned_down=False,
        by=by,
        at=now,
        next_due=None,
    )


def turn_down(kept: Pin, by: str, now: datetime) -> Pin:
    """The change is not right: things stay as they were. Raises WrongState where nobody is asked."""
    if not kept.asks:
        raise _nothing_proposed()
    return replace(kept, turned_down=True, by=by, at=now, next_due=None)


def rest(kept: Pin) -> Pin:
    """Nobody is reminded, for as long as concerns are switched off."""
    return replace(kept, next_due=None)


def renew(kept: Pin, wanted: tuple[Names, ...], now: datetime) -> Pin:
    """The pin made anew, because nobody of before is left."""
    return replace(pin(kept.role, kept.school, wanted, now), version=kept.version + 1, rev=kept.rev)


def remind(kept: Pin, now: datetime, calendar: Calendar) -> tuple[Pin, bool]:
    """The pin moved on, and whether somebody is to be reminded now: in staffed hours, once each working morning."""
    if not kept.asks or kept.next_due is None:
        return replace(kept, next_due=None), False
    if now < kept.next_due:
        return kept, False
    if not calendar.is_staffed(now):
        return replace(kept, next_due=calendar.next_staffed_start(now)), False
    return replace(kept, next_due=calendar.next_working_morning(now)), True


def may_confirm(
    kept: Pin, holders: Iterable[Person], newcomers: Iterable[Person], roster: Roster
) -> tuple[Person, ...]:
    """Who may say whether the change is right: those of the `holders` of any role who have no part in it.

    Never a newcomer, under whichever name. Whoever is to be replaced is asked only where there is nobody else.
    """
    newcomers = tuple(newcomers)
    coming = {name for names in kept.coming for name in names}
    going = {name for names in kept.going for name in names}
    others, replaced = list[Person](), list[Person]()
    for person in holders:
        names = roster.names(person)
        if names & coming or any(might_be_same_person(person, newcomer) for newcomer in newcomers):
            continue
        (replaced if names & going else others).append(person)
    return tuple(others or replaced)


def not_theirs() -> NotAllowed:
    """What somebody is told who may not decide on a change."""
    return NotAllowed(
        "This is not yours to confirm.",
        "A change of a safeguarding role is confirmed by somebody else who holds one, and whom it does not touch.",
        "The card says who may.",
    )


def _merged(*names: Iterable[str]) -> Names:
    return tuple(sorted(set().union(*names)))


def _known(kept: Pin, proposed: Names) -> Names:
    """By which accounts and addresses whoever is proposed is known: with more names a holder stays who they are."""
    return _merged(*(bound for names, bound in kept.vouched if set(names) <= set(proposed)))


def _nothing_proposed() -> WrongState:
    return WrongState(
        "There is nothing to decide any more, so nothing was done.",
        "It has been decided, or exeat.toml says the same again.",
        "The card shows who holds the role.",
    )
