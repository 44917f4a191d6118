"""Every view of pinned roles and test alerts, by name, around words that somebody typed."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from cards.drill import Holder, drill_card, drill_row, opening_card, standing_card, standing_part
from cards.model import Card
from cards.pin import Change, Seat, pin_card, pin_row, pins_card
from cards.welcome import home_card
from policy.calendar import Calendar
from policy.drill import Drill, Opening, acknowledge, ask, follow
from policy.people import Role
from policy.pin import PINNED, confirm, pin, propose, turn_down
from tests.fakes.school import MONDAY, person

LONDON = ZoneInfo("Europe/London")

OLD, NEW = ("dora@harbour.example",), ("mallory@harbour.example", "slack:u02mallory")


def safeguarding_cards(said: str) -> dict[str, Card]:
    """Every card about safeguarding roles and test alerts."""
    return {**_pins(said[:60]), **_drills(said[:60])}


def _pins(said: str) -> dict[str, Card]:
    kept = pin(Role.DSL, "harbour", (OLD,), MONDAY)
    asked = propose(kept, (NEW,), MONDAY, Calendar())
    seats = (Seat(said, OLD, reached=False),), (Seat("", NEW, reached=False), Seat("Olu", OLD))
    states = {
        "asked": Change(asked, LONDON, *seats, ("Helen", said), mine=True),
        "asked, another's": Change(asked, LONDON, *seats, ("Helen", said)),
        "asked, nobody left": Change(asked, LONDON, *seats),
        "turned down": Change(turn_down(asked, "helen", MONDAY), LONDON, *seats, ("Helen",), mine=True, by=said),
        "confirmed": Change(confirm(asked, "helen", MONDAY), LONDON, seats[0], by=said),
        "taken back": Change(kept, LONDON, ()),
    }
    every = [Change(pin(role, "harbour", (OLD,), MONDAY), LONDON, seats[0]) for role in PINNED]
    found = {f"pin {state}": pin_card(change) for state, change in states.items()}
    rows = tuple(pin_row(change) for change in states.values())
    return found | {"pins": pins_card(every), "pins at home": home_card("Harbour", (rows,))}


def _drills(said: str) -> dict[str, Card]:
    calendar, new = Calendar(), Drill("TEST-4", "harbour", "dora", MONDAY)
    asked = ask(new, MONDAY, calendar)
    holders = (
        Holder(said or "dora@harbour.example", (Role.HEADTEACHER, Role.DSL)),
        Holder("a", (Role.CHAIR,), person("cara"), reached=False),
        Holder("b", (Role.DSL,), person("dora"), True, MONDAY),
        Holder("c", (Role.DEPUTY_DSL,), person("dev"), True),
        Holder("d", (Role.HEADTEACHER,), person("helen"), True, MONDAY, MONDAY, True),
    )
    parts = (tuple(standing_part(holders, LONDON)), (drill_row(asked, LONDON),))
    return {
        "test alert": drill_card(asked, LONDON),
        "test alert acknowledged": drill_card(acknowledge(asked, MONDAY + timedelta(hours=1), calendar), LONDON),
        "test alert over": drill_card(follow(asked, "TEST-5", MONDAY)[0], LONDON),
        "test alerts": standing_card(holders, "spring term 2027", LONDON, live=False),
        "test alerts, live": standing_card(holders, "spring term 2027", LONDON, live=True),
        "test alerts, all": standing_card(holders[-1:], "spring term 2027", LONDON, live=True),
        "test alerts at home": home_card("Harbour", parts),
        "concerns on": opening_card(Opening("concerns", "harbour", MONDAY), LONDON),
        "concerns off": opening_card(replace(Opening("concerns", "harbour", MONDAY), since=None), LONDON),
    }
