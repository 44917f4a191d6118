"""Cards and forms as HTML: everything typed stays text, every box has its words, what changed can be read."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from cards.chart import WIDTH, data_uri
from cards.html import card_html, form_html
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
    Value,
)
from cards.text import harmless
from policy.people import Identity
from policy.record import Ref

NASTY = "<script>alert(1)</script> & \"quoted\" 'single' <img src=x onerror=alert(2)> &lt;"
ANN = Identity("sandbox", "demo", "ann")


class Page(HTMLParser):
    """What a browser would make of it: the tags with their attributes, and the text inside each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[tuple[tuple[str, ...], str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        unseen = dict(attrs).get("class") == "unseen"
        if tag not in ("input", "img", "hr", "br"):
            self._open.append("unseen" if unseen else tag)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.pieces.append((tuple(self._open), data))

    @property
    def text(self) -> str:
        return "".join(data for _, data in self.pieces)

    def one(self, tag: str, **attributes: str) -> dict[str, str | None]:
        found = [each for name, each in self.tags if name == tag and attributes.items() <= each.items()]
        assert len(found) == 1, (tag, attributes, self.tags)
        return found[0]


def drawn(*body: Element, buttons: tuple[Button, ...] = ()) -> Page:
    card = Card("A title", "A summary", body, buttons)
    return Page(card_html(card, school="harbour", picture_url=lambda sha: f"/pictures/{sha}"))


def asked(form: Form, *, values: Mapping[str, Value] | None = None, errors: dict[str, str] | None = None) -> Page:
    return Page(
        form_html(
            form,
            school="harbour",
            nonce="n1",
            zone=ZoneInfo("Europe/London"),
            picture_url=lambda sha: f"/pictures/{sha}",
            values=values,
            errors=errors,
            people=[(ANN, "Ann Lee")],
        )
    )


CHART = Chart((Bars(NASTY, (Bar(NASTY, 9, 10, (NASTY,), NASTY),)),), NASTY, NASTY, (NASTY,))

ELEMENTS: list[Element] = [
    Text(NASTY),
    Quote(NASTY),
    Facts(((NASTY, NASTY),)),
    Notice(NASTY, NASTY, Tone.WARNING),
    Picture("ab", NASTY, NASTY, download=True),
    CHART,
    Difference(NASTY, NASTY, f"{NASTY} more"),
    Difference(NASTY, "quite other words", NASTY),
    Copy(NASTY, NASTY),
    Row(NASTY, NASTY, (Button(NASTY, "see", about=NASTY, payload={"<b>": "<i>"}),)),
    Divider(),
]


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: type(element).__name__)
def test_nothing_typed_becomes_markup(element: Element) -> None:
    page = drawn(element)
    assert not {"script", "b", "i"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    own = ("/pictures/ab", data_uri(CHART))
    assert all(attributes["src"] in own for tag, attributes in page.tags if tag == "img")
    if not isinstance(element, Divider | Picture | Chart | Difference):
        assert NASTY in page.text


def test_a_reference_and_a_telephone_number_stand_on_one_line() -> None:
    page = drawn(Text("Exeat needs opening now: 7FQK-VR3M. Ring 01632 960100 & wait."), Facts((("In 2026", "999"),)))
    whole = [data for tags, data in page.pieces if tags[-1] == "span"]
    assert whole == ["7FQK-VR3M", "01632 960100"]


def test_a_value_stands_under_its_label_where_that_is_one_long_word() -> None:
    assert drawn(Facts((("In danger now", "999"),))).one("dl")["class"] == "facts"
    assert drawn(Facts((("/compromisingpicture", "You took one"),))).one("dl")["class"] == "facts apart"


def test_a_chart_is_a_picture_with_its_numbers() -> None:
    [image] = [attributes for tag, attributes in drawn(CHART).tags if tag == "img"]
    assert image == {"src": data_uri(CHART), "alt": CHART.alt, "width": str(WIDTH)}


@given(st.text())
def test_a_quotation_and_a_text_to_copy_say_exactly_what_was_typed(typed: str) -> None:
    for element in (Quote(typed), Copy(typed, "")):
        page = drawn(element)
        shown = "".join(data for inside, data in page.pieces if "blockquote" in inside or "div" in inside)
        assert shown == harmless(typed)


WORDY = st.text(alphabet="ab .\n<", max_size=40) | st.text()


@given(WORDY, WORDY)
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    page = drawn(Difference("", before, after))
    seen = [(set(inside), data) for inside, data in page.pieces if "section" in inside and "unseen" not in inside]
    if any(tag == "dd" for tag, _ in page.tags):
        was = "".join(data for inside, data in seen if "del" in inside)
        now = "".join(data for inside, data in seen if "ins" in inside)
    else:
        was = "".join(data for inside, data in seen if not inside & {"ins", "bdi"})
        now = "".join(data for inside, data in seen if not inside & {"del", "bdi"})
    assert (was, now) == (harmless(before), harmless(after))


def test_a_difference_is_said_in_words_too() -> None:
    page = drawn(Difference("Text", "We went to the harbour today.", "We went to the harbour on Monday."))
    assert "[removed:] today [end]" in " ".join(page.text.split())
    assert "[added:] on Monday [end]" in " ".join(page.text.split())


def test_texts_with_hardly_a_word_in_common_are_shown_one_after_the_other() -> None:
    page = drawn(Difference("Text", "Sports day is on Friday.", "Choir practice has moved, sorry!"))
    assert "Was" in page.text
    assert "Now" in page.text


def test_a_button_carries_its_verb_its_record_and_the_school() -> None:
    button = Button(
        "Approve", "post.approve", Ref("post", "P-1"), 3, Tone.PRIMARY, about="Approve: P-1", payload={"a": "b"}
    )
    found = drawn(buttons=(button,)).one("button")
    assert found["data-verb"] == "post.approve"
    assert found["data-record"] == "post/P-1"
    assert found["data-version"] == "3"
    assert found["data-school"] == "harbour"
    assert found["data-payload"] == '{"a": "b"}'
    assert found["aria-label"] == "Approve: P-1"


def test_only_web_addresses_become_links() -> None:
    assert drawn(buttons=(Button("Go", url="https://a.example"),)).one("a")["rel"] == "noopener noreferrer"
    page = drawn(buttons=(Button("Go", url="javascript:alert(1)"),))
    assert not [tag for tag, _ in page.tags if tag == "a"]
    assert "javascript:alert(1)" in page.text


def test_a_long_quotation_is_cut_visibly_where_a_button_opens_the_rest() -> None:
    long = "word " * 1000
    page = drawn(Quote(long, Button("Open", "post.open")))
    assert "more characters" in page.text
    assert page.one("button")["data-verb"] == "post.open"
    assert drawn(Quote(long)).text.count("word") == 1000


def test_text_that_runs_from_right_to_left_cannot_turn_what_is_around_it() -> None:
    page = drawn(Quote("\u202egnp.exe \u05d0\u05d1"))
    assert "\u202e" not in page.text
    assert page.one("blockquote")["dir"] == "auto"


FORM = Form(
    "post.new",
    "Draft a post",
    (
        TextField("text", "Text", "first", "Say it kindly.", required=True, lines=4, longest=80),
        TextField("link", "Link"),
        ChoiceField("account", "Account", (("f", "Facebook"), ("x", "X")), "f", required=True),
        MomentField("when", "When", datetime(2026, 7, 1, 8, 0, tzinfo=UTC)),
        DateField("first", "First day", date(2026, 7, 2)),
        PersonField("who", "Who stands in", ANN),
        FileField("picture", "Picture"),
        FormButton("Add a picture", "post.more", {"pictures": "1"}),
    ),
    Ref("post", "P-1"),
    2,
    note="You say that it is yours.",
    payload={"pictures": "0"},
)


def test_every_box_has_its_label() -> None:
    page = asked(FORM)
    named = {each["for"] for tag, each in page.tags if tag == "label"}
    boxes = {
        each["id"]
        for tag, each in page.tags
        if tag in ("input", "select", "textarea") and each.get("type") != "hidden"
    }
    assert named == boxes
    assert len(boxes) == 7


def test_what_a_form_carries_comes_back_with_it() -> None:
    page = asked(FORM)
    carried = {each["name"]: each["value"] for tag, each in page.tags if each.get("type") == "hidden"}
    assert carried == {
        "verb": "post.new",
        "record": "post/P-1",
        "version": "2",
        "school": "harbour",
        "payload": '{"pictures": "0"}',
        "nonce": "n1",
    }
    assert page.one("button", name="ask")["value"] == '{"verb": "post.more", "payload": {"pictures": "1"}}'


def test_a_form_shows_its_values_with_moments_in_the_schools_zone() -> None:
    page = asked(FORM)
    assert page.one("input", name="field:moment:when")["value"] == "2026-07-01T09:00"
    assert page.one("input", name="field:date:first")["value"] == "2026-07-02"
    assert page.one("option", value=str(ANN)).keys() >= {"selected"}
    assert page.one("option", value="f").keys() >= {"selected"}


def test_what_was_typed_stands_in_place_of_the_forms_own_values() -> None:
    typed: dict[str, Value] = {
        "text": "</textarea><b>mine",
        "account": "x",
        "when": None,
        "picture": FileRef("sandbox", "1", "a.jpg"),
    }
    page = asked(FORM, values=typed)
    assert "</textarea><b>mine" in page.text
    assert page.one("option", value="x").keys() >= {"selected"}
    assert page.one("input", name="field:moment:when")["value"] == ""


def test_an_error_is_tied_to_its_box_beside_the_hint() -> None:
    page = asked(FORM, errors={"text": "Please say something.", "elsewhere": "The account is gone."})
    box = page.one("textarea")
    assert box["aria-invalid"] == "true"
    assert box["aria-describedby"] == "n1-text-hint n1-text-error"
    assert page.one("p", id="n1-text-error")
    assert page.one("p", id="n1-text-hint")
    assert "Please say something." in page.text
    assert "The account is gone." in page.text
    assert "aria-invalid" not in page.one("input", name="field:text:link")


@given(st.text(alphabet=st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])))
def test_a_box_holds_what_was_typed_to_the_letter(typed: str) -> None:
    page = asked(FORM, values={"text": typed, "link": typed})
    assert page.one("input", name="field:text:link")["value"] == typed
    inside = "".join(data for tags, data in page.pieces if "textarea" in tags)
    assert inside == f"\n{typed}", "a browser drops the first line break"


def test_the_result_is_markup_so_that_a_template_does_not_escape_it_again() -> None:
    assert isinstance(card_html(Card("A", "B"), school="s", picture_url=str), Markup)
