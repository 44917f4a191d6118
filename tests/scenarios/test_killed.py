"""Exeat is killed at any moment between a form and its card: what was reported is there once, and so is its card."""

from pathlib import Path

import pytest

from policy.incident import Incident
from storage.tiny import read_tiny
from storage.vault import Vault
from tests.fakes.school import HEAD, TEACHER
from tests.scenarios.killing import KEPT, REFUSED, TAKEN, Story, kill_at, side
from tests.scenarios.serving import KEY

MOMENTS = (0.0, KEPT, REFUSED, TAKEN, 0.004, 0.01, 0.02, 0.04)


@pytest.mark.parametrize("on", ["slack", "teams"])
async def test_there_is_one_incident_and_its_card_whenever_exeat_is_killed(tmp_path: Path, on: str) -> None:
    async with side(on, TEACHER, HEAD) as at:

        def cards() -> list[str]:
            shown = (each.partition("\n")[0] for each in at.shown(HEAD))
            return [each for each in shown if each.endswith(": an incident")]

        story = Story(lambda: at.chat.command(TEACHER, "/reportincident"), lambda: len(set(cards())))
        answers = await kill_at(MOMENTS, at, tmp_path, story)
        found = cards()
    assert (answers[0], answers[MOMENTS.index(TAKEN)]) == (False, True), "killed before and after the answer"
    numbers = range(1, len(MOMENTS) + 1)
    assert sorted(set(found)) == [f"I-{number}: an incident" for number in numbers]
    if on == "slack":
        assert len(found) == len(MOMENTS), found
    store = await read_tiny(tmp_path / "data", vault=Vault.of(KEY))
    async with store.transaction("harbour") as tx:
        reports = [each.report.what for each in await tx.find(Incident, limit=100)]
    assert sorted(reports) == [f"Number {number}." for number in numbers]
