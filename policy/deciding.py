"""Who may decide on a post today: the headteacher, or whoever stands in, and never its author."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policy.away import Away
from policy.people import Person, same_person
from policy.refused import NotAllowed, OwnWork

CLAUSE = "approve-posts"


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who holds a role, and, while they are away, the absence and whom they named for it."""

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
    post is the headteacher's own, the deputies do. `own` is the school's `head_may_approve_own`.
    """
    head = seats.head
    found = list(_head(author, head, own))
    if not any(decider.told for decider in found):
        for_own = head is not None and same_person(head.holder, author)
        why = "because the post is the headteacher's own" if for_own else "because the headteacher is away"
        found += _deputies(author, seats.deputies, why)
    once: list[Decider] = []
    for decider in found:
        if not any(same_person(decider.person, other.person) for other in once):
            once.append(decider)
    return tuple(once)


def _head(author: Person, head: Seat | None, own: bool) -> Iterator[Decider]:
    if head is None:
        return
    if not same_person(head.holder, author):
        yield Decider(head.holder, "headteacher", told=head.away is None)
    elif own:
        yield Decider(head.holder, "headteacher, on their own post, as the school's settings allow")
    yield from _delegate(author, head, "the headteacher")


def _deputies(author: Person, deputies: Iterable[Seat], why: str) -> Iterator[Decider]:
    for seat in deputies:
        if seat.away is not None:
            yield from _delegate(author, seat, "the deputy headteacher")
        elif not same_person(seat.holder, author) and seat.holder.active:
            yield Decider(seat.holder, f"deputy headteacher, {why}")


def _delegate(author: Person, seat: Seat, whose: str) -> Iterator[Decider]:
    away, delegate = seat.away, seat.delegate
    if away is not None and delegate is not None and delegate.active and not same_person(delegate, author):
        yield Decider(delegate, f"for {whose}, who is away until {away.last:%-d %B %Y} ({away.id})")


def authority(presser: Person, author: Person, allowed: Iterable[Decider]) -> str:
    """By what right the presser decides. Raises OwnWork or NotAllowed."""
    for decider in allowed:
        if same_person(decider.person, presser):
            return decider.authority
    if same_person(presser, author):
        raise OwnWork(
            "You cannot decide on your own post.",
            "Somebody else has to read it before it goes out.",
            "It is with the headteacher, or with whoever stands in for them.",
            clause=CLAUSE,
        )
    raise NotAllowed(
        "This is not yours to decide.",
        "Posts are decided by the headteacher, or by whoever the headteacher named while away.",
        "If it is urgent, please speak to the headteacher.",
        clause=CLAUSE,
    )
