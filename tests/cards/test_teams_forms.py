"""Forms as Teams gets them, and what is typed into them: back again unchanged, or told apart as nobody's."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cards.carried import Foreign
from cards.model import (
    ChoiceField,
    DateField,
    Divider,
    FileField,
    Form,
    FormButton,
    MomentField,
    PersonField,
    Text,
    TextField,
    Value,
)
from cards.teams import Json, came, form_card, values
from cards.text import harmless
from policy.people import Identity
from tests.cards.views import LONDON, POST, a_form
from tests.fakes.teams.shown import action, actions, alive, field_labels, inputs, parts, text_of

NONCE = "0123456789abcdef"
TENANT = "T1"
ANN = Identity("teams", TENANT, "0d7c1e5a-0000-4000-8000-00000000beef")


def drawn(form: Form, **more: Any) -> Json:
    return form_card(form, school="harbour", **{"nonce": NONCE, "zone": LONDON, **more})


def a_small_form(*parts: Any, **more: Any) -> Form:
    return Form("post.new", "Draft a post", parts, **more)


def boxes(card: Json) -> dict[str, Json]:
    return {part["id"]: part for part in inputs(card)}


def sent(card: Json, typed: Mapping[str, str] | None = None, label: str = "Send") -> Json:
    """The data as Teams sends it back: what is empty is left out."""
    held = {id: str(box.get("value", "")) for id, box in boxes(card).items()} | dict(typed or {})
    return {**action(card, label)["data"], **{id: text for id, text in held.items() if text}}


def back(card: Json, typed: Mapping[str, str] | None = None) -> dict[str, Value]:
    return values(sent(card, typed), tenant=TENANT, zone=LONDON)


def test_every_field_is_a_box_with_its_label_and_files_are_left_out() -> None:
    card = drawn(a_form())
    assert [(each["type"], each["id"], each["label"]) for each in inputs(card)] == [
        ("Input.Text", "text", "Text"),
        ("Input.ChoiceSet", "account~choice", "Account"),
        ("Input.ChoiceSet", "many~choice", "Many (optional)"),
        ("Input.ChoiceSet", "named~choice", "Named (optional)"),
        ("Input.Date", "planned~day", "When: day (optional)"),
        ("Input.Time", "planned~time", "When: time"),
        ("Input.Date", "first~date", "First day (optional)"),
        ("Input.ChoiceSet", "delegate~person", "Delegate (optional)"),
    ]
    text = boxes(card)["text"]
    assert (text["isMultiline"], text["maxLength"], text["value"]) == (True, 280, "Hello")
    assert "A hint" in text_of(card)


def test_the_note_stands_above_send_and_buttons_where_they_belong() -> None:
    said = text_of(drawn(a_form())).split("\n")
    assert said[-2:] == ["By sending it you agree.", "[Send]"]
    assert said[-4:-2] == ["[Add a picture]", "[Add two]"]


def test_what_is_required_is_marked_unless_a_button_asks_for_another_shape() -> None:
    text = TextField("text", "Text", required=True)
    box = boxes(drawn(a_small_form(text)))["text"]
    assert (box["isRequired"], box["errorMessage"]) == (True, "Please fill this in.")
    more = boxes(drawn(a_small_form(text, FormButton("Add a picture", "post.more"))))["text"]
    assert "isRequired" not in more
    assert more["label"] == "Text"


def test_few_plain_choices_are_ticked_and_many_or_marked_ones_opened() -> None:
    card = boxes(drawn(a_form("*bold*")))
    assert [card[f"{name}~choice"]["style"] for name in ("account", "many", "named")] == [
        "expanded",
        "compact",
        "compact",
    ]
    assert card["named~choice"]["choices"][0]["title"] == "*bold*"
    nothing = boxes(drawn(a_small_form(ChoiceField("account", "Account", ()))))
    assert nothing["account~choice"]["choices"] == [{"title": "Nothing to choose from", "value": "-"}]


def test_a_choice_that_is_no_longer_there_is_not_chosen() -> None:
    field = ChoiceField("account", "Account", (("page", "Our page"),), "gone")
    assert "value" not in boxes(drawn(a_small_form(field)))["account~choice"]


def test_a_form_comes_back_as_it_went() -> None:
    card = drawn(a_form())
    send = action(card, "Send")
    assert (send["type"], send["verb"], send["fallback"]["type"]) == ("Action.Execute", "post.new", "Action.Submit")
    for data in (send["data"], send["fallback"]["data"]):
        found = came("post.new", data)
        assert (found.nonce, found.dialog, found.carried.again) == (NONCE, False, False)
        assert (found.carried.verb, found.carried.school) == ("post.new", "harbour")
        assert (found.carried.record, found.carried.version, dict(found.carried.payload)) == (POST, 3, {"a": "b"})


def test_a_form_button_brings_the_forms_ids_and_its_own_over_them() -> None:
    form = replace(a_form(), payload={"a": "b", "pictures": "0"})
    pressed = action(drawn(form), "Add two")
    found = came(pressed["verb"], pressed["data"])
    assert (found.carried.verb, found.carried.again, found.nonce) == ("post.more", True, NONCE)
    assert dict(found.carried.payload) == {"a": "b", "pictures": "2"}
    assert (found.carried.record, found.carried.version) == (POST, 3)
    assert values(sent(drawn(form), label="Add two"), tenant=TENANT, zone=LONDON)["text"] == "Hello"


def test_in_a_dialog_everything_is_sent_the_one_way_that_a_dialog_knows() -> None:
    card = drawn(a_form(dialog=True))
    assert {each["type"] for each in actions(card)} == {"Action.Submit"}
    for each in actions(card):
        found = came("", each["data"])
        assert (found.dialog, found.nonce, "msteams" in each["data"]) == (True, NONCE, False)


def test_what_was_typed_stands_in_a_form_that_is_shown_again() -> None:
    typed: dict[str, Value] = {"text": "New words", "account": "", "planned": None, "delegate": ANN, "first": None}
    card = boxes(drawn(a_form(), values=typed, errors={"text": "Too long for X."}))
    assert card["text"]["value"] == "New words"
    assert card["account~choice"]["value"] == "-"
    assert "value" not in card["planned~day"]
    assert card["planned~time"]["value"] == "09:00"
    assert "value" not in card["first~date"]
    assert card["delegate~person"]["value"] == ANN.id
    assert card["many~choice"]["value"] == "4"


def test_hidden_characters_that_were_typed_do_not_come_back_into_a_box() -> None:
    box = boxes(drawn(a_form(), values={"text": "pay\u202eno\u200b the school\ud800"}))["text"]
    assert box["value"] == "payno the school"


def test_somebody_of_another_platform_is_not_put_into_a_search_of_teams() -> None:
    field = PersonField("delegate", "Delegate", Identity("slack", "T1", "U7"))
    assert "value" not in boxes(drawn(a_small_form(field)))["delegate~person"]


def test_what_is_wrong_stands_above_its_field_and_what_belongs_to_none_at_the_top() -> None:
    errors = {"text": "Too long for X.", "picture1": "That is no picture.", "": "Please look again."}
    said = text_of(drawn(a_form(), errors=errors)).split("\n")
    assert said[1:4] == [
        "Please note: Not sent yet: something needs another look.",
        "Please note: That is no picture.",
        "Please note: Please look again.",
    ]
    assert said.index("Text: Too long for X.") + 1 == said.index("Text")
    assert "another look" not in text_of(drawn(a_form()))


def test_an_error_that_quotes_what_was_typed_is_literal() -> None:
    card = drawn(
        a_form(), errors={"text": "“*x* [a](https://a.example)” is too long. {{DATE(2027-03-02T09:00:00Z)}}"}
    )
    assert "Text: “*x* [a](https://a.example)” is too long. {{DATE(2027-03-02T09:00:00Z)}}" in text_of(card)
    assert alive(card) == []


def test_a_text_too_long_for_a_card_says_what_is_left_out() -> None:
    card = drawn(a_small_form(TextField("text", "Text", longest=280)), values={"text": "x" * 7000})
    box = boxes(card)["text"]
    assert (len(box["value"]), box["maxLength"]) == (6000, 6000)
    assert "The last 1,000 characters did not fit on the card" in text_of(card)


def test_a_divider_is_a_line_above_the_next_part_also_when_that_is_a_button() -> None:
    parts_ = (Text("a"), Divider(), FileField("f", "File"), FormButton("More", "post.more"))
    found = [part for part in parts(drawn(a_small_form(*parts_))) if part.get("separator")]
    assert [part["type"] for part in found] == ["ActionSet"]


def test_a_field_that_was_emptied_comes_back_empty() -> None:
    cleared = dict.fromkeys(boxes(drawn(a_form())), "")
    assert back(drawn(a_form()), cleared) == {
        "text": "",
        "account": "",
        "many": "",
        "named": "",
        "planned": None,
        "first": None,
        "delegate": None,
    }


def test_a_day_without_a_time_is_the_morning_and_a_time_without_a_day_no_moment() -> None:
    card = drawn(a_small_form(MomentField("planned", "When")))
    assert back(card, {"planned~day": "2027-03-02", "planned~time": ""})["planned"] == datetime(
        2027, 3, 2, 9, tzinfo=UTC
    )
    assert back(card, {"planned~time": "10:30"})["planned"] is None


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        ("2027-03-02", "09:30", datetime(2027, 3, 2, 9, 30, tzinfo=UTC)),
        ("2027-07-02", "09:30", datetime(2027, 7, 2, 8, 30, tzinfo=UTC)),
        ("2027-07-02", "00:15", datetime(2027, 7, 1, 23, 15, tzinfo=UTC)),
    ],
    ids=["GMT", "BST", "BST, the day before in UTC"],
)
def test_a_moment_is_local(day: str, at: str, utc: datetime) -> None:
    card = drawn(a_small_form(MomentField("planned", "When", utc)))
    assert [boxes(card)[f"planned~{part}"]["value"] for part in ("day", "time")] == [day, at]
    assert back(card)["planned"] == utc
    assert back(drawn(a_small_form(MomentField("planned", "When"))), {"planned~day": day, "planned~time": at}) == {
        "planned": utc
    }


@given(
    st.text(max_size=300),
    st.sampled_from(("page", "", "x")),
    st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
    st.none() | st.dates(),
    st.none() | st.uuids().map(str),
    st.sampled_from(("Europe/London", "UTC", "Asia/Kathmandu")),
)
@example("x", "page", datetime(2027, 3, 28, 0, 59), None, None, "Europe/London")
@example("x", "page", datetime(2027, 3, 28, 1, 0), None, None, "Europe/London")
def test_what_is_typed_comes_back_equal(
    text: str, choice: str, at: datetime | None, day: date | None, person: str | None, zone: str
) -> None:
    here = ZoneInfo(zone)
    moment = at.replace(second=0, microsecond=0, tzinfo=UTC) if at else None
    if moment is not None and moment.astimezone(here).fold:
        moment = None
    somebody = Identity("teams", TENANT, person) if person else None
    typed: dict[str, Value] = {
        "text": harmless(text),
        "account": choice,
        "planned": moment,
        "first": day,
        "delegate": somebody,
    }
    form = a_small_form(
        TextField("text", "Text", lines=4),
        ChoiceField("account", "Account", (("page", "Our page"), ("", "Not sure"), ("x", "X")), "page"),
        MomentField("planned", "When", datetime(2027, 1, 1, tzinfo=UTC)),
        DateField("first", "First", date(2027, 1, 1)),
        PersonField("delegate", "Delegate", ANN),
    )
    card = drawn(form, values=typed, zone=here)
    assert values(sent(card), tenant=TENANT, zone=here) == typed


def test_every_field_that_was_drawn_comes_back() -> None:
    form = a_form()
    names = {field.name for field in form.fields if not isinstance(field, FileField)}
    assert set(back(drawn(form))) == names
    assert field_labels(drawn(form))


ASKED = {"exeat": {"s": "harbour", "v": 1, "verb": "post.new", "n": NONCE}}


@pytest.mark.parametrize(
    "typed",
    [
        {"text": 7},
        {"text": None},
        {"text": ["x"]},
        {"text": {"x": "y"}},
        {"account~choice": True},
        {"first~date": "soon"},
        {"first~date": "2027-02-30"},
        {"planned~day": "2027-02-30", "planned~time": "09:00"},
        {"planned~day": "2027-02-03", "planned~time": "25:00"},
        {"planned~day": "2027-02-03", "planned~time": "09:00+01:00"},
        {"planned~day": "2027-02-03", "planned~time": 9},
        {"picture~file": "F1"},
        {"a~b~choice": "x"},
    ],
)
def test_what_no_form_of_ours_sends_is_refused(typed: Json) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        values({**ASKED, **typed}, tenant=TENANT, zone=LONDON)


@pytest.mark.parametrize("asked", ["text", {"text": 1}, [1], 7, True, [["text"]]])
def test_a_forged_list_of_boxes_is_refused(asked: Any) -> None:
    with pytest.raises(ValueError, match="not the inputs of a form"):
        values({"exeat": {**ASKED["exeat"], "q": asked}}, tenant=TENANT, zone=LONDON)


def test_a_day_beyond_the_calendar_is_refused() -> None:
    for day, at, zone in (("0001-01-01", "00:00", "Asia/Kathmandu"), ("9999-12-31", "23:59", "America/New_York")):
        with pytest.raises(ValueError, match="beyond the calendar"):
            values({**ASKED, "p~day": day, "p~time": at}, tenant=TENANT, zone=ZoneInfo(zone))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
_ids = st.sampled_from(("text", "a~choice", "a~date", "a~day", "a~time", "a~person", "a~b", "~", "")) | st.text(
    max_size=8
)
_typed = (
    st.dates().map(str) | st.times().map(time.isoformat) | st.sampled_from(("", "-", "9", "2027-W01-1", "٢")) | _json
)


@given(st.dictionaries(_ids, _typed, max_size=6), _json | st.lists(_ids, max_size=5))
def test_whatever_is_sent_is_values_or_refused(typed: dict[str, Any], asked: Any) -> None:
    data = {**typed, "exeat": {**ASKED["exeat"], "q": asked}}
    try:
        found = values(data, tenant=TENANT, zone=LONDON)
    except ValueError:
        pass
    else:
        assert all(isinstance(each, str | datetime | date | Identity | None) for each in found.values())
    with suppress(Foreign):
        came("", data)
