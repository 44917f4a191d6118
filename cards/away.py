"""Being away, as people see it: the form, the receipt, and what whoever stands in is told."""

from collections.abc import Sequence
from datetime import date

from cards.model import Button, Card, DateField, Facts, Form, Notice, Part, PersonField, Text
from cards.wording import day
from policy.away import Away
from policy.clauses import cite
from policy.record import ref

NO_CONCERNS = "Safeguarding concerns go by a table of their own, and nobody gets them in somebody's place."


def away_form(today: date, planned: Sequence[tuple[Away, str]]) -> Form:
    """When, and who acts meanwhile. `planned` are the absences already known, each with its delegate's name."""
    known: list[Part] = [
        Text(
            f"Already planned: {_days(away)}{f', with {name} acting' if name else ''}. "
            "To call it off, press Withdraw on its card."
        )
        for away, name in planned
    ]
    return Form(
        "away.new",
        "When you are away",
        (
            *known,
            DateField("first", "When: first day away", today, required=True),
            DateField("last", "When: last day away", today, required=True),
            PersonField("delegate", "Who acts for you", hint="A colleague, who acts in your place on those days."),
        ),
        note=f"Whoever you name cannot decide on their own work. {NO_CONCERNS}",
    )


def away_card(away: Away, delegate: str, *, head: bool = False, deputies: bool = False) -> Card:
    """The receipt, with the way to call it off, to whoever is away: the `head` or somebody else, at a school that
    has `deputies` or none.
    """
    if away.state == "cancelled":
        return Card(
            "Absence called off", f"You are no longer down as away {_days(away)}.", (Facts(_rows(away, delegate)),)
        )
    if not away.open:
        return Card("You are back", f"You were down as away {_days(away)}.", (Facts(_rows(away, delegate)),))
    said = f"You are down as away {_days(away)}."
    acting = f"{delegate} acts for you." if delegate else f"You have named nobody{_meanwhile(head, deputies)}."
    buttons = (Button("Withdraw", "away.withdraw", ref(away), away.version, about=f"Withdraw {away.id}"),)
    return Card("You are down as away", f"{said} {acting}", (Text(f"{said} {acting}"),), buttons)


def stand_in_card(away: Away, whose: str) -> Card:
    """What the delegate is told."""
    if not away.open:
        said = f"{whose} is back, so you no longer act for them."
        return Card(f"{whose} is back", said, (Text(said),))
    said = f"{whose} is away {_days(away)} and has asked you to act in their place."
    then = (
        "What waits for them comes to you on those days: posts, wordings, comments and incidents. "
        f"You cannot decide on your own work. {NO_CONCERNS}"
    )
    return Card(f"You stand in for {whose}", said, (Text(said), Notice(then, cite("approve-posts"))))


def _meanwhile(head: bool, deputies: bool) -> str:
    """Who decides when the headteacher named nobody; others' absence changes nothing in that."""
    if not head:
        return ""
    return "; the deputies decide where they can" if deputies else ", and nobody else decides until you are back"


def _days(away: Away) -> str:
    return f"on {day(away.first)}" if away.first == away.last else f"from {day(away.first)} to {day(away.last)}"


def _rows(away: Away, delegate: str) -> tuple[tuple[str, str], ...]:
    return (("When", _days(away)), ("Who was to act", delegate or "nobody"))
