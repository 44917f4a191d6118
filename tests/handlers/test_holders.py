"""Holders of safeguarding roles who change their address or account, or leave: concerns go on to the right people."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handlers.keeping.erasing import Fate, Plan, carry_out, erase_record, plan
from handlers.request import Reply
from handlers.safeguarding.pins import mailboxes, pinned
from handlers.turn import Scene
from policy.concern import Concern
from policy.concern.entry import Act
from policy.people import EXEAT, Identity, Known, Person, Role, Standing
from policy.pin import Pin
from policy.record import Ref, ref
from policy.refused import WrongState
from policy.school import Concerns, Safeguarding
from storage.codec import decode, encode
from tests.fakes.desk import Desk, said
from tests.fakes.safeguarding import CHAIR, DSL, HOLDERS, SECOND_DSL, THIRD_DSL, do, log, now, raised, safe_desk
from tests.fakes.school import ADMIN, HEAD, TEACHER, email, identity, known
from tests.handlers.test_concern_reaching import leaves, taken_up, tick, told

MARRIED = "dina.married"

TEAMS = Known(Identity("teams", "t1", "dina2"), "Dina", "dina@trust.example")
"""Another account of the DSL, with an address of its own."""

DEPUTIES = sorted((SECOND_DSL, THIRD_DSL))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Harbour as it takes concerns."""
    desk = await safe_desk(tmp_path / "data")
    yield desk
    await desk.store.close()


async def renamed(desk: Desk, who: str, address: str) -> None:
    """The chat reports another address of the same account."""
    await desk.dispatch.met(replace(known(who), email=email(address)))


async def named(desk: Desk, **changed: Sequence[str]) -> None:
    """Others are named in exeat.toml, and Exeat starts again."""
    names = {**HOLDERS, **{Role(role): people for role, people in changed.items()}}
    desk.settle(roles=tuple((role, tuple(email(each) for each in people)) for role, people in names.items()))
    await desk.dispatch.begin()


async def confirm(desk: Desk, role: str = "dsl", by: str = CHAIR) -> Reply:
    return await desk.ask(by, "pin.confirm", Ref("pin", role), version=2)


async def closed(desk: Desk, by: str = DSL, **answers: Any) -> Concern:
    """A concern that somebody took up and closed, with nothing left to be sent."""
    found = await taken_up(desk, by, **answers)
    await do(desk, by, "concern.close.send", found, ending="acted", why="Settled", told="Nobody")
    await desk.outbox()
    return await now(desk, found)


async def who_is_told(desk: Desk, **answers: Any) -> list[str]:
    """Who is told first of what is raised, with nothing left to be sent."""
    found = await raised(desk, **answers)
    await desk.outbox()
    return sorted(id.rpartition(":")[2] for id in found.told)


async def mailed(desk: Desk) -> tuple[str, ...]:
    """Where an alert for the DSL is mailed to."""
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=True)
        (dsl,) = await pinned(scene, Role.DSL)
        return await mailboxes(scene, dsl)


async def test_with_another_address_a_holder_is_told_as_before(desk: Desk) -> None:
    await renamed(desk, DSL, MARRIED)
    assert await who_is_told(desk) == [DSL]
    assert await who_is_told(desk, risk="yes") == sorted((DSL, HEAD))


@pytest.mark.parametrize(
    ("who", "answers", "first"),
    [
        (DSL, {"person": DSL}, HEAD),
        (DSL, {"person": None, "about": "dsl"}, HEAD),
        (DSL, {"person": None, "about": "outsider", "name": "the DSL"}, HEAD),
        (HEAD, {"person": HEAD}, CHAIR),
        (HEAD, {"person": None, "about": "head"}, CHAIR),
    ],
    ids=["DSL picked", "DSL ticked", "DSL typed", "head picked", "head ticked"],
)
async def test_with_another_address_a_holder_is_left_out_as_before(
    desk: Desk, who: str, answers: dict[str, Any], first: str
) -> None:
    await renamed(desk, who, f"{who}.married")
    found = await raised(desk, **answers)
    assert [id.rpartition(":")[2] for id in found.told] == [first]
    assert str(identity(who)) in found.excluded
    assert {email(who), email(f"{who}.married")} <= set(found.excluded)


async def test_a_new_role_under_the_new_address_brings_nobody_what_is_about_them(desk: Desk) -> None:
    await renamed(desk, DSL, MARRIED)
    found = await raised(desk, about="dsl", person=None)
    await named(desk, dsl=[SECOND_DSL], headteacher=[MARRIED], deputy_dsls=[THIRD_DSL])
    await confirm(desk, "headteacher")
    await desk.outbox()
    for _ in range(3):
        await tick(desk, hours=12)
        assert DSL not in await told(desk)
    assert "nothing here for you" in said(await do(desk, DSL, "concern.open", found))


async def test_where_every_address_changes_what_climbs_climbs_on(desk: Desk) -> None:
    found = await raised(desk)
    await desk.outbox()
    desk.settle(staff=(*desk.school.roster.staff, "*@trust.example"))
    for who in (DSL, *DEPUTIES, HEAD, CHAIR):
        await desk.dispatch.met(replace(known(who), email=f"{who}@trust.example"))
    await tick(desk, minutes=31)
    assert await told(desk) == DEPUTIES
    await desk.dispatch.begin()
    await tick(desk, minutes=31)
    assert await told(desk) == [HEAD]
    assert len((await now(desk, found)).told) == 4


async def test_pins_of_before_learn_the_accounts_at_the_next_start(desk: Desk) -> None:
    async with desk.store.transaction("harbour") as tx:
        kept = await tx.get(Pin, "dsl")
        assert kept is not None
        tx.put(replace(kept, bound=()))
    await desk.dispatch.begin()
    await renamed(desk, DSL, MARRIED)
    assert await who_is_told(desk) == [DSL]


async def test_whoever_gets_the_address_that_was_a_holders_gets_nothing_with_it(desk: Desk) -> None:
    await renamed(desk, DSL, MARRIED)
    await desk.dispatch.met(replace(known("dido"), email=email(DSL)))
    assert await who_is_told(desk) == [DSL]


async def test_nor_while_nobody_has_said_that_the_holder_has_it_no_longer(desk: Desk) -> None:
    live = await taken_up(desk)
    desk.strangers[identity(DSL)] = replace(known(DSL), email=email(MARRIED))
    await desk.dispatch.met(replace(known("dido"), email=email(DSL)))
    assert "nothing here for you" in said(await do(desk, "dido", "concern.open", live))
    assert "zebra" in said(await do(desk, DSL, "concern.open", live))
    assert await who_is_told(desk) == [DSL]


async def test_an_address_that_was_confirmed_for_one_of_a_holders_accounts_brings_in_no_other(desk: Desk) -> None:
    """It was the first account's, and was then given to somebody else; exeat.toml goes on naming it."""
    desk.settle(same=((email(DSL), TEAMS.email),), staff=(*desk.school.roster.staff, TEAMS.email))
    await desk.dispatch.met(TEAMS)
    await desk.dispatch.begin()
    await confirm(desk)
    live = await taken_up(desk)
    assert "zebra" in said(await do(desk, TEAMS.identity, "concern.open", live))
    await renamed(desk, DSL, MARRIED)
    await desk.dispatch.met(replace(known("dido"), email=email(DSL)))
    await desk.dispatch.begin()
    assert "nothing here for you" in said(await do(desk, "dido", "concern.open", live))
    assert "zebra" in said(await do(desk, TEAMS.identity, "concern.open", live))
    assert await who_is_told(desk) == [DSL]
    assert await mailed(desk) == (email(MARRIED), TEAMS.email)


async def test_an_account_that_is_added_to_a_holder_of_another_address_takes_nothing_from_them(desk: Desk) -> None:
    """Also before the added account is met; exeat.toml still has the address of before."""
    live = await taken_up(desk)
    await renamed(desk, DSL, MARRIED)
    desk.settle(same=((email(DSL), "teams:dina2"),), staff=(*desk.school.roster.staff, TEAMS.email))
    await desk.dispatch.begin()
    await confirm(desk)
    await desk.outbox()
    assert await who_is_told(desk) == [DSL]
    assert "zebra" in said(await do(desk, DSL, "concern.open", live))
    found = await raised(desk, about="dsl", person=None)
    assert {str(identity(DSL)), email(DSL), email(MARRIED), "teams:dina2"} <= set(found.excluded)


async def test_nobody_confirms_their_own_replacement_by_having_another_address(desk: Desk) -> None:
    await renamed(desk, DSL, MARRIED)
    await named(desk, dsl=[SECOND_DSL])
    assert "This is not yours to confirm" in said(await confirm(desk, by=DSL))


async def test_the_other_holders_and_the_admins_hear_of_a_holder_who_can_no_longer_be_found(desk: Desk) -> None:
    await leaves(desk, DSL)
    heard = sorted(who for view, who in await desk.sent() if view == "pins")
    assert heard == sorted((*DEPUTIES, HEAD, CHAIR, ADMIN))
    await desk.dispatch.begin()
    assert not [view for view, _ in await desk.sent() if view == "pins"]


async def test_a_holder_of_before_with_two_accounts_is_reached_at_the_first_start(desk: Desk) -> None:
    names = tuple(sorted((email(DSL), TEAMS.email)))
    async with desk.store.transaction("harbour") as tx:
        person, pin = await tx.get(Person, str(identity(DSL))), await tx.get(Pin, "dsl")
        assert person is not None
        assert pin is not None
        both = (known(DSL, Standing.DEACTIVATED), TEAMS)
        stored = encode(replace(person, accounts=both), person.rev) | {"schema": 1}
        body = json.loads(stored["body"])
        body.pop("apart")
        tx.put(decode(Person, stored | {"body": json.dumps(body)}))
        tx.put(replace(pin, held=(names,), bound=()))
    desk.settle(same=(names,), staff=(*desk.school.roster.staff, TEAMS.email))
    await desk.dispatch.begin()
    await desk.outbox()
    found = await raised(desk)
    (alert,) = [row for row in await desk.outbox() if row.view == "concern"]
    recipient = await desk.dispatch.recipient(alert.view, alert.person)
    assert recipient is not None
    assert recipient.active == (TEAMS,)
    assert "zebra" in said(await do(desk, TEAMS.identity, "concern.open", found))


async def test_a_new_account_after_the_old_was_shut_is_the_holders_once_it_is_confirmed(desk: Desk) -> None:
    live, over = await taken_up(desk), await closed(desk)
    await leaves(desk, DSL)
    desk.settle(same=((email(DSL), TEAMS.email),), staff=(*desk.school.roster.staff, TEAMS.email))
    await desk.dispatch.met(TEAMS)
    await desk.dispatch.begin()
    for found in (live, over):
        assert "nothing here for you" in said(await do(desk, TEAMS.identity, "concern.open", found))
    await confirm(desk)
    for found in (live, over):
        assert "zebra" in said(await do(desk, TEAMS.identity, "concern.open", found))
    assert await mailed(desk) == (TEAMS.email,)


async def test_an_address_that_is_given_to_somebody_else_opens_no_case_of_before(desk: Desk) -> None:
    over = await closed(desk)
    await leaves(desk, DSL)
    new = replace(TEAMS, email=email(DSL))
    await desk.dispatch.met(new)
    await desk.dispatch.begin()
    assert "nothing here for you" in said(await do(desk, new.identity, "concern.open", over))
    desk.settle(same=((email(DSL), "sandbox:dina", "teams:dina2"),))
    await desk.dispatch.met(new)
    await desk.dispatch.begin()
    assert "nothing here for you" in said(await do(desk, new.identity, "concern.open", over))
    await confirm(desk)
    assert "zebra" in said(await do(desk, new.identity, "concern.open", over))


async def test_a_closed_case_is_not_lost_when_its_last_reader_leaves(desk: Desk) -> None:
    over = await closed(desk)
    await leaves(desk, DSL)
    await tick(desk, minutes=1)
    assert await told(desk) == []
    for who in DEPUTIES:
        assert over.id in said(await desk.ask(who, "concerns"))
        assert "zebra" in said(await do(desk, who, "concern.open", over))
    assert "nothing here for you" in said(await do(desk, HEAD, "concern.open", over))
    assert sorted(entry.text for entry in await log(desk, over) if entry.act is Act.READER) == ["Desmond", "Dot"]
    await do(desk, SECOND_DSL, "concern.hold.send", over, reason="A claim")
    assert (await now(desk, over)).held is not None


async def test_a_closed_case_is_handed_to_nobody_while_its_reader_is_there_or_whom_it_is_about(desk: Desk) -> None:
    mine, theirs = await closed(desk), await closed(desk, person=SECOND_DSL)
    await named(desk, dsl=["olu"])
    await confirm(desk)
    await tick(desk, minutes=1)
    for over in (mine, theirs):
        assert "nothing here for you" in said(await do(desk, "olu", "concern.open", over))
    await leaves(desk, DSL)
    await tick(desk, minutes=1)
    assert "zebra" in said(await do(desk, "olu", "concern.open", theirs))
    assert "nothing here for you" in said(await do(desk, SECOND_DSL, "concern.open", theirs))


async def test_a_closed_case_without_anybody_waits_for_the_next_holder(desk: Desk) -> None:
    over = await closed(desk, person=None, about="dsl", by=HEAD)
    await leaves(desk, HEAD, CHAIR)
    await tick(desk, minutes=1)
    await named(desk, headteacher=["olu"])
    await confirm(desk, "headteacher", by=SECOND_DSL)
    await tick(desk, minutes=1)
    assert "zebra" in said(await do(desk, "olu", "concern.open", over))
    assert "nothing here for you" in said(await do(desk, DSL, "concern.open", over))


async def test_what_is_added_to_a_closed_case_without_anybody_does_not_go_on_for_ever(desk: Desk) -> None:
    over = await closed(desk)
    await leaves(desk, DSL, *DEPUTIES, HEAD)
    await leaves(desk, CHAIR)
    await do(desk, TEACHER, "concern.note.send", over, text="It happened again.")
    heard = [row.view for row in await desk.outbox()]
    for _ in range(6):
        await tick(desk, days=1)
        heard += [row.view for row in await desk.outbox()]
    assert heard.count("concern.unseen") == 3
    await desk.dispatch.begin()
    assert (await now(desk, over)).next_due is None


async def test_whoever_raised_it_and_has_left_ends_the_climb_of_a_closed_case(desk: Desk) -> None:
    over = await closed(desk)
    await leaves(desk, DSL, *DEPUTIES, HEAD, CHAIR)
    await do(desk, TEACHER, "concern.note.send", over, text="It happened again.")
    await leaves(desk, TEACHER)
    await tick(desk, days=1)
    await tick(desk, days=1)
    assert (await now(desk, over)).next_due is None
    assert sum(entry.act is Act.UNSEEN for entry in await log(desk, over)) < 3


async def test_a_concern_that_is_held_is_not_erased(desk: Desk) -> None:
    over = await closed(desk)
    await do(desk, DSL, "concern.hold.send", over, reason="A claim")
    with pytest.raises(WrongState):
        await erase_record(desk.dispatch, ref(over))
    assert (await now(desk, over)).id == over.id
    await do(desk, DSL, "concern.release", over)
    assert await erase_record(desk.dispatch, ref(over)) > 0


async def erased(desk: Desk, who: str) -> Plan:
    """Somebody is erased, as far as it goes."""
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=True)
        found = await plan(scene, desk.dispatch.registry, email(who))
    await carry_out(desk.dispatch, found)
    return found


async def test_nobody_is_erased_out_of_a_role_that_another_holder_would_have_to_confirm(desk: Desk) -> None:
    await renamed(desk, DSL, MARRIED)
    found = await erased(desk, MARRIED)
    assert [(str(step.record), step.fate) for step in found.steps] == [("pin/dsl", Fate.OPEN)]
    assert await who_is_told(desk) == [DSL]
    await named(desk, dsl=["olu"])
    assert [step.fate for step in (await erased(desk, "olu")).steps] == [Fate.OPEN]
    await confirm(desk)
    await desk.outbox()
    assert "olu" in await who_is_told(desk)
    assert (await erased(desk, MARRIED)).whole
    async with desk.store.transaction("harbour") as tx:
        assert email(MARRIED) not in str(await tx.get(Pin, "dsl"))
        assert await tx.get(Person, str(identity(DSL))) is None


async def test_where_concerns_are_switched_off_a_role_keeps_nobody_from_being_erased(desk: Desk) -> None:
    desk.school = replace(desk.school, safeguarding=Safeguarding(Concerns.OFF))
    desk.dispatch.school = desk.school
    assert (await erased(desk, DSL)).whole
