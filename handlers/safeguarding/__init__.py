"""What concerns rest on: who holds the safeguarding roles, and that alerts reach them."""

from handlers.registry import merge
from handlers.safeguarding import changing, exporting, testing

REGISTRY = merge([changing.REGISTRY, testing.REGISTRY, exporting.registry])
