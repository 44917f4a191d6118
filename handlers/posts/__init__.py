"""Posts: drafted, decided on, put up; each step a few lines over `policy.post`."""

from handlers.posts import deciding, drafting, nagging, posting, views
from handlers.registry import merge

REGISTRY = merge([drafting.registry, deciding.registry, posting.registry, views.registry, nagging.registry])
