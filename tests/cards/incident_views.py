"""Every view of incidents, by name, around words that somebody typed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from cards.incident import (
    Sight,
    incident_card,
    list_card,
    not_ready_card,
    receipt_card,
    reporter_card,
    reporter_row,
    row,
)
from cards.incident_file import file_card, own_file_card, page_card, task_card, task_file_card
from cards.incident_forms import (
    assess_form,
    assign_form,
    close_form,
    decide_form,
    done_form,
    journalist_form,
    note_form,
    refer_form,
    report_form,
)
from cards.incident_picture import checklist_card, child_form, deletion_form, no_files_card, still_there, stop_card
from cards.incident_reminders import assess_card, breach_card, news_card, press_card
from cards.model import Card, Form
from policy.incident import (
    Assessment,
    Breach,
    Decision,
    Incident,
    Kind,
    Outcome,
    Press,
    Report,
    Severity,
    Verdict,
    assess,
    close,
    decide,
)
from policy.incident.chronology import Act, Entry
from policy.incident.task import Task, finish
from policy.school import Contacts
from tests.fakes.school import MONDAY

PEOPLE = {"tom": "Tom Okafor", "helen": "Helen Marsh", "olu": "Olu Adeyemi"}

LATER = MONDAY + timedelta(hours=80)

VIEWS: dict[str, Callable[[Incident, Sight], Card | None]] = {
    "": incident_card,
    ", news": news_card,
    ", breach": breach_card,
    ", press": press_card,
    ", to its reporter": reporter_card,
}


def incident_cards(said: str) -> dict[str, Card]:
    """Every card about incidents."""
    leads = Sight(ZoneInfo("Europe/London"), LATER, PEOPLE, leads=True, reads=True, decides=True, officer="Olu")
    viewers = {"lead": leads, "reader": replace(leads, leads=False, decides=False)}
    found = {
        f"incident {state}, {who}{name}": card
        for state, incident in _states(said).items()
        for who, eyes in viewers.items()
        for name, view in VIEWS.items()
        if (card := view(incident, eyes)) is not None
    }
    contacts, many = _contacts(said), [_reported(said)] * 5
    rows = [*(row(each, leads) for each in many), reporter_row(_reported(said), leads)]
    task = _task(said)
    found |= {
        f"incident {state}, file": _file(incident, _entries(said), leads) for state, incident in _states(said).items()
    }
    return found | {
        "incident, receipt": receipt_card(_breached(said), leads, contacts),
        "incident, receipt about the press": receipt_card(_pressed(said), leads, contacts),
        "incident, older": page_card(_reported(said), _entries(said), leads),
        "incident, own words": own_file_card(_reported(said), _entries(said)[:2], leads),
        "incidents": list_card(rows, more=True),
        "no incidents": list_card((), more=False),
        "incidents to assess": assess_card(rows),
        "incidents off": not_ready_card(),
        "task": task_card(task, said[:60] or "Helen"),
        "task, file": task_file_card(task, said[:60] or "Helen"),
        "task, done": task_card(finish(task, said[:2000], LATER), "Helen"),
        "task, done, file": task_file_card(finish(task, said[:2000], LATER), "Helen"),
        "picture, stop": stop_card(contacts),
        "picture, checklist": checklist_card(),
        "picture, no files": no_files_card(),
        "picture, still there": Card("Still there", "Still there", still_there({}, said[:300])),
    }


def incident_forms(said: str) -> dict[str, Form]:
    """Every form about incidents."""
    contacts, breached, task = _contacts(said), _breached(said), _task(said)
    agencies = [f"{number} {said[:60]}".strip() for number in range(9)]
    filled = report_form(
        contacts,
        full=True,
        text=said[:3000],
        where=said[:500],
        link="https://example.org/",
        kind=Kind.OFFENSIVE,
        comment="C-1",
    )
    return {
        "incident, report": report_form(contacts),
        "incident, report in full": filled,
        "incident, press": journalist_form(),
        "incident, assess": assess_form(_reported(said), agencies),
        "incident, assess again": assess_form(assess(breached, _assessment(said), None), ()),
        "incident, refer": refer_form(breached, agencies),
        "incident, note": note_form(breached, corrects=True),
        "incident, reporter's note": note_form(breached, corrects=False),
        "incident, assign": assign_form(breached),
        "incident, decide": decide_form(breached),
        "incident, close": close_form(breached),
        "task, done": done_form(task),
        "picture, child": child_form(),
        "picture, deletion": deletion_form(),
    }


def _states(said: str) -> dict[str, Incident]:
    assessed = assess(_breached(said), _assessment(said), None)
    decision = Decision(Verdict.REPORTED, said[:3000], "olu", LATER, said[:100])
    decided = decide(assessed, decision)
    return {
        "reported": _reported(said),
        "breached": _breached(said),
        "of the press": _pressed(said),
        "assessed": assessed,
        "reportable": decide(assessed, replace(decision, verdict=Verdict.REPORTABLE)),
        "decided": decided,
        "closed": close(decided, Outcome(said[:3000], True, said[:3000], "helen", LATER)),
    }


def _reported(said: str) -> Incident:
    report = Report(
        said[:3000] or "Words.",
        Kind.HARASSING,
        said[:500],
        "https://example.org/",
        MONDAY,
        said[:500],
        "olu",
        at_risk=True,
    )
    return Incident(
        "I-1", "harbour", report, "tom", MONDAY, "helen", "headteacher", ("helen", "olu"), entries=25, comment="C-1"
    )


def _breached(said: str) -> Incident:
    return replace(_reported(said), breach=Breach(MONDAY))


def _pressed(said: str) -> Incident:
    reported = _reported(said)
    press = Press(said[:3000] or "The Gazette", said[:3000], LATER)
    return replace(reported, report=replace(reported.report, kind=Kind.PRESS), press=press)


def _assessment(said: str) -> Assessment:
    return Assessment(Severity.CRITICAL, said[:3000], (said[:60] or "Police", "The council"), "helen", LATER)


def _entries(said: str) -> Sequence[Entry]:
    acts = (*Act,)[:10]
    return [
        Entry(f"N-{number}", "harbour", "I-1", number, LATER, "tom", act, said[:3000], corrects=1)
        for number, act in zip(range(25, 15, -1), acts, strict=True)
    ]


def _file(incident: Incident, entries: Sequence[Entry], sight: Sight) -> Card:
    return file_card(incident, entries, sight, about="Olu Adeyemi", readers=list(PEOPLE.values()), refers=True)


def _task(said: str) -> Task:
    return Task("T-1", "harbour", "I-1", "olu", said[:1000] or "Ring.", "helen", MONDAY)


def _contacts(said: str) -> Contacts:
    number = said[:60] or "01632 960001"
    return Contacts(dsl=number, chair_of_governors=number, lado=number, emergency="999", agencies=("Police",))
