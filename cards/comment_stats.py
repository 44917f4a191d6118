"""How quickly the school responds, as bars and in numbers."""

from calendar import month_abbr
from collections.abc import Mapping, Sequence
from datetime import timedelta

from cards.model import Bar, Bars, Card, Chart, Notice, Text
from cards.wording import counted, opening
from policy.clauses import cite
from policy.comment import CLAUSE
from policy.response_times import Month

TOGETHER = 5
"""How many accounts share a chart: so its words are short enough for every platform."""

HEADS = ("in time", "half in", "longest", "open")


def stats_card(months: Sequence[Month], accounts: Mapping[str, str]) -> Card:
    """Account by account, and month by month, the latest first."""
    groups = list[Bars]()
    for account, name in accounts.items():
        found = [each for each in months if each.account == account]
        if any(each.settled or each.waiting for each in found):
            groups.append(Bars(opening(name, 60), tuple(_bar(each) for each in found)))
    if not groups:
        said = "No comments came in these months."
        return Card("Response times", said, (Text(said),))
    settled, in_time = sum(each.settled for each in months), sum(each.in_time for each in months)
    said = f"{in_time} of {counted(settled, 'comment', 'comments')} answered in time."
    starts = range(0, len(groups), TOGETHER)
    heads = HEADS if any(each.waiting for each in months) else HEADS[:-1]
    charts = [Chart(tuple(groups[start : start + TOGETHER]), "Answered in time", "Late", heads) for start in starts]
    return Card("Response times", said, (Text(said), *charts, Notice("The promise:", cite(CLAUSE))))


def in_words(month: Month) -> str:
    """A month in a sentence: "9 of 10 in time; half within 2 hours, the longest 26 hours; 1 with time left"."""
    if not month.settled:
        return f"{counted(month.waiting, 'comment', 'comments')} with time left" if month.waiting else "no comments"
    said = f"{month.in_time} of {month.settled} in time"
    if month.middle is not None and month.longest is not None:
        said += f"; half within {_span(month.middle)}, the longest {_span(month.longest)}"
    return f"{said}; {month.waiting} with time left" if month.waiting else said


def _bar(month: Month) -> Bar:
    year, number = month.month.split("-")
    name = month_abbr[int(number)]
    in_time = f"{month.in_time} of {month.settled}" if month.settled else ""
    waits = ("" if each is None else _short(each) for each in (month.middle, month.longest))
    return Bar(
        f"{name} {year}",
        month.in_time,
        month.settled,
        (in_time, *waits, str(month.waiting or "")),
        in_words(month),
        none="none due yet" if month.waiting else "no comments",
        short=name,
    )


def _span(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    return counted(minutes, "minute", "minutes") if minutes < 90 else counted(round(minutes / 60), "hour", "hours")


def _short(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    return f"{minutes} min" if minutes < 90 else f"{round(minutes / 60)} h"
