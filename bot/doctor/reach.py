"""What is around Exeat: the server that may be running beside the doctor, and the time."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from bot.doctor.finding import Finding, fine, fix, note
from bot.settings import Environment

PATIENCE = aiohttp.ClientTimeout(total=5)

TOO_FAR = timedelta(minutes=5)
"""How far the two clocks may be apart before what a chat signs is refused."""

FAR = timedelta(seconds=30)


async def look_at_server(environment: Environment) -> tuple[bool, list[Finding]]:
    """Whether an Exeat is serving here, and what it says of itself; then also whether the world reaches it."""
    host = "127.0.0.1" if environment.exeat_host in ("0.0.0.0", "") else environment.exeat_host  # noqa: S104
    here = f"http://{f'[{host}]' if ':' in host else host}:{environment.exeat_port}"
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        try:
            async with session.get(f"{here}/readyz") as answer:
                said, ready = _said(await answer.text()), answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False, [
                note("Server", f"No Exeat answers at {here}.", "That is as it should be unless it is to be serving.")
            ]
        findings = [fine("Server", f"Exeat is serving at {here} and ready.")]
        if said and ready:
            findings.append(note("Server", said, "See its log for the reason."))
        if not ready:
            findings = [
                fix("Server", f"Exeat is serving at {here} and not ready: {said}", "See its log for the reason.")
            ]
        return True, [*findings, *await _from_outside(session, environment.exeat_public_url)]


def _said(text: str) -> str:
    """What /readyz says is not well, in its own words."""
    try:
        return " ".join(check["said"] for check in json.loads(text)["checks"] if not check["well"])
    except (ValueError, TypeError, KeyError):
        return " ".join(text.split())[:300]


async def _from_outside(session: aiohttp.ClientSession, public: str) -> list[Finding]:
    if not public:
        return []
    try:
        async with session.get(f"{public}/healthz") as answer:
            if answer.status == 200:
                return [fine("EXEAT_PUBLIC_URL", f"{public} reaches Exeat.")]
            found = f"{public}/healthz answers {answer.status}."
    except (aiohttp.ClientError, TimeoutError) as error:
        found = f"{public} cannot be reached from here ({type(error).__name__})."
    return [fix("EXEAT_PUBLIC_URL", found, "Look at your web server and its certificate (docs/running.md).")]


def clock_findings(headers: Mapping[str, str], now: datetime, chat: str) -> Iterator[Finding]:
    """How this machine's time compares with that in a chat's answer; nothing when the answer gives none."""
    try:
        skew = abs(now - parsedate_to_datetime(headers["Date"]))
    except (KeyError, ValueError, TypeError):
        return
    seconds = f"{skew.total_seconds():.0f} seconds"
    if skew > TOO_FAR:
        yield fix(
            "Clock",
            f"This machine and {chat} are {seconds} apart, so requests from {chat} are refused.",
            "Set this machine's clock from the network (NTP).",
        )
    elif skew > FAR:
        yield note(
            "Clock",
            f"This machine and {chat} are {seconds} apart.",
            "Set this machine's clock from the network (NTP).",
        )
    else:
        yield fine("Clock", f"This machine and {chat} agree on the time.")
