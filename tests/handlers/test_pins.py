"""Pinned roles: what exeat.toml changes counts for concerns once another holder has confirmed it; all are told."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cards.text import plain
from handlers.request import Nothing, Reply, Say
from handlers.safeguarding.pins import pinned
from handlers.safeguarding.readiness import is_live
from handlers.turn import Scene
from policy.people import EXEAT, Role, Standing, meet
from policy.pin import Pin
from policy.record import Ref
from policy.school import Concerns, Safeguarding
from tests.fakes.desk import Desk, open_desk
from tests.fakes.golive import CHAIR, DEPUTY_DSL, DSL, HOLDERS, go_live, guarded, roles
from tests.fakes.school import ADMIN, HEAD, OWNER, TEACHER, email, known

DSL_PIN = Ref("pin", "dsl")

EVERYBODY = (*HOLDERS, ADMIN, OWNER, TEACHER)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Harbour Primary, taking concerns."""
    desk = await open_desk(tmp_path / "data", guarded(), *EVERYBODY)
    await go_live(desk)
    yield desk
    await desk.store.close()


async def restarted(desk: Desk, **changed: str | Sequence[str]) -> list[tuple[str, str]]:
    """The program starts again with others in roles; what is sent about roles."""
    desk.settle(roles=roles(**changed))
    await desk.dispatch.begin()
    return await about_roles(desk)


async def about_roles(desk: Desk) -> list[tuple[str, str]]:
    """What is now sent about roles, taken out; whatever else there is too."""
    return sorted(row for row in await desk.sent() if row[0].startswith("pin"))


async def holders(desk: Desk, role: Role = Role.DSL) -> list[str]:
    """Who holds the role for concerns."""
    async with desk.store.transaction(desk.school.id) as tx:
        found = await pinned(Scene(tx, desk.school, desk.now, EXEAT), role)
    return [person.name.casefold() for person in found]


async def accounts(desk: Desk, role: Role = Role.DSL) -> list[str]:
    """The accounts by which the role is held for concerns."""
    async with desk.store.transaction(desk.school.id) as tx:
        found = await pinned(Scene(tx, desk.school, desk.now, EXEAT), role)
    return sorted(account.identity.id for person in found for account in person.accounts)


async def live(desk: Desk) -> bool:
    async with desk.store.transaction(desk.school.id) as tx:
        return await is_live(Scene(tx, desk.school, desk.now, EXEAT, sealing=True))


async def kept(desk: Desk, role: Role = Role.DSL) -> Pin:
    async with desk.store.transaction(desk.school.id) as tx:
        found = await tx.get(Pin, role.value)
    assert found is not None
    return found


async def press(desk: Desk, who: str, verb: str, role: Role = Role.DSL, *, version: int = 0) -> Reply:
    return await desk.ask(who, verb, Ref("pin", role.value), version=version or (await kept(desk, role)).version)


async def card(desk: Desk, who: str, role: Role = Role.DSL) -> tuple[str, list[str]]:
    """The words and the buttons that somebody sees."""
    drawn = await desk.see(who, "pin", Ref("pin", role.value))
    return (plain(drawn.card), [button.label for button in drawn.card.buttons]) if drawn else ("", [])


def refusal(reply: Reply) -> str:
    assert isinstance(reply, Say)
    assert reply.refused
    return plain(reply.card)


async def test_the_first_start_pins_who_is_named_and_tells_all(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", guarded(), *EVERYBODY)
    await desk.dispatch.begin()
    assert await about_roles(desk) == sorted(("pins", who) for who in (*HOLDERS, ADMIN))
    drawn = await desk.see(CHAIR, "pins", None)
    assert drawn is not None
    assert f"Designated Safeguarding Lead: Dora ({email(DSL)})" in plain(drawn.card)
    assert await desk.see(TEACHER, "pins", None) is None
    assert await holders(desk) == [DSL]
    await desk.dispatch.begin()
    assert await about_roles(desk) == []
    await desk.store.close()


async def test_whoever_is_met_later_is_told_then(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", guarded(), HEAD, ADMIN)
    await desk.dispatch.begin()
    assert await about_roles(desk) == [("pins", ADMIN), ("pins", HEAD)]
    await desk.dispatch.met(known(CHAIR))
    await desk.dispatch.met(known(TEACHER))
    assert await about_roles(desk) == [("pins", CHAIR)]
    await desk.store.close()


async def test_with_concerns_off_nothing_is_pinned_and_nobody_is_told(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", guarded(Concerns.OFF), *EVERYBODY)
    await desk.dispatch.begin()
    await desk.dispatch.met(replace(known(CHAIR), name="Cara Grove"))
    assert await desk.sent() == []
    assert await holders(desk) == [DSL]
    await desk.store.close()


async def test_a_change_counts_for_nothing_until_it_is_confirmed(desk: Desk) -> None:
    told = await restarted(desk, dsl=TEACHER)
    assert told == sorted(("pin", who) for who in (*HOLDERS, ADMIN, TEACHER))
    assert await holders(desk) == [DSL]
    said, buttons = await card(desk, HEAD)
    assert f"For concerns, until now: Dora ({email(DSL)})" in said
    assert f"In exeat.toml: Tom ({email(TEACHER)})" in said
    assert buttons == ["Confirm", "Not right"]
    assert await press(desk, HEAD, "pin.confirm") == Nothing()
    assert await holders(desk) == [TEACHER]
    told = await about_roles(desk)
    assert told == sorted(("pin", who) for who in (DSL, DEPUTY_DSL, CHAIR, ADMIN, TEACHER))
    said, buttons = await card(desk, DSL)
    assert "Confirmed by Helen." in said
    assert buttons == []


async def test_it_is_in_the_audit_who_confirmed_it(desk: Desk) -> None:
    await restarted(desk, dsl=TEACHER)
    await press(desk, CHAIR, "pin.confirm")
    rows = [row.entry for row in await desk.audit() if row.entry.record == DSL_PIN]
    assert [(row.verb, row.state) for row in rows] == [
        ("begins", "settled"),
        ("begins", "asked"),
        ("pin.confirm", "settled"),
    ]
    assert rows[-1].person.endswith(CHAIR)


@pytest.mark.parametrize("who", [DSL, TEACHER, ADMIN])
async def test_neither_the_newcomer_nor_whoever_goes_nor_an_admin_confirms(desk: Desk, who: str) -> None:
    await restarted(desk, dsl=TEACHER)
    said, buttons = await card(desk, who)
    assert "It can be confirmed by Helen, Dev or Cara." in said
    assert buttons == []
    for verb in ("pin.confirm", "pin.refuse"):
        assert "not yours to confirm" in refusal(await press(desk, who, verb))
    assert (await kept(desk)).state == "asked"


async def test_to_others_there_is_nothing_there(desk: Desk) -> None:
    await restarted(desk, dsl=TEACHER)
    assert await card(desk, OWNER) == ("", [])
    for name in (DSL_PIN, Ref("pin", "nosuch")):
        assert "nothing here for you" in refusal(await desk.ask(OWNER, "pin.confirm", name, version=2))


async def test_an_admin_who_puts_accomplices_into_every_role_gains_nothing(desk: Desk) -> None:
    crew = {
        "headteacher": TEACHER,
        "dsl": OWNER,
        "deputy_dsls": ADMIN,
        "chair_of_governors": "mallory",
    }
    await desk.dispatch.met(known("mallory"))
    await restarted(desk, **crew)
    for who in (TEACHER, OWNER, ADMIN, "mallory"):
        for role in (Role.HEADTEACHER, Role.DSL, Role.DEPUTY_DSL, Role.CHAIR):
            assert "not yours" in refusal(await press(desk, who, "pin.confirm", role))
    assert await holders(desk, Role.HEADTEACHER) == [HEAD]
    assert await holders(desk, Role.CHAIR) == [CHAIR]


async def test_an_account_joined_to_a_holder_by_the_configuration_alone_gets_nothing(desk: Desk) -> None:
    desk.settle(same=((email(DSL), email("mallory")),))
    await desk.dispatch.met(known("mallory"))
    await desk.dispatch.begin()
    assert await accounts(desk) == [DSL]
    said, buttons = await card(desk, HEAD)
    assert f"In exeat.toml: Dora ({email(DSL)}, {email('mallory')})" in said
    assert buttons == ["Confirm", "Not right"]
    assert "not yours" in refusal(await press(desk, "mallory", "pin.confirm"))
    await press(desk, HEAD, "pin.confirm")
    assert await accounts(desk) == [DSL, "mallory"]


async def test_both_whom_the_configuration_joins_are_told_so(desk: Desk) -> None:
    """Each under an account that is known to be theirs, whichever of them was last used."""
    await desk.dispatch.met(known("mallory"))
    desk.settle(same=((email(DSL), email("mallory")),))
    await desk.dispatch.met(known("mallory"))
    await desk.ask("mallory", "posts")
    await desk.outbox()
    await desk.dispatch.begin()
    assert set(await about_roles(desk)) == {("pin", who) for who in (*HOLDERS, ADMIN, "mallory")}
    drawn = await desk.see(DSL, "pin", DSL_PIN)
    assert drawn is not None
    assert [account.identity.id for account in drawn.to.accounts] == [DSL]
    assert f"For concerns, until now: Dora ({email(DSL)})" in plain(drawn.card)


async def test_whom_the_configuration_joins_and_who_is_met_later_is_told_then(desk: Desk) -> None:
    desk.settle(same=((email(DSL), email("mallory")),))
    await desk.dispatch.begin()
    assert ("pin", "mallory") not in await about_roles(desk)
    await desk.dispatch.met(known("mallory"))
    assert {("pin", "mallory"), ("pins", "mallory")} <= {*await about_roles(desk)}


async def test_not_right_keeps_the_old_and_all_are_told(desk: Desk) -> None:
    await restarted(desk, dsl=TEACHER)
    assert await press(desk, CHAIR, "pin.refuse") == Nothing()
    told = await about_roles(desk)
    assert told == sorted(("pin", who) for who in (HEAD, DSL, DEPUTY_DSL, ADMIN, TEACHER))
    assert await holders(desk) == [DSL]
    said, buttons = await card(desk, HEAD)
    assert "Cara says that the change is not right." in said
    assert buttons == ["Confirm"]
    assert await restarted(desk, dsl=TEACHER) == []
    desk.now += timedelta(days=1)
    await desk.dispatch.due()
    assert await about_roles(desk) == []


async def test_a_change_that_is_taken_back_leaves_nothing_to_decide(desk: Desk) -> None:
    await restarted(desk, dsl=TEACHER)
    assert await restarted(desk) == []
    said, buttons = await card(desk, HEAD)
    assert "exeat.toml is as it was." in said
    assert buttons == []
    assert "nothing to decide" in refusal(await press(desk, HEAD, "pin.confirm"))


async def test_a_press_on_an_earlier_change_is_refused(desk: Desk) -> None:
    await restarted(desk, dsl=TEACHER)
    before = (await kept(desk)).version
    await restarted(desk, dsl=OWNER)
    reply = await press(desk, HEAD, "pin.confirm", version=before)
    assert isinstance(reply, Say)
    assert "changed since this card was drawn" in plain(reply.card)
    assert await holders(desk) == [DSL]


async def test_whoever_may_confirm_is_reminded_each_working_morning(desk: Desk) -> None:
    await restarted(desk, dsl=TEACHER)
    times: list[tuple[int, int, tuple[str, ...]]] = []
    while desk.now.day < 9:
        desk.now += timedelta(minutes=30)
        await desk.dispatch.due()
        if told := tuple(who for _, who in await about_roles(desk)):
            times.append((desk.now.day, desk.now.hour, told))
    others = tuple(sorted((HEAD, DEPUTY_DSL, CHAIR)))
    assert times == [(day, 8, others) for day in (2, 3, 4, 5, 8)]


async def test_whoever_is_away_is_not_reminded_while_others_are_there(desk: Desk) -> None:
    await restarted(desk, dsl=TEACHER)
    await desk.ask(CHAIR, "away.new", fields={"first": date(2027, 3, 1), "last": date(2027, 3, 5)})
    desk.now += timedelta(days=1)
    await desk.dispatch.due()
    assert await about_roles(desk) == [("pin", DEPUTY_DSL), ("pin", HEAD)]


async def test_it_stands_on_the_home_page_of_those_who_may_confirm(desk: Desk) -> None:
    await restarted(desk, dsl=TEACHER)
    for who, there in ((HEAD, True), (TEACHER, False), (OWNER, False)):
        reply = await desk.ask(who, "exeat")
        assert isinstance(reply, Say)
        assert ("Safeguarding role: Designated Safeguarding Lead" in plain(reply.card)) is there


async def test_an_old_holder_who_has_left_holds_nothing_and_the_card_says_so(desk: Desk) -> None:
    await restarted(desk, dsl=TEACHER)
    await desk.dispatch.met(known(DSL, Standing.DEACTIVATED))
    assert await holders(desk) == []
    said, _ = await card(desk, HEAD)
    assert f"{email(DSL)}: concerns cannot reach them" in said
    await press(desk, HEAD, "pin.confirm")
    assert await holders(desk) == [TEACHER]


async def test_where_nobody_may_confirm_the_admins_are_reminded_and_told_what_to_do(tmp_path: Path) -> None:
    school = guarded(dsl=HEAD, deputy_dsls=())
    desk = await open_desk(tmp_path / "data", school, *EVERYBODY)
    await desk.dispatch.begin()
    desk.settle(blocked=(email(HEAD), email(CHAIR)))
    await restarted(desk, headteacher=TEACHER, dsl=TEACHER, deputy_dsls=(), chair_of_governors=OWNER)
    desk.now += timedelta(days=1)
    await desk.dispatch.due()
    assert await about_roles(desk) == [("pin", ADMIN)] * 3
    said, buttons = await card(desk, ADMIN)
    assert "Nobody is left who may confirm it." in said
    assert buttons == []
    assert "not yours" in refusal(await press(desk, TEACHER, "pin.confirm"))
    await desk.store.close()


async def test_the_only_holder_may_hand_over(tmp_path: Path) -> None:
    lone: dict[str, Any] = {"dsl": HEAD, "deputy_dsls": (), "chair_of_governors": ()}
    desk = await open_desk(tmp_path / "data", guarded(**lone), *EVERYBODY)
    await desk.dispatch.begin()
    await restarted(desk, **lone | {"headteacher": TEACHER, "dsl": TEACHER})
    assert await card(desk, TEACHER) != ("", [])
    assert (await card(desk, HEAD))[1] == ["Confirm", "Not right"]
    await press(desk, HEAD, "pin.confirm")
    assert await holders(desk) == [TEACHER]
    await desk.store.close()


async def test_when_nobody_of_before_has_an_account_any_more_pins_are_made_anew(desk: Desk) -> None:
    for who in HOLDERS[:-1]:
        await desk.dispatch.met(known(who, Standing.DEACTIVATED))
    new = {
        "headteacher": TEACHER,
        "dsl": TEACHER,
        "deputy_dsls": (),
        "chair_of_governors": OWNER,
    }
    await restarted(desk, **new)
    assert await holders(desk) == []
    await desk.dispatch.met(known(CHAIR, Standing.DEACTIVATED))
    desk.now += timedelta(days=2)
    assert await restarted(desk, **new) == [("pins", ADMIN), ("pins", OWNER), ("pins", TEACHER)]
    assert await holders(desk) == [TEACHER]
    assert not await live(desk)


async def test_while_a_change_waits_concerns_go_on_as_before(desk: Desk) -> None:
    assert await live(desk)
    await restarted(desk, dsl=TEACHER)
    assert await live(desk)


async def test_switched_off_nobody_is_reminded_and_switched_on_it_is_asked_again(desk: Desk) -> None:
    await restarted(desk, dsl=TEACHER)
    on = desk.school.safeguarding
    desk.dispatch.school = desk.school = replace(desk.school, safeguarding=Safeguarding())
    await desk.dispatch.begin()
    desk.now += timedelta(days=1)
    await desk.dispatch.due()
    assert await about_roles(desk) == []
    assert not await live(desk)
    desk.dispatch.school = desk.school = replace(desk.school, safeguarding=on)
    await desk.dispatch.begin()
    desk.now += timedelta(days=1)
    await desk.dispatch.due()
    assert ("pin", HEAD) in await about_roles(desk)
    assert await holders(desk) == [DSL]


async def test_whoever_is_met_in_the_moment_the_roles_are_pinned_is_told_of_them(tmp_path: Path) -> None:
    """Neither transaction sees the other: the roles are pinned before they are met, and they come before that."""
    desk = await open_desk(tmp_path / "data", guarded(), *(name for name in EVERYBODY if name != HEAD))
    await desk.dispatch.begin()
    assert ("pins", HEAD) not in await desk.sent()
    async with desk.store.transaction(desk.school.id) as tx:
        tx.put(meet(known(HEAD), desk.school.id))
    desk.now += timedelta(minutes=1)
    await desk.dispatch.due()
    assert [row for row in await desk.sent() if row[0] == "pins"] == [("pins", HEAD)]
    desk.now += timedelta(minutes=1)
    await desk.dispatch.due()
    assert ("pins", HEAD) not in await desk.sent()
    await desk.store.close()
