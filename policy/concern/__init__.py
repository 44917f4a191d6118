"""A safeguarding concern: what is kept of it and every step until it is closed."""

from policy.concern.record import (
    Account,
    Acknowledgement,
    Climb,
    Concern,
    Contacted,
    Ending,
    Held,
    Lado,
    Outcome,
    State,
    calls_key,
    reader_key,
)
from policy.concern.steps import acknowledge, add_reader, answer_lado, call, close, looked_at, refer, remove_reader

__all__ = [
    "Account",
    "Acknowledgement",
    "Climb",
    "Concern",
    "Contacted",
    "Ending",
    "Held",
    "Lado",
    "Outcome",
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
