"""Erasing somebody, from the records to the bytes on the disk and in a fresh backup; as it is typed, too."""

import asyncio
import re
import subprocess
import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.pictures.orphans import Orphans
from handlers.exports.data import copy_data
from handlers.exports.person import copy_of
from handlers.keeping.erasing import Fate, Plan, carry_out, erase_record, plan
from handlers.keeping.unnaming import TAKEN_OUT
from handlers.turn import Scene
from policy.away import Away
from policy.comment import Comment
from policy.hold import hold
from policy.incident import Incident
from policy.incident.chronology import Act, Entry
from policy.incident.task import Task
from policy.look import AccountWatch, Look
from policy.people import EXEAT, Identity, Known, Person, Standing
from policy.post import Post
from policy.post import State as PostState
from policy.record import Record, Ref
from policy.refused import WrongState
from policy.template import State as WordingState
from policy.template import Template
from storage.audit import verify
from storage.backup import backup, restore
from storage.blobs import Blobs
from storage.codec import text
from storage.rows import Shown
from storage.tiny import TinyStore, read_tiny
from storage.vault import Vault
from tests.bot.test_cli import Exeat
from tests.bot.test_exporting import TOML
from tests.fakes.desk import KEY, Desk, open_desk
from tests.fakes.school import MONDAY, harbour
from tests.handlers.test_exports import CARA, HELEN, OTHERS, TOM, TOM_TOO, Planted, at, busy, id, keep

PICTURE, OTHER_PICTURE = b"\x89PNG of Tom's beans", b"\x89PNG of a ship"

TOMS = ("Treadwell", "tom@harbour.example", "TREADWELL", "U0TOM")
"""What Tom is called in texts."""


def over(record: Record) -> Record:
    """The record with nothing left to do."""
    match record:
        case Template():
            return replace(record, status=WordingState.REJECTED, over_at=at(3))
        case Away():
            return replace(record, state="over")
    return record


def of_tom_alone(record: Record) -> bool:
    match record:
        case Post() | Template():
            return record.author == id(TOM)
        case Away():
            return record.person == id(TOM)
    return False


def naming(record: Record) -> Record:
    """Somebody else's record, in which Tom is named."""
    match record:
        case Post():
            named = replace(record.content, text=f"{record.content.text}, by Tom Treadwell and <@U0TOM>")
            return replace(record, content=named)
        case Comment():
            return replace(record, text=f"{record.text} MR TREADWELL", reason=f"{record.reason} tom.treadwell")
        case Incident():
            return replace(record, report=replace(record.report, what=f"{record.report.what} Tom Treadwell’s"))
        case Entry():
            return replace(record, text=f"{record.text} tom@harbour.example")
        case Task():
            return replace(record, text=f"{record.text} for Tom Treadwell")
    return record


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A school in which Tom has done everything that somebody can, and left; everything is over, and names him."""
    (tmp_path / "exeat.toml").write_text(TOML)
    desk = await open_desk(tmp_path / "data", harbour())
    for known in (TOM, TOM_TOO, *OTHERS):
        await desk.dispatch.met(known)
    blobs = Blobs(tmp_path / "data" / "blobs")
    mine, others = await blobs.put(PICTURE), await blobs.put(OTHER_PICTURE)
    records = [over(each) for each in busy(Planted())]
    for n, record in enumerate(records):
        if isinstance(record, Post):
            sha = mine if record.author == id(TOM) else others
            pictures = tuple(replace(picture, sha256=sha) for picture in record.content.pictures)
            records[n] = replace(record, content=replace(record.content, pictures=pictures))
    records = [record if of_tom_alone(record) else naming(record) for record in records]
    draft = replace(next(each for each in records if isinstance(each, Post)), id="P-9", status=PostState.DRAFT)
    await keep(desk, *records, replace(draft, waiting_since=None, posted_at=None, kept_at=at(4), decisions=()))
    async with desk.store.transaction("harbour") as tx:
        tx.show(Shown("harbour", "slack", "D-TOM", "1.0", "post", id(TOM), Ref("post", "P-2"), 1))
    left = [replace(each, standing=Standing.DEACTIVATED) for each in (TOM, TOM_TOO)]
    for known in left:
        await desk.dispatch.met(known)
    yield desk
    await desk.store.close()


async def planned(desk: Desk, said: str = "tom@harbour.example") -> Plan:
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=desk.store.sealing)
        return await plan(scene, desk.dispatch.registry, said)


async def erase(desk: Desk, folder: Path) -> Plan:
    found = await planned(desk)
    await carry_out(desk.dispatch, found)
    await desk.store.purge()
    orphans = Orphans(desk.store, "harbour", desk.dispatch.registry, Blobs(folder / "data" / "blobs"))
    await orphans.sweep(datetime.now(UTC), timedelta(0))
    return found


async def everything(desk: Desk) -> dict[str, str]:
    """All records as they are kept, opened, by name; not the people themselves."""
    found = dict[str, str]()
    async with desk.store.transaction("harbour") as tx:
        for kind in desk.dispatch.registry.kinds.values():
            for record in await tx.find(kind, limit=10_000):
                found[f"{kind.KIND}/{record.id}"] = text(record)
    return found


def words_in(records: dict[str, str], names: set[str]) -> list[str]:
    """The planted words of those records."""
    return sorted({word for name in names for word in re.findall(r"zq\w+?\d+x", records[name])})


def bytes_of(*places: Path) -> bytes:
    """Everything in files and folders."""
    files = [path for place in places for path in (sorted(place.rglob("*")) if place.is_dir() else [place])]
    return b"\0".join(path.read_bytes() for path in files if path.is_file())


async def test_a_busy_person_is_exported_whole_then_erased_and_nowhere_left(desk: Desk, tmp_path: Path) -> None:
    before = await everything(desk)
    theirs = {"post/P-1", "post/P-9", "template/T-1", "away/A-1"}
    alone = words_in(before, theirs)
    assert len(alone) > 8
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=True)
        count, rows = await desk.store.count("harbour"), desk.store.audit_rows("harbour")
        copy = await copy_of(scene, TOM.email, desk.dispatch.registry, count, rows)
        data = text(copy_data(copy, desk.school))
    own = words_in(before, {"post/P-1", "template/T-1"})
    assert [word for word in own if "u0tom" in word and word not in data] == []
    assert not any(each.name.split()[-1] in data for each in OTHERS)
    assert PICTURE in bytes_of(tmp_path / "data")

    found = await erase(desk, tmp_path)
    assert found.whole
    assert {str(step.record) for step in found.steps if step.fate is Fate.GOES} == theirs
    after = await everything(desk)
    assert theirs.isdisjoint(after)
    said = "\n".join(after.values())
    assert [name for name in TOMS[:3] if name in said] == []
    assert "<@U0TOM>" not in said
    assert TAKEN_OUT in said
    kept = {name for name in after if not name.startswith(("person/", "address/"))}
    assert kept == {name for name in before if not name.startswith(("person/", "address/"))} - theirs
    others_words = [word for word in words_in(before, kept) if word not in alone]
    assert [word for word in others_words if word not in said] == [], "what others wrote is as it was"

    archive = tmp_path / "fresh.tar.gz"
    assert isinstance(desk.store, TinyStore)
    await backup(desk.store, archive, MONDAY)
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    for place in (tmp_path / "data", tmp_path / "unpacked"):
        there = bytes_of(place)
        assert [word for word in (*alone, *TOMS[:3], "Tom Tr") if word.encode() in there] == []
        assert PICTURE not in there
        assert OTHER_PICTURE in there
    rows_after = await desk.audit()
    assert verify(rows_after).sound
    assert {row.entry.verb for row in rows_after[-4:]} == {"erase.person"}
    await restore(archive, tmp_path / "elsewhere")
    again = await read_tiny(tmp_path / "elsewhere", vault=Vault([KEY]))
    assert verify([row async for row in again.audit_rows("harbour")]) == verify(rows_after)


async def test_nobody_is_left_to_be_written_to_and_the_records_that_stay_can_still_be_looked_at(
    desk: Desk, tmp_path: Path
) -> None:
    await erase(desk, tmp_path)
    async with desk.store.transaction("harbour") as tx:
        assert [each for each in await tx.find(Person, limit=50) if "Treadwell" in each.name] == []
    rows = await desk.outbox()
    assert [(row.task.value, row.message) for row in rows if row.person == id(TOM)] == [("redraw", "slack|D-TOM|1.0")]
    cards = list[str]()
    for kind, number in (("post", "P-2"), ("comment", "C-1"), ("incident", "I-1")):
        seen = await desk.dispatch.draw(kind, Ref(kind, number), id(HELEN))
        assert seen is not None
        cards.append(str(seen.card))
    assert not any("Treadwell" in card for card in cards)
    assert "somebody who has left" in cards[-1]


async def test_a_fingerprint_from_before_no_longer_tells_what_was_taken_out(desk: Desk, tmp_path: Path) -> None:
    before = await desk.post("P-2")
    await erase(desk, tmp_path)
    after = await desk.post("P-2")
    assert after.salt != before.salt
    (row,) = [row for row in await desk.audit() if row.entry.record == Ref("post", "P-2")]
    assert row.entry.fingerprint == after.fingerprint


async def test_what_is_open_or_held_stays_word_for_word_and_so_does_who_they_are(desk: Desk, tmp_path: Path) -> None:
    async with desk.store.transaction("harbour") as tx:
        incident, post = await tx.get(Incident, "I-2"), await tx.get(Post, "P-1")
        assert incident is not None
        assert post is not None
        tx.put(hold(Ref("incident", "I-2"), "harbour", "Claim 4711", id(HELEN), MONDAY))
        tx.put(replace(post, status=PostState.WAITING))
    before = await everything(desk)
    found = await erase(desk, tmp_path)
    assert not found.whole
    assert {str(step.record): step.fate for step in found.steps if step.fate in (Fate.HELD, Fate.OPEN)} == {
        "incident/I-2": Fate.HELD,
        "post/P-1": Fate.OPEN,
    }
    after = await everything(desk)
    for name in ("incident/I-2", "entry/N-2", "task/K-2", "post/P-1", f"person/{id(TOM)}"):
        assert after[name] == before[name]
    assert "template/T-1" not in after
    assert "Treadwell" not in after["comment/C-2"]
    with pytest.raises(WrongState, match="held"):
        await erase_record(desk.dispatch, Ref("incident", "I-2"))
    async with desk.store.transaction("harbour") as tx:
        kept = await tx.get(Post, "P-1")
        assert kept is not None
        tx.put(replace(kept, status=PostState.REJECTED, over_at=MONDAY))
        tx.delete(type(hold(Ref("a", "b"), "", "so", "", MONDAY)), "incident/I-2", 1)
    assert (await erase(desk, tmp_path)).whole
    assert [name for name, said in (await everything(desk)).items() if "Treadwell" in said] == []


async def test_a_name_that_a_colleague_has_too_stays_where_it_may_be_the_colleagues(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.dispatch.met(Known(Identity("slack", "T01", "U0TOM2"), "Tom Baker", "tom.baker@harbour.example"))
    looks = (Look(MONDAY, id(CARA), "Tom rang. Tom Treadwell did not, nor Mr Treadwell."),)
    await keep(desk, AccountWatch("short", "harbour", MONDAY, looks))
    await erase(desk, tmp_path)
    async with desk.store.transaction("harbour") as tx:
        kept = await tx.get(AccountWatch, "short")
    assert kept is not None
    assert kept.looks[0].note == f"Tom rang. {TAKEN_OUT} did not, nor Mr {TAKEN_OUT}."


async def test_what_breaks_off_is_done_again_from_where_it_stood(desk: Desk, tmp_path: Path) -> None:
    found = await planned(desk)
    await carry_out(desk.dispatch, replace(found, steps=found.steps[:3], subject=replace(found.subject, people=())))
    await erase(desk, tmp_path)
    assert [name for name, said in (await everything(desk)).items() if "Treadwell" in said] == []
    assert verify(await desk.audit()).sound


async def test_a_record_goes_with_its_parts_whatever_its_state(desk: Desk, tmp_path: Path) -> None:
    await keep(desk, Entry("N-77", "harbour", "I-1", 2, MONDAY, id(HELEN), Act.NOTE, "More"))
    assert await erase_record(desk.dispatch, Ref("incident", "I-1")) == 3
    left = await everything(desk)
    assert {"incident/I-1", "entry/N-1", "entry/N-77", "task/K-1"}.isdisjoint(left)
    assert "incident/I-2" in left
    with pytest.raises(LookupError):
        await erase_record(desk.dispatch, Ref("incident", "I-1"))


Typed = Callable[..., Awaitable["subprocess.CompletedProcess[str]"]]


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    async def run(*words: str, key: str = KEY) -> "subprocess.CompletedProcess[str]":
        return await asyncio.to_thread(Exeat(tmp_path), *words, EXEAT_KEY=key)

    return run


async def test_erasing_as_it_is_typed(desk: Desk, typed: Typed, tmp_path: Path) -> None:
    dry = await typed("erase", "person", TOM.email, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert re.search(r"post/P-1 +deleted +It is theirs alone", dry.stdout)
    assert re.search(r"comment/C-2 +their names taken out", dry.stdout)
    assert "would be forgotten" in dry.stdout
    beside = await typed("erase", "person", TOM.email)
    assert beside.returncode == 1
    assert "stop Exeat" in beside.stderr
    keyless = await typed("erase", "person", TOM.email, "--dry-run", key="")
    assert keyless.returncode == 2
    assert "Set EXEAT_KEY" in keyless.stderr
    await desk.store.close()
    done = await typed("erase", "person", TOM.email)
    assert done.returncode == 0, done.stderr
    assert "Tom Treadwell was forgotten" in done.stdout
    assert "Backups made before" in done.stdout
    assert b"Treadwell" not in bytes_of(tmp_path / "data")
    again = await typed("erase", "person", TOM.email)
    assert again.returncode == 2
    assert "knows nobody" in again.stderr
    sound = await typed("audit", "verify")
    assert sound.stdout.startswith("Sound")


async def test_a_record_and_a_hold_as_they_are_typed(desk: Desk, typed: Typed, tmp_path: Path) -> None:
    await desk.store.close()
    assert (await typed("retention", "hold", "comment/C-2", "--reason", "Claim 4711")).returncode == 0
    assert "Claim 4711" in (await typed("retention", "holds")).stdout
    for dry in ((), ("--dry-run",)):
        held = await typed("erase", "record", "comment/C-2", *dry)
        assert held.returncode == 1
        assert "is held" in held.stderr
    assert (await typed("retention", "release", "comment/C-2")).returncode == 0
    dry_run = await typed("erase", "record", "incident/I-2", "--dry-run")
    assert "incident/I-2 would be deleted, with 2 records that belong to it." in dry_run.stdout
    assert "incident/I-2 was deleted" in (await typed("erase", "record", "incident/I-2")).stdout
    for wrong, why in (("incident/I-2", "There is no"), ("P-2", "does not name"), ("person/x", "The kinds are")):
        refused = await typed("erase", "record", wrong)
        assert refused.returncode == 2
        assert why in refused.stderr


async def test_retention_as_it_is_typed(desk: Desk, typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "exeat.toml").write_text(f'{TOML}\n[retention]\nposts = "1 month"\n')
    old = datetime.now(UTC) - timedelta(days=62)
    post = await desk.post("P-2")
    stale = replace(post, made_at=old, waiting_since=old, posted_at=old, decisions=(), earlier=())
    await keep(desk, replace(stale, id="P-77", rev=0))
    dry = await typed("retention", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert re.search(r"Posts +1 month +1 ", dry.stdout)
    assert "1 record is to be deleted" in dry.stdout
    beside = await typed("retention")
    assert beside.returncode == 1
    assert "by itself, once a day" in beside.stderr
    await desk.store.close()
    done = await typed("retention")
    assert done.returncode == 0, done.stderr
    assert "1 record was deleted" in done.stdout
    assert "0 records are to be deleted" in (await typed("retention", "--dry-run")).stdout
    keyless = await typed("retention", "--dry-run", key="")
    assert "Left out, for there is no EXEAT_KEY: incidents." in keyless.stdout
