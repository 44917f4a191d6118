"""Wordings that are approved beforehand: proposed, decided on, and found when a comment is to be answered."""

from handlers.registry import merge
from handlers.templates import deciding, exporting, nagging, proposing, views
from handlers.templates.access import usable
from handlers.templates.nagging import hand_over

__all__ = ["REGISTRY", "hand_over", "usable"]

REGISTRY = merge([views.registry, proposing.registry, deciding.registry, nagging.registry, exporting.registry])
