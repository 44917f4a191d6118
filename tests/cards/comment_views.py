"""Every view of comments, by name, around words that somebody typed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from cards.comment import Sight, comment_card, nag_card, receipt_card
from cards.comment_forms import assign_form, close_form, log_form, moderate_form, reply_form, snooze_form
from cards.comment_list import Queue, complaints_card, digest_card, overdue_card, queue_card
from cards.comment_stats import stats_card
from cards.look import Unseen, check_form, looked_card, unseen_card
from cards.model import Card, Form
from policy.account import Account, Platform
from policy.calendar import Calendar
from policy.comment import (
    Act,
    Comment,
    Kind,
    Moderation,
    Said,
    acknowledge,
    answer,
    deleted,
    log,
    moderate,
    not_for_us,
    propose,
)
from policy.look import Look, look_due, looked, watch
from policy.response_times import response_times
from tests.fakes.school import MONDAY

LONDON = ZoneInfo("Europe/London")
PEOPLE = {"tom": "Tom Okafor", "helen": "Helen Marsh", "olu": "Olu Adeyemi"}


def comment_cards(said: str) -> dict[str, Card]:
    """Every card about comments."""
    sight = Sight(LONDON, said[:60] or "Harbour page", PEOPLE, ("Olu Adeyemi",), procedure=said[:200])
    viewers = {"carer": replace(sight, acts=True, words="waiting for a decision"), "logger": sight}
    views: dict[str, Callable[[Comment, Sight], Card]] = {
        "": comment_card,
        ", whole": lambda comment, eyes: comment_card(comment, eyes, in_full=True),
        ", nag": lambda comment, eyes: nag_card(comment, eyes, MONDAY + timedelta(hours=2)),
        ", receipt": lambda comment, eyes: receipt_card(comment, eyes, MONDAY),
    }
    found = {
        f"comment {state}, {who}{name}": view(comment, eyes)
        for state, comment in _states(said).items()
        for who, eyes in viewers.items()
        for name, view in views.items()
    }
    some = tuple(replace(_logged(said), id=f"C-{number}") for number in range(1, 6))
    later = MONDAY + timedelta(days=3)
    queue = Queue(some, 7, True, 5, later, LONDON, {"page": said[:60] or "Harbour page"}, "page")
    empty = replace(queue, comments=(), beyond=0, more=False, skipped=0)
    page = Account("page", said[:60] or "Page", Platform.FACEBOOK, "Facebook", "https://example.org/page")
    seen = looked(watch("page", "harbour", 1, MONDAY, Calendar()), Look(MONDAY, "olu", said[:300]), 1, Calendar())
    month = response_times("page", "2027-03", _states(said).values(), later)
    return found | {
        "comments": queue_card(queue),
        "no comments": queue_card(empty),
        "comments, digest": digest_card(queue),
        "comments, overdue": overdue_card(queue),
        "comments, complaints": complaints_card(queue),
        "response times": stats_card([month, replace(month, month="2027-02")], {"page": said[:60] or "Page"}),
        "looked at": looked_card(page, seen, look_due(MONDAY, 1, Calendar()), LONDON),
        "to look at": unseen_card([Unseen(page, seen, "Olu"), Unseen(page, replace(seen, looks=()), "")], LONDON),
        "no response times": stats_card([], {"page": "Page"}),
    }


def comment_forms(said: str) -> dict[str, Form]:
    """Every form about comments."""
    page = Account("page", said[:60] or "Page", Platform.FACEBOOK, "Facebook", "https://example.org/page")
    comment = _logged(said)
    until = (MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=3))
    return {
        "log a comment": log_form([page, replace(page, id="site")], MONDAY, text=said[:3000]),
        "acknowledge": reply_form(comment, (), closes=False, free=False),
        "answer freely": reply_form(comment, (), closes=True, free=True),
        "assign": assign_form(comment),
        "looked at": check_form([page, replace(page, id="site")]),
        "close": close_form(comment),
        "moderate": moderate_form(comment),
        "moderate again": moderate_form(comment, said[:80] or "Ann Other"),
        "snooze": snooze_form(comment, until, LONDON),
    }


def _logged(said: str, kind: Kind = Kind.QUESTION) -> Comment:
    link = "https://example.org/comment"
    return log("C-1", "harbour", "page", kind, said[:200], said or "Words", link, MONDAY, "tom", MONDAY, Calendar())


def _states(said: str) -> dict[str, Comment]:
    comment = _logged(said)
    words = Said(said, said[:500], "olu", MONDAY + timedelta(hours=1), "free")
    seen = acknowledge(comment, replace(words, right="T-1"))
    done = Moderation(Act.BLOCK, said[:500], "", "olu", MONDAY)
    return {
        **{f"open, {kind.value}": _logged(said, kind) for kind in Kind},
        "with a reply": propose(comment, "P-7", closes=True),
        "acknowledged": seen,
        "answered": answer(seen, replace(words, right="reported")),
        "not for us": not_for_us(comment, said, "olu", MONDAY),
        "deleted": deleted(comment, said, "olu", MONDAY),
        "moderated": moderate(_logged(said, Kind.OFFENSIVE), done),
        "moderated unsaid": moderate(comment, replace(done, told="", exception=said[:500])),
    }
