"""Every view of a safeguarding concern, by name, around words that somebody typed."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from cards.concern import (
    alert_card,
    faltered_card,
    list_card,
    no_files_card,
    numbers,
    own_concern_card,
    reporter_card,
    ring_card,
    ring_on_card,
    row,
    typed_card,
    unseen_card,
)
from cards.concern_file import PAGE, Sight, file_card, log_card, receipt_card
from cards.concern_forms import (
    close_form,
    hold_form,
    lado_form,
    meant_form,
    note_form,
    reader_form,
    refer_form,
    route_form,
    unreader_form,
    unsure_form,
    who_form,
    words_form,
)
from cards.data_request import alone_card, message_card, missed_card, noted_card, off_card, request_form, sheet_card
from cards.model import Card, Form
from policy.concern import (
    Climb,
    Concern,
    Contacted,
    Ending,
    Held,
    Lado,
    Outcome,
    Report,
    acknowledge,
    answer_lado,
    call,
    close,
    refer,
)
from policy.concern.about import About, Nobody, Risk
from policy.concern.entry import Act, ConcernEntry
from policy.concern.kept import hold
from policy.data_request import Asker, DataRequest, answer
from policy.people import Role
from policy.school import Concerns, Contacts
from tests.fakes.school import MONDAY

CONTACTS = Contacts(
    lado="01632 960003",
    childrens_social_care="01632 960004",
    helplines=("NSPCC whistleblowing advice line, 0800 028 0285",),
    dsl="01632 960001",
    chair_of_governors="01632 960002",
    agencies=("Police, 101",),
)

NUMBERS = numbers(CONTACTS)

NAMES = {"tom": "Tom Okafor", "dina": "Dina Lamb", "helen": "Helen Marsh"}

SIGHT = Sight(ZoneInfo("Europe/London"), NAMES, manages=True, lado_due=MONDAY + timedelta(hours=32))

REFERENCE = "7F3K-9QPM"


def states(said: str, mode: Concerns = Concerns.RECORD) -> dict[str, Concern]:
    """A concern in every state there is."""
    report = Report(True, said, said, said, said, said) if mode is Concerns.RECORD else Report(True, said)
    sent = Concern(REFERENCE, "harbour", "tom", MONDAY, About.COLLEAGUE, Risk.YES, mode, report, ("cara",))
    sent = replace(sent, told=("dina", "helen"), readers=("dina", "helen"), manager="helen")
    taken = acknowledge(sent, "dina", ("dina",), MONDAY)
    answered = answer_lado(refer(taken, said or "Police"), Lado(Contacted.YES, "helen", MONDAY, MONDAY))
    return {
        "sent": sent,
        "calm": replace(sent, report=replace(report, urgent=False), risk=Risk.NO),
        "unseen": replace(sent, climb=Climb.UNSEEN),
        "taken": taken,
        "taken by the lead": acknowledge(sent, "dina", ("dina",), MONDAY, lead=True),
        "calls": call(taken),
        "calls, unseen": replace(call(taken), climb=Climb.UNSEEN),
        "answered": answered,
        "held": hold(replace(answered, readers=("dina", "helen", "tom")), Held(said or "A claim", "dina", MONDAY)),
        "not yet": answer_lado(taken, Lado(Contacted.NOT_YET, "helen", MONDAY)),
        **{each.value: close(answered, Outcome(each, "helen", MONDAY)) for each in Ending},
    }


def entries(said: str) -> list[ConcernEntry]:
    """A log with everything that may stand in one."""
    kinds = enumerate((*Act, *Act), 1)
    return [ConcernEntry(f"e{n}", "harbour", REFERENCE, MONDAY, "dina", act, said) for n, act in kinds]


def concern_cards(said: str) -> dict[str, Card]:
    """Every card about a concern."""
    found: dict[str, Card] = {}
    log = entries(said)
    for mode in (Concerns.RECORD, Concerns.ALERT_ONLY):
        for name, concern in states(said, mode).items():
            about = f"concern {mode.value} {name}"
            for manages in (True, False):
                sight = replace(SIGHT, manages=manages)
                found[f"{about}, file {manages}"] = file_card(concern, log[:PAGE], sight, more=True)
                found[f"{about}, alert {manages}"] = alert_card(concern, waits=concern.climbs, acknowledges=manages)
            found[f"{about}, waits"] = alert_card(concern, waits=True, acknowledges=True)
            found[f"{about}, faltered"] = faltered_card(concern, acknowledges=True)
            found[f"{about}, ring on"] = ring_on_card(concern, NUMBERS)
            found[f"{about}, reporter"] = reporter_card(concern)
            found[f"{about}, unseen"] = unseen_card(concern, NUMBERS)
            found[f"{about}, receipt"] = receipt_card(concern, NUMBERS, SIGHT)
    everything = states(said)
    found |= {f"concern ring {why}": ring_card(NUMBERS, why) for why in (*Nobody, None)}
    found |= {
        "concern ring without two": ring_card(numbers(CONTACTS, frozenset({Role.DSL, Role.CHAIR})), Nobody.LEFT),
        "concern log": log_card(everything["taken"], log, SIGHT, skipped=PAGE, more=True),
        "concern log, none": log_card(everything["taken"], [], SIGHT, skipped=PAGE, more=False),
        "concern about oneself": own_concern_card(NUMBERS),
        "concern typed": typed_card(),
        "concern with a file": no_files_card(NUMBERS),
        "concerns": list_card([row(each) for each in everything.values()]),
        "concerns, none": list_card([]),
        "request for data, noted": noted_card(MONDAY.date()),
        "request for data, off": off_card(),
        "request for data, alone": alone_card(),
        **_requests(said, list(everything.values())),
    }
    return found


def _requests(said: str, touched: list[Concern]) -> dict[str, Card]:
    day = MONDAY.date()
    who = Asker(said or "Tom", (), (said or "Tom",))
    sent = DataRequest("4QF2-8XWM", "harbour", "helen", MONDAY, who, day, day, ("dina",))
    over = answer(sent, "dina", MONDAY)
    found = {"none": list[Concern](), "one": touched[:1], "many": touched * 4}
    sheets = {name: sheet_card(sent, "Helen Marsh", some, SIGHT.zone, read=100) for name, some in found.items()}
    return {
        **{f"request for data, {name} told": message_card(sent, told=told) for name, told in _WHO.items()},
        **{f"request for data, answered, {name} told": message_card(over, told=told) for name, told in _WHO.items()},
        **{f"request for data, sheet, {name}": card for name, card in sheets.items()},
        "request for data, missed": missed_card(sent, ["Grace Hall", "Desmond Orr"]),
        "request for data, missed, answered": missed_card(over, ["Grace Hall"]),
        "request for data, sheet": sheet_card(over, "Helen Marsh", touched, SIGHT.zone, read=100, more=True),
    }


_WHO = {"those": True, "nobody": False}


def concern_forms(said: str) -> dict[str, Form]:
    """Every form about a concern."""
    payload = {"about": "colleague", "risk": "yes", "name": said[:100]}
    found = {
        "concern route": route_form(NUMBERS),
        "concern unsure": unsure_form(payload),
        "concern who": who_form(payload),
        "concern meant": meant_form(payload, tuple(Role)),
        "concern words": words_form(payload, NUMBERS, written=True),
        "concern words, ring": words_form(payload, NUMBERS, written=True, ring=["the LADO on 01632 960003"]),
        "request for data": request_form(MONDAY.date()),
        "concern alert": words_form(payload, NUMBERS, written=False),
    }
    for mode in (Concerns.RECORD, Concerns.ALERT_ONLY):
        concern = states(said, mode)["taken"]
        found |= {
            f"concern note {mode.value}": note_form(concern),
            f"concern lado {mode.value}": lado_form(concern),
            f"concern refer {mode.value}": refer_form(concern, CONTACTS.agencies),
            f"concern reader {mode.value}": reader_form(concern),
            f"concern unreader {mode.value}": unreader_form(concern, [("tom", "Tom Okafor")]),
            f"concern hold {mode.value}": hold_form(concern),
            f"concern close {mode.value}": close_form(concern),
        }
    return found
