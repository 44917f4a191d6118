"""What went wrong in a call to Teams, as the relay understands it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime

import aiohttp
import orjson

from bot.clock import utc_now
from bot.surface import Ambiguous, Permanent, Transient
from cards.letters import Why

BLOCKED = "MessageWritesBlocked"
CLOSED = frozenset(
    [
        BLOCKED,
        "BotNotInConversationRoster",
        "ConversationBlockedByUser",
        "ConversationNotFound",
        "ForbiddenOperationException",
    ]
)
"""Codes that mean that a conversation takes nothing until the person is heard of from there again:
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
"""

_WHY = {
    "forbiddenoperationexception": Why.NOT_INSTALLED,
    "messagewritesblocked": Why.BLOCKED,
    "conversationblockedbyuser": Why.BLOCKED,
    "botnotinconversationroster": Why.BLOCKED,
    "conversationnotfound": Why.BLOCKED,
    "forbidden": Why.BLOCKED,
    "botdisabledbyadmin": Why.SWITCHED_OFF,
}
"""What Teams' words, case-folded, mean to whoever is told that a message did not arrive."""

LONGEST_WAIT = 86_400.0
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_BUSY = frozenset([412, 429])


class Outage(Transient):
    """Teams or its login refuses the app itself: a secret that has ended, an app that is not registered. Nothing is
    lost and everything waits, but only a person can mend it, so the surface keeps the code in `outage` for health,
    doctor and the log.
    """


@contextmanager
def troubles(*, once: bool) -> Iterator[None]:
    """Raises what happened on the way there and back as Transient, Permanent, or Ambiguous when a call that must be
    made only `once` may have had its effect.
    """
    try:
        yield
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise Permanent("bad_address") from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Transient("unreachable") from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise _unsure(type(error).__name__, once) from error


def refused(status: int, headers: Mapping[str, str], body: bytes, *, once: bool) -> Exception:
    """What an answer that is not a good one means.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
    """
    code = _code(status, body)
    if status in _BUSY:
        return Transient(code, retry_after(headers))
    if status == 401:
        return Outage(code)
    if status == 408 or status >= 500:
        return _unsure(code, once, retry_after(headers))
    return Permanent(code, _WHY.get(code.casefold()))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How many seconds Teams asks to be left alone, said in seconds or as a moment; None when it does not say."""
    said = headers.get("Retry-After", "")
    try:
        seconds = float(said)
    except ValueError:
        seconds = _until(said, headers.get("Date", ""))
    return seconds if 0 <= seconds <= LONGEST_WAIT else None


def _until(moment: str, now: str) -> float:
    """Seconds until an HTTP date, by the clock of whoever said it; -1 for what is no date."""
    try:
        then = parsedate_to_datetime(moment)
        return max(0.0, (then - (parsedate_to_datetime(now) if now else utc_now())).total_seconds())
    except (ValueError, TypeError):
        return -1.0


def _unsure(code: str, once: bool, seconds: float | None = None) -> Exception:
    return Ambiguous(code) if once else Transient(code, seconds)


def _code(status: int, body: bytes) -> str:
    """Teams' own short word, which it says in more than one place."""
    if status == 403 and BLOCKED.encode() in body:
        return BLOCKED
    try:
        error = orjson.loads(body).get("error")
    except (orjson.JSONDecodeError, AttributeError):
        error = None
    code = error.get("code") if isinstance(error, dict) else error
    return code if isinstance(code, str) and _CODE.fullmatch(code) else f"http_{status}"
