"""Every view of the product, by name, around words that somebody typed; and cards and forms of any shape at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from cards.away import away_card, away_form, stand_in_card
from cards.hold import Listed, hold_form, holds_card
from cards.letters import REASONS, Undelivered, dead_card, hidden_card, late_card, no_longer_card, stuck_card
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
from cards.post import Eyes, history_card, post_card, whole_card
from cards.post_forms import post_form, posted_form, reason_form
from cards.post_list import Listing, digest_card, list_card, rows
from cards.post_messages import decided_card, moved_card, nag_card, over_card, ready_card, time_card
from cards.refusal import refusal_card, trouble_card
from cards.welcome import help_card, home_card
from policy.account import Account, Platform
from policy.away import Away
from policy.calendar import Calendar
from policy.checks import Finding
from policy.content import Content
from policy.hold import Hold
from policy.people import Identity
from policy.picture import Picture as PostPicture
from policy.picture import Source, Who
from policy.post import Post, Verdict, decide, draft, edit, expire, mark_posted, send, unfetched, withdraw
from policy.record import Ref
from policy.refused import Refused
from tests.cards.comment_views import comment_cards, comment_forms
from tests.cards.concern_views import concern_cards, concern_forms
from tests.cards.incident_views import incident_cards, incident_forms
from tests.cards.safeguarding_views import safeguarding_cards
from tests.cards.template_views import template_cards, template_forms
from tests.fakes.school import MONDAY

LONDON = ZoneInfo("Europe/London")
SHA = "ab" * 32
POST = Ref("post", "P-12")
PEOPLE = {"tom": "Tom Okafor", "helen": "Helen Marsh", "olu": "Olu Adeyemi"}


def press(label: str = "Approve", **more: Any) -> Button:
    """A button about a post."""
    return Button(label, more.pop("verb", "post.approve"), POST, more.pop("version", 3), **more)


def a_chart(text: str) -> Chart:
    """Two bars, and one that is none, under a name."""
    bars = (Bar(text, 9, 10, (text, "2 h"), text), Bar("Feb 2027", 0, 3, ("0 of 3", ""), text))
    nothing = Bar("Jan 2027", 0, 0, (), text, none=text, short="Jan")
    return Chart((Bars(text, (*bars, nothing)),), "In time", "Late", ("in time", "half in"))


def every_element(text: str) -> tuple[Element, ...]:
    """Each kind of element in each of its shapes."""
    return (
        *(Text(text, tone) for tone in Tone),
        Quote(text, press("Open", verb="post.open")),
        Facts((("Account", text), (text or "x", "value"))),
        *(Notice(text, text, tone) for tone in Tone),
        Picture(SHA, text, text, download=True),
        Picture("b" * 64, text),
        a_chart(text[:60]),
        Divider(),
        Difference(text, text, f"{text} more"),
        Copy(text, whole=press("Open", verb="post.open")),
        Row(text, text),
        Row(text, text, (press(text or "Open"),)),
        Row(text, text, (press(), press("Reject"))),
        Divider(),
    )


def a_form(text: str = "Hello", **more: Any) -> Form:
    """A form with every part there is."""
    parts = (
        Text("Write it as it should go out."),
        TextField("text", "Text", text, "A hint", required=True, lines=5, longest=280),
        ChoiceField("account", "Account", (("page", "Our page"), ("", "Not sure")), "page", required=True),
        ChoiceField("many", "Many", tuple((str(n), f"Option {n}") for n in range(9)), "4"),
        ChoiceField("named", "Named", (("page", text or "–"), ("x", "X"))),
        MomentField("planned", "When", datetime(2027, 3, 2, 9, 30, tzinfo=UTC)),
        DateField("first", "First day", date(2027, 3, 2)),
        PersonField("delegate", "Delegate", Identity("teams", "T1", "U7")),
        FileField("picture1", "Picture"),
        Quote(text),
        Notice(text),
        Picture(SHA, text),
        Divider(),
        FormButton("Add a picture", "post.more", {"pictures": "1"}),
        FormButton("Add two", "post.more", {"pictures": "2"}),
    )
    return Form("post.new", "Draft a post", parts, POST, 3, "By sending it you agree.", payload={"a": "b"}, **more)


def cards(said: str) -> dict[str, Card]:
    """Every card of the product, around what a person said."""
    found = {**_posts(said), **_lists(said), **_letters(said), **comment_cards(said), **template_cards(said)}
    found |= incident_cards(said) | concern_cards(said)
    found |= safeguarding_cards(said)
    refused = Refused("P-1 was already approved.", said, "Please open it again.", clause="approve-posts")
    found |= {
        "refused": refusal_card(refused),
        "refused with what was typed": refusal_card(refused, found["waiting, decider"], (said, "2 March")),
        "trouble": trouble_card("4f2a"),
    }
    planned = Away("A-1", "harbour", "tom", "helen", date(2027, 3, 2), date(2027, 3, 5), MONDAY, None)
    for away in (planned, replace(planned, state="over"), planned.cancelled()):
        found[f"away {away.state}"] = away_card(away, said)
        found[f"stands in {away.state}"] = stand_in_card(away, said)
    held = [Listed(Hold(f"post/P-{n}", "harbour", said, "ann", MONDAY), said) for n in range(20)]
    zone = Calendar().zone
    found["held"], found["none held"] = holds_card(held, True, zone), holds_card((), False, zone)
    return found


def forms(said: str) -> dict[str, Form]:
    """Every form of the product, around what a person said."""
    page = _account(said)
    accounts = [page, replace(page, id="site", name="Harbour website")]
    found = {f"draft with {n} pictures": post_form(accounts, _content(said), pictures=n) for n in range(5)}
    found["draft, blank"] = post_form([page])
    pictured = _sent(_content(said, 4))
    found["edit with pictures"] = post_form(accounts, pictured.content, post=pictured)
    asks = partial(reason_form, pictured, title="Request changes to P-1", label="Text", hint="The author reads this.")
    found |= {
        "changes": asks("post.changes.send"),
        "reject": asks("post.reject.send"),
        "posted": posted_form(pictured),
    }
    planned = Away("A-1", "harbour", "tom", "helen", date(2027, 3, 2), date(2027, 3, 5), MONDAY, None)
    found["away"] = away_form(date(2027, 3, 1), ((planned, said),))
    found["hold"] = hold_form()
    return found | comment_forms(said) | template_forms(said) | incident_forms(said) | concern_forms(said)


def _account(said: str) -> Account:
    return Account("page", said[:60] or "Harbour page", Platform.FACEBOOK, "Facebook", "https://example.org/page")


def _content(said: str, pictures: int = 0) -> Content:
    each = PostPicture("slack", "F1", "garden.jpg", SHA, 800, 600, said[:500] or "A garden", Who.PUPILS_CONSENTED)
    source = Source.PERMISSION if pictures else None
    return Content(said, "page", MONDAY + timedelta(days=1), (each,) * pictures, source, "Ann, in May")


def _sent(content: Content) -> Post:
    advice = Finding(
        "names", False, "text", "It may name a pupil.", "Please check that they agreed.", "pupil-pictures"
    )
    return send(draft("P-1", "harbour", "tom", content, (advice,), "5a" * 32, MONDAY), MONDAY)


def _posts(said: str) -> dict[str, Card]:
    looks = Eyes(LONDON, _account(said), PEOPLE, ("Helen Marsh",), accounts={"page": said[:60], "site": "Website"})
    viewers = {
        "decider": replace(looks, decides=True),
        "author": replace(looks, author=True, publishes=True),
        "owner": replace(looks, publishes=True),
    }
    plain, pictured = _sent(_content(said or "Words")), _sent(_content(said, 2))
    new = replace(pictured.content, pictures=(), planned=None, text=f"{said} and beans", account="site")
    verdicts = {
        verdict: decide(pictured, verdict, "helen", "headteacher", MONDAY, reason=said) for verdict in Verdict
    }
    approved = verdicts[Verdict.APPROVE]
    states = {
        "waiting": plain,
        "draft": draft("P-1", "harbour", "tom", plain.content, (), "5a" * 32, MONDAY),
        "unfetched": unfetched(_sent(replace(pictured.content, pictures=_unfetched(pictured.content))), said),
        **{verdict.value: post for verdict, post in verdicts.items()},
        "changed": edit(verdicts[Verdict.CHANGES], new, (), MONDAY),
        "changed after approval": edit(approved, new, (), MONDAY),
        "posted": mark_posted(approved, "olu", f"https://x.example/{said}"[:300], MONDAY),
        "withdrawn": withdraw(plain),
        "expired": expire(plain),
        "lapsed": expire(approved),
    }
    views: dict[str, Callable[[Post, Eyes], Card]] = {
        "": post_card,
        ", whole": whole_card,
        ", history": history_card,
        ", ready": ready_card,
        ", decided": decided_card,
        ", nag": lambda post, eyes: nag_card(post, eyes, MONDAY),
        ", time": time_card,
        ", over": over_card,
        ", moved": moved_card,
    }
    return {
        f"{state}, {who}{name}": view(post, eyes)
        for state, post in states.items()
        for who, eyes in viewers.items()
        for name, view in views.items()
    }


def _unfetched(content: Content) -> tuple[PostPicture, ...]:
    return tuple(replace(picture, sha256="") for picture in content.pictures)


def _lists(said: str) -> dict[str, Card]:
    posts = tuple(replace(_sent(_content(said)), id=f"P-{number}") for number in range(1, 11))
    accounts = {"page": said[:60] or "Harbour page"}
    full = Listing(posts, posts, True, True, LONDON, PEOPLE, accounts)
    none = Listing((), (), False, False, LONDON, PEOPLE, accounts)
    typed = (("/draftpost", "Draft a post"), ("/posts", said), ("/away", "Say that you are away"))
    return {
        "list": list_card(full),
        "empty list": list_card(none),
        "digest": digest_card(full),
        "help": help_card(said or "Harbour", typed, (rows(full),)),
        "home": home_card("Harbour Primary", (rows(full),)),
        "empty home": home_card("Harbour Primary", ()),
    }


def _letters(said: str) -> dict[str, Card]:
    dead = [Undelivered(said or "Ann", code, MONDAY) for code in REASONS]
    return {
        "dead letters": dead_card([*dead, Undelivered("Ben", said, MONDAY)], True, LONDON),
        "late": late_card(),
        "stuck": stuck_card(),
        "hidden": hidden_card(),
        "no longer here": no_longer_card(),
    }


_texts = st.text(max_size=300) | st.sampled_from(
    (
        "",
        " ",
        "*b* _i_ [x](https://x.example) # h",
        "{{DATE(2027-03-02T09:00:00Z, SHORT)}}",
        "<at>Ann</at>",
        "𝒳👩‍👩‍👧\r\n1. one",
    )
)
_long_texts = st.builds(lambda text, times: (text * times)[:9000], _texts, st.integers(1, 400))
_tones = st.sampled_from(Tone)
_buttons = st.builds(
    Button,
    _texts,
    st.sampled_from(("post.open", "posts.more")),
    st.none() | st.just(POST),
    st.integers(0, 99),
    _tones,
    st.sampled_from(("", "", "https://x.example/p", "javascript:alert(1)", "https://[")),
    _texts,
    st.dictionaries(st.sampled_from("abc"), st.text(max_size=20)),
    st.booleans(),
)
_wholes = st.none() | _buttons
_pictures = st.builds(Picture, st.sampled_from((SHA, "c" * 64)), _texts, _texts, st.booleans())
_charts = st.builds(a_chart, _texts)
_quotes = st.builds(Quote, _long_texts, _wholes)
_notices = st.builds(Notice, _long_texts, _texts, _tones)
_elements = st.one_of(
    st.builds(Text, _long_texts, _tones),
    _quotes,
    st.builds(Facts, st.lists(st.tuples(_texts, _long_texts), max_size=40).map(tuple)),
    _notices,
    _pictures,
    _charts,
    st.builds(Difference, _texts, _long_texts, _long_texts),
    st.builds(Copy, _long_texts, _texts, _wholes),
    st.builds(Row, _texts, _texts, st.lists(_buttons, max_size=4).map(tuple)),
    st.just(Divider()),
)

any_card = st.builds(
    Card, _texts, _texts, st.lists(_elements, max_size=30).map(tuple), st.lists(_buttons, max_size=9).map(tuple)
)
"""Cards of any shape."""

_moments = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
_days = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
_people = st.none() | st.builds(Identity, st.sampled_from(("teams", "slack")), st.just("T1"), st.just("U7"))
_values = st.sampled_from(("", "a", "b", "c", "d", "e", "f"))
_options = st.lists(st.tuples(_values, _texts), max_size=7, unique_by=lambda pair: pair[0]).map(tuple)


def _field(number: int) -> st.SearchStrategy[Any]:
    name, required = st.just(f"field_{number}"), st.booleans()
    return st.one_of(
        st.builds(TextField, name, _texts, _long_texts, _texts, required, st.integers(1, 9), st.integers(1, 3000)),
        st.builds(ChoiceField, name, _texts, _options, st.sampled_from(("", "a", "z")), _texts, required),
        st.builds(MomentField, name, _texts, _moments, _texts, required),
        st.builds(DateField, name, _texts, _days, _texts, required),
        st.builds(PersonField, name, _texts, _people, _texts, required),
        st.builds(FileField, name, _texts, _texts, required),
        st.builds(FormButton, _texts, st.just("post.more"), st.dictionaries(st.sampled_from("abc"), st.just("1"))),
        st.builds(Text, _texts, _tones),
        _quotes,
        _notices,
        _pictures,
        st.just(Divider()),
    )


any_form = st.builds(
    lambda title, parts, note, send, dialog: Form("post.new", title, parts, POST, 3, note, send, {"a": "b"}, dialog),
    _texts,
    st.integers(0, 14).flatmap(lambda count: st.tuples(*map(_field, range(count)))),
    _texts,
    _texts,
    st.booleans(),
)
"""Forms of any shape, each field with a name of its own."""
