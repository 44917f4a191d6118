"""The words of a concern: nothing of it in a chat, nothing promised, and plain to read."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import textstat

from cards.concern import numbers
from cards.limits import SLACK
from cards.model import Card, ChoiceField, Facts, Form, Notice, Text, TextField
from cards.teams import summary
from cards.text import plain
from policy.concern import State
from policy.people import Role
from policy.school import Contacts
from tests.cards.concern_views import NUMBERS, REFERENCE, concern_cards, concern_forms, states
from tests.cards.safeguarding_views import safeguarding_cards

ROOT = Path(__file__).parents[2]

PLANTED = "zebra"

FORBIDDEN = ("confidential", "anonymous", "victim", "perpetrator", "confirmed", "the dsl has been told")

GRADE, WHOLE = 8, 100
"""The grade that a view of so many words is read at, at the most."""


def words(view: Card | Form) -> str:
    """All that a view says: labels, hints, answers, buttons."""
    if isinstance(view, Card):
        return "\n".join((plain(view), view.summary, *(f"{each.label}. {each.about}." for each in view.buttons)))
    return "\n".join((view.title, *_said(view), view.note, view.send))


def _said(form: Form) -> Iterator[str]:
    for part in form.parts:
        match part:
            case Text(text) | Notice(text, ""):
                yield text
            case Notice(text, clause):
                yield f"{text}\n{clause}"
            case ChoiceField():
                yield "\n".join((part.label, part.hint, *(f"{words}." for _, words in part.options)))
            case _:
                yield "\n".join((getattr(part, "label", ""), getattr(part, "hint", "")))


@cache
def views(said: str = PLANTED) -> dict[str, Card | Form]:
    return {**concern_cards(said), **concern_forms(said)}


def grade(said: str) -> float:
    """The grade at which it reads: each line is a sentence or several, as whoever reads it takes it."""
    lines = [line.strip() for line in said.splitlines() if re.search("[a-z]", line)]
    text = " ".join(line if line[-1] in ".?!" else f"{line}." for line in lines)
    return float(textstat.flesch_kincaid_grade(text))


@pytest.mark.parametrize("name", views())
def test_no_word_that_promises_or_judges(name: str) -> None:
    said = words(views()[name]).casefold()
    for word in FORBIDDEN:
        assert word not in said


WRITTEN = (
    *("handlers/concerns/*.py", "handlers/data_requests/*.py", "policy/data_request.py"),
    *("handlers/safeguarding/readiness.py", "handlers/safeguarding/drills.py"),
    *("cards/concern*.py", "cards/data_request.py", "cards/drill.py", "cards/missing.py", "policy/concern/*.py"),
    *("policy/drill.py", "bot/cli/disclosing.py", "bot/mail/message.py", "handlers/fields.py", "handlers/picking.py"),
)
"""Wherever something stands that people may read of a concern: in a form, a file, a refusal, a letter, on a page."""


def _told(module: ast.Module) -> Iterator[str]:
    """The words in a module's code, without its docstrings."""
    alone = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


@pytest.mark.parametrize("pattern", WRITTEN)
def test_nor_in_any_refusal_letter_page_or_test_alert(pattern: str) -> None:
    found = sorted(ROOT.glob(pattern))
    assert found
    for file in found:
        said = " ".join(_told(ast.parse(file.read_text("utf-8")))).casefold()
        for word in FORBIDDEN:
            assert word not in said, (file.name, word)


def test_a_forbidden_word_in_code_would_be_noticed() -> None:
    code = '"""The victim is confirmed."""\nSAID = f"This is confidential, {name}."\n'
    assert list(_told(ast.parse(code))) == ["This is confidential, ", "."]


@pytest.mark.parametrize("name", safeguarding_cards("Words."))
def test_roles_and_test_alerts_promise_nothing_and_are_plain_to_read(name: str) -> None:
    said = words(safeguarding_cards("Words.")[name])
    judged = FORBIDDEN if name.startswith("test alert") else [each for each in FORBIDDEN if each != "confirmed"]
    assert not [word for word in judged if word in said.casefold()]
    if len(said.split()) >= WHOLE:
        assert grade(said) <= GRADE, grade(said)


@pytest.mark.parametrize("name", views())
def test_a_whole_view_is_plain_to_read(name: str) -> None:
    said = words(views("Words.")[name])
    if len(said.split()) >= WHOLE:
        assert grade(said) <= GRADE, grade(said)


def test_hard_words_would_be_noticed() -> None:
    hard = "Safeguarding practitioners investigating allegations must substantiate contemporaneous documentation. "
    assert grade(hard * 20) > GRADE


def test_long_views_are_among_those_that_are_read() -> None:
    long = [name for name, view in views("Words.").items() if len(words(view).split()) >= WHOLE]
    assert {"concern route", "concern words", "concern ring None", "request for data, sheet"} <= set(long)


CHAT = [name for name, card in concern_cards(PLANTED).items() if not card.dialog]


@pytest.mark.parametrize("name", CHAT)
def test_nothing_of_it_is_in_a_chat(name: str) -> None:
    card = concern_cards(PLANTED)[name]
    assert PLANTED not in words(card)
    assert card.title == "Exeat"
    for word in ("concern", "safeguarding", "abuse", "child", "colleague", "Tom", "Dina", "Helen"):
        if not any(isinstance(part, Facts) for part in card.body):
            assert word not in words(card)


def test_an_alert_says_its_reference_that_exeat_needs_opening_and_if_urgent_now() -> None:
    for name, said in (
        ("sent", f"Exeat needs opening now: {REFERENCE}."),
        ("calm", f"Exeat needs opening: {REFERENCE}."),
    ):
        card = concern_cards(PLANTED)[f"concern record {name}, alert True"]
        assert plain(card) == f"Exeat\n\n{said}"
        assert summary(card) == card.summary == said
        assert [each.label for each in card.buttons] == ["Open", "Acknowledge"]


def test_whatever_opens_it_opens_a_window() -> None:
    for name, card in concern_cards(PLANTED).items():
        for button in card.buttons:
            assert button.dialog or button.label in ("Acknowledge", "Answered"), name
    assert all(form.dialog for form in concern_forms(PLANTED).values())


def test_no_form_takes_a_file_and_those_with_room_for_words_say_why() -> None:
    for name, form in concern_forms(PLANTED).items():
        kinds = {type(part).__name__ for part in form.parts}
        assert "FileField" not in kinds
        if any(isinstance(part, TextField) and part.lines > 4 for part in form.parts):
            assert "no pictures or files" in words(form), name


def test_the_first_and_the_last_form_say_whom_to_ring_and_who_could_read() -> None:
    for name in ("concern route", "concern words", "concern alert"):
        said = words(concern_forms(PLANTED)[name])
        for number in ("999", "01632 960003", "0800 028 0285"):
            assert number in said
        assert "could read what is sent here" in said


def test_an_alert_only_asks_for_no_account() -> None:
    fields = [each.name for each in concern_forms(PLANTED)["concern alert"].fields]
    assert fields == ["contact", "urgent"]


def test_the_number_of_whom_it_might_be_about_is_not_shown() -> None:
    contacts = Contacts(lado="1", dsl="2", chair_of_governors="3", helplines=())
    assert [number for _, number in numbers(contacts, frozenset({Role.DSL}))] == ["999", "3", "1"]
    assert [number for _, number in numbers(contacts, frozenset({Role.CHAIR}))] == ["999", "2", "1"]


def test_the_receipt_says_that_it_was_sent_and_seen_and_nothing_of_it() -> None:
    cards: dict[str, Any] = concern_cards(PLANTED)
    for name, said in (
        ("sent", "Sent. Not seen yet."),
        ("unseen", "Sent. Not seen yet."),
        ("taken", "Seen by the person it went to."),
        ("taken by the lead", "Seen by the safeguarding lead."),
        ("acted", "Seen by the person it went to."),
        ("calls", "What is new has not been opened yet."),
    ):
        card = cards[f"concern record {name}, receipt"]
        assert said in plain(card)
        assert PLANTED not in plain(card)
        assert "cannot be taken back" in plain(card)
        assert all(number in plain(card) for _, number in NUMBERS)
        assert [each.label for each in card.buttons] == ["Add note"]


def test_a_form_that_a_file_opens_says_which_button_opened_it() -> None:
    titled = {form.title for form in concern_forms(PLANTED).values() if form.record is not None}
    labels = ("Add note", "LADO", "Refer", "Add reader", "Remove reader", "Hold", "Close")
    assert titled == {f"{label}: {REFERENCE}" for label in labels}
    assert max(map(len, titled)) <= SLACK.view_title


def test_buttons_are_those_of_whoever_may_act_and_of_nobody_else() -> None:
    cards = concern_cards(PLANTED)
    alike: dict[str, list[str]] = {}
    for name in states(PLANTED):
        for manages in (True, False):
            found = cards[f"concern record {name}, file {manages}"].buttons
            *labels, last = [each.label for each in found]
            assert last == "Older"
            alike[f"{name} {manages}"] = labels
    assert alike["sent True"] == ["Acknowledge", "Add note", "Hold"]
    assert alike["taken True"] == ["LADO", "Add note", "Refer", "Add reader", "Hold", "Close"]
    assert alike["held True"] == ["Add note", "LADO", "Refer", "Add reader", "Remove reader", "Release", "Close"]
    assert alike["acted True"] == ["Add note", "Hold"]
    assert {tuple(labels) for name, labels in alike.items() if name.endswith("False")} == {("Add note",)}
    assert all(concern.status is not State.CLOSED or concern.outcome for concern in states(PLANTED).values())
