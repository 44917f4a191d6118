"""A safeguarding concern: what is kept of it and every step until it is closed."""

from policy.concern.record import (
    Acknowledgement,
    Climb,
    Concern,
    Contacted,
    Ending,
    Held,
    Lado,
    Outcome,
    Report,
    State,
    calls_key,
    reader_key,
)
from policy.concern.steps import acknowledge, add_reader, answer_lado, call, close, looked_at, refer, remove_reader

__all__ = [
    "Acknowledgement",
    "Climb",
    "Concern",
    "Contacted",
    "Ending",
    "Held",
    "Lado",
    "Outcome",
    "Report",
    "State",
    "acknowledge",
    "add_reader",
    "answer_lado",
    "call",
    "calls_key",
    "close",
    "looked_at",
    "reader_key",
    "refer",
    "remove_reader",
]
