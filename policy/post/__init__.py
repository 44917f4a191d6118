"""A post, from its draft until it is up or over: what is kept of it and every step it may take."""

from policy.post.record import EDITABLE, OPEN, UNREAD, WORDS, Decision, Edition, Post, State, Verdict
from policy.post.steps import (
    already,
    decide,
    draft,
    edit,
    expire,
    fetched,
    lapses,
    mark_posted,
    noted,
    only,
    send,
    unfetched,
    withdraw,
)

__all__ = [
    "EDITABLE",
    "OPEN",
    "UNREAD",
    "WORDS",
    "Decision",
    "Edition",
    "Post",
    "State",
    "Verdict",
    "already",
    "decide",
    "draft",
    "edit",
    "expire",
    "fetched",
    "lapses",
    "mark_posted",
    "noted",
    "only",
    "send",
    "unfetched",
    "withdraw",
]
