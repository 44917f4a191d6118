"""To whom a concern goes: the table, by person, whoever holds how many roles."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.concern.about import About, Holders, Nobody, Risk, is_hidden_from, names_of
from policy.concern.hidden import hidden_from
from policy.concern.meant import meant_roles, might_mean
from policy.concern.route import check_reader, route
from policy.people import Known, Person, Role, Roster, Standing, meet, same_person
from policy.refused import Unusable
from policy.school import Contacts
from tests.fakes.school import email, identity, person

HEAD, DSL, DEP1, DEP2, CHAIR, ADMIN, TEACHER, COLLEAGUE = "hana", "dina", "dot", "des", "carol", "ada", "tom", "cara"

ROLES: Mapping[Role, tuple[str, ...]] = {
    Role.HEADTEACHER: (HEAD,),
    Role.DSL: (DSL,),
    Role.DEPUTY_DSL: (DEP1, DEP2),
    Role.CHAIR: (CHAIR,),
    Role.ADMIN: (ADMIN,),
}

PHONE_ONLY: tuple[tuple[str, ...], ...] = ()


def seated(roles: Mapping[Role, tuple[str, ...]] = ROLES, *, unmet: Sequence[str] = ()) -> Holders:
    """Who holds what; the `unmet` stand in the configuration and nobody answers to their names yet."""
    roster = Roster(roles=tuple((role, tuple(email(each) for each in names)) for role, names in roles.items()))
    people = {role: tuple(person(each) for each in names if each not in unmet) for role, names in roles.items()}
    return Holders(people, roster)


def way(
    about: About,
    risk: Risk,
    *,
    picked: str | Person = "",
    typed: str = "",
    could_be: Sequence[Role] = (),
    holders: Holders | None = None,
    reporter: str = TEACHER,
) -> tuple[tuple[str, ...], ...]:
    """Who is told, rung by rung, by their short names; each rung in the order of the alphabet."""
    found = holders or seated()
    chosen = [person(picked) if isinstance(picked, str) else picked] if picked else []
    hidden = hidden_from(about, found, could_be=could_be, picked=chosen, typed=typed)
    rungs = route(about, risk, hidden, found, person(reporter)).rungs
    return tuple(tuple(sorted(each.id.rpartition(":")[2] for each in rung)) for rung in rungs)


LOW = ((DSL,), (DEP2, DEP1), (HEAD,), (CHAIR,))
HIGH = ((DSL, HEAD), (DEP2, DEP1), (CHAIR,))
OUTSIDE = ((DSL,), (DEP2, DEP1), (HEAD,))

TABLE = [
    (About.COLLEAGUE, Risk.NO, LOW),
    (About.COLLEAGUE, Risk.YES, HIGH),
    (About.COLLEAGUE, Risk.UNSURE, HIGH),
    (About.UNSURE, Risk.NO, LOW),
    (About.UNSURE, Risk.YES, HIGH),
    *((About.DSL, risk, ((HEAD,), (CHAIR,))) for risk in Risk),
    *((About.HEAD, risk, ((CHAIR,),)) for risk in Risk),
    *((About.BOTH, risk, ((CHAIR,),)) for risk in Risk),
    *((About.CHAIR, risk, PHONE_ONLY) for risk in Risk),
    *((About.ADMIN, risk, PHONE_ONLY) for risk in Risk),
    *((About.OUTSIDER, risk, OUTSIDE) for risk in Risk),
    *((About.WELFARE, risk, OUTSIDE) for risk in Risk),
]


@pytest.mark.parametrize(("about", "risk", "rungs"), TABLE)
def test_the_table(about: About, risk: Risk, rungs: tuple[tuple[str, ...], ...]) -> None:
    assert way(about, risk, picked=COLLEAGUE if about is About.COLLEAGUE else "") == rungs


@pytest.mark.parametrize("risk", Risk)
@pytest.mark.parametrize(
    ("picked", "rungs"),
    [(DSL, ((HEAD,), (CHAIR,))), (HEAD, ((CHAIR,),)), (CHAIR, PHONE_ONLY), (ADMIN, PHONE_ONLY)],
)
def test_somebody_picked_goes_by_who_they_are(picked: str, rungs: tuple[tuple[str, ...], ...], risk: Risk) -> None:
    for about in (About.COLLEAGUE, About.OUTSIDER):
        assert way(about, risk, picked=picked) == rungs


def test_a_deputy_it_is_about_is_left_out_alone() -> None:
    assert way(About.COLLEAGUE, Risk.NO, picked=DEP1) == ((DSL,), (DEP2,), (HEAD,), (CHAIR,))
    assert way(About.COLLEAGUE, Risk.YES, picked=DEP1) == ((DSL, HEAD), (DEP2,), (CHAIR,))


def test_one_person_who_is_head_and_dsl_goes_to_the_chair() -> None:
    both = seated({**ROLES, Role.DSL: (HEAD,)})
    for about in (About.DSL, About.HEAD, About.BOTH):
        assert way(about, Risk.NO, holders=both) == ((CHAIR,),)
    assert way(About.COLLEAGUE, Risk.YES, picked=HEAD, holders=both) == ((CHAIR,),)
    assert way(About.COLLEAGUE, Risk.YES, picked=COLLEAGUE, holders=both) == ((HEAD,), (DEP2, DEP1), (CHAIR,))


def test_a_holder_who_looks_after_exeat_is_nobody_to_write_about() -> None:
    for role, about in ((Role.DSL, About.DSL), (Role.HEADTEACHER, About.HEAD)):
        admin = seated({**ROLES, role: (ADMIN,)})
        assert way(about, Risk.YES, holders=admin) == PHONE_ONLY
        could = way(About.UNSURE, Risk.YES, could_be=[role], holders=admin)
        assert could == PHONE_ONLY


def test_a_chair_who_is_also_the_dsl_is_the_chair() -> None:
    assert way(About.DSL, Risk.NO, holders=seated({**ROLES, Role.CHAIR: (DSL,)})) == PHONE_ONLY


@pytest.mark.parametrize(
    ("could_be", "rungs"),
    [
        ([Role.DSL], ((HEAD,), (CHAIR,))),
        ([Role.HEADTEACHER], ((CHAIR,),)),
        ([Role.DSL, Role.HEADTEACHER], ((CHAIR,),)),
    ],
)
def test_who_it_could_be_is_not_told(could_be: list[Role], rungs: tuple[tuple[str, ...], ...]) -> None:
    for risk in Risk:
        assert way(About.UNSURE, risk, could_be=could_be) == rungs


def test_whoever_raises_it_is_not_the_one_to_hear_of_it() -> None:
    assert way(About.COLLEAGUE, Risk.NO, picked=COLLEAGUE, reporter=DSL) == ((DEP2, DEP1), (HEAD,), (CHAIR,))
    assert way(About.COLLEAGUE, Risk.YES, picked=COLLEAGUE, reporter=HEAD) == ((DSL,), (DEP2, DEP1), (CHAIR,))
    assert way(About.HEAD, Risk.YES, reporter=CHAIR) == PHONE_ONLY
    assert way(About.DSL, Risk.YES, reporter=HEAD) == ((CHAIR,),)


def test_nobody_left_says_why() -> None:
    alone = seated({Role.DSL: (DSL,)})
    hidden = hidden_from(About.DSL, alone)
    assert route(About.DSL, Risk.YES, hidden, alone).nobody is Nobody.LEFT
    full = seated()
    assert route(About.CHAIR, Risk.NO, hidden_from(About.CHAIR, full), full).nobody is Nobody.CHAIR
    assert route(About.ADMIN, Risk.NO, hidden_from(About.ADMIN, full), full).nobody is Nobody.ADMIN
    assert route(About.WELFARE, Risk.NO, (), full).nobody is None


def test_an_allegation_is_the_heads_case() -> None:
    full = seated()
    found = route(About.COLLEAGUE, Risk.YES, hidden_from(About.COLLEAGUE, full, picked=[person(TEACHER)]), full)
    assert found.manager == person(HEAD).id
    assert route(About.COLLEAGUE, Risk.NO, (), full).manager == ""
    assert route(About.DSL, Risk.YES, hidden_from(About.DSL, full), full).manager == ""


def test_a_holder_whom_exeat_has_not_met_is_kept_out_when_they_come() -> None:
    found = seated(unmet=[DSL])
    hidden = hidden_from(About.DSL, found)
    assert is_hidden_from(person(DSL), hidden, found.roster)


def test_another_account_of_the_same_person_is_theirs() -> None:
    """Also one that has left, and one that only the configuration joins to them."""
    other = Known(identity("x9", "slack", "T1"), "D", "private@elsewhere.example")
    left = Known(identity("old", "teams", "T2"), "D", email(DSL), Standing.DEACTIVATED)
    group = ("slack:x9", email(DSL))
    found = seated()
    joined = replace(found, roster=replace(found.roster, same=(group,)))
    for picked in (meet(other, "harbour"), meet(left, "harbour")):
        assert way(About.COLLEAGUE, Risk.YES, picked=picked, holders=joined) == ((HEAD,), (CHAIR,))


@pytest.mark.parametrize("typed", ["Dina", "dina", "Ms Dina", "Dena", "the DSL", "DSL", "our safeguarding lead"])
def test_a_typed_name_that_might_be_the_dsls_counts_as_theirs(typed: str) -> None:
    rungs = way(About.COLLEAGUE, Risk.NO, typed=typed)
    assert all(DSL not in rung for rung in rungs)


@pytest.mark.parametrize(
    ("typed", "name", "might"),
    [
        ("Joe Bennett", "Joe Bennett", True),
        ("Mr Bennett, who does the bins", "Joe Bennett", True),
        ("joe benet", "Joe Bennett", True),
        ("Joe from the office", "Joe Bennett", True),
        ("Joe", "Joe Bennett", True),
        ("Joe, a parent", "Joe Bennett", True),
        ("the headteacher", "Joe Bennett", False),
        ("Priya Shah", "Joe Bennett", False),
        ("", "Joe Bennett", False),
        ("…", "Joe Bennett", False),
        ("Joe", "", False),
    ],
)
def test_whom_a_name_might_mean(typed: str, name: str, might: bool) -> None:
    assert might_mean(typed, name) is might


def test_a_name_that_is_also_that_of_whoever_raises_it_is_not_theirs() -> None:
    found = seated()
    hidden = hidden_from(About.OUTSIDER, found, typed="Mrs Dina, a parent", reporter=person(DSL))
    assert not is_hidden_from(person(DSL), hidden, found.roster)


def test_a_role_typed_instead_of_a_name_means_its_holder() -> None:
    assert meant_roles("the Headteacher") == {Role.HEADTEACHER}
    assert meant_roles("chair of governors") == {Role.CHAIR}
    assert meant_roles("head of music") == frozenset()
    assert way(About.COLLEAGUE, Risk.NO, typed="the head") == ((CHAIR,),)


POOL = (HEAD, DSL, DEP1, DEP2, CHAIR, ADMIN, TEACHER, COLLEAGUE)

_role_holders = st.fixed_dictionaries(
    {
        Role.HEADTEACHER: st.lists(st.sampled_from(POOL), max_size=1),
        Role.DSL: st.lists(st.sampled_from(POOL), max_size=1),
        Role.DEPUTY_DSL: st.lists(st.sampled_from(POOL), max_size=3, unique=True),
        Role.CHAIR: st.lists(st.sampled_from(POOL), max_size=1),
        Role.ADMIN: st.lists(st.sampled_from(POOL), max_size=2, unique=True),
    }
)


@given(
    roles=_role_holders,
    about=st.sampled_from(About),
    risk=st.sampled_from(Risk),
    picked=st.lists(st.sampled_from(POOL), max_size=1),
    typed=st.sampled_from(["", "Dina", "the head", "Tom", "Mrs Carol"]),
    could_be=st.lists(st.sampled_from([Role.DSL, Role.HEADTEACHER]), unique=True),
    reporter=st.sampled_from(POOL),
)
def test_nobody_it_might_be_about_is_ever_on_a_rung(
    roles: dict[Role, list[str]],
    about: About,
    risk: Risk,
    picked: list[str],
    typed: str,
    could_be: list[Role],
    reporter: str,
) -> None:
    found = seated({role: tuple(names) for role, names in roles.items()})
    hidden = hidden_from(about, found, could_be=could_be, picked=[person(each) for each in picked], typed=typed)
    way = route(about, risk, hidden, found, person(reporter))
    told = [each for rung in way.rungs for each in rung]
    meant = [person(each) for each in picked] + [each for role in could_be for each in found.of(role)]
    meant += {
        About.DSL: [*found.of(Role.DSL)],
        About.HEAD: [*found.of(Role.HEADTEACHER)],
        About.BOTH: [*found.of(Role.DSL), *found.of(Role.HEADTEACHER)],
    }.get(about, [])
    for each in told:
        assert not any(same_person(each, other) for other in meant)
        assert not same_person(each, person(reporter))
        assert names_of(each, found.roster).isdisjoint(hidden)
    assert len({each.id for each in told}) == len(told)
    assert (way.nobody is None) is bool(told)
    heads = [each.id for each in found.of(Role.HEADTEACHER)]
    dsls = [each.id for each in found.of(Role.DSL)]
    if any(each.id in heads for each in meant):
        assert {each.id for each in told} <= {each.id for each in found.of(Role.CHAIR)}
    elif any(each.id in dsls for each in meant):
        assert not {each.id for each in told} & (
            {each.id for each in found.of(Role.DEPUTY_DSL)} - set(heads) - {each.id for each in found.of(Role.CHAIR)}
        )
    about_nobody = [*found.of(Role.CHAIR), *found.of(Role.ADMIN)]
    if any(same_person(each, other) for each in meant for other in about_nobody):
        assert told == []


def add(about: About, who: str, by: str, holders: Holders) -> None:
    """Have somebody read what was raised of somebody with that answer."""
    hidden = hidden_from(about, holders, could_be=(), picked=[], typed="")
    check_reader(person(who), person(by), hidden, route(about, Risk.NO, hidden, holders), holders)


def test_the_dsls_deputies_read_of_the_dsl_by_the_headteacher_alone() -> None:
    add(About.DSL, DEP1, HEAD, seated())
    add(About.DSL, TEACHER, CHAIR, seated())
    add(About.WELFARE, DEP1, DSL, seated())
    with pytest.raises(Unusable) as refused:
        add(About.DSL, DEP1, CHAIR, seated())
    assert "Only the headteacher" in refused.value.errors["person"]


def test_whom_it_is_about_is_added_by_nobody() -> None:
    with pytest.raises(Unusable) as refused:
        add(About.DSL, DSL, HEAD, seated())
    assert "hidden from them" in refused.value.errors["person"]


def test_one_who_is_down_for_deputy_and_not_yet_confirmed_counts_as_one() -> None:
    holders = replace(seated(), people=seated({**ROLES, Role.DEPUTY_DSL: ()}).people)
    with pytest.raises(Unusable):
        add(About.DSL, DEP1, CHAIR, holders)


def test_the_numbers_that_must_be_there_are_named_while_they_are_not() -> None:
    assert Contacts().missing == ("lado", "helplines", "dsl", "chair_of_governors")
    assert Contacts("1", "", "999", ("2",), "3", "4").missing == ()
