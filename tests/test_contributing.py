"""The worked example in CONTRIBUTING.md: its files are taken from the page and its own tests are run on them."""

import re
import sys
from collections.abc import AsyncIterator, Iterator
from inspect import iscoroutinefunction, isfunction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from handlers.everything import everything
from handlers.registry import Registry, merge
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import HEAD, TEACHER, harbour

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
ROOMS = ("policy", "cards", "handlers")


def modules() -> Iterator[tuple[str, str]]:
    """Each module of the example, by its name."""
    for room in ROOMS:
        found = re.search(rf"`{room}/spotted\.py`\n.*?```python\n(.*?)```", PAGE, re.DOTALL)
        assert found is not None, f"the page shows no {room}/spotted.py"
        yield f"{room}.spotted", found[1]


def its_tests() -> str:
    """The tests that the page shows."""
    found = re.search(r"### 5\. Its tests.*?```python\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def run(name: str, source: str) -> ModuleType:
    """The source as a module of that name."""
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, f"CONTRIBUTING.md, {name}", "exec"), module.__dict__)
    return module


@pytest.fixture
def workflow() -> Iterator[Any]:
    """The example's handlers."""
    added = [(name, run(name, source)) for name, source in modules()]
    yield added[-1][1]
    for name, _ in added:
        del sys.modules[name]


@pytest.fixture
async def desk(tmp_path: Path, workflow: Any) -> AsyncIterator[Desk]:
    """A desk whose registry has the example in it, as step 4 says."""
    desk = await open_desk(tmp_path / "data", harbour(), HEAD, TEACHER)
    desk.dispatch.registry = merge([everything(), workflow.REGISTRY])
    yield desk
    await desk.store.close()


@pytest.mark.parametrize("name", re.findall(r"async def (test_\w+)", its_tests()))
async def test_the_examples_own_tests_pass(desk: Desk, name: str) -> None:
    test = getattr(run("example_tests", its_tests()), name)
    assert iscoroutinefunction(test)
    await test(desk)
    del sys.modules["example_tests"]


def test_the_line_that_is_added_stands_where_the_page_says() -> None:
    found = re.search(r"### 4\. The one line.*?```diff\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    shown = [line for line in found[1].splitlines() if not line.startswith("+") and line != " ..."]
    there = (ROOT / "handlers" / "everything.py").read_text("utf-8").splitlines()
    assert len(shown) > 3
    assert [line for line in shown if line[1:] not in there] == []


def test_the_page_names_everything_that_can_be_entered_in_the_registry() -> None:
    reads = {Registry.commands, Registry.shortcuts}
    enters = {name for name, what in vars(Registry).items() if isfunction(what) and what not in reads}
    named = {name for name in enters if re.search(rf"[`@.]{name}\b", PAGE)}
    assert {name for name in enters if not name.startswith("_")} - named == set()


def test_the_example_has_tests() -> None:
    assert its_tests().count("async def test_") == 3
