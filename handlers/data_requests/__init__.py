"""Requests for data, as far as they may touch safeguarding concerns: noted, and put before all who hold a role."""

from handlers.data_requests import asking, unarrived
from handlers.registry import merge

REGISTRY = merge([asking.registry, unarrived.registry])
