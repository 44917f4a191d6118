"""What Microsoft's own schema, models and parser find wrong with an Adaptive Card."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft6Validator
from microsoft_teams import cards
from pydantic import BaseModel, ValidationError

Json = dict[str, Any]

NODE = Path(__file__).parents[1] / "node"


def problems_by_schema(card: Json) -> list[str]:
    """What the official JSON schema of version 1.5 does not allow; it knows no property of Teams' own."""
    found = _schema().iter_errors(without_people(card))
    return [f"{error.instance_path}: {error.message[:200]}" for error in found]


def problems_by_model(card: Json) -> list[str]:
    """What Teams' own models do not know. Each part is given to its own model: together they look at none within."""
    found = list[str]()
    for part in _parts(card):
        model = _models().get(part["type"])
        if model is None:
            found.append(f"there is no {part['type']}")
            continue
        try:
            known = model.model_validate(part)
        except ValidationError as error:
            found += [f"{part['type']}: {each['loc']} {each['msg']}" for each in error.errors()]
        else:
            found += [f"{part['type']} knows no {name}" for name in known.model_extra or {} if name != "$schema"]
    return found


def problems_by_parser(drawn: Sequence[Json]) -> list[list[str]]:
    """What the JavaScript parser complains of in each card, or drops without a word. Skips where there is no Node."""
    node = shutil.which("node")
    if node is None or not (NODE / "node_modules" / "adaptivecards").exists():
        pytest.skip("there is no Node here, or not what the tests borrow: make node")
    lines = "".join(f"{json.dumps(without_people(card))}\n" for card in drawn)
    command = [node, str(NODE / "check_cards.js")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=120, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(drawn)
    return found


def without_people(part: Any) -> Any:
    """The same with an ordinary choice in the place of Teams' search for people, which is no part of version 1.5."""
    if isinstance(part, list):
        return [without_people(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {name: without_people(value) for name, value in part.items() if name != "choices.data"}
    return {**kept, "choices": [{"title": "Ann", "value": "1"}]} if "choices.data" in part else kept


@cache
def _schema() -> Draft6Validator:
    package = find_spec("adaptive_cards")
    assert package is not None
    assert package.origin is not None
    return Draft6Validator(json.loads((Path(package.origin).parent / "schemas" / "schema-1.5.json").read_text()))


@cache
def _models() -> dict[str, type[BaseModel]]:
    models = [each for each in vars(cards).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    return {each.model_fields["type"].default: each for each in models if "type" in each.model_fields}


def _parts(part: object) -> Iterator[Json]:
    """Every part that says what it is; not what an action carries."""
    if isinstance(part, list):
        for each in part:
            yield from _parts(each)
    elif isinstance(part, dict):
        if "type" in part:
            yield part
        for name, each in part.items():
            if name != "data":
                yield from _parts(each)
