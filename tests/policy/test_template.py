"""Wordings by the rules: only exactly what was approved may be used, and nobody is reminded twice or at night."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policy.account import Account, Platform
from policy.calendar import Calendar
from policy.refused import Refused, WrongState
from policy.template import (
    EVERYWHERE,
    LIVE,
    LONGEST_NAME,
    State,
    Template,
    Use,
    approve,
    check,
    edit,
    fits,
    name_key,
    propose,
    reject,
    retire,
    usable_key,
)
from policy.template.due import Rung, fall_due, schedule
from tests.fakes.school import MONDAY, PAGE, SHORT

HOUR = timedelta(hours=1)
SALT = "5a" * 32


def proposed(name: str = "Thanks", text: str = "Thank you. We will look into it.", account: str = "page") -> Template:
    return propose("T-1", "harbour", "tom", name, text, account, Use.ACKNOWLEDGES, SALT, MONDAY)


def approved() -> Template:
    return approve(proposed(), "helen", "headteacher", MONDAY)


def changed(template: Template, **more: str) -> Template:
    words = {"name": template.name, "text": template.text, "account": template.account} | more
    return edit(template, **words, use=template.use, now=MONDAY + HOUR)


def test_a_decision_quotes_the_version_and_binds_exactly_those_words() -> None:
    template = approved()
    assert template.usable
    assert template.decision is not None
    assert (template.decision.version, template.decision.authority) == (1, "headteacher")
    for tampered in (
        replace(template, text="Something else"),
        replace(template, name="Else"),
        replace(template, account=EVERYWHERE),
        replace(template, use=Use.ANSWERS),
        replace(template, version=2),
        replace(template, salt="00" * 32),
    ):
        assert not tampered.usable


@pytest.mark.parametrize("change", [{"text": "New words"}, {"name": "New name"}, {"account": "short"}])
def test_an_edit_makes_a_new_version_and_the_approved_words_stop_being_usable(change: dict[str, str]) -> None:
    template = changed(approved(), **change)
    assert (template.status, template.version, template.waiting_since) == (State.PROPOSED, 2, MONDAY + HOUR)
    assert not template.usable
    assert usable_key("page") in approved().keys
    assert not [key for key in template.keys if key.startswith("usable:")]
    again = approve(template, "helen", "headteacher", MONDAY + 2 * HOUR)
    assert again.usable


def test_what_was_last_decided_is_kept_to_compare_with_over_several_edits() -> None:
    once = changed(approved(), text="Second")
    twice = changed(once, text="Third")
    assert (once.before, twice.before) == (approved().text, approved().text)
    assert changed(proposed(), text="Second").before == ""


def test_an_edit_that_changes_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="Nothing was changed in T-1"):
        changed(approved())


def test_the_first_decision_counts_and_the_refusal_says_whose_it_was() -> None:
    with pytest.raises(WrongState, match="T-1 was already approved by Helen"):
        reject(approved(), "dev", "deputy headteacher", MONDAY, "No", decided_by="Helen")
    turned_down = reject(proposed(), "helen", "headteacher", MONDAY, "Too curt")
    with pytest.raises(WrongState, match="T-1 was already rejected by Helen"):
        approve(turned_down, "dev", "deputy headteacher", MONDAY, decided_by="Helen")


def test_what_is_withdrawn_is_neither_usable_nor_changed_nor_decided() -> None:
    gone = retire(approved(), "helen")
    assert (gone.usable, gone.keys, gone.retired_by) == (False, (), "helen")
    steps: list[Callable[[], Template]] = [
        lambda: changed(gone, text="New"),
        lambda: retire(gone, "helen"),
        lambda: approve(gone, "helen", "headteacher", MONDAY),
    ]
    for step in steps:
        with pytest.raises(WrongState, match="withdrawn"):
            step()


def test_a_rejected_one_may_be_changed_and_sent_again_but_not_withdrawn() -> None:
    turned_down = reject(proposed(), "helen", "headteacher", MONDAY, "Too curt")
    assert changed(turned_down, text="Kinder words").status is State.PROPOSED
    with pytest.raises(WrongState, match="cannot be withdrawn now: it is rejected"):
        retire(turned_down, "tom")


def test_a_name_is_taken_only_while_its_wording_lives() -> None:
    for template in (proposed(), approved(), retire(approved(), "tom"), reject(proposed(), "h", "x", MONDAY, "No")):
        assert (name_key("  THANKS ") in template.keys) is (template.status in LIVE)


def test_checks_say_what_is_wrong_by_field() -> None:
    assert check("Thanks", "Thank you.", (PAGE, SHORT)) == {}
    assert set(check("", "", (PAGE,))) == {"name", "text"}
    assert "at most 60" in check("x" * (LONGEST_NAME + 1), "Thank you.", ())["name"]
    assert check("x" * LONGEST_NAME, "Thank you.", ()) == {}


def test_a_wording_must_fit_the_tightest_account_that_it_is_for() -> None:
    long = "x" * 282
    assert check("Thanks", long, (PAGE,)) == {}
    wrong = check("Thanks", long, (PAGE, SHORT))["text"]
    assert "2 characters too long: Harbour on X is on X, which takes 280" in wrong
    assert check("Thanks", "x" * 280, (PAGE, SHORT)) == {}


def test_it_fits_only_its_own_account_or_every_one_that_takes_its_length() -> None:
    everywhere, long = proposed(account=EVERYWHERE), proposed(account=EVERYWHERE, text="x" * 281)
    tiny = Account("tiny", "Tiny", Platform.X, "X", "https://example.org/t")
    assert [fits(everywhere, each) for each in (PAGE, tiny)] == [True, True]
    assert [fits(long, each) for each in (PAGE, tiny)] == [True, False]
    assert [fits(proposed(), each) for each in (PAGE, SHORT)] == [True, False]


def test_a_reminder_after_four_staffed_hours_and_then_each_working_morning() -> None:
    calendar = Calendar()
    template = schedule(proposed(), calendar)
    assert template.next_due == MONDAY + 4 * HOUR
    same, rung = fall_due(template, MONDAY + 3 * HOUR, calendar)
    assert (same, rung) == (template, None)
    template, rung = fall_due(template, MONDAY + 4 * HOUR, calendar)
    assert (rung, template.next_due) == (Rung.FIRST, datetime(2027, 3, 2, 8, 0, tzinfo=UTC))
    template, rung = fall_due(template, datetime(2027, 3, 5, 8, 0, tzinfo=UTC), calendar)
    assert (rung, template.next_due) == (Rung.MORNING, datetime(2027, 3, 8, 8, 0, tzinfo=UTC))


def test_a_reminder_missed_by_day_waits_for_the_morning() -> None:
    calendar = Calendar()
    late, rung = fall_due(schedule(proposed(), calendar), datetime(2027, 3, 1, 23, 0, tzinfo=UTC), calendar)
    assert (rung, late.nagged, late.next_due) == (None, None, datetime(2027, 3, 2, 8, 0, tzinfo=UTC))


def test_nobody_is_reminded_of_what_is_decided_and_an_edit_starts_the_wait_afresh() -> None:
    calendar = Calendar()
    nagged, _ = fall_due(schedule(proposed(), calendar), MONDAY + 5 * HOUR, calendar)
    assert schedule(approve(nagged, "helen", "headteacher", MONDAY), calendar).next_due is None
    assert schedule(retire(nagged, "tom"), calendar).next_due is None
    assert schedule(changed(nagged, text="New"), calendar).next_due == MONDAY + 5 * HOUR
