"""The policy's clauses: every duty has a name, a section and words of our own."""

import re

import pytest

from policy.clauses import CLAUSES, cite, clause


def test_a_citation_names_the_policy_the_section_and_the_duty() -> None:
    assert cite("approve-posts") == (
        "Social media policy, Roles: nothing goes out until the headteacher has agreed to it."
    )


def test_a_rule_that_is_not_the_policys_cites_nothing() -> None:
    assert cite("") == ""


@pytest.mark.parametrize("ask", [clause, cite])
def test_an_unknown_clause_is_an_error_that_names_it(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(LookupError, match="no-such-duty"):
        ask("no-such-duty")


@pytest.mark.parametrize(
    "id",
    [
        "approve-posts",
        "approve-accounts",
        "monitor-accounts",
        "answer-in-24h",
        "lead-on-incidents",
        "report-conduct",
        "abuse-to-dsl",
        "act-and-explain",
        "picture-permission",
        "pupil-pictures",
        "compromising-picture",
        "copyright",
        "journalists",
        "professional-conduct",
        "no-personal-gain",
        "confidentiality",
        "declare-who-you-are",
        "privacy",
        "training",
        "review-yearly",
        "monitor-public-posts",
        "no-following-pupils",
        "pupils-safe-online",
        "disclaimer",
        "data-protection",
    ],
)
def test_the_duties_that_workflows_stand_on_are_there(id: str) -> None:
    assert clause(id).id == id


def test_every_clause_is_one_plain_sentence_under_an_id_of_its_own() -> None:
    assert len({each.id for each in CLAUSES}) == len({each.duty for each in CLAUSES}) == len(CLAUSES)
    for each in CLAUSES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.id)
        assert re.fullmatch(r"[A-Z][^.!]*\.", each.duty), each.duty
        assert len(each.duty) <= 120
        assert each.section
