"""The stage for bad input, with logs as the program writes them."""

import io
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import structlog

from bot.logs import set_up_logs
from tests.fakes.school import HEAD, TEACHER
from tests.fakes.slack import FakeSlack
from tests.scenarios.on_slack import OnSlack, enrol
from tests.scenarios.school import School
from tests.scenarios.serving import quiet, serving
from tests.scenarios.stage import SECRET, Stage


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Logs set up as the program sets them up; gives everything that was logged since."""
    handlers, stream = logging.getLogger().handlers, io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", stream)
        set_up_logs()
    yield stream.getvalue
    logging.getLogger().handlers = handlers
    structlog.reset_defaults()


@pytest.fixture
async def stage(tmp_path: Path, said: Callable[[], str]) -> AsyncIterator[Stage]:
    async with FakeSlack() as slack:
        enrol(slack)
        slack.add_user("U0ROBOT", "Robot", "robot@harbour.example", bot=True)
        slack.add_user("U0LEFT", "Left", "left@harbour.example", deleted=True)
        slack.add_user("U0OTHER", "Other", "other@harbour.example", external_team="T9OTHER")
        async with serving(OnSlack(slack), tmp_path / "data") as program:
            school = School(OnSlack(slack))
            await school.draft(TEACHER, f"About the {SECRET}")
            card = await school.card(HEAD, "P-1", button="Approve")
            await school.card(TEACHER, "P-1", button="Edit")
            await quiet(program)
            stage = Stage(slack, program, tmp_path / "data", card, said)
            yield stage
        stage.silent()
