"""What somebody opens on Teams stands in their chat, and changes with what it shows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.relay import Relay
from tests.fakes.school import HEAD, TEACHER
from tests.fakes.teams import Message
from tests.fakes.teams_desk import TeamsDesk, teams_desk
from tests.fakes.world import NoFiles

TEXT, ACCOUNT = "text", "account~choice"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TeamsDesk]:
    async with teams_desk(tmp_path / "data") as desk:
        yield desk


@pytest.fixture
def relay(desk: TeamsDesk) -> Relay:
    return Relay(desk.dispatch, [desk.surface], NoFiles())


async def opened(desk: TeamsDesk, relay: Relay, name: str, legacy: bool = False) -> Message:
    """The card that somebody opened from their list, drawn again by the relay already."""
    form = await (await desk.teams.command(TEACHER, "draftpost")).answered()
    await desk.teams.submit(TEACHER, form, {TEXT: "We won the race " * 150, ACCOUNT: "Harbour page"})
    await relay.drain()
    listed = await (await desk.teams.command(name, "posts")).answered()
    found = await (await desk.teams.press(name, listed, "Open", legacy=legacy)).answered()
    await desk.edge.close()
    return found


@pytest.mark.parametrize("legacy", [False, True])
async def test_an_opened_card_changes_with_its_post(desk: TeamsDesk, relay: Relay, legacy: bool) -> None:
    card = await opened(desk, relay, HEAD, legacy)
    words, buttons = card.shown_text(), card.buttons()
    assert "Approve" in buttons
    await relay.drain()
    assert (card.shown_text(), card.buttons()) == (words, buttons), "it still shows all of it"
    mine = next(each for each in reversed(desk.teams.inbox(TEACHER)) if "Withdraw" in each.buttons())
    await desk.teams.press(TEACHER, mine, "Withdraw")
    await relay.drain()
    assert card.buttons() == ["History"]
    assert "withdrawn" in card.shown_text().casefold()
    assert "Waiting for your decision" not in card.shown_text()
