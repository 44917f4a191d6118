"""Nobody hears of an incident by any way but those who should: each subject, each viewer, and each way out."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from cards.export_pages import copy_page
from handlers.entries import Kind
from handlers.exports.data import copy_data
from handlers.exports.person import copy_of
from handlers.exports.subject import Unknown
from handlers.request import Nothing, Reply, Say
from handlers.turn import Scene
from policy.away import plan_away
from policy.incident import Incident
from policy.incident.task import Task
from policy.people import EXEAT, Person, Role
from policy.record import Ref
from policy.school import Contacts, School
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import (
    ADMIN,
    COLLEAGUE,
    DEPUTY,
    HEAD,
    MONDAY,
    OWNER,
    TEACHER,
    email,
    harbour,
    identity,
    known,
)

CHAIR, OFFICER, CLERK, STAND_IN, SUE, PLAIN = "grace", "prue", "oscar", "hal", "sue", "pam"
"""The chair, the data protection officer, the office, whoever stands in, a colleague, and one with no part in it."""

OUTSIDER = "eve"

VIEWERS = (
    *(HEAD, DEPUTY, CHAIR, OFFICER, CLERK, ADMIN, OWNER),
    *(TEACHER, COLLEAGUE, STAND_IN, SUE, PLAIN, OUTSIDER),
)
"""Every role; the reporter (the teacher); an involved colleague, who gets a task; and everybody else there is."""


@dataclass(frozen=True, slots=True)
class Case:
    """Whom it is about, as the form says; who is away (and whom they named); and who may read its file."""

    about: str
    given: dict[str, Any]
    readers: frozenset[str]
    away: dict[str, str | None] = field(default_factory=dict)


def about(name: str) -> dict[str, Any]:
    return {"about": identity(name)}


SCHOOL_READS = frozenset({HEAD, OFFICER})

CASES = {
    "nobody": Case("", {}, SCHOOL_READS),
    "a colleague": Case(SUE, about(SUE), SCHOOL_READS),
    "the headteacher, ticked": Case(HEAD, {"head": "yes"}, frozenset({CHAIR, OFFICER})),
    "the headteacher, named": Case(HEAD, about(HEAD), frozenset({CHAIR, OFFICER})),
    "the headteacher, away": Case(HEAD, {"head": "yes"}, frozenset({CHAIR, OFFICER}), {HEAD: STAND_IN}),
    "the reporter's delegate": Case(STAND_IN, about(STAND_IN), SCHOOL_READS, {TEACHER: STAND_IN}),
    "nobody, while the reporter is away": Case("", {}, SCHOOL_READS, {TEACHER: STAND_IN}),
    "nobody, while the headteacher is away": Case("", {}, SCHOOL_READS | {STAND_IN}, {HEAD: STAND_IN}),
    "the headteacher's delegate": Case(STAND_IN, about(STAND_IN), SCHOOL_READS | {DEPUTY}, {HEAD: STAND_IN}),
    "the data protection officer": Case(OFFICER, about(OFFICER), frozenset({HEAD})),
    "the deputy": Case(DEPUTY, about(DEPUTY), SCHOOL_READS),
    "the chair": Case(CHAIR, about(CHAIR), SCHOOL_READS),
}

REPORTED = {"what": "zqwhat", "where": "zqwhere", "involved": "zqinvolved", "link": "https://zqlink.example/"}
LATER = {"rationale": "zqrationale", "note": "zqnote", "why": "zqwhy"}
TASK = "zqtask"
ALL = frozenset({"zqwhat", "zqwhere", "zqinvolved", "zqlink", *LATER.values(), TASK})

NAMES = {"incident": Ref("incident", "I-1"), "task": Ref("task", "TASK-1")}

FIELDS = {"text": "x", "severity": "minor", "rationale": "x", "outcome": "x", "verdict": "reported", "why": "x"}
FIELDS |= {"note": "x", "task": "x", "what": "file", "agency": "0"}


def school() -> School:
    """Harbour with everybody who can hold a role."""
    made = harbour(deputies=(DEPUTY,))
    roles = (*made.roster.roles, (Role.CHAIR, (email(CHAIR),)), (Role.DPO, (email(OFFICER),)))
    roles = (*roles, (Role.OFFICE, (email(CLERK),)))
    contacts = Contacts(dsl="01632 960001", agencies=("Police, 101",))
    return replace(made, roster=replace(made.roster, roles=roles), contacts=contacts)


async def at_work(folder: Path, case: Case) -> Desk:
    """The school, with those away who are."""
    desk = await open_desk(folder, school(), *(who for who in VIEWERS if who != OUTSIDER))
    desk.strangers[identity(OUTSIDER)] = replace(known(OUTSIDER), email="eve@elsewhere.example")
    async with desk.store.transaction("harbour") as tx:
        for name, delegate in case.away.items():
            person = await tx.get(Person, str(identity(name)))
            stand_in = await tx.get(Person, str(identity(delegate))) if delegate else None
            assert person is not None
            day = desk.now.date()
            away = plan_away(
                f"A-{name}", person, stand_in, day, day + timedelta(days=3), desk.now, desk.school.calendar
            )
            tx.put(away)
    return desk


async def reported(desk: Desk, case: Case) -> list[Any]:
    """One incident: reported, assessed with a task, added to, and decided on. What went into the outbox."""
    given = {**REPORTED, "personal": "yes", "aware": MONDAY, **case.given}
    assert isinstance(await desk.ask(TEACHER, "incident.new", fields=given, payload={"full": "yes"}), Say)
    async with desk.store.transaction("harbour") as tx:
        lead = (await tx.find(Incident, limit=1))[0].lead.rpartition(":")[2]
    steps: dict[str, dict[str, Any]] = {
        "incident.assess.send": {
            "severity": "serious",
            "rationale": LATER["rationale"],
            "person": identity(COLLEAGUE),
            "task": TASK,
        },
        "incident.note.send": {"text": LATER["note"]},
        "incident.decide.send": {"verdict": "reportable", "why": LATER["why"]},
    }
    for verb, fields in steps.items():
        assert await desk.ask(lead, verb, Ref("incident", "I-1"), version=1, fields=fields) == Nothing(), verb
    return await desk.outbox()


async def heard(desk: Desk, who: str, *, forms: bool) -> str:
    """All that somebody can get out of Exeat about it, by every command, button and view, and in their own copy.

    `forms`: they send every form about it as well.
    """
    found = list[Reply | object]()
    for spec in list(desk.dispatch.registry.specs.values()):
        if spec.kind is Kind.COMMAND:
            found += [await desk.ask(who, spec.verb, text=text) for text in ("", "all", "I-1")]
        elif spec.record in (Incident, Task) and (forms or spec.kind is Kind.BUTTON):
            name = NAMES[spec.record.KIND]
            found.append(await desk.ask(who, spec.verb, name, version=1, fields=FIELDS))
    for view in desk.dispatch.registry.views:
        kind = view.partition(".")[0]
        if kind in NAMES or kind not in desk.dispatch.registry.kinds:
            drawn = await desk.see(who, view, NAMES.get(kind))
            found.append(drawn.card if drawn else None)
    found.append(await own_copy(desk, who))
    return repr(found)


async def own_copy(desk: Desk, who: str) -> object:
    """What somebody is given who asks for what is kept about them."""
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=True)
        count, rows = await desk.store.count("harbour"), desk.store.audit_rows("harbour")
        try:
            copy = await copy_of(scene, email(who), desk.dispatch.registry, count, rows)
        except Unknown:
            return None
        return copy_page(copy, desk.school, lambda sha: sha), copy_data(copy, desk.school)


def words_of(said: str) -> set[str]:
    """Which of the words that were written are in it."""
    return {word for word in ALL if word in said}


def may_hear(case: Case, who: str) -> frozenset[str]:
    """The rule, once more and by itself: the file to its readers, their own words to whoever wrote them, and a task
    to whoever has it.
    """
    found = ALL if who in case.readers else frozenset()
    if who == TEACHER:
        found |= {"zqwhat", "zqwhere", "zqlink"}
    return found | {TASK} if who == COLLEAGUE else found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_each_hears_of_it_what_they_should_and_by_no_way_more(tmp_path: Path, case: Case) -> None:
    desk, elsewhere = await at_work(tmp_path / "here", case), await at_work(tmp_path / "elsewhere", case)
    with capture_logs() as logs:
        rows = await reported(desk, case)
        told = {row.person.rpartition(":")[2] for row in rows}
        assert told == case.readers | {COLLEAGUE}
        for who in VIEWERS:
            wanted = may_hear(case, who)
            said = await heard(desk, who, forms=not wanted)
            assert words_of(said) == wanted, who
            if not wanted:
                differs = said != await heard(elsewhere, who, forms=True)
                assert not differs, f"{who} can tell that there is something"
    async with desk.store.transaction("harbour") as tx:
        incident = await tx.get(Incident, "I-1")
    assert incident is not None
    assert incident.entries == 5, "nobody else has done anything about it"
    audit = repr([row async for row in desk.store.audit_rows("harbour")])
    for where in (repr(rows), repr(logs), audit):
        assert words_of(where) == set()
    await desk.store.close()
    await elsewhere.store.close()


async def test_a_reader_who_turns_out_to_be_whom_it_is_about_reads_no_more(tmp_path: Path) -> None:
    desk = await at_work(tmp_path, CASES["nobody"])
    other = known("susan")
    await desk.dispatch.met(other)
    await reported(desk, Case("susan", about("susan"), SCHOOL_READS))
    file = {"person": identity(SUE), "what": "file"}
    assert await desk.ask(HEAD, "incident.assign.send", NAMES["incident"], version=1, fields=file) == Nothing()
    assert words_of(await heard(desk, SUE, forms=False)) == ALL
    await desk.dispatch.met(replace(other, email=email(SUE)))
    assert words_of(await heard(desk, SUE, forms=False)) == set()
    await desk.store.close()


async def test_nothing_that_was_written_is_on_the_disk_in_clear(tmp_path: Path) -> None:
    case = CASES["nobody"]
    desk = await at_work(tmp_path, case)
    await reported(desk, case)
    await desk.store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b'"verb":"incident.new"' in kept, "the audit says that it was reported"
    for word in (*ALL, "serious"):
        assert word.encode() not in kept, word
