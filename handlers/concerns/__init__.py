"""Safeguarding concerns: raised to whoever may safely be told, climbing until acknowledged, kept, and closed."""

from handlers.concerns import climbing, managing, raising, reading, taking
from handlers.registry import merge

REGISTRY = merge([raising.registry, reading.registry, taking.registry, managing.registry, climbing.registry])
