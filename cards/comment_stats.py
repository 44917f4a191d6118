"""How quickly the school responds, in numbers."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from cards.model import Card, Element, Facts, Notice, Text, Tone
from cards.wording import counted
from policy.clauses import cite
from policy.comment import CLAUSE
from policy.response_times import Month


def stats_card(months: Sequence[Month], accounts: Mapping[str, str]) -> Card:
    """Account by account, and month by month, the latest first."""
    body: list[Element] = []
    for account, name in accounts.items():
        rows = tuple((each.month, in_words(each)) for each in months if each.account == account)
        if any(each.settled or each.waiting for each in months if each.account == account):
            body += [Text(name, Tone.STRONG), Facts(rows)]
    if not body:
        said = "No comments came in these months."
        return Card("Response times", said, (Text(said),))
    settled, in_time = sum(each.settled for each in months), sum(each.in_time for each in months)
    said = f"{in_time} of {counted(settled, 'comment', 'comments')} answered in time."
    return Card("Response times", said, (Text(said), *body, Notice("The promise:", cite(CLAUSE))))


def in_words(month: Month) -> str:
    """A month in a sentence: "9 of 10 in time; half within 2 hours, the longest 26 hours; 1 still has time"."""
    if not month.settled:
        return f"{counted(month.waiting, 'comment', 'comments')} with time left" if month.waiting else "no comments"
    said = f"{month.in_time} of {month.settled} in time"
    if month.middle is not None and month.longest is not None:
        said += f"; half within {_span(month.middle)}, the longest {_span(month.longest)}"
    return f"{said}; {month.waiting} with time left" if month.waiting else said


def _span(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    return counted(minutes, "minute", "minutes") if minutes < 90 else counted(round(minutes / 60), "hour", "hours")
