"""Cards as Teams gets them: every typed word literal, calm on a phone, and presses that come back unchanged."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cards.carried import Foreign
from cards.changes import MOST_CHANGES
from cards.limits import TEAMS
from cards.model import (
    Button,
    Card,
    Chart,
    Copy,
    Difference,
    Divider,
    Element,
    Facts,
    Notice,
    Picture,
    Quote,
    Row,
    Text,
    Tone,
)
from cards.teams import Json, Pictures, came, message, summary
from cards.text import harmless
from tests.cards.views import POST, SHA, every_element, press
from tests.fakes.teams.shown import actions, alive, parts, text_of

NASTY = (
    "*bold* _it_ ~no~ `code` [x](https://x.example) ![p](https://x.example/p) <at>Ann</at> <b>b</b> &amp; \\*\n"
    "# heading\n1. one\n- two\n> three\n{{DATE(2027-03-02T09:00:00Z, SHORT)}} {{TIME(2027-03-02T09:00:00Z)}}\n"
    "https://y.example www.z.example ${name} | a | b |"
)
THUMB = "data:image/png;base64,iVBORw0KGgo="
PICTURES = Pictures({SHA: THUMB}, {SHA: "https://exeat.example/pictures/t0k3n"})


def drawn(*elements: Element, buttons: tuple[Button, ...] = (), **more: Any) -> Json:
    return message(Card("Title", "Summary", elements, buttons), school="harbour", **{"pictures": PICTURES, **more})


def said(card: Json) -> str:
    return text_of({**card, "body": card["body"][1:]})


def labels(card: Json) -> list[str]:
    return [action["title"] for action in actions(card)]


def runs(card: Json) -> Iterator[Json]:
    for part in parts(card):
        yield from part.get("inlines", ())


def test_a_card_is_its_title_its_parts_and_its_buttons_in_that_order() -> None:
    card = drawn(Text("Waiting."), buttons=(press(),))
    assert (card["type"], card["version"], card["fallbackText"]) == ("AdaptiveCard", "1.5", "Summary")
    assert text_of(card) == "Title\nWaiting.\n[Approve]"
    assert (card["body"][0]["style"], card["body"][0]["wrap"]) == ("heading", True)


@pytest.mark.parametrize("element", every_element(NASTY), ids=lambda element: type(element).__name__)
def test_what_a_person_typed_is_literal(element: Element) -> None:
    card = message(Card(NASTY, NASTY, (element,), (press(NASTY),)), school="harbour", pictures=PICTURES)
    assert alive(card) == []
    assert all(part["type"] not in ("TextBlock", "FactSet") for part in parts(card))
    if not isinstance(element, Divider | Picture | Chart):
        assert NASTY in said(card)


@given(st.text(max_size=400))
@example("{{{{DATE(2027-03-02T09:00:00Z)}}")
@example("{{ date (2027-03-02T09:00:00Z)}}")
@example("# h")
@example("1. one")
def test_any_words_show_exactly_as_typed(text: str) -> None:
    whole = (Quote(text), Copy(text), Notice(text), Facts((("Label", text),)), Row(text), Text(text))
    for element in whole:
        card = drawn(element)
        assert (harmless(text) or "–") in said(card)
    titled = text_of(message(Card(text, "s"), school="harbour"))
    assert titled == (" ".join(harmless(text).split()) or "–")


def test_a_title_is_a_heading_unless_markdown_could_find_something_in_it() -> None:
    def kind(title: str) -> str:
        return str(message(Card(title, "s"), school="harbour")["body"][0]["type"])

    for safe in (
        "Posts",
        "P-12: post for Harbour page",
        "“Beans” is approved: ready for Year 4's page",
        "When you are away",
    ):
        assert kind(safe) == "TextBlock"
    for unsafe in (
        "1. one",
        "- one",
        "*a*",
        "_a_",
        "[a](b)",
        "a.example",
        "https://a",
        "{{DATE(",
        "# a",
        "a\\b",
        "<b>",
    ):
        assert kind(unsafe) == "RichTextBlock"


def test_hidden_and_reversing_characters_are_gone() -> None:
    sneaky = "pay\u202eno\u200b the\u2066 school\u0007\ud800"
    card = message(Card(sneaky, sneaky, every_element(sneaky), (press(sneaky, about=sneaky),)), school="s")
    written = json.dumps(card)
    assert not any(escape in written for escape in ("\\u202e", "\\u200b", "\\u2066", "\\u0007", "\\ud800"))
    assert "payno the school" in written


def test_newlines_are_kept() -> None:
    assert "one\n\ntwo\n  three" in said(drawn(Quote("one\r\n\r\ntwo\n  three")))


def test_tones_are_said_in_words_first() -> None:
    card = drawn(
        Notice("Careful.", "Policy, 3", Tone.WARNING), Notice("Stop.", tone=Tone.DANGER), Text("x", Tone.WARNING)
    )
    assert said(card) == "Please note: Careful.\nPolicy, 3\nImportant: Stop.\nPlease note: x"
    assert [part["style"] for part in card["body"][1:3]] == ["warning", "attention"]
    quiet, strong = drawn(Text("q", Tone.QUIET), Text("s", Tone.STRONG))["body"][1:]
    assert quiet["inlines"][0]["isSubtle"] is True
    assert strong["inlines"][0]["weight"] == "Bolder"


def test_a_long_text_is_cut_visibly_with_a_button_for_the_whole() -> None:
    text = "word " * 480
    card = drawn(Quote(text, press("Open", verb="post.open")))
    kept = said(card).split("…")[0]
    assert f"… {len(harmless(text)) - len(kept):,} more characters" in said(card)
    assert labels(card) == ["Open"]
    assert labels(drawn(Quote("short", press("Open")))) == []
    assert labels(drawn(Copy(text * 3, whole=press("Open")))) == ["Open"]


def test_a_text_of_three_thousand_characters_stands_whole() -> None:
    assert said(drawn(Quote("x" * 3000))) == "x" * 3000


def test_a_list_longer_than_fits_says_how_many_more_and_keeps_its_buttons() -> None:
    rows = tuple(Row(f"P-{n}", "waiting", (press("Open"),)) for n in range(300))
    card = drawn(*rows, buttons=(press("Draft"),))
    listed = said(card).count("waiting")
    assert 60 < listed < 300
    assert f"… and {300 - listed} more" in said(card)
    assert labels(card)[-1] == "Draft"
    assert "more" not in said(drawn(*rows[:50]))


def test_facts_are_paragraphs_that_wrap_and_say_how_many_more() -> None:
    card = drawn(Facts((("From", "Ann"), ("Link", ""))))
    assert said(card) == "From: Ann\nLink: –"
    assert card["body"][1]["inlines"][0]["weight"] == "Bolder"
    assert "… and 5 more" in said(drawn(Facts((("A", "b"),) * (TEAMS.facts + 5))))


def test_the_difference_is_said_in_words_and_style() -> None:
    card = drawn(Difference("Text", "We won two races", "We won three races"))
    assert said(card) == "Text\nWas:\nWe won two races\nNow:\nWe won three races"
    styled = {run["text"]: set(run) - {"type", "text"} for run in runs(card)}
    assert "strikethrough" in styled["two"]
    assert "underline" in styled["three"]
    assert not styled["We won "] | styled[" races"]
    assert "Was:\nnothing\nNow:\nnew" in said(drawn(Difference("Text", "", "new")))


def test_changes_with_a_space_between_them_are_one() -> None:
    card = drawn(Difference("When", "Tue 2 March", "as soon as possible"))
    assert [run["text"] for run in runs(card) if run.get("strikethrough")] == ["Tue 2 March"]


def test_a_change_at_the_end_of_a_long_text_is_seen() -> None:
    text = "the same words again and again " * 90
    shown = said(drawn(Difference("Text", f"{text}Monday", f"{text}Tuesday")))
    assert "Monday" in shown
    assert "Tuesday" in shown
    assert "[…]" in shown
    assert len(shown) < 600


@given(st.text("ab \n", max_size=300), st.text("ab \n", max_size=300))
@example("a b " * 400, "b a " * 400)
@example("a b " * 70, "a c " * 70)
def test_a_difference_leaves_out_and_adds_nothing(before: str, after: str) -> None:
    blocks = [part for part in parts(drawn(Difference("T", before, after))) if part["type"] == "RichTextBlock"]
    was, now = ("".join(run["text"] for run in block["inlines"]) for block in (blocks[2], blocks[4]))
    for shown, typed in ((was, before), (now, after)):
        if "[…]" not in shown:
            assert shown == (harmless(typed) or "nothing")
    assert len(blocks[2]["inlines"]) < 2 * MOST_CHANGES


def test_a_text_to_copy_stands_alone_in_plain_type() -> None:
    card = drawn(Copy("Words\n  to copy"))
    label, box = card["body"][1:]
    assert label["inlines"][0]["text"] == "Ready to copy"
    assert [run for each in box["items"] for run in each["inlines"]] == [
        {"type": "TextRun", "text": "Words\n  to copy", "fontType": "Monospace"}
    ]


def test_a_picture_shows_its_small_copy_and_opens_the_full_one() -> None:
    image, caption = drawn(Picture(SHA, "A boat", "From the trip"))["body"][1:]
    assert (image["url"], image["altText"]) == (THUMB, "A boat")
    assert image["selectAction"]["url"] == "https://exeat.example/pictures/t0k3n"
    assert caption["inlines"][0]["text"] == "From the trip"
    assert labels(drawn(Picture(SHA, "A boat", download=True))) == ["Open the picture"]
    alone = drawn(Picture(SHA, "", download=True), pictures=Pictures({SHA: THUMB}))
    assert "selectAction" not in alone["body"][1]
    assert alone["body"][1]["altText"] == "Nobody has said what this picture shows"
    assert "please ask whoever sent it" in said(alone)


def test_a_picture_that_cannot_be_shown_is_described() -> None:
    card = drawn(Picture("c" * 64, "A boat", "From the trip"))
    assert said(card) == "A picture that cannot be shown here. It shows: A boat\nFrom the trip"
    linked = drawn(Picture(SHA, "A boat"), pictures=Pictures(links=PICTURES.links))
    assert labels(linked) == ["Open the picture"]


def test_pictures_too_large_for_a_card_are_left_to_their_links() -> None:
    large = Pictures({SHA: f"data:image/png;base64,{'A' * 40_000}"}, PICTURES.links)
    card = drawn(*(Picture(SHA, f"Boat {n}") for n in range(3)), pictures=large)
    assert [part["type"] for part in card["body"]].count("Image") == 1
    assert said(card).count("cannot be shown here") == 2
    assert labels(card) == ["Open the picture"] * 2


def test_a_divider_is_a_line_above_what_follows() -> None:
    first, second = drawn(Text("a"), Divider(), Text("b"), Divider())["body"][1:]
    assert "separator" not in first
    assert (second["separator"], second["spacing"]) == (True, "Large")


def test_a_row_has_one_short_button_beside_it_and_others_beneath() -> None:
    beside, beneath = drawn(Row("P-12", "waiting", (press("Open"),)), Row("P-13", "", (press(), press("No"))))[
        "body"
    ][1:]
    assert (beside["type"], beneath["type"]) == ("ColumnSet", "Container")
    assert labels({"body": [beside]}) == ["Open"]
    assert labels({"body": [beneath]}) == ["Approve", "No"]


def test_a_button_brings_back_its_ids() -> None:
    button = press(payload={"page": "2"}, tone=Tone.PRIMARY, about="Approve P-12")
    action = actions(drawn(buttons=(button,)))[0]
    assert (action["type"], action["style"], action["tooltip"]) == ("Action.Execute", "positive", "Approve P-12")
    for verb, part in ((action["verb"], action), ("", action["fallback"])):
        found = came(verb, part["data"])
        assert (found.carried.verb, found.carried.school, found.carried.record) == ("post.approve", "harbour", POST)
        assert (found.carried.version, dict(found.carried.payload)) == (3, {"page": "2"})
        assert (found.carried.again, found.nonce, found.dialog) == (False, "", False)
    assert action["fallback"]["type"] == "Action.Submit"
    assert "msteams" not in action["data"]


def test_a_button_to_a_dialog_asks_teams_for_it() -> None:
    action = actions(drawn(buttons=(press("Open", verb="concern.open", dialog=True),)))[0]
    assert (action["type"], action["data"]["msteams"]) == ("Action.Submit", {"type": "task/fetch"})
    assert came("", action["data"]).carried.verb == "concern.open"


def test_a_link_is_a_link_and_what_no_browser_follows_is_words() -> None:
    action = actions(drawn(buttons=(Button("See", url="https://x.example"),)))[0]
    assert (action["type"], action["url"], "data" in action) == ("Action.OpenUrl", "https://x.example", False)
    for url in ("javascript:alert(1)", "https://[", "file:///etc"):
        card = drawn(buttons=(Button("See", url=url), press()))
        assert labels(card) == ["Approve"]
        assert f"See: {url}" in said(card)


def test_buttons_stand_in_lines_that_a_phone_shows_whole() -> None:
    names = ("Approve", "Request changes", "Reject", "Edit", "Withdraw", "History", "Mark as posted", "Open")
    sets = [part for part in parts(drawn(buttons=tuple(map(press, names)))) if part["type"] == "ActionSet"]
    lines = [[action["title"] for action in each["actions"]] for each in sets]
    assert [name for line in lines for name in line] == list(names)
    assert all(len(line) <= 3 and sum(len(name) + 5 for name in line) <= 37 for line in lines)


def test_a_closed_card_keeps_links_only() -> None:
    card = Card("T", "S", every_element("x" * 2000), (press(), Button("See", url="https://x.example")))
    closed = message(card, school="s", pictures=PICTURES, live=False)
    assert {action["type"] for action in actions(closed)} == {"Action.OpenUrl"}
    assert labels(closed)[-1] == "See"


def test_ids_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="bytes where a card may carry"):
        drawn(buttons=(press(payload={"text": "x" * 5000}),))


def test_the_summary_is_one_harmless_line() -> None:
    assert summary(Card("T", "One\n two\u202e three")) == "One two three"
    assert summary(Card("T", "")) == "T"
    assert summary(Card("", "")) == "Exeat"
    assert len(summary(Card("T", "word " * 400))) <= TEAMS.summary


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        None,
        "x",
        {"exeat": None},
        {"exeat": []},
        {"exeat": {"s": "a", "v": 1}},
        {"exeat": {"s": "a", "v": "1", "verb": "x"}},
        {"exeat": {"s": 1, "v": 1, "verb": "x"}},
        {"exeat": {"s": "a", "v": True, "verb": "x"}},
        {"exeat": {"s": "a", "v": 1, "verb": ""}},
        {"exeat": {"s": "a", "v": 1, "verb": "x", "n": 7}},
        {"exeat": {"s": "a", "v": 1, "verb": "x", "f": 1}},
        {"exeat": {"s": "a", "v": 1, "verb": "x", "d": 1, "n": ""}},
    ],
)
def test_data_exeat_never_wrote_is_told_apart(data: Any) -> None:
    with pytest.raises(Foreign):
        came("", data)


def test_another_verb_than_the_button_had_is_told_apart() -> None:
    data = actions(drawn(buttons=(press(),)))[0]["data"]
    with pytest.raises(Foreign):
        came("post.reject", data)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("svkipnfdq") | st.just("verb"), inner)
    ),
    max_leaves=12,
)


@given(st.text(max_size=5), st.just({}) | st.dictionaries(st.sampled_from(("exeat", "msteams", "text")), _json))
def test_whatever_comes_is_ours_or_foreign(verb: str, data: dict[str, Any]) -> None:
    try:
        found = came(verb, data)
    except Foreign:
        return
    assert found.carried.verb == data["exeat"]["verb"]
    assert isinstance(found.nonce, str)
