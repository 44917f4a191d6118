"""The sandbox's page over HTTP: what is typed and pressed comes in, news goes out."""

import json
from contextlib import suppress
from importlib import resources
from typing import Any, assert_never

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp_sse import EventSourceResponse, sse_response

from bot.pictures import picture_handler
from bot.sandbox.drawing import Drawing
from bot.sandbox.guard import HEADERS, add_headers, guard
from bot.sandbox.harbour import PLAYERS, SCHOOL
from bot.sandbox.incoming import Came, Malformed, filled_in, player_of, pressed, typed
from bot.sandbox.movable import Backwards
from bot.sandbox.surface import News
from bot.sandbox.table import Table
from bot.sandbox.world import TooFar
from handlers.dispatch import Trouble
from handlers.request import Ask, Invalid, Nothing, Reply, Say, Show

LARGEST = 48 << 20
"""The largest request, in bytes: four pictures of 10 MB and their words."""

ASSETS = {
    "cards.css": "text/css",
    "style.css": "text/css",
    "panes.css": "text/css",
    "icon.svg": "image/svg+xml",
    **dict.fromkeys(("app.js", "pane.js", "form.js", "say.js", "clock.js", "post.js"), "text/javascript"),
}


def build_app(table: Table, drawing: Drawing, token: str) -> web.Application:
    """The application. `token` is what its own page proves itself by."""
    page = Page(table, drawing, token)
    app = web.Application(middlewares=[guard(token), readable], client_max_size=LARGEST)
    app.on_response_prepare.append(add_headers)
    app.add_routes(
        [
            web.get("/", page.index),
            web.get("/page/{name}", page.asset),
            web.get("/events", page.events),
            web.get("/pictures/{token}", page.picture),
            web.post("/say", page.say),
            web.post("/press", page.press),
            web.post("/send", page.send),
            web.post("/dismiss", page.dismiss),
            web.post("/clock", page.clock),
            web.post("/reset", page.reset),
        ]
    )
    return app


class Page:
    """The routes of the page."""

    def __init__(self, table: Table, drawing: Drawing, token: str) -> None:
        self._table, self._drawing, self._token = table, drawing, token

    async def index(self, request: web.Request) -> web.Response:
        """The page itself."""
        table = self._table
        html = self._drawing.page(self._token, table.edition, table.registry, table.world.clock())
        return web.Response(text=html, content_type="text/html")

    async def asset(self, request: web.Request) -> web.Response:
        """A style sheet, a script or the icon."""
        name = request.match_info["name"]
        if name not in ASSETS:
            raise web.HTTPNotFound(headers=HEADERS)
        content = (resources.files("bot.sandbox") / "page" / name).read_text("utf-8")
        return web.Response(text=content, content_type=ASSETS[name])

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """A cleaned picture, by a link that lapses."""
        return await picture_handler(self._table.links, self._table.world.kept.blobs)(request)

    async def events(self, request: web.Request) -> EventSourceResponse:
        """Everything as it stands, then whatever changes, for as long as the page is open."""
        async with sse_response(request) as stream:
            with self._table.watchers.watching() as queue, suppress(ConnectionResetError):
                await stream.send(json.dumps(self._everything()), event="state")
                while (news := await queue.get()) is not None:
                    await stream.send(json.dumps(self._told(news)), event=news.what)
        return stream

    def _everything(self) -> dict[str, Any]:
        surface = self._table.world.surface
        talks = {
            player.slug: [self._drawing.message(each) for each in surface.messages(player.slug)] for player in PLAYERS
        }
        return {
            "edition": self._table.edition,
            "clock": self._drawing.clock(self._table.world.clock()),
            "talks": talks,
        }

    def _told(self, news: News) -> dict[str, Any]:
        match news.what:
            case "message" if news.message is not None:
                return {"who": news.who, **self._drawing.message(news.message)}
            case "gone" if news.message is not None:
                return {"who": news.who, "id": news.message.id}
            case "clock":
                return self._drawing.clock(self._table.world.clock())
            case _:
                return {}

    async def say(self, request: web.Request) -> web.Response:
        """A line from a command box."""
        sent = await request.post()
        return await self._carry(typed(sent, self._table.registry, self._table.real()))

    async def press(self, request: web.Request) -> web.Response:
        """A button on a card."""
        sent = await request.post()
        return await self._carry(pressed(sent, self._table.real()))

    async def send(self, request: web.Request) -> web.Response:
        """A form."""
        sent = await request.post()
        came = filled_in(sent, self._table.real(), SCHOOL.zone, self._table.world.surface.attach)
        return await self._carry(came, form=True)

    async def _carry(self, came: Came, *, form: bool = False) -> web.Response:
        """Carries out what was asked; a form that was refused stays open and says why."""
        try:
            reply = await self._table.world.dispatch(came.request)
        except Trouble as trouble:
            reply = Say(trouble.card, refused=True)
        if form and isinstance(reply, Say) and reply.refused:
            return _problem(reply.card.summary)
        return web.json_response(self._answer(came, reply))

    def _answer(self, came: Came, reply: Reply) -> dict[str, str]:
        surface = self._table.world.surface
        match reply:
            case Nothing():
                return {"reply": "nothing"}
            case Say(card) | Show(_, card) if card.dialog:
                return {"reply": "window", "html": self._drawing.window(card)}
            case Say(card) | Show(_, card):
                surface.answer(came.player.slug, card)
                return {"reply": "said"}
            case Ask(form):
                nonce = came.nonce if came.request.fields else ""
                return {"reply": "form", "html": self._drawing.form(form, nonce, came.request.fields)}
            case Invalid(form, values, errors):
                return {"reply": "invalid", "html": self._drawing.form(form, came.nonce, values, errors)}
            case _:
                assert_never(reply)

    async def dismiss(self, request: web.Request) -> web.Response:
        """Put away an answer that only one person could see."""
        sent = await request.post()
        self._table.world.surface.dismiss(player_of(sent).slug, str(sent.get("id", "")))
        return web.json_response({"reply": "nothing"})

    async def clock(self, request: web.Request) -> web.Response:
        """Move the clock on: by an hour, by a day, to the next working morning, or to a local time."""
        sent = await request.post()
        try:
            moment = self._table.moment(str(sent.get("by", "")), str(sent.get("to", "")))
            await self._table.world.move_to(moment)
        except Backwards:
            return _problem("That moment has passed. The clock only moves on; start again to go back.")
        except TooFar:
            return _problem("That is more than a year away. Please choose a nearer moment.")
        except Trouble as trouble:
            return _problem(f"{trouble.card.summary} ({trouble.error})")
        return web.json_response({"reply": "nothing", **self._drawing.clock(self._table.world.clock())})

    async def reset(self, request: web.Request) -> web.Response:
        """Throw everything away and start again."""
        await self._table.reset()
        return web.json_response({"reply": "nothing"})


def _problem(said: str) -> web.Response:
    return web.json_response({"reply": "problem", "said": said})


@web.middleware
async def readable(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Middleware: what the page could not have sent is answered with a 400."""
    try:
        return await handler(request)
    except Malformed as malformed:
        raise web.HTTPBadRequest(text="That could not be read.", headers=HEADERS) from malformed
