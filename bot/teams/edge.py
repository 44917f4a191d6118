"""Teams' way in: messages, presses, forms and dialogs, each dispatched once, in a turn of botbuilder's."""

import asyncio
from collections.abc import Awaitable, Callable

import orjson
import structlog
from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext  # type: ignore[import-untyped]
from botbuilder.core.cloud_adapter_base import CloudAdapterBase  # type: ignore[import-untyped]
from botbuilder.schema import Activity  # type: ignore[import-untyped]

from bot.background import Background, report
from bot.body import Turned
from bot.manifest import TEAMS_PATH
from bot.teams import translate
from bot.teams.answers import Answers, Body
from bot.teams.authentication import Authentication, Playground
from bot.teams.guard import Json, read
from bot.teams.messages import Messages
from bot.teams.presses import Presses
from bot.teams.surface import AT_ONCE, TeamsSurface
from bot.teams.translate import Whence
from handlers.dispatch import Dispatch
from policy.address import Address
from policy.people import Identity, Person, Roster, admit
from policy.refused import NotAdmitted

CHANNEL = "msteams"

log = structlog.get_logger("exeat.teams")


class Adapter(CloudAdapterBase):  # type: ignore[misc]
    """botbuilder's turn with as little in it as it needs: Exeat reads activities and writes to Teams itself.

    botbuilder's own way in is left out: it writes the answer of an invoke as JSON twice over.
    """

    async def run(
        self, header: str, activity: Json, take: Callable[[], Awaitable[Body | None]]
    ) -> InvokeResponse | None:
        """Authenticate and take an activity; the answer of an invoke: status 501 when there is none.

        Raises PermissionError for one that is not Microsoft's, and whatever `take` raises.
        """

        async def turn(context: TurnContext) -> None:
            if (body := await take()) is not None:
                answer = InvokeResponse(status=200, body=body)
                context.turn_state[self._INVOKE_RESPONSE_KEY] = Activity(type="invokeResponse", value=answer)

        lean = Activity(
            type=activity["type"],
            id=activity.get("id"),
            channel_id=activity["channelId"],
            service_url=activity["serviceUrl"],
        )
        return await self.process_activity(header, lean, turn)


class TeamsEdge:
    """Teams in front of dispatch. Without `authentication` it serves the Playground: this machine, and no other.

    Raises ValueError for an authentication that is not of `app_id`, or for none when there is one.
    """

    def __init__(
        self, dispatch: Dispatch, surface: TeamsSurface, authentication: Authentication | None, *, app_id: str = ""
    ) -> None:
        if (authentication.app_id if authentication else "") != app_id:
            raise ValueError("the authentication is not this app's")
        self.dispatch, self.surface = dispatch, surface
        self._authentication = authentication
        self._adapter = Adapter(authentication or Playground())
        self._after = Background()
        self.answers = Answers(surface, dispatch.store, dispatch.school.id, dispatch.school.zone)
        self._messages = Messages(dispatch, self.answers, self._after)
        self._presses = Presses(dispatch, self.answers, self._after)
        self._greeting = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        """The messaging endpoint."""
        return [web.post(TEAMS_PATH, self.handle)]

    async def close(self) -> None:
        """Let the answers that are under way go out."""
        await self._after.finish()
        if self._authentication is not None:
            await self._authentication.close()

    async def handle(self, request: web.Request) -> web.Response:
        """One HTTP request: past the guard and the authentication into its turn."""
        try:
            activity = await read(request)
            answer = await self._adapter.run(_authorization(request), activity, lambda: self._take_safely(activity))
        except Turned as turned:
            return _turned(turned.status, turned.reason)
        except PermissionError as refused:
            return _turned(401, str(refused))
        if answer is None:
            return web.Response()
        if answer.body is None:
            return web.Response(status=int(answer.status))
        return web.Response(
            body=orjson.dumps(answer.body), status=int(answer.status), content_type="application/json"
        )

    async def _take_safely(self, activity: Json) -> Body | None:
        try:
            return await self._take(activity)
        except Turned:
            raise
        except Exception as error:
            report("teams", error)
            return None

    async def _take(self, activity: Json) -> Body | None:
        """The answer to a genuine activity. Raises Turned for another school's, or one not from Teams."""
        self._check_place(activity)
        identity = translate.sender(activity, self.surface.tenant)
        if identity is None:
            return None
        joined = translate.joined(activity)
        if joined is False:
            if translate.is_personal(activity):
                await self._reported(self.surface.addresses.close(identity))
            return None
        first = joined is True and self._open(identity) is None
        body = await self._met(activity, self._whence(activity, identity), first)
        await self._reported(self._keep(identity))
        return body

    async def _met(self, activity: Json, whence: Whence, first: bool) -> Body | None:
        match activity["type"], activity.get("name"):
            case "invoke", "adaptiveCard/action":
                return await self._presses.executed(activity, whence)
            case "invoke", "task/fetch":
                return await self._presses.fetched(activity, whence)
            case "invoke", "task/submit":
                return await self._presses.submitted(activity, whence)
            case "invoke", "composeExtension/fetchTask":
                return await self._presses.pointed(activity, whence)
            case "invoke", "composeExtension/submitAction":
                return await self._presses.submitted(activity, whence, anywhere=True)
            case "message", _ if activity.get("value") is not None and not activity.get("text"):
                await self._presses.fallen_back(activity, whence)
            case "message", _:
                await self._messages.take(activity, whence)
            case _ if first and whence.personal:
                self._after.start(self._greeted(activity, whence))
        return None

    async def _greeted(self, activity: Json, whence: Whence) -> None:
        """Nobody waits for it: a whole school may add Exeat at once, and whoever asks something goes first."""
        async with self._greeting:
            await self._messages.greet(activity, whence)
        await self._reported(self._keep(whence.identity))

    def _check_place(self, activity: Json) -> None:
        """The key that signs for Teams signs for other channels too, where people choose what they say they are."""
        ours, named = self.surface.tenant.casefold(), translate.tenants(activity)
        if activity["channelId"] != CHANNEL:
            raise Turned(403, "another channel")
        if not ours or named - {ours} or not (named or self._authentication is None):
            raise Turned(403, "another tenant")

    def _whence(self, activity: Json, identity: Identity) -> Whence:
        """Where it came from; somebody's own chat is noted, so that they can be answered."""
        if not translate.is_personal(activity):
            return translate.whence(activity, identity, self._open(identity))
        address = translate.address(activity, identity, self.dispatch.school.id, self.dispatch.clock())
        self.surface.addresses.note(address)
        return translate.whence(activity, identity, address)

    async def _keep(self, identity: Identity) -> None:
        """Keep where somebody is reached, so that Exeat can write to them later; of nobody but staff."""
        noted = self.surface.addresses.noted(identity)
        if noted is None:
            return
        async with self.dispatch.store.transaction(self.dispatch.school.id) as tx:
            found = await tx.find(Person, key=f"identity:{identity}", limit=1)
        if found and _is_staff(found[0], identity, self.dispatch.school.roster):
            await self.surface.addresses.learn(noted)

    def _open(self, identity: Identity) -> Address | None:
        known = self.surface.addresses.get(identity)
        return known if known is not None and known.open else None

    async def _reported(self, work: Awaitable[None]) -> None:
        """An address that cannot be kept just now is learnt again from the next activity."""
        try:
            await work
        except Exception as error:
            report("address", error)


def _is_staff(person: Person, by: Identity, roster: Roster) -> bool:
    try:
        admit(person, by, roster)
    except NotAdmitted:
        return False
    return True


def _authorization(request: web.Request) -> str:
    found = request.headers.getall("Authorization", [])
    if len(found) > 1:
        raise Turned(400, "more than one Authorization")
    return found[0] if found else ""


def _turned(status: int, reason: str) -> web.Response:
    log.info("turned away", status=status, why=reason)
    return web.json_response({"error": reason}, status=status)
