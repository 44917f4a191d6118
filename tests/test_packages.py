"""What is installed is all there is, and what there is, is found: no folder and no file is left out."""

import tomllib
from pathlib import Path
from pkgutil import iter_modules

import handlers
import policy

ROOT = Path(__file__).parents[1]


def test_every_folder_of_the_product_is_installed() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    tops = told["tool"]["importlinter"]["root_packages"]
    found = [file.parent.relative_to(ROOT) for top in tops for file in (ROOT / top).rglob("__init__.py")]
    assert told["tool"]["setuptools"]["packages"] == sorted(".".join(folder.parts) for folder in found)


def test_the_rooms_say_of_each_of_their_files_what_it_belongs_to() -> None:
    for room in (handlers, policy):
        files = {module.name for module in iter_modules(room.__path__)}
        assert {name for name in files if f"`{name}`" not in str(room.__doc__)} == set()
