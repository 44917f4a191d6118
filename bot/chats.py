"""The chats that are configured: each built from the settings, and connected to dispatch once there is one."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.clock import utc_now
from bot.loopback import LOOPBACK, is_here
from bot.manifest import TEAMS_PATH
from bot.pictures import PictureLinks
from bot.settings import Environment, Settings
from bot.slack import OtherWorkspace, SlackEdge, SlackSocket, SlackSurface, pin
from bot.surface import Ambiguous, Permanent, Surface, Transient
from bot.teams import Addresses, Authentication, Connector, OtherTenant, TeamsEdge, TeamsSurface, pin_tenant
from handlers.dispatch import Dispatch
from policy.place import Place
from storage.blobs import Blobs
from storage.contract import Store

NOTHING_TO_SERVE = (
    "No chat is configured, so there is nothing to serve. For Slack, set SLACK_BOT_TOKEN and either "
    "SLACK_SIGNING_SECRET (over HTTPS) or SLACK_APP_TOKEN (Socket Mode); for Teams, TEAMS_APP_ID, TEAMS_APP_PASSWORD "
    "and TEAMS_TENANT_ID. docs/slack.md and docs/teams.md say where they are found. "
    "To look at Exeat without any of it, run exeat demo."
)

PLAYGROUND_TENANT = "00000000-0000-0000-0000-0000000000001"
"""The tenant that Microsoft's Agents Playground says it is in, unless it is told of another."""

Closing = Callable[[], Awaitable[None]]


class CannotStart(Exception):
    """Exeat cannot serve, and why, in a sentence for the administrator. `code` is what the process exits with."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


async def _nothing() -> None:
    """Nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A platform, ready for dispatch: its routes, and what is to be done at the start and at the end."""

    surface: Surface
    routes: Sequence[web.RouteDef] = ()
    start: Closing = _nothing
    close: Closing = _nothing


@dataclass(frozen=True, slots=True)
class Unconnected:
    """A platform that can be written to already; `connect` makes its way in."""

    surface: Surface
    connect: Callable[[Dispatch], Chat]


def can_serve(environment: Environment, *, playground: bool) -> None:
    """Raises CannotStart when there is no chat to serve, or when the Playground would be more than a playground."""
    if playground and environment.exeat_host not in LOOPBACK:
        raise CannotStart(
            "Nobody proves who they are to --teams-playground, so it listens on this machine only: "
            f"take EXEAT_HOST={environment.exeat_host} away.",
            2,
        )
    if playground and (environment.slack or environment.teams):
        raise CannotStart(
            "Nobody proves who they are to --teams-playground, so it is not served beside the school's own chat: "
            "start it without the variables that begin with SLACK_ and TEAMS_, and with an EXEAT_DATA of its own.",
            2,
        )
    if not (environment.slack or environment.teams or playground):
        raise CannotStart(NOTHING_TO_SERVE, 2)


async def chats(
    settings: Settings,
    store: Store,
    blobs: Blobs,
    links: PictureLinks,
    held: AsyncExitStack,
    *,
    playground: bool = False,
) -> list[Unconnected]:
    """Every chat that the settings speak of; `held` closes what they keep open.

    `playground`: Teams as Microsoft's Agents Playground plays it, on this machine only and without signatures.
    Raises CannotStart when a platform refuses.
    """
    environment = settings.environment
    found = []
    if environment.slack:
        found.append(await _slack(settings, store, blobs, held))
    if environment.teams or playground:
        found.append(await _teams(settings, store, blobs, links, held, playground=playground))
    return found


async def _slack(settings: Settings, store: Store, blobs: Blobs, held: AsyncExitStack) -> Unconnected:
    environment, school = settings.environment, settings.school
    token = environment.slack_bot_token.get_secret_value() if environment.slack_bot_token else ""
    surface = SlackSurface(token, url=environment.slack_api_url, school=school.id, picture=blobs.get)
    held.push_async_callback(surface.close)
    try:
        await pin(store, school.id, surface)
    except OtherWorkspace as error:
        raise CannotStart(str(error), 2) from error
    except (Transient, Ambiguous, Permanent) as error:
        raise CannotStart(
            f"Slack at {environment.slack_api_url} does not take SLACK_BOT_TOKEN ({error}), and Exeat must know its "
            "workspace before it can start. Run exeat doctor to see what is wrong."
        ) from error
    return Unconnected(surface, partial(_slack_chat, environment, surface))


def _slack_chat(environment: Environment, surface: SlackSurface, dispatch: Dispatch) -> Chat:
    """Slack over Socket Mode when it has an app token, else over HTTP; over both with a signing secret beside it."""
    secret, token = environment.slack_signing_secret, environment.slack_app_token
    edge = SlackEdge(dispatch, surface, signing_secret=secret.get_secret_value() if secret else "")
    routes = edge.routes() if secret else []
    if token is None:
        return Chat(surface, routes, close=edge.close)
    socket = SlackSocket(edge, token.get_secret_value())

    async def close() -> None:
        await socket.close()
        await edge.close()

    return Chat(surface, routes, socket.start, close)


async def _teams(
    settings: Settings, store: Store, blobs: Blobs, links: PictureLinks, held: AsyncExitStack, *, playground: bool
) -> Unconnected:
    environment, school = settings.environment, settings.school
    app_id, secret = environment.teams_app_id, environment.teams_app_password
    tenant = PLAYGROUND_TENANT if playground else environment.teams_tenant_id
    password = secret.get_secret_value() if secret else ""
    if playground:
        await _only_played_in(store, school.id)
    try:
        await pin_tenant(store, school.id, tenant)
    except OtherTenant as error:
        raise CannotStart(str(error), 2) from error
    connector = Connector(app_id, password, tenant, login=environment.teams_login_url)
    addresses = Addresses(store, school.id, utc_now)
    await addresses.load()
    surface = TeamsSurface(
        connector,
        addresses,
        tenant=tenant,
        school=school,
        picture=blobs.get,
        link=_link(environment.exeat_public_url, links),
    )
    held.push_async_callback(surface.close)
    authentication = None if playground else Authentication(app_id, metadata=environment.teams_openid_url)
    return Unconnected(surface, partial(_teams_chat, app_id, authentication, surface))


def _teams_chat(
    app_id: str, authentication: Authentication | None, surface: TeamsSurface, dispatch: Dispatch
) -> Chat:
    edge = TeamsEdge(dispatch, surface, authentication, app_id=app_id)
    routes = edge.routes() if authentication else [web.post(TEAMS_PATH, _here_only(edge.handle))]
    return Chat(surface, routes, close=edge.close)


def _here_only(handle: Handler) -> Handler:
    """The same, for whoever asks this machine by its own name: not through a web server, nor a page in a browser."""

    async def check(request: web.Request) -> web.StreamResponse:
        if not is_here(request):
            return web.json_response({"error": "the Playground is on this machine only"}, status=403)
        return await handle(request)

    return check


async def _only_played_in(store: Store, school: str) -> None:
    """Raises CannotStart for a folder that holds a real school's records: in the Playground anybody is anybody."""
    async with store.transaction(school) as tx:
        places = [place for name in ("slack", "teams") if (place := await tx.get(Place, name)) is not None]
    if any(place.tenant != PLAYGROUND_TENANT for place in places):
        raise CannotStart(
            "This folder holds a school's own records, and in the Playground anybody can be anybody: "
            "give it another one with EXEAT_DATA.",
            2,
        )


def _link(public_url: str, links: PictureLinks) -> Callable[[str], str] | None:
    """Where a picture (by sha256) can be seen whole, if the school's Exeat has a public address."""
    if not public_url:
        return None
    return lambda sha256: f"{public_url}/pictures/{links.token(sha256)}"
