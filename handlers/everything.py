"""The list of workflows: each handlers module's registry, made into the one table."""

from handlers import away, letters, missing, posts
from handlers.registry import Registry, merge
from handlers.welcome import with_front_door


def everything() -> Registry:
    """All that Exeat can do. A new workflow adds its registry here."""
    return with_front_door(merge([posts.REGISTRY, away.REGISTRY, letters.REGISTRY, missing.REGISTRY]))
