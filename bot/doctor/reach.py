"""What is around Exeat: the server that may be running beside the doctor, and the mail server."""

import asyncio
import json
from urllib.parse import urlsplit

import aiohttp

from bot.doctor.finding import Finding, fine, fix, note
from bot.settings import Environment

PATIENCE = aiohttp.ClientTimeout(total=5)


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


async def look_at_mail(environment: Environment) -> list[Finding]:
    """Whether the mail server, if one is named, takes a connection."""
    if environment.exeat_smtp_url is None:
        return [
            note(
                "E-mail",
                "No mail server is named, so nothing goes by e-mail when the chat fails.",
                "Set EXEAT_SMTP_URL and EXEAT_MAIL_FROM if the school has one.",
            )
        ]
    parts = urlsplit(environment.exeat_smtp_url.get_secret_value())
    try:
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 587)
    except (OSError, TimeoutError):
        return [fix("E-mail", f"The mail server {parts.hostname} does not answer.", "Check EXEAT_SMTP_URL.")]
    writer.close()
    return [fine("E-mail", f"The mail server {parts.hostname} answers.")]
