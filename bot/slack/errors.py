"""What went wrong in a call to Slack, as the relay understands it."""

from collections.abc import Awaitable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.surface import Ambiguous, Permanent, Transient
from cards.letters import Why

_OUTAGE = frozenset(
    [
        "account_inactive",
        "access_denied",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    ]
)
_BUSY = frozenset(["accesslimited", "ratelimited", "rate_limited", "service_unavailable", "team_added_to_org"])
_UNSURE = frozenset(["fatal_error", "internal_error", "request_timeout"])

_WHY = {
    "user_not_found": Why.GONE,
    "user_disabled": Why.GONE,
    "channel_not_found": Why.GONE,
    "cannot_dm": Why.BLOCKED,
    "restricted_action": Why.BLOCKED,
}
"""What Slack's words mean to whoever is told that a message did not arrive."""


class Outage(Transient):
    """Slack refuses the app itself: a token revoked, a scope missing. Nothing is lost and everything waits, but
    only a person can mend it, so the surface keeps the code in `outage` for health, doctor and the log.
    """


async def asked(call: Awaitable[AsyncSlackResponse], *, idempotent: bool) -> dict[str, Any]:
    """The answer of a Web API call. `idempotent` calls may be made again whatever became of the first.

    Raises Transient (with `Retry-After` in seconds), Outage, Permanent, or Ambiguous when a call that must
    not be made twice may have had its effect. https://docs.slack.dev/apis/web-api
    """
    try:
        data = (await call).data
    except SlackApiError as error:
        raise _refused(error, idempotent) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Transient("unreachable") from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise _unsure(type(error).__name__, idempotent) from error
    if not isinstance(data, dict):
        raise _unsure("no_json", idempotent)
    return data


def _refused(error: SlackApiError, idempotent: bool) -> Exception:
    answer = error.response
    headers = getattr(answer, "headers", None) or {}
    status = int(getattr(answer, "status_code", None) or getattr(answer, "status", None) or 0)
    data = getattr(answer, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == 429 or code in _BUSY:
        return Transient(code or "ratelimited", retry_after(headers))
    if status >= 500 or not code or code in _UNSURE:
        return _unsure(code or f"http_{status}", idempotent)
    return Outage(code) if code in _OUTAGE else Permanent(code, _WHY.get(code))


def _unsure(code: str, idempotent: bool) -> Exception:
    return Transient(code) if idempotent else Ambiguous(code)


def retry_after(headers: Any) -> float | None:
    """How many seconds Slack asks to be left alone; None when it does not say."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86_400 else None
