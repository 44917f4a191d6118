"""Concerns through the desk: raised, climbing, taken up, managed and closed; and when nothing may be kept."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.sandbox.rehearsed import rehearse
from cards.model import Card, ChoiceField, PersonField, TextField
from cards.text import plain
from handlers.dispatch import Trouble
from handlers.request import Ask, Invalid, Nothing, Reply, Request, Say
from handlers.turn import Turn
from policy.away import plan_away
from policy.calendar import Calendar
from policy.concern import Climb, Concern, Contacted, Ending, State, remove_reader
from policy.concern.entry import Act
from policy.people import Identity, Known, Person, Role, Standing
from policy.record import Ref, ref
from policy.refused import WrongState
from policy.school import Concerns, Contacts
from storage.rows import AuditRow, Errand
from tests.fakes.desk import Desk, open_desk, said
from tests.fakes.safeguarding import (
    CHAIR,
    DSL,
    HOLDERS,
    OUTSIDER,
    SECOND_DSL,
    SECRET,
    THIRD_DSL,
    concerns,
    do,
    log,
    now,
    raised,
    safe_desk,
    safe_harbour,
    tell,
)
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, MONDAY, TEACHER, email, identity, known

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

DEPUTIES = (SECOND_DSL, THIRD_DSL)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Harbour as it takes concerns."""
    desk = await safe_desk(tmp_path / "data")
    yield desk
    await desk.store.close()


async def told(desk: Desk, view: str = "concern") -> list[str]:
    """To whom that view is now to be sent, in the chat."""
    return sorted(who for each, who in await desk.sent() if each == view)


async def file_of(desk: Desk, who: str, concern: Concern) -> Card:
    """The file as somebody reads it."""
    reply = await do(desk, who, "concern.open", concern)
    assert isinstance(reply, Say)
    return reply.card


async def hidden_audit(desk: Desk) -> list[AuditRow]:
    """The chain of what is hidden."""
    return [row async for row in desk.store.audit_rows(desk.school.id, hidden=True)]


async def tick(desk: Desk, **length: float) -> None:
    """So much time goes by, and what has fallen due is done."""
    desk.now += timedelta(**length)
    assert not (await desk.dispatch.due()).failed


async def is_unmoved(desk: Desk, doing: Any) -> Reply:
    """What comes of it, having seen that nothing was kept and nobody is told."""
    before = await desk.store.count(desk.school.id)
    reply: Reply = await doing
    assert await desk.store.count(desk.school.id) == before
    assert await concerns(desk) == []
    return reply


async def test_two_questions_come_before_a_word_is_written(desk: Desk) -> None:
    for command in ("concern", "reportabuse"):
        reply = await desk.ask(TEACHER, command)
        assert isinstance(reply, Ask)
        assert [each.name for each in reply.form.fields] == ["about", "risk"]
        assert reply.form.dialog
    first = {"about": "colleague", "risk": "yes"}
    reply = await desk.ask(TEACHER, "concern.route", fields=first)
    assert isinstance(reply, Ask)
    assert [type(each) for each in reply.form.fields] == [PersonField, TextField]
    reply = await desk.ask(TEACHER, "concern.who", fields={"person": identity(COLLEAGUE)}, payload=first)
    assert isinstance(reply, Ask)
    assert [each.name for each in reply.form.fields] == ["what", "where", "affected", "contact", "urgent"]
    assert await concerns(desk) == []


async def test_the_first_to_be_told_are_told_and_nobody_else(desk: Desk) -> None:
    reply = await tell(desk)
    assert "Sent. Not seen yet." in said(reply)
    assert isinstance(reply, Say)
    assert reply.card.dialog
    rows = await desk.outbox()
    assert [(row.view, row.person, row.lane, row.task) for row in rows if row.view == "concern"] == [
        ("concern", str(identity(DSL)), "alert", Errand.SEND)
    ]
    assert {row.view for row in rows} == {"concern", "concern.reporter"}


@pytest.mark.parametrize("risk", ["yes", "unsure"])
async def test_where_a_child_may_be_at_risk_the_headteacher_and_the_dsl_are_told_together(
    desk: Desk, risk: str
) -> None:
    found = await raised(desk, risk=risk)
    assert await told(desk) == [DSL, HEAD]
    await do(desk, DSL, "concern.acknowledge", found)
    assert (await now(desk, found)).manager == str(identity(HEAD))


async def test_answers_that_are_missing_come_back(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "concern.route", fields={"about": "nobody", "risk": ""})
    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"about", "risk"}
    reply = await desk.ask(TEACHER, "concern.unsure", fields={"dsl": "no"}, payload={"about": "unsure", "risk": "no"})
    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"head"}
    reply = await tell(desk, what=" ")
    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"what"}
    assert await concerns(desk) == []


@pytest.mark.parametrize("payload", [{}, {"about": "colleague"}, {"about": "x", "risk": "no"}])
async def test_a_last_form_without_its_first_answers_is_not_taken(desk: Desk, payload: dict[str, str]) -> None:
    reply = await is_unmoved(desk, desk.ask(TEACHER, "concern.new", fields={"what": SECRET}, payload=payload))
    assert "begin again" in said(reply)


@pytest.mark.parametrize("command", ["concern", "reportabuse"])
async def test_what_was_typed_after_the_command_is_not_taken(desk: Desk, command: str) -> None:
    reply = await is_unmoved(desk, desk.ask(TEACHER, command, text=SECRET))
    assert "Please delete what you wrote" in said(reply)
    assert "zebra" not in said(reply)
    assert isinstance(reply, Say)
    (button,) = reply.card.buttons
    assert (button.label, button.verb, button.dialog, button.payload) == ("Open", "concern", True, {})


@pytest.mark.parametrize("text", ["", SECRET])
async def test_a_file_is_not_taken_and_nobody_is_asked_to_delete_what_may_be_evidence(desk: Desk, text: str) -> None:
    """A file that may be an indecent picture of a child stays where it is."""
    for command in ("concern", "reportabuse"):
        request = Request(f"{command}", identity(TEACHER), command, MONDAY, text=text, accompanied=True)
        reply = await is_unmoved(desk, desk.dispatch(request))
        words = said(reply)
        first, rest = words.index("do not open it, copy it, send it or delete it"), words.index("please delete")
        assert first < words.index("999") < rest
        assert "If it is anything else, please delete the message" in words
        assert "zebra" not in words
        assert isinstance(reply, Say)
        assert [each.label for each in reply.card.buttons] == ["Open"]
        assert "delete" not in reply.card.summary


@pytest.mark.parametrize("missing", ["off", "key", "lado", "dsl", "chair_of_governors"])
async def test_where_concerns_are_not_taken_it_says_whom_to_ring(tmp_path: Path, missing: str) -> None:
    school = safe_harbour(Concerns.OFF if missing == "off" else Concerns.RECORD)
    if missing in ("lado", "dsl", "chair_of_governors"):
        without: dict[str, Any] = {missing: ""}
        school = replace(school, contacts=replace(school.contacts, **without))
    desk = await safe_desk(tmp_path, school, keyless=missing == "key")
    reply = await desk.ask(TEACHER, "concern")
    assert "Exeat does not take concerns here yet." in said(reply)
    assert "999" in said(reply)
    assert ("01632 960003" in said(reply)) is (missing != "lado")
    late = await desk.ask(
        TEACHER, "concern.new", fields={"what": SECRET}, payload={"about": "colleague", "risk": "no"}
    )
    assert said(late) == said(reply)
    assert "There is nothing here for you." in said(await desk.ask(DSL, "concerns"))
    assert (await desk.store.count("harbour")).outbox == 0
    await desk.store.close()


NOBODY: dict[str, tuple[dict[str, Any], str]] = {
    "the chair": ({"about": "chair"}, "Please ring the LADO now."),
    "the chair, picked": ({"person": CHAIR}, "Please ring the LADO now."),
    "an admin": ({"about": "admin"}, "could read what is sent here"),
    "an admin, picked": ({"person": ADMIN}, "could read what is sent here"),
    "an admin, as somebody else": ({"about": "outsider", "person": ADMIN}, "could read what is sent here"),
    "an admin, by name": ({"person": None, "name": "Ada", "is_admin": "yes"}, "could read what is sent here"),
    "perhaps the chair": ({"person": None, "name": "a governor", "is_chair": "unsure"}, "Please ring the LADO now."),
    "oneself": ({"person": TEACHER}, "That would be about you."),
}


@pytest.mark.parametrize("case", NOBODY)
@pytest.mark.parametrize("risk", ["yes", "no"])
async def test_nothing_is_kept_where_nobody_may_be_told(desk: Desk, case: str, risk: str) -> None:
    answers, words = NOBODY[case]
    reply = await is_unmoved(desk, tell(desk, risk=risk, **answers))
    assert words in said(reply)
    assert "Exeat has told nobody." in said(reply)
    assert "01632 960003" in said(reply)
    assert isinstance(reply, Say)
    assert reply.card.dialog
    assert await desk.sent() == []


async def test_the_number_of_whom_it_is_about_is_not_shown(desk: Desk) -> None:
    assert "01632 960001" not in said(await tell(desk, about="dsl"))
    assert "01632 960002" not in said(await tell(desk, about="chair"))
    assert "01632 960001" in said(await tell(desk))


async def test_a_concern_raised_by_the_only_one_who_could_be_told_is_not_kept(desk: Desk) -> None:
    reply = await is_unmoved(desk, tell(desk, CHAIR, about="head"))
    assert "nobody here whom Exeat could safely tell" in said(reply)


async def test_the_dsl_who_raises_one_is_not_the_one_told(desk: Desk) -> None:
    found = await raised(desk, DSL)
    assert await told(desk) == sorted(DEPUTIES)
    assert "Sent. Not seen yet." in said(await do(desk, DSL, "concern.open", found))
    assert said(await do(desk, DSL, "concern.acknowledge", found)) == said(
        await do(desk, DSL, "concern.acknowledge", replace(found, id="nothing"))
    )


UNSURE: dict[tuple[str, str], tuple[str, ...]] = {
    ("no", "no"): (DSL,),
    ("yes", "no"): (HEAD,),
    ("unsure", "no"): (HEAD,),
    ("no", "yes"): (CHAIR,),
    ("no", "unsure"): (CHAIR,),
    ("yes", "unsure"): (CHAIR,),
}


@pytest.mark.parametrize("answers", UNSURE)
async def test_who_it_could_be_is_asked_and_is_not_told(desk: Desk, answers: tuple[str, str]) -> None:
    await raised(desk, about="unsure", dsl=answers[0], head=answers[1])
    assert await told(desk) == sorted(UNSURE[answers])


MIGHT_BE: dict[tuple[str, str], tuple[str, ...]] = {
    ("the head, Mrs M", "yes"): (CHAIR,),
    ("the head, Mrs M", "unsure"): (CHAIR,),
    ("the head's husband", "no"): (DSL,),
    ("Mrs H in Year 4", "no"): (DSL,),
}


@pytest.mark.parametrize("said_so", MIGHT_BE)
async def test_who_might_be_meant_is_asked_and_is_told_only_if_it_is_not_them(
    desk: Desk, said_so: tuple[str, str]
) -> None:
    first = {"about": "colleague", "risk": "no"}
    asked = await desk.ask(TEACHER, "concern.who", fields={"name": said_so[0]}, payload=first)
    assert isinstance(asked, Ask)
    assert [each.name for each in asked.form.fields] == ["is_head"]
    assert asked.form.dialog
    found = await raised(desk, person=None, name=said_so[0], is_head=said_so[1])
    assert await told(desk) == sorted(MIGHT_BE[said_so])
    assert (await now(desk, found)).named == (said_so[0],)


async def test_whoever_is_not_meant_is_told_in_their_turn(desk: Desk) -> None:
    """What was answered holds for the whole climb, and for nobody who takes up the role meanwhile."""
    await raised(desk, person=None, name="Mrs H in Year 4", is_head="no")
    await desk.outbox()
    await tick(desk, minutes=15)
    await desk.outbox()
    await tick(desk, minutes=15)
    assert await told(desk) == [HEAD]


async def test_a_question_of_who_is_meant_needs_its_answer(desk: Desk) -> None:
    payload = {"about": "colleague", "risk": "no", "name": "Mrs H"}
    reply = await desk.ask(TEACHER, "concern.meant", payload=payload)
    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"is_head"}
    await desk.ask(TEACHER, "concern.new", fields={"what": SECRET}, payload=payload)
    assert await told(desk) == [CHAIR]


async def test_a_colleague_whom_nobody_names_is_not_sure(desk: Desk) -> None:
    found = await raised(desk, person=None, dsl="unsure")
    assert found.about.value == "unsure"
    assert await told(desk) == [HEAD]


async def test_somebody_picked_by_an_account_that_exeat_has_not_met_is_known_by_it(desk: Desk) -> None:
    """The DSL's other account: it is looked up, and nothing of that is kept."""
    theirs = Identity("teams", "t1", "d1")
    desk.strangers[theirs] = Known(theirs, "D. Lamb", email(DSL))
    found = await raised(desk, person=theirs)
    assert await told(desk) == [HEAD]
    assert str(theirs) in found.excluded
    async with desk.store.transaction("harbour") as tx:
        assert await tx.find(Person, key=f"identity:{theirs}") == []
    await desk.dispatch.met(Known(theirs, "D. Lamb", email(DSL)))
    assert "There is nothing here for you" in said(await desk.ask(theirs, "concern.open", ref(found)))


async def test_an_account_of_which_nothing_can_be_learnt_might_be_anybodys(desk: Desk) -> None:
    """Nothing is sent by it alone: it could be the DSL's. What had been typed stays in its form."""
    theirs = Identity("teams", "t1", "d1")
    desk.strangers[theirs] = None
    reply = await is_unmoved(desk, tell(desk, person=theirs))
    assert isinstance(reply, Invalid)
    assert "write their name below" in reply.errors["person"]
    payload = {"about": "colleague", "risk": "no", "person": str(theirs)}
    late = await is_unmoved(desk, desk.ask(TEACHER, "concern.new", fields={"what": SECRET}, payload=payload))
    assert isinstance(late, Say)
    assert late.refused


async def test_somebody_named_who_is_met_later_is_not_told_of_it(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path, safe_harbour(), TEACHER, HEAD, CHAIR)
    await rehearse(desk.store, desk.school, desk.now)
    await raised(desk, person=None, name="Dina")
    assert await told(desk) == [HEAD]
    await desk.dispatch.met(known(DSL))
    for _ in range(5):
        await tick(desk, minutes=15)
    assert DSL not in {who for view, who in await desk.sent() if view.startswith("concern")}
    await desk.store.close()


@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.DEACTIVATED])
async def test_it_may_be_about_somebody_who_is_not_staff(desk: Desk, standing: Standing) -> None:
    who = Identity("teams", "t1", "guest")
    desk.strangers[who] = Known(who, "A Guest", "", standing)
    found = await raised(desk, person=who)
    assert str(who) in found.excluded
    assert await told(desk) == [DSL]


async def test_which_account_somebody_used_is_not_kept(desk: Desk) -> None:
    other = Identity("teams", "t1", "tom2")
    await desk.dispatch.met(Known(other, "Tom", email(TEACHER)))
    await desk.ask(TEACHER, "posts")
    async with desk.store.transaction("harbour") as tx:
        before = await tx.get(Person, str(identity(TEACHER)))
    await tell(desk, other)
    async with desk.store.transaction("harbour") as tx:
        assert await tx.get(Person, str(identity(TEACHER))) == before
    assert len(await concerns(desk)) == 1


async def test_a_form_that_is_sent_twice_is_one_concern(desk: Desk) -> None:
    payload = {"about": "colleague", "risk": "no"}
    for _ in range(2):
        await desk.ask(TEACHER, "concern.new", key="once", fields={"what": SECRET}, payload=payload)
    assert len(await concerns(desk)) == 1
    assert await told(desk) == [DSL]


async def test_the_whole_climb(desk: Desk) -> None:
    found = await raised(desk)
    assert await told(desk) == [DSL]
    await tick(desk, minutes=14)
    assert await desk.sent() == []
    for people in (DEPUTIES, (HEAD,), (CHAIR,)):
        await tick(desk, minutes=15)
        assert await told(desk) == sorted(people)
    await tick(desk, minutes=15)
    rows = await desk.outbox()
    assert {row.task for row in rows} == {Errand.MAIL}
    assert sorted(row.person.rpartition(":")[2] for row in rows) == sorted((DSL, *DEPUTIES, HEAD, CHAIR))
    await tick(desk, minutes=15)
    assert await desk.sent() == [("concern.unseen", TEACHER)]
    drawn = await desk.see(TEACHER, "concern.unseen", ref(found))
    assert drawn is not None
    assert "not seen yet" in drawn.card.summary
    assert "01632 960001" in plain(drawn.card)
    await tick(desk, hours=12)
    assert await desk.sent() == []
    desk.now = MONDAY.replace(day=2, hour=8)
    await tick(desk)
    assert await told(desk) == [DSL]
    acts = [entry.act for entry in await log(desk, found)]
    assert acts.count(Act.TOLD) == 6
    assert acts.count(Act.MAILED) == 5
    assert acts.count(Act.UNSEEN) == 1


async def test_it_climbs_at_night_and_on_closed_days(tmp_path: Path) -> None:
    closed = Calendar(closures=((MONDAY.date(), (MONDAY + 3 * DAY).date()),))
    desk = await safe_desk(tmp_path, safe_harbour(calendar=closed))
    await raised(desk)
    assert await told(desk) == [DSL]
    await tick(desk, minutes=29)
    assert await desk.sent() == []
    for people in (DEPUTIES, (HEAD,), (CHAIR,)):
        await tick(desk, minutes=30)
        assert await told(desk) == sorted(people)
    await tick(desk, minutes=30)
    await tick(desk, minutes=30)
    await desk.outbox()
    desk.now = MONDAY.replace(day=2, hour=8)
    await tick(desk)
    assert await told(desk) == [DSL]
    await desk.store.close()


async def test_an_outage_of_hours_is_one_late_alert(desk: Desk) -> None:
    await raised(desk)
    await desk.outbox()
    await tick(desk, hours=30)
    assert await told(desk) == sorted(DEPUTIES)
    await tick(desk)
    assert await desk.sent() == []


async def test_acknowledging_ends_the_climb_and_whoever_raised_it_hears_that_it_was_seen(desk: Desk) -> None:
    found = await raised(desk)
    await desk.outbox()
    assert isinstance(await do(desk, DSL, "concern.acknowledge", found), Nothing)
    assert await desk.sent() == [("concern.reporter", TEACHER)]
    assert isinstance(await do(desk, DSL, "concern.acknowledge", found), Nothing)
    await tick(desk, hours=40)
    assert await desk.sent() == []
    assert "Seen by the safeguarding lead." in said(await do(desk, TEACHER, "concern.open", found))
    drawn = await desk.see(TEACHER, "concern.reporter", ref(found))
    assert drawn is not None
    assert drawn.card.summary == f"{found.id}: sent, seen."


async def test_before_it_was_seen_nothing_says_that_it_was(desk: Desk) -> None:
    found = await raised(desk)
    await do(desk, DSL, "concern.open", found)
    assert "Not seen yet" in said(await do(desk, TEACHER, "concern.open", found))


async def away(desk: Desk, who: str, delegate: str = "") -> None:
    """Somebody is away from today on; whoever acts for them is named."""
    async with desk.store.transaction("harbour") as tx:
        people = [await tx.get(Person, str(identity(each))) for each in (who, delegate) if each]
        assert people[0] is not None
        today = MONDAY.date()
        stands_in = people[1] if delegate else None
        tx.put(plan_away(f"A-{who}", people[0], stands_in, today, today + 5 * DAY, MONDAY, Calendar()))


async def test_whoever_is_away_is_passed_over_and_their_delegate_is_told_nothing(desk: Desk) -> None:
    await away(desk, DSL, COLLEAGUE)
    found = await raised(desk)
    assert await told(desk) == sorted(DEPUTIES)
    assert "nothing here for you" in said(await do(desk, COLLEAGUE, "concern.open", found))
    await tick(desk, minutes=15)
    assert await told(desk) == [HEAD]


async def test_when_everybody_is_away_all_are_told_and_the_form_says_whom_to_ring(desk: Desk) -> None:
    for who in (HEAD, DSL, *DEPUTIES, CHAIR):
        await away(desk, who)
    reply = await desk.ask(TEACHER, "concern.who", fields={}, payload={"about": "outsider", "risk": "no"})
    assert isinstance(reply, Ask)
    assert "Please ring as well: the safeguarding lead on 01632 960001" in reply.form.note
    assert "the LADO on 01632 960003" in reply.form.note
    await raised(desk)
    assert await told(desk) == sorted((HEAD, DSL, *DEPUTIES, CHAIR))


async def test_who_holds_a_role_is_looked_up_at_each_step(desk: Desk) -> None:
    """A colleague it is about, who becomes a deputy DSL while it climbs, is not told of it."""
    await raised(desk)
    await desk.outbox()
    names = {**HOLDERS, Role.DEPUTY_DSL: (COLLEAGUE, THIRD_DSL)}
    desk.settle(roles=tuple((role, tuple(email(each) for each in people)) for role, people in names.items()))
    await desk.dispatch.begin()
    await desk.ask(HEAD, "pin.confirm", Ref("pin", "deputy_dsls"), version=2)
    await desk.outbox()
    await tick(desk, minutes=15)
    assert await told(desk) == [THIRD_DSL]


async def test_each_reading_stands_in_its_log(desk: Desk) -> None:
    found = await raised(desk)
    before, clear = len(await hidden_audit(desk)), await desk.audit()
    for _ in range(2):
        window = said(await do(desk, DSL, "concern.open", found))
        assert SECRET in window
    await do(desk, DSL, "concern.page", found)
    read = [entry for entry in await log(desk, found) if entry.act is Act.OPENED]
    assert [entry.by for entry in read] == [str(identity(DSL))] * 3
    assert len(await hidden_audit(desk)) == before + 3
    assert await desk.audit() == clear
    assert await now(desk, found) == found


async def test_a_long_log_is_shown_page_by_page(desk: Desk) -> None:
    found = await raised(desk)
    for number in range(20):
        await do(desk, TEACHER, "concern.note.send", found, text=f"note no. {number:02}")
        desk.now += MINUTE
    newest = await do(desk, DSL, "concern.open", found)
    assert "note no. 19" in said(newest)
    assert "note no. 00" not in said(newest)
    assert isinstance(newest, Say)
    skip = next(each for each in newest.card.buttons if each.label == "Older").payload
    older = await desk.ask(DSL, "concern.page", ref(found), version=1, payload=dict(skip))
    assert "note no. 00" in said(older)


async def test_whoever_raised_it_can_add_and_those_who_act_on_it_hear_so(desk: Desk) -> None:
    found = await raised(desk)
    await desk.outbox()
    assert isinstance(await do(desk, TEACHER, "concern.note", found), Ask)
    assert isinstance(await do(desk, TEACHER, "concern.note.send", found, text="It was Tuesday."), Nothing)
    assert await told(desk, "concern.waits") == [DSL]
    assert "It was Tuesday." in said(await do(desk, DSL, "concern.open", found))
    assert "It was Tuesday." not in said(await do(desk, TEACHER, "concern.open", found))
    assert isinstance(await do(desk, TEACHER, "concern.note.send", found, text=" "), Invalid)
    await do(desk, DSL, "concern.note.send", found, text="Rang home.")
    assert [entry.act for entry in await log(desk, found)][-2:] != [Act.NOTE, Act.NOTE]
    assert await told(desk, "concern.waits") == []


async def test_nobody_withdraws_anything(desk: Desk) -> None:
    verbs = [spec.verb for spec in desk.dispatch.registry.specs.values() if spec.verb.startswith("concern")]
    assert not [verb for verb in verbs if "withdraw" in verb or "delete" in verb]


async def test_the_lado_is_asked_for_and_reminded_of_until_answered(desk: Desk) -> None:
    found = await raised(desk, risk="unsure")
    await do(desk, HEAD, "concern.acknowledge", found)
    await desk.outbox()
    window = said(await do(desk, HEAD, "concern.open", found))
    assert "Not answered yet; due by Tue 2 March 2027, 17:00" in window
    desk.now = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    await tick(desk)
    assert await told(desk, "concern.waits") == [HEAD]
    drawn = await desk.see(HEAD, "concern.waits", ref(found))
    assert drawn is not None
    assert drawn.card.summary == f"Exeat needs opening: {found.id}."
    assert "LADO" in said(await do(desk, HEAD, "concern.close", found))
    late = await do(desk, HEAD, "concern.lado.send", found, contacted="yes")
    assert isinstance(late, Invalid)
    unsaid = await do(desk, HEAD, "concern.lado.send", found, contacted="not_needed")
    assert isinstance(unsaid, Invalid)
    assert set(unsaid.errors) == {"why"}
    given = {"contacted": "yes", "when": MONDAY + HOUR, "why": "They advise a meeting."}
    assert isinstance(await do(desk, HEAD, "concern.lado.send", found, **given), Nothing)
    kept = await now(desk, found)
    assert kept.lado is not None
    assert kept.lado.contacted is Contacted.YES
    assert not kept.waits
    assert "They advise a meeting." in said(await do(desk, HEAD, "concern.open", found))


async def test_a_low_level_concern_is_kept_with_its_reason(desk: Desk) -> None:
    found = await raised(desk)
    early = said(await do(desk, DSL, "concern.close.send", found, ending="acted", why="x", told="y"))
    assert "has not been acknowledged yet" in early
    await do(desk, DSL, "concern.acknowledge", found)
    assert isinstance(await do(desk, DSL, "concern.close", found), Ask)
    assert isinstance(await do(desk, DSL, "concern.close.send", found, ending="low_level", told="Nobody"), Invalid)
    ending = {"ending": "low_level", "why": "Below the threshold.", "told": "The headteacher"}
    assert isinstance(await do(desk, DSL, "concern.close.send", found, **ending), Nothing)
    kept = await now(desk, found)
    assert kept.status is State.CLOSED
    assert kept.outcome is not None
    assert kept.outcome.ending is Ending.LOW_LEVEL
    window = said(await do(desk, DSL, "concern.open", found))
    assert "A low-level concern, kept on record." in window
    assert "Below the threshold." in window
    assert "Told: The headteacher" in window
    assert isinstance(await do(desk, DSL, "concern.note.send", found, text="Later."), Nothing)


async def test_referring_is_noted(desk: Desk) -> None:
    found = await raised(desk)
    await do(desk, DSL, "concern.acknowledge", found)
    form = await do(desk, DSL, "concern.refer", found)
    assert isinstance(form, Ask)
    assert isinstance(await do(desk, DSL, "concern.refer.send", found, agency="0"), Nothing)
    assert isinstance(await do(desk, DSL, "concern.refer.send", found, agency="7"), Invalid)
    other = {"agency": "other", "named": "The child's GP"}
    assert isinstance(await do(desk, DSL, "concern.refer.send", found, **other), Nothing)
    assert (await now(desk, found)).referred == ("Police, 101", "The child's GP")
    assert "Police, 101" in said(await do(desk, DSL, "concern.open", found))


async def test_a_reader_reads_from_then_on_and_does_nothing_else(desk: Desk) -> None:
    found = await raised(desk)
    await do(desk, DSL, "concern.acknowledge", found)
    await desk.outbox()
    assert "nothing here for you" in said(await do(desk, OUTSIDER, "concern.open", found))
    assert isinstance(await do(desk, DSL, "concern.reader.send", found, person=identity(OUTSIDER)), Nothing)
    assert await desk.sent() == [("concern.waits", OUTSIDER)]
    assert SECRET in said(await do(desk, OUTSIDER, "concern.open", found))
    assert isinstance(await do(desk, OUTSIDER, "concern.note", found), Ask)
    for verb in ("concern.acknowledge", "concern.refer", "concern.lado", "concern.reader", "concern.close"):
        assert "Those who hold a safeguarding role act on it." in said(await do(desk, OUTSIDER, verb, found))
    assert [entry.text for entry in await log(desk, found) if entry.act is Act.READER] == ["Olu"]


async def test_a_reader_who_is_taken_off_sees_nothing_from_then_on(desk: Desk) -> None:
    """As of a reference that nobody ever had; it stands in the log, and they are not told."""
    found = await raised(desk)
    await do(desk, DSL, "concern.acknowledge", found)
    await do(desk, DSL, "concern.reader.send", found, person=identity(OUTSIDER))
    await desk.outbox()
    assert "Remove reader" in [each.label for each in (await file_of(desk, DSL, found)).buttons]
    assert "Remove reader" not in [each.label for each in (await file_of(desk, OUTSIDER, found)).buttons]
    asked = await do(desk, DSL, "concern.unreader", found)
    assert isinstance(asked, Ask)
    [whom] = asked.form.fields
    assert isinstance(whom, ChoiceField)
    assert whom.options == ((str(identity(OUTSIDER)), "Olu"),)
    assert isinstance(await do(desk, DSL, "concern.unreader.send", found, person=whom.options[0][0]), Nothing)
    unknown = replace(found, id="AAAA-AAAA")
    for verb in ("concern.open", "concern.note", "concern.page"):
        assert await do(desk, OUTSIDER, verb, found) == await do(desk, OUTSIDER, verb, unknown)
    assert await desk.see(OUTSIDER, "concern.waits", ref(found)) is None
    assert found.id not in said(await desk.ask(OUTSIDER, "concerns"))
    assert OUTSIDER not in [who for _, who in await desk.sent()]
    last = (await log(desk, found))[-1]
    assert (last.act, last.by, last.text) == (Act.UNREADER, str(identity(DSL)), "Olu")
    assert "Nobody was added" in said(await do(desk, DSL, "concern.unreader", found))


@pytest.mark.parametrize("who", [DSL, HEAD, OUTSIDER])
async def test_nobody_whom_an_alert_has_reached_is_taken_off(desk: Desk, who: str) -> None:
    """One person could otherwise keep the others from it by one press; neither does a reader take anybody off."""
    found = await raised(desk, risk="yes")
    await do(desk, DSL, "concern.acknowledge", found)
    await do(desk, DSL, "concern.reader.send", found, person=identity(OUTSIDER))
    before = await now(desk, found)
    for other in (DSL, HEAD):
        reply = await do(desk, who, "concern.unreader.send", found, person=str(identity(other)))
        assert not isinstance(reply, Nothing)
    assert await now(desk, found) == before
    with pytest.raises(WrongState):
        remove_reader(before, (str(identity(HEAD)),))


async def test_nobody_whom_it_is_about_is_made_a_reader(desk: Desk) -> None:
    found = await raised(desk)
    await do(desk, DSL, "concern.acknowledge", found)
    reply = await do(desk, DSL, "concern.reader.send", found, person=identity(COLLEAGUE))
    assert isinstance(reply, Invalid)
    assert "hidden from them" in reply.errors["person"]
    assert isinstance(await do(desk, DSL, "concern.reader.send", found), Invalid)


async def test_a_deputy_of_the_dsl_it_is_about_is_added_by_the_headteacher_alone(desk: Desk) -> None:
    found = await raised(desk, about="dsl")
    await tick(desk, minutes=15)
    assert (await now(desk, found)).told == (str(identity(HEAD)), str(identity(CHAIR)))
    await do(desk, CHAIR, "concern.acknowledge", found)
    reply = await do(desk, CHAIR, "concern.reader.send", found, person=identity(SECOND_DSL))
    assert isinstance(reply, Invalid)
    assert isinstance(await do(desk, HEAD, "concern.reader.send", found, person=identity(SECOND_DSL)), Nothing)
    assert SECRET in said(await do(desk, SECOND_DSL, "concern.open", found))
    assert "nothing here for you" in said(await do(desk, THIRD_DSL, "concern.open", found))


async def test_an_alert_alone_keeps_no_account(tmp_path: Path) -> None:
    desk = await safe_desk(tmp_path, safe_harbour(Concerns.ALERT_ONLY))
    found = await raised(desk, urgent="yes", contact="07700 900001", where="The pool")
    assert found.report.what == found.report.where == found.report.who == ""
    drawn = await desk.see(DSL, "concern", ref(found))
    assert drawn is not None
    assert drawn.card.summary == f"Exeat needs opening now: {found.id}."
    window = said(await do(desk, DSL, "concern.open", found))
    assert "07700 900001" in window
    assert "zebra" not in window
    for who in (TEACHER, DSL):
        assert "no account" in said(await do(desk, who, "concern.note.send", found, text=SECRET))
    await do(desk, DSL, "concern.acknowledge", found)
    ended = {"ending": "acted", "why": SECRET, "told": SECRET}
    assert isinstance(await do(desk, DSL, "concern.close.send", found, **ended), Nothing)
    assert "zebra" not in "".join(entry.text for entry in await log(desk, found))
    await desk.store.close()


async def test_somebody_who_leaves_is_written_to_no_more_and_the_case_goes_on(desk: Desk) -> None:
    found = await raised(desk)
    await desk.outbox()
    await desk.dispatch.met(known(TEACHER, Standing.DEACTIVATED))
    for _ in range(5):
        await tick(desk, minutes=15)
    assert TEACHER not in [who for _, who in await desk.sent()]
    await do(desk, DSL, "concern.acknowledge", found)
    assert await desk.sent() == []
    kept = await now(desk, found)
    assert kept.by == str(identity(TEACHER))
    assert kept.climb is Climb.UNSEEN
    assert "by Tom" in said(await do(desk, DSL, "concern.open", found))


async def test_whoever_it_waits_for_sees_so_at_home(desk: Desk) -> None:
    found = await raised(desk)
    for verb in ("home", "exeat"):
        assert f"{found.id}: something waits" in said(await desk.ask(DSL, verb))
        for who in (TEACHER, COLLEAGUE, HEAD, ADMIN, CHAIR):
            assert found.id not in said(await desk.ask(who, verb))
    await do(desk, DSL, "concern.acknowledge", found)
    assert found.id not in said(await desk.ask(DSL, "home"))
    assert f"{found.id}: acknowledged" in said(await desk.ask(DSL, "concerns"))
    assert SECRET not in said(await desk.ask(DSL, "concerns"))


async def test_an_alert_that_has_been_taken_up_says_so_and_asks_for_nothing(desk: Desk) -> None:
    found = await raised(desk)

    async def seen(who: str) -> Card:
        drawn = await desk.see(who, "concern", ref(found))
        assert drawn is not None
        return drawn.card

    assert [each.label for each in (await seen(DSL)).buttons] == ["Open", "Acknowledge"]
    await do(desk, DSL, "concern.acknowledge", found)
    card = await seen(DSL)
    assert card.summary == f"{found.id}: acknowledged."
    assert [each.label for each in card.buttons] == ["Open"]


async def test_every_verb_leaves_no_trace_beside_its_record(desk: Desk) -> None:
    specs = desk.dispatch.registry.specs.values()
    mine = [spec for spec in specs if spec.verb.startswith("concern") or spec.verb == "reportabuse"]
    assert len(mine) > 15
    assert all(spec.quiet for spec in mine)


async def test_a_reference_says_nothing_of_how_many_there_are(desk: Desk) -> None:
    ids = {(await raised(desk)).id for _ in range(5)}
    assert len(ids) == 5
    assert await desk.see(DSL, "concern", Ref(Concern.KIND, "AAAA-AAAA")) is None


async def test_contacts_that_are_missing_are_left_out(tmp_path: Path) -> None:
    desk = await safe_desk(tmp_path, safe_harbour(contacts=Contacts()))
    reply = await desk.ask(TEACHER, "concern")
    assert "999" in said(reply)
    assert "LADO, at the council" not in said(reply)
    await desk.store.close()


async def test_the_log_tells_of_trouble_and_not_that_it_was_about_a_concern(desk: Desk) -> None:
    """Neither by a verb nor by a reference: who may read the log may be whoever it is about."""
    found = await raised(desk)
    desk.now += HOUR
    desk.dispatch.registry.dues[Concern.KIND] = replace(desk.dispatch.registry.dues[Concern.KIND], handler=_stumble)
    with capture_logs() as logs:
        assert (await desk.dispatch.due()).failed == (ref(found),)
        await do(desk, COLLEAGUE, "concern.open", found)
        with pytest.raises(Trouble):
            await desk.ask(
                TEACHER,
                "concern.new",
                fields={"what": 7},
                payload={"about": "colleague", "risk": "no", "person": "::"},
            )
    assert [each["event"] for each in logs] == ["trouble", "refused", "trouble"]
    assert not any(word in str({**each, "where": ""}) for each in logs for word in ("concern", found.id))


async def _stumble(turn: Turn, concern: Concern) -> None:
    raise LookupError(concern.report.what)
