"""What has been kept long enough goes, with all that belongs to it; what is open or held stays."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.keeping.judging import PAGE
from handlers.keeping.sweeping import Sweep, Tally, survey
from handlers.request import Ask, Invalid, Reply, Say
from handlers.turn import Scene
from policy.comment import Comment, Kind, log
from policy.comment import State as CommentState
from policy.content import Content
from policy.hold import Hold
from policy.incident import Incident, Outcome, Report
from policy.incident import State as IncidentState
from policy.incident.chronology import Act, Entry
from policy.incident.task import Task
from policy.people import EXEAT, Role
from policy.post import Post, State
from policy.record import Record, Ref
from storage.audit import verify
from storage.rows import Errand, Shown
from storage.tiny import TinyStore
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import ADMIN, DEPUTY, HEAD, MONDAY, OWNER, TEACHER, email, harbour, identity

YEAR = timedelta(days=366)
OLD = MONDAY - 7 * YEAR


def post(number: int, made: datetime = OLD, **more: Any) -> Post:
    fields: dict[str, Any] = {"status": State.POSTED, "waiting_since": made, "posted_at": made} | more
    content = Content(f"zqpost{number}x", "page")
    return replace(Post(f"P-{number}", "harbour", who(TEACHER), "00", content, made), **fields)


def comment(number: int, made: datetime = OLD, **more: Any) -> Comment:
    kept = log(
        f"C-{number}",
        "harbour",
        "page",
        Kind.QUESTION,
        "Zed",
        "When?",
        "",
        made,
        who(OWNER),
        made,
        harbour().calendar,
    )
    fields: dict[str, Any] = {"status": CommentState.NOT_FOR_US, "closed_at": made, "next_due": None} | more
    return replace(kept, **fields)


def incident(number: int, closed: datetime = OLD, **more: Any) -> Incident:
    fields: dict[str, Any] = {
        "status": IncidentState.CLOSED,
        "outcome": Outcome("Dealt with.", False, "", who(HEAD), closed),
    } | more
    readers = (who(HEAD),)
    return replace(
        Incident(
            f"I-{number}", "harbour", Report("It"), who(TEACHER), OLD, who(HEAD), "headteacher", readers, entries=1
        ),
        **fields,
    )


def entry(number: int, of: int, at: datetime = OLD) -> Entry:
    return Entry(f"N-{number}", "harbour", f"I-{of}", 1, at, who(HEAD), Act.NOTE, "Rang home.")


def task(number: int, of: int, done: datetime | None = OLD) -> Task:
    return Task(f"T-{number}", "harbour", f"I-{of}", who(TEACHER), "Ring", who(HEAD), OLD, done_at=done)


def who(name: str) -> str:
    return str(identity(name))


async def keep(desk: Desk, *records: Record) -> None:
    async with desk.store.transaction("harbour") as tx:
        for record in records:
            tx.put(record)


async def ids(desk: Desk, *kinds: type[Record]) -> list[str]:
    async with desk.store.transaction("harbour") as tx:
        return sorted([record.id for kind in kinds for record in await tx.find(kind, limit=10_000)])


async def dry(desk: Desk) -> dict[str, Tally]:
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=desk.store.sealing)
        found = await survey(scene, desk.dispatch.registry)
    return {tally.each.record.KIND: tally for tally in found}


async def sweep(desk: Desk) -> Sequence[Tally]:
    sweeping = Sweep(desk.dispatch)
    while not await sweeping.step():
        pass
    return sweeping.tallies


async def test_what_is_over_goes_and_what_is_open_or_young_stays(desk: Desk) -> None:
    await keep(
        desk,
        post(1),
        post(2, status=State.WAITING, posted_at=None),
        post(3, MONDAY - YEAR),
        post(4, posted_at=MONDAY - YEAR),
        comment(1),
        comment(2, status=CommentState.OPEN, closed_at=None),
        incident(1),
        incident(2, status=IncidentState.ASSESSED, outcome=None),
    )
    found = await dry(desk)
    assert {kind: tally.gone for kind, tally in found.items() if tally.gone} == {
        "post": 1,
        "comment": 1,
        "incident": 1,
    }
    assert found["post"].open == found["comment"].open == found["incident"].open == 1
    assert found["post"].oldest == OLD
    assert len(await ids(desk, Post, Comment, Incident)) == 8, "a look changes nothing"
    tallies = {tally.each.record.KIND: tally for tally in await sweep(desk)}
    assert {kind: tally.gone for kind, tally in tallies.items()} == {
        kind: tally.gone for kind, tally in found.items()
    }
    assert await ids(desk, Post, Comment, Incident) == ["C-2", "I-2", "P-2", "P-3", "P-4"]
    await sweep(desk)
    assert len(await ids(desk, Post, Comment, Incident)) == 5


async def test_an_incident_takes_its_chronology_and_tasks_and_nobody_elses(desk: Desk) -> None:
    await keep(desk, incident(1), incident(2, MONDAY), *(entry(n, 1) for n in range(1, 120)), entry(500, 2))
    await keep(desk, task(1, 1), task(2, 2))
    await sweep(desk)
    assert await ids(desk, Incident, Entry, Task) == ["I-2", "N-500", "T-2"]


@pytest.mark.parametrize("part", [entry(1, 1, MONDAY - YEAR), task(1, 1, MONDAY - YEAR), task(1, 1, None)])
async def test_an_incident_that_was_added_to_since_or_has_an_open_task_stays_whole(desk: Desk, part: Record) -> None:
    await keep(desk, incident(1), part)
    await sweep(desk)
    assert len(await ids(desk, Incident, Entry, Task)) == 2


async def test_the_audit_says_what_went_by_which_rule_and_stays_sound(desk: Desk) -> None:
    await keep(desk, post(1), incident(1), entry(1, 1))
    await sweep(desk)
    rows = await desk.audit()
    assert verify(rows).sound
    said = [(str(row.entry.record), row.entry.person, row.entry.verb, row.entry.authority) for row in rows]
    assert said == [
        ("post/P-1", "exeat", "retention", "posts 3 years"),
        ("incident/I-1", "exeat", "retention", "incidents 6 years, breaches 6 years"),
    ]
    assert {row.entry.state for row in rows} == {"deleted"}


async def test_nothing_of_it_is_on_the_disk_and_messages_that_showed_it_are_drawn_once_more(
    desk: Desk, tmp_path: Path
) -> None:
    await keep(desk, post(1))
    async with desk.store.transaction("harbour") as tx:
        tx.show(Shown("harbour", "sandbox", "D1", "1.0", "post", who(HEAD), Ref("post", "P-1"), 1))
    assert holding(tmp_path, "zqpost1x")
    await sweep(desk)
    assert not holding(tmp_path, "zqpost1x")
    assert [(row.task, row.message) for row in await desk.outbox()] == [(Errand.REDRAW, "sandbox|D1|1.0")]
    assert await desk.see(HEAD, "post", Ref("post", "P-1")) is None


async def test_what_was_deleted_before_a_start_is_taken_from_the_disk_after_it(desk: Desk, tmp_path: Path) -> None:
    await keep(desk, post(1))
    async with desk.store.transaction("harbour") as tx:
        tx.delete(Post, "P-1", 1)
    assert holding(tmp_path, "zqpost1x")
    await sweep(desk)
    assert not holding(tmp_path, "zqpost1x")


async def test_a_reply_that_is_deleted_leaves_its_comment_free_for_another(desk: Desk) -> None:
    waits = comment(1, MONDAY, status=CommentState.OPEN, closed_at=None, reply="P-1")
    await keep(desk, waits, post(1, status=State.REJECTED, posted_at=None, over_at=OLD, reply_to="C-1"))
    await sweep(desk)
    async with desk.store.transaction("harbour") as tx:
        kept = await tx.get(Comment, "C-1")
    assert kept is not None
    assert kept.reply == ""


class Reads:
    """A store that counts the records that were read."""

    def __init__(self, store: TinyStore) -> None:
        self.count, self._store = 0, store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def transaction(self, school: str) -> Any:
        return Reading(self, self._store.transaction(school))


class Reading:
    def __init__(self, reads: Reads, whole: Any) -> None:
        self._reads, self._whole = reads, whole

    async def __aenter__(self) -> Any:
        tx = await self._whole.__aenter__()
        find = tx.find

        async def counted(*args: Any, **more: Any) -> Any:
            found = await find(*args, **more)
            self._reads.count += len(found)
            return found

        tx.find = counted
        return tx

    async def __aexit__(self, *error: Any) -> None:
        await self._whole.__aexit__(*error)


@pytest.mark.parametrize("young", [100, 1000])
async def test_a_day_costs_what_is_old_and_not_what_is_kept_and_a_step_reads_a_page(desk: Desk, young: int) -> None:
    old = 3 * PAGE
    await keep(desk, *(post(n) for n in range(old)))
    await keep(desk, *(post(old + n, MONDAY - YEAR + timedelta(minutes=n)) for n in range(young)))
    reads = desk.dispatch.store = Reads(desk.store)  # type: ignore[assignment, arg-type]
    sweeping, steps = Sweep(desk.dispatch), list[int]()
    done = False
    while not done:
        before = reads.count
        done = await sweeping.step()
        steps.append(reads.count - before)
    assert sum(steps) <= old + 2 * PAGE
    assert max(steps) <= PAGE
    assert len(await ids(desk, Post)) == young
    before = reads.count
    assert await sweeping.step()
    assert reads.count == before, "nothing more is read today"
    desk.now += timedelta(days=1)
    assert not await sweeping.step()


async def test_what_is_sealed_stays_where_there_is_no_key(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", harbour(), HEAD)
    await keep(desk, incident(1), post(1))
    await desk.store.close()
    desk = await open_desk(tmp_path / "data", harbour(), HEAD, keyless=True)
    await sweep(desk)
    assert "incident" not in await dry(desk)
    await desk.store.close()
    desk = await open_desk(tmp_path / "data", harbour(), HEAD)
    assert await ids(desk, Incident, Post) == ["I-1"]
    await desk.store.close()


async def said(desk: Desk, name: str, verb: str, about: Ref | None = None, **fields: Any) -> Reply:
    return await desk.ask(name, verb, about, version=1, fields=fields)


@pytest.fixture
async def officer(tmp_path: Path) -> AsyncIterator[Desk]:
    """A school with a data protection officer."""
    school = harbour()
    roles = (*school.roster.roles, (Role.DPO, (email(OWNER),)))
    school = replace(school, roster=replace(school.roster, roles=roles))
    desk = await open_desk(tmp_path / "officer", school, HEAD, DEPUTY, TEACHER, OWNER, ADMIN)
    yield desk
    await desk.store.close()


async def test_what_is_held_stays_until_it_is_released(officer: Desk) -> None:
    await keep(officer, post(1), incident(1), entry(1, 1))
    assert isinstance(await said(officer, HEAD, "hold.ask"), Ask)
    for id in ("p-1", "I-1"):
        reply = await said(officer, HEAD, "hold.new", record=id, reason="Claim 4711")
        assert isinstance(reply, Say)
    seen = await said(officer, HEAD, "holds")
    assert isinstance(seen, Say)
    assert "2 records are held." in seen.card.summary
    found = await dry(officer)
    assert (found["post"].gone, found["post"].held, found["incident"].held) == (0, 1, 1)
    await sweep(officer)
    assert await ids(officer, Post, Incident, Entry) == ["I-1", "N-1", "P-1"]
    assert isinstance(await said(officer, OWNER, "hold.release", Ref("hold", "post/P-1")), Say)
    await sweep(officer)
    assert await ids(officer, Post, Incident, Entry) == ["I-1", "N-1"]
    held = [row.entry for row in await officer.audit() if row.entry.record and row.entry.record.kind == "hold"]
    assert [(each.person, each.verb, each.record and each.record.id, each.state) for each in held] == [
        (who(HEAD), "hold.new", "post/P-1", "held"),
        (who(HEAD), "hold.new", "incident/I-1", "held"),
        (who(OWNER), "hold.release", "post/P-1", "released"),
    ]
    assert not any("4711" in str(row) for row in await officer.audit())


@pytest.mark.parametrize("name", [TEACHER, DEPUTY, ADMIN])
async def test_nobody_else_holds_or_releases_or_sees_what_is_held(officer: Desk, name: str) -> None:
    await keep(officer, post(1))
    await said(officer, HEAD, "hold.new", record="P-1", reason="Claim 4711")
    for verb, record in (("holds", None), ("hold.new", None), ("hold.release", Ref("hold", "post/P-1"))):
        reply = await said(officer, name, verb, record, record="P-1", reason="So")
        assert isinstance(reply, Say)
        assert "Only the headteacher and the data protection officer" in reply.card.summary
        assert "4711" not in str(reply)
    assert await officer.see(name, "hold", Ref("hold", "post/P-1")) is None
    assert await ids(officer, Hold) == ["post/P-1"]


async def test_a_hold_tells_nothing_of_what_somebody_may_not_know(officer: Desk) -> None:
    about_the_head = incident(1, lead=who(OWNER), readers=(who(OWNER),), hidden=(who(HEAD),))
    await keep(officer, about_the_head, post(1, status=State.DRAFT, waiting_since=None, posted_at=None))
    unknown = await said(officer, HEAD, "hold.new", record="I-9", reason="So")
    for id in ("I-1", "P-1", "hello", ""):
        reply = await said(officer, HEAD, "hold.new", record=id, reason="So")
        assert isinstance(reply, Invalid)
        assert isinstance(unknown, Invalid)
        assert reply.errors == unknown.errors
    await said(officer, OWNER, "hold.new", record="I-1", reason="Claim 4711")
    assert await ids(officer, Hold) == ["incident/I-1"]
    seen = await said(officer, HEAD, "holds")
    assert isinstance(seen, Say)
    assert "No record is held." in seen.card.summary
    refused = await said(officer, HEAD, "hold.release", Ref("hold", "incident/I-1"))
    missing = await said(officer, HEAD, "hold.release", Ref("hold", "incident/I-9"))
    assert refused == missing
    assert await ids(officer, Hold) == ["incident/I-1"]


async def test_of_a_hold_and_a_deletion_at_once_the_record_never_goes_while_it_is_held(officer: Desk) -> None:
    for n in range(20):
        await keep(officer, post(n))

        async def hold(n: int = n) -> None:
            for _ in range(n):
                await asyncio.sleep(0)
            await said(officer, HEAD, "hold.new", record=f"P-{n}", reason="Claim")

        await asyncio.gather(hold(), sweep(officer))
    held = [each.removeprefix("post/") for each in await ids(officer, Hold)]
    assert await ids(officer, Post) == held


@pytest.mark.parametrize(("reason", "why"), [("", "say why"), ("x" * 501, "too long")])
async def test_a_hold_has_a_reason(officer: Desk, reason: str, why: str) -> None:
    await keep(officer, post(1))
    reply = await said(officer, HEAD, "hold.new", record="P-1", reason=reason)
    assert isinstance(reply, Invalid)
    assert why in reply.errors["reason"]
    assert await ids(officer, Hold) == []


async def test_a_second_hold_is_refused_and_changes_nothing(officer: Desk) -> None:
    await keep(officer, post(1))
    await said(officer, HEAD, "hold.new", record="P-1", reason="Claim 4711")
    reply = await said(officer, OWNER, "hold.new", record="P-1", reason="Another")
    assert isinstance(reply, Say)
    assert "held already" in reply.card.summary


def holding(folder: Path, words: str) -> list[str]:
    """The files in which the words stand."""
    return [path.name for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]
