"""Activities that nobody would send, all with a genuine token: a 4xx or an answer, never a fault of Exeat's own."""

import asyncio
import json
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bot.test_teams_dialogs import worry
from tests.fakes.school import HEAD, TEACHER
from tests.fakes.teams_desk import TeamsDesk, teams_desk

Json = dict[str, Any]

CANARY = "quokka"
"""Stands in everything that people wrote, and may stand in no line of the log."""

STATUSES = {200, 400, 401, 403, 413, 501}

odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


async def genuine(desk: TeamsDesk) -> list[Json]:
    """One of every kind of activity that Teams sends."""
    teams = desk.teams
    form = await (await teams.command(TEACHER, f"draftpost {CANARY}")).answered()
    sent = await teams.submit(TEACHER, form, {"text": CANARY, "account~choice": "Harbour page"})
    card = next(each for each in await desk.deliver() if each.viewer == HEAD)
    asked = await teams.press(HEAD, card, "Reject")
    legacy = await teams.submit(HEAD, asked.messages[0], {asked.messages[0].fields()[0]: CANARY}, legacy=True)
    offer = await (await teams.command(TEACHER, f"worry {CANARY}")).answered()
    fetched = await teams.press(TEACHER, offer, "Open")
    assert fetched.dialog is not None
    submitted = await teams.submit(TEACHER, fetched.dialog, {"text": f"wrong {CANARY}"})
    file = await teams.send_file(TEACHER, b"x", f"{CANARY}.jpg")
    said = await teams.message(TEACHER, f"posts {CANARY}", channel="staffroom")
    added = teams.activity(TEACHER, "installationUpdate", action="add")
    updated = teams.activity(TEACHER, "conversationUpdate", membersAdded=[{"id": teams.bot_id}])
    await desk.edge.close()
    outcomes = (sent, asked, legacy, fetched, submitted, file, said)
    return [*(each.activity for each in outcomes), added, updated]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every part of the JSON."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(way for key, part in items for way in places(part, (*path, key)))]


@st.composite
def changed(draw: st.DrawFn, activities: list[Json]) -> Json:
    """A genuine activity with up to three of its parts left out, replaced, doubled or moved."""
    activity = deepcopy(draw(st.sampled_from(activities)))
    for _ in range(draw(st.integers(1, 3))):
        ways = places(activity)[1:]
        if not ways:
            break
        *way, last = draw(st.sampled_from(ways))
        holder: Any = activity
        for step in way:
            holder = holder[step]
        match draw(st.sampled_from(("drop", "odd", "odd", "wrap", "move", "text"))):
            case "drop":
                del holder[last]
            case "odd":
                holder[last] = draw(odd)
            case "wrap":
                holder[last] = [holder[last]]
            case "move" if isinstance(holder, dict):
                holder[draw(st.text(max_size=8))] = holder.pop(last)
            case _:
                holder[last] = str(holder[last])
    return activity


def test_no_activity_makes_exeat_fail(capsys: pytest.CaptureFixture[str]) -> None:
    """`trouble` in the log, or a 5xx, would be a fault of Exeat's own."""
    with asyncio.Runner() as runner, TemporaryDirectory() as folder:
        context = teams_desk(Path(folder) / "data", also=worry)
        desk = runner.run(context.__aenter__())
        activities = runner.run(genuine(desk))

        async def deliver(body: bytes, service: object) -> None:
            answer = await desk.teams.post_raw(body, desk.teams.signed(serviceurl=service))
            assert answer.status in STATUSES, answer.body
            assert "Traceback" not in answer.body
            await desk.edge.close()

        @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
        @given(changed(activities))
        def attempt(activity: Json) -> None:
            service = activity.get("serviceUrl") if isinstance(activity.get("serviceUrl"), str) else None
            try:
                body = json.dumps(activity).encode()
            except (ValueError, UnicodeEncodeError):
                return
            runner.run(deliver(body, service))

        try:
            attempt()
        finally:
            runner.run(context.__aexit__(None, None, None))
    out = capsys.readouterr()
    said = out.out + out.err
    assert "trouble" not in said, said
    assert "Traceback" not in said
    assert CANARY not in said
