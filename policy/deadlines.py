"""When a reply is due and when to nag; each deadline carries its reason and its clause."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from policy.calendar import Calendar, as_utc, day_in_words

DAY = timedelta(hours=24)
FIRST_NAG = timedelta(hours=4)
BEFORE_SLOT = timedelta(hours=1)
MODERATED_IN = timedelta(hours=1)
BREACH_HOURS = 72
_END_OF_DAY = time(23, 59, fold=1)
_ORDINALS = {29: "th", 30: "th", 31: "st"}


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is due (`at`, UTC), why in a sentence for people, and the id of the clause it stands on.

    `target`, where there is one, is the moment (UTC) to aim for: earlier than `at`, while staff are still there.
    """

    at: datetime
    reason: str
    clause: str
    target: datetime | None = None


def reply_due(received: datetime, calendar: Calendar) -> Deadline:
    """When a comment must be answered, if only by acknowledging it. `received` is aware, in any zone.

    Received on a weekday: 24 elapsed hours, also across a clock change, and on a bank holiday or closure
    day too, because the policy makes an exception for weekends alone. Received on a Saturday or a Sunday,
    and on those other days where the school sets `treat_as_weekend`: by 23:59 on the next working day,
    with the end of its staffed hours as the target. Clause `answer-in-24h`. Raises ValueError for a
    moment without a zone, NeverOpen for a calendar without working days.
    """
    day = calendar.today(received)
    if calendar.is_weekend(day):
        return _next_working_day(day, f"Received on {calendar.why_not_working(day)}", calendar)
    off = calendar.why_not_working(day)
    if off and calendar.treat_as_weekend:
        received_on = f"Received on {day_in_words(day)}, {off}, which this school treats like a weekend"
        return _next_working_day(day, received_on, calendar)
    return _24_hours(received, off, calendar)


def moderation_due(logged: datetime, calendar: Calendar) -> Deadline:
    """When something must have been done about an offensive comment: one staffed hour after it was logged.

    Clause `swift-and-kind`.
    """
    at = calendar.add_staffed(logged, MODERATED_IN)
    reason = f"It is offensive, so it is due within one staffed hour, on {_in_words(calendar.local(at))}."
    return Deadline(at, reason, "swift-and-kind")


def breach_due(aware: datetime) -> Deadline:
    """By when the ICO must have heard of a personal data breach that has to be reported. `aware` is in any zone.

    72 elapsed hours from then, also over a weekend and across a clock change. Source: UK GDPR, Article 33(1).
    """
    at = as_utc(aware) + timedelta(hours=BREACH_HOURS)
    return Deadline(at, "72 hours after the school became aware, weekends included.", "report-conduct")


def access_due(received: date, calendar: Calendar) -> Deadline:
    """By when somebody who has asked for what is kept about them must have it. `received` is a local date.

    One month: by the end of the same day of the next month, or of that month's last day where it has none such;
    if that is a weekend or one of England's bank holidays, by the end of the next day that is neither. The school's
    own closures do not put it off. Clause `data-protection`. Source: UK GDPR, Article 12(3), as the ICO counts it.
    """
    year, month = divmod(received.year * 12 + received.month, 12)
    length = monthrange(year, month + 1)[1]
    last = date(year, month + 1, min(received.day, length))
    due = last
    while calendar.is_weekend(due) or calendar.bank_holiday(due):
        due += timedelta(days=1)
    reason = f"Received on {day_in_words(received)} {received.year}, so it is due within a month"
    if received.day > length:
        reason += f", and {last:%B} has no {received.day}{_ORDINALS[received.day]}"
    if due != last:
        reason += f"; {last.day} {last:%B} is {_day_off(last, calendar)}"
    return Deadline(calendar.at(due, _END_OF_DAY), f"{reason}: by {day_in_words(due)} {due.year}.", "data-protection")


def first_nag(submitted: datetime, calendar: Calendar) -> datetime:
    """When whoever must decide is first reminded: after four staffed hours; UTC."""
    return calendar.add_staffed(submitted, FIRST_NAG)


def before_slot(planned: datetime, calendar: Calendar) -> datetime:
    """When to remind before a planned time: the latest staffed moment at least one hour before it; UTC.

    A slot at 10:00 on a working day gives 09:00. One early on a Monday, or at a weekend, gives the end of
    staffed hours on the working day before. The answer may lie before the post was sent in at all.
    """
    return calendar.last_staffed(as_utc(planned) - BEFORE_SLOT)


def _day_off(day: date, calendar: Calendar) -> str:
    name = calendar.bank_holiday(day)
    return f"a bank holiday ({name})" if name else f"a {day:%A}"


def _24_hours(received: datetime, off: str, calendar: Calendar) -> Deadline:
    at = as_utc(received) + DAY
    start, end = calendar.local(received), calendar.local(at)
    reason = f"Received on {_in_words(start)}"
    if off:
        reason += f", {off}. The policy makes an exception for weekends only, so it is due 24 hours later"
    else:
        reason += ", so it is due 24 hours later"
    reason += f", on {_in_words(end)}"
    if start.utcoffset() != end.utcoffset():
        reason += " (the clocks change in between)"
    return Deadline(at, f"{reason}.", "answer-in-24h")


def _next_working_day(day: date, received_on: str, calendar: Calendar) -> Deadline:
    due = calendar.next_working_day(day)
    reason = f"{received_on}, so it is due on the next working day, {day_in_words(due)}"
    hours = calendar.hours(due)
    return Deadline(
        at=calendar.at(due, _END_OF_DAY),
        reason=f"{reason}{_why_so_late(day, due, calendar)}.",
        clause="answer-in-24h",
        target=hours[1] if hours else None,
    )


def _why_so_late(day: date, due: date, calendar: Calendar) -> str:
    """The weekdays that were passed over, in brackets: " (Monday is a bank holiday)"; "" when there are none."""
    between = (day + timedelta(n) for n in range(1, (due - day).days))
    passed = [each for each in between if not calendar.is_weekend(each)]
    if not passed:
        return ""
    kinds = sorted({"bank holiday" if calendar.bank_holiday(each) else "closure day" for each in passed})
    if len(passed) == 1:
        return f" ({passed[0]:%A} is a {kinds[0]})"
    names = f"{passed[0]:%A} and {passed[1]:%A}" if len(passed) == 2 else f"the {len(passed)} weekdays before it"
    return f" ({names} are {' or '.join(kind + 's' for kind in kinds)})"


def _in_words(local: datetime) -> str:
    return f"{day_in_words(local.date())} at {local:%H:%M}"
