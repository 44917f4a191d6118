"""The school's file: what it may say, what it means, and every mistake told at once with its line."""

import re
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.written import Answers, written
from bot.settings import Fault, Misconfigured, parse_school
from bot.settings.defaults import MEANINGS, left_out
from bot.settings.lines import read_document
from bot.settings.shape import SECTIONS
from bot.settings.values import closure, slug_of
from policy.account import Platform, Replies
from policy.comment.due import Rung
from policy.people import Role
from policy.retention import RULES
from policy.school import CommentRules, Concerns, School

FILE = Path("/srv/school/exeat.toml")

SMALLEST = """\
[school]
name = "St Mary's Primary"
[people]
headteacher = "Head@School.example"
[[accounts]]
name = "The school's page"
platform = "facebook"
"""


def school(text: str) -> School:
    return parse_school(text, FILE)


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(Misconfigured) as caught:
        parse_school(text, FILE)
    return caught.value.faults


def only(text: str) -> Fault:
    (fault,) = faults(text)
    return fault


def with_people(*lines: str) -> str:
    return SMALLEST.replace("[[accounts]]", "\n".join((*lines, "[[accounts]]")))


def test_three_things_are_enough() -> None:
    smallest = school(SMALLEST)
    assert (smallest.id, smallest.name) == ("st-marys-primary", "St Mary's Primary")
    assert smallest.zone.key == "Europe/London"
    assert (smallest.calendar.opens, smallest.calendar.closes) == (time(8), time(17))
    assert smallest.roster.refs(Role.HEADTEACHER) == ("head@school.example",)
    assert smallest.accounts[0].platform is Platform.FACEBOOK
    assert smallest.accounts[0].platform_name == "Facebook"
    assert smallest.contacts.emergency == "999"
    assert smallest.safeguarding.concerns is Concerns.OFF


def test_the_documented_example_is_read_and_gives_every_setting() -> None:
    example = Path(__file__).parents[2] / "exeat.example.toml"
    text = example.read_text("utf-8")
    whole = parse_school(text, example)
    assert whole.id == "harbour-primary"
    assert len(whole.accounts) > 1
    assert list(left_out(read_document(text).data)) == []


def test_what_init_writes_explains_every_setting() -> None:
    nothing: dict[str, Any] = {
        "staff": (),
        "deputies": (),
        "office": (),
        "admins": (),
        "owners": (),
        "dsl": "",
        "url": "",
    }
    text = written(Answers("Harbour", "head@harbour.example", account="Page", platform="facebook", **nothing))
    assert school(text).name == "Harbour"
    filled_in = re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)
    assert school(filled_in).accounts[0].owners == ("office@school.example",)
    data = read_document(filled_in).data
    for section, shape in SECTIONS.items():
        given = data
        for name in section:
            given = given[name][0] if isinstance(given[name], list) else given[name]
        assert set(given) == set(shape.model_fields), section


def test_everything_that_may_be_said_is_understood() -> None:
    whole = school(
        """
        accounts = [{name = "Page", platform = "X", owners = ["slack:U02AB3CD4"], replies = "Free", url = "https://x.com/harbour"},
                    {name = "Dojo", platform = "other", platform_name = "ClassDojo", check_every = "never"}]
        [school]
        id = "harbour"
        name = "Harbour"
        timezone = "Europe/Jersey"
        head_may_approve_own = true
        [people]
        staff = ["*@School.example", "sub@agency.example"]
        headteacher = "slack:U0HEAD"
        deputies = ["teams:6F1C2B3A-0d4e-4f5a-8b6c-7d8e9f0a1b2c"]
        any_hour = ["slack:U02AB3CD4"]
        same = [{identities = ["slack:U0HEAD", "head@school.example"]}]
        [calendar]
        staffed = "7:45–16:30"
        closures = ["2026-12-21/2027-01-01", "2027-06-04", 2027-07-01]
        treat_as_weekend = true
        terms = ["2027-01-05/2027-03-25", "2026-09-02/2026-12-18"]
        [safeguarding]
        concerns = "Alert_only"
        [policy]
        file = "policy.md"
        next_review = 2027-03-31
        [comments]
        reminders = ["Going home", "half time"]
        complaints = "On paper, at the office"
        """
    )
    assert whole.zone.key == "Europe/Jersey"
    assert whole.head_may_approve_own
    assert whole.roster.staff == ("*@school.example", "sub@agency.example")
    assert whole.roster.refs(Role.DEPUTY) == ("teams:6f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c",)
    assert whole.roster.same == (("slack:u0head", "head@school.example"),)
    assert (whole.calendar.opens, whole.calendar.closes) == (time(7, 45), time(16, 30))
    june, july = date(2027, 6, 4), date(2027, 7, 1)
    assert whole.calendar.closures == ((date(2026, 12, 21), date(2027, 1, 1)), (june, june), (july, july))
    assert whole.calendar.treat_as_weekend
    autumn, spring = (date(2026, 9, 2), date(2026, 12, 18)), (date(2027, 1, 5), date(2027, 3, 25))
    assert whole.calendar.terms == (autumn, spring)
    assert whole.safeguarding.concerns is Concerns.ALERT_ONLY
    assert whole.policy.file == "/srv/school/policy.md"
    assert whole.policy.next_review == date(2027, 3, 31)
    assert [(a.platform, a.platform_name) for a in whole.accounts] == [("x", "X"), ("other", "ClassDojo")]
    assert whole.accounts[0].owners == ("slack:u02ab3cd4",)
    assert [each.replies for each in whole.accounts] == [Replies.FREE, Replies.APPROVED]
    assert [each.check_every for each in whole.accounts] == [1, 0]
    assert whole.roster.any_hour == ("slack:u02ab3cd4",)
    assert whole.comments == CommentRules((Rung.LAST, Rung.HALF), "On paper, at the office")


@pytest.mark.parametrize(
    ("text", "what", "instead"),
    [
        (SMALLEST + 'replies = "often"', '"often" is not a way to answer comments', '"free"'),
        (
            SMALLEST + '[retention]\nposts = "for ever"',
            '"for ever" does not say how long they are kept',
            'Write "3 years" or "18 months"',
        ),
        (SMALLEST + "[retention]\nincidents = 6", "6 is not text", "quotation marks"),
        (SMALLEST + '[retention]\npots = "3 years"', "no such key", "Did you mean posts"),
        (SMALLEST + 'check_every = "daily"', '"daily" does not say how often', '"1 working day"'),
        (SMALLEST + '[safeguarding]\nconcerns = "on"', '"on" does not say whether safeguarding', '"alert_only"'),
        (SMALLEST + '[calendar]\nterms = ["2026-09-02"]', "is one day", "Write both"),
        (SMALLEST + '[calendar]\nterms = ["2026-12-18/2026-09-02"]', "ends before it begins", "earlier day first"),
        (SMALLEST + '[calendar]\nterms = ["2026-09-02/2027-12-18"]', "longer than 120 days", "three terms or six"),
        (
            SMALLEST + '[calendar]\nterms = ["2026-09-02/2026-12-18", "2026-12-01/2027-03-25"]',
            "overlaps the term that begins on 2026-09-02",
            "days",
        ),
        (SMALLEST + '[comments]\nreminders = ["daily"]', '"daily" is not a reminder', "half time"),
        (SMALLEST + "[comments]\nreminder = []", "no such key", "Did you mean reminders?"),
        (
            SMALLEST.replace("[[accounts]]", 'any_hour = ["ann@school.example"]\n[[accounts]]'),
            "looks after none",
            "owners",
        ),
    ],
)
def test_what_cannot_be_said_of_comments(text: str, what: str, instead: str) -> None:
    fault = only(text)
    assert what in fault.what
    assert instead in fault.instead


def test_how_often_somebody_looks_at_an_account() -> None:
    assert [each.check_every for each in school(SMALLEST + 'check_every = "3 Working  days"').accounts] == [3]


def test_how_long_records_are_kept() -> None:
    assert school(SMALLEST).months_kept == RULES
    given = school(SMALLEST + '[retention]\nposts = "18 Months"\nincidents = "7 years"').months_kept
    assert given == {**RULES, "posts": 18, "incidents": 84}


def test_the_head_approves_their_own_posts_only_where_there_is_no_deputy() -> None:
    assert school(SMALLEST).head_may_approve_own
    assert not school(with_people('deputies = ["d@school.example"]')).head_may_approve_own


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    text = """\
[school]
nmae = "Harbour"
id = "Harbour Primary"
timezone = "Europe/Londn"
headteacher = "head@school.example"

[people]
deputies = [
  "nobody",
  "Head@school.example",
  "*@school.example",
]
headteacher = "head@school.example"
office = "office@school.example"
dsl = "dsl@school.example"
dsl = "other@school.example"
chair_of_governors = "unclosed
blocked = ["head@school.example"]

[calendar]
staffed = "18:00-17:00"
closures = ["2026-13-01", "2026-12-01/2026-11-01"]
treat_as_weekend = "yes"
what is this
[[accounts]]
name = "Page"
platform = "twitter"
url = "facebook.com"
[[accounts]]
name = "page"
platform = "x"
owners = ["slack:somebody"]
[policy]
next_review = "Spring 2022"
[[people.same]]
identities = ["head@school.example"]
"""
    found = faults(text)
    lines = [2, 3, 4, 5, 9, 10, 11, 14, 16, 17, 18, 21, 22, 22, 23, 24, 27, 28, 30, 32, 34, 36]
    assert [fault.line for fault in found] == lines
    assert all(fault.what and fault.instead for fault in found)


@pytest.mark.parametrize(
    ("text", "line", "what", "instead"),
    [
        (with_people('hedteacher = "x@y.example"'), 5, "no such key", "Did you mean headteacher?"),
        (with_people('timezone = "Europe/London"'), 5, "no such key", "under [school]? Move the line there."),
        (f"[calender]\n{SMALLEST}", 1, "no such key", "Did you mean [calendar]?"),
        (with_people('dsl = ["d@school.example"]'), 5, "only one belongs here", "without [ ]"),
        (with_people('office = "o@school.example"'), 5, "where a list belongs", "office = ["),
        (with_people('office = ["o@s.example", "O@s.example"]'), 5, "stands here twice", "Take one"),
        (with_people('deputies = ["head@school.example"]'), 5, "the headteacher", "Take them out of deputies"),
        (with_people('blocked = ["head@school.example"]'), 5, "also holds a role (headteacher)", "give the role"),
        (with_people('blocked = ["*@school.example"]'), 5, "only staff may be a whole domain", "one person"),
        (with_people('dsl = "teams:anna"'), 5, "not an Entra object id", "Entra admin centre"),
        (with_people('dsl = ""'), 5, "does not name a person", "their e-mail"),
        (with_people("dsl = 7"), 5, "7 is not text", "quotation marks"),
        (f"{SMALLEST}[calendar]\nstaffed = '25:00-26:00'\n", 9, "no clock shows", "08:00-17:00"),
        (f"{SMALLEST}[calendar]\nstaffed = 'nine to five'\n", 9, "not two times", "08:00-17:00"),
        (f"{SMALLEST}[calendar]\nclosures = ['2026-12-21/2028-01-01']\n", 9, "slip in the year", "Check both"),
        (f"{SMALLEST}[calendar]\n[calendar]\nstaffed = 3\n", 9, "begun a second time", "under one heading"),
        (f"{SMALLEST}[calendar\nstaffed = 3\n", 8, "heading cannot be read", "[school]"),
        (
            f"{SMALLEST}[[accounts]]\nname = 'THE schools page'\nplatform='x'\n",
            9,
            "cannot be told from",
            "of its own",
        ),
        (f"{SMALLEST}[[accounts]]\nname = 'Two'\n", 8, "missing", 'platform = "facebook"'),
        (SMALLEST.replace('"facebook"', '"facebok"'), 7, "not a platform", 'Did you mean "facebook"?'),
    ],
)
def test_a_mistake_says_where_it_is_what_it_is_and_what_to_write(
    text: str, line: int, what: str, instead: str
) -> None:
    fault = only(text)
    assert fault.line == line
    assert what in fault.what
    assert instead in fault.instead
    assert str(fault).startswith(f"exeat.toml, line {line}: {fault.key}: ")


def test_a_deputy_who_is_the_head_under_another_name_is_found() -> None:
    text = with_people('deputies = ["slack:U0HEAD"]') + (
        '[[people.same]]\nidentities = ["head@school.example", "slack:U0HEAD"]\n'
    )
    assert only(text).line == 5
    assert "also known as" in only(text).what


def test_an_empty_file_is_told_what_it_needs() -> None:
    assert [(fault.key, fault.line) for fault in faults("")] == [("accounts", 1), ("people", 1), ("school", 1)]


def test_what_stands_under_a_section_begun_twice_is_not_blamed_on_its_neighbour() -> None:
    text = f"{SMALLEST}[school]\nname = 'Again'\nid = 'again'\n"
    assert only(text).line == 8


def test_a_string_over_several_lines_is_not_taken_for_settings() -> None:
    text = SMALLEST.replace('"The school\'s page"', '"""\nstaffed = 3\n[calendar]\n"""')
    assert school(text).accounts[0].name == "staffed = 3\n[calendar]"


def test_a_file_from_windows_is_read() -> None:
    assert school("\ufeff" + SMALLEST.replace("\n", "\r\n")) == school(SMALLEST)


@given(st.text(max_size=200))
def test_whatever_the_file_holds_the_answer_is_a_school_or_faults_with_lines(text: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        school(text)
    last = text.count("\n") + 1
    assert all(1 <= fault.line <= last for fault in caught.value.faults)


@given(
    st.lists(st.sampled_from([*SMALLEST.splitlines(), "x", "x = [", "]", '"""', "[people]", "[[a.b]]"]), max_size=12)
)
def test_lines_in_any_order_never_stop_the_reader(rows: list[str]) -> None:
    document = read_document("\n".join(rows))
    assert all(1 <= one.line <= len(rows) for one in document.unreadable)


@given(st.dates(), st.integers(0, 120))
def test_a_closure_holds_both_its_ends(first: date, days: int) -> None:
    last = date.fromordinal(min(first.toordinal() + days, date.max.toordinal()))
    assert closure(f"{first}/{last}") == (first, last)


@given(st.text())
def test_a_slug_of_any_name_is_a_slug(name: str) -> None:
    assert slug_of(slug_of(name)) == slug_of(name) != ""


def test_every_setting_that_may_be_left_out_has_its_meaning_explained() -> None:
    optional = {
        (section[0], key)
        for section, shape in SECTIONS.items()
        if len(section) == 1 and section != ("accounts",)
        for key, field in shape.model_fields.items()
        if not field.is_required()
    }
    assert set(MEANINGS) == optional
