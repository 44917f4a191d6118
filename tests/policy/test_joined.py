"""Accounts of one person: which are known to be theirs, and which the configuration alone says are."""

from dataclasses import replace

from policy.joined import join, part_named, part_of, parts, refresh, vouch
from policy.people import Identity, Known, Person, Standing, meet
from storage.codec import upgrade
from tests.fakes.school import email, known, person

DORA, MALLORY = person("dora"), person("mallory")

TEAMS = known("dora", platform="teams", tenant="T1")


def accounts(*people: Person | None) -> list[list[str]]:
    """The accounts of each, by their names."""
    return [[account.identity.id for account in each.accounts] for each in people if each is not None]


def test_one_verified_address_leaves_nothing_apart() -> None:
    for whole in (refresh(DORA, TEAMS), join(DORA, meet(TEAMS, "harbour"))[0]):
        assert whole.apart == ()
        assert parts(whole) == (whole,)
        assert part_of(whole, str(TEAMS.identity)) is whole


def test_what_is_joined_without_one_stays_apart_whichever_of_them_is_kept() -> None:
    for whole in (refresh(DORA, known("mallory")), join(DORA, MALLORY)[0], join(MALLORY, DORA)[0]):
        assert sorted(accounts(*parts(whole))) == [["dora"], ["mallory"]]
        for one in (DORA, MALLORY):
            found = part_of(whole, one.id)
            assert (found.id, found.formerly, found.accounts) == (one.id, (), one.accounts)
            assert one.id in whole.ids
            assert accounts(part_named(whole, one.emails)) == [[one.id.rpartition(":")[2]]]
        assert part_named(whole, ["other@harbour.example"]) is None
        nobody = part_of(whole, "mail:harbour:dora@harbour.example")
        assert (nobody.accounts, nobody.ids) == ((), ("mail:harbour:dora@harbour.example",))


def test_what_was_known_once_stays_known_whatever_becomes_of_the_addresses() -> None:
    whole = refresh(refresh(DORA, known("mallory")), TEAMS)
    assert accounts(part_of(whole, DORA.id)) == [["dora", "dora"]]
    whole = refresh(whole, known("dora", Standing.DEACTIVATED))
    whole = refresh(whole, replace(TEAMS, email="dora.hart@harbour.example"))
    assert accounts(part_of(whole, str(TEAMS.identity))) == [["dora", "dora"]]


def test_an_account_that_has_left_lends_its_address_to_no_other() -> None:
    gone = refresh(refresh(DORA, known("mallory")), known("dora", Standing.DEACTIVATED))
    successor = Known(Identity("teams", "T1", "new"), "New", email("dora"))
    assert ["new"] in accounts(*parts(refresh(gone, successor)))


def test_what_has_been_vouched_for_is_one() -> None:
    third = Known(Identity("slack", "S1", "x9"), "D", "")
    whole = refresh(refresh(DORA, known("mallory")), third)
    assert vouch(whole, [email("dora")]) is whole
    two = vouch(whole, [email("dora"), "slack:x9"])
    assert sorted(accounts(*parts(two))) == [["dora", "x9"], ["mallory"]]
    assert vouch(two, [email("dora"), email("mallory")]).apart == ()


def test_accounts_that_were_joined_before_it_was_kept_why_are_one_by_their_addresses() -> None:
    def stored(*found: Known) -> dict[str, object]:
        made = [
            {
                "identity": {"platform": i.platform, "tenant": i.tenant, "id": i.id},
                "name": each.name,
                "email": each.email,
            }
            for each in found
            for i in [each.identity]
        ]
        return {"id": "sandbox:demo:dora", "formerly": [], "accounts": made}

    alone = stored(known("dora"), TEAMS)
    assert upgrade(Person, alone, 1) == alone
    split = upgrade(Person, stored(known("dora"), TEAMS, known("mallory")), 1)
    assert split["apart"] == [["sandbox:demo:dora", "teams:T1:dora"], ["sandbox:demo:mallory"]]
    assert split["formerly"] == ["sandbox:demo:mallory"]


def test_an_address_that_was_given_to_another_vouches_for_nothing() -> None:
    gone = refresh(DORA, known("dora", Standing.DEACTIVATED))
    both = refresh(gone, Known(Identity("teams", "T1", "new"), "New", email("dora")))
    assert vouch(both, [email("dora")]) is both
    assert accounts(part_named(both, [email("dora")])) == [["new"]]
    assert vouch(both, [email("dora"), "sandbox:dora"]).apart == ()
