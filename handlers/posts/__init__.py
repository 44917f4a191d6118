"""Posts: drafted, decided on, put up; each step a few lines over `policy.post`."""

from handlers.posts import deciding, drafting, drafts, exporting, nagging, posting, views
from handlers.registry import merge

REGISTRY = merge(
    [
        drafting.registry,
        drafts.registry,
        deciding.registry,
        posting.registry,
        views.registry,
        nagging.registry,
        exporting.registry,
    ]
)
