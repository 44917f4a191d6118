"""A school takes Exeat up on Teams: everybody at once, whose address is kept, and what is said in trouble."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.teams.answers import AGAIN, TRIES
from bot.teams.pace import Pace
from bot.teams.surface import LONGEST_WAIT
from policy.address import Address
from policy.people import Person
from tests.fakes.school import TEACHER
from tests.fakes.teams import Fault, Trouble
from tests.fakes.teams_desk import TeamsDesk, teams_desk

STRANGERS: dict[str, dict[str, Any]] = {
    "a pupil": {"email": "pupil@pupils.harbour.example"},
    "a guest": {"email": "guest@harbour.example", "guest": True},
    "somebody blocked": {"email": "blocked@harbour.example"},
}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TeamsDesk]:
    async with teams_desk(tmp_path / "data") as desk:
        yield desk


def called(desk: TeamsDesk, method: str) -> int:
    return [call.method for call in desk.teams.calls].count(method)


async def test_a_whole_school_that_adds_exeat_at_once_is_known_and_greeted(
    desk: TeamsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.teams.surface.LOOK_UP_SECONDS", 0.02)
    monkeypatch.setattr("bot.teams.surface.WAITS", (0.01,) * 9)
    desk.surface.connector._pace = Pace(30, 0.05)
    staff = [f"staff{n}" for n in range(300)]
    for name in staff:
        desk.teams.add_user(name, name.title(), f"{name}@harbour.example")
    desk.teams.faults.next("member", Fault.RATE_LIMIT(0), times=3)
    desk.teams.faults.next("member", Fault.BAD_GATEWAY, times=3)
    await asyncio.gather(*map(desk.teams.install, staff))
    await desk.teams.until(lambda: all(desk.teams.inbox(name) for name in staff), 60)
    await desk.edge.close()
    assert {len(desk.teams.inbox(name)) for name in staff} == {1}
    async with desk.store.transaction("harbour") as tx:
        people = [await tx.find(Person, key=f"identity:{desk.identity(name)}") for name in staff]
    assert all(people)
    assert {str(desk.identity(name)) for name in staff} <= {each.id for each in desk.surface.addresses.all()}


async def test_whoever_could_not_be_looked_up_is_greeted_when_they_add_exeat_again(
    desk: TeamsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.teams.surface.WAITS", ())
    desk.teams.add_user("nina", "Nina", "nina@harbour.example").installed = True
    added = desk.teams.activity("nina", "installationUpdate", action="add")
    desk.teams.faults.next("member", Fault.BAD_GATEWAY)
    await desk.teams.deliver(added)
    await desk.edge.close()
    assert desk.teams.inbox("nina") == []
    await desk.teams.deliver(added)
    await desk.edge.close()
    assert len(desk.teams.inbox("nina")) == 1


async def test_a_look_up_that_nobody_waits_for_is_never_tried_sooner_than_teams_asks(desk: TeamsDesk) -> None:
    desk.teams.faults.next("member", Fault.RATE_LIMIT(LONGEST_WAIT + 1))
    before = called(desk, "member")
    assert await desk.surface.find_out(desk.identity(TEACHER)) is None
    assert called(desk, "member") == before + 1


@pytest.mark.parametrize("who", STRANGERS)
async def test_of_whoever_is_not_staff_no_address_is_kept(desk: TeamsDesk, who: str) -> None:
    desk.teams.add_user("xan", "Xan", **STRANGERS[who])
    await desk.teams.install("xan")
    await desk.teams.message("xan", "posts")
    await desk.teams.message("xan", "posts", channel="staffroom")
    await desk.edge.close()
    assert desk.surface.addresses.get(desk.identity("xan")) is not None, "they are answered"
    async with desk.store.transaction("harbour") as tx:
        assert await tx.get(Address, str(desk.identity("xan"))) is None
    assert str(desk.identity("xan")) not in {each.id for each in desk.surface.addresses.all()}


@pytest.mark.parametrize("channel", [None, "staffroom"])
async def test_of_staff_the_address_is_kept(desk: TeamsDesk, channel: str | None) -> None:
    desk.teams.add_user("nina", "Nina", "nina@harbour.example").installed = True
    await desk.teams.message("nina", "posts", channel=channel)
    await desk.edge.close()
    async with desk.store.transaction("harbour") as tx:
        kept = await tx.get(Address, str(desk.identity("nina")))
    assert kept is not None
    assert kept.conversation == desk.teams.conversation("nina")
    assert desk.surface.addresses.noted(desk.identity("nina")) is None


@pytest.mark.parametrize(
    ("trouble", "times"), [(Fault.ERROR_500, TRIES), (Fault.RATE_LIMIT(0), TRIES), (Fault.API_ERROR(400, "Bad"), 1)]
)
async def test_after_a_hiccup_nobody_is_told_to_add_what_they_have(
    desk: TeamsDesk, monkeypatch: pytest.MonkeyPatch, trouble: Trouble, times: int
) -> None:
    monkeypatch.setattr("bot.teams.answers.FIRST_WAIT", 0.0)
    desk.teams.faults.next("send", trouble, times=times)
    await desk.teams.message(TEACHER, "posts", channel="staffroom")
    await desk.edge.close()
    assert [each.text for each in desk.teams.channel("staffroom")] == [AGAIN]


async def test_an_answer_is_never_tried_sooner_than_teams_asks(desk: TeamsDesk) -> None:
    desk.teams.faults.next("send", Fault.RATE_LIMIT(60))
    before, inbox = called(desk, "send"), len(desk.teams.inbox(TEACHER))
    await desk.teams.message(TEACHER, "posts")
    await desk.edge.close()
    assert called(desk, "send") == before + 1
    assert len(desk.teams.inbox(TEACHER)) == inbox
