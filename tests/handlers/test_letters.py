"""What the admins hear of messages that did not arrive, whenever the reason was kept."""

from datetime import timedelta

import pytest

from cards.text import plain
from tests.fakes.desk import Desk
from tests.fakes.school import ADMIN, TEACHER


async def told_of(desk: Desk, *reasons: str) -> str:
    """What an admin reads when messages were given up for those reasons."""
    for reason in reasons:
        await desk.write(TEACHER)
        (row, *_) = await desk.store.claim("harbour", desk.now, timedelta(minutes=1), 10)
        async with desk.store.transaction("harbour") as tx:
            tx.bury(row, reason, desk.now)
    drawn = await desk.see(ADMIN, "relay.dead", None)
    assert drawn is not None
    return plain(drawn.card)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("user_not_found", "gone:user_not_found"),
        ("MessageWritesBlocked", "blocked:MessageWritesBlocked"),
        ("ForbiddenOperationException", "not_installed"),
        ("BotDisabledByAdmin", "switched_off:BotDisabledByAdmin"),
    ],
)
async def test_a_letter_kept_with_a_platforms_word_alone_is_read_as_ever(desk: Desk, before: str, now: str) -> None:
    said = await told_of(desk, before, now)
    assert "2 messages could not be delivered." in said
    assert before.casefold() not in said.casefold()
    (reason,) = {line.partition("because ")[2] for line in said.splitlines() if "because " in line}
    assert reason


async def test_what_no_platform_has_explained_is_said_as_it_is(desk: Desk) -> None:
    assert "the chat refused it and said only “is_archived”" in await told_of(desk, "is_archived")
