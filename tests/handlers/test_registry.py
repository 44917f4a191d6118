"""The registry: what would be mistaken for something else is refused before the program starts."""

from typing import ClassVar

import pytest

from handlers.registry import Registry
from policy.post import Post


class Twin(Post):
    KIND: ClassVar[str] = "twin"


def test_no_two_kinds_of_record_are_numbered_alike() -> None:
    registry = Registry()
    registry.knows(Post)
    with pytest.raises(ValueError, match="P-1"):
        registry.knows(Twin)
