"""What is installed is all there is: no folder of the product is left out of it."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_folder_of_the_product_is_installed() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    tops = told["tool"]["importlinter"]["root_packages"]
    found = [file.parent.relative_to(ROOT) for top in tops for file in (ROOT / top).rglob("__init__.py")]
    assert told["tool"]["setuptools"]["packages"] == sorted(".".join(folder.parts) for folder in found)
