"""A request for data: noted alike whatever is kept, put before all who hold a role, and looked into by them alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cards.concern_forms import LONGEST_NAME
from cards.data_request import INSTEAD, TOLD
from cards.text import plain
from handlers.data_requests.asking import READ
from handlers.keeping.sweeping import Sweep
from handlers.request import Ask, Invalid, Nothing, Reply, Say
from policy.concern import Concern, Report, State
from policy.concern.about import About, Risk
from policy.concern.entry import Act
from policy.data_request import DataRequest
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
    THIRD_DSL,
    concerns,
    do,
    log,
    now,
    raised,
    safe_desk,
    safe_harbour,
)
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, MONDAY, TEACHER, email, identity, known
from tests.handlers.test_concern_leaks import drawn, written

OFFICER = "olu"

RECEIVED = date(2027, 2, 26)

SCHOOL = safe_harbour(holders={**HOLDERS, Role.DPO: (OFFICER,)})

ALL = sorted((DSL, SECOND_DSL, THIRD_DSL, HEAD, CHAIR))

NOTHING = "It seems to touch nothing that you may read."

YEAR = timedelta(days=366)


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
    return await desk.ask(by, "data_request.new", fields=fields)


async def requests(desk: Desk) -> list[DataRequest]:
    """What is kept of requests, newest first."""
    async with desk.store.transaction(desk.school.id) as tx:
        return await tx.find(DataRequest, limit=10)


async def newest(desk: Desk) -> DataRequest:
    """The request that was noted last."""
    return (await requests(desk))[0]


async def told(desk: Desk) -> list[str]:
    """Who gets a message about a request, by an ordinary row each, beside whoever noted it."""
    rows = [row for row in await desk.outbox() if row.view == "data_request"]
    assert {row.lane for row in rows} <= {""}
    return sorted(name for row in rows if (name := row.person.rpartition(":")[2]) not in (OFFICER, ADMIN))


async def press(desk: Desk, who: str, verb: str, request: DataRequest) -> Reply:
    return await desk.ask(who, verb, ref(request), version=1)


async def sheet(desk: Desk, who: str = DSL) -> str:
    """The words of the sheet that somebody opens."""
    reply = await press(desk, who, "data_request.open", await newest(desk))
    assert isinstance(reply, Say)
    return plain(reply.card)


def about(number: int, what: str, reader: str, **more: Any) -> Concern:
    """A concern as if it had been raised, for where many are needed."""
    readers = (str(identity(reader)),)
    return Concern(
        id=f"AAAA-{number:04}",
        school="harbour",
        by=str(identity(TEACHER)),
        raised_at=MONDAY - timedelta(days=number),
        about=About.COLLEAGUE,
        risk=Risk.NO,
        mode=Concerns.RECORD,
        report=Report(what=what),
        status=State.ACKNOWLEDGED,
        **{"excluded": (), "told": readers, "readers": readers, **more},
    )


async def put(desk: Desk, *found: Concern) -> None:
    async with desk.store.transaction(desk.school.id) as tx:
        for each in found:
            tx.put(each)


def many(*, subject: bool) -> list[Concern]:
    """Fifty of them, about whoever asks or about others."""
    names = (str(identity(COLLEAGUE)), email(COLLEAGUE)) if subject else ()
    return [about(number, "Cara" if subject else "Nothing", DSL, excluded=names) for number in range(50)]


@pytest.mark.parametrize("who", [OFFICER, HEAD, ADMIN])
async def test_noting_one_tells_nothing_of_what_is_kept(tmp_path: Path, who: str) -> None:
    """The same bytes, reads and messages, then and at the clock, with no concern, with one about whoever asks, with
    fifty about others and with fifty about them; and no read of any concern, whose number could show in the time.
    """
    kept = {
        "none": list[Concern](),
        "one": many(subject=True)[:1],
        "others": many(subject=False),
        "own": many(subject=True),
    }
    seen = list[Any]()
    for name, found in kept.items():
        desk = await safe_desk(tmp_path / name, SCHOOL)
        await put(desk, *found)
        await desk.outbox()
        store = CountingStore(desk.store)
        desk.dispatch.store = store
        asked = await desk.ask(who, "subjectaccess")
        reply = await note(desk, COLLEAGUE, who)
        assert isinstance(reply, Say)
        assert TOLD in plain(reply.card)
        assert reply.card.dialog
        noting, request = list(store.reads), await newest(desk)
        assert not {kind for _, kind, *_ in noting} & {"concern", "concern_entry"}
        rows = [(row.view, row.lane, row.person, row.task) for row in await desk.outbox()]
        store.reads.clear()
        assert not await desk.dispatch.due()
        messages = list[Any]()
        for _, _, person, _ in rows:
            shown = await desk.dispatch.draw("data_request", ref(request), person, first=True)
            assert shown is not None
            messages.append((person, plain(shown.card).replace(request.id, "REF")))
        seen.append((asked, drawn(reply), noting, rows, messages, list(store.reads), request.next_due))
        await desk.store.close()
    assert all(each == seen[0] for each in seen)


@pytest.mark.parametrize("raises", [True, False])
async def test_all_who_hold_a_role_are_told_whether_or_not_there_is_anything(desk: Desk, raises: bool) -> None:
    if raises:
        await raised(desk, about="head")
    await desk.outbox()
    await note(desk, COLLEAGUE)
    assert await told(desk) == ALL
    await note(desk, name="Mr Quill, a parent")
    assert await told(desk) == ALL


async def test_whoever_asks_is_not_told_by_account_or_by_their_whole_name(desk: Desk) -> None:
    await note(desk, DSL)
    assert await told(desk) == sorted({*ALL} - {DSL})
    await note(desk, name="Mrs Dina")
    assert await told(desk) == sorted({*ALL} - {DSL})
    await note(desk, name="Dina and Helen")
    assert await told(desk) == ALL


async def test_a_holder_is_told_where_somebody_asks_who_was_given_an_address_of_theirs(desk: Desk) -> None:
    other = known(DSL, platform="teams", tenant="t1")
    for account in (other, known(DSL, Standing.DEACTIVATED), replace(other, email=email("dina.married"))):
        await desk.dispatch.met(account)
    await desk.dispatch.met(replace(known("dido"), email=email(DSL)))
    await desk.outbox()
    await note(desk, "dido")
    assert await told(desk) == ALL


async def test_what_is_only_configured_silences_nobody(desk: Desk) -> None:
    """An account that the configuration alone joins to a holder's, or names for their role, is not theirs."""
    await desk.dispatch.met(known("decoy"))
    await desk.outbox()
    desk.settle(same=((email("decoy"), email(DSL)),))
    await desk.dispatch.met(known("decoy"))
    await desk.outbox()
    await note(desk, "decoy")
    assert await told(desk) == ALL
    desk.settle(roles=tuple((role, refs) for role, refs in desk.school.roster.roles if role is not Role.CHAIR))
    await note(desk, COLLEAGUE)
    assert await told(desk) == ALL


async def test_where_nobody_could_be_told_it_says_what_to_do_and_keeps_nothing(desk: Desk) -> None:
    for who in {*ALL} - {CHAIR}:
        await desk.dispatch.met(known(who, Standing.DEACTIVATED))
    await note(desk, COLLEAGUE, ADMIN)
    assert await told(desk) == [CHAIR]
    reply = await note(desk, CHAIR, ADMIN)
    assert isinstance(reply, Say)
    assert INSTEAD in plain(reply.card)
    assert await told(desk) == []
    assert len(await requests(desk)) == 1


@pytest.mark.parametrize("keyless", [True, False])
async def test_where_concerns_are_off_or_there_is_no_key_it_says_what_to_do(tmp_path: Path, keyless: bool) -> None:
    school = safe_harbour(Concerns.OFF, holders={**HOLDERS, Role.DPO: (OFFICER,)})
    desk = await safe_desk(tmp_path, school, keyless=keyless)
    for reply in (await desk.ask(OFFICER, "subjectaccess"), await note(desk, COLLEAGUE)):
        assert isinstance(reply, Say)
        assert "Nothing was noted" in plain(reply.card)
        assert INSTEAD in plain(reply.card)
    assert await told(desk) == []
    await desk.store.close()


TOUCHED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "who raised it": ({}, {"who": TEACHER}),
    "whom it is about": ({}, {"who": COLLEAGUE}),
    "whom it is about, by name": (
        {"about": "outsider", "person": None, "name": "Mr Quill, a parent"},
        {"name": "Q. Quill"},
    ),
    "who is affected": ({"affected": "Little Ann Quíll and her brother"}, {"name": "Ann Quill"}),
    "who is in the account": ({"what": "It was Quill's dog. " * 20}, {"name": "Ann O'Quill"}),
    "who raised it, by name": ({}, {"name": "TOM"}),
    "a stranger's account": ({"person": Identity("teams", "t1", "s1")}, {"who": Identity("teams", "t1", "s1")}),
    "a picked account, by name": ({"what": "Cara pushed him", "person": OUTSIDER}, {"who": COLLEAGUE}),
}


@pytest.mark.parametrize("case", TOUCHED)
async def test_the_sheet_shows_what_it_may_touch(desk: Desk, case: str) -> None:
    stranger = Identity("teams", "t1", "s1")
    desk.strangers[stranger] = Known(stranger, "S. Stranger", email("stranger"))
    answers, request = TOUCHED[case]
    found = await raised(desk, **answers)
    await note(desk, **request)
    reply = await press(desk, DSL, "data_request.open", await newest(desk))
    assert isinstance(reply, Say)
    assert found.id in plain(reply.card)
    assert reply.card.dialog
    assert Act.OPENED not in [each.act for each in await log(desk, found)]
    assert isinstance(await do(desk, DSL, "concern.open", found), Say)
    assert NOTHING in await sheet(desk, SECOND_DSL)


async def test_the_sheet_shows_what_was_added_later_and_not_who_was_told(desk: Desk) -> None:
    found = await raised(desk)
    await note(desk, name="Dot Quill")
    await do(desk, DSL, "concern.acknowledge", found)
    assert NOTHING in await sheet(desk)
    await do(desk, DSL, "concern.note.send", found, text="I rang Mrs Quill.")
    assert found.id in await sheet(desk)


@pytest.mark.parametrize("who", [TEACHER, COLLEAGUE])
async def test_the_sheet_knows_whoever_raised_it_and_whom_it_is_about_by_account_alone(desk: Desk, who: str) -> None:
    found = await raised(desk)
    await desk.dispatch.met(replace(known(who), name="Zed Quill"))
    await note(desk, who)
    await desk.dispatch.met(replace(known(who), name="Ned"))
    assert found.id in await sheet(desk)


WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    "by whoever raised it": ("concern.note.send", {"text": "It was Quill."}),
    "of a referral": ("concern.refer.send", {"agency": "other", "named": "Quill House"}),
    "of the LADO": ("concern.lado.send", {"contacted": "not_needed", "why": "Quill is no member of staff."}),
    "of how it ended": ("concern.close.send", {"ending": "acted", "why": "Quill apologised.", "told": "Nobody."}),
    "of why it is held": ("concern.hold.send", {"reason": "Quill claims"}),
    "of how to reach whoever raised it": ("", {"contact": "Ring me at Quill's."}),
}


@pytest.mark.parametrize("case", WRITTEN)
async def test_the_sheet_shows_where_a_name_was_written(desk: Desk, case: str) -> None:
    verb, fields = WRITTEN[case]
    found = await raised(desk, risk="yes" if "lado" in verb else "no", **({} if verb else fields))
    await do(desk, DSL, "concern.acknowledge", found)
    await note(desk, name="Queenie Quill")
    if verb:
        assert NOTHING in await sheet(desk)
        await do(desk, TEACHER if case == "by whoever raised it" else DSL, verb, found, **fields)
    assert found.id in await sheet(desk)


async def test_it_does_not_show_whoever_was_only_told(desk: Desk) -> None:
    found = await raised(desk)
    assert [entry.text for entry in await log(desk, found) if "Dina" in entry.text]
    await note(desk, name="Dina Quill")
    assert NOTHING in await sheet(desk)


async def test_the_address_of_whom_it_is_about_is_a_name_as_well(desk: Desk) -> None:
    await put(desk, about(1, "He did", DSL, excluded=("quill@elsewhere.example", "slack:quilt")))
    await note(desk, name="Mr Quill")
    assert "AAAA-0001" in await sheet(desk)
    await note(desk, name="Mr Quilt")
    assert NOTHING in await sheet(desk)


async def test_a_sheet_shows_nobody_what_turned_out_to_be_about_them(desk: Desk) -> None:
    await put(desk, about(1, "Cara saw it", DSL, excluded=(str(identity(DSL)),)))
    await note(desk, COLLEAGUE)
    assert NOTHING in await sheet(desk)


async def test_a_sheet_shows_what_was_told_to_each_of_the_viewers_accounts(desk: Desk) -> None:
    """Those of before they were known to be one person's, too."""
    other = replace(known(DSL, platform="teams", tenant="t1"), email="")
    desk.settle(staff=(*desk.school.roster.staff, "teams:dina"))
    await desk.dispatch.met(other)
    theirs = about(2, "Cara", DSL, told=(str(other.identity),), readers=(str(other.identity),))
    await put(desk, about(1, "Cara", DSL), theirs)
    await desk.dispatch.met(replace(other, email=email(DSL)))
    await note(desk, COLLEAGUE)
    words = await sheet(desk)
    assert "AAAA-0001" in words
    assert "AAAA-0002" in words


async def test_whoever_noted_it_and_answers_no_requests_any_more_sees_and_does_nothing(desk: Desk) -> None:
    await note(desk, COLLEAGUE)
    request = await newest(desk)
    desk.settle(roles=tuple(each for each in desk.school.roster.roles if each[0] is not Role.DPO))
    assert await desk.see(OFFICER, "data_request", ref(request)) is None
    await press(desk, OFFICER, "data_request.answered", request)
    assert (await newest(desk)).answered is None


async def test_the_sheet_says_so_where_it_seems_to_touch_nothing(desk: Desk) -> None:
    found = await raised(desk, affected="A boy in 4B, and Al")
    for name in ("Priya Shah", "Mr A. Boyle", "Alan", "The Reverend Will and Co"):
        await note(desk, name=name)
        words = await sheet(desk)
        assert NOTHING in words
        assert "accounts and written names only" in words
        assert found.id not in words


async def test_the_sheet_says_who_asks_by_when_what_to_weigh_and_what_to_say(desk: Desk) -> None:
    await note(desk, COLLEAGUE)
    words = await sheet(desk, CHAIR)
    for said in ("Cara", "Fri 26 February 2027", "Tue 30 March 2027", "Olu", "could harm a child", "do not say"):
        assert said in words


async def test_a_sheet_shows_nobody_what_they_may_not_read(desk: Desk) -> None:
    """Neither whoever it is hidden from, nor one whom it has not reached; and it opens for nobody else."""
    found = await raised(desk, about="dsl", what="Cara saw it")
    await note(desk, COLLEAGUE)
    request = await newest(desk)
    assert found.id in await sheet(desk, HEAD)
    for who in (DSL, SECOND_DSL, CHAIR):
        assert NOTHING in await sheet(desk, who)
    for who in (COLLEAGUE, TEACHER, OFFICER, ADMIN):
        unknown = await press(desk, who, "data_request.open", replace(request, id="AAAA-AAAA"))
        assert await press(desk, who, "data_request.open", request) == unknown


async def test_a_sheet_looks_at_the_newest_hundred_and_says_that_there_are_more(desk: Desk) -> None:
    found = [about(number, "Cara" if number >= READ - 1 else "Nobody", DSL) for number in range(READ + 1)]
    await put(desk, *reversed(found))
    await note(desk, COLLEAGUE)
    words = await sheet(desk)
    assert found[READ - 1].id in words
    assert found[READ].id not in words
    assert "newest 100 only" in words


async def test_the_message_names_nobody_and_is_answered_by_those_told_and_by_whoever_noted_it(desk: Desk) -> None:
    for presser in (SECOND_DSL, OFFICER):
        await note(desk, COLLEAGUE)
        request = await newest(desk)
        for who, labels in ((DSL, ["Open", "Answered"]), (OFFICER, ["Answered"])):
            shown = await desk.see(who, "data_request", ref(request))
            assert shown is not None
            assert "Cara" not in plain(shown.card)
            assert request.id in plain(shown.card)
            assert [each.label for each in shown.card.buttons] == labels
        for who in (COLLEAGUE, TEACHER, ADMIN):
            assert await desk.see(who, "data_request", ref(request)) is None
            unknown = await press(desk, who, "data_request.answered", replace(request, id="AAAA-AAAA"))
            assert await press(desk, who, "data_request.answered", request) == unknown
        assert isinstance(await press(desk, presser, "data_request.answered", request), Nothing)
        shown = await desk.see(DSL, "data_request", ref(request))
        assert shown is not None
        assert [each.label for each in shown.card.buttons] == ["Open"]
        assert "Answered" in await sheet(desk)


async def sweep(desk: Desk) -> None:
    sweeping = Sweep(desk.dispatch)
    while not await sweeping.step():
        pass


async def test_no_concern_is_deleted_by_time_while_a_request_is_open(desk: Desk) -> None:
    found = await raised(desk)
    await do(desk, DSL, "concern.acknowledge", found)
    await do(desk, DSL, "concern.close.send", found, ending="acted", why="Dealt with.", told="Nobody.")
    assert (await now(desk, found)).status is State.CLOSED
    desk.now += 51 * YEAR
    await desk.ask(OFFICER, "data_request.new", fields={"received": desk.now.date(), "name": "Tom"})
    await sweep(desk)
    assert [each.id for each in await concerns(desk)] == [found.id]
    await press(desk, OFFICER, "data_request.answered", await newest(desk))
    await sweep(desk)
    assert [each.id for each in await concerns(desk)] == []


@pytest.mark.parametrize("answers", [True, False])
async def test_a_request_falls_away_a_month_after_its_answer_is_due(desk: Desk, answers: bool) -> None:
    await note(desk, COLLEAGUE)
    if answers:
        await press(desk, OFFICER, "data_request.answered", await newest(desk))
    desk.now = MONDAY.replace(month=4, day=30)
    await sweep(desk)
    assert len(await requests(desk)) == 1
    desk.now += timedelta(days=1)
    await sweep(desk)
    assert await requests(desk) == []


async def test_nothing_of_it_stands_in_clear(tmp_path: Path) -> None:
    desk = await safe_desk(tmp_path, SCHOOL)
    stranger = Identity("teams", "t1", "s1")
    desk.strangers[stranger] = Known(stranger, "Zebedee Quill", email("zebedee"))
    before, clear = load(tmp_path).rows, len(await desk.audit())
    await note(desk, stranger)
    await press(desk, DSL, "data_request.open", await newest(desk))
    await press(desk, DSL, "data_request.answered", await newest(desk))
    after = load(tmp_path).rows
    assert after.pop("sealed") != before.pop("sealed", None)
    assert after == before
    assert len(await desk.audit()) == clear
    await desk.store.close()
    for word in (b"zebedee", b"Quill", b"access"):
        assert word not in written(tmp_path)


async def test_a_form_that_is_sent_twice_is_one_request_with_one_answer(desk: Desk) -> None:
    fields = {"received": RECEIVED, "person": identity(COLLEAGUE)}
    replies = [await desk.ask(OFFICER, "data_request.new", key="once", fields=fields) for _ in range(2)]
    assert drawn(replies[0]) == drawn(replies[1])
    assert await told(desk) == ALL
    assert len(await requests(desk)) == 1


@pytest.mark.parametrize("who", [TEACHER, DSL, CHAIR])
async def test_nobody_else_notes_one(desk: Desk, who: str) -> None:
    for verb in ("subjectaccess", "data_request.new"):
        reply = await desk.ask(who, verb, fields={"received": RECEIVED, "name": "Tom"})
        assert isinstance(reply, Say)
        assert "data protection officer" in plain(reply.card)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"received": RECEIVED}, "name"),
        ({"received": RECEIVED, "name": "T"}, "name"),
        ({"received": RECEIVED, "name": "Mr A. 47"}, "name"),
        ({"received": RECEIVED, "name": "Tom", "person": identity(COLLEAGUE)}, "name"),
        ({"received": None, "name": "Tom"}, "received"),
        ({"received": MONDAY.date() + timedelta(days=1), "name": "Tom"}, "received"),
        ({"received": date(2026, 12, 24), "name": "Tom"}, "received"),
        ({"received": RECEIVED, "person": Identity("teams", "t1", "nobody")}, "person"),
    ],
)
async def test_what_is_missing_or_too_little_comes_back(desk: Desk, fields: dict[str, Any], wrong: str) -> None:
    desk.strangers[Identity("teams", "t1", "nobody")] = None
    reply = await desk.ask(OFFICER, "data_request.new", fields=fields)
    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {wrong}
    assert await requests(desk) == []


async def test_a_name_is_cut_like_any_other(desk: Desk) -> None:
    await note(desk, name="Tom " * 1000)
    assert len((await newest(desk)).asker.name) <= LONGEST_NAME


async def test_the_form_asks_who_and_since_when(desk: Desk) -> None:
    reply = await desk.ask(OFFICER, "subjectaccess")
    assert isinstance(reply, Ask)
    assert [each.name for each in reply.form.fields] == ["person", "name", "received"]
    assert reply.form.dialog
    assert Concern.KIND not in str(reply.form)
