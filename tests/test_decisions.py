"""The decision records: each one's checks hold, and the tests they name are there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PYTEST = ".venv/bin/pytest "


def checks(page: Path) -> list[str]:
    """The lines under Checks that can be run."""
    found = re.search(r"^## Checks\n+```sh\n(.*?)```\n*\Z", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None, f"{page.name} does not end in checks"
    return [line for line in found[1].splitlines() if line and not line.startswith("#")]


EVERY = [(page, line) for page in PAGES for line in checks(page)]


def test_they_are_numbered_without_a_gap() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize(("page", "line"), EVERY, ids=[f"{page.name[:4]} {line[:60]}" for page, line in EVERY])
def test_what_was_decided_still_holds(page: Path, line: str) -> None:
    if line.startswith(PYTEST):
        file, _, test = line.removeprefix(PYTEST).partition("::")
        assert re.search(rf"^ *(async )?def {test or 'test_'}", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    else:
        done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr
