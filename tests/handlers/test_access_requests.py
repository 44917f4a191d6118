"""A request for data: the same answer whatever is kept, and a sheet for those whose concern it touches."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cards.access import HELD
from cards.text import plain
from handlers.request import Ask, Invalid, Reply, Say
from policy.concern import Concern
from policy.concern.access import Access
from policy.concern.entry import Act
from policy.people import Identity, Known, Role, Standing
from policy.record import ref
from policy.school import Concerns
from storage.tiny.journal import load
from tests.fakes.counting import CountingStore
from tests.fakes.desk import Desk
from tests.fakes.safeguarding import (
    CHAIR,
    DSL,
    HOLDERS,
    OUTSIDER,
    SECOND_DSL,
    SECRET,
    do,
    log,
    raised,
    safe_desk,
    safe_harbour,
)
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, MONDAY, TEACHER, email, identity, known
from tests.handlers.test_concern_leaks import drawn, written

OFFICER = "olu"

RECEIVED = date(2027, 2, 26)

SCHOOL = safe_harbour(holders={**HOLDERS, Role.DPO: (OFFICER,)})


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Harbour as it takes concerns, with a data protection officer."""
    desk = await safe_desk(tmp_path / "data", SCHOOL)
    yield desk
    await desk.store.close()


async def note(desk: Desk, who: str | Identity | None = None, by: str = OFFICER, *, name: str = "") -> Reply:
    """Somebody's request is noted."""
    fields: dict[str, Any] = {"received": RECEIVED, "name": name}
    if who is not None:
        fields["person"] = identity(who) if isinstance(who, str) else who
    return await desk.ask(by, "access.new", fields=fields)


async def told(desk: Desk) -> list[str]:
    """Who is told, once what was noted has been held against the concerns."""
    await desk.outbox()
    assert not (await desk.dispatch.due()).failed
    rows = [row for row in await desk.outbox() if row.view == "concern.asked"]
    assert {row.lane for row in rows} <= {"alert"}
    async with desk.store.transaction(desk.school.id) as tx:
        assert await tx.find(Access, limit=1) == []
    return sorted(row.person.rpartition(":")[2] for row in rows)


TOUCHED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "who raised it": ({}, {"who": TEACHER}),
    "whom it is about": ({}, {"who": COLLEAGUE}),
    "whom it is about, by name": (
        {"about": "outsider", "person": None, "name": "Mr Quill, a parent"},
        {"name": "Q. Quill"},
    ),
    "who is affected": ({"affected": "Little Ann Quill and her brother"}, {"name": "Ann Quill"}),
    "who is in the account": ({"what": "The zebra bit Ann Quill"}, {"name": "Ann Quill"}),
    "who raised it, by name": ({}, {"name": "Tom"}),
    "a stranger's account": ({"person": Identity("teams", "t1", "s1")}, {"who": Identity("teams", "t1", "s1")}),
}


@pytest.mark.parametrize("case", TOUCHED)
async def test_those_who_may_read_what_it_touches_are_told(desk: Desk, case: str) -> None:
    stranger = Identity("teams", "t1", "s1")
    desk.strangers[stranger] = Known(stranger, "S. Stranger", email("stranger"))
    answers, request = TOUCHED[case]
    found = await raised(desk, **answers)
    await note(desk, **request)
    assert await told(desk) == [DSL]
    assert [each.act for each in await log(desk, found)][-1] is Act.REQUESTED
    assert await told(desk) == []


async def test_what_it_does_not_touch_is_left_alone(desk: Desk) -> None:
    found = await raised(desk)
    await note(desk, name="Priya Shah")
    await note(desk, CHAIR)
    assert await told(desk) == []
    assert Act.REQUESTED not in [each.act for each in await log(desk, found)]


async def test_whoever_asks_is_not_told_though_they_may_read_it(desk: Desk) -> None:
    """Nor whoever a typed name might mean, while anybody else may read it."""
    await raised(desk, risk="yes", affected="Dina, who was pushed")
    await note(desk, DSL)
    assert await told(desk) == [HEAD]
    await note(desk, name="Dina")
    assert await told(desk) == [HEAD]


async def test_nobody_it_is_hidden_from_is_told(desk: Desk) -> None:
    await raised(desk, about="dsl")
    await note(desk, TEACHER)
    assert await told(desk) == [HEAD]


async def test_nobody_is_told_who_has_left(desk: Desk) -> None:
    found = await raised(desk)
    await do(desk, DSL, "concern.acknowledge", found)
    await do(desk, DSL, "concern.reader.send", found, person=identity(SECOND_DSL))
    await desk.dispatch.met(known(SECOND_DSL, Standing.DEACTIVATED))
    await note(desk, COLLEAGUE)
    assert await told(desk) == [DSL]


async def test_the_message_says_nothing_and_the_sheet_says_what_to_weigh(desk: Desk) -> None:
    found = await raised(desk)
    await note(desk, COLLEAGUE)
    await told(desk)
    shown = await desk.see(DSL, "concern.asked", ref(found))
    assert shown is not None
    assert plain(shown.card) == f"Exeat\n\nA request touches something you keep: {found.id}. Please open it."
    [button] = shown.card.buttons
    assert (button.label, button.verb, button.dialog) == ("Open", "concern.sheet", True)
    reply = await do(desk, DSL, "concern.sheet", found)
    assert isinstance(reply, Say)
    words = plain(reply.card)
    for word in ("Cara asked on Fri 26 February 2027", "due by Tue 30 March 2027", "could harm a child", found.id):
        assert word in words
    assert reply.card.dialog
    assert [each.act for each in await log(desk, found)].count(Act.OPENED) == 1
    for who in (COLLEAGUE, TEACHER, HEAD, OFFICER, ADMIN):
        assert await desk.see(who, "concern.asked", ref(found)) is None
        unknown = await do(desk, who, "concern.sheet", replace(found, id="AAAA-AAAA"))
        assert await do(desk, who, "concern.sheet", found) == unknown


@pytest.mark.parametrize("who", [OFFICER, HEAD, ADMIN])
async def test_the_answer_and_what_it_costs_are_the_same_whatever_is_kept(tmp_path: Path, who: str) -> None:
    """Also for an officer about whom it is, and who asks for themselves."""
    seen = list[Any]()
    for name in ("with", "without"):
        desk = await safe_desk(tmp_path / name, SCHOOL)
        if name == "with":
            await raised(desk, person=OUTSIDER, what=SECRET)
        store = CountingStore(desk.store)
        desk.dispatch.store = store
        asked = await desk.ask(who, "subjectaccess")
        reply = await note(desk, OFFICER, who)
        assert isinstance(reply, Say)
        assert HELD in plain(reply.card)
        assert reply.card.dialog
        seen.append((asked, drawn(reply), list(store.reads)))
        await desk.store.close()
    assert seen[0] == seen[1]


async def test_nothing_of_it_stands_in_clear(tmp_path: Path) -> None:
    desk = await safe_desk(tmp_path, SCHOOL)
    stranger = Identity("teams", "t1", "s1")
    desk.strangers[stranger] = Known(stranger, "Zebedee Quill", email("zebedee"))
    await raised(desk, person=stranger)
    before, clear = load(tmp_path).rows, len(await desk.audit())
    await note(desk, stranger)
    assert not (await desk.dispatch.due()).failed
    after = load(tmp_path).rows
    assert after.pop("sealed") != before.pop("sealed")
    assert after == before
    assert len(await desk.audit()) == clear
    await desk.store.close()
    for word in (b"zebedee", b"Quill", b"access", b"concern.asked"):
        assert word not in written(tmp_path)


async def test_a_form_that_is_sent_twice_is_one_request(desk: Desk) -> None:
    found = await raised(desk)
    fields = {"received": RECEIVED, "person": identity(COLLEAGUE)}
    for _ in range(2):
        await desk.ask(OFFICER, "access.new", key="once", fields=fields)
    assert await told(desk) == [DSL]
    assert [each.act for each in await log(desk, found)].count(Act.REQUESTED) == 1


@pytest.mark.parametrize("who", [TEACHER, DSL, CHAIR])
async def test_nobody_else_notes_one(desk: Desk, who: str) -> None:
    for verb in ("subjectaccess", "access.new"):
        reply = await desk.ask(who, verb, fields={"received": RECEIVED, "name": "Tom"})
        assert isinstance(reply, Say)
        assert "data protection officer" in plain(reply.card)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"received": RECEIVED}, "name"),
        ({"received": None, "name": "Tom"}, "received"),
        ({"received": MONDAY.date() + timedelta(days=1), "name": "Tom"}, "received"),
        ({"received": RECEIVED, "person": Identity("teams", "t1", "nobody")}, "person"),
    ],
)
async def test_what_is_missing_comes_back(desk: Desk, fields: dict[str, Any], wrong: str) -> None:
    desk.strangers[Identity("teams", "t1", "nobody")] = None
    reply = await desk.ask(OFFICER, "access.new", fields=fields)
    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {wrong}


async def test_without_the_key_nothing_is_noted(tmp_path: Path) -> None:
    school = safe_harbour(Concerns.OFF, holders={**HOLDERS, Role.DPO: (OFFICER,)})
    desk = await safe_desk(tmp_path, school, keyless=True)
    for reply in (await desk.ask(OFFICER, "subjectaccess"), await note(desk, COLLEAGUE)):
        assert isinstance(reply, Say)
        assert "Nothing was noted" in plain(reply.card)
    await desk.store.close()


async def test_the_form_asks_who_and_since_when(desk: Desk) -> None:
    reply = await desk.ask(OFFICER, "subjectaccess")
    assert isinstance(reply, Ask)
    assert [each.name for each in reply.form.fields] == ["person", "name", "received"]
    assert reply.form.dialog
    assert Concern.KIND not in str(reply.form)
