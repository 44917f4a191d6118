"""The list of workflows: each handlers module's registry, made into the one table."""

from handlers import away, comments, letters, missing, posts, templates
from handlers.registry import Registry, merge
from handlers.welcome import with_front_door


def everything() -> Registry:
    """All that Exeat can do. A new workflow adds its registry here."""
    rooms = [posts.REGISTRY, comments.REGISTRY, away.REGISTRY, templates.REGISTRY, letters.REGISTRY, missing.REGISTRY]
    return with_front_door(merge(rooms))
