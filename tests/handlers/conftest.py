"""A desk for every test of the handlers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, OWNER, TEACHER, harbour

EVERYBODY = (HEAD, DEPUTY, DEPUTY_TWO, TEACHER, COLLEAGUE, OWNER, ADMIN)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Harbour Primary with everybody met."""
    desk = await open_desk(tmp_path / "data", harbour(), *EVERYBODY)
    yield desk
    await desk.store.close()
