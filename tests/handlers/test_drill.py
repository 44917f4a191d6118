"""Test alerts: once a term to every holder, again each working morning, and concerns open when all have answered."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.rehearsed import rehearse
from cards.text import plain
from handlers.exports.data import copy_data
from handlers.exports.person import copy_of
from handlers.request import Nothing, Say
from handlers.safeguarding.readiness import acknowledged, is_live
from handlers.turn import ALERT, Scene
from policy.people import EXEAT, Role
from policy.record import Ref
from policy.school import Concerns, Contacts, Safeguarding, School
from storage.rows import Errand, Outgoing
from tests.fakes.desk import Desk, open_desk
from tests.fakes.golive import CHAIR, DEPUTY_DSL, DSL, HOLDERS, acknowledge, drill_of, go_live, guarded, roles
from tests.fakes.school import ADMIN, HEAD, MONDAY, OWNER, TEACHER, email, known, person

EVERYBODY = (*HOLDERS, ADMIN, OWNER, TEACHER)

SUMMER = MONDAY.replace(month=3, day=30, hour=7)
"""The first staffed moment of the summer term."""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Harbour Primary, with concerns switched on and nothing begun."""
    desk = await open_desk(tmp_path / "data", guarded(), *EVERYBODY)
    yield desk
    await desk.store.close()


async def alerts(desk: Desk, task: Errand = Errand.SEND) -> list[str]:
    """Who is now sent a test alert, in the chat or by e-mail; whatever else waits is taken out too."""
    return of(await desk.outbox(), task)


def of(rows: list[Outgoing], task: Errand = Errand.SEND) -> list[str]:
    found = [row for row in rows if row.view == "drill" and row.task is task]
    assert all(row.lane == ALERT for row in found)
    return sorted(row.person.rpartition(":")[2] for row in found)


async def tick(desk: Desk) -> None:
    await desk.dispatch.due()


async def begin(desk: Desk) -> None:
    """The program starts, and the first tick comes."""
    await desk.dispatch.begin()
    await tick(desk)


def scene(desk: Desk, tx: object, *, sealing: bool = True) -> Scene:
    return Scene(tx, desk.school, desk.now, EXEAT, sealing=sealing)  # type: ignore[arg-type]


async def live(desk: Desk, *, sealing: bool = True) -> bool:
    async with desk.store.transaction(desk.school.id) as tx:
        return await is_live(scene(desk, tx, sealing=sealing))


async def counts(desk: Desk, who: str) -> bool:
    """Whether an alert is known to reach somebody this term."""
    async with desk.store.transaction(desk.school.id) as tx:
        return await acknowledged(scene(desk, tx), person(who))


async def shown(desk: Desk, who: str) -> tuple[str, list[str]]:
    """Somebody's own test alert: its words and its buttons."""
    drill = await drill_of(desk, who)
    assert drill is not None
    drawn = await desk.see(who, "drill", Ref("drill", drill.id))
    return (plain(drawn.card), [button.label for button in drawn.card.buttons]) if drawn else ("", [])


async def said(desk: Desk, who: str, verb: str = "testalert") -> str:
    reply = await desk.ask(who, verb)
    assert isinstance(reply, Say)
    return plain(reply.card)


async def test_the_first_go_out_when_concerns_are_switched_on_in_staffed_hours(desk: Desk) -> None:
    desk.now = MONDAY.replace(hour=6)
    await begin(desk)
    assert await alerts(desk) == []
    desk.now = MONDAY.replace(hour=8)
    await tick(desk)
    assert await alerts(desk) == sorted(HOLDERS)
    await tick(desk)
    assert await alerts(desk) == []


async def test_it_is_marked_and_says_nothing_of_any_concern(desk: Desk) -> None:
    await begin(desk)
    words, buttons = await shown(desk, DSL)
    assert words.startswith("TEST: an alert from Exeat")
    assert "Nothing has happened." in words
    assert buttons == ["Acknowledge"]
    await acknowledge(desk, DSL)
    words, buttons = await shown(desk, DSL)
    assert "Acknowledged on Mon 1 March 2027, 09:00." in words
    assert buttons == []


async def test_nobody_acknowledges_for_somebody_else_or_sees_it(desk: Desk) -> None:
    await begin(desk)
    drill = await drill_of(desk, DSL)
    assert drill is not None
    for who in (HEAD, ADMIN, TEACHER):
        reply = await desk.ask(who, "drill.acknowledge", Ref("drill", drill.id))
        assert isinstance(reply, Say)
        assert reply.refused
        assert await desk.see(who, "drill", Ref("drill", drill.id)) is None
    assert not await counts(desk, DSL)


async def test_concerns_open_when_every_holder_has_acknowledged_one_and_all_are_told(desk: Desk) -> None:
    await begin(desk)
    await desk.outbox()
    for who in HOLDERS[:-1]:
        await acknowledge(desk, who)
        assert not await live(desk)
    assert await desk.sent() == []
    await acknowledge(desk, HOLDERS[-1])
    assert await live(desk)
    assert not await live(desk, sealing=False)
    assert sorted(await desk.sent()) == sorted(("opening", who) for who in (*HOLDERS, ADMIN))
    assert await counts(desk, DSL)
    assert not await counts(desk, TEACHER)


async def test_whoever_does_not_answer_is_asked_each_working_morning_by_e_mail_too(desk: Desk) -> None:
    await begin(desk)
    await acknowledge(desk, HEAD, DSL, CHAIR)
    await desk.outbox()
    times: list[tuple[int, int, list[str], list[str]]] = []
    while desk.now.day < 9:
        desk.now += timedelta(minutes=30)
        await tick(desk)
        rows = await desk.outbox()
        if of(rows):
            overseers = sorted(row.person.rpartition(":")[2] for row in rows if row.view == "drills.open")
            times.append((desk.now.day, desk.now.hour, of(rows, Errand.MAIL), overseers))
    assert times == [(day, 8, [DEPUTY_DSL], [ADMIN, HEAD]) for day in (2, 3, 4, 5, 8)]


async def test_the_list_of_who_has_not_is_for_the_admins_and_the_head(desk: Desk) -> None:
    await begin(desk)
    await acknowledge(desk, HEAD)
    for who, there in ((HEAD, True), (ADMIN, True), (TEACHER, False), (CHAIR, False)):
        drawn = await desk.see(who, "drills.open", None)
        assert (drawn is not None) is there
        assert ("Test alerts not acknowledged" in await said(desk, who, "exeat")) is there
    drawn = await desk.see(ADMIN, "drills.open", None)
    assert drawn is not None
    words = plain(drawn.card)
    assert "spring term 2027: 1 of 4 acknowledged" in words
    assert "Dora: The DSL: not yet; asked Mon 1 March 2027, 09:00" in words
    assert "Safeguarding concerns are not taken yet." in words
    await acknowledge(desk, DSL, DEPUTY_DSL, CHAIR)
    assert await desk.see(ADMIN, "drills.open", None) is None
    assert "not acknowledged" not in await said(desk, ADMIN, "exeat")


async def test_it_waits_on_its_holders_home_page(desk: Desk) -> None:
    await begin(desk)
    assert "TEST: an alert from Exeat" in await said(desk, CHAIR, "exeat")
    await acknowledge(desk, CHAIR)
    assert "TEST: an alert from Exeat" not in await said(desk, CHAIR, "exeat")


async def test_whoever_is_away_is_asked_when_they_are_back(desk: Desk) -> None:
    await desk.ask(CHAIR, "away.new", fields={"first": date(2027, 3, 1), "last": date(2027, 3, 3)})
    await begin(desk)
    assert await alerts(desk) == sorted({*HOLDERS} - {CHAIR})
    await acknowledge(desk, HEAD, DSL, DEPUTY_DSL)
    asked: list[datetime] = []
    while not asked:
        desk.now += timedelta(minutes=30)
        await tick(desk)
        asked = [desk.now] if await alerts(desk) == [CHAIR] else []
    assert asked == [datetime(2027, 3, 4, 8, 0, tzinfo=MONDAY.tzinfo)]


async def test_a_new_term_asks_everybody_again_and_until_then_the_last_one_counts(desk: Desk) -> None:
    await go_live(desk)
    old = await drill_of(desk, DSL)
    desk.now = SUMMER - timedelta(seconds=1)
    await tick(desk)
    assert await alerts(desk) == []
    assert await counts(desk, DSL)
    desk.now = SUMMER
    assert not await counts(desk, DSL)
    await tick(desk)
    assert await alerts(desk) == sorted(HOLDERS)
    new = await drill_of(desk, DSL)
    assert old is not None
    assert new is not None
    assert old.id != new.id
    await desk.ask(DSL, "drill.acknowledge", Ref("drill", old.id))
    assert not await counts(desk, DSL)
    await acknowledge(desk, DSL)
    assert await counts(desk, DSL)
    assert await live(desk)


async def test_missed_mornings_give_one_test_alert(desk: Desk) -> None:
    await begin(desk)
    await desk.outbox()
    desk.now += timedelta(days=9)
    await tick(desk)
    await tick(desk)
    assert await alerts(desk) == sorted(HOLDERS)


async def test_somebody_new_in_a_role_is_asked_and_concerns_go_on_meanwhile(desk: Desk) -> None:
    await go_live(desk)
    desk.settle(roles=roles(dsl=TEACHER))
    await desk.dispatch.begin()
    await tick(desk)
    assert await alerts(desk) == []
    await desk.ask(HEAD, "pin.confirm", Ref("pin", "dsl"), version=2)
    await tick(desk)
    assert await alerts(desk) == [TEACHER]
    assert await live(desk)
    assert not await counts(desk, TEACHER)
    await acknowledge(desk, TEACHER)
    assert await counts(desk, TEACHER)


async def test_whoever_no_longer_holds_a_role_is_not_asked_again(desk: Desk) -> None:
    await go_live(desk)
    desk.settle(roles=roles(dsl=TEACHER))
    await desk.dispatch.begin()
    await desk.ask(HEAD, "pin.confirm", Ref("pin", "dsl"), version=2)
    await desk.outbox()
    desk.now = SUMMER
    await tick(desk)
    assert DSL not in await alerts(desk)


async def test_without_a_chair_who_has_answered_concerns_are_no_longer_taken(desk: Desk) -> None:
    await go_live(desk)
    desk.settle(roles=roles(chair_of_governors=()))
    await desk.dispatch.begin()
    assert await live(desk)
    await desk.ask(HEAD, "pin.confirm", Ref("pin", "chair_of_governors"), version=2)
    assert not await live(desk)


async def test_a_holder_who_is_met_later_is_asked_then(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", guarded(), HEAD, DSL, DEPUTY_DSL, ADMIN)
    await begin(desk)
    assert await alerts(desk) == sorted({*HOLDERS} - {CHAIR})
    await acknowledge(desk, HEAD, DSL, DEPUTY_DSL)
    assert not await live(desk)
    assert f"{email(CHAIR)}: The chair of governors: nobody on the staff answers" in await said(desk, ADMIN)
    await desk.outbox()
    await desk.dispatch.met(known(CHAIR))
    await tick(desk)
    assert await alerts(desk) == [CHAIR]
    await acknowledge(desk, CHAIR)
    assert await live(desk)
    await desk.store.close()


@pytest.mark.parametrize("who", [ADMIN, HEAD, DSL])
async def test_the_command_asks_at_once_whoever_has_not_answered(desk: Desk, who: str) -> None:
    await begin(desk)
    await acknowledge(desk, HEAD, DSL)
    await desk.outbox()
    desk.now = MONDAY.replace(hour=20)
    assert "2 of 4 acknowledged" in await said(desk, who)
    rows = await desk.outbox()
    assert of(rows) == of(rows, Errand.MAIL) == sorted((DEPUTY_DSL, CHAIR))


@pytest.mark.parametrize("who", [TEACHER, CHAIR, DEPUTY_DSL])
async def test_the_command_is_for_nobody_else(desk: Desk, who: str) -> None:
    assert "not yours to send" in await said(desk, who)
    assert await alerts(desk) == []


async def test_switched_off_nothing_is_sent_and_the_command_says_why(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", guarded(Concerns.OFF), *EVERYBODY)
    await begin(desk)
    assert await alerts(desk) == []
    assert "safeguarding concerns are switched off" in await said(desk, ADMIN)
    assert not await live(desk)
    await desk.store.close()


async def test_switched_off_and_on_again_it_opens_when_everybody_has_answered_this_term(desk: Desk) -> None:
    await go_live(desk)
    on = desk.school
    desk.dispatch.school = desk.school = replace(on, safeguarding=Safeguarding())
    await begin(desk)
    assert not await live(desk)
    desk.dispatch.school = desk.school = on
    assert not await live(desk)
    desk.now = SUMMER
    await begin(desk)
    assert not await live(desk)
    await acknowledge(desk, *HOLDERS)
    assert await live(desk)


def without(contact: str) -> School:
    blank: dict[str, Any] = {contact: ""}
    return replace(guarded(), contacts=replace(guarded().contacts, **blank))


@pytest.mark.parametrize(
    "school",
    [
        without("lado"),
        without("dsl"),
        without("chair_of_governors"),
        replace(guarded(), contacts=Contacts()),
        guarded(chair_of_governors=()),
        guarded(chair_of_governors=HEAD, dsl=HEAD, deputy_dsls=()),
    ],
    ids=["no LADO", "no DSL's number", "no chair's number", "no numbers", "no chair", "one person in all roles"],
)
async def test_nothing_opens_while_something_is_missing(tmp_path: Path, school: School) -> None:
    desk = await open_desk(tmp_path / "data", school, *EVERYBODY)
    await begin(desk)
    holders = {ref.partition("@")[0] for role, refs in school.roster.roles for ref in refs if role is not Role.ADMIN}
    await acknowledge(desk, *holders)
    assert not await live(desk)
    await desk.store.close()


async def test_nothing_opens_while_a_change_of_roles_is_undecided(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", guarded(), *EVERYBODY)
    await begin(desk)
    desk.settle(roles=roles(deputy_dsls=()))
    await desk.dispatch.begin()
    await acknowledge(desk, *HOLDERS)
    assert not await live(desk)
    desk.settle(roles=roles())
    await desk.dispatch.begin()
    assert await live(desk)
    await desk.store.close()


async def test_a_headteacher_who_is_the_dsl_is_enough_beside_a_chair(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", guarded(dsl=HEAD, deputy_dsls=()), *EVERYBODY)
    await go_live(desk)
    assert await live(desk)
    await desk.store.close()


async def test_pressing_twice_is_all_the_same(desk: Desk) -> None:
    await begin(desk)
    drill = await drill_of(desk, DSL)
    assert drill is not None
    for _ in range(2):
        assert await desk.ask(DSL, "drill.acknowledge", Ref("drill", drill.id)) == Nothing()
    rows = [row.entry for row in await desk.audit() if row.entry.verb == "drill.acknowledge"]
    assert len(rows) == 1


async def test_a_copy_for_somebody_has_their_test_alerts_and_what_they_decided(desk: Desk) -> None:
    await go_live(desk)
    desk.settle(roles=roles(dsl=TEACHER))
    await desk.dispatch.begin()
    await desk.ask(HEAD, "pin.confirm", Ref("pin", "dsl"), version=2)
    async with desk.store.transaction("harbour") as tx:
        rows, count = desk.store.audit_rows("harbour"), await desk.store.count("harbour")
        copy = await copy_of(scene(desk, tx), email(HEAD), desk.dispatch.registry, count, rows)
        data = str(copy_data(copy, desk.school))
    for words in ("Test alerts", "Acknowledged", "Decided on a change", "confirmed"):
        assert words in data
    for other in (DSL, TEACHER, CHAIR):
        assert email(other) not in data


async def test_the_sandbox_begins_when_all_that_has_been_done(desk: Desk) -> None:
    await rehearse(desk.store, desk.school, desk.now)
    await begin(desk)
    assert await live(desk)
    assert await desk.sent() == []
    desk.now = SUMMER
    await tick(desk)
    assert await alerts(desk) == sorted(HOLDERS)


async def test_where_concerns_are_off_there_is_nothing_to_rehearse(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", guarded(Concerns.OFF), *EVERYBODY)
    await rehearse(desk.store, desk.school, desk.now)
    assert not {kind for kind, _ in (await desk.store.count("harbour")).records} & {"pin", "drill", "opening"}
    await desk.store.close()
