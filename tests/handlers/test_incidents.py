"""Incidents through the desk: reported, read, assessed, passed on in tasks, clocked, chronicled, closed."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cards import slack, teams
from cards.model import Button, Card, ChoiceField, Row, TextField
from cards.text import plain
from handlers.request import Ask, Invalid, Nothing, Reply, Say
from policy.away import plan_away
from policy.incident import Breach, Incident, Kind, State, Verdict
from policy.incident.chronology import Act, Entry, entries_key
from policy.incident.task import Task
from policy.people import Person, Role
from policy.record import Ref
from policy.school import Contacts, School
from tests.fakes.desk import Desk, open_desk, said
from tests.fakes.school import COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, MONDAY, OWNER, TEACHER, email, harbour, identity

CHAIR, OFFICER = "grace", "prue"

HOUR = timedelta(hours=1)

SECRET = "Mr Quibble shared the zebra spreadsheet"

CONTACTS = Contacts(
    dsl="01632 960001", chair_of_governors="01632 960002", lado="01632 960003", agencies=("Police, 101",)
)


def school() -> School:
    """Harbour with a chair of governors and a data protection officer."""
    made = harbour()
    roles = (*made.roster.roles, (Role.CHAIR, (email(CHAIR),)), (Role.DPO, (email(OFFICER),)))
    return replace(made, roster=replace(made.roster, roles=roles), contacts=CONTACTS)


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    people = (TEACHER, COLLEAGUE, HEAD, DEPUTY, DEPUTY_TWO, OWNER, CHAIR, OFFICER)
    desk = await open_desk(tmp_path, school(), *people)
    yield desk
    await desk.store.close()


async def report(desk: Desk, who: str = TEACHER, **more: Any) -> Incident:
    """An incident as it stands once somebody has reported it."""
    reply = await desk.ask(who, "incident.new", fields={"what": SECRET, "where": "A chat group"} | more)
    assert isinstance(reply, Say), reply
    async with desk.store.transaction("harbour") as tx:
        return (await tx.find(Incident, limit=1))[0]


async def now(desk: Desk, incident: Incident) -> Incident:
    """The incident as it stands."""
    async with desk.store.transaction("harbour") as tx:
        found = await tx.get(Incident, incident.id)
        assert found is not None
        return found


async def press(desk: Desk, who: str, verb: str, incident: Incident | Task, **given: Any) -> Reply:
    """Somebody presses a button of it, or sends a form about it."""
    return await desk.ask(who, verb, Ref(incident.KIND, incident.id), version=1, fields=given)


async def chronology(desk: Desk, incident: Incident) -> list[Entry]:
    """Its entries, oldest first."""
    async with desk.store.transaction("harbour") as tx:
        found = await tx.find(Entry, key=entries_key(incident.id), limit=1_000)
    return sorted(found, key=lambda entry: entry.number)


async def assess(desk: Desk, who: str, incident: Incident, **more: Any) -> Reply:
    return await press(
        desk, who, "incident.assess.send", incident, severity="serious", rationale="It spread.", **more
    )


def labels(card: Card) -> list[str]:
    return [button.label for button in card.buttons]


async def card(desk: Desk, who: str, incident: Incident) -> Card | None:
    drawn = await desk.see(who, "incident", Ref("incident", incident.id))
    return drawn.card if drawn else None


async def test_a_report_goes_to_the_headteacher_alone(desk: Desk) -> None:
    incident = await report(desk)
    assert await desk.sent() == [("incident", HEAD)]
    assert incident.readers == (str(identity(HEAD)),)


async def test_a_report_needs_two_boxes_at_most(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "reportincident")
    assert isinstance(reply, Ask)
    assert [each.name for each in reply.form.fields if each.required] == ["what"]
    assert reply.form.dialog
    assert isinstance(await desk.ask(TEACHER, "incident.new", fields={"what": SECRET}), Say)


async def test_what_was_written_is_not_in_the_chat(desk: Desk) -> None:
    incident = await report(desk, involved="Ann Other")
    for who in (HEAD, TEACHER):
        found = await card(desk, who, incident)
        assert found is not None
        assert "zebra" not in plain(found)
        assert "Ann Other" not in plain(found)
        assert all(button.dialog for button in found.buttons)


async def test_its_file_opens_in_a_window_of_its_own(desk: Desk) -> None:
    incident = await report(desk, involved="Ann Other")
    reply = await press(desk, HEAD, "incident.open", incident)
    assert SECRET in said(reply)
    assert "Ann Other" in said(reply)
    assert isinstance(reply, Say)
    assert reply.card.dialog


async def test_whoever_reported_it_sees_their_own_words_and_where_it_stands(desk: Desk) -> None:
    incident = await report(desk)
    await press(desk, HEAD, "incident.note.send", incident, text="Rang the parents.")
    await press(desk, TEACHER, "incident.note.send", incident, text="It was on Tuesday.")
    words = said(await press(desk, TEACHER, "incident.open", incident))
    assert SECRET in words
    assert "It was on Tuesday." in words
    assert "Rang the parents." not in words
    assert "has not assessed it yet" in words


@pytest.mark.parametrize("address", ["nowhere", "https://[", "https://a b"])
async def test_only_a_whole_address_is_taken_as_the_link(desk: Desk, address: str) -> None:
    reply = await desk.ask(TEACHER, "incident.new", fields={"what": SECRET, "link": address})
    assert isinstance(reply, Invalid)
    assert "whole address" in reply.errors["link"]


@pytest.mark.parametrize("who", [COLLEAGUE, DEPUTY, OFFICER, CHAIR, OWNER])
@pytest.mark.parametrize(
    "verb", ["incident.open", "incident.note", "incident.assess", "incident.close", "incident.page"]
)
async def test_nobody_else_can_tell_it_from_one_that_does_not_exist(desk: Desk, who: str, verb: str) -> None:
    incident = await report(desk)
    here = await press(desk, who, verb, incident)
    nowhere = await press(desk, who, verb, replace(incident, id="I-99"))
    assert said(here) == said(nowhere)
    assert await card(desk, who, incident) is None
    listed = said(await desk.ask(who, "incidents", text="all"))
    assert incident.id not in listed


SUBJECTS: dict[str, tuple[str | None, dict[str, Any], str]] = {
    "nobody": (None, {}, HEAD),
    "a colleague": (COLLEAGUE, {"about": identity(COLLEAGUE)}, HEAD),
    "the headteacher, ticked": (HEAD, {"head": "yes"}, CHAIR),
    "the headteacher, picked": (HEAD, {"about": identity(HEAD)}, CHAIR),
    "the deputy": (DEPUTY, {"about": identity(DEPUTY)}, HEAD),
    "the chair": (CHAIR, {"about": identity(CHAIR)}, HEAD),
    "the data protection officer": (OFFICER, {"about": identity(OFFICER), "personal": "yes", "aware": MONDAY}, HEAD),
}

EVERYBODY = (TEACHER, COLLEAGUE, HEAD, DEPUTY, DEPUTY_TWO, OWNER, CHAIR, OFFICER)


@pytest.mark.parametrize("about", SUBJECTS)
@pytest.mark.parametrize("personal", [False, True])
async def test_it_is_seen_exactly_where_it_should_be(desk: Desk, about: str, personal: bool) -> None:
    subject, given, lead = SUBJECTS[about]
    more = given | ({"personal": "yes", "aware": MONDAY} if personal else {})
    incident = await report(desk, **more)
    may_read = {lead, *({OFFICER} if incident.breach else set())} - {subject}
    told = [who for view, who in await desk.sent() if view == "incident"]
    assert sorted(told) == sorted(may_read)
    for who in EVERYBODY:
        reads, wrote = who in may_read, who == TEACHER
        drawn = await card(desk, who, incident)
        listed = said(await desk.ask(who, "incidents", text="all"))
        home = said(await desk.ask(who, "home"))
        opened = said(await press(desk, who, "incident.open", incident))
        noted = await press(desk, who, "incident.note", incident)
        assert (drawn is not None) is (reads or wrote), who
        assert (incident.id in listed) is (reads or wrote), who
        assert (incident.id in home) is (who in may_read), who
        assert (SECRET in opened) is (reads or wrote), who
        assert ("Chronology" in opened) is reads, who
        assert isinstance(noted, Ask) is (reads or wrote), who
        assert isinstance(await press(desk, who, "incident.assess", incident), Ask) is (who == lead), who
        if not (reads or wrote):
            assert incident.id not in listed + home + opened


async def test_what_is_about_the_headteacher_stays_hidden_when_they_get_other_roles(desk: Desk) -> None:
    incident = await report(desk, head="yes")
    desk.settle(roles=((Role.HEADTEACHER, (email(DEPUTY),)), (Role.CHAIR, (email(HEAD), email(CHAIR)))))
    assert SECRET not in said(await press(desk, HEAD, "incident.open", incident))
    assert SECRET not in said(await press(desk, DEPUTY, "incident.open", incident))
    assert SECRET in said(await press(desk, CHAIR, "incident.open", incident))


async def test_a_new_headteacher_does_not_read_what_came_before_them(desk: Desk) -> None:
    incident = await report(desk)
    desk.settle(roles=((Role.HEADTEACHER, (email(DEPUTY),)),))
    assert SECRET not in said(await press(desk, DEPUTY, "incident.open", incident))


async def away(desk: Desk, who: str, delegate: str | None) -> None:
    """Somebody is away for the week."""
    async with desk.store.transaction("harbour") as tx:
        person = await tx.get(Person, str(identity(who)))
        stand_in = await tx.get(Person, str(identity(delegate))) if delegate else None
        assert person is not None
        calendar, day = desk.school.calendar, desk.now.date()
        id = f"A-{who}"
        tx.put(plan_away(id, person, stand_in, day, day + timedelta(days=4), desk.now, calendar))


async def test_while_the_headteacher_is_away_their_delegate_leads(desk: Desk) -> None:
    await away(desk, HEAD, COLLEAGUE)
    incident = await report(desk)
    assert incident.lead == str(identity(COLLEAGUE))
    assert "for the headteacher, who is away" in incident.authority
    assert sorted(who for _, who in await desk.sent()) == sorted([COLLEAGUE, HEAD])


async def test_a_delegate_whom_it_is_about_is_passed_over(desk: Desk) -> None:
    await away(desk, HEAD, COLLEAGUE)
    incident = await report(desk, about=identity(COLLEAGUE))
    assert incident.lead == str(identity(DEPUTY))
    assert SECRET not in said(await press(desk, COLLEAGUE, "incident.open", incident))


async def test_away_with_nobody_named_a_deputy_leads(desk: Desk) -> None:
    await away(desk, HEAD, None)
    assert (await report(desk)).lead == str(identity(DEPUTY))


async def test_the_reporters_own_delegate_sees_nothing(desk: Desk) -> None:
    incident = await report(desk)
    await away(desk, TEACHER, COLLEAGUE)
    assert SECRET not in said(await press(desk, COLLEAGUE, "incident.open", incident))


async def test_when_nobody_is_left_nothing_is_kept_and_the_number_is_shown(desk: Desk) -> None:
    desk.settle(roles=((Role.HEADTEACHER, (email(HEAD),)),))
    reply = await desk.ask(TEACHER, "incident.new", fields={"what": SECRET, "head": "yes"})
    assert "01632 960002" in said(reply)
    assert "kept nothing" in said(reply)
    async with desk.store.transaction("harbour") as tx:
        assert await tx.find(Incident, limit=1) == []


async def test_what_one_reports_of_oneself_can_be_seen_by_oneself_as_a_report_alone(desk: Desk) -> None:
    incident = await report(desk, about=identity(TEACHER))
    await press(desk, HEAD, "incident.note.send", incident, text="A quiet word.")
    words = said(await press(desk, TEACHER, "incident.open", incident))
    assert SECRET in words
    assert "A quiet word." not in words


async def test_somebody_at_risk_is_pointed_to_999_and_the_safeguarding_lead(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "incident.new", fields={"what": SECRET, "risk": "yes"})
    assert "999" in said(reply)
    assert "01632 960001" in said(reply)


async def test_personal_data_ask_when_the_school_became_aware(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "incident.new", fields={"what": SECRET, "personal": "yes"})
    assert isinstance(reply, Invalid)
    assert list(reply.errors) == ["aware"]


async def test_data_protection_is_not_reported_as_without_personal_data(desk: Desk) -> None:
    fields = {"what": SECRET, "kind": "data"}
    reply = await desk.ask(TEACHER, "incident.new", fields=fields, payload={"full": "yes"})
    assert isinstance(reply, Invalid)
    assert list(reply.errors) == ["personal"]
    incident = await report(desk, kind="data", personal="unsure", aware=MONDAY)
    assert incident.breach == Breach(MONDAY)
    assert ("incident", OFFICER) in await desk.sent()


async def test_a_breach_is_told_to_the_data_protection_officer_at_once(desk: Desk) -> None:
    incident = await report(desk, personal="unsure", aware=MONDAY - 2 * HOUR)
    assert sorted(await desk.sent()) == [("incident", HEAD), ("incident", OFFICER)]
    assert incident.report.kind is Kind.DATA
    found = await card(desk, OFFICER, incident)
    assert found is not None
    assert "70 hours left" in plain(found)
    assert "Data decision" in labels(found)


async def test_a_breach_found_at_the_assessment_starts_the_clock_from_awareness(desk: Desk) -> None:
    incident = await report(desk)
    await desk.outbox()
    aware = MONDAY - 30 * HOUR
    assert await assess(desk, HEAD, incident, personal="yes", aware=aware) == Nothing()
    after = await now(desk, incident)
    assert after.breach == Breach(aware)
    assert ("incident", OFFICER) in await desk.sent()
    assert after.next_due == aware + 48 * HOUR


async def test_the_officer_decides_and_the_reason_and_time_are_kept(desk: Desk) -> None:
    incident = await report(desk, personal="yes", aware=MONDAY)
    reply = await press(
        desk, OFFICER, "incident.decide.send", incident, verdict="not_reportable", why="Sent to staff only."
    )
    assert reply == Nothing()
    after = await now(desk, incident)
    assert after.breach is not None
    assert after.breach.decision is not None
    assert after.breach.decision.verdict is Verdict.NOT_REPORTABLE
    assert after.breach.decision.at == desk.now
    assert (await chronology(desk, incident))[-1].act is Act.BREACH


async def test_when_the_school_became_aware_can_be_put_right_and_the_clock_follows(desk: Desk) -> None:
    incident = await report(desk, personal="yes", aware=MONDAY)
    await assess(desk, HEAD, incident)
    await desk.outbox()
    earlier = MONDAY - 40 * HOUR
    given = {"verdict": "reportable", "why": "The bursar knew on Saturday."}
    ahead = await press(desk, OFFICER, "incident.decide.send", incident, **given, aware=desk.now + HOUR)
    assert isinstance(ahead, Invalid)
    assert await press(desk, OFFICER, "incident.decide.send", incident, **given, aware=earlier) == Nothing()
    after = await now(desk, incident)
    assert after.breach is not None
    assert after.breach.aware_at == earlier
    assert after.next_due == earlier + 48 * HOUR
    assert ("incident.breach", HEAD) in await tick(desk, earlier + 48 * HOUR)
    entries = await chronology(desk, incident)
    assert ["first knew on Sat 27 February" in each.text for each in entries[-2:]] == [True, False]


async def test_what_was_reported_in_time_and_written_down_late_was_in_time(desk: Desk) -> None:
    incident = await report(desk, personal="yes", aware=MONDAY)
    desk.now = MONDAY + 90 * HOUR
    given = {"verdict": "reported", "why": "Risk.", "reference": "IC-1"}
    for never in (MONDAY - HOUR, desk.now + HOUR):
        assert isinstance(
            await press(desk, OFFICER, "incident.decide.send", incident, **given, reported=never), Invalid
        )
    await press(desk, OFFICER, "incident.decide.send", incident, **given, reported=MONDAY + 71 * HOUR)
    after = await now(desk, incident)
    assert after.breach is not None
    assert after.breach.decision is not None
    assert after.breach.decision.at == MONDAY + 71 * HOUR
    assert (await chronology(desk, incident))[-1].at == desk.now


async def test_while_the_data_protection_officer_is_away_their_delegate_hears_and_decides(desk: Desk) -> None:
    incident = await report(desk, personal="yes", aware=MONDAY)
    await desk.outbox()
    await away(desk, OFFICER, OWNER)
    told = await tick(desk, MONDAY + 24 * HOUR)
    assert sorted(who for view, who in told if view == "incident.breach") == sorted([HEAD, OFFICER, OWNER])
    assert SECRET in said(await press(desk, OWNER, "incident.open", incident))
    assert isinstance(await press(desk, OWNER, "incident.decide", incident), Ask)
    desk.now += timedelta(days=7)
    assert isinstance(await press(desk, OWNER, "incident.decide", incident), Say)


async def test_a_delegate_whom_a_breach_is_about_stays_out_of_it(desk: Desk) -> None:
    await away(desk, OFFICER, OWNER)
    incident = await report(desk, personal="yes", aware=MONDAY, about=identity(OWNER))
    assert sorted(await desk.sent()) == [("incident", HEAD), ("incident", OFFICER)]
    await tick(desk, MONDAY + 24 * HOUR)
    assert SECRET not in said(await press(desk, OWNER, "incident.open", incident))


async def test_an_incident_whose_breach_is_undecided_cannot_be_closed(desk: Desk) -> None:
    incident = await report(desk, personal="yes", aware=MONDAY)
    await assess(desk, HEAD, incident)
    assert "personal data" in said(await press(desk, HEAD, "incident.close", incident))
    await press(desk, OFFICER, "incident.decide.send", incident, verdict="reported", why="Risk.", reference="IC-1")
    assert await press(desk, HEAD, "incident.close.send", incident, outcome="Action was taken.") == Nothing()
    assert (await now(desk, incident)).status is State.CLOSED


async def test_assessing_gives_a_task_and_nothing_of_the_file(desk: Desk) -> None:
    incident = await report(desk)
    await desk.outbox()
    person = identity(COLLEAGUE)
    assert await assess(desk, HEAD, incident, person=person, task="Ask the host to take it down.") == Nothing()
    assert ("task", COLLEAGUE) in await desk.sent()
    async with desk.store.transaction("harbour") as tx:
        task = (await tx.find(Task, limit=1))[0]
    drawn = await desk.see(COLLEAGUE, "task", Ref("task", task.id))
    assert drawn is not None
    assert "host" not in plain(drawn.card)
    opened = said(await press(desk, COLLEAGUE, "task.open", task))
    assert "Ask the host to take it down." in opened
    assert SECRET not in opened
    assert SECRET not in said(await press(desk, COLLEAGUE, "incident.open", incident))
    assert await press(desk, COLLEAGUE, "task.done.send", task, note="They did.") == Nothing()
    last = (await chronology(desk, incident))[-1]
    assert (last.act, last.by) == (Act.DONE, str(identity(COLLEAGUE)))
    assert "They did." in last.text


async def test_a_task_of_before_tasks_had_numbers_of_their_own_is_done_as_any_other(desk: Desk) -> None:
    incident = await report(desk)
    old = Task("T-1", "harbour", incident.id, str(identity(COLLEAGUE)), "Ring.", str(identity(HEAD)), MONDAY)
    async with desk.store.transaction("harbour") as tx:
        tx.put(old)
    await assess(desk, HEAD, incident, person=identity(COLLEAGUE), task="Write.")
    async with desk.store.transaction("harbour") as tx:
        assert {task.id for task in await tx.find(Task, limit=9)} == {"T-1", "TASK-1"}
    assert "Ring." in said(await press(desk, COLLEAGUE, "task.open", old))
    assert await press(desk, COLLEAGUE, "task.done.send", old) == Nothing()
    assert (await chronology(desk, incident))[-1].text == "Ring."


async def news(desk: Desk) -> list[str]:
    """Whom the outbox tells that there is something new."""
    return sorted(who for view, who in await desk.sent() if view == "incident.news")


async def test_whoever_leads_hears_of_what_others_add(desk: Desk) -> None:
    incident = await report(desk, personal="yes", aware=MONDAY)
    await press(desk, HEAD, "incident.note.send", incident, text="Rang the parents.")
    assert await news(desk) == []
    for who in (TEACHER, OFFICER):
        await press(desk, who, "incident.note.send", incident, text="It is on another page too.")
        assert await news(desk) == [HEAD]
    drawn = await desk.see(HEAD, "incident.news", Ref("incident", incident.id))
    assert drawn is not None
    assert "something new" in drawn.card.summary
    assert "another page" not in plain(drawn.card)
    assert labels(drawn.card)[0] == "Open"
    assert await desk.see(TEACHER, "incident.news", Ref("incident", incident.id)) is None


async def test_whoever_leads_hears_that_a_task_is_done_and_that_it_was_decided(desk: Desk) -> None:
    incident = await report(desk, personal="yes", aware=MONDAY)
    await assess(desk, HEAD, incident, person=identity(COLLEAGUE), task="Ring.")
    async with desk.store.transaction("harbour") as tx:
        task = (await tx.find(Task, limit=1))[0]
    await desk.outbox()
    await press(desk, COLLEAGUE, "task.done.send", task, note="Rang.")
    assert await news(desk) == [HEAD]
    decision = {"verdict": "not_reportable", "why": "Staff only."}
    await press(desk, OFFICER, "incident.decide.send", incident, **decision)
    assert await news(desk) == [HEAD]
    await press(desk, HEAD, "incident.decide.send", incident, **decision)
    assert await news(desk) == [OFFICER]


async def test_close_is_offered_only_once_nothing_stands_in_its_way(desk: Desk) -> None:
    incident = await report(desk, personal="yes", aware=MONDAY)
    offered = list[bool]()
    decision = {"verdict": "not_reportable", "why": "Staff only."}
    for verb, fields in (
        ("incident.note.send", {"text": "Rang."}),
        ("incident.assess.send", {"severity": "minor", "rationale": "Small."}),
        ("incident.decide.send", decision),
        ("incident.close.send", {"outcome": "Action was taken."}),
    ):
        await press(desk, HEAD, verb, incident, **fields)
        found = await card(desk, HEAD, incident)
        assert found is not None
        offered.append("Close" in labels(found))
    assert offered == [False, False, True, False]


async def test_what_may_not_wait_says_so_in_the_notification(desk: Desk) -> None:
    found = await card(desk, HEAD, await report(desk, risk="yes"))
    assert found is not None
    assert "open it now" in found.summary
    found = await card(desk, HEAD, await report(desk))
    assert found is not None
    assert "now" not in found.summary


async def test_a_task_belongs_to_whoever_was_given_it(desk: Desk) -> None:
    incident = await report(desk)
    await press(desk, HEAD, "incident.assign.send", incident, person=identity(COLLEAGUE), what="task", task="Ring.")
    async with desk.store.transaction("harbour") as tx:
        task = (await tx.find(Task, limit=1))[0]
    for who in (TEACHER, DEPUTY, OFFICER):
        assert "Ring." not in said(await press(desk, who, "task.open", task))


async def test_the_file_can_be_opened_to_a_colleague_but_not_to_whom_it_is_about(desk: Desk) -> None:
    incident = await report(desk, about=identity(COLLEAGUE))
    give = {"what": "file", "task": ""}
    reply = await press(desk, HEAD, "incident.assign.send", incident, person=identity(COLLEAGUE), **give)
    assert isinstance(reply, Invalid)
    assert await press(desk, HEAD, "incident.assign.send", incident, person=identity(DEPUTY), **give) == Nothing()
    assert SECRET in said(await press(desk, DEPUTY, "incident.open", incident))
    assert "leads on" in said(await press(desk, DEPUTY, "incident.assess", incident))


async def test_corrections_are_added_and_nothing_is_overwritten(desk: Desk) -> None:
    incident = await report(desk)
    await press(desk, HEAD, "incident.note.send", incident, text="It was Monday.")
    await press(desk, HEAD, "incident.note.send", incident, text="It was Tuesday.", corrects="2")
    entries = await chronology(desk, incident)
    assert [each.text for each in entries[1:]] == ["It was Monday.", "It was Tuesday."]
    assert (entries[2].act, entries[2].corrects) == (Act.CORRECTION, 2)
    reply = await press(desk, HEAD, "incident.note.send", incident, text="No.", corrects="9")
    assert isinstance(reply, Invalid)


async def test_it_is_referred_to_bodies_on_the_schools_list_and_to_more_than_one(desk: Desk) -> None:
    desk.school = desk.dispatch.school = replace(
        desk.school, contacts=replace(CONTACTS, agencies=("Police, 101", "The council"))
    )
    incident = await report(desk)
    assert "assessed yet" in said(await press(desk, HEAD, "incident.refer", incident))
    await assess(desk, HEAD, incident, agency="0")
    opened = await press(desk, HEAD, "incident.open", incident)
    assert isinstance(opened, Say)
    assert "Refer" in labels(opened.card)
    assert isinstance(await press(desk, HEAD, "incident.refer.send", incident, agency="2", text="All."), Invalid)
    sent = {"agency": "1", "text": "By letter, reference 7."}
    assert await press(desk, HEAD, "incident.refer.send", incident, **sent) == Nothing()
    words = said(await press(desk, HEAD, "incident.open", incident))
    assert "Police, 101 and The council" in words
    assert "To The council: By letter, reference 7." in words
    assert (await chronology(desk, incident))[-1].act is Act.REFERRED


async def test_two_people_adding_at_once_lose_nothing(desk: Desk) -> None:
    incident = await report(desk, personal="yes", aware=MONDAY)
    for round in range(200):
        desk.now += timedelta(minutes=1)
        both = [press(desk, who, "incident.note.send", incident, text=f"{who} {round}") for who in (HEAD, OFFICER)]
        assert await asyncio.gather(*both) == [Nothing(), Nothing()]
    entries = (await chronology(desk, incident))[1:]
    assert [each.number for each in entries] == list(range(2, 402))
    assert {each.text for each in entries} == {f"{who} {round}" for who in (HEAD, OFFICER) for round in range(200)}
    assert all(each.by == str(identity(each.text.split()[0])) for each in entries)
    assert [each.at for each in entries] == sorted(each.at for each in entries)
    assert all(each.at == MONDAY + timedelta(minutes=1 + int(each.text.split()[1])) for each in entries)


async def test_the_whole_chronology_can_be_paged_through(desk: Desk) -> None:
    incident = await report(desk)
    for number in range(25):
        await press(desk, HEAD, "incident.note.send", incident, text=f"note {number}")
    reply, found = await press(desk, HEAD, "incident.open", incident), list[str]()
    while True:
        words = said(reply)
        found.append(words)
        assert isinstance(reply, Say)
        button = next((each for each in reply.card.buttons if each.label == "Older"), None)
        if button is None:
            break
        reply = await desk.ask(HEAD, button.verb, button.record, version=1, payload=dict(button.payload))
    assert all(any(f"note {number}\n" in f"{words}\n" for words in found) for number in range(25))
    assert len(found) == 3


WINDOWS: dict[str, Callable[[Card], object]] = {
    "slack": lambda card: slack.shown(card, school="harbour"),
    "teams": lambda card: teams.message(card, school="harbour", window=True),
}


@pytest.mark.parametrize("on", WINDOWS)
async def test_every_word_of_a_long_file_can_be_read_on_each_chat(desk: Desk, on: str) -> None:
    def long(name: str) -> str:
        return " ".join(f"{name}:{number:03}" for number in range(290))

    incident = await report(desk, what=long("report"))
    for number in range(3):
        await press(desk, HEAD, "incident.note.send", incident, text=long(f"note{number}"))
        await press(desk, TEACHER, "incident.note.send", incident, text=long(f"own{number}"))
    await press(desk, HEAD, "incident.assess.send", incident, severity="minor", rationale=long("why"))
    ended = {"outcome": long("outcome"), "behaviour": "yes", "lessons": long("lessons")}
    await press(desk, HEAD, "incident.close.send", incident, **ended)
    own = {"report", "own0", "own1", "own2"}
    for who, parts in ((HEAD, own | {"note0", "note1", "note2", "why", "outcome", "lessons"}), (TEACHER, own)):
        words = ""
        button: Button | None = Button("Open", "incident.open", Ref("incident", incident.id), 1)
        while button is not None:
            reply = await desk.ask(who, button.verb, button.record, version=1, payload=dict(button.payload))
            assert isinstance(reply, Say)
            words += json.dumps(WINDOWS[on](reply.card))
            button = next((each for each in reply.card.buttons if each.label == "Older"), None)
        found = Counter(name for name, _ in set(re.findall(r"(\w+):(\d{3})", words)))
        assert found == dict.fromkeys(parts, 290), who


async def test_closing_needs_an_assessment_and_tells_the_reporter(desk: Desk) -> None:
    incident = await report(desk)
    assert "assessed yet" in said(await press(desk, HEAD, "incident.close", incident))
    await assess(desk, HEAD, incident)
    await desk.outbox()
    await press(
        desk, HEAD, "incident.close.send", incident, outcome="Spoke to the family.", behaviour="yes", lessons="x"
    )
    assert ("incident.reporter", TEACHER) in await desk.sent()
    drawn = await desk.see(TEACHER, "incident.reporter", Ref("incident", incident.id))
    assert drawn is not None
    assert "Spoke to the family" not in plain(drawn.card)
    assert await press(desk, HEAD, "incident.note.send", incident, text="Later news.") == Nothing()


async def tick(desk: Desk, at: datetime) -> list[tuple[str, str]]:
    """The clock at that moment, and what it has sent."""
    desk.now = at
    while await desk.dispatch.due(100, set()):
        pass
    return await desk.sent()


async def test_whoever_leads_is_reminded_until_it_is_assessed(desk: Desk) -> None:
    incident = await report(desk)
    await desk.outbox()
    assert await tick(desk, MONDAY + 4 * HOUR) == [("incidents.assess", HEAD)]
    drawn = await desk.see(HEAD, "incidents.assess", None)
    assert drawn is not None
    assert [row.title.split(":")[0] for row in drawn.card.body if isinstance(row, Row)] == [incident.id]
    assert await tick(desk, MONDAY + 23 * HOUR) == [("incidents.assess", HEAD)]
    await assess(desk, HEAD, incident)
    assert await tick(desk, MONDAY + 48 * HOUR) == []
    assert await desk.see(HEAD, "incidents.assess", None) is None


async def test_several_that_wait_come_in_one_message(desk: Desk) -> None:
    for _ in range(3):
        await report(desk)
    await desk.outbox()
    assert await tick(desk, MONDAY + 4 * HOUR) == [("incidents.assess", HEAD)]


async def test_the_breach_clock_reminds_lead_and_officer_at_night(desk: Desk) -> None:
    aware = MONDAY - 12 * HOUR
    incident = await report(desk, personal="yes", aware=aware)
    await assess(desk, HEAD, incident)
    await desk.outbox()
    assert sorted(await tick(desk, aware + 24 * HOUR)) == [("incident.breach", HEAD), ("incident.breach", OFFICER)]
    drawn = await desk.see(OFFICER, "incident.breach", Ref("incident", incident.id))
    assert drawn is not None
    assert "48 hours left of 72" in drawn.card.summary


async def test_when_whoever_led_is_away_somebody_else_takes_over(desk: Desk) -> None:
    incident = await report(desk)
    await desk.outbox()
    await away(desk, HEAD, COLLEAGUE)
    sent = await tick(desk, MONDAY + 4 * HOUR)
    assert ("incidents.assess", COLLEAGUE) in sent
    assert ("incident", COLLEAGUE) in sent
    assert (await now(desk, incident)).lead == str(identity(COLLEAGUE))
    assert (await chronology(desk, incident))[-1].act is Act.LEAD


async def test_a_delegate_leads_only_while_they_stand_in(desk: Desk) -> None:
    await away(desk, HEAD, COLLEAGUE)
    incident = await report(desk)
    assert isinstance(await press(desk, COLLEAGUE, "incident.assess", incident), Ask)
    desk.now += timedelta(days=7)
    refused = said(await press(desk, COLLEAGUE, "incident.assess", incident))
    assert "You no longer lead" in refused
    assert isinstance(await press(desk, COLLEAGUE, "incident.note", incident), Ask)
    assert ("incident", HEAD) in await tick(desk, desk.now)
    assert (await now(desk, incident)).lead == str(identity(HEAD))


async def test_an_open_incident_goes_to_somebody_else_when_its_lead_has_left(desk: Desk) -> None:
    incident = await report(desk)
    await assess(desk, HEAD, incident)
    await desk.outbox()
    desk.settle(roles=((Role.HEADTEACHER, (email(DEPUTY),)),))
    assert await tick(desk, MONDAY + timedelta(days=9)) == [("incident", DEPUTY)]
    assert SECRET in said(await press(desk, DEPUTY, "incident.open", incident))
    assert await tick(desk, MONDAY + timedelta(days=18)) == [("incident", DEPUTY)]


async def test_a_journalist_is_held_off_and_the_headteacher_hears_the_deadline(desk: Desk) -> None:
    form = await desk.ask(TEACHER, "journalist")
    assert isinstance(form, Ask)
    fields = {"what": "Is it true?", "outlet": "The Gazette", "deadline": MONDAY + 6 * HOUR}
    reply = await desk.ask(TEACHER, "incident.press", fields=fields)
    assert "I cannot speak for the school" in said(reply)
    assert await desk.sent() == [("incident", HEAD)]
    async with desk.store.transaction("harbour") as tx:
        incident = (await tx.find(Incident, limit=1))[0]
    found = await card(desk, HEAD, incident)
    assert found is not None
    assert "15:00" in plain(found)
    assert ("incident.press", HEAD) in await tick(desk, MONDAY + 5 * HOUR)


@pytest.mark.parametrize("answer", ["yes", "unsure"])
async def test_a_picture_that_may_show_a_child_stops_everything(desk: Desk, answer: str) -> None:
    reply = await desk.ask(TEACHER, "picture.child", fields={"child": answer})
    words = said(reply)
    assert "01632 960001" in words
    assert "01632 960002" in words
    assert "Delete it now" not in words
    async with desk.store.transaction("harbour") as tx:
        assert await tx.find(Incident, limit=1) == []
    assert [row.entry.verb for row in await desk.audit() if row.entry.verb.startswith("picture")] == []


async def test_another_picture_is_deleted_and_that_is_kept(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "picture.child", fields={"child": "no"})
    assert isinstance(reply, Ask)
    fields = {"where": "Sports hall", "phone": "yes", "bin": "no", "cloud": "none"}
    assert "Delete it now where it still is." in said(await desk.ask(TEACHER, reply.form.verb, fields=fields))
    gone = fields | {"bin": "yes"}
    assert "delete" not in said(await desk.ask(TEACHER, reply.form.verb, fields=gone))
    seen = said(await desk.ask(TEACHER, reply.form.verb, fields=gone | {"others": "The caretaker"}))
    assert "Ask whoever else has it" in seen
    assert "where it still is" not in seen
    async with desk.store.transaction("harbour") as tx:
        incident = (await tx.find(Incident, limit=3))[-1]
    assert incident.report.kind is Kind.PICTURE
    assert "From recently deleted: not yet." in incident.report.what


async def test_the_child_question_cannot_be_passed_over(desk: Desk) -> None:
    assert isinstance(await desk.ask(TEACHER, "picture.child", fields={"child": ""}), Invalid)


async def test_without_a_key_nothing_can_be_reported_and_it_says_what_to_do(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "bare", school(), TEACHER, HEAD, keyless=True)
    for verb in ("reportincident", "incidents"):
        assert "not switched on" in said(await desk.ask(TEACHER, verb))
    assert "not switched on" in said(await desk.ask(TEACHER, "incident.new", fields={"what": SECRET}))
    assert "I cannot speak for the school" in said(await desk.ask(TEACHER, "journalist"))
    assert "01632 960001" in said(await desk.ask(TEACHER, "picture.child", fields={"child": "yes"}))
    assert isinstance(await desk.ask(TEACHER, "home"), Say)
    await desk.store.close()


async def test_a_moderated_comment_becomes_an_incident(desk: Desk) -> None:
    words = "You are all quokkas."
    said_ = {"text": words, "account": "page", "kind": "offensive", "received": MONDAY, "writer": "A. Nonym"}
    await desk.ask(OWNER, "comment.new", fields=said_)
    comment = Ref("comment", "C-1")
    await desk.ask(OWNER, "comment.moderate.send", comment, version=1, fields={"act": "hide", "reason": "0"})
    drawn = await desk.see(OWNER, "comment", comment)
    assert drawn is not None
    assert labels(drawn.card) == ["Report as incident"]
    form = await desk.ask(OWNER, "comment.incident", comment, version=1)
    assert isinstance(form, Ask)
    values = {each.name: each.value for each in form.form.fields if isinstance(each, TextField | ChoiceField)}
    assert values["what"] == f"A. Nonym: {words}"
    assert values["kind"] == "offensive"
    payload = dict(form.form.payload)
    assert isinstance(await desk.ask(OWNER, "incident.new", fields=dict(values), payload=payload), Say)
    async with desk.store.transaction("harbour") as tx:
        incident = (await tx.find(Incident, limit=1))[0]
    assert incident.comment == "C-1"
    assert words in said(await press(desk, HEAD, "incident.open", incident))
    forged = await desk.ask(COLLEAGUE, "incident.new", fields={"what": "x"}, payload={"comment": "C-1"})
    assert isinstance(forged, Say)
    assert forged.refused


async def test_the_audit_has_ids_and_no_words(desk: Desk) -> None:
    incident = await report(desk)
    await assess(desk, HEAD, incident)
    rows = [row.entry for row in await desk.audit()]
    assert [str(row.record) for row in rows if row.record and row.record.kind == "incident"] == ["incident/I-1"] * 2
    assert "zebra" not in str(rows)


async def test_times_that_cannot_be_are_refused(desk: Desk) -> None:
    late = {"what": SECRET, "happened": desk.now + HOUR}
    reply = await desk.ask(TEACHER, "incident.new", fields=late)
    assert isinstance(reply, Invalid)
    assert "happened" in reply.errors
    ahead = {"what": SECRET, "personal": "yes", "aware": datetime(2030, 1, 1, tzinfo=UTC)}
    reply = await desk.ask(TEACHER, "incident.new", fields=ahead)
    assert isinstance(reply, Invalid)
    assert "aware" in reply.errors
