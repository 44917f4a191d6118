"""People on Teams who are not staff, and what is no person: refused kindly or not answered, and nothing kept."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from policy.post import State
from tests.fakes.school import HEAD, TEACHER, email
from tests.fakes.teams import fields as inputs
from tests.scenarios.serving import post_of, quiet
from tests.scenarios.stage import SECRET
from tests.scenarios.teams_stage import (
    OTHER_TENANT,
    TeamsStage,
    approving,
    data_of,
    genuine,
    teams_stage,
    turned_away,
)

Json = dict[str, Any]


@pytest.fixture
async def stage(tmp_path: Path, said: Callable[[], str]) -> AsyncIterator[TeamsStage]:
    async with teams_stage(tmp_path, said) as stage:
        yield stage


STRANGERS = ("guest", "blocked", "eve", "pupil")


@pytest.mark.parametrize("who", STRANGERS)
async def test_whoever_is_not_staff_is_refused_kindly_whatever_they_try(stage: TeamsStage, who: str) -> None:
    teams = stage.teams
    teams.add_user("pupil", "Pupil", "pupil@pupils.harbour.example")
    borrowed = (await stage.chat.command(TEACHER, "/draftpost")).message
    await teams.install(who)
    await quiet(stage.program)
    assert teams.inbox(who) == [], "not even a greeting"
    told: list[str] = []

    async def said(name: str, text: str, **more: Any) -> str:
        return (await (await teams.message(name, text, **more)).answered()).shown_text()

    async def everything() -> None:
        for line in ("/draftpost", "posts", "/away", "/exeat", "hello", ""):
            told.append(await said(who, f"{line} {SECRET}"))
        told.append(await said(who, "", files=[("quokka.jpg", SECRET.encode())]))
        told.append(await said(who, f"draftpost {SECRET}", files=[SECRET.encode()]))
        typed = inputs.sent(borrowed.card, {"text": SECRET, "account~choice": "page"})
        for data in (
            {**data_of(borrowed, "Send"), **typed},
            {**data_of(borrowed, "Add a picture"), **typed},
            *(data_of(stage.card, button) for button in ("Approve", "Reject", "History")),
        ):
            told.append(await stage.executed(who, data))
            told.append(await stage.submitted(who, data))
            told.append(await stage.windowed(who, data))
            told.append((await stage.windowed(who, data, invoke="task/submit")).replace(SECRET, ""))
        told.append(await said(who, f"posts {SECRET}", channel="Staffroom"))

    await stage.unmoved(everything())
    assert all("Exeat cannot help you here yet" in words and "school office" in words for words in told), told
    assert not any(SECRET in words for words in told)
    assert (await post_of(stage.program)).status is State.WAITING
    assert not [call for call in teams.calls if call.method in ("file", "attachment")]
    await teams.until(lambda: teams.channel("Staffroom"))
    assert all(SECRET not in each.shown_text() for each in teams.channel("Staffroom"))


async def test_somebody_of_another_tenant_is_turned_away(stage: TeamsStage) -> None:
    teams = stage.teams
    teams.add_user("visitor", "Visitor", email("visitor")).tenant = OTHER_TENANT
    await turned_away(stage, 403, lambda: teams.deliver(teams.activity("visitor", text=SECRET)))


NOBODY: dict[str, Json] = {
    "a bot": {"id": "28:11111111-2222-3333-4444-555555555555", "name": "Robot", "role": "bot"},
    "a bot with a person's id": {"id": "28:11111111-2222-3333-4444-555555555555", "aadObjectId": "HEAD"},
    "a skill": {"id": "29:1", "aadObjectId": "HEAD", "role": "skill"},
    "nobody known": {"id": "29:1", "name": "Somebody"},
    "an id of words": {"id": "29:1", "aadObjectId": f"{SECRET} {SECRET}"},
    "an id that leads elsewhere": {"id": "29:1", "aadObjectId": "../../roster"},
    "an id that is a list": {"id": "29:1", "aadObjectId": [SECRET]},
}


@pytest.mark.parametrize("who", NOBODY)
async def test_whatever_is_no_person_is_not_answered(stage: TeamsStage, who: str) -> None:
    teams = stage.teams
    sender = {name: teams.object_id(HEAD) if value == "HEAD" else value for name, value in NOBODY[who].items()}
    before, calls = len(teams.inbox(HEAD)), len(teams.calls)

    async def send() -> None:
        for activity in (genuine(teams), approving(stage), teams.activity(HEAD, "installationUpdate", action="add")):
            answer = await teams.deliver({**activity, "from": sender})
            assert answer.status == (501 if activity["type"] == "invoke" else 200)
            assert answer.body == ""

    await stage.unmoved(send())
    assert (len(teams.inbox(HEAD)), len(teams.calls)) == (before, calls)
    assert (await post_of(stage.program)).status is State.WAITING
