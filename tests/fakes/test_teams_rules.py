"""What the Teams stand-in refuses in cards, and how it reads them as a person would."""

import json
from pathlib import Path
from typing import Any

import adaptive_cards
import pytest

from tests.fakes.teams import TeamsError, elements, fields, markdown, shown
from tests.fakes.teams.cards import MOST_BYTES, checked, problems_in_attachment, problems_in_card, size, warnings
from tests.fakes.teams.echo import card, execute, message
from tests.fakes.teams.people import User
from tests.fakes.teams.surfaces import MessageVersion
from tests.fakes.teams.wire import Json

SCHEMA = Path(adaptive_cards.__file__).parent / "schemas" / "schema-1.5.json"
ANN = User("ann", "Ann Teacher", "ann@school.example", "id-ann", "school")


def text(words: str = "Hello", **more: Any) -> Json:
    return {"type": "TextBlock", "text": words, **more}


def rich(*runs: Json | str) -> Json:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def run(words: str, **more: Any) -> Json:
    return {"type": "TextRun", "text": words, **more}


def box(**more: Any) -> Json:
    return {"type": "Input.Text", "id": "t", "label": "Text", **more}


def choice(**more: Any) -> Json:
    choices = [{"title": "*One*", "value": "1"}, {"title": "Two", "value": "2"}]
    return {"type": "Input.ChoiceSet", "id": "c", "label": "Choice", "choices": choices, **more}


GOOD = [
    text(wrap=True, size="Large", weight="Bolder", style="heading", isSubtle=True, color="attention"),
    rich(run("a", italic=True, strikethrough=True, fontType="Monospace"), "b"),
    {"type": "FactSet", "facts": [{"title": "Author", "value": "Ann"}]},
    {"type": "Container", "style": "emphasis", "items": [text(), {"type": "ActionSet", "actions": [execute("Go")]}]},
    {"type": "ColumnSet", "columns": [{"type": "Column", "width": "stretch", "items": [text()]}, {"items": []}]},
    {"type": "Image", "url": "data:image/png;base64,AAAA", "altText": "The team", "size": "medium"},
    {"type": "Image", "url": "https://x.example/1", "altText": "The team"},
    box(isMultiline=True, maxLength=3000, isRequired=True, errorMessage="Please write.", regex="^a"),
    choice(style="expanded", value="2"),
    choice(isMultiSelect=True, value="1,2"),
    {"type": "Input.Date", "id": "d", "min": "2026-01-01"},
    {"type": "Input.Time", "id": "m", "value": "09:00"},
    {"type": "Input.Number", "id": "n", "min": 1, "value": 2},
    {"type": "Input.Toggle", "id": "g", "title": "Yes", "valueOn": "1"},
    {
        "type": "Table",
        "columns": [{"width": 1}],
        "rows": [{"type": "TableRow", "cells": [{"type": "TableCell", "items": [text()]}]}],
    },
]


@pytest.mark.parametrize("element", GOOD, ids=lambda element: element["type"])
def test_what_teams_takes(element: Json) -> None:
    assert problems_in_card(card(element)) == []


BAD = [
    ({"type": "Marquee"}, "unknown type"),
    ({"text": "x"}, "unknown type"),
    ("x", "unknown type"),
    ({"type": "TextBlock"}, "missing required property: text"),
    (text(5), "must be of type str"),  # type: ignore[arg-type]
    (text(size="Huge"), "is not one of"),
    (text(colour="good"), "unknown property: colour"),
    (text(wrap="true"), "must be of type bool"),
    (text(isVisible=None), "must be of type bool"),
    (rich(), "at least 1"),
    (rich({"type": "TextBlock", "text": "x"}), "unknown type"),
    ({"type": "FactSet", "facts": []}, "at least 1"),
    ({"type": "Image", "url": "https://x.example/1"}, "altText"),
    ({"type": "Image", "url": "https://x.example/1", "altText": " "}, "must not be empty"),
    ({"type": "Image", "url": "http://x.example/1", "altText": "x"}, "not an address"),
    ({"type": "Image", "url": "data:image/svg+xml,x", "altText": "x"}, "PNG or JPEG"),
    ({"type": "Input.Text", "label": "x"}, "missing required property: id"),
    (box(isRequired=True), "errorMessage"),
    ({"type": "Input.Text", "id": "x", "isRequired": True, "errorMessage": "x"}, "needs a label"),
    (box(maxLength=0), "1 or more"),
    (box(maxLength=3, value="four"), "more than its maxLength"),
    (choice(choices=[]), "must have choices"),
    (choice(value="3"), "not one of the choices"),
    (choice(choices=[{"title": "a", "value": "1"}, {"title": "b", "value": "1"}]), "two choices with one value"),
    (choice(choices=[{"title": "a", "value": ""}]), "must not be empty"),
    (choice(**{"choices.data": {"type": "Data.Query", "dataset": "pupils"}}), "graph.microsoft.com/users"),
    ({"type": "Container", "items": [box(), box()]}, "two things with the id 't'"),
    ({"type": "ActionSet", "actions": [text()]}, "unknown type"),
    ({"type": "Container", "items": [{"type": "Marquee"}]}, "/body/0/items/0"),
]


@pytest.mark.parametrize(("element", "why"), BAD, ids=range(len(BAD)))
def test_what_teams_refuses(element: Json, why: str) -> None:
    assert why in "; ".join(problems_in_card(card(element)))


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ({"type": "Action.Jump", "title": "x"}, "unknown type"),
        ({"type": "Action.Submit", "data": {}}, "missing required property: title"),
        ({"type": "Action.Submit", "title": " "}, "must not be empty"),
        ({"type": "Action.Submit", "title": "x", "data": []}, "must be of type dict"),
        ({"type": "Action.Submit", "title": "x", "data": {"msteams": {"type": "imBack"}}}, "knows no msteams"),
        ({"type": "Action.Submit", "title": "x", "verb": "y"}, "unknown property: verb"),
        ({"type": "Action.OpenUrl", "title": "x", "url": "javascript:1"}, "not an address"),
        ({**execute("x"), "fallback": text()}, "unknown type"),
        ({**execute("x"), "style": "danger"}, "is not one of"),
    ],
)
def test_actions_that_teams_refuses(action: Json, why: str) -> None:
    assert why in "; ".join(problems_in_card(card(actions=(action,))))


def test_cards_that_teams_refuses() -> None:
    nothing: tuple[object, ...] = (None, [], {}, {"type": "Card"})
    for wrong in nothing:
        assert problems_in_card(wrong)
        assert problems_in_attachment({"contentType": "text/plain", "content": wrong})
    assert "version" in problems_in_card({**card(text()), "version": "1.6"})[0]
    assert "empty" in problems_in_card(card())[0]
    assert "unknown property: colour" in problems_in_card({**card(text()), "colour": 1})[0]
    six = tuple(execute(f"Go {number}") for number in range(6))
    assert problems_in_card(card(actions=six)) == []
    assert "only 6" in problems_in_card(card(actions=(*six, execute("Too many"))))[0]
    more = {**execute("In the menu"), "mode": "secondary"}
    assert problems_in_card(card(actions=(*six, more))) == []


def test_sizes() -> None:
    most = MOST_BYTES - size(message(card(text(""))))
    checked(message(card(text("x" * most))))
    with pytest.raises(TeamsError) as refused:
        checked(message(card(text("x" * (most + 1)))))
    assert (refused.value.status, refused.value.code) == (413, "MessageSizeTooBig")
    assert size({"a": "é"}) == len('{"a":"é"}'.encode())
    assert warnings(message(card(text("x")))) == []
    assert "some of Teams' paths" in warnings(message(card(text("x" * 28 * 1024))))[0]
    assert "no summary" in warnings(message(card(text("x")), summary=""))[0]
    assert "more than one line" in warnings(message(card(text("x")), summary="a\nb"))[0]


@pytest.mark.parametrize(
    "activity",
    [
        {"type": "message"},
        {"type": "event", "text": "x"},
        {"type": "message", "text": 5},
        {"type": "message", "text": "x", "textFormat": "html"},
        {"type": "message", "text": "x", "colour": "red"},
        {"type": "message", "attachments": "x"},
        {"type": "message", "attachments": [{"contentType": "image/png", "contentUrl": "https://x.example"}]},
        {"type": "message", "attachments": message(card(text()))["attachments"] * 2},
        message(card({"type": "Marquee"})),
    ],
)
def test_activities_that_teams_refuses(activity: Json) -> None:
    with pytest.raises(TeamsError) as refused:
        checked(activity)
    assert refused.value.status == 400


def test_the_tables_name_what_microsofts_schema_names() -> None:
    """Beyond it only what Teams adds: people in a choice set, the filtered style, and pictures that can be opened."""
    published = json.loads(SCHEMA.read_text("utf-8-sig"))["definitions"]
    added = {"Input.ChoiceSet": {"choices.data"}, "Image": {"msteams"}}
    common = {"placeholder", "value"}
    for type, shape in {**elements.ELEMENTS, **elements.ACTIONS}.items():
        known = set(published[type]["properties"]) | {"rtl", "placeholder"} | added.get(type, set())
        assert shape.properties.keys() <= known, type
        assert set(published[type].get("required", [])) <= set(shape.needed), type
        if type not in elements.INPUTS:
            assert not common & shape.properties.keys()


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("plain & <b>simple</b>", "plain & <b>simple</b>"),
        ("*stars* and _lines_ and **both**", "stars and lines and both"),
        (r"\*stars\* and \_lines\_", "*stars* and _lines_"),
        ("one\ntwo", "one two"),
        ("one\n\ntwo", "one\ntwo"),
        ("# Heading", "Heading"),
        ("1. first", "first"),
        ("- item", "item"),
        ("[words](https://x.example)", "words"),
        ("`code`", "code"),
        ("&amp;lt;", "&lt;"),
        ("on {{DATE(2026-03-02T09:00:00Z, SHORT)}}", "on 2026-03-02T09:00:00Z"),
    ],
)
def test_markdown_is_drawn(typed: str, drawn: str) -> None:
    assert markdown.rendered(typed) == drawn


def test_text_runs_are_drawn_exactly() -> None:
    typed = "*stars* [x](https://x.example)\n1. one <at>Ann</at>"
    content = card(rich(run(typed)), rich("short"))
    assert shown.text_of(content) == f"{typed}\nshort"
    assert shown.alive(content) == []


def test_what_is_alive() -> None:
    mention = {"type": "mention", "text": "<at>Ann</at>", "mentioned": {"id": "29:1", "name": "Ann"}}
    content = card(
        text("[x](https://x.example) ![y](https://y.example) <at>Ann</at> <at>Ben</at>"),
        rich(run("<at>Ann</at> {{DATE(2026-03-02T09:00:00Z)}}")),
        {"type": "FactSet", "facts": [{"title": "[t](https://t.example)", "value": "v"}]},
    )
    links = ["https://x.example", "https://y.example"]
    assert shown.alive(content) == [*links, "{{DATE(2026-03-02T09:00:00Z)}}", "https://t.example"]
    content["msteams"] = {"entities": [mention]}
    assert shown.alive(content).count("<at>Ann</at>") == 2
    version = MessageVersion("a:1", "1", {"text": "[x](https://x.example) <at>Ann</at>", "entities": [mention]})
    assert version.live_entities() == ["https://x.example", "<at>Ann</at>"]
    plain = MessageVersion("a:1", "1", {"text": "[x](https://x.example)", "textFormat": "plain"})
    assert (plain.live_entities(), plain.shown_text()) == ([], "[x](https://x.example)")


def test_a_card_is_read_in_order() -> None:
    content = card(
        text("Title"),
        text("hidden", isVisible=False),
        {"type": "Container", "items": [{"type": "ColumnSet", "columns": [{"items": [text("left")]}]}]},
        {"type": "Image", "url": "https://x.example/1", "altText": "The team"},
        box(placeholder="Say it", value="Draft"),
        choice(),
        choice(id="d", label="Boxes", style="expanded"),
        {"type": "Input.Toggle", "id": "g", "title": "**Yes**", "label": "Sure"},
        GOOD[-1],
        actions=(execute("Send"),),
    )
    assert problems_in_card(content) == []
    expected = "Title|left|The team|Text|Say it|Draft|Choice|*One*|Two|Boxes|One|Two|Sure|Yes|Hello|[Send]"
    assert shown.text_of(content).split("\n") == expected.split("|")
    assert shown.text_of(content, {"t": "Typed"}).split("\n")[5] == "Typed"
    assert shown.field_labels(content) == ["Text", "Choice", "Boxes", "Sure"]
    with pytest.raises(LookupError, match="2 buttons"):
        shown.action(card(actions=(execute("Go"), execute("Go"))), "Go")
    with pytest.raises(LookupError, match="0 fields"):
        fields.find(content, "Txt")
    assert fields.find(content, "d")["label"] == "Boxes"


def test_what_the_client_sends() -> None:
    content = card(
        box(value="kept"),
        box(id="empty", label="Empty"),
        choice(),
        {"type": "Input.Date", "id": "d"},
        {"type": "Input.Toggle", "id": "g", "title": "Yes"},
        {"type": "Input.Number", "id": "n", "value": 2},
    )
    assert fields.sent(content, {}) == {"t": "kept", "empty": "", "d": "", "g": "false", "n": "2"}
    assert fields.sent(content, {"t": None, "c": "2"})["t"] == ""
    assert fields.merged({"t": "mine", "exeat": 1}, {"t": "theirs"}) == {"t": "theirs", "exeat": 1}


def test_what_can_be_typed() -> None:
    toggle: Json = {"type": "Input.Toggle", "id": "g", "title": "Yes", "valueOn": "on"}
    several = choice(isMultiSelect=True)
    person: Json = {"type": "Input.ChoiceSet", "id": "p", "choices.data": {}}
    assert fields.typed_value(toggle, True, []) == "on"
    assert fields.typed_value(toggle, False, []) == "false"
    assert fields.typed_value(several, ["*One*", "2"], []) == "1,2"
    assert fields.typed_value({"type": "Input.Number"}, 3, []) == "3"
    for name in ("ann", "Ann Teacher", "id-ann", "ann@school.example"):
        assert fields.typed_value(person, name, [ANN]) == "id-ann"
    for kind, wrong in (("Input.Date", "tomorrow"), ("Input.Time", "noon"), ("Input.Number", "many")):
        with pytest.raises(ValueError, match=wrong):
            fields.typed_value({"type": kind}, wrong, [])


def test_the_clients_own_checks() -> None:
    content = card(
        box(isRequired=True, errorMessage="Please write."),
        box(id="r", label="Postcode", regex="^[A-Z]+$", errorMessage="Capitals, please."),
        choice(isRequired=True, errorMessage="Please choose."),
        {"type": "Input.Date", "id": "d", "label": "Day", "min": "2026-03-02", "errorMessage": "Not so early."},
        {"type": "Input.Number", "id": "n", "label": "How many", "max": 3, "errorMessage": "Fewer."},
        {
            "type": "Input.Toggle",
            "id": "g",
            "label": "Sure",
            "title": "Yes",
            "isRequired": True,
            "errorMessage": "Tick.",
        },
    )
    wrong = {"r": "low", "d": "2026-03-01", "n": "4"}
    assert list(fields.refused_by_client(content, wrong).values()) == [
        "Please write.",
        "Capitals, please.",
        "Please choose.",
        "Not so early.",
        "Fewer.",
        "Tick.",
    ]
    right = {"t": "x", "r": "UP", "c": "1", "d": "2026-03-02", "n": "3", "g": "true"}
    assert fields.refused_by_client(content, right) == {}
