"""Every card and form of the product, and any other, is one that Microsoft's schema, models and parser take."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from cards.model import Card, Form, Value
from cards.teams import Json, Pictures, form_card, message
from tests.cards.microsoft import problems_by_model, problems_by_parser, problems_by_schema, without_people
from tests.cards.views import LONDON, SHA, a_form, any_card, any_form, cards, every_element, forms, press
from tests.fakes.teams.cards import MOST_BYTES, problems_in_card

TYPED = "*b* _i_ [x](https://x.example)\n# h\n1. {{DATE(2027-03-02T09:00:00Z)}} <at>Ann</at> Zoë 👩‍👩‍👧\n- item"
THUMB = "data:image/png;base64,iVBORw0KGgo="
PICTURES = Pictures({SHA: THUMB}, {SHA: "https://exeat.example/pictures/t0k3n"})
NO_LINKS = Pictures({SHA: THUMB})

ANY = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def drawn(form: Form, **more: Any) -> Json:
    return form_card(form, school="harbour", nonce="0123456789abcdef", zone=LONDON, pictures=PICTURES, **more)


def every_view() -> dict[str, Json]:
    """The product's cards and forms as Teams gets them."""
    found = {name: message(card, school="harbour", pictures=PICTURES) for name, card in cards(TYPED).items()}
    closed, long = cards(""), cards("beans " * 1500)
    found |= {f"{name}, closed": message(closed[name], school="harbour", live=False) for name in list(closed)[::5]}
    found |= {f"{name}, long": message(long[name], school="harbour") for name in list(long)[::5]}
    for typed in ("", TYPED, "beans " * 400):
        found |= {f"{name} {len(typed)}": drawn(form) for name, form in forms(typed).items()}
    found["every element"] = message(Card("T", "S", every_element(TYPED), (press(),)), school="harbour")
    found["without links"] = message(Card("T", "S", every_element(TYPED)), school="harbour", pictures=NO_LINKS)
    errors = dict.fromkeys((each.name for each in a_form().fields), "Please look at this again.")
    found["wrong"] = drawn(a_form(TYPED), errors=errors)
    found["dialog"] = drawn(a_form(TYPED, dialog=True))
    return found


@pytest.fixture(scope="module")
def views() -> dict[str, Json]:
    return every_view()


def test_every_view_is_valid_by_the_official_schema(views: dict[str, Json]) -> None:
    assert {name: found for name, card in views.items() if (found := problems_by_schema(card))} == {}


def test_every_view_is_known_to_teams_own_models(views: dict[str, Json]) -> None:
    assert {name: found for name, card in views.items() if (found := problems_by_model(card))} == {}


def test_every_view_is_taken_by_microsofts_parser(views: dict[str, Json]) -> None:
    found = problems_by_parser(list(views.values()))
    assert {name: said for name, said in zip(views, found, strict=True) if said} == {}


def test_every_view_is_something_our_stand_in_for_teams_takes(views: dict[str, Json]) -> None:
    assert {name: found for name, card in views.items() if (found := problems_in_card(card))} == {}


def test_any_card_at_all_is_valid_and_small_enough() -> None:
    found = list[Json]()

    @ANY
    @given(any_card)
    def any_at_all(card: Card) -> None:
        for pictures, live in ((PICTURES, True), (NO_LINKS, False)):
            card_ = message(card, school="harbour", pictures=pictures, live=live)
            assert problems_by_schema(card_) == problems_by_model(card_) == problems_in_card(card_) == []
            found.append(card_)

    any_at_all()
    assert [said for said in problems_by_parser(found) if said] == []


def test_any_form_at_all_is_valid_and_small_enough() -> None:
    found = list[Json]()

    @ANY
    @given(any_form)
    def any_at_all(form: Form) -> None:
        values: dict[str, Value] = {each.name: None for each in form.fields[::2]}
        for card in (drawn(form), drawn(form, values=values, errors={"field_1": "Wrong", "other": "Wrong"})):
            assert problems_by_schema(card) == problems_by_model(card) == problems_in_card(card) == []
            found.append(card)

    any_at_all()
    assert [said for said in problems_by_parser(found) if said] == []


def test_the_checks_would_find_what_is_wrong() -> None:
    def inside(*elements: Json) -> Json:
        return {"type": "AdaptiveCard", "version": "1.5", "body": list(elements)}

    action = {"type": "Action.Execute", "title": "Open", "verb": "v"}
    wrong = {
        "a property": inside({"type": "TextBlock", "text": "x", "wraps": True}),
        "a type": inside({"type": "TextBox", "text": "x"}),
        "a value": inside({"type": "TextBlock", "text": "x", "size": "Huge"}),
        "a run's property": inside(
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "x", "bold": 1}]}
        ),
        "a fallback": inside({"type": "ActionSet", "actions": [{**action, "fallback": {"type": "Action.Send"}}]}),
    }
    assert [bool(found) for found in problems_by_parser(list(wrong.values()))] == [True] * len(wrong)
    assert [name for name, card in wrong.items() if not problems_by_schema(card)] == ["a fallback"]
    assert all(problems_by_model(card) for card in wrong.values())


def test_the_search_for_people_is_teams_own() -> None:
    card = drawn(forms("x")["away"])
    picker = next(each for each in card["body"] if "choices.data" in each)
    assert picker["choices.data"] == {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
    assert (picker["id"], picker["type"], picker["choices"]) == ("delegate~person", "Input.ChoiceSet", [])
    assert without_people(card) != card


@pytest.mark.parametrize("letter", ["x", "é", "字", "👩", "{{DATE(", '"', "\\"])
def test_a_card_stays_within_its_bytes_whatever_is_typed(letter: str) -> None:
    text = f"{letter} " * 4000
    card = message(Card(text, text, every_element(text) * 4, (press(),) * 6), school="harbour", pictures=PICTURES)
    form = drawn(a_form(text), values={"text": text})
    assert len(json.dumps(card)) < MOST_BYTES
    assert len(json.dumps(form)) < MOST_BYTES
