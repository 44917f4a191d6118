"""Comments: taken in, answered in words that may be used, closed, moderated, and reminded of until then."""

from handlers.comments import arriving, closing, exporting, handing, nagging, replying, taking, views
from handlers.registry import merge

REGISTRY = merge(
    [
        taking.registry,
        replying.registry,
        closing.registry,
        views.registry,
        nagging.registry,
        handing.registry,
        arriving.registry,
        exporting.registry,
    ]
)
