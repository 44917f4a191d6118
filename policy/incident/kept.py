"""How long an incident is kept, with its chronology and tasks."""

from collections.abc import Sequence

from policy.incident.chronology import Entry
from policy.incident.record import Incident
from policy.incident.task import Task
from policy.record import Record
from policy.retention import Kept, Retention, once_ended, while_open


def incident_kept(incident: Incident, parts: Sequence[Record], retention: Retention) -> Kept:
    """An incident with its chronology and tasks: from when it was closed, or last added to if that was later. One in
    which personal data were involved is a row of the breach log as well.
    """
    tasks = [part for part in parts if isinstance(part, Task)]
    if incident.live or incident.outcome is None or any(task.open for task in tasks):
        return while_open(incident.reported_at)
    moments = [incident.outcome.at, *(part.at for part in parts if isinstance(part, Entry))]
    moments += [task.done_at for task in tasks if task.done_at is not None]
    sorts = ("incidents", "breaches") if incident.breach is not None else ("incidents",)
    return once_ended(incident.reported_at, max(moments), retention, *sorts)
