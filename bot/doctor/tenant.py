"""Teams under examination: does Microsoft know the app, are its keys to be had, and whom can it write to."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import aiohttp

from bot.doctor.finding import Finding, fine, fix, note
from bot.doctor.people import held_by, named
from bot.doctor.reach import PATIENCE, clock_findings
from bot.manifest import TEAMS_PATH
from bot.settings import Environment
from bot.teams.tenant import PLATFORM
from handlers.turn import Scene
from policy.address import Address
from policy.people import EXEAT, Person, Role
from policy.place import Place
from policy.school import School
from policy.secret import WARNINGS
from storage.contract import Store

SCOPE = "https://api.botframework.com/.default"

REASONS: Mapping[int, tuple[str, str]] = {
    7000215: (
        "the client secret is not the app's",
        "Copy the secret's Value, not its Secret ID, into TEAMS_APP_PASSWORD; if it is gone, make a new one.",
    ),
    7000222: (
        "the client secret has ended",
        "Make a new one, and put it into TEAMS_APP_PASSWORD and its last day into TEAMS_SECRET_EXPIRES.",
    ),
    700016: ("the tenant has no such app", "Check TEAMS_APP_ID and TEAMS_TENANT_ID against the app's Overview."),
    90002: ("there is no such tenant", "Check TEAMS_TENANT_ID against the app's Overview."),
    7000112: (
        "the app is disabled",
        "Have it enabled again under Enterprise applications in the Entra admin centre.",
    ),
}
"""What Microsoft's own numbers (AADSTS…) mean, to follow "because", and what to do."""

REACHED = frozenset({400, 401, 403})
"""How Exeat answers somebody at Teams' door who is not Teams."""


async def look_at_teams(
    environment: Environment, school: School, clock: Callable[[], datetime], running: bool
) -> list[Finding]:
    """What can be found without the records. `running`: Exeat serves here, so that its address can be tried."""
    if not environment.teams:
        return []
    findings = list(_of_secret(environment, school, clock()))
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        looks = (environment.teams_login_url, _log_in), (environment.teams_openid_url, _keys)
        for url, look in looks:
            try:
                findings += await look(session, environment, clock)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                found = f"{url} cannot be reached or makes no sense ({type(error).__name__})."
                findings.append(fix("Teams", found, "Check this machine's network and its proxy."))
        if running and environment.exeat_public_url:
            findings += await _from_outside(session, f"{environment.exeat_public_url}{TEAMS_PATH}")
    return findings


async def teams_people(
    environment: Environment, store: Store | None, school: School, now: datetime
) -> AsyncIterator[Finding]:
    """Who holds a role or looks after an account and has met Exeat, but cannot be written to; and whose tenant it is.

    Whom Slack reaches as well is left out.
    """
    if store is None or not environment.teams:
        return
    unheard = 0
    async with store.transaction(school.id) as tx:
        place = await tx.get(Place, PLATFORM)
        if place is not None and place.tenant != environment.teams_tenant_id:
            yield fix(
                "TEAMS_TENANT_ID",
                f"This school's records belong to the tenant {place.tenant}, and that is another one.",
                f"Put {place.tenant} back, or use another EXEAT_DATA folder for another school.",
            )
        scene = Scene(tx, school, now, EXEAT)
        for ref in named(school):
            for person in await scene.by_refs([ref]):
                if environment.slack and any(account.identity.platform == "slack" for account in person.active):
                    continue
                ids = _accounts(person, environment.teams_tenant_id)
                known = [address for id in ids if (address := await tx.get(Address, id))]
                if not any(address.open for address in known):
                    unheard += 1
                    yield _unheard(school, ref, person, removed=bool(known))
        if not unheard and await scene.holders(Role.HEADTEACHER):
            yield fine("Teams", "Everybody with a role whom Exeat has met can be written to.")


def _accounts(person: Person, tenant: str) -> list[str]:
    mine = (account.identity for account in person.active)
    return [str(identity) for identity in mine if (identity.platform, identity.tenant) == (PLATFORM, tenant)]


def _unheard(school: School, ref: str, person: Person, *, removed: bool) -> Finding:
    must = any(ref in school.roster.refs(role) for role in (Role.HEADTEACHER, Role.DSL))
    why = "has removed or blocked Exeat in Teams" if removed else "has no chat with Exeat in Teams yet"
    return (fix if must else note)(
        ref,
        f"{person.name} ({held_by(school, ref)}) {why}, so nothing reaches them.",
        "Have Exeat installed for them (docs/teams.md), or ask them to add it in Teams and type exeat.",
    )


def _of_secret(environment: Environment, school: School, now: datetime) -> Iterator[Finding]:
    ends = environment.teams_secret_expires
    if ends is None:
        yield note(
            "TEAMS_SECRET_EXPIRES",
            "It is not set, so nobody is warned before the client secret ends and Teams stops.",
            "Set it to the day under Expires beside the secret in the Entra admin centre, such as 2028-06-03.",
        )
        return
    left = (ends - school.calendar.today(now)).days
    renew = "Make a new one, and put it into TEAMS_APP_PASSWORD and its last day here (docs/teams.md)."
    if left <= 0:
        yield fix(
            "TEAMS_SECRET_EXPIRES", f"The client secret ended on {ends}, or the day is not the right one.", renew
        )
    elif left <= max(WARNINGS):
        yield note("TEAMS_SECRET_EXPIRES", f"The client secret ends on {ends}, in {left} days.", renew)
    else:
        yield fine("TEAMS_SECRET_EXPIRES", f"The client secret ends on {ends}.")


async def _log_in(
    session: aiohttp.ClientSession, environment: Environment, clock: Callable[[], datetime]
) -> list[Finding]:
    secret = environment.teams_app_password
    asked = {
        "grant_type": "client_credentials",
        "client_id": environment.teams_app_id,
        "client_secret": secret.get_secret_value() if secret else "",
        "scope": SCOPE,
    }
    url = f"{environment.teams_login_url}/{environment.teams_tenant_id}/oauth2/v2.0/token"
    async with session.post(url, data=asked) as answer:
        said, headers, status = await _json(answer), answer.headers, answer.status
    findings = list(clock_findings(headers, clock(), "Microsoft"))
    if status == 200 and said.get("access_token"):
        return [fine("Teams", "Exeat can log in to its app registration."), *findings]
    codes = said.get("error_codes")
    code = codes[0] if isinstance(codes, list) and codes and isinstance(codes[0], int) else 0
    why, todo = REASONS.get(code, ("", "Look the number up at https://login.microsoftonline.com/error."))
    told = f"AADSTS{code}" if code else f"HTTP {status}"
    found = f"Microsoft does not let Exeat log in{f', because {why}' if why else ''} ({told})."
    return [
        fix("Teams", found, todo if code else "Try again in a minute, and look at status.cloud.microsoft."),
        *findings,
    ]


async def _keys(
    session: aiohttp.ClientSession, environment: Environment, clock: Callable[[], datetime]
) -> list[Finding]:
    url = environment.teams_openid_url
    async with session.get(url) as answer:
        where = (await _json(answer)).get("jwks_uri")
    if not isinstance(where, str):
        return [fix("Teams", f"{url} does not say where the keys of Teams are.", "Check TEAMS_OPENID_URL.")]
    async with session.get(where) as answer:
        keys = (await _json(answer)).get("keys")
    if not isinstance(keys, list) or not keys:
        return [fix("Teams", f"{where} gives no keys to tell messages from Teams by.", "Check TEAMS_OPENID_URL.")]
    return [fine("Teams", f"The keys by which messages from Teams are told can be read ({len(keys)}).")]


async def _from_outside(session: aiohttp.ClientSession, url: str) -> list[Finding]:
    """Whether Teams' door is passed on to Exeat. That nothing answers at all is told of the address itself."""
    try:
        async with session.post(url, json={}, allow_redirects=False) as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError):
        return []
    if status in REACHED:
        return [fine("Teams", f"{url} reaches Exeat.")]
    todo = f"Have your web server pass POST {TEAMS_PATH} on to Exeat as it comes, without a redirect or a log-in."
    return [fix("Teams", f"{url} answers {status}, so Teams does not reach Exeat.", todo)]


async def _json(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    body = await answer.json(content_type=None)
    return body if isinstance(body, dict) else {}
