"""The list of workflows: each handlers module's registry, made into the one table."""

from handlers import (
    away,
    comments,
    concerns,
    data_requests,
    exports,
    incidents,
    keeping,
    letters,
    looks,
    missing,
    posts,
    safeguarding,
    templates,
)
from handlers.registry import Registry, merge
from handlers.welcome import with_front_door


def everything() -> Registry:
    """All that Exeat can do. A new workflow adds its registry here."""
    rooms = (
        *(posts, comments, looks, incidents, concerns, data_requests, safeguarding, templates),
        *(away, letters, missing, exports, keeping),
    )
    return with_front_door(merge(room.REGISTRY for room in rooms))
