"""Incidents: reported to whoever may lead on them, assessed, passed on in tasks, clocked, chronicled and closed."""

from handlers.incidents import closing, exporting, leading, nagging, pictures, reporting, tasks, views
from handlers.registry import merge

REGISTRY = merge(
    [
        reporting.registry,
        pictures.registry,
        views.registry,
        leading.registry,
        closing.registry,
        tasks.registry,
        nagging.registry,
        exporting.registry,
    ]
)
