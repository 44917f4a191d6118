"""How long concerns are kept, and that whoever looks after what is kept, or exports it, hears nothing of them."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from cards.concern_pages import concern_page
from cards.text import plain
from handlers.concerns.exporting import VERB, laid_out, note_export
from handlers.keeping.sweeping import Sweep, survey
from handlers.request import Ask, Invalid, Nothing, Say
from handlers.turn import Scene
from policy.concern import Concern, State
from policy.concern.entry import Act, ConcernEntry
from policy.hold import Hold
from policy.people import EXEAT, Person, Role
from policy.refused import NotFound
from tests.cards.test_concern import FORBIDDEN, GRADE, WHOLE, grade
from tests.fakes.counting import CountingStore
from tests.fakes.desk import Desk
from tests.fakes.safeguarding import CHAIR, DSL, HOLDERS, concerns, do, log, now, raised, safe_desk, safe_harbour
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, TEACHER, email, identity
from tests.handlers.test_concerns import hidden_audit

YEAR = timedelta(days=366)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Harbour as it takes concerns."""
    desk = await safe_desk(tmp_path / "data")
    yield desk
    await desk.store.close()


async def closed(desk: Desk) -> Concern:
    """A concern that is over."""
    found = await raised(desk)
    await do(desk, DSL, "concern.acknowledge", found)
    await do(desk, DSL, "concern.close.send", found, ending="acted", why="Dealt with.", told="Nobody.")
    found = await now(desk, found)
    assert found.status is State.CLOSED
    return found


async def sweep(desk: Desk) -> Sweep:
    sweeping = Sweep(desk.dispatch)
    while not await sweeping.step():
        pass
    return sweeping


async def test_a_closed_concern_goes_with_its_log_after_fifty_years_and_not_before(desk: Desk) -> None:
    found = await closed(desk)
    still_open = await raised(desk)
    desk.now += 49 * YEAR
    await sweep(desk)
    assert len(await concerns(desk)) == 2
    desk.now += 2 * YEAR
    await sweep(desk)
    assert [each.id for each in await concerns(desk)] == [still_open.id]
    assert await log(desk, found) == []
    assert await log(desk, still_open)


async def test_what_was_added_after_it_closed_keeps_it_and_reading_it_does_not(desk: Desk) -> None:
    read, added = await closed(desk), await closed(desk)
    desk.now += 40 * YEAR
    await do(desk, DSL, "concern.open", read)
    await do(desk, DSL, "concern.note", added)
    await do(desk, DSL, "concern.note.send", added, text="They rang again.")
    desk.now += 11 * YEAR
    await sweep(desk)
    assert [each.id for each in await concerns(desk)] == [added.id]


async def test_nobody_is_told_that_one_went_but_the_hidden_audit(desk: Desk) -> None:
    found = await closed(desk)
    clear = len(await desk.audit())
    desk.now += 51 * YEAR
    async with desk.store.transaction(desk.school.id) as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=True)
        told = await survey(scene, desk.dispatch.registry)
    swept = await sweep(desk)
    assert await concerns(desk) == []
    assert {Concern, ConcernEntry}.isdisjoint(each.each.record for each in (*told, *swept.tallies))
    assert not any(found.id in str(row) for row in (await desk.audit())[clear:])
    assert (await hidden_audit(desk))[-1].entry.state == "deleted"


async def test_a_concern_that_is_held_stays_until_it_is_released(desk: Desk) -> None:
    """By those who act on it, in its file; its own chain says so, and its export."""
    found, other = await closed(desk), await closed(desk)
    assert isinstance(await do(desk, DSL, "concern.hold", found), Ask)
    assert isinstance(await do(desk, DSL, "concern.hold.send", found, reason=" "), Invalid)
    assert isinstance(await do(desk, DSL, "concern.hold.send", found, reason="Claim 4711"), Nothing)
    again = await do(desk, DSL, "concern.hold.send", found, reason="Claim 4712")
    assert isinstance(again, Say)
    assert "held already" in plain(again.card)
    window = await do(desk, DSL, "concern.open", found)
    assert isinstance(window, Say)
    assert "Claim 4711" in plain(window.card)
    assert [each.label for each in window.card.buttons if each.label in ("Hold", "Release")] == ["Release"]
    kept = await now(desk, found)
    async with desk.store.transaction(desk.school.id) as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=True)
        reader = await tx.get(Person, str(identity(DSL)))
        assert reader is not None
        exported = str(await laid_out(scene, kept, reader))
        assert await tx.find(Hold, limit=1) == []
    assert exported.count("Claim 4711") == 2
    desk.now += 60 * YEAR
    await sweep(desk)
    assert [each.id for each in await concerns(desk)] == [found.id]
    assert other.id not in str(await concerns(desk))
    assert isinstance(await do(desk, DSL, "concern.release", found), Nothing)
    assert [each.act for each in await log(desk, found)][-1] is Act.RELEASED
    verbs = [row.entry.verb for row in await hidden_audit(desk)]
    assert {"concern.hold.send", "concern.release"} <= set(verbs)
    desk.now += timedelta(days=1)
    await sweep(desk)
    assert await concerns(desk) == []


async def test_the_page_that_is_handed_over_and_every_refusal_promise_nothing_and_are_plain_to_read(
    desk: Desk,
) -> None:
    """What stands in them by itself; what somebody wrote is theirs."""
    found = await closed(desk)
    async with desk.store.transaction(desk.school.id) as tx:
        reader = await tx.get(Person, str(identity(DSL)))
        assert reader is not None
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=True)
        concern = await tx.get(Concern, found.id)
        assert concern is not None
        page = concern_page(await laid_out(scene, concern, reader), desk.school)
    shown = re.sub(r"<(style|head)\b.*?</\1>", "", page, flags=re.DOTALL)
    told = [unescape(re.sub(r"<[^>]+>", "\n", shown))]
    assert "May read it" in told[0]
    for who, verb in (
        (DSL, "concern.close"),
        (DSL, "concern.release"),
        (HEAD, "concern.open"),
        (DSL, "subjectaccess"),
    ):
        reply = await do(desk, who, verb, found)
        assert isinstance(reply, Say)
        told.append(plain(reply.card))
    for said in told:
        assert not [word for word in FORBIDDEN if word in said.casefold()]
        assert len(said.split()) < WHOLE or grade(said) <= GRADE
    assert len(told[0].split()) >= WHOLE


async def test_nobody_else_hears_of_a_hold_or_puts_one(desk: Desk) -> None:
    found = await closed(desk)
    clear = len(await desk.audit())
    await do(desk, DSL, "concern.hold.send", found, reason="Claim 4711")
    assert len(await desk.audit()) == clear
    for who in (HEAD, TEACHER, ADMIN, COLLEAGUE):
        for verb in ("concern.hold", "concern.release", "concern.hold.send"):
            reply = await do(desk, who, verb, found, reason="x")
            unknown = await do(desk, who, verb, replace(found, id="AAAA-AAAA"), reason="x")
            assert reply == unknown
    held = await desk.ask(HEAD, "holds")
    assert isinstance(held, Say)
    assert "No record is held." in plain(held.card)
    assert (await now(desk, found)).held is not None


async def test_holding_says_nothing_of_whether_there_is_one(tmp_path: Path) -> None:
    """Not even to the headteacher, who may hold what there is, about whom it is."""
    desk = await safe_desk(tmp_path, safe_harbour(holders={**HOLDERS, Role.DPO: (COLLEAGUE,)}))
    found = await raised(desk, about="head")
    for who in (HEAD, COLLEAGUE):
        told = []
        for id in (found.id, "AAAA-AAAA", f"concern/{found.id}", "concern/AAAA-AAAA"):
            reply = await desk.ask(who, "hold.new", fields={"record": id, "reason": "A claim"})
            assert isinstance(reply, Invalid)
            told.append((reply.form, reply.errors))
        assert all(each == told[0] for each in told)
        held = await desk.ask(who, "holds")
        assert isinstance(held, Say)
        assert found.id not in plain(held.card)
    await desk.store.close()


@pytest.mark.parametrize("who", [COLLEAGUE, TEACHER, ADMIN, CHAIR])
async def test_an_export_for_one_it_is_hidden_from_costs_what_an_unknown_reference_costs(
    desk: Desk, who: str
) -> None:
    found = await raised(desk)
    store = CountingStore(desk.store)
    desk.dispatch.store = store
    before, told = await desk.store.count(desk.school.id), list[object]()
    for id in (found.id, "AAAA-AAAA"):
        store.reads.clear()
        with pytest.raises(NotFound) as refused:
            await desk.dispatch.own(VERB, lambda turn, id=id: note_export(turn, id, email(who)))  # type: ignore[misc]
        told.append((str(refused.value), list(store.reads)))
    assert told[0] == told[1]
    assert await desk.store.count(desk.school.id) == before
