"""The registry: what would be mistaken for something else is refused before the program starts."""

from dataclasses import fields, is_dataclass
from typing import Any, ClassVar

import pytest

from handlers.everything import everything
from handlers.registry import Registry
from policy.post import Post


class Twin(Post):
    KIND: ClassVar[str] = "twin"


def test_no_two_kinds_of_record_are_numbered_alike() -> None:
    registry = Registry()
    registry.knows(Post)
    with pytest.raises(ValueError, match="P-1"):
        registry.knows(Twin)


def test_no_field_takes_what_a_plain_record_says_of_itself_for_its_default() -> None:
    kinds = list[Any](filter(is_dataclass, everything().kinds.values()))
    assert len(kinds) > 15
    assert [(kind, each.name) for kind in kinds for each in fields(kind) if isinstance(each.default, property)] == []
