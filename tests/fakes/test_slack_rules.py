"""What the Slack stand-in refuses in blocks and views, and how it reads them as a person would."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.slack import blocks as rules
from tests.fakes.slack import shown
from tests.fakes.slack.surfaces import MessageVersion

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def section(text: Block, **more: Any) -> Block:
    return {"type": "section", "text": text, **more}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def button(label: str = "Go", **more: Any) -> Block:
    return {"type": "button", "action_id": "go", "text": plain(label), **more}


def field(element: Block, **more: Any) -> Block:
    return {"type": "input", "label": plain("L"), "element": {"action_id": "x", **element}, **more}


def select(count: int, text: str = "o", value: str = "v", **more: Any) -> Block:
    options = [{"text": plain(text), "value": f"{value}{number}"} for number in range(count)]
    return {"type": "static_select", "options": options, **more}


def rich(*pieces: Block, kind: str = "rich_text_section", **more: Any) -> Block:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(pieces), **more}]}


def picture(**more: Any) -> Block:
    return {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "The team", **more}


def complaints(*blocks: Block, surface: str = "message") -> list[str]:
    return rules.problems_in_blocks(list(blocks), surface, {"F1"}.__contains__)


def view_complaints(**changes: Any) -> list[str]:
    view = {"type": "modal", "title": plain("T"), "submit": plain("Send"), "blocks": [], **changes}
    return rules.problems_in_view(view, frozenset({"modal"}), lambda id: False)


AT_THE_LIMIT = [
    section(plain("x" * 3000)),
    {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
    {"type": "header", "text": plain("x" * 150)},
    {"type": "context", "elements": [mrkdwn("x")] * 10},
    actions(*[button("x" * 75, value="v" * 2000, action_id="a" * 253 + f"{n:02}") for n in range(25)]),
    actions({**select(100, "t" * 75, "v" * 148), "action_id": "s", "placeholder": plain("p" * 150)}),
    field({"type": "plain_text_input", "max_length": 3000, "initial_value": "x" * 3000}, hint=plain("h" * 2000)),
    {"type": "divider", "block_id": "b" * 255},
    actions(button(confirm={"title": plain("t" * 100), "text": plain("x" * 300)})),
    picture(alt_text="x" * 2000, title=plain("t" * 2000)),
    rich({"type": "text", "text": "<!channel>", "style": {"bold": True}}),
    rich({"type": "text", "text": "code"}, kind="rich_text_preformatted", border=1),
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
            }
        ],
    },
]

TOO_MUCH = [
    (section(plain("x" * 3001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    (section(plain("")), "must be more than 0 characters"),
    (section(mrkdwn("x" * 3001)), "must be less than 3001"),
    ({"type": "section"}, "one of text or fields"),
    ({"type": "section", "fields": [plain("x")] * 11}, "between 1 and 10 items"),
    ({"type": "section", "fields": [plain("x" * 2001)]}, "less than 2001"),
    ({"type": "header", "text": plain("x" * 151)}, "less than 151"),
    ({"type": "header", "text": mrkdwn("x")}, "unsupported text type: mrkdwn"),
    (actions(button("x" * 76)), "less than 76"),
    (actions(button(value="x" * 2001)), "less than 2001"),
    (actions(button(action_id="x" * 256)), "less than 256"),
    (actions(button(style="warning")), "primary or danger"),
    (actions(button(), button()), "action_id `go` already exists"),
    (actions(*[button(action_id=str(n)) for n in range(26)]), "between 1 and 25"),
    (actions(), "between 1 and 25"),
    (actions({"type": "slider"}), "unsupported element type: slider"),
    (actions({"type": "plain_text_input", "action_id": "x"}), "unsupported element type: plain_text_input"),
    (actions(select(101)), "between 1 and 100"),
    (actions(select(1, "t" * 76)), "less than 76"),
    (actions(select(1, "t", "v" * 150)), "less than 151"),
    (actions(select(1, placeholder=plain("x" * 151))), "less than 151"),
    (actions(select(1, initial_option={"text": plain("o"), "value": "v9"})), "not one of the options"),
    (field({**select(11), "type": "radio_buttons"}), "between 1 and 10"),
    (field({"type": "plain_text_input", "max_length": 3001}), "max_length must be between"),
    (field({"type": "plain_text_input", "initial_value": "x" * 3001}), "less than 3001"),
    (field({"type": "plain_text_input"}, label=plain("x" * 2001)), "less than 2001"),
    (field({"type": "plain_text_input"}, hint=plain("x" * 2001)), "less than 2001"),
    (field({"type": "file_input"}), "file_input is for modals only"),
    (field({"type": "button", "text": plain("x")}), "unsupported element type: button"),
    (actions(button(confirm={"title": plain("t" * 101), "text": plain("x")})), "less than 101"),
    (actions(button(confirm={"title": plain("t"), "text": plain("x" * 301)})), "less than 301"),
    (picture(slack_file={"id": "F2"}), "invalid slack file"),
    (picture(image_url="http://x.example/a.png"), "exactly one of image_url and slack_file"),
    (picture(alt_text=""), "more than 0 characters"),
    ({"type": "carousel"}, "unsupported block type: carousel"),
    (section(plain("x"), colour="red"), "invalid additional property: colour"),
    (rich({"type": "text", "text": ""}), "more than 0 characters"),
    (rich({"type": "shout", "text": "x"}), "unsupported element type: shout"),
    (rich({"type": "user"}), "missing required field: user_id"),
    (rich({"type": "user", "user_id": "U1"}, kind="rich_text_preformatted"), "unsupported element type: user"),
    (rich(kind="rich_text_box"), "unsupported element type: rich_text_box"),
    (rich({"type": "text", "text": "x"}, kind="rich_text_list", style="bullet"), "rich_text_section only"),
    (rich(kind="rich_text_list", style="dots"), "bullet or ordered"),
    (rich({"type": "text", "text": "x", "style": "bold"}), "unknown style"),
]


@pytest.mark.parametrize("block", AT_THE_LIMIT)
def test_blocks_at_their_limit_are_taken(block: Block) -> None:
    assert complaints(block) == []


@pytest.mark.parametrize(("block", "complaint"), TOO_MUCH)
def test_blocks_over_their_limit_are_refused(block: Block, complaint: str) -> None:
    assert any(complaint in problem for problem in complaints(block))


def test_messages_hold_fifty_blocks_and_views_a_hundred() -> None:
    divider = {"type": "divider"}
    assert complaints(*[divider] * 50) == []
    assert complaints(*[divider] * 51) != []
    assert complaints(*[divider] * 100, surface="modal") == []
    assert complaints(*[divider] * 101, surface="modal") != []


def test_block_ids_are_unique() -> None:
    twice = {"type": "divider", "block_id": "same"}
    assert complaints(twice, twice) == ["block_id `same` already exists [json-pointer:/blocks]"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"title": plain("x" * 25)}, "less than 25"),
        ({"title": None}, "must be an object"),
        ({"submit": plain("x" * 25)}, "less than 25"),
        ({"close": plain("x" * 25)}, "less than 25"),
        ({"private_metadata": "x" * 3001}, "less than 3001"),
        ({"callback_id": "x" * 256}, "less than 256"),
        ({"submit": None, "blocks": [field({"type": "plain_text_input"})]}, "missing required field: submit"),
        ({"type": "home"}, "view must be of type modal"),
        ({"blocks": [field({"type": "plain_text_input", "focus_on_load": True})] * 2}, "focus_on_load"),
        ({"blocks": [field({"type": "file_input", "max_files": 11})]}, "max_files must be between"),
        ({"colour": "red"}, "invalid additional property: colour"),
    ],
)
def test_views_over_their_limit_are_refused(changes: Block, complaint: str) -> None:
    assert any(complaint in problem for problem in view_complaints(**changes))


def test_a_view_at_its_limit_is_taken() -> None:
    every = {"title": plain("x" * 24), "close": plain("x" * 24), "submit": plain("x" * 24)}
    file = field({"type": "file_input", "max_files": 10})
    assert view_complaints(**every, private_metadata="x" * 3000, callback_id="x" * 255, blocks=[file]) == []


def message(*blocks: Block, text: str = "") -> MessageVersion:
    return MessageVersion("D1", "1.1", "U0BOT", text, blocks)


def test_a_message_reads_as_a_person_reads_it() -> None:
    card = message(
        {"type": "header", "text": plain("A *post*")},
        section(mrkdwn("*Account:* <https://x.example|Facebook> &amp; `X`"), accessory=button("More")),
        rich({"type": "text", "text": "We *won* <!channel> &amp;"}),
        picture(),
        {"type": "context", "elements": [mrkdwn("_by_ <@U1>")]},
        field({"type": "plain_text_input", "placeholder": plain("Why")}),
        actions(button("Approve"), button("Reject")),
    )
    assert card.shown_text().split("\n") == [
        "A *post*",
        "Account: Facebook & X",
        "[More]",
        "We *won* <!channel> &amp;",
        "The team",
        "by @U1",
        "L",
        "Why",
        "[Approve]",
        "[Reject]",
    ]
    assert card.buttons() == ["More", "Approve", "Reject"]
    assert card.fields() == ["L"]
    assert message(text="Tom &amp; <!here>").shown_text() == "Tom & @here"


@pytest.mark.parametrize(
    ("block", "alive"),
    [
        (section(mrkdwn("hi <!channel> and <@U1>")), ["<!channel>", "<@U1>"]),
        (section(mrkdwn("see <http://x.example|here>")), ["<http://x.example|here>"]),
        (section(mrkdwn("see http://x.example")), ["http://x.example"]),
        (section({**mrkdwn("see http://x.example"), "verbatim": True}), []),
        (section(mrkdwn("&lt;!channel&gt; &lt;@U1&gt;")), []),
        (section(plain("<!channel> http://x.example")), []),
        (rich({"type": "text", "text": "<!channel> <@U1> http://x.example"}), []),
        (rich({"type": "broadcast", "range": "channel"}), ["<!channel>"]),
        (rich({"type": "user", "user_id": "U1"}), ["<@U1>"]),
        (rich({"type": "link", "url": "http://x.example"}), ["<http://x.example>"]),
        (actions(button("<!channel>", value="<@U1>", url="http://x.example")), []),
        ({"type": "context", "elements": [mrkdwn("<#C1>")]}, ["<#C1>"]),
    ],
)
def test_what_would_be_alive_is_found(block: Block, alive: list[str]) -> None:
    assert message(block).live_entities() == alive


def test_the_fallback_text_is_looked_at_too() -> None:
    assert message(text="<!here> http://x.example").live_entities() == ["<!here>", "http://x.example"]
    assert message(section(plain("x")), text="<!here> http://x.example").live_entities() == ["<!here>"]


@given(st.text(alphabet="ab <>&!@#|*_`~\n:/"))
def test_escaped_words_are_never_alive(words: str) -> None:
    safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert shown.alive_in_mrkdwn(safe) == []
    assert shown.unescaped(safe) == words


@given(st.text(min_size=1, max_size=3000))
def test_rich_text_shows_words_as_they_are(words: str) -> None:
    block = rich({"type": "text", "text": words})
    assert complaints(block) == []
    assert shown.shown_in_blocks([block]) == words
    assert message(block).live_entities() == []
