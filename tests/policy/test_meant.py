"""Whom words mean that people type: the roles of English schools, names however they are written, and doubts."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.concern.about import About, Holders, Risk, is_hidden_from, names_of
from policy.concern.hidden import doubts, hidden_from
from policy.concern.meant import hinted_roles, means, meant_roles, might_mean
from policy.concern.route import route
from policy.people import Known, Person, Role, Standing, meet
from tests.fakes.school import email, identity, person
from tests.policy.test_safeguarding import ADMIN, CHAIR, DSL, HEAD, ROLES, TEACHER, seated

THE_HEAD, THE_LEADS, THE_CHAIR = {Role.HEADTEACHER}, {Role.DSL, Role.DEPUTY_DSL}, {Role.CHAIR}

_SURE: list[tuple[set[Role], tuple[str, ...]]] = [
    (
        THE_HEAD,
        (
            "headmaster",
            "the headmistress",
            "Head-Teacher",
            "acting head",
            "interim headteacher",
            "our executive head",
            "the associate headteacher",
            "co-headteacher",
            "head of school",
            "the Head of the School",
            "principal",
            "the principle",
            "headtecher",
            "HT",
            "the school's head",
        ),
    ),
    (
        THE_LEADS,
        (
            "DSL",
            "the designated safeguarding lead",
            "safeguarding officer",
            "the safegaurding lead",
            "designated person",
            "child protection officer",
            "head of safeguarding",
            "acting DSL",
        ),
    ),
    ({Role.DEPUTY_DSL}, ("deputy DSL", "DDSL", "deputy designated safeguarding lead", "the deputy")),
    (
        THE_CHAIR,
        (
            "chair",
            "chairman of governors",
            "the chairwoman of the governing body",
            "chair of trustees",
            "chairperson of the board of trustees",
            "governors' chair",
            "head of the governors",
        ),
    ),
]

SURE = {typed: roles for roles, many in _SURE for typed in many}

DOUBTFUL: dict[str, set[Role]] = {
    "the head, Mrs M": THE_HEAD,
    "the head's husband": THE_HEAD,
    "a former head": THE_HEAD,
    "head of Harbour": THE_HEAD,
    "the boss": THE_HEAD,
    "the safeguarding lead, I think": THE_LEADS,
    "deputy head": {Role.DEPUTY},
    "the acting deputy headteacher": {Role.DEPUTY},
    "assistant principal": {Role.DEPUTY},
    "a governor": THE_CHAIR,
    "vice chair of governors": THE_CHAIR,
    "one of the trustees": THE_CHAIR,
    "the IT technician": {Role.ADMIN},
    "the admin": {Role.ADMIN},
}

NONE = (
    "head of year",
    "Head of Y4",
    "the head of music",
    "head of the maths department",
    "deputy head of year 9",
    "the music head",
    "head of sixth form",
    "head girl",
    "head caretaker",
    "chair of the PTA",
    "a teaching assistant",
    "Priya Shah",
    "",
)


@pytest.mark.parametrize("typed", SURE)
def test_a_role_that_stands_alone_is_meant(typed: str) -> None:
    assert meant_roles(typed) == SURE[typed]


@pytest.mark.parametrize("typed", DOUBTFUL)
def test_a_role_among_other_words_might_be_meant(typed: str) -> None:
    assert meant_roles(typed) == frozenset()
    assert hinted_roles(typed) == DOUBTFUL[typed]


@pytest.mark.parametrize("typed", NONE)
def test_what_is_no_role_of_those_who_are_told_means_none(typed: str) -> None:
    assert hinted_roles(typed) == frozenset()


NAMES = [
    ("Mrs Marsh in Year 4", "Marsh, Helen"),
    ("Mrs Marsh in Year 4", "Helen Marsh"),
    ("Mrs Hart", "Helen Hart (Head)"),
    ("Mrs Hart", "Helen Hart MBE"),
    ("Ms Hart's classroom", "Helen Hart"),
    ("Mrs Smith in Year 3", "Ann Smith-Jones"),
    ("Mrs H", "Helen Hart"),
    ("Mrs A", "Ann Low"),
    ("Miss S", "Sue Low"),
    ("HH", "Helen Hart"),
    ("O Brien", "Pat O'Brien"),
    ("Mr OBrien", "Pat O’Brien"),
    ("Zoe Quin", "Zoë Quinn"),
    ("Liz", "Elizabeth Day"),
    ("Mr Head", "Tony Head"),
    ("Mr Cook", "Sam Cook"),
    ("Mrs Marsh", "helen.marsh@harbour.example"),
]


@pytest.mark.parametrize(("typed", "name"), NAMES)
def test_any_word_of_a_name_or_its_first_letter_might_mean_them(typed: str, name: str) -> None:
    assert might_mean(typed, name)


@pytest.mark.parametrize(("typed", "name"), [("Mrs H", "Helen Hart"), ("Mrs Marsh", "Marsh, Helen"), ("", "Ann")])
def test_a_part_of_a_name_is_not_the_whole(typed: str, name: str) -> None:
    assert not means(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("a man I saw by the gate", "Ann Smith"),
        ("a teaching assistant in year 4", "Joe Bennett"),
        ("class 3B", "Bob Lee"),
        ("Mrs Marsh", "dina@marsh.example"),
        ("head of music", "Helen Hart (Head)"),
    ],
)
def test_other_words_mean_nobody(typed: str, name: str) -> None:
    assert not might_mean(typed, name)


@pytest.mark.parametrize("typed", ["Helen Marsh", "marsh helen", "Hellen Marsh", "Mrs Helen Marsh, the new one"])
@pytest.mark.parametrize("name", ["Helen Marsh", "Marsh, Helen", "Helen Marsh (Head)", "Helen Marsh MBE", "H. Marsh"])
def test_a_whole_name_means_its_bearer(typed: str, name: str) -> None:
    assert means(typed, name)


SURNAMES = ("Marsh", "Lamb", "Grove", "Okafor", "Smith-Jones", "O'Brien", "Head", "Cook", "Li")

_name = st.tuples(st.sampled_from(["Helen", "Dina", "Zoë", "Ann"]), st.sampled_from(SURNAMES))
_written = st.sampled_from(["{0} {1}", "{1}, {0}", "{0} {1} (Head)", "{0} {1} MBE", "Dr {0} {1}", "{0[0]}. {1}"])
_typed = st.sampled_from(
    ["Mrs {1}", "{0} {1}", "Mr {1} in Year 4", "Ms {1[0]}", "our Miss {1}", "Mrs {1}'s class", "{1[0]}. {1}"]
)


@given(name=_name, written=_written, typed=_typed)
def test_however_it_is_written_a_name_might_mean_its_bearer(name: tuple[str, str], written: str, typed: str) -> None:
    assert might_mean(typed.format(*name), written.format(*name))


def named(short: str, name: str) -> Person:
    """Somebody of the school under another name."""
    return meet(Known(identity(short), name, email(short), Standing.MEMBER), "harbour")


def full() -> Holders:
    """Those who hold the roles, with names as a directory writes them."""
    names = {HEAD: "Marsh, Helen", DSL: "Dina Lamb", CHAIR: "Carol Smith", ADMIN: "Ada Quill"}
    found = seated()
    people = {
        role: tuple(named(each, names.get(each, f"{each.title()} Other")) for each in ROLES[role]) for role in ROLES
    }
    return replace(found, people=people)


TOLD_ONCE = (
    *product(("headmaster", "acting head", "head of school", "the head, Mrs M", "Mrs Marsh in Year 4"), (HEAD,)),
    *product(("the designated safeguarding lead", "safeguarding officer", "Mrs L"), (DSL,)),
    *product(("chairman of governors", "chair of trustees", "Carol", "a governor"), (CHAIR,)),
)


@pytest.mark.parametrize("risk", Risk)
@pytest.mark.parametrize(("typed", "whose"), TOLD_ONCE)
def test_nobody_who_might_be_meant_is_told(typed: str, whose: str, risk: Risk) -> None:
    holders = full()
    hidden = hidden_from(About.COLLEAGUE, holders, typed=typed, reporter=person(TEACHER))
    assert is_hidden_from(person(whose), hidden, holders.roster)
    told = [each.id for rung in route(About.COLLEAGUE, risk, hidden, holders).rungs for each in rung]
    assert person(whose).id not in told


@pytest.mark.parametrize(
    ("typed", "roles"),
    [
        ("the head, Mrs M", {Role.HEADTEACHER}),
        ("Mrs Marsh in Year 4", {Role.HEADTEACHER}),
        ("Mrs Smith in Year 3", {Role.CHAIR}),
        ("Carol Smith", {Role.CHAIR}),
        ("a governor", {Role.CHAIR}),
        ("Mrs L", {Role.DSL}),
        ("the headteacher", set()),
        ("Helen Marsh", set()),
        ("Priya Shah", set()),
    ],
)
def test_who_might_be_meant_is_asked_about(typed: str, roles: set[Role]) -> None:
    assert set(doubts(full(), typed=typed, reporter=person(TEACHER))) == roles


def test_whoever_raises_it_is_asked_nothing_about_themselves() -> None:
    assert doubts(full(), typed="Mrs M, the head of something", reporter=full().of(Role.HEADTEACHER)[0]) == {}


@pytest.mark.parametrize(
    ("name", "roles", "hidden"),
    [
        ("D. Lamb", set(), True),
        ("Lamb, Dina", set(), True),
        ("Tom Lamb", {Role.DSL}, True),
        ("Helen Jones", {Role.HEADTEACHER}, True),
        ("Carol Smith", {Role.CHAIR}, True),
        ("Joanna Lee", set(), False),
    ],
)
def test_an_account_that_is_called_like_a_holder_may_be_theirs(name: str, roles: set[Role], hidden: bool) -> None:
    """A whole name is; where they have but a word in common it is asked, and a no is believed."""
    holders, chosen = full(), [named("other", name)]
    asked = doubts(holders, picked=chosen)
    assert set(asked) == roles
    spared = frozenset[str]().union(*asked.values())
    mine = names_of(chosen[0], holders.roster)
    kept = set(hidden_from(About.COLLEAGUE, holders, picked=chosen)) - mine
    assert bool(kept) is hidden
    told = set(hidden_from(About.COLLEAGUE, holders, picked=chosen, spared=spared)) - mine
    assert bool(told) is (hidden and (not roles or roles == {Role.CHAIR}))


def test_whoever_is_chosen_is_asked_nothing_about() -> None:
    holders = full()
    assert doubts(holders, picked=holders.of(Role.HEADTEACHER), typed="Mrs M") == {}


@pytest.mark.parametrize("typed", ["Mrs Smith in Year 3", "Carol Smith", "a governor", "Ada", "the admin"])
def test_a_doubt_that_is_denied_leaves_somebody_to_tell(typed: str) -> None:
    """A namesake of the chair's is no reason to tell nobody, though a whole name stays hidden from the chair."""
    holders = full()
    spared = frozenset[str]().union(*doubts(holders, typed=typed).values())
    for about in (About.COLLEAGUE, About.OUTSIDER):
        hidden = hidden_from(about, holders, typed=typed, spared=spared)
        way = route(about, Risk.NO, hidden, holders, spared=spared)
        assert way.nobody is None
        told = {each.id for rung in way.rungs for each in rung}
        assert person(DSL).id in told
        assert (person(CHAIR).id in told) is (about is About.COLLEAGUE and typed != "Carol Smith")


def test_who_is_asked_about_and_denied_is_told_again() -> None:
    holders = full()
    spared = frozenset[str]().union(*doubts(holders, typed="Mrs Marsh in Year 4").values())
    hidden = hidden_from(About.COLLEAGUE, holders, typed="Mrs Marsh in Year 4", spared=spared)
    assert not is_hidden_from(person(HEAD), hidden, holders.roster)
