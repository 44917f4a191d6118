"""What exeat.toml only claims, and nobody has confirmed: it opens no concern to anybody, and turns none aside."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.concerns.exporting import VERB, note_export
from handlers.request import Nothing, Reply
from handlers.safeguarding.pins import mailboxes
from handlers.turn import Scene
from policy.concern import State
from policy.concern.entry import Act
from policy.people import EXEAT, Identity, Known, Role, Standing
from policy.record import Ref, ref
from policy.refused import NotFound
from policy.school import Concerns
from storage.rows import Errand
from tests.fakes.counting import CountingStore
from tests.fakes.desk import Desk, open_desk, said
from tests.fakes.safeguarding import (
    CHAIR,
    DSL,
    HOLDERS,
    SECOND_DSL,
    SECRET,
    THIRD_DSL,
    do,
    log,
    now,
    raised,
    safe_desk,
    safe_harbour,
)
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, TEACHER, email, identity, known
from tests.handlers.test_concern_leaks import ACTS, READERS, SENT, drawn, press, seen_by
from tests.handlers.test_concerns import tick, told

MALLORY = "mallory"

JOINED = (email(DSL), email(MALLORY))

ALL = (*READERS, *ACTS, *SENT)

DEPUTIES = (SECOND_DSL, THIRD_DSL)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Harbour as it takes concerns."""
    desk = await safe_desk(tmp_path / "data")
    yield desk
    await desk.store.close()


async def restart(desk: Desk, *, met: Sequence[str] = (), **roster: Any) -> None:
    """Exeat starts again with another roster; these are met, as everybody is at a start."""
    desk.settle(**roster)
    for who in met:
        await desk.dispatch.met(known(who))
    await desk.dispatch.begin()


async def join(desk: Desk, how: str = "newly met") -> None:
    """One line in exeat.toml says that Mallory's account is the DSL's."""
    if how != "newly met":
        await desk.dispatch.met(known(MALLORY))
    order = (DSL, MALLORY) if how == "as the other of two" else (MALLORY, DSL)
    await restart(desk, same=(JOINED,), met=order)


async def confirm(desk: Desk, role: str = "dsl", by: str = HEAD) -> Reply:
    return await desk.ask(by, "pin.confirm", Ref("pin", role), version=2)


def seating(**changed: Sequence[str]) -> tuple[tuple[Role, tuple[str, ...]], ...]:
    """The roles as a roster has them, some of them held by others."""
    names: Mapping[Role, Sequence[str]] = {**HOLDERS, **{Role(role): who for role, who in changed.items()}}
    return tuple((role, tuple(email(each) for each in people)) for role, people in names.items())


@pytest.mark.parametrize("how", ["newly met", "as the one of two", "as the other of two"])
async def test_an_account_that_only_the_configuration_joins_to_a_holder_sees_and_does_nothing(
    desk: Desk, how: str
) -> None:
    found = await raised(desk)
    await join(desk, how)
    assert await seen_by(desk, MALLORY, found, ALL) == []
    with pytest.raises(NotFound):
        await desk.dispatch.own(VERB, lambda turn: note_export(turn, found.id, email(MALLORY)))
    assert {entry.by for entry in await log(desk, found)} <= {str(identity(TEACHER)), EXEAT.id}
    assert (await now(desk, found)).status is State.SENT
    everything = sorted(["concern", "concern.waits", *READERS, "concerns", "home", "exeat"])
    assert sorted(await seen_by(desk, DSL, found, READERS)) == everything
    await do(desk, DSL, "concern.acknowledge", found)
    assert [each.by for each in (await now(desk, found)).acknowledged] == [str(identity(DSL))]
    _, reader = await desk.dispatch.own(VERB, lambda turn: note_export(turn, found.id, email(DSL)))
    assert [account.email for account in reader.accounts] == [email(DSL)]


@pytest.mark.parametrize("verb", ALL)
async def test_to_it_a_concern_costs_what_an_unknown_reference_costs(desk: Desk, verb: str) -> None:
    found = await raised(desk)
    await join(desk)
    store = CountingStore(desk.store)
    desk.dispatch.store = store
    costs = list[Any]()
    for each in (found, replace(found, id="AAAA-AAAA")):
        store.reads.clear()
        reply = await press(desk, MALLORY, verb, each)
        costs.append((drawn(reply), list(store.reads)))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("how", ["newly met", "as the one of two", "as the other of two"])
async def test_what_is_for_the_holder_goes_to_their_own_accounts(desk: Desk, how: str) -> None:
    await join(desk, how)
    await desk.outbox()
    found = await raised(desk)
    rows = [row for row in await desk.outbox() if row.view == "concern"]
    assert [row.person for row in rows] == [str(identity(DSL))]
    seen = await desk.see(DSL, "concern", ref(found))
    assert seen is not None
    assert [str(account.identity) for account in seen.to.accounts] == [str(identity(DSL))]


async def test_every_view_of_a_concern_goes_to_known_accounts_alone(desk: Desk) -> None:
    registry = desk.dispatch.registry
    assert {view for view in registry.views if view.startswith("concern")} <= registry.sure


async def test_a_concern_about_whom_the_configuration_joins_to_the_holder_stays_theirs_to_read(desk: Desk) -> None:
    await desk.dispatch.met(known(MALLORY))
    found = await raised(desk, person=MALLORY)
    await join(desk)
    assert SECRET in said(await do(desk, DSL, "concern.open", found))
    assert await seen_by(desk, MALLORY, found, ALL) == []
    await tick(desk, minutes=15)
    await desk.outbox()
    await do(desk, TEACHER, "concern.note.send", found, text="And on Tuesday.")
    assert DSL in await told(desk, "concern.waits")


async def test_once_another_holder_has_confirmed_it_both_accounts_are_theirs(desk: Desk) -> None:
    found = await raised(desk)
    await join(desk)
    assert await confirm(desk) == Nothing()
    for who in (DSL, MALLORY):
        assert SECRET in said(await do(desk, who, "concern.open", found))
    assert found.id in said(await desk.ask(MALLORY, "concerns"))


async def test_an_account_that_comes_after_it_was_confirmed_is_theirs(desk: Desk) -> None:
    found = await raised(desk)
    await restart(desk, same=(JOINED,))
    await confirm(desk)
    await desk.dispatch.met(known(MALLORY))
    assert SECRET in said(await do(desk, MALLORY, "concern.open", found))


async def test_a_second_account_of_the_same_verified_address_is_theirs_and_stays_so(desk: Desk) -> None:
    """Also once the first has left and the address has changed."""
    found = await raised(desk)
    theirs = Known(Identity("teams", "t1", "d1"), "Dina", email(DSL))
    await desk.dispatch.met(theirs)
    assert SECRET in said(await desk.ask(theirs.identity, "concern.open", ref(found)))
    await desk.dispatch.met(known(DSL, Standing.DEACTIVATED))
    await desk.dispatch.met(replace(theirs, email=email("dina.hart")))
    assert SECRET in said(await desk.ask(theirs.identity, "concern.open", ref(found)))


async def test_a_reader_is_added_with_the_account_that_was_picked_alone(desk: Desk) -> None:
    await desk.dispatch.met(known(MALLORY))
    found = await raised(desk)
    await do(desk, DSL, "concern.acknowledge", found)
    await restart(desk, same=((email("olu"), email(MALLORY)),), met=(MALLORY, "olu"))
    await do(desk, DSL, "concern.reader.send", found, person=identity("olu"))
    assert SECRET in said(await do(desk, "olu", "concern.open", found))
    assert await seen_by(desk, MALLORY, found, ALL) == []


async def test_whoever_raised_it_hears_by_their_own_account(desk: Desk) -> None:
    found = await raised(desk)
    await restart(desk, same=((email(TEACHER), email(MALLORY)),), met=(MALLORY, TEACHER))
    assert await seen_by(desk, MALLORY, found, ALL) == []
    await desk.outbox()
    await do(desk, DSL, "concern.acknowledge", found)
    assert await told(desk, "concern.reporter") == [TEACHER]


async def test_somebody_whose_second_account_is_only_configured_raises_one_by_it_and_hears_by_it(desk: Desk) -> None:
    await restart(desk, same=((email(TEACHER), email("tom2")),), met=("tom2",))
    found = await raised(desk, "tom2")
    assert found.by == str(identity("tom2"))
    await do(desk, DSL, "concern.acknowledge", found)
    assert await told(desk, "concern.reporter") == ["tom2"]
    assert "by Tom2" in said(await do(desk, DSL, "concern.open", found))
    assert await seen_by(desk, TEACHER, found, ALL) == []


async def test_it_holds_after_a_restart(tmp_path: Path) -> None:
    desk = await safe_desk(tmp_path)
    found = await raised(desk)
    await join(desk)
    await desk.store.close()
    again = await open_desk(tmp_path, desk.school)
    await restart(again, roles=seating(headteacher=(COLLEAGUE,)))
    assert await seen_by(again, MALLORY, found, ALL) == []
    assert SECRET in said(await do(again, DSL, "concern.open", found))
    await again.outbox()
    await tick(again, minutes=15)
    assert await told(again) == sorted(DEPUTIES)
    await again.store.close()


async def test_a_concern_of_before_gets_its_row_as_it_goes_on(desk: Desk) -> None:
    """Nothing was kept of the way of those that were raised first."""
    found = await raised(desk, person=DSL)
    await desk.outbox()
    async with desk.store.transaction("harbour") as tx:
        tx.put(replace(found, row=()))
    await restart(desk, roles=seating(headteacher=(DSL,), admins=(ADMIN, DSL)))
    await desk.outbox()
    await tick(desk, minutes=15)
    assert await told(desk) == [CHAIR]
    assert (await now(desk, found)).row == found.row != ()


async def test_it_neither_acknowledges_the_holders_test_alert_nor_confirms_as_them(desk: Desk) -> None:
    await join(desk, "as the one of two")
    await restart(desk, roles=seating(headteacher=("crony",)))
    assert "not yours" in said(await desk.ask(MALLORY, "pin.confirm", Ref("pin", "headteacher"), version=2))
    assert "not yours" in said(await desk.ask(MALLORY, "testalert"))
    desk.now += timedelta(days=70)
    await desk.dispatch.due()
    rows = [row for row in await desk.outbox() if row.view == "drill" and row.person == str(identity(DSL))]
    assert rows[0].record is not None
    seen = await desk.see(DSL, "drill", rows[0].record)
    assert seen is not None
    assert [str(account.identity) for account in seen.to.accounts] == [str(identity(DSL))]
    assert "nothing here for you" in said(await desk.ask(MALLORY, "drill.acknowledge", rows[0].record))
    assert isinstance(await desk.ask(DSL, "drill.acknowledge", rows[0].record), Nothing)


async def test_whoever_read_one_and_has_left_has_it_exported_no_more(desk: Desk) -> None:
    found = await raised(desk)
    await desk.dispatch.met(known(DSL, Standing.DEACTIVATED))
    with pytest.raises(NotFound):
        await desk.dispatch.own(VERB, lambda turn: note_export(turn, found.id, email(DSL)))
    assert Act.EXPORTED not in [entry.act for entry in await log(desk, found)]


@pytest.mark.parametrize("how", ["as the one of two", "as the other of two"])
async def test_the_audit_says_which_of_two_accounts_that_are_only_configured_as_one_did_it(
    desk: Desk, how: str
) -> None:
    await join(desk, how)
    await restart(desk, roles=seating(headteacher=("crony",)))
    assert await confirm(desk, "headteacher", DSL) == Nothing()
    await desk.ask(MALLORY, "post.new", fields={"text": "Sports day", "account": "page"})
    done = [(row.entry.verb, row.entry.person) for row in await desk.audit()][-2:]
    assert done == [("pin.confirm", str(identity(DSL))), ("post.new", str(identity(MALLORY)))]


async def test_nobody_is_made_away_by_an_account_that_is_not_theirs(desk: Desk) -> None:
    await join(desk, "as the other of two")
    today = desk.now.date()
    await desk.ask(MALLORY, "away.new", fields={"first": today, "last": today})
    await desk.outbox()
    await raised(desk)
    assert await told(desk) == [DSL]


EVERYBODY = tuple(email(who) for who in (DSL, *DEPUTIES, HEAD, CHAIR))

CLAIMS: dict[str, dict[str, Any]] = {
    "an admin": {"roles": seating(admins=(ADMIN, COLLEAGUE))},
    "the chair": {"roles": seating(chair_of_governors=(COLLEAGUE,))},
    "the headteacher": {"roles": seating(headteacher=(COLLEAGUE,))},
    "the DSL": {"roles": seating(dsl=(COLLEAGUE,))},
    "all of them": {"roles": seating(dsl=(COLLEAGUE,), headteacher=(COLLEAGUE,), chair_of_governors=(COLLEAGUE,))},
    "one with the holders": {"same": ((email(COLLEAGUE), *EVERYBODY),)},
    "one with the holders, and an admin": {
        "same": ((email(COLLEAGUE), *EVERYBODY),),
        "roles": seating(admins=(COLLEAGUE,)),
    },
    "not the one who raised it": {"same": ((email(TEACHER), *EVERYBODY),)},
}


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("answers", [{"person": COLLEAGUE}, {"about": "unsure"}], ids=["Cara", "not sure"])
async def test_what_the_configuration_says_of_whom_it_is_about_stops_and_diverts_no_climb(
    desk: Desk, claim: str, answers: Mapping[str, str]
) -> None:
    found = await raised(desk, **answers)
    await desk.outbox()
    await restart(desk, met=(COLLEAGUE, DSL, *DEPUTIES, HEAD, CHAIR, TEACHER), **CLAIMS[claim])
    await desk.outbox()
    for people in (DEPUTIES, (HEAD,), (CHAIR,)):
        await tick(desk, minutes=15)
        assert await told(desk) == sorted(people)
    assert await seen_by(desk, COLLEAGUE, found, ALL) == []


async def test_a_role_that_was_typed_means_those_who_hold_it_for_concerns(desk: Desk) -> None:
    await raised(desk, person=None, name="the head")
    await desk.outbox()
    await restart(desk, roles=seating(headteacher=(CHAIR,), chair_of_governors=(MALLORY,)))
    await desk.outbox()
    desk.now += timedelta(minutes=15)
    await desk.dispatch.due()
    rows = [row for row in await desk.outbox() if row.task is Errand.MAIL]
    assert [row.person for row in rows] == [str(identity(CHAIR))]


async def test_whom_it_is_about_may_come_to_hold_a_role_and_the_rest_are_told_all_the_same(desk: Desk) -> None:
    """It was confirmed by people who do not know."""
    found = await raised(desk)
    await desk.outbox()
    await restart(desk, roles=seating(headteacher=(COLLEAGUE,)))
    assert await confirm(desk, "headteacher", CHAIR) == Nothing()
    await desk.outbox()
    for people in (DEPUTIES, (CHAIR,)):
        await tick(desk, minutes=15)
        assert await told(desk) == sorted(people)
    assert await seen_by(desk, COLLEAGUE, found, ALL) == []


async def test_a_concern_is_not_ended_by_what_the_configuration_claims_before_it_is_raised(desk: Desk) -> None:
    await restart(desk, roles=seating(chair_of_governors=(COLLEAGUE,), headteacher=(COLLEAGUE,)))
    await raised(desk)
    await desk.outbox()
    for people in (DEPUTIES, (HEAD,), (CHAIR,)):
        await tick(desk, minutes=15)
        assert await told(desk) == sorted(people)


async def test_whom_the_configuration_only_calls_the_dsl_may_say_that_it_could_be_the_dsl(desk: Desk) -> None:
    await restart(desk, roles=seating(dsl=(TEACHER,)))
    await desk.outbox()
    await raised(desk, about="unsure", dsl="yes")
    assert await told(desk) == [HEAD]


async def test_a_holder_whom_the_configuration_turns_away_is_a_change_that_all_are_told_of(desk: Desk) -> None:
    await raised(desk)
    await desk.outbox()
    cut_off = (DSL, *DEPUTIES, HEAD)
    await restart(desk, blocked=tuple(email(who) for who in cut_off))
    assert await told(desk, "pin") == sorted([CHAIR, ADMIN] * 3)
    seen = await desk.see(CHAIR, "pin", Ref("pin", "dsl"))
    assert seen is not None
    assert [button.label for button in seen.card.buttons] == ["Confirm", "Not right"]
    await restart(desk, blocked=())
    seen = await desk.see(HEAD, "pin", Ref("pin", "dsl"))
    assert seen is not None
    assert "nothing to decide" in seen.card.summary


OTHERS = [
    (Standing.MEMBER, "Helen", (CHAIR,)),
    (Standing.GUEST, "Helen", (CHAIR,)),
    (Standing.DEACTIVATED, "Dina", (HEAD,)),
    (Standing.GUEST, "The Headteacher", (CHAIR,)),
    (Standing.GUEST, "Zebedee", (DSL,)),
]


@pytest.mark.parametrize(("standing", "name", "first"), OTHERS)
@pytest.mark.parametrize("mode", [Concerns.RECORD, Concerns.ALERT_ONLY])
async def test_somebody_picked_who_is_called_like_a_holder_might_be_the_holder(
    tmp_path: Path, standing: Standing, name: str, first: Sequence[str], mode: Concerns
) -> None:
    desk = await safe_desk(tmp_path, safe_harbour(mode))
    other = Identity("teams", "t1", "other")
    desk.strangers[other] = Known(other, name, "private@elsewhere.example", standing)
    await raised(desk, person=other)
    assert await told(desk) == sorted(first)
    await desk.store.close()


async def test_the_name_of_whom_was_picked_is_kept_for_whoever_comes_later(desk: Desk) -> None:
    other = Identity("teams", "t1", "other")
    desk.strangers[other] = Known(other, "Zebedee Zulu", "private@elsewhere.example", Standing.GUEST)
    await raised(desk, person=other)
    await desk.outbox()
    zed = replace(known("zed"), name="Z. Zulu")
    await desk.dispatch.met(zed)
    await restart(desk, roles=seating(deputy_dsls=("zed", THIRD_DSL)))
    await confirm(desk, "deputy_dsls")
    await desk.outbox()
    await tick(desk, minutes=15)
    assert await told(desk) == [THIRD_DSL]


async def test_whoever_was_told_and_turns_out_to_be_meant_reads_no_more(desk: Desk) -> None:
    other = Identity("teams", "t1", "other")
    guest = Known(other, "Zebedee", "private@elsewhere.example", Standing.GUEST)
    desk.strangers[other] = guest
    found = await raised(desk, person=other)
    assert await told(desk) == [DSL]
    await restart(desk, same=((email(DSL), "private@elsewhere.example"),))
    assert SECRET in said(await do(desk, DSL, "concern.open", found))
    await confirm(desk)
    await desk.dispatch.met(replace(guest, standing=Standing.MEMBER))
    assert "nothing here for you" in said(await do(desk, DSL, "concern.open", found))


async def test_mail_goes_to_verified_addresses_and_to_those_that_were_confirmed(desk: Desk) -> None:
    async def goes_to() -> tuple[str, ...]:
        async with desk.store.transaction("harbour") as tx:
            scene = Scene(tx, desk.school, desk.now, EXEAT)
            (person,) = await scene.by_refs([email(DSL)])
            return await mailboxes(scene, person)

    assert await goes_to() == (email(DSL),)
    await restart(desk, same=((email(DSL), "spy@elsewhere.example"),))
    assert await goes_to() == (email(DSL),)
    await confirm(desk)
    assert await goes_to() == (email(DSL), "spy@elsewhere.example")
