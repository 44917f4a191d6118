"""Which chats are served: and that the Playground, where anybody is anybody, stays a playground."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from bot.app import build
from bot.chats import CannotStart
from bot.settings import Environment, Settings
from policy.place import Place
from storage.tiny import open_tiny
from tests.fakes.school import harbour

APP = "00000000-0000-4000-8000-000000000001"


def settings(folder: Path, **more: object) -> Settings:
    """Harbour Primary, at any free port."""
    environment = Environment.model_validate({"exeat_data": folder, "exeat_port": 0, **more})
    return Settings(harbour(), environment)


@pytest.mark.parametrize(
    "more",
    [
        {"exeat_host": "0.0.0.0"},
        {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s"},
        {"teams_app_id": APP, "teams_app_password": "s", "teams_tenant_id": APP},
    ],
    ids=["open to others", "beside Slack", "beside Teams"],
)
async def test_the_playground_is_on_this_machine_and_by_itself(tmp_path: Path, more: dict[str, object]) -> None:
    with pytest.raises(CannotStart, match="Nobody proves who they are"):
        await build(settings(tmp_path / "data", **more), playground=True)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("platform", ["slack", "teams"])
async def test_the_playground_is_not_let_into_a_schools_own_records(tmp_path: Path, platform: str) -> None:
    store = await open_tiny(tmp_path / "data")
    async with store.transaction("harbour") as tx:
        tx.put(Place(platform, "harbour", "T0SCHOOL"))
    await store.close()
    with pytest.raises(CannotStart, match="a school's own records"):
        await build(settings(tmp_path / "data"), playground=True)


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 400), ("localhost", 400), ("exeat.school.example", 403)])
async def test_the_playground_answers_to_this_machines_own_name_only(tmp_path: Path, host: str, status: int) -> None:
    program = await build(settings(tmp_path / "data"), playground=True)
    stop, started = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(program.run(stop, started.set))
    await started.wait()
    url = f"http://127.0.0.1:{program.port}/api/messages"
    async with aiohttp.ClientSession() as session, session.post(url, json={}, headers={"Host": host}) as answer:
        assert answer.status == status
    stop.set()
    await running
