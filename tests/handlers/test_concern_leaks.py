"""Who sees what of a concern: whoever it is about, whoever raised it, every role and everybody else, everywhere.

To whomever it is not shown, it cannot be told from one that there is not: in words, in bytes, in what is read of the
store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.slack.answers import Body
from cards.export_pages import copy_page, review_page
from cards.html import card_html
from cards.slack import message as on_slack
from cards.teams import message as on_teams
from cards.text import plain
from handlers.exports.data import copy_data, review_data
from handlers.exports.person import copy_of
from handlers.exports.school import whole
from handlers.request import Reply, Say
from handlers.turn import Scene
from policy.concern import Concern, State
from policy.people import EXEAT, Identity, Known, Role
from policy.record import ref
from storage.tiny.journal import load
from tests.fakes.counting import CountingStore
from tests.fakes.desk import Desk
from tests.fakes.safeguarding import (
    CHAIR,
    DSL,
    HOLDERS,
    OUTSIDER,
    PEOPLE,
    SECOND_DSL,
    SECRET,
    THIRD_DSL,
    concerns,
    raised,
    safe_desk,
    safe_harbour,
    tell,
)
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, TEACHER, email, identity

DEPUTIES = (SECOND_DSL, THIRD_DSL)

PLANTED = ("zebra", "The pool", "07700 900001", "Little Ann")
"""Words that stand in every concern here, each in another field."""

WORDS = {"what": SECRET, "where": PLANTED[1], "contact": PLANTED[2], "affected": PLANTED[3]}


@dataclass(frozen=True, slots=True)
class Case:
    """One concern: what is answered, and who is told, first and in the end; nobody, where nothing is kept."""

    answers: Mapping[str, Any]
    first: Sequence[str] = ()
    later: Sequence[str] = ()
    about: Sequence[str] = ()
    holders: Mapping[Role, Sequence[str]] = field(default_factory=lambda: HOLDERS)


ALL = (DSL, *DEPUTIES, HEAD, CHAIR)

HEAD_IS_DSL = {**HOLDERS, Role.DSL: (HEAD,)}
HEAD_IS_ADMIN = {**HOLDERS, Role.ADMIN: (HEAD,)}
CHAIR_IS_DSL = {**HOLDERS, Role.DSL: (CHAIR,)}
DEPUTY_IS_ADMIN = {**HOLDERS, Role.ADMIN: (SECOND_DSL,)}

CASES: dict[str, Case] = {
    "nobody": Case({"about": "welfare", "risk": "yes"}, (DSL,), (DSL, *DEPUTIES, HEAD)),
    "a colleague": Case({}, (DSL,), ALL, (COLLEAGUE,)),
    "a colleague, a child at risk": Case({"risk": "yes"}, (HEAD, DSL), ALL, (COLLEAGUE,)),
    "the DSL": Case({"about": "dsl"}, (HEAD,), (HEAD, CHAIR), (DSL,)),
    "the DSL, picked": Case({"person": DSL, "risk": "yes"}, (HEAD,), (HEAD, CHAIR), (DSL,)),
    "the DSL, by name": Case({"person": None, "name": "Dina"}, (HEAD,), (HEAD, CHAIR), (DSL,)),
    "the head, as people call them": Case({"person": None, "name": "the headmistress"}, (CHAIR,), (CHAIR,), (HEAD,)),
    "perhaps the head": Case(
        {"person": None, "name": "the head, Mrs M", "is_head": "unsure"}, (CHAIR,), (CHAIR,), (HEAD,)
    ),
    "a namesake of the chair": Case(
        {"person": None, "name": "Grace", "is_chair": "no"}, (DSL,), (DSL, *DEPUTIES, HEAD), (CHAIR,)
    ),
    "the head": Case({"about": "head"}, (CHAIR,), (CHAIR,), (HEAD,)),
    "the head, picked": Case({"person": HEAD}, (CHAIR,), (CHAIR,), (HEAD,)),
    "both": Case({"about": "both"}, (CHAIR,), (CHAIR,), (HEAD, DSL)),
    "a deputy DSL": Case({"person": SECOND_DSL}, (DSL,), (DSL, THIRD_DSL, HEAD, CHAIR), (SECOND_DSL,)),
    "somebody else": Case({"about": "outsider", "person": OUTSIDER}, (DSL,), (DSL, *DEPUTIES, HEAD), (OUTSIDER,)),
    "not sure, could be the DSL": Case({"about": "unsure", "dsl": "unsure"}, (HEAD,), (HEAD, CHAIR), (DSL,)),
    "not sure, could be the head": Case({"about": "unsure", "head": "yes"}, (CHAIR,), (CHAIR,), (HEAD,)),
    "not sure, could be both": Case(
        {"about": "unsure", "dsl": "yes", "head": "yes"}, (CHAIR,), (CHAIR,), (HEAD, DSL)
    ),
    "not sure at all": Case({"about": "unsure"}, (DSL,), ALL),
    "the head, who is the DSL": Case({"about": "dsl"}, (CHAIR,), (CHAIR,), (HEAD,), HEAD_IS_DSL),
    "a colleague, where the head is the DSL": Case(
        {"risk": "yes"}, (HEAD,), (HEAD, *DEPUTIES, CHAIR), (COLLEAGUE,), HEAD_IS_DSL
    ),
    "the chair": Case({"about": "chair"}, about=(CHAIR,)),
    "the chair, picked": Case({"person": CHAIR}, about=(CHAIR,)),
    "the DSL, who is the chair": Case({"about": "dsl"}, about=(CHAIR,), holders=CHAIR_IS_DSL),
    "an admin": Case({"about": "admin"}, about=(ADMIN,)),
    "an admin, picked": Case({"person": ADMIN}, about=(ADMIN,)),
    "the head, who is an admin": Case({"about": "head"}, about=(HEAD,), holders=HEAD_IS_ADMIN),
    "not sure, could be a head who is an admin": Case(
        {"about": "unsure", "head": "unsure"}, about=(HEAD,), holders=HEAD_IS_ADMIN
    ),
    "a deputy DSL, who is an admin": Case({"person": SECOND_DSL}, about=(SECOND_DSL,), holders=DEPUTY_IS_ADMIN),
}

KEPT = [name for name, case in CASES.items() if case.first]

VIEWS = ("concern", "concern.waits", "concern.reporter", "concern.unseen")

READERS = ("concern.open", "concern.page", "concern.note", "concern.note.send")

ACTS = ("concern.acknowledge", "concern.refer", "concern.lado", "concern.reader", "concern.close")

SENT = ("concern.refer.send", "concern.lado.send", "concern.reader.send", "concern.close.send")

FURTHER = ("concern.unreader", "concern.hold", "concern.release", "concern.unreader.send", "concern.hold.send")

LOOKS = ("concerns", "home", "exeat", "incidents", "posts", "comments", "checked", "templates")


async def desk_for(case: Case, folder: Path) -> Desk:
    """Harbour with the case's roles."""
    return await safe_desk(folder, safe_harbour(holders=case.holders))


def drawn(reply: Reply) -> tuple[Body, Body, str]:
    """An answer in the bytes of every surface."""
    assert isinstance(reply, Say), reply
    card = reply.card
    html = card_html(card, school="harbour", picture_url=str)
    return on_slack(card, school="harbour"), on_teams(card, school="harbour"), html


async def press(desk: Desk, who: str, verb: str, concern: Concern, **fields: Any) -> Reply:
    return await desk.ask(who, verb, ref(concern), version=1, fields={"text": SECRET} | fields)


async def seen_by(desk: Desk, who: str, concern: Concern, verbs: Sequence[str]) -> list[str]:
    """Wherever somebody sees anything at all of a concern."""
    nowhere = replace(concern, id="AAAA-AAAA")
    found = [view for view in VIEWS if await desk.see(who, view, ref(concern)) is not None]
    for look in LOOKS:
        reply = await desk.ask(who, look, text="all")
        if isinstance(reply, Say) and concern.id in str(drawn(reply)):
            found.append(look)
    for verb in verbs:
        there = drawn(await press(desk, who, verb, nowhere))
        here = await press(desk, who, verb, concern)
        if not isinstance(here, Say) or drawn(here) != there:
            found.append(verb)
    return found


def expected(who: str) -> list[str]:
    """What somebody sees who was not told: whoever raised it a little, everybody else nothing."""
    if who == TEACHER:
        return ["concern", "concern.reporter", "concern.unseen", "concern.open", "concern.note", "concern.note.send"]
    return []


@pytest.mark.parametrize("name", KEPT)
async def test_a_concern_is_seen_exactly_where_it_should_be(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    assert not {*case.first, *case.later} & {*case.about}
    desk = await desk_for(case, tmp_path)
    with capture_logs() as logs:
        concern = await raised(desk, **WORDS, **case.answers)
        for told in (case.first, case.later):
            assert sorted(each.rpartition(":")[2] for each in (await _now(desk)).told) == sorted(told)
            for who in (each for each in PEOPLE if each not in told):
                found = await seen_by(desk, who, concern, (*READERS, *ACTS, *SENT, *FURTHER))
                assert sorted(found) == sorted(expected(who)), who
            for _ in range(5):
                desk.now += timedelta(minutes=15)
                await desk.dispatch.due()
        rows = await desk.outbox()
        assert {row.person.rpartition(":")[2] for row in rows if row.view == "concern"} == {*case.later}
        hears = {row.person for row in rows if row.view in ("concern.reporter", "concern.unseen")}
        assert hears == {str(identity(TEACHER))}
        assert {row.person.rpartition(":")[2] for row in rows} <= {*case.later, TEACHER}
        for who in case.later:
            found = await seen_by(desk, who, concern, READERS)
            assert sorted(found) == sorted(["concern", "concern.waits", *READERS, "concerns", "home", "exeat"]), who
        for who in case.later:
            for verb in ACTS:
                reply = await press(desk, who, verb, concern)
                assert not isinstance(reply, Say) or "LADO" in plain(reply.card), (who, verb)
    for word in (*PLANTED, SECRET, "Cara"):
        assert word not in str(logs)
    await desk.store.close()


async def _now(desk: Desk) -> Concern:
    (found,) = await concerns(desk)
    return found


@pytest.mark.parametrize("name", [name for name in CASES if name not in KEPT])
async def test_what_goes_to_nobody_is_nowhere(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    desk = await desk_for(case, tmp_path)
    before = load(tmp_path).rows
    reply = await tell(desk, **WORDS, **case.answers)
    assert isinstance(reply, Say)
    assert "Nothing of what you chose is kept." in plain(reply.card)
    assert load(tmp_path).rows == before
    for who in PEOPLE:
        assert await desk.ask(who, "concerns") == await desk.ask(COLLEAGUE, "concerns")
    await desk.store.close()
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"zebra" not in file.read_bytes()


@pytest.mark.parametrize("name", ["a colleague", "the DSL", "both"])
async def test_no_export_mentions_one(tmp_path: Path, name: str) -> None:
    desk = await desk_for(CASES[name], tmp_path)
    concern = await raised(desk, **WORDS, **CASES[name].answers)
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=True)
        count, registry = await desk.store.count("harbour"), desk.dispatch.registry
        found = [str(await whole(scene, registry, count))]
        for who in (TEACHER, COLLEAGUE, DSL, HEAD):
            copy = await copy_of(scene, email(who), registry, count, desk.store.audit_rows("harbour"))
            found += [copy_page(copy, desk.school, str), str(copy_data(copy, desk.school))]
            found += [review_page(copy, desk.school), str(review_data(copy, desk.school))]
    for said in found:
        for word in (*PLANTED, concern.id, "concern.", "concern_entry", "safeguarding concern"):
            assert word not in said
    await desk.store.close()


async def test_an_admin_hears_nothing_of_an_alert_that_could_not_be_delivered(tmp_path: Path) -> None:
    desk = await desk_for(CASES["a colleague"], tmp_path)
    await raised(desk, **WORDS)
    for row in await desk.store.claim("harbour", desk.now, timedelta(minutes=1), 10):
        async with desk.store.transaction("harbour") as tx:
            tx.bury(row, "no_account", desk.now)
    assert await desk.see(ADMIN, "relay.dead", None) is None
    await desk.store.close()


async def test_nothing_beside_what_is_sealed_tells_that_there_is_one(tmp_path: Path) -> None:
    """From the first question to the end, also when it is about somebody whom Exeat has not met."""
    desk = await desk_for(CASES["a colleague"], tmp_path)
    stranger = Identity("teams", "t1", "s1")
    desk.strangers[stranger] = Known(stranger, "S. Stranger", email("stranger"))
    before, going_live = load(tmp_path).rows, written(tmp_path).count(b"concern")
    concern = await raised(desk, **WORDS, person=stranger, risk="yes")
    desk.now += timedelta(minutes=15)
    await desk.dispatch.due()
    for who, verb in ((TEACHER, "concern.open"), (DSL, "concern.open"), (DSL, "concern.acknowledge")):
        await press(desk, who, verb, concern)
    await press(desk, TEACHER, "concern.note.send", concern)
    await press(desk, DSL, "concern.reader.send", concern, person=identity(OUTSIDER))
    await press(desk, DSL, "concern.unreader.send", concern, person=str(identity(OUTSIDER)))
    await press(desk, DSL, "concern.hold.send", concern, reason=SECRET)
    await press(desk, DSL, "concern.release", concern)
    await press(desk, DSL, "concern.lado.send", concern, contacted="not_needed", why=SECRET)
    await press(desk, HEAD, "concern.close.send", concern, ending="acted", why=SECRET, told=SECRET)
    kept = await _now(desk)
    assert (kept.status, kept.held, kept.added) == (State.CLOSED, None, ())
    after = load(tmp_path).rows
    assert after.pop("sealed")
    before.pop("sealed", None)
    assert after == before
    await desk.store.close()
    on_disk = written(tmp_path)
    assert on_disk.count(b"concern") == going_live
    for word in (*PLANTED, concern.id, "stranger"):
        assert word.encode() not in on_disk


def written(folder: Path) -> bytes:
    """All that stands on the disk."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


@pytest.mark.parametrize("who", [COLLEAGUE, ADMIN, OUTSIDER, CHAIR])
@pytest.mark.parametrize("verb", [*READERS, *ACTS, *SENT, *FURTHER])
async def test_one_it_is_hidden_from_costs_what_an_unknown_reference_costs(
    tmp_path: Path, who: str, verb: str
) -> None:
    """Equal bytes on every surface, equal reads of the store, equal lines in the log."""
    desk = await desk_for(CASES["a colleague"], tmp_path)
    concern = await raised(desk, **WORDS)
    store = CountingStore(desk.store)
    desk.dispatch.store = store
    told = list[Any]()
    for each in (concern, replace(concern, id="AAAA-AAAA")):
        store.reads.clear()
        with capture_logs() as logs:
            reply = await press(desk, who, verb, each, person=identity(OUTSIDER))
        told.append((drawn(reply), list(store.reads), logs))
    assert told[0] == told[1]
    assert len(told[0][1]) > 2
    await desk.store.close()


@pytest.mark.parametrize("look", ["concerns", "home", "exeat"])
async def test_where_there_are_concerns_everybody_else_sees_and_reads_what_they_do_where_there_are_none(
    tmp_path: Path, look: str
) -> None:
    told = list[Any]()
    for name in ("with", "without"):
        desk = await desk_for(CASES["a colleague"], tmp_path / name)
        if name == "with":
            await raised(desk, **WORDS)
        store = CountingStore(desk.store)
        desk.dispatch.store = store
        found = [drawn(await desk.ask(who, look)) for who in (COLLEAGUE, ADMIN, OUTSIDER, CHAIR, TEACHER)]
        told.append((found, store.reads))
        await desk.store.close()
    assert told[0] == told[1]
