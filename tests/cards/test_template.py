"""Wordings on cards: the words whole, what each viewer may press, and within what Slack takes."""

from dataclasses import replace
from typing import Any

import pytest

from cards.slack import message, modal
from cards.template import Reader, template_card
from cards.template_forms import template_form
from cards.template_list import Listing, list_card
from cards.text import plain
from policy.template import State, Use, approve, propose, reject, retire
from tests.cards.template_views import template_cards, template_forms
from tests.cards.views import LONDON
from tests.fakes.school import MONDAY, PAGE
from tests.fakes.slack.blocks import problems_in_blocks, problems_in_view
from tests.fakes.slack.shown import button_labels, shown_in_blocks

NASTY = "<!channel> *b* _i_ [x](https://x.example) <https://evil.example|safe> &lt; {{DATE(2027-03-02T09:00:00Z)}}"
ANYBODY = Reader(LONDON, {"tom": "Tom", "helen": "Helen"}, {"page": "Harbour page"}, ("Helen",))
NEW = propose("T-1", "harbour", "tom", "Seen", "Thank you.", "page", Use.ACKNOWLEDGES, "5a" * 32, MONDAY)
APPROVED = approve(NEW, "helen", "headteacher", MONDAY)

STATES = {
    State.PROPOSED: NEW,
    State.APPROVED: APPROVED,
    State.REJECTED: reject(NEW, "helen", "headteacher", MONDAY, "Too curt"),
    State.RETIRED: retire(APPROVED, "tom"),
}
PRESSED: dict[State, tuple[list[str], ...]] = {
    State.PROPOSED: (["Edit", "Withdraw"], ["Approve", "Reject"], []),
    State.APPROVED: (["Edit", "Withdraw"], ["Withdraw"], []),
    State.REJECTED: (["Edit"], [], []),
    State.RETIRED: ([], [], []),
}
"""What the author, whoever decides and everybody else can press."""


@pytest.mark.parametrize("state", State)
def test_each_viewer_has_the_buttons_for_what_they_may_do(state: State) -> None:
    viewers = (replace(ANYBODY, author=True), replace(ANYBODY, decides=True), ANYBODY)
    found = tuple([button.label for button in template_card(STATES[state], each).buttons] for each in viewers)
    assert found == PRESSED[state]


def test_a_card_names_by_whom_and_by_what_right_it_was_approved() -> None:
    said = plain(template_card(APPROVED, ANYBODY))
    assert "Approved by Helen. It may be used word for word." in said
    assert "Decided Mon 1 March 2027, 09:00, as headteacher." in said
    acting = approve(NEW, "helen", "for the headteacher, who is away until 5 March 2027 (A-1)", MONDAY)
    assert ", for the headteacher, who is away until" in plain(template_card(acting, ANYBODY))


def test_a_form_to_edit_holds_what_is_there() -> None:
    form = template_form((PAGE,), replace(NEW, use=Use.ANSWERS))
    assert {each.name: each.value for each in form.fields if hasattr(each, "value")} == {
        "name": "Seen",
        "text": "Thank you.",
        "use": "answers",
        "account": "page",
    }
    assert (form.verb, form.version) == ("template.edit.send", 1)
    everywhere = template_form((PAGE,), replace(NEW, account=""))
    assert "*" in {each.value for each in everywhere.fields if hasattr(each, "value")}


def on_slack(said: str) -> dict[str, list[dict[str, Any]]]:
    """Every card as Slack gets it."""
    return {name: message(card, school="harbour")["blocks"] for name, card in template_cards(said).items()}


@pytest.mark.parametrize("said", ["", NASTY, "beans " * 500])
def test_every_card_and_form_is_one_that_slack_takes(said: str) -> None:
    found = {name: problems_in_blocks(blocks, "message", lambda _: True) for name, blocks in on_slack(said).items()}
    for name, form in template_forms(said).items():
        found[name] = problems_in_view(modal(form, school="harbour"), frozenset({"modal"}), lambda _: True)
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_a_full_list_of_long_wordings_still_has_all_its_buttons_on_slack() -> None:
    author = replace(ANYBODY, author=True)
    long = [replace(NEW, id=f"T-{n}", name=f"Wording {n}", text="beans " * 500) for n in range(5)]
    listing = Listing(tuple((approve(each, "helen", "x", MONDAY), author) for each in long), (), 0, 2, 0)
    listing = replace(listing, proposed=tuple((each, author) for each in long), more_proposed=2)
    blocks = message(list_card(listing), school="harbour")["blocks"]
    pressed = button_labels(blocks)
    assert pressed[-1] == "Propose a wording"
    assert [pressed.count(label) for label in ("Edit", "Withdraw", "More")] == [10, 10, 2]
    said = shown_in_blocks(blocks)
    assert all(f"Wording {n}" in said for n in range(5))
