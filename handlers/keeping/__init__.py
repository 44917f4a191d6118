"""What is no longer to be kept, and what must be: retention, legal holds, erasure."""

from handlers.keeping import holds

REGISTRY = holds.registry
