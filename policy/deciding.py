"""Who may decide on a post today: the headteacher, or whoever stands in, and never its author."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policy.away import Away
from policy.people import Person, is_among, might_be_same_person, same_person
from policy.refused import NotAllowed, OwnWork

CLAUSE = "approve-posts"


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who holds a role, and, while they are away, the absence and whom they named for it.

    `delegate` is None where the one they named cannot act: left, blocked, or away as well.
    """

    holder: Person
    away: Away | None = None
    delegate: Person | None = None


@dataclass(frozen=True, slots=True)
class Seats:
    """The headteacher's seat, None while nobody answers to that name, and the deputies'."""

    head: Seat | None
    deputies: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who may decide. `authority` says by what right; `told` whether the card goes to them."""

    person: Person
    authority: str
    told: bool = True


def deciders(author: Person, seats: Seats, own: bool) -> tuple[Decider, ...]:
    """Everyone who may decide on the author's post today; one list for asking and for allowing.

    The headteacher decides; while away, the delegate they named also does. Where neither can be asked, or the
    post is the headteacher's own, the deputies do. `own` is the school's `head_may_approve_own`. Whoever might
    be the author under another account is left out.
    """
    head = seats.head
    found = list(_head(author, head, own)) if head else []
    if not any(decider.told for decider in found):
        found += _deputies(author, seats.deputies, _why_deputies(author, head))
    once: list[Decider] = []
    for decider in found:
        if not is_among(decider.person, (other.person for other in once)):
            once.append(decider)
    return tuple(once)


def _head(author: Person, head: Seat, own: bool) -> Iterator[Decider]:
    if not might_be_same_person(head.holder, author):
        yield Decider(head.holder, "headteacher", told=head.away is None)
    elif own and same_person(head.holder, author):
        yield Decider(head.holder, "headteacher, on their own work, as the school's settings allow")
    yield from _delegate(author, head, "the headteacher")


def _deputies(author: Person, deputies: Iterable[Seat], why: str) -> Iterator[Decider]:
    for seat in deputies:
        if might_be_same_person(seat.holder, author):
            continue
        if seat.away is not None:
            yield from _delegate(author, seat, "the deputy headteacher")
        else:
            yield Decider(seat.holder, f"deputy headteacher, {why}")


def _why_deputies(author: Person, head: Seat | None) -> str:
    if head is None:
        return "because no headteacher can be reached in the chat"
    if might_be_same_person(head.holder, author):
        return "because it is the headteacher's own"
    return "because the headteacher is away"


def _delegate(author: Person, seat: Seat, whose: str) -> Iterator[Decider]:
    away, delegate = seat.away, seat.delegate
    if away is not None and delegate is not None and not might_be_same_person(delegate, author):
        yield Decider(delegate, f"for {whose}, who is away until {away.last:%-d %B %Y} ({away.id})")


def authority(presser: Person, author: Person, allowed: Iterable[Decider]) -> str:
    """By what right the presser decides. Raises OwnWork or NotAllowed."""
    for decider in allowed:
        if same_person(decider.person, presser):
            return decider.authority
    if might_be_same_person(presser, author):
        raise OwnWork(
            "You cannot decide on your own post.",
            "Somebody else has to read it before it goes out.",
            "Whoever may decide on it has it.",
            clause=CLAUSE,
        )
    raise NotAllowed(
        "This is not yours to decide.",
        "Posts are decided by the headteacher, or by whoever the headteacher named while away.",
        "If it is urgent, please speak to the headteacher.",
        clause=CLAUSE,
    )
