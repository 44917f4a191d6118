"""A very small app for the stand-in's own tests: it checks who calls, answers what it is told to, and can send."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

import aiohttp
import jwt
from aiohttp import web

from tests.fakes.teams.cards import ADAPTIVE
from tests.fakes.teams.server import FakeTeams
from tests.fakes.teams.wire import Json

INVOKED = "application/vnd.microsoft.activity.message"


def card(*body: Json, actions: tuple[Json, ...] = ()) -> Json:
    """An Adaptive Card of these parts."""
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body), "actions": list(actions)}


def execute(title: str, verb: str = "", **data: object) -> Json:
    """A button with its fallback."""
    submit = {"type": "Action.Submit", "title": title, "data": data}
    return {"type": "Action.Execute", "title": title, "verb": verb or title.lower(), "data": data, "fallback": submit}


def message(content: Json, summary: str = "A card") -> Json:
    """An activity that shows a card."""
    attachment = {"contentType": ADAPTIVE, "content": content}
    return {"type": "message", "summary": summary, "attachments": [attachment]}


def words(text: str) -> Json:
    """The answer to a press that says something in passing."""
    return {"statusCode": 200, "type": INVOKED, "value": text}


def drawn(content: Json) -> Json:
    """The answer to a press that puts a card in its place."""
    return {"statusCode": 200, "type": ADAPTIVE, "value": content}


def window(content: Json, title: str = "A window") -> Json:
    """The answer that opens or redraws a dialog."""
    attachment = {"contentType": ADAPTIVE, "content": content}
    return {"task": {"type": "continue", "value": {"title": title, "card": attachment}}}


@dataclass
class Echo:
    """The app. `answers` are the bodies of its next answers to invokes; `seen` is all that it was sent."""

    teams: FakeTeams
    session: aiohttp.ClientSession
    url: str = ""
    answers: list[Json | str | int] = field(default_factory=list)
    seen: list[Json] = field(default_factory=list)
    claims: list[Json] = field(default_factory=list)
    token: str = ""
    before_answer: Callable[[], Awaitable[object]] | None = None
    on_message: Callable[[Json], Json | None] = lambda activity: {"type": "message", "text": activity.get("text")}

    async def log_in(self, **changes: str) -> tuple[int, Json]:
        """Fetches a token; `changes` spoil the form."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.teams.app_id,
            "client_secret": self.teams.password,
            "scope": "https://api.botframework.com/.default",
        }
        url = f"{self.teams.login_url}/{changes.pop('tenant', self.teams.tenant)}/oauth2/v2.0/token"
        async with self.session.post(url, data=form | changes) as answer:
            body: Json = await answer.json()
            self.token = str(body.get("access_token", ""))
            return answer.status, body

    async def ask(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        """One call of the connector, below v3/."""
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.teams.url}v3/{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    def place(self, name: str, rest: str = "activities") -> str:
        """The path of somebody's own conversation."""
        return f"conversations/{quote(self.teams.conversation(name), safe='')}/{rest}"

    async def send(self, name: str, activity: Json) -> str:
        """Writes to somebody; the message's id."""
        status, body = await self.ask("POST", self.place(name), activity)
        assert status == 201, body
        return str(body["id"])

    async def handle(self, request: web.Request) -> web.Response:
        """POST /api/messages."""
        try:
            self.claims.append(await self._checked(request))
        except jwt.InvalidTokenError as error:
            return web.Response(status=401, text=str(error))
        activity = await request.json()
        self.seen.append(activity)
        if activity["type"] == "invoke":
            if self.before_answer is not None:
                await self.before_answer()
            body = self.answers.pop(0)
            if isinstance(body, int):
                return web.Response(status=body)
            return web.json_response(body) if isinstance(body, dict) else web.Response(text=body)
        reply = self.on_message(activity) if activity["type"] == "message" else None
        if reply:
            where = quote(activity["conversation"]["id"], safe="")
            await self.ask("POST", f"conversations/{where}/activities/{activity['id']}", reply)
        return web.Response()

    async def _checked(self, request: web.Request) -> Json:
        async with self.session.get(self.teams.openid_url) as answer:
            metadata = await answer.json()
        async with self.session.get(metadata["jwks_uri"]) as answer:
            every = jwt.PyJWKSet.from_dict(await answer.json())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            key = every[jwt.get_unverified_header(token)["kid"]]
        except KeyError as error:
            raise jwt.InvalidTokenError("unknown key") from error
        claims: Json = jwt.decode(
            token, key, algorithms=["RS256"], audience=self.teams.app_id, issuer="https://api.botframework.com"
        )
        return claims


@asynccontextmanager
async def echo(teams: FakeTeams) -> AsyncIterator[Echo]:
    """The app, listening and logged in."""
    async with aiohttp.ClientSession() as session:
        app = Echo(teams, session)
        site = web.Application()
        site.router.add_post("/api/messages", app.handle)
        runner = web.AppRunner(site, shutdown_timeout=0.2, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        app.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
        teams.connect(app.url)
        await app.log_in()
        yield app
        await runner.cleanup()
