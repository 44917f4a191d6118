"""People the configuration names whom Exeat cannot reach: the admins are told once a working day, while it lasts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.surface import INSTALLED
from cards.missing import LONGEST_LIST, Unreached, missing_card
from cards.model import Card
from cards.roles import CALLED, TITLES
from cards.text import plain
from handlers.missing import VIEW, tell_of_unreached
from handlers.request import Say
from policy.address import Address
from policy.people import Role, Standing
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, HEAD, MONDAY, OWNER, TEACHER, email, harbour, known

SATURDAY = datetime(2027, 3, 6, 10, 0, tzinfo=UTC)


async def tell(desk: Desk) -> list[tuple[str, str]]:
    """What is sent when it is looked whether anybody is missing."""
    async with desk.store.transaction(desk.school.id) as tx:
        await tell_of_unreached(tx, desk.school, desk.now, installed=INSTALLED, served=desk.dispatch.served)
    return await desk.sent()


async def card(desk: Desk, who: str = ADMIN) -> Card | None:
    """The card as somebody would see it."""
    seen = await desk.see(who, VIEW, None)
    return seen.card if seen else None


async def half_met(tmp_path: Path, *people: str) -> Desk:
    """A desk where only those have been met."""
    return await open_desk(tmp_path / "half", harbour(), *people)


async def on_teams(desk: Desk, who: str, *, address: bool | None) -> None:
    """Somebody met on Teams alone; `address`: whether they can be written to, None where they never could."""
    account = known(who, platform="teams", tenant="T1")
    await desk.dispatch.met(account)
    if address is not None:
        async with desk.store.transaction("harbour") as tx:
            id = str(account.identity)
            new = Address(id, "harbour", "https://service.example", "conversation", "member", "bot", MONDAY)
            tx.put(replace(await tx.get(Address, id) or new, open=address))


async def test_nobody_is_told_where_everybody_has_been_met(desk: Desk) -> None:
    assert await tell(desk) == []
    assert await card(desk) is None
    help_ = await desk.ask(ADMIN, "exeat")
    assert isinstance(help_, Say)
    assert "cannot reach" not in plain(help_.card)


async def test_the_admins_are_told_who_is_missing_and_what_to_do(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, DEPUTY, ADMIN)
    assert await tell(desk) == [(VIEW, ADMIN)]
    seen = await card(desk)
    assert seen is not None
    said = plain(seen)
    assert f"{email(HEAD)}: The headteacher: not met yet" in said
    assert f"{email(OWNER)}: Looks after Harbour page: not met yet" in said
    assert email(DEPUTY) not in said
    assert "ask them to add Exeat in the chat" in said
    await desk.store.close()


async def test_once_a_working_day_in_staffed_hours_while_it_lasts(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, ADMIN)
    times = []
    desk.now = MONDAY.replace(hour=0)
    while desk.now < MONDAY + timedelta(days=7, hours=12):
        if await tell(desk):
            times.append(desk.now)
        desk.now += timedelta(minutes=30)
    assert [at.day for at in times] == [1, 2, 3, 4, 5, 8]
    assert {at.hour for at in times} == {8}
    await desk.store.close()


async def test_on_a_saturday_nobody_is_told(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, ADMIN)
    desk.now = SATURDAY
    assert await tell(desk) == []
    await desk.store.close()


async def test_whoever_is_met_is_named_no_more_and_nothing_is_left_to_say(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, ADMIN, DEPUTY, "dora", OWNER)
    assert await tell(desk) == [(VIEW, ADMIN)]
    await desk.dispatch.met(known(HEAD))
    assert await card(desk) is None
    desk.now += timedelta(days=1)
    assert await tell(desk) == []
    await desk.store.close()


async def test_without_an_admin_to_tell_the_day_is_not_spent(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, TEACHER)
    assert await tell(desk) == []
    await desk.dispatch.met(known(ADMIN))
    assert await tell(desk) == [(VIEW, ADMIN)]
    await desk.store.close()


async def test_on_teams_somebody_is_reached_only_once_they_have_added_exeat(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, ADMIN, DEPUTY, "dora", OWNER)
    await on_teams(desk, HEAD, address=None)
    seen = await card(desk)
    assert seen is not None
    assert "The headteacher: not met yet" in plain(seen)
    await on_teams(desk, HEAD, address=True)
    assert await card(desk) is None
    await on_teams(desk, HEAD, address=False)
    seen = await card(desk)
    assert seen is not None
    assert "The headteacher: has removed or blocked Exeat" in plain(seen)
    assert "ask them to add it again" in plain(seen)
    assert "Whoever has not been met" not in plain(seen)
    await desk.dispatch.met(known(HEAD))
    assert await card(desk) is None
    await desk.store.close()


async def test_an_account_on_a_platform_that_is_not_served_reaches_nobody(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, DEPUTY, "dora", OWNER)
    for who in (ADMIN, HEAD):
        await desk.dispatch.met(known(who, platform="slack", tenant="T1"))
    await on_teams(desk, ADMIN, address=True)
    desk.dispatch.served = {"teams", "sandbox"}
    help_ = await desk.ask(known(ADMIN, platform="teams", tenant="T1").identity, "exeat")
    assert isinstance(help_, Say)
    assert f"{email(HEAD)}: The headteacher: not met yet" in plain(help_.card)
    drawn = await desk.dispatch.draw(VIEW, None, str(known(ADMIN, platform="slack", tenant="T1").identity))
    assert drawn is not None
    assert f"{email(HEAD)}: The headteacher: not met yet" in plain(drawn.card)
    assert await tell(desk) == [(VIEW, ADMIN)]
    desk.now += timedelta(days=1)
    desk.dispatch.served = {"teams", "slack", "sandbox"}
    assert await tell(desk) == []
    await on_teams(desk, ADMIN, address=False)
    desk.dispatch.served = {"teams"}
    assert await tell(desk) == []
    await desk.store.close()


async def test_an_admin_who_has_removed_exeat_is_not_one_who_can_be_told(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, TEACHER)
    await on_teams(desk, ADMIN, address=False)
    assert await tell(desk) == []
    await on_teams(desk, ADMIN, address=True)
    assert await tell(desk) == [(VIEW, ADMIN)]
    await desk.store.close()


async def test_somebody_known_by_another_of_their_names_is_not_missing(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, ADMIN, DEPUTY, "dora", OWNER, COLLEAGUE)
    desk.settle(same=((email(HEAD), email(COLLEAGUE)),))
    assert await card(desk) is None
    await desk.store.close()


async def test_an_account_that_has_left_or_is_a_guests_reaches_nobody(desk: Desk) -> None:
    for standing in (Standing.DEACTIVATED, Standing.GUEST):
        await desk.dispatch.met(known(HEAD, standing))
        seen = await card(desk)
        assert seen is not None
        assert "The headteacher: not met yet" in plain(seen)


async def test_only_admins_hear_of_it_also_when_they_ask(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, ADMIN, DEPUTY, TEACHER)
    for who in (DEPUTY, TEACHER):
        assert await card(desk, who) is None
        help_ = await desk.ask(who, "exeat")
        assert isinstance(help_, Say)
        assert email(HEAD) not in plain(help_.card)
    help_ = await desk.ask(ADMIN, "exeat")
    assert isinstance(help_, Say)
    assert "People Exeat cannot reach" in plain(help_.card)
    assert email(HEAD) in plain(help_.card)
    await desk.store.close()


async def test_one_who_holds_several_roles_is_named_once(tmp_path: Path) -> None:
    desk = await half_met(tmp_path, ADMIN)
    roles = ((Role.HEADTEACHER, (email(OWNER),)), (Role.DSL, (email(OWNER),)), (Role.ADMIN, (email(ADMIN),)))
    desk.settle(roles=roles)
    seen = await card(desk)
    assert seen is not None
    assert plain(seen).count(email(OWNER)) == 1
    assert "The headteacher; the DSL; looks after Harbour page: not met yet" in plain(seen)
    await desk.store.close()


def test_a_long_list_says_how_many_more_there_are() -> None:
    many = [Unreached(f"{number}@x.example", (Role.OFFICE,)) for number in range(LONGEST_LIST + 3)]
    assert "And 3 more" in plain(missing_card(many))


def test_every_role_has_its_words() -> None:
    assert set(CALLED) == set(TITLES) == set(Role)
