"""Exeat is killed at any moment between a concern and its alert: the concern is there once, and its alert comes."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from bot.clock import utc_now
from bot.sandbox.rehearsed import rehearse
from bot.settings.school import read_school
from handlers.everything import everything
from policy.concern import Concern
from policy.people import Person
from storage.tiny import open_tiny, read_tiny
from storage.vault import Vault
from tests.fakes.safeguarding import CONTACTS
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, OWNER, TEACHER, email
from tests.playground.served import CONFIG
from tests.scenarios.chat import PATIENCE
from tests.scenarios.killing import KEPT, REFUSED, TAKEN, Side, Story, exeat, kill_at, side
from tests.scenarios.serving import KEY

DSL, SECOND_DSL, CHAIR = OWNER, DEPUTY, DEPUTY_TWO

PEOPLE = (TEACHER, COLLEAGUE, HEAD, DSL, SECOND_DSL, CHAIR, ADMIN)

KINDS = everything().kinds.values()

MOMENTS = (0.0, KEPT, REFUSED, TAKEN, 0.01)


def with_concerns() -> str:
    """The configuration of Harbour as it takes concerns."""
    document = tomlkit.parse(CONFIG).unwrap()
    document["people"] |= {"dsl": email(DSL), "deputy_dsls": [email(SECOND_DSL)], "chair_of_governors": email(CHAIR)}
    document["contacts"] = {
        "lado": CONTACTS.lado,
        "helplines": list(CONTACTS.helplines),
        "dsl": CONTACTS.dsl,
        "chair_of_governors": CONTACTS.chair_of_governors,
    }
    document["safeguarding"] = {"concerns": "record"}
    return tomlkit.dumps(document)


async def people_kept(folder: Path) -> set[str]:
    """The names of those who have been met."""
    store = await read_tiny(folder, kinds=KINDS, vault=Vault.of(KEY))
    async with store.transaction("harbour") as tx:
        return {person.name for person in await tx.find(Person, limit=100)}


async def go_live(at: Side, folder: Path, config: str) -> None:
    """Everybody is met while Exeat serves; once it is gone, they are taken to have acknowledged their test alerts."""
    async with exeat(folder, at.chat.environment(), config) as (port, _), asyncio.timeout(PATIENCE):
        await at.connect(port)
        while not {name.title() for name in at.people} <= await people_kept(folder / "data"):  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.02)
    store = await open_tiny(folder / "data", kinds=KINDS, vault=Vault.of(KEY))
    try:
        await rehearse(store, read_school(folder / "exeat.toml"), utc_now())
    finally:
        await store.close()


async def last_form(at: Side) -> Any:
    """The teacher answers the questions that come before what happened."""
    form = await at.chat.command(TEACHER, "/concern")
    route = {"Who is it about?": "A colleague", "Could a child have been harmed, or be at risk?": "No"}
    assert await at.chat.send(TEACHER, form, route) == {}
    assert await at.chat.send(TEACHER, form, {"Who it is": COLLEAGUE}) == {}
    return form


def told(at: Side, name: str, pattern: str) -> list[str]:
    """The references in somebody's messages that say this of a concern."""
    return [found[1] for each in at.shown(name) if (found := re.search(pattern, each))]


@pytest.mark.parametrize("on", ["slack", "teams"])
async def test_there_is_one_concern_and_its_alert_whenever_exeat_is_killed(tmp_path: Path, on: str) -> None:
    config = with_concerns()
    async with side(on, *PEOPLE) as at:

        def alerts() -> list[str]:
            return told(at, DSL, r"Exeat needs opening: (\S+)\.")

        def receipts() -> list[str]:
            return told(at, TEACHER, r"(\S+): sent, not seen yet\.")

        story = Story(lambda: last_form(at), lambda: len(set(alerts()) & set(receipts())), messages=2)
        await go_live(at, tmp_path, config)
        answers = await kill_at(MOMENTS, at, tmp_path, story, config)
        came, others = alerts(), [each for name in (HEAD, SECOND_DSL, CHAIR) for each in at.shown(name)]
    assert (answers[0], answers[MOMENTS.index(TAKEN)]) == (False, True), "killed before and after the answer"
    store = await read_tiny(tmp_path / "data", kinds=KINDS, vault=Vault.of(KEY))
    async with store.transaction("harbour") as tx:
        concerns = await tx.find(Concern, limit=100)
    assert sorted(each.report.what for each in concerns) == [f"Number {n + 1}." for n in range(len(MOMENTS))]
    assert set(came) == {each.id for each in concerns}
    if on == "slack":
        assert len(came) == len(MOMENTS), came
    assert not any("Exeat needs opening:" in each for each in others)
