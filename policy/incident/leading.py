"""Who leads on an incident: the headteacher or whoever stands in, and never anybody it might be about."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policy.deciding import Seat, Seats
from policy.people import Person, might_be_same_person


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who may lead, and by what right, to follow their name."""

    person: Person
    authority: str


def leaders(seats: Seats, chairs: Iterable[Person], hidden: Sequence[Person], *, of_head: bool) -> Iterator[Lead]:
    """Those who may lead, the first of whom is to be asked first; nobody whom it is hidden from.

    The headteacher leads; while away, the delegate they named, else a deputy, else they themselves. What is about
    the headteacher goes to the chair of governors alone, who also leads where nobody else can.
    """
    for lead in (*(() if of_head else _school(seats)), *(Lead(each, "chair of governors") for each in chairs)):
        if not any(might_be_same_person(lead.person, other) for other in hidden):
            yield lead


def _school(seats: Seats) -> Iterator[Lead]:
    head = seats.head
    if head is not None and head.away is None:
        yield Lead(head.holder, "headteacher")
    if head is not None:
        yield from _stands_in(head, "the headteacher")
    for seat in seats.deputies:
        if seat.away is None:
            yield Lead(seat.holder, "deputy headteacher")
        yield from _stands_in(seat, "the deputy headteacher")
    if head is not None and head.away is not None:
        yield Lead(head.holder, "headteacher, who is away")


def _stands_in(seat: Seat, whose: str) -> Iterator[Lead]:
    if seat.away is not None and seat.delegate is not None:
        yield Lead(seat.delegate, f"for {whose}, who is away until {seat.away.last:%-d %B %Y} ({seat.away.id})")
