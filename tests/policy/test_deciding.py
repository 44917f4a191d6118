"""Who decides: nobody on their own work, and somebody whenever somebody can."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.away import Away
from policy.deciding import Seat, Seats, authority, deciders
from policy.people import same_person
from policy.refused import NotAllowed, OwnWork
from tests.fakes.school import MONDAY, person

PEOPLE = {name: person(name) for name in ("helen", "dev", "dora", "tom")}


def seat(holder: str, delegate: str | None) -> Seat:
    """Somebody in a role: in (None), away with nobody named (""), or away with a delegate."""
    if delegate is None:
        return Seat(PEOPLE[holder])
    away = Away("A-1", "harbour", PEOPLE[holder].id, delegate, date(2027, 3, 1), date(2027, 3, 5), MONDAY, None)
    return Seat(PEOPLE[holder], away, PEOPLE.get(delegate))


delegates = st.sampled_from([None, "", "dev", "dora", "tom"])


@given(st.sampled_from(sorted(PEOPLE)), delegates, delegates, st.booleans(), st.booleans())
def test_nobody_decides_on_their_own_post(
    author: str, head: str | None, dev: str | None, two: bool, own: bool
) -> None:
    deputies = [seat("dev", dev if dev != "dev" else None)] + ([seat("dora", None)] if two else [])
    found = deciders(PEOPLE[author], Seats(seat("helen", head), tuple(deputies)), own)
    names = [decider.person for decider in found]
    allowed_own = own and author == "helen"
    assert any(same_person(each, PEOPLE[author]) for each in names) == allowed_own
    assert len({each.id for each in names}) == len(names)
    assert all(decider.authority for decider in found)


def test_somebody_is_asked_whenever_somebody_is_in() -> None:
    for author, head in product(PEOPLE, (None, "", "dev", "tom")):
        found = deciders(PEOPLE[author], Seats(seat("helen", head), (seat("dev", None),)), False)
        if author != "dev" or head in (None, "tom"):
            assert any(each.told for each in found), (author, head)


def test_a_deputy_on_their_own_with_the_head_away_waits_for_the_head() -> None:
    found = deciders(PEOPLE["dev"], Seats(seat("helen", ""), (seat("dev", None),)), False)
    assert [(each.person.name, each.told) for each in found] == [("Helen", False)]


def test_refusals_name_the_clause() -> None:
    found = deciders(PEOPLE["tom"], Seats(seat("helen", None), ()), False)
    with pytest.raises(OwnWork) as own:
        authority(PEOPLE["tom"], PEOPLE["tom"], found)
    with pytest.raises(NotAllowed) as other:
        authority(PEOPLE["dev"], PEOPLE["tom"], found)
    assert own.value.clause == other.value.clause == "approve-posts"
    assert authority(PEOPLE["helen"], PEOPLE["tom"], found) == "headteacher"


def test_without_a_headteacher_that_anybody_knows_the_deputies_are_asked() -> None:
    assert [d.person.name for d in deciders(PEOPLE["tom"], Seats(None, (seat("dev", None),)), False)] == ["Dev"]
