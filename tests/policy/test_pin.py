"""Pins: a change of a safeguarding role waits for somebody whom it does not touch."""

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.calendar import Calendar
from policy.people import Identity, Person, Role, Roster, meet
from policy.pin import (
    Pin,
    configured,
    confirm,
    may_confirm,
    pin,
    propose,
    remind,
    renew,
    rest,
    turn_down,
)
from policy.refused import WrongState
from tests.fakes.golive import CHAIR, DEPUTY_DSL, DSL, roles
from tests.fakes.school import HEAD, MONDAY, TEACHER, email, known, person

CALENDAR = Calendar()
TUESDAY = MONDAY.replace(day=2, hour=8)
NEW = ((email(TEACHER),),)


def names(*people: str) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((email(each),) for each in people))


def pinned(role: Role = Role.DSL, *people: str) -> Pin:
    return pin(role, "harbour", names(*(people or (DSL,))), MONDAY)


def asked(role: Role = Role.DSL) -> Pin:
    return propose(pinned(role), NEW, MONDAY, CALENDAR)


def confirming(kept: Pin, *holders: str, same: tuple[tuple[str, ...], ...] = ()) -> list[str]:
    """Who of the holders may confirm, the newcomers met."""
    roster = Roster(roles=roles(dsl=TEACHER), same=same)
    newcomers = [person(name.partition("@")[0]) for each in kept.coming for name in each]
    found = may_confirm(kept, [person(each) for each in holders], newcomers, roster)
    return [each.name.casefold() for each in found]


def test_names_that_the_configuration_says_are_one_person_are_one_holder() -> None:
    roster = Roster(roles=roles(), same=((email(DSL), "slack:u02dora"), (email(HEAD), "slack:u03")))
    assert configured(roster, Role.DSL) == ((email(DSL), "slack:u02dora"),)
    assert configured(roster, Role.DPO) == ()


def test_a_change_waits_and_is_asked_about_each_working_morning() -> None:
    kept = asked()
    assert (kept.held, kept.proposed, kept.state, kept.version) == (names(DSL), NEW, "asked", 2)
    assert kept.next_due == TUESDAY
    assert remind(kept, TUESDAY - timedelta(minutes=1), CALENDAR) == (kept, False)
    moved, said = remind(kept, TUESDAY, CALENDAR)
    assert (said, moved.next_due) == (True, TUESDAY + timedelta(days=1))


def test_a_reminder_missed_overnight_waits_for_the_morning() -> None:
    moved, said = remind(asked(), TUESDAY.replace(hour=20), CALENDAR)
    assert (said, moved.next_due) == (False, TUESDAY + timedelta(days=1))


def test_what_is_confirmed_holds() -> None:
    kept = confirm(asked(), "helen", TUESDAY)
    assert (kept.held, kept.proposed, kept.since, kept.by) == (NEW, None, TUESDAY, "helen")
    assert (kept.state, kept.next_due, kept.version) == ("settled", None, 2)


def test_what_is_not_right_leaves_things_as_they_were_and_is_not_asked_again() -> None:
    kept = turn_down(asked(), "helen", TUESDAY)
    assert (kept.held, kept.state, kept.next_due) == (names(DSL), "turned down", None)
    assert propose(kept, NEW, TUESDAY, CALENDAR) == kept
    assert remind(kept, TUESDAY, CALENDAR) == (kept, False)


def test_a_slip_can_be_put_right() -> None:
    assert confirm(turn_down(asked(), "helen", TUESDAY), "cara", TUESDAY).held == NEW


def test_another_change_is_asked_about_anew() -> None:
    kept = propose(turn_down(asked(), "helen", TUESDAY), names(CHAIR), TUESDAY, CALENDAR)
    assert (kept.state, kept.version, kept.proposed) == ("asked", 3, names(CHAIR))


@pytest.mark.parametrize("kept", [asked(), turn_down(asked(), "helen", TUESDAY)])
def test_a_change_taken_back_leaves_nothing_to_decide(kept: Pin) -> None:
    back = propose(kept, names(DSL), TUESDAY, CALENDAR)
    assert (back.state, back.held, back.next_due) == ("settled", names(DSL), None)
    for decide in (confirm, turn_down):
        with pytest.raises(WrongState):
            decide(back, "helen", TUESDAY)


def test_what_slept_while_concerns_were_off_is_asked_about_again() -> None:
    slept = rest(asked())
    assert remind(slept, TUESDAY, CALENDAR) == (slept, False)
    assert propose(slept, NEW, TUESDAY, CALENDAR).next_due == TUESDAY + timedelta(days=1)


def test_the_order_of_deputies_is_no_change() -> None:
    one, two = Roster(roles=roles(deputy_dsls=("dev", "tom"))), Roster(roles=roles(deputy_dsls=("tom", "dev")))
    assert configured(one, Role.DEPUTY_DSL) == configured(two, Role.DEPUTY_DSL)


def test_others_confirm_and_neither_the_newcomer_nor_whoever_goes() -> None:
    assert confirming(asked(), HEAD, DSL, DEPUTY_DSL, CHAIR) == [HEAD, DEPUTY_DSL, CHAIR]
    assert confirming(asked(), HEAD, DSL, TEACHER) == [HEAD]


def test_a_deputy_who_is_to_be_the_dsl_does_not_confirm_it() -> None:
    kept = propose(pinned(), names(DEPUTY_DSL), MONDAY, CALENDAR)
    assert confirming(kept, HEAD, DSL, DEPUTY_DSL, CHAIR) == [HEAD, CHAIR]


def test_whoever_is_replaced_is_asked_only_where_there_is_nobody_else() -> None:
    assert confirming(asked(), DSL) == [DSL]
    assert confirming(asked(), DSL, TEACHER) == [DSL]
    assert confirming(asked(), TEACHER) == []
    assert confirming(asked()) == []


def test_a_newcomer_under_another_name_does_not_confirm() -> None:
    same = ((email(TEACHER), email(CHAIR)),)
    assert confirming(asked(), HEAD, CHAIR, same=same) == [HEAD]


def test_a_newcomer_met_under_another_account_of_theirs_does_not_confirm() -> None:
    kept, roster = asked(), Roster(roles=roles(dsl=TEACHER))
    double = Person("other", "harbour", (replace(known(TEACHER, tenant="other"), name="Double"),))
    assert may_confirm(kept, [person(HEAD), double], [person(TEACHER)], roster) == (person(HEAD),)


def test_a_newcomer_who_is_named_by_another_account_of_theirs_does_not_confirm() -> None:
    kept = propose(pinned(), (("teams:other",),), MONDAY, CALENDAR)
    other = replace(known(CHAIR, platform="teams", tenant="t1"), identity=Identity("teams", "t1", "other"))
    assert may_confirm(kept, [person(HEAD), person(CHAIR)], [meet(other, "harbour")], Roster(roles=roles())) == (
        person(HEAD),
    )


def test_a_holder_who_gets_more_names_stays_known_and_one_who_loses_a_name_is_learnt_anew() -> None:
    less, more = ((email(DSL),),), ((email(DSL), email(TEACHER)),)
    for before, after, known_by in ((less, more, ("slack:u1",)), (more, less, ()), (more, ((email(TEACHER),),), ())):
        kept = replace(pin(Role.DSL, "harbour", before, MONDAY), bound=(("slack:u1",),))
        assert confirm(propose(kept, after, MONDAY, CALENDAR), "helen", TUESDAY).bound == (known_by,)


def test_pins_made_anew_are_settled_and_newer() -> None:
    anew = renew(asked(), NEW, TUESDAY)
    assert (anew.held, anew.proposed, anew.version, anew.since) == (NEW, None, 3, TUESDAY)
