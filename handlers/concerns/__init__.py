"""Safeguarding concerns: raised to whoever may safely be told, climbing until acknowledged, kept, and closed."""

from handlers.concerns import climbing, delivery, faltering, holding, managing, raising, reading, taking
from handlers.registry import merge

PARTS = (raising, reading, taking, managing, holding, climbing, delivery, faltering)

REGISTRY = merge(part.registry for part in PARTS)
