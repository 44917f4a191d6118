"""Slack under examination: is it there, what may the app do, do the clocks agree, and who is in it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import aiohttp

from bot.doctor.finding import Finding, fine, fix
from bot.doctor.reach import PATIENCE, clock_findings
from bot.manifest import SCOPES
from bot.settings import Environment
from bot.slack import SlackSurface
from bot.surface import Ambiguous, Permanent, Transient
from policy.people import Known
from policy.school import School


async def look_at_slack(
    environment: Environment, school: School, clock: Callable[[], datetime]
) -> tuple[list[Known] | None, list[Finding]]:
    """Everybody in the workspace (None when Slack could not be asked), and what was found."""
    if environment.slack_bot_token is None:
        return None, []
    url, token = environment.slack_api_url, environment.slack_bot_token.get_secret_value()
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            answer, headers = await _call(session, f"{url}auth.test", token)
            now = clock()
            findings = list(_of_token(answer, headers)) + list(clock_findings(headers, now, "Slack"))
            if environment.slack_app_token is not None and answer.get("ok"):
                secret = environment.slack_app_token.get_secret_value()
                opened, _ = await _call(session, f"{url}apps.connections.open", secret)
                findings.append(_of_socket(opened))
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        found = f"{url} cannot be reached ({type(error).__name__})."
        return None, [fix("Slack", found, "Check this machine's network, its proxy and SLACK_API_URL.")]
    if not answer.get("ok"):
        return None, findings
    known, more = await _everybody(url, token, school)
    return known, findings + more


async def _call(session: aiohttp.ClientSession, url: str, token: str) -> tuple[dict[str, object], Mapping[str, str]]:
    async with session.post(url, headers={"Authorization": f"Bearer {token}"}) as answer:
        body = await answer.json(content_type=None)
        return body if isinstance(body, dict) else {}, answer.headers


def _of_token(answer: Mapping[str, object], headers: Mapping[str, str]) -> Iterator[Finding]:
    if not answer.get("ok"):
        yield fix(
            "Slack",
            f"Slack refuses SLACK_BOT_TOKEN ({answer.get('error', 'no reason given')}).",
            "Install the app to the workspace again and copy the new token.",
        )
        return
    yield fine("Slack", f"Slack takes the token, for the workspace {answer.get('team', '')}.")
    granted = {scope.strip() for scope in headers.get("X-OAuth-Scopes", "").split(",") if scope.strip()}
    if granted and (missing := sorted(set(SCOPES) - granted)):
        yield fix(
            "Slack",
            f"The app may not do all it needs: {', '.join(missing)} missing.",
            "Give it the manifest that exeat manifest slack prints, and install it again.",
        )


def _of_socket(answer: Mapping[str, object]) -> Finding:
    if answer.get("ok"):
        return fine("Socket Mode", "Slack opens a connection for SLACK_APP_TOKEN.")
    return fix(
        "Socket Mode",
        f"Slack refuses SLACK_APP_TOKEN ({answer.get('error', 'no reason given')}).",
        "Make a new app-level token with the scope connections:write, and turn Socket Mode on.",
    )


async def _everybody(url: str, token: str, school: School) -> tuple[list[Known] | None, list[Finding]]:
    async def no_picture(sha: str) -> bytes:
        raise LookupError(sha)

    surface = SlackSurface(token, url=url, school=school.id, picture=no_picture)
    try:
        await surface.identify()
        return list(await surface.everybody()), []
    except (Transient, Ambiguous, Permanent) as error:
        return None, [
            fix("Slack", f"Slack does not say who is in the workspace ({error}).", "Try again in a minute.")
        ]
    finally:
        await surface.close()
