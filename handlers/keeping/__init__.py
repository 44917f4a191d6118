"""What is no longer to be kept, and what must be: retention, legal holds, erasure."""

from handlers.keeping import exporting, holds
from handlers.registry import merge

REGISTRY = merge([holds.registry, exporting.registry])
