"""Cards and forms as Slack gets them: within its limits, every typed word literal, and back again unchanged."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from cards.carried import Foreign
from cards.limits import SLACK
from cards.model import (
    Bar,
    Bars,
    Button,
    Card,
    Chart,
    ChoiceField,
    Copy,
    DateField,
    Difference,
    Divider,
    Element,
    Facts,
    FileField,
    FileRef,
    Form,
    FormButton,
    MomentField,
    Notice,
    PersonField,
    Picture,
    Quote,
    Row,
    Text,
    TextField,
    Tone,
)
from cards.slack import home, message, modal, pressed, sent, shown, values
from policy.people import Identity
from policy.record import Ref
from tests.fakes.slack.blocks import problems_in_blocks, problems_in_view
from tests.fakes.slack.shown import alive_in_blocks, alive_in_mrkdwn, button_labels, field_labels, shown_in_blocks

NASTY = (
    "<!channel> *bold* _it_ ~no~ `code` <@U02> <https://evil.example|safe> &lt; > quote\nhttps://x.example :smile:"
)
SHA = "a" * 64
POST = Ref("post", "P-12")


def checked_by_slack(blocks: list[dict[str, Any]]) -> bool:
    """Whether Slack's own models, which check every size when they are written out, give the same back."""
    return [block.to_dict() for block in Block.parse_all(blocks)] == blocks


def press(label: str = "Approve", **more: Any) -> Button:
    return Button(label, more.pop("verb", "post.approve"), POST, more.pop("version", 3), **more)


def every_element(text: str) -> tuple[Element, ...]:
    return (
        *(Text(text, tone) for tone in Tone),
        Quote(text, press("Open", verb="post.open")),
        Facts((("Account", text), (text or "x", "value"))),
        *(Notice(text, text, tone) for tone in Tone),
        Picture(SHA, text, text, download=True),
        Picture("b" * 64, text),
        Chart((Bars(text[:60], (Bar(text[:20], 1, 2, (text[:20],), text[:200]),)),), "In time", "Late"),
        Difference(text, text, f"{text} more"),
        Copy(text, whole=press("Open", verb="post.open")),
        Row(text, text),
        Row(text, text, (press(text or "Open"),)),
        Row(text, text, (press(), press("Reject"))),
        Divider(),
    )


def problems(card: Card) -> list[str]:
    drawn = message(card, school="harbour", uploads={SHA: "F1"})
    return problems_in_blocks(drawn["blocks"], "message", lambda file: file == "F1")


def test_every_element_is_something_slack_takes() -> None:
    assert problems(Card("Title", "Summary", every_element("Our ski trip"), (press(),))) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.integers(0, 5000))
def test_no_text_whatever_makes_a_card_that_slack_refuses(text: str, repeat: int) -> None:
    card = Card(text, text, every_element((text * repeat)[:9000]), (press(text, about=text),))
    assert problems(card) == []
    assert checked_by_slack(message(card, school="harbour", uploads={SHA: "F1"})["blocks"])


@pytest.mark.parametrize("element", every_element(NASTY), ids=lambda element: type(element).__name__)
def test_what_a_person_typed_is_literal(element: Element) -> None:
    drawn = message(Card(NASTY, NASTY, (element,), (press(NASTY),)), school="harbour", uploads={SHA: "F1"})
    assert alive_in_blocks(drawn["blocks"]) == []
    assert alive_in_mrkdwn(drawn["text"]) == []
    assert "mrkdwn" not in json.dumps(drawn["blocks"])
    assert '"emoji": true' not in json.dumps(drawn["blocks"])
    if not isinstance(element, Divider):
        assert "<!channel> *bold* _it_ ~no~ `code` <@U02>" in shown_in_blocks(drawn["blocks"][1:])


def test_hidden_and_reversing_characters_are_gone() -> None:
    sneaky = "pay\u202eeno\u200b the\u2066 school\u0007"
    drawn = json.dumps(message(Card(sneaky, sneaky, every_element(sneaky), (press(sneaky),)), school="s"))
    assert not any(escape in drawn for escape in ("\\u202e", "\\u200b", "\\u2066", "\\u0007"))
    assert "payeno the school" in drawn


def test_a_long_text_is_cut_visibly_with_a_button_for_the_whole() -> None:
    text = "word " * 480
    drawn = message(Card("T", "S", (Quote(text, press("Open", verb="post.open")),)), school="s")["blocks"]
    said = shown_in_blocks(drawn)
    kept = said.split("\n")[1].split("…")[0]
    assert f"… {len(text) - len(kept):,} more characters" in said
    assert button_labels(drawn) == ["Open"]
    short = message(Card("T", "S", (Quote("short", press("Open")),)), school="s")["blocks"]
    assert button_labels(short) == []


def test_texts_together_stay_within_what_a_message_takes() -> None:
    body = tuple(Quote("x" * 2900) for _ in range(8))
    assert len(shown_in_blocks(message(Card("T", "S", body), school="s")["blocks"])) < SLACK.message_text + 2000


def test_a_list_longer_than_fits_says_how_many_more() -> None:
    rows = tuple(Row(f"P-{n}", "waiting", (press("Open"),)) for n in range(120))
    drawn = message(Card("Posts", "120 posts", rows, (press("Draft"),)), school="s")["blocks"]
    assert len(drawn) == SLACK.message_blocks
    said = shown_in_blocks(drawn)
    listed = said.count("waiting")
    assert f"… and {120 - listed} more" in said
    assert button_labels(drawn)[-1] == "Draft"
    fits = message(Card("Posts", "s", rows[:49]), school="s")["blocks"]
    assert "more" not in shown_in_blocks(fits)
    assert len(fits) == 50


def test_the_difference_is_said_in_words_and_style() -> None:
    block = message(Card("T", "S", (Difference("Text", "We won two races", "We won three races"),)), school="s")
    rich = block["blocks"][1]["elements"]
    assert shown_in_blocks(block["blocks"][1:]) == "Text\nWas:\nWe won two races\nNow:\nWe won three races"
    assert {"type": "text", "text": "two", "style": {"strike": True}} in rich[1]["elements"]
    assert {"type": "text", "text": "three", "style": {"bold": True}} in rich[3]["elements"]


def test_a_change_at_the_end_of_a_long_text_is_seen() -> None:
    text = "the same words again and again " * 90
    drawn = message(Card("T", "S", (Difference("Text", f"{text}Monday", f"{text}Tuesday"),)), school="s")
    said = shown_in_blocks(drawn["blocks"])
    assert "Monday" in said
    assert "Tuesday" in said
    assert "[…]" in said
    assert len(said) < 600


def test_a_button_brings_back_its_ids() -> None:
    button = press(payload={"page": "2"}, tone=Tone.PRIMARY, about="Approve P-12")
    element = message(Card("T", "S", (), (button,)), school="harbour")["blocks"][-1]["elements"][0]
    assert (element["style"], element["accessibility_label"]) == ("primary", "Approve P-12")
    carried = pressed(element)
    assert (carried.verb, carried.school, carried.record, carried.version) == ("post.approve", "harbour", POST, 3)
    assert (dict(carried.payload), carried.again) == ({"page": "2"}, False)


def test_two_buttons_of_one_verb_in_a_block_are_told_apart() -> None:
    pair = (press("One", payload={"n": "1"}), press("Two", payload={"n": "2"}))
    elements = message(Card("T", "S", (), pair), school="s")["blocks"][-1]["elements"]
    assert len({element["action_id"] for element in elements}) == 2
    assert [pressed(element).verb for element in elements] == ["post.approve"] * 2


def test_a_link_is_a_link() -> None:
    element = message(Card("T", "S", (), (Button("See", url="https://x.example"),)), school="s")["blocks"][-1]
    assert element["elements"][0]["url"] == "https://x.example"
    assert "value" not in element["elements"][0]


@pytest.mark.parametrize("value", [None, "", "x", "[]", "{}", '{"s":1,"v":1}', '{"s":"a","v":"1"}', 7])
def test_a_payload_exeat_never_wrote_is_told_apart(value: object) -> None:
    with pytest.raises(Foreign):
        pressed({"action_id": "post.approve", "value": value})
    with pytest.raises(Foreign):
        sent({"callback_id": "post.new", "private_metadata": value})


def a_form(**more: Any) -> Form:
    parts = (
        Text("Write it as it should go out."),
        TextField("text", "Text", "Hello", "A hint", required=True, lines=5, longest=280),
        ChoiceField("account", "Account", (("page", "Our page"), ("", "Not sure")), "page", required=True),
        ChoiceField("many", "Many", tuple((str(n), f"Option {n}") for n in range(9)), "4"),
        MomentField("planned", "When", datetime(2027, 3, 2, 9, tzinfo=UTC)),
        DateField("first", "First day", date(2027, 3, 2)),
        PersonField("delegate", "Delegate", Identity("slack", "T1", "U7")),
        FileField("picture1", "Picture"),
        Quote("As it was"),
        Notice("Take care"),
        Picture(SHA, "A boat"),
        Divider(),
        FormButton("Add a picture", "post.more", {"pictures": "1"}),
        FormButton("Add two", "post.more", {"pictures": "2"}),
    )
    return Form("post.new", "Draft a post", parts, POST, 3, "By sending it you agree.", payload={"a": "b"}, **more)


def test_a_form_is_a_view_that_slack_takes() -> None:
    view = modal(a_form(), school="harbour", uploads={SHA: "F1"})
    assert problems_in_view(view, frozenset({"modal"}), lambda file: file == "F1") == []
    assert View(**view).to_dict() == view
    assert field_labels(view["blocks"]) == [
        "Text",
        "Account",
        "Many",
        "When",
        "First day",
        "Delegate",
        "Picture",
    ]
    kinds = [block["element"]["type"] for block in view["blocks"] if block["type"] == "input"]
    assert kinds == [
        "plain_text_input",
        "radio_buttons",
        "static_select",
        "datetimepicker",
        "datepicker",
        "users_select",
        "file_input",
    ]
    assert shown_in_blocks(view["blocks"][-1:]) == "By sending it you agree."
    assert [button_labels(view["blocks"]), view["submit"]["text"]] == [["Add a picture", "Add two"], "Send"]


def test_a_form_comes_back_as_it_went() -> None:
    view = modal(a_form(), school="harbour")
    carried = sent(view)
    assert (carried.verb, carried.school, carried.record, carried.version) == ("post.new", "harbour", POST, 3)
    assert dict(carried.payload) == {"a": "b"}
    button = next(b for b in view["blocks"] if b["type"] == "actions")["elements"][1]
    again = pressed(button, view)
    assert (again.verb, again.again, dict(again.payload)) == ("post.more", True, {"a": "b", "pictures": "2"})
    assert (again.record, again.school) == (POST, "harbour")


def test_what_was_typed_stands_in_a_form_that_is_shown_again() -> None:
    typed = {"text": "New words", "account": "", "planned": None, "delegate": Identity("slack", "T1", "U9")}
    view = modal(a_form(), school="s", values=typed, errors={"text": "Too long for X."})
    elements = {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}
    assert elements["text"]["initial_value"] == "New words"
    assert elements["account"]["initial_option"]["text"]["text"] == "Not sure"
    assert "initial_date_time" not in elements["planned"]
    assert elements["delegate"]["initial_user"] == "U9"
    assert "Too long for X." in shown_in_blocks(view["blocks"])


def test_a_long_title_and_text_are_cut_visibly() -> None:
    form = Form("post.edit", "Edit the post about the harbour", (TextField("text", "Text", "x" * 3200, longest=280),))
    view = modal(form, school="s")
    assert problems_in_view(view, frozenset({"modal"}), lambda _: False) == []
    assert view["title"]["text"].endswith("…")
    assert "Edit the post about the harbour" in shown_in_blocks(view["blocks"])
    assert "The last 200 characters did not fit" in shown_in_blocks(view["blocks"])


def test_values_have_the_types_that_handlers_expect() -> None:
    state = {
        "values": {
            "text": {"text": {"type": "plain_text_input", "value": "Hello"}},
            "note": {"note": {"type": "plain_text_input", "value": None}},
            "account": {"account": {"type": "radio_buttons", "selected_option": {"value": "page"}}},
            "source": {"source": {"type": "static_select", "selected_option": None}},
            "unsure": {"unsure": {"type": "static_select", "selected_option": {"value": "-"}}},
            "planned": {"planned": {"type": "datetimepicker", "selected_date_time": 1803978000}},
            "later": {"later": {"type": "datetimepicker", "selected_date_time": None}},
            "first": {"first": {"type": "datepicker", "selected_date": "2027-03-02"}},
            "delegate": {"delegate": {"type": "users_select", "selected_user": "U7"}},
            "picture1": {"picture1": {"type": "file_input", "files": [{"id": "F1", "name": "boat.jpg"}]}},
            "picture2": {"picture2": {"type": "file_input", "files": []}},
        }
    }
    assert values(state, "T1") == {
        "text": "Hello",
        "note": "",
        "account": "page",
        "source": "",
        "unsure": "",
        "planned": datetime(2027, 3, 2, 9, 0, tzinfo=UTC),
        "later": None,
        "first": date(2027, 3, 2),
        "delegate": Identity("slack", "T1", "U7"),
        "picture1": FileRef("slack", "F1", "boat.jpg"),
        "picture2": None,
    }


def test_a_receipt_keeps_links_only_and_a_home_keeps_all() -> None:
    card = Card("T", "S", (Row("P-12", "", (press("Open"),)),), (press(), Button("See", url="https://x.example")))
    receipt = shown(card, school="s", live=False)
    assert problems_in_view(receipt, frozenset({"modal"}), lambda _: False) == []
    assert button_labels(receipt["blocks"]) == ["See"]
    assert "submit" not in receipt
    tab = home(card, school="s")
    assert problems_in_view(tab, frozenset({"home"}), lambda _: False) == []
    assert button_labels(tab["blocks"]) == ["Open", "Approve", "See"]
