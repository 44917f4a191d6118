"""Who somebody is: accounts of one human being count as one, and only staff are admitted."""

from dataclasses import replace

import pytest

from policy.joined import join, refresh
from policy.people import (
    Identity,
    Person,
    Roster,
    Standing,
    admit,
    is_among,
    meet,
    once,
    same_person,
)
from policy.refused import NotAdmitted
from tests.fakes.school import identity, known, person

TEAMS = known("tom", platform="teams", tenant="T1")


def test_the_same_verified_address_is_the_same_person() -> None:
    assert same_person(person("tom"), meet(TEAMS, "harbour"))
    assert not same_person(person("tom"), person("cara"))


def test_an_account_that_has_left_lends_its_address_to_nobody() -> None:
    left = meet(replace(known("tom"), standing=Standing.DEACTIVATED), "harbour")
    assert not same_person(left, meet(TEAMS, "harbour"))


def test_two_without_an_address_are_two() -> None:
    one, other = (meet(replace(known(name), email=""), "harbour") for name in ("a", "b"))
    assert not same_person(one, other)


def test_joined_records_stay_one_under_either_id() -> None:
    keeper, rest = join(person("tom"), meet(TEAMS, "harbour"))
    assert set(keeper.ids) == {"sandbox:demo:tom", "teams:T1:tom"}
    assert (rest.same_as, rest.accounts, rest.state) == (keeper.id, (), "linked")
    assert same_person(keeper, rest)


def test_each_comes_once_whichever_account_it_is() -> None:
    tom, cara, again = person("tom"), person("cara"), meet(TEAMS, "harbour")
    assert once([tom, cara, again]) == [tom, cara]
    assert is_among(again, [cara, tom])
    assert not is_among(again, [cara])


def test_what_the_platform_says_today_replaces_what_it_said() -> None:
    gone = replace(known("tom"), standing=Standing.DEACTIVATED)
    assert refresh(person("tom"), gone).active == ()
    assert refresh(person("tom"), TEAMS).accounts == (known("tom"), TEAMS)


@pytest.mark.parametrize(
    ("roster", "admitted"),
    [
        (Roster(staff=("tom@harbour.example",)), True),
        (Roster(staff=("*@harbour.example",)), True),
        (Roster(staff=("slack:tom",)), True),
        (Roster(staff=("*@elsewhere.example",)), False),
        (Roster(staff=("*@bour.example",)), False),
        (Roster(staff=("*@harbour.example",), blocked=("slack:tom",)), False),
        (Roster(blocked=("tom@harbour.example",)), False),
        (Roster(), True),
    ],
)
def test_only_those_the_school_lists_are_staff(roster: Roster, admitted: bool) -> None:
    tom = meet(known("tom", platform="slack", tenant="T1"), "harbour")
    if admitted:
        admit(tom, tom.accounts[0].identity, roster)
    else:
        with pytest.raises(NotAdmitted):
            admit(tom, tom.accounts[0].identity, roster)


def test_without_a_list_teams_admits_nobody() -> None:
    tom = meet(TEAMS, "harbour")
    with pytest.raises(NotAdmitted):
        admit(tom, TEAMS.identity, Roster())


def test_the_account_in_use_must_be_a_full_member_whatever_the_persons_others_are() -> None:
    guest = replace(TEAMS, standing=Standing.GUEST)
    tom = refresh(person("tom"), guest)
    roster = Roster(staff=("tom@harbour.example",))
    admit(tom, identity("tom"), roster)
    with pytest.raises(NotAdmitted):
        admit(tom, guest.identity, roster)


def test_a_blocked_person_is_blocked_under_every_account() -> None:
    tom: Person = refresh(person("tom"), TEAMS)
    with pytest.raises(NotAdmitted):
        admit(tom, identity("tom"), Roster(staff=("*@harbour.example",), blocked=("teams:tom",)))


def test_an_identity_is_read_back_as_written() -> None:
    assert Identity.parse("slack:T1:U2") == Identity("slack", "T1", "U2")
    for text in ("", "slack", "slack:T1", "slack::U2"):
        with pytest.raises(ValueError, match=r"."):
            Identity.parse(text)
